// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/auth"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/cloud"
)

const (
	tenantID = "11111111-1111-1111-1111-111111111111"
	clientID = "22222222-2222-2222-2222-222222222222"
	secret   = "s3cr3t~value.of_the-app"
	scope    = "https://outlook.office365.com/.default"
)

// entra plays Microsoft Entra ID: it knows one tenant, one application, and that
// application's secret and certificate.
type entra struct {
	// certificate is the one registered with the application, if any.
	certificate *x509.Certificate
	// federated, where not nil, reports whether a federated credential of the
	// application trusts an assertion.
	federated func(assertion string) bool
	// lifetime is that of the tokens, an hour where 0.
	lifetime time.Duration
	// before, where not nil, sees each token request and answers it by reporting
	// true.
	before func(n int, w http.ResponseWriter, r *http.Request) bool

	mu       sync.Mutex
	requests []*http.Request // token requests, their forms parsed
	paths    []string        // of all requests
}

func (e *entra) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	e.paths = append(e.paths, r.Method+" "+r.URL.Path)
	e.mu.Unlock()
	base := "https://" + r.Host + "/" + tenantID
	switch r.URL.Path {
	case "/" + tenantID + "/v2.0/.well-known/openid-configuration":
		reply(w, http.StatusOK, map[string]any{
			"authorization_endpoint": base + "/oauth2/v2.0/authorize",
			"token_endpoint":         base + "/oauth2/v2.0/token",
			"issuer":                 base + "/v2.0",
		})
	case "/" + tenantID + "/oauth2/v2.0/token":
		e.token(w, r)
	default:
		refuse(w, http.StatusBadRequest, 90002, "Tenant 'x' not found. Check to make sure you have the correct tenant ID.")
	}
}

func (e *entra) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	e.mu.Lock()
	e.requests = append(e.requests, r)
	n := len(e.requests)
	e.mu.Unlock()
	if e.before != nil && e.before(n, w, r) {
		return
	}
	switch {
	case r.Method != http.MethodPost || r.Form.Get("grant_type") != "client_credentials":
		refuse(w, http.StatusBadRequest, 900144, "The request body must contain the grant_type.")
	case r.Form.Get("client_id") != clientID:
		refuse(w, http.StatusBadRequest, 700016, "Application with identifier 'x' was not found in the directory 'Contoso'.")
	case r.Form.Has("client_assertion") && e.federated != nil:
		if !e.federated(r.Form.Get("client_assertion")) {
			refuse(w, http.StatusUnauthorized, 700213, "No matching federated identity record found for presented assertion subject 'x'.")
			return
		}
		e.grant(w, n)
	case r.Form.Has("client_assertion"):
		if err := e.checkAssertion(r.Form, "https://"+r.Host+r.URL.Path); err != nil {
			refuse(w, http.StatusUnauthorized, 700027, "The certificate with identifier used to sign the client assertion is not registered on application. "+err.Error())
			return
		}
		e.grant(w, n)
	case r.Form.Get("client_secret") != secret:
		refuse(w, http.StatusUnauthorized, 7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '"+clientID+"'.")
	default:
		e.grant(w, n)
	}
}

func (e *entra) grant(w http.ResponseWriter, n int) {
	lifetime := e.lifetime
	if lifetime == 0 {
		lifetime = time.Hour
	}
	reply(w, http.StatusOK, map[string]any{
		"token_type": "Bearer", "expires_in": int(lifetime.Seconds()), "ext_expires_in": int(lifetime.Seconds()),
		"access_token": fmt.Sprintf("token-%d", n),
	})
}

// checkAssertion verifies what a certificate signs in with.
func (e *entra) checkAssertion(form url.Values, endpoint string) error {
	if e.certificate == nil {
		return errors.New("there is none")
	}
	key, ok := e.certificate.PublicKey.(*rsa.PublicKey)
	if !ok {
		return errors.New("it is not RSA")
	}
	var claims jwt.RegisteredClaims
	token, err := jwt.ParseWithClaims(form.Get("client_assertion"), &claims, func(*jwt.Token) (any, error) { return key, nil },
		jwt.WithValidMethods([]string{"PS256"}), jwt.WithAudience(endpoint), jwt.WithIssuer(clientID), jwt.WithSubject(clientID),
		jwt.WithExpirationRequired())
	if err != nil {
		return err
	}
	thumbprint := sha256.Sum256(e.certificate.Raw)
	if token.Header["x5t#S256"] != base64.StdEncoding.EncodeToString(thumbprint[:]) {
		return fmt.Errorf("x5t#S256 is %v", token.Header["x5t#S256"])
	}
	return nil
}

