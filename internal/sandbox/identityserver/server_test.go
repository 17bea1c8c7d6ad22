// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package identityserver_test

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/identityserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const (
	address = "https://127.0.0.1:8443"
	first   = "55555555-5555-5555-5555-000000000001"
	second  = "55555555-5555-5555-5555-000000000002"
	system  = "55555555-5555-5555-5555-000000000003"
)

var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

// newServer returns a server at noon, whose managed identities get tokens that
// say whose they are and what for.
func newServer(t *testing.T, identities ...tenant.EnterpriseApplication) *identityserver.Server {
	t.Helper()
	contoso := tenant.Contoso()
	for _, identity := range identities {
		identity.ObjectID = strings.Replace(identity.AppID, "5", "6", 1)
		if err := contoso.AddEnterpriseApplication(identity); err != nil {
			t.Fatal(err)
		}
	}
	return identityserver.New(identityserver.Config{
		URL: address, Tenant: contoso, Clock: func() time.Time { return noon },
		IssueToken: func(appID, resource string) (string, time.Time, error) {
			if resource == "https://vault.azure.net" {
				return "", time.Time{}, errors.New("AADSTS500011: There is no such resource.")
			}
			return appID + " for " + resource, noon.Add(time.Hour), nil
		},
	})
}

var (
	firstAssigned  = tenant.EnterpriseApplication{AppID: first, ManagedIdentity: tenant.UserAssigned}
	secondAssigned = tenant.EnterpriseApplication{AppID: second, ManagedIdentity: tenant.UserAssigned}
	systemAssigned = tenant.EnterpriseApplication{AppID: system, ManagedIdentity: tenant.SystemAssigned}
)

// send has a handler answer a request and returns the status, the header and the
// JSON of the body.
func send(t *testing.T, handler http.Handler, method, target, form string, header map[string]string) (int, http.Header, map[string]any) {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(form))
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response := httptest.NewRecorder()
	handler.ServeHTTP(response, request)
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var body map[string]any
	if len(content) > 0 {
		if err := json.Unmarshal(content, &body); err != nil {
			t.Fatalf("%s answers %d %s: %v", target, response.Code, content, err)
		}
	}
	return response.Code, response.Header(), body
}

// verify reads a token with the keys that its issuer publishes.
func verify(t *testing.T, s *identityserver.Server, token string) jwt.RegisteredClaims {
	t.Helper()
	var claims jwt.RegisteredClaims
	_, err := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithTimeFunc(func() time.Time { return noon })).ParseWithClaims(
		token, &claims, func(token *jwt.Token) (any, error) {
			_, _, configuration := send(t, s.Issuers(), http.MethodGet, strings.TrimSuffix(claims.Issuer, "/")+"/.well-known/openid-configuration", "", nil)
			if configuration["issuer"] != claims.Issuer {
				t.Errorf("the issuer %q calls itself %q", claims.Issuer, configuration["issuer"])
			}
			uri, _ := configuration["jwks_uri"].(string)
			_, _, body := send(t, s.Issuers(), http.MethodGet, uri, "", nil)
			content, err := json.Marshal(body)
			if err != nil {
				return nil, err
			}
			var set struct{ Keys []struct{ Kid, N, E string } }
			if err := json.Unmarshal(content, &set); err != nil {
				return nil, err
			}
			for _, key := range set.Keys {
				n, errN := base64.RawURLEncoding.DecodeString(key.N)
				e, errE := base64.RawURLEncoding.DecodeString(key.E)
				if key.Kid == token.Header["kid"] {
					return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, errors.Join(errN, errE)
				}
			}
			return nil, errors.New("no such key")
		})
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestGitHubGivesAJobATokenForTheAudienceItAsksFor(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	requestURL, requestToken := s.GitHubActions()
	bearer := map[string]string{"Authorization": "Bearer " + requestToken, "Accept": "application/json"}
	for query, audience := range map[string]string{
		"&audience=api://AzureADTokenExchange":            "api://AzureADTokenExchange",
		"&audience=api%3A%2F%2FAzureADTokenExchangeUSGov": "api://AzureADTokenExchangeUSGov",
		"": "https://github.com/contoso",
	} {
		status, _, body := send(t, s.Issuers(), http.MethodGet, requestURL+query, "", bearer)
		value, _ := body["value"].(string)
		if status != http.StatusOK || body["count"] != float64(len(value)) {
			t.Fatalf("answered %d with a count of %v for %d characters", status, body["count"], len(value))
		}
		claims := verify(t, s, value)
		if claims.Issuer != address+"/github" || claims.Subject != "repo:contoso/mail:ref:refs/heads/main" || !slices.Equal(claims.Audience, []string{audience}) {
			t.Errorf("the token's claims are %+v", claims)
		}
	}
}

