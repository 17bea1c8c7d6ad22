// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/auth"
)

func TestConfiguredTenantIDIsTheTenantID(t *testing.T) {
	t.Parallel()
	e := &entra{}
	if got, err := source(t, configInMemory(t, e)).TenantID(t.Context()); err != nil || got != tenantID {
		t.Errorf("tenant id = %q, %v", got, err)
	}
	if len(e.paths) != 0 {
		t.Errorf("%s was asked", e.paths)
	}
}

// describing answers as Entra describes the tenant fabrikam.com.
func describing(issuer string) *recorder {
	return answering(http.StatusOK, map[string]any{"issuer": issuer})
}

func TestTenantIDOfADomainIsAskedForOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		entra := &recorder{HandlerFunc: func(w http.ResponseWriter, _ *http.Request) {
			<-release
			reply(w, http.StatusOK, map[string]any{"issuer": "https://login.contoso.test/" + tenantID + "/v2.0"})
		}}
		config := configInMemory(t, nil)
		config.TenantID, config.Transport = "fabrikam.com", inMemory{entra}
		s := source(t, config)

		ctx, cancel := context.WithCancel(t.Context())
		first := make(chan error, 1)
		go func() {
			_, err := s.TenantID(ctx)
			first <- err
		}()
		synctest.Wait() // The first caller's request is at Entra.
		others := make(chan string, 50)
		for range cap(others) {
			go func() {
				got, err := s.TenantID(t.Context())
				if err != nil {
					t.Error(err)
				}
				others <- got
			}()
		}
		synctest.Wait()
		cancel()
		if err := <-first; !errors.Is(err, context.Canceled) {
			t.Errorf("the cancelled caller got %v", err)
		}
		close(release)
		for range cap(others) {
			if got := <-others; got != tenantID {
				t.Errorf("tenant id = %q", got)
			}
		}
		if got, err := s.TenantID(t.Context()); err != nil || got != tenantID {
			t.Errorf("tenant id = %q, %v, later", got, err)
		}
		asked := entra.asked()
		if len(asked) != 1 || asked[0].Method != http.MethodGet || asked[0].URL.String() != "https://login.contoso.test/fabrikam.com/v2.0/.well-known/openid-configuration" {
			t.Errorf("requests = %v", asked)
		}
	})
}

func TestUnknownDomainIsARefusalAndAskedForAgain(t *testing.T) {
	t.Parallel()
	config := configInMemory(t, nil)
	entra := &recorder{HandlerFunc: func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusBadRequest, 90002, "Tenant 'fabrikam.com' not found.")
	}}
	config.TenantID, config.Transport = "fabrikam.com", inMemory{entra}
	s := source(t, config)
	for range 2 {
		_, err := s.TenantID(t.Context())
		var e *auth.Error
		if !errors.As(err, &e) || e.Code != "AADSTS90002" || e.Tried == "" || e.Status != http.StatusBadRequest {
			t.Errorf("error = %#v", err)
		}
	}
	if got := len(entra.asked()); got != 2 {
		t.Errorf("%d requests were made, want 2", got)
	}
}

func TestTenantDescriptionsWithoutATenant(t *testing.T) {
	t.Parallel()
	config := configInMemory(t, nil)
	config.TenantID = "fabrikam.com"
	for _, issuer := range []string{"", "https://login.contoso.test/fabrikam.com/v2.0", "https://%zz", "https://" + tenantID + "/v2.0"} {
		config.Transport = inMemory{describing(issuer)}
		if got, err := source(t, config).TenantID(t.Context()); err == nil || !strings.Contains(err.Error(), "fabrikam.com") {
			t.Errorf("issuer %q: tenant id = %q, %v", issuer, got, err)
		}
	}
	config.Transport = inMemory{answering(http.StatusOK, "text")}
	if got, err := source(t, config).TenantID(t.Context()); err == nil {
		t.Errorf("tenant id = %q", got)
	}
	config.Transport = failing{&net.DNSError{Err: "no such host", Name: "login.contoso.test", IsNotFound: true}}
	_, err := source(t, config).TenantID(t.Context())
	var lost *net.DNSError
	if !errors.As(err, &lost) {
		t.Errorf("error = %v", err)
	}
}

func TestTenantIDOfAGivenToken(t *testing.T) {
	t.Parallel()
	const tid = "44444444-4444-4444-4444-444444444444"
	s := source(t, given(t, unsigned(t, map[string]any{"tid": tid})))
	if got, err := s.TenantID(t.Context()); err != nil || got != tid {
		t.Errorf("tenant id = %q, %v", got, err)
	}
	for _, token := range []string{"opaque", unsigned(t, map[string]any{"tid": "contoso"}), unsigned(t, map[string]any{"exp": 1})} {
		_, err := source(t, given(t, token)).TenantID(t.Context())
		var e *auth.Error
		if !errors.As(err, &e) || e.Advice == "" {
			t.Errorf("error = %v", err)
		}
	}
}

func TestEndedContextAsksForNoTenant(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := source(t, given(t, "opaque")).TenantID(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
}