// asked returns the token requests so far.
func (e *entra) asked() []*http.Request {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]*http.Request(nil), e.requests...)
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// refuse answers as Entra refuses.
func refuse(w http.ResponseWriter, status, code int, text string) {
	const trace, correlation = "aaaaaaaa-0000-0000-0000-000000000000", "bbbbbbbb-0000-0000-0000-000000000000"
	reply(w, status, map[string]any{
		"error": "invalid_client",
		"error_description": fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: 2026-01-02 03:04:05Z",
			code, text, trace, correlation),
		"error_codes": []int{code}, "timestamp": "2026-01-02 03:04:05Z", "trace_id": trace, "correlation_id": correlation,
	})
}

// serve starts an Entra on loopback and returns a configuration that signs in
// there with the right secret.
func serve(t *testing.T, e *entra) auth.Config {
	t.Helper()
	server := httptest.NewTLSServer(e)
	t.Cleanup(server.Close)
	global, err := cloud.Lookup("global")
	if err != nil {
		t.Fatal(err)
	}
	global.AuthorityHost = server.URL
	return auth.Config{
		Cloud:      global,
		TenantID:   tenantID,
		ClientID:   clientID,
		Credential: auth.ClientSecret(secret),
		Transport:  server.Client().Transport,
		UserAgent:  "test/1",
	}
}

// inMemory is a transport that calls a handler without a network, so that time in
// a synctest bubble stands still until everybody waits.
type inMemory struct{ http.Handler }

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	answered := make(chan *http.Response, 1)
	go func() {
		w := httptest.NewRecorder()
		m.ServeHTTP(w, r)
		answered <- w.Result()
	}()
	select {
	case response := <-answered:
		return response, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// hosts answers for several hosts.
type hosts map[string]http.Handler

func (h hosts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	handler, ok := h[r.URL.Host]
	if !ok {
		http.Error(w, "no such host: "+r.URL.Host, http.StatusTeapot)
		return
	}
	// A server fills in what a client leaves to the URL.
	r = r.Clone(r.Context())
	r.Host = r.URL.Host
	handler.ServeHTTP(w, r)
}

// recorder keeps the requests that a handler answers.
type recorder struct {
	http.HandlerFunc

	mu       sync.Mutex
	requests []*http.Request
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	r.requests = append(r.requests, request)
	r.mu.Unlock()
	r.HandlerFunc(w, request)
}

// asked returns the requests so far.
func (r *recorder) asked() []*http.Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]*http.Request(nil), r.requests...)
}

// answering returns a recorder that answers always alike.
func answering(status int, body any) *recorder {
	return &recorder{HandlerFunc: func(w http.ResponseWriter, _ *http.Request) { reply(w, status, body) }}
}

// unsigned returns a JWT of claims that nobody signed.
func unsigned(t testing.TB, claims map[string]any) string {
	t.Helper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims(claims)).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	return token + "c2ln" // a signature, as real tokens have one
}

// configInMemory is serve without a server.
func configInMemory(t *testing.T, e *entra) auth.Config {
	t.Helper()
	global, err := cloud.Lookup("global")
	if err != nil {
		t.Fatal(err)
	}
	global.AuthorityHost = "https://login.contoso.test"
	return auth.Config{
		Cloud: global, TenantID: tenantID, ClientID: clientID, Credential: auth.ClientSecret(secret), Transport: inMemory{e},
	}
}

func source(t *testing.T, config auth.Config) *auth.TokenSource {
	t.Helper()
	s, err := auth.NewTokenSource(config)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func token(t *testing.T, s *auth.TokenSource, claims, refused string) string {
	t.Helper()
	got, err := s.Token(t.Context(), scope, claims, refused)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// signInError returns the [*auth.Error] that a token request ends with.
func signInError(t *testing.T, config auth.Config) *auth.Error {
	t.Helper()
	_, err := source(t, config).Token(t.Context(), scope, "", "")
	var e *auth.Error
	if !errors.As(err, &e) {
		t.Fatalf("error is a %T, want an *auth.Error: %v", err, err)
	}
	return e
}

// holdsNone fails if a text shows one of the secrets.
func holdsNone(t *testing.T, text string, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			t.Errorf("%q shows %q", text, secret)
		}
	}
}
