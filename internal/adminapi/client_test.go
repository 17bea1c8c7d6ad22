// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

func TestInvokeSendsTheRequestOfThePowerShellModule(t *testing.T) {
	t.Parallel()
	s := serve(t, page("", `{"Name":"scope","Guid@data.type":"System.Guid","Guid":"22222222-2222-2222-2222-222222222222"}`))
	result, err := s.client(t).Invoke(t.Context(), adminapi.Command{
		Cmdlet:     "Get-ManagementScope",
		Parameters: adminapi.Parameters{"Identity": "scope"},
		Select:     []string{"Name", "Guid"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := &adminapi.Result{Rows: []adminapi.Row{{"Name": "scope", "Guid": "22222222-2222-2222-2222-222222222222"}}}
	if diff := cmp.Diff(want, result); diff != "" {
		t.Error(diff)
	}
	request := s.asked()[0]
	for what, pair := range map[string][2]string{
		"method": {request.method, "POST"},
		"host":   {request.host, "outlook.office365.com"},
		"uri":    {request.uri, "/adminapi/beta/" + tenantID + "/InvokeCommand?$select=Name,Guid"},
		"body":   {request.body, `{"CmdletInput":{"CmdletName":"Get-ManagementScope","Parameters":{"Identity":"scope"}}}`},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s = %q, want %q", what, pair[0], pair[1])
		}
	}
	for name, value := range map[string]string{
		"Authorization":       "Bearer token-1",
		"Content-Type":        "application/json; charset=utf-8",
		"Accept":              "application/json",
		"Accept-Encoding":     "gzip",
		"Accept-Language":     "en-US",
		"Prefer":              "odata.maxpagesize=1000",
		"X-AnchorMailbox":     "UPN:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@contoso.onmicrosoft.com",
		"X-CmdletName":        "Get-ManagementScope",
		"X-ResponseFormat":    "json",
		"X-ClientApplication": "tests",
		"User-Agent":          "test/1",
	} {
		if got := request.header.Get(name); got != value {
			t.Errorf("header %s = %q, want %q", name, got, value)
		}
	}
}

func TestEmptyNamesOfTheCallerAreNotSent(t *testing.T) {
	t.Parallel()
	s := serve(t, page(""))
	client := s.client(t, func(c *adminapi.Config) { c.UserAgent, c.Application = "", "" })
	if _, err := client.Invoke(t.Context(), adminapi.Command{Cmdlet: "Get-Mailbox"}); err != nil {
		t.Fatal(err)
	}
	header := s.asked()[0].header
	if _, ok := header["User-Agent"]; ok || header.Get("X-ClientApplication") != "" {
		t.Errorf("headers = %v", header)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	s := serve(t, page(""))
	for name, change := range map[string]func(*adminapi.Config){
		"no endpoint":          func(c *adminapi.Config) { c.Cloud.ExchangeEndpoint = "" },
		"plain http":           func(c *adminapi.Config) { c.Cloud.ExchangeEndpoint = "http://outlook.office365.com" },
		"no tenant":            func(c *adminapi.Config) { c.TenantID = "" },
		"no tokens":            func(c *adminapi.Config) { c.Tokens = nil },
		"no transport":         func(c *adminapi.Config) { c.Transport = nil },
		"negative concurrency": func(c *adminapi.Config) { c.MaxConcurrency = -1 },
	} {
		config := s.config(t)
		change(&config)
		if _, err := adminapi.New(config); err == nil {
			t.Errorf("%s: there is a client", name)
		}
	}
}

func TestReplacedEndpointIsAskedAndOwned(t *testing.T) {
	t.Parallel()
	s := serve(t,
		redirect(http.StatusTemporaryRedirect, "/elsewhere"),
		page(""))
	client := s.client(t, func(c *adminapi.Config) {
		c.Cloud.ExchangeEndpoint = "https://proxy.contoso.com:8443/exo/"
		c.TenantID = "contoso.com"
	})
	if _, err := client.Invoke(t.Context(), adminapi.Command{Cmdlet: "Get-Mailbox"}); err != nil {
		t.Fatal(err)
	}
	first, second := s.asked()[0], s.asked()[1]
	if first.host != "proxy.contoso.com:8443" || first.uri != "/exo/adminapi/beta/contoso.com/InvokeCommand" {
		t.Errorf("asked %s%s", first.host, first.uri)
	}
	if second.host != "proxy.contoso.com:8443" || second.uri != "/elsewhere" {
		t.Errorf("redirected to %s%s", second.host, second.uri)
	}
}