func TestGitHubRefusesAnotherToken(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	requestURL, requestToken := s.GitHubActions()
	for _, authorization := range []string{"", "Bearer ", "Bearer wrong", requestToken} {
		status, _, body := send(t, s.Issuers(), http.MethodGet, requestURL, "", map[string]string{"Authorization": authorization})
		if status != http.StatusUnauthorized || body["value"] != nil {
			t.Errorf("%d characters of authorization are answered %d", len(authorization), status)
		}
	}
	if status, _, _ := send(t, s.Issuers(), http.MethodPost, requestURL, "", map[string]string{"Authorization": "Bearer " + requestToken}); status != http.StatusMethodNotAllowed {
		t.Errorf("POST is answered %d", status)
	}
	if got := s.Requests()[0]; got != (identityserver.Request{Endpoint: "github", Audience: "https://github.com/contoso", Status: http.StatusUnauthorized}) {
		t.Errorf("recorded %+v", got)
	}
}

func TestAzureDevOpsGivesAJobATokenForItsServiceConnection(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	requestURI, accessToken := s.AzurePipelines()
	const connection = "&serviceConnectionId=" + identityserver.ServiceConnectionID
	for name, test := range map[string]struct {
		method, query, token string
		suppress             bool
		status               int
		audience             string
	}{
		"without an audience":      {http.MethodPost, "?api-version=7.1" + connection, accessToken, true, http.StatusOK, "api://AzureADTokenExchange"},
		"with an audience":         {http.MethodPost, "?api-version=7.1" + connection + "&audience=api://AzureADTokenExchangeChina", accessToken, false, http.StatusOK, "api://AzureADTokenExchangeChina"},
		"by GET":                   {http.MethodGet, "?api-version=7.1" + connection, accessToken, true, http.StatusMethodNotAllowed, ""},
		"without a version":        {http.MethodPost, "?" + connection, accessToken, true, http.StatusBadRequest, ""},
		"of no service connection": {http.MethodPost, "?api-version=7.1", accessToken, true, http.StatusNotFound, ""},
		"of another one":           {http.MethodPost, "?api-version=7.1&serviceConnectionId=" + first, accessToken, true, http.StatusNotFound, ""},
		"with another token":       {http.MethodPost, "?api-version=7.1" + connection, "wrong", true, http.StatusUnauthorized, ""},
		"as a browser would":       {http.MethodPost, "?api-version=7.1" + connection, "wrong", false, http.StatusFound, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := map[string]string{"Authorization": "Bearer " + test.token}
			if test.suppress {
				header["X-TFS-FedAuthRedirect"] = "Suppress"
			}
			status, answered, body := send(t, s.Issuers(), test.method, requestURI+test.query, "", header)
			if status != test.status {
				t.Fatalf("answered %d %v", status, body)
			}
			if location := answered.Get("Location"); (location != "") != (status == http.StatusFound) {
				t.Errorf("sent on to %q", location)
			}
			token, _ := body["oidcToken"].(string)
			if status != http.StatusOK {
				if token != "" {
					t.Error("a refusal has a token")
				}
				return
			}
			claims := verify(t, s, token)
			if claims.Issuer != address+"/azure-devops" || claims.Subject != "sc://contoso/mail/exchange" || !slices.Equal(claims.Audience, []string{test.audience}) {
				t.Errorf("the token's claims are %+v", claims)
			}
		})
	}
}

func TestSignKeepsToTheServersIssuersAndLifetime(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, lifetime := range []time.Duration{time.Minute, identityserver.DefaultTokenLifetime} {
		s.SetTokenLifetime(lifetime)
		token, err := s.Sign(identityserver.Token{Issuer: s.KubernetesIssuer(), Subject: identityserver.KubernetesSubject, Audience: "api://AzureADTokenExchange"})
		if err != nil {
			t.Fatal(err)
		}
		if claims := verify(t, s, token); !claims.ExpiresAt.Equal(noon.Add(lifetime)) || claims.ID == "" {
			t.Errorf("the token's claims are %+v", claims)
		}
	}
	if _, err := s.Sign(identityserver.Token{Issuer: "https://token.fabrikam.com"}); err == nil {
		t.Error("signed as another issuer")
	}
	if s.IssuerKeys("https://token.fabrikam.com") != nil || s.IssuerKeys(strings.TrimSuffix(s.KubernetesIssuer(), "/")) != nil {
		t.Error("knows the keys of another issuer")
	}
	s.SetTokenLifetime(-time.Minute)
	over, err := s.Sign(identityserver.Token{Issuer: s.GitHubIssuer()})
	if err != nil {
		t.Fatal(err)
	}
	var claims jwt.RegisteredClaims
	if _, _, err := jwt.NewParser().ParseUnverified(over, &claims); err != nil || !claims.ExpiresAt.Before(noon) || !claims.NotBefore.Before(claims.ExpiresAt.Time) {
		t.Errorf("a token that is over has the claims %+v, error %v", claims, err)
	}
}

