// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package entraserver_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/entraserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// What tenant.Contoso holds.
const (
	tenantID   = "11111111-1111-1111-1111-111111111111"
	automation = "00000000-0000-0000-0000-00000000a001"
	// automationObject is the automation application's enterprise application.
	automationObject = "00000000-0000-0000-0000-00000000b001"
	// reader is an application without any permission.
	reader = "22222222-2222-2222-2222-222222222222"
)

const (
	exchangeScope = "https://outlook.office365.com/.default"
	secret        = "made-up secret of the automation application"
)

// noon is the time by the clock of most servers under test.
var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

// An entra is a server under test behind TLS.
type entra struct {
	*entraserver.Server
	tenant *tenant.Tenant
	url    string
	client *http.Client
}

// start runs a server for Contoso, whose automation application has a secret
// that is valid until the day after noon. Without a clock of its own the server
// stands still at noon.
func start(t *testing.T, config entraserver.Config) *entra {
	t.Helper()
	config.Tenant = tenant.Contoso()
	if config.Clock == nil {
		config.Clock = func() time.Time { return noon }
	}
	for _, app := range []string{automation, reader} {
		if err := config.Tenant.AddSecret(app, secret, config.Clock().Add(24*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	server, err := entraserver.New(config)
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewTLSServer(server)
	t.Cleanup(listener.Close)
	return &entra{Server: server, tenant: config.Tenant, url: listener.URL, client: listener.Client()}
}

// secretForm is the body of a token request as MSAL sends it.
func secretForm(clientID string) url.Values {
	return url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {clientID},
		"client_secret": {secret},
		"scope":         {exchangeScope + " openid offline_access profile"},
	}
}

// An answer is what any of Entra's endpoints said.
type answer struct {
	status int
	header http.Header
	body   struct {
		TokenType     string `json:"token_type"`
		ExpiresIn     int    `json:"expires_in"`
		AccessToken   string `json:"access_token"`
		Error         string `json:"error"`
		Description   string `json:"error_description"`
		Codes         []int  `json:"error_codes"`
		Timestamp     string `json:"timestamp"`
		TraceID       string `json:"trace_id"`
		CorrelationID string `json:"correlation_id"`

		Issuer                string `json:"issuer"`
		AuthorizationEndpoint string `json:"authorization_endpoint"`
		TokenEndpoint         string `json:"token_endpoint"`
		KeysURI               string `json:"jwks_uri"`

		Keys []struct{ Kty, Alg, Kid, N, E string } `json:"keys"`

		DiscoveryEndpoint string `json:"tenant_discovery_endpoint"`
		Metadata          []struct {
			Network string   `json:"preferred_network"`
			Aliases []string `json:"aliases"`
		} `json:"metadata"`
	}
}

func (e *entra) do(t *testing.T, request *http.Request) answer {
	t.Helper()
	response, err := e.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := response.Body.Close(); err != nil {
			t.Error(err)
		}
	}()
	a := answer{status: response.StatusCode, header: response.Header}
	if err := json.NewDecoder(response.Body).Decode(&a.body); err != nil {
		t.Fatalf("%s answered %s and not JSON: %v", request.URL, response.Status, err)
	}
	return a
}

func (e *entra) get(t *testing.T, path string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return e.do(t, request)
}

// tokenRequest makes a request to the token endpoint.
func (e *entra) tokenRequest(t *testing.T, form url.Values) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		e.url+"/"+tenantID+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return request
}

func (e *entra) post(t *testing.T, form url.Values) answer {
	t.Helper()
	return e.do(t, e.tokenRequest(t, form))
}

// token signs in and returns the token.
func (e *entra) token(t *testing.T, form url.Values) string {
	t.Helper()
	a := e.post(t, form)
	if a.status != http.StatusOK {
		t.Fatalf("token refused with %d: %s", a.status, a.body.Description)
	}
	return a.body.AccessToken
}

func TestNewRefusesAnUnknownCloud(t *testing.T) {
	t.Parallel()
	_, err := entraserver.New(entraserver.Config{Tenant: tenant.Contoso(), Cloud: "germany"})
	if err == nil || !strings.Contains(err.Error(), "global, usgovernment, dod, china") {
		t.Errorf("error %v does not list the clouds there are", err)
	}
}

func TestServerTellsTheObserverWhatItAnswered(t *testing.T) {
	t.Parallel()
	var seen []entraserver.Request
	e := start(t, entraserver.Config{Observe: func(r entraserver.Request) { seen = append(seen, r) }})
	e.get(t, "/contoso.com/v2.0/.well-known/openid-configuration")
	e.token(t, secretForm(automation))
	e.post(t, url.Values{"client_id": {reader}})
	want := []entraserver.Request{
		{Endpoint: "openid-configuration", Status: http.StatusOK},
		{
			Endpoint: "token", ClientID: automation, Scope: exchangeScope + " openid offline_access profile",
			Audience: "https://outlook.office365.com", Proof: entraserver.Proof{Kind: entraserver.SecretProof}, Status: http.StatusOK,
		},
		{Endpoint: "token", ClientID: reader, Code: 900144, Status: http.StatusBadRequest},
	}
	if len(seen) != len(want) {
		t.Fatalf("observed %v, want %v", seen, want)
	}
	for i := range want {
		want[i].Executed = true
		if seen[i] != want[i] {
			t.Errorf("request %d observed as %+v, want %+v", i, seen[i], want[i])
		}
	}
	if !slices.Equal(e.Requests(), seen) {
		t.Errorf("Requests() = %v, want what was observed", e.Requests())
	}
	if got := e.TokenRequests(); got != 2 {
		t.Errorf("TokenRequests() = %d, want 2", got)
	}
}

func TestServerIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			request := e.tokenRequest(t, secretForm(automation))
			response, err := e.client.Do(request)
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = response.Body.Close() }()
			var body struct {
				AccessToken string `json:"access_token"`
			}
			if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
				t.Error(err)
				return
			}
			if _, err := e.Authorize(body.AccessToken); err != nil {
				t.Error(err)
			}
			e.SetTokenLifetime(e.TokenLifetime() + time.Second)
		})
	}
	group.Wait()
	if got := e.TokenRequests(); got != 8 {
		t.Errorf("TokenRequests() = %d, want 8", got)
	}
}
