// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package entraserver_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/entraserver"
)

func TestOpenIDConfigurationKnowsTheTenantByAnyName(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	for _, name := range []string{tenantID, "contoso.onmicrosoft.com", "contoso.com", "CONTOSO.onmicrosoft.COM"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// MSAL sends a bare question mark.
			a := e.get(t, "/"+name+"/v2.0/.well-known/openid-configuration?")
			base := e.url + "/" + tenantID
			for got, want := range map[string]string{
				a.body.Issuer:                base + "/v2.0",
				a.body.AuthorizationEndpoint: base + "/oauth2/v2.0/authorize",
				a.body.TokenEndpoint:         base + "/oauth2/v2.0/token",
				a.body.KeysURI:               base + "/discovery/v2.0/keys",
			} {
				if got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
		})
	}
}

func TestEndpointsRefuseAnotherTenant(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	for _, path := range []string{
		"/fabrikam.com/v2.0/.well-known/openid-configuration",
		"/fabrikam.com/discovery/v2.0/keys",
		"/fabrikam.com/oauth2/v2.0/token",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			a := e.get(t, path)
			if a.status != http.StatusBadRequest || a.body.Error != "invalid_tenant" || !slices.Equal(a.body.Codes, []int{90002}) {
				t.Errorf("answered %d %s %v", a.status, a.body.Error, a.body.Codes)
			}
		})
	}
}

func TestInstanceDiscoveryKnowsItsOwnHost(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	own, err := url.Parse(e.url)
	if err != nil {
		t.Fatal(err)
	}
	a := e.get(t, "/common/discovery/instance?api-version=1.1&authorization_endpoint="+
		url.QueryEscape(e.url+"/"+tenantID+"/oauth2/v2.0/authorize"))
	if want := e.url + "/" + tenantID + "/v2.0/.well-known/openid-configuration"; a.body.DiscoveryEndpoint != want {
		t.Errorf("tenant_discovery_endpoint is %q, want %q", a.body.DiscoveryEndpoint, want)
	}
	if len(a.body.Metadata) != 1 || a.body.Metadata[0].Network != own.Host || !slices.Equal(a.body.Metadata[0].Aliases, []string{own.Host}) {
		t.Errorf("metadata is %+v, want the host %s alone", a.body.Metadata, own.Host)
	}
}

func TestInstanceDiscoveryRefusesOtherHosts(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	for _, endpoint := range []string{"", "https://login.microsoftonline.com/common/oauth2/v2.0/authorize", "://"} {
		t.Run(endpoint, func(t *testing.T) {
			t.Parallel()
			a := e.get(t, "/common/discovery/instance?api-version=1.1&authorization_endpoint="+url.QueryEscape(endpoint))
			if a.status != http.StatusBadRequest || a.body.Error != "invalid_instance" {
				t.Errorf("answered %d %s", a.status, a.body.Error)
			}
		})
	}
}