func TestMetadataServiceAnswersForTheHostsIdentities(t *testing.T) {
	t.Parallel()
	const good = "api-version=2018-02-01&resource=https://outlook.office365.com"
	for name, test := range map[string]struct {
		identities []tenant.EnterpriseApplication
		query      string
		metadata   string
		status     int
		want       string // the client id, or a part of the refusal
	}{
		"system-assigned":          {[]tenant.EnterpriseApplication{firstAssigned, systemAssigned, secondAssigned}, good, "true", 200, system},
		"user-assigned":            {[]tenant.EnterpriseApplication{systemAssigned, firstAssigned}, good + "&client_id=" + first, "True", 200, first},
		"the only one":             {[]tenant.EnterpriseApplication{firstAssigned}, good, "true", 200, first},
		"one of two":               {[]tenant.EnterpriseApplication{firstAssigned, secondAssigned}, good, "true", 400, "Multiple user assigned identities exist"},
		"none":                     {nil, good, "true", 400, "Identity not found"},
		"another":                  {[]tenant.EnterpriseApplication{systemAssigned}, good + "&client_id=" + first, "true", 400, "Identity not found"},
		"an application":           {[]tenant.EnterpriseApplication{systemAssigned}, good + "&client_id=" + tenant.AutomationAppID, "true", 400, "Identity not found"},
		"without the header":       {[]tenant.EnterpriseApplication{systemAssigned}, good, "", 400, "Required metadata header not specified"},
		"without a version":        {[]tenant.EnterpriseApplication{systemAssigned}, "resource=https://outlook.office365.com", "true", 400, "api-version"},
		"without a resource":       {[]tenant.EnterpriseApplication{systemAssigned}, "api-version=2018-02-01", "true", 400, "resource"},
		"for an unknown resource":  {[]tenant.EnterpriseApplication{systemAssigned}, "api-version=2018-02-01&resource=https://vault.azure.net", "true", 400, "AADSTS500011"},
		"with a header of its own": {[]tenant.EnterpriseApplication{systemAssigned}, good, "1", 400, "Required metadata header not specified"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, test.identities...)
			status, _, body := send(t, s.Host(), http.MethodGet, s.InstanceMetadata()+"?"+test.query, "", map[string]string{"Metadata": test.metadata})
			if status != test.status {
				t.Fatalf("answered %d %v", status, body)
			}
			if status != http.StatusOK {
				if description, _ := body["error_description"].(string); body["error"] == "" || !strings.Contains(description, test.want) {
					t.Errorf("refused with %v", body)
				}
				return
			}
			for name, want := range map[string]string{
				"access_token": test.want + " for https://outlook.office365.com", "client_id": test.want, "token_type": "Bearer",
				"expires_in": "3600", "expires_on": "1772456400", "resource": "https://outlook.office365.com",
			} {
				if body[name] != want {
					t.Errorf("%s is %v, want %q", name, body[name], want)
				}
			}
		})
	}
}

func TestAppServiceAnswersWhoeverHasItsHeader(t *testing.T) {
	t.Parallel()
	const good = "?api-version=2019-08-01&resource=https://outlook.office365.com"
	s := newServer(t, systemAssigned, firstAssigned)
	path, secret := s.AppService()
	for name, test := range map[string]struct {
		method, query, header string
		status                int
		clientID              string
	}{
		"system-assigned":     {http.MethodGet, good, secret, 200, system},
		"user-assigned":       {http.MethodGet, good + "&client_id=" + strings.ToUpper(first), secret, 200, first},
		"another":             {http.MethodGet, good + "&client_id=" + second, secret, 400, ""},
		"without the header":  {http.MethodGet, good, "", 401, ""},
		"with another header": {http.MethodGet, good, "wrong", 401, ""},
		"of another version":  {http.MethodGet, "?api-version=2017-09-01&resource=https://outlook.office365.com", secret, 400, ""},
		"without a resource":  {http.MethodGet, "?api-version=2019-08-01", secret, 400, ""},
		"unknown resource":    {http.MethodGet, "?api-version=2019-08-01&resource=https://vault.azure.net", secret, 400, ""},
		"by POST":             {http.MethodPost, good, secret, 405, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, _, body := send(t, s.Host(), test.method, path+test.query, "", map[string]string{"X-IDENTITY-HEADER": test.header})
			if status != test.status {
				t.Fatalf("answered %d %v", status, body)
			}
			if status == http.StatusOK && (body["client_id"] != test.clientID || body["access_token"] != test.clientID+" for https://outlook.office365.com" || body["expires_on"] != "1772456400") {
				t.Errorf("answered %v", body)
			}
			if status != http.StatusOK && (body["access_token"] != nil || body["message"] == "") {
				t.Errorf("refused with %v", body)
			}
		})
	}
}

