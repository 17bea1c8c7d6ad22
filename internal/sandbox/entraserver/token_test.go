// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package entraserver_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/entraserver"
)

func TestTokenRefusesWhatEntraRefuses(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	if err := e.tenant.AddSecret(automation, "expired", noon); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		field, value string // what is wrong with the form; an empty value takes the field away
		status       int
		kind         string
		code         int
	}{
		"no grant type":               {"grant_type", "", http.StatusBadRequest, "invalid_request", 900144},
		"no client id":                {"client_id", "", http.StatusBadRequest, "invalid_request", 900144},
		"no scope":                    {"scope", "", http.StatusBadRequest, "invalid_request", 900144},
		"another grant type":          {"grant_type", "authorization_code", http.StatusBadRequest, "unsupported_grant_type", 70003},
		"an unknown application":      {"client_id", "99999999-9999-9999-9999-999999999999", http.StatusBadRequest, "unauthorized_client", 700016},
		"no credential":               {"client_secret", "", http.StatusUnauthorized, "invalid_client", 7000216},
		"a wrong secret":              {"client_secret", "wrong", http.StatusUnauthorized, "invalid_client", 7000215},
		"an expired secret":           {"client_secret", "expired", http.StatusUnauthorized, "invalid_client", 7000222},
		"a single permission":         {"scope", "https://outlook.office365.com/Exchange.ManageAsApp", http.StatusBadRequest, "invalid_scope", 1002012},
		"no resource":                 {"scope", "openid profile", http.StatusBadRequest, "invalid_scope", 1002012},
		"two resources":               {"scope", exchangeScope + " https://graph.microsoft.com/.default", http.StatusBadRequest, "invalid_scope", 70011},
		"a resource not in tenant":    {"scope", "https://vault.azure.net/.default", http.StatusBadRequest, "invalid_resource", 500011},
		"claims that are not JSON":    {"claims", "eyJhY2Nlc3NfdG9rZW4iOnt9fQ==", http.StatusBadRequest, "invalid_request", 90013},
		"an unsupported kind of JWT":  {"client_assertion", "a.b.c", http.StatusUnauthorized, "invalid_client", 70002},
		"Exchange on a foreign host":  {"scope", "https://outlook.office365.com.fabrikam.com/.default", http.StatusBadRequest, "invalid_resource", 500011},
		"a scope of nothing but dots": {"scope", "/.default", http.StatusBadRequest, "invalid_scope", 1002012},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			form := secretForm(automation)
			form.Set(test.field, test.value)
			a := e.post(t, form)
			if a.status != test.status || a.body.Error != test.kind || !slices.Equal(a.body.Codes, []int{test.code}) {
				t.Errorf("answered %d %s %v, want %d %s %d", a.status, a.body.Error, a.body.Codes, test.status, test.kind, test.code)
			}
			if prefix := fmt.Sprintf("AADSTS%d: ", test.code); !strings.HasPrefix(a.body.Description, prefix) {
				t.Errorf("description %q does not begin with %q", a.body.Description, prefix)
			}
			if a.body.AccessToken != "" {
				t.Error("a refusal carries a token")
			}
			if strings.Contains(a.body.Description, secret) {
				t.Error("the description holds the secret")
			}
		})
	}
}

func TestTokenRefusesAnApplicationThatLeftTheTenant(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	if err := e.tenant.DeleteEnterpriseApplication(automationObject); err != nil {
		t.Fatal(err)
	}
	a := e.post(t, secretForm(automation))
	if a.status != http.StatusBadRequest || !slices.Equal(a.body.Codes, []int{7000229}) {
		t.Errorf("answered %d %v", a.status, a.body.Codes)
	}
}

func TestTokenTakesPostOnly(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	a := e.get(t, "/"+tenantID+"/oauth2/v2.0/token?"+secretForm(automation).Encode())
	if a.status != http.StatusBadRequest || !slices.Equal(a.body.Codes, []int{900561}) {
		t.Errorf("answered %d %v", a.status, a.body.Codes)
	}
}

func TestTokenTakesNoSecretFromTheURL(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	request := e.tokenRequest(t, url.Values{})
	request.URL.RawQuery = secretForm(automation).Encode()
	if a := e.do(t, request); a.status != http.StatusBadRequest || !slices.Equal(a.body.Codes, []int{900144}) {
		t.Errorf("answered %d %v", a.status, a.body.Codes)
	}
}

func TestTokenTakesAnyOfTheSecrets(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	if err := e.tenant.AddSecret(automation, "another", noon.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{secret, "another"} {
		form := secretForm(automation)
		form.Set("client_secret", value)
		e.token(t, form)
	}
}

func TestTokenTakesEverySpellingOfAResource(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	for _, resource := range []string{
		"https://outlook.office365.com", "https://outlook.office.com", "https://outlook.office365.com/",
		"https://OUTLOOK.office365.com", "https://outlook.office365.us", "https://outlook-dod.office365.us",
		"https://partner.outlook.cn", "https://outlook.office365.cn", "00000002-0000-0ff1-ce00-000000000000",
		"https://graph.microsoft.com", "https://graph.microsoft.us", "https://dod-graph.microsoft.us",
		"https://microsoftgraph.chinacloudapi.cn", "00000003-0000-0000-c000-000000000000",
	} {
		t.Run(resource, func(t *testing.T) {
			t.Parallel()
			form := secretForm(automation)
			form.Set("scope", resource+"/.default")
			if got := decode(t, e.token(t, form)).Audience; got != resource {
				t.Errorf("the token's audience is %q, want %q as it was asked for", got, resource)
			}
		})
	}
}

func TestRefusalCarriesTheClientsRequestID(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	const id = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
	request := e.tokenRequest(t, url.Values{})
	request.Header.Set("client-request-id", id)
	request.Header.Set("return-client-request-id", "true")
	a := e.do(t, request)
	if a.body.CorrelationID != id || a.header.Get("client-request-id") != id {
		t.Errorf("correlation id %q, header %q, want %q", a.body.CorrelationID, a.header.Get("client-request-id"), id)
	}
	want := "Trace ID: " + a.body.TraceID + " Correlation ID: " + id + " Timestamp: 2026-03-02 12:00:00Z"
	if !strings.HasSuffix(a.body.Description, want) {
		t.Errorf("description %q does not end with %q", a.body.Description, want)
	}
	if a.header.Get("x-ms-request-id") != a.body.TraceID || a.body.Timestamp != "2026-03-02 12:00:00Z" {
		t.Errorf("x-ms-request-id %q, trace id %q, timestamp %q", a.header.Get("x-ms-request-id"), a.body.TraceID, a.body.Timestamp)
	}
}

func TestRefusalMakesAnIDWhenTheClientsIsNoGUID(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	request := e.tokenRequest(t, url.Values{})
	request.Header.Set("client-request-id", "not a GUID")
	if got := e.do(t, request).body.CorrelationID; len(got) != 36 {
		t.Errorf("correlation id %q is no GUID", got)
	}
}

func TestTokenAnswerMustNotBeCached(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	if got := e.post(t, secretForm(automation)).header.Get("Cache-Control"); got != "no-store, no-cache" {
		t.Errorf("Cache-Control is %q", got)
	}
}