func TestCloudShellAnswersAForm(t *testing.T) {
	t.Parallel()
	s := newServer(t, systemAssigned)
	form := url.Values{"resource": {"https://outlook.office365.com"}}.Encode()
	header := map[string]string{"Metadata": "true", "Content-Type": "application/x-www-form-urlencoded"}
	if status, _, body := send(t, s.Host(), http.MethodPost, s.CloudShell(), form, header); status != http.StatusOK || body["access_token"] != system+" for https://outlook.office365.com" {
		t.Errorf("answered %d %v", status, body)
	}
	for name, test := range map[string]struct {
		method, form string
		header       map[string]string
		status       int
	}{
		"by GET":             {http.MethodGet, "", header, 405},
		"without the header": {http.MethodPost, form, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, 400},
		"without a resource": {http.MethodPost, "", header, 400},
		"unknown resource":   {http.MethodPost, "resource=https://vault.azure.net", header, 400},
		"without an end":     {http.MethodPost, strings.Repeat("a", 1<<17), header, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if status, _, body := send(t, s.Host(), test.method, s.CloudShell(), test.form, test.header); status != test.status || body["error"] == nil {
				t.Errorf("answered %d %v", status, body)
			}
		})
	}
}

func TestFailIsTheAnswerToTheNextRequests(t *testing.T) {
	t.Parallel()
	s := newServer(t, systemAssigned)
	s.Fail(identityserver.Failure{Status: http.StatusTooManyRequests, RetryAfter: "5", Body: map[string]string{"error": "busy"}}, 2)
	s.Fail(identityserver.Failure{Status: http.StatusInternalServerError}, 1)
	target := s.InstanceMetadata() + "?api-version=2018-02-01&resource=https://outlook.office365.com"
	var got []int
	for range 4 {
		status, header, body := send(t, s.Host(), http.MethodGet, target, "", map[string]string{"Metadata": "true"})
		got = append(got, status)
		if (header.Get("Retry-After") == "5") != (status == http.StatusTooManyRequests) || (body["access_token"] != nil) != (status == http.StatusOK) {
			t.Errorf("answered %d %v %v", status, header, body)
		}
	}
	want := []int{http.StatusTooManyRequests, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusOK}
	if !slices.Equal(got, want) {
		t.Errorf("answered %v, want %v", got, want)
	}
	for i, request := range s.Requests() {
		if request.Endpoint != "imds" || request.Status != want[i] {
			t.Errorf("request %d is recorded as %+v", i, request)
		}
	}
}

func TestKeptTokensAreGivenOutUntilTheyEnd(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	for _, identity := range []tenant.EnterpriseApplication{firstAssigned, secondAssigned} {
		identity.ObjectID = strings.Replace(identity.AppID, "5", "6", 1)
		if err := contoso.AddEnterpriseApplication(identity); err != nil {
			t.Fatal(err)
		}
	}
	now, made := noon, 0
	s := identityserver.New(identityserver.Config{
		URL: address, Tenant: contoso, Clock: func() time.Time { return now },
		IssueToken: func(string, string) (string, time.Time, error) {
			made++
			return strings.Repeat("x", made), now.Add(time.Hour), nil
		},
	})
	get := func(clientID, resource string) string {
		t.Helper()
		query := url.Values{"api-version": {"2018-02-01"}, "resource": {resource}, "client_id": {clientID}}
		_, _, body := send(t, s.Host(), http.MethodGet, s.InstanceMetadata()+"?"+query.Encode(), "", map[string]string{"Metadata": "true"})
		token, _ := body["access_token"].(string)
		return token
	}
	const exchange, graph = "https://outlook.office365.com", "https://graph.microsoft.com"
	got := []string{get(first, exchange), get(first, exchange)}
	s.KeepTokens()
	got = append(got, get(first, exchange), get(first, exchange), get(second, exchange), get(first, graph), get(second, exchange))
	now = noon.Add(time.Hour)
	got = append(got, get(first, exchange))
	if want := []string{"x", "xx", "xxx", "xxx", "xxxx", "xxxxx", "xxxx", "xxxxxx"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
