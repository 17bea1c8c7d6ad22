// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package entraserver_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // The x5t header is made of it.
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/entraserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// An identity is a key and a certificate for it.
type identity struct {
	key *rsa.PrivateKey
	der []byte
}

// newIdentity makes a certificate that is valid until end.
func newIdentity(t testing.TB, end time.Time) identity {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: end.Add(-time.Hour), NotAfter: end}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return identity{key: key, der: der}
}

// x5tS256 is the SHA-256 thumbprint as MSAL for Go writes it.
func (i identity) x5tS256() string {
	digest := sha256.Sum256(i.der)
	return base64.StdEncoding.EncodeToString(digest[:])
}

// x5t is the SHA-1 thumbprint as RFC 7515 writes it.
func (i identity) x5t() string {
	digest := sha1.Sum(i.der) //nolint:gosec // As above.
	return base64.RawURLEncoding.EncodeToString(digest[:])
}

// An assertion is a client assertion before it is signed.
type assertion struct {
	method jwt.SigningMethod
	key    any
	header map[string]any
	claims jwt.MapClaims
}

// goodAssertion is what MSAL makes for the automation application at noon.
func goodAssertion(i identity, tokenEndpoint string) assertion {
	return assertion{
		method: jwt.SigningMethodPS256,
		key:    i.key,
		header: map[string]any{"x5t#S256": i.x5tS256()},
		claims: jwt.MapClaims{
			"aud": tokenEndpoint,
			"iss": automation,
			"sub": automation,
			"jti": "b5a5b5a5-0000-0000-0000-000000000000",
			"nbf": noon.Unix(),
			"exp": noon.Add(10 * time.Minute).Unix(),
		},
	}
}

// form is the body of a token request with the assertion.
func (a assertion) form(t *testing.T) url.Values {
	t.Helper()
	token := jwt.NewWithClaims(a.method, a.claims)
	for name, value := range a.header {
		token.Header[name] = value
	}
	signed, err := token.SignedString(a.key)
	if err != nil {
		t.Fatal(err)
	}
	form := secretForm(automation)
	form.Del("client_secret")
	form.Set("client_assertion_type", assertionType)
	form.Set("client_assertion", signed)
	form.Set("client_info", "1")
	return form
}

// startWithCertificates runs a server whose automation application has two
// certificates, and returns the second.
func startWithCertificates(t *testing.T) (*entra, identity) {
	t.Helper()
	e := start(t, entraserver.Config{})
	first, second := newIdentity(t, noon.Add(time.Hour)), newIdentity(t, noon.Add(time.Hour))
	for _, i := range []identity{first, second} {
		if err := e.tenant.AddCertificate(automation, i.der); err != nil {
			t.Fatal(err)
		}
	}
	return e, second
}

func TestTokenTakesAssertionsOfARegisteredCertificate(t *testing.T) {
	t.Parallel()
	e, id := startWithCertificates(t)
	endpoint := e.url + "/" + tenantID + "/oauth2/v2.0/token"
	tests := map[string]func(*assertion){
		"as MSAL makes it": func(*assertion) {},
		"signed with RS256": func(a *assertion) {
			a.method, a.header = jwt.SigningMethodRS256, map[string]any{"x5t": id.x5t()}
		},
		"with both thumbprints": func(a *assertion) { a.header["x5t"] = id.x5t() },
		"thumbprint in base64 for URLs": func(a *assertion) {
			digest := sha256.Sum256(id.der)
			a.header["x5t#S256"] = base64.RawURLEncoding.EncodeToString(digest[:])
		},
		"for the tenant by its domain": func(a *assertion) {
			a.claims["aud"] = e.url + "/Contoso.com/oauth2/v2.0/token"
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := goodAssertion(id, endpoint)
			change(&a)
			token := e.token(t, a.form(t))
			if got := decode(t, token).Credential; got != "2" {
				t.Errorf("appidacr is %q, want 2 for a certificate", got)
			}
			if _, err := e.Authorize(token); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTokenRefusesAssertionsThatProveNothing(t *testing.T) {
	t.Parallel()
	e, id := startWithCertificates(t)
	stranger, expired := newIdentity(t, noon.Add(time.Hour)), newIdentity(t, noon.Add(-time.Second))
	if err := e.tenant.AddCertificate(automation, expired.der); err != nil {
		t.Fatal(err)
	}
	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		change func(*assertion)
		code   int
	}{
		"signed by another key":         {func(a *assertion) { a.key = stranger.key }, 700027},
		"certificate not registered":    {func(a *assertion) { a.key, a.header["x5t#S256"] = stranger.key, stranger.x5tS256() }, 700027},
		"certificate expired":           {func(a *assertion) { a.key, a.header["x5t#S256"] = expired.key, expired.x5tS256() }, 700027},
		"thumbprints that differ":       {func(a *assertion) { a.header["x5t"] = stranger.x5t() }, 700027},
		"no thumbprint":                 {func(a *assertion) { a.header = nil }, 700027},
		"an empty thumbprint":           {func(a *assertion) { a.header["x5t#S256"] = "" }, 700027},
		"a thumbprint that is a number": {func(a *assertion) { a.header["x5t#S256"] = 7 }, 700027},
		"signed with RS512":             {func(a *assertion) { a.method = jwt.SigningMethodRS512 }, 700027},
		"signed with ES256":             {func(a *assertion) { a.method, a.key = jwt.SigningMethodES256, elliptical }, 700027},
		"signed with a password":        {func(a *assertion) { a.method, a.key = jwt.SigningMethodHS256, []byte("password") }, 700027},
		"not signed": {func(a *assertion) {
			a.method, a.key = jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType
		}, 700027},
		"for another endpoint": {func(a *assertion) { a.claims["aud"] = e.url + "/" + tenantID + "/v2.0" }, 700027},
		"for another tenant":   {func(a *assertion) { a.claims["aud"] = e.url + "/fabrikam.com/oauth2/v2.0/token" }, 700027},
		"for the real Entra": {func(a *assertion) {
			a.claims["aud"] = "https://login.microsoftonline.com/" + tenantID + "/oauth2/v2.0/token"
		}, 700027},
		"for nobody":                 {func(a *assertion) { delete(a.claims, "aud") }, 700027},
		"issued by another":          {func(a *assertion) { a.claims["iss"] = reader }, 700027},
		"about another":              {func(a *assertion) { a.claims["sub"] = reader }, 700027},
		"by nobody":                  {func(a *assertion) { delete(a.claims, "iss") }, 700027},
		"without an end":             {func(a *assertion) { delete(a.claims, "exp") }, 700027},
		"without a beginning":        {func(a *assertion) { delete(a.claims, "nbf") }, 700027},
		"valid for eleven minutes":   {func(a *assertion) { a.claims["exp"] = noon.Add(11 * time.Minute).Unix() }, 700027},
		"expired":                    {func(a *assertion) { a.claims["exp"] = noon.Unix() }, 700024},
		"not valid yet":              {func(a *assertion) { a.claims["nbf"] = noon.Add(time.Second).Unix() }, 700024},
		"expired and by a forger":    {func(a *assertion) { a.key, a.claims["exp"] = stranger.key, noon.Unix() }, 700027},
		"expired since it has begun": {func(a *assertion) { a.claims["nbf"], a.claims["exp"] = 0, 1 }, 700024},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := goodAssertion(id, e.url+"/"+tenantID+"/oauth2/v2.0/token")
			test.change(&a)
			got := e.post(t, a.form(t))
			if got.status != http.StatusUnauthorized || got.body.Error != "invalid_client" || !slices.Equal(got.body.Codes, []int{test.code}) {
				t.Errorf("answered %d %s %v, want 401 invalid_client %d", got.status, got.body.Error, got.body.Codes, test.code)
			}
		})
	}
}

func TestTokenRefusesAssertionsOfAnApplicationWithoutCertificates(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	a := goodAssertion(newIdentity(t, noon.Add(time.Hour)), e.url+"/"+tenantID+"/oauth2/v2.0/token")
	if got := e.post(t, a.form(t)); !slices.Equal(got.body.Codes, []int{700027}) {
		t.Errorf("answered %d %v", got.status, got.body.Codes)
	}
}

func TestTokenPrefersTheAssertionToTheSecret(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	form := secretForm(automation)
	form.Set("client_assertion_type", assertionType)
	form.Set("client_assertion", "not.a.JWT")
	if got := e.post(t, form); !slices.Equal(got.body.Codes, []int{700027}) {
		t.Errorf("answered %d %v: a right secret makes up for a wrong assertion", got.status, got.body.Codes)
	}
}

func FuzzClientAssertion(f *testing.F) {
	contoso := tenant.Contoso()
	if err := contoso.AddCertificate(automation, newIdentity(f, noon.Add(time.Hour)).der); err != nil {
		f.Fatal(err)
	}
	authority, cluster := newIdentity(f, noon.Add(time.Hour)), newIdentity(f, noon.Add(time.Hour))
	if err := contoso.AddTrustedSubject(automation, tenant.TrustedSubject{CommonName: trustedName, Authority: authority.der}); err != nil {
		f.Fatal(err)
	}
	if err := contoso.AddFederatedCredential(automation, tenant.FederatedCredential{Issuer: issuer, Subject: subject, Audiences: []string{audience}}); err != nil {
		f.Fatal(err)
	}
	server, err := entraserver.New(entraserver.Config{
		Tenant: contoso, Clock: func() time.Time { return noon },
		IssuerKeys: func(string) map[string]*rsa.PublicKey {
			return map[string]*rsa.PublicKey{"key 1": &cluster.key.PublicKey}
		},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("")
	f.Add("a.b.c")
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Add("eyJhbGciOiJQUzI1NiIsIng1dCI6MX0.eyJleHAiOjE4MDAwMDAwMDB9.AAAA")
	f.Add("eyJhbGciOiJSUzI1NiIsIng1dCI6IiJ9.eyJhdWQiOltdLCJuYmYiOm51bGx9.AAAA")
	for _, seed := range []struct{ header, claims string }{
		// Tokens of other issuers.
		{`{"alg":"RS256","kid":"key 1"}`, `{"iss":"` + issuer + `","sub":"` + subject + `","aud":"` + audience + `","exp":1800000000}`},
		{`{"alg":"RS256","kid":1}`, `{"iss":"` + issuer + `","sub":"` + subject + `","aud":["` + audience + `"],"exp":1800000000}`},
		{`{"alg":"none"}`, `{"iss":"` + issuer + `","sub":"` + subject + `","aud":"` + audience + `"}`},
		{`{"alg":"RS256"}`, `{"iss":"https://","sub":null,"aud":[]}`},
		// Chains of certificates.
		{`{"alg":"RS256","x5t#S256":"AAAA","x5c":["AAAA",7]}`, `{"iss":"` + automation + `","sub":"` + automation + `"}`},
		{`{"alg":"PS256","x5t":"AAAA","x5c":[]}`, `{"iss":"` + automation + `","nbf":1,"exp":-1}`},
	} {
		encode := base64.RawURLEncoding.EncodeToString
		f.Add(encode([]byte(seed.header)) + "." + encode([]byte(seed.claims)) + ".AAAA")
	}
	f.Fuzz(func(t *testing.T, assertion string) {
		form := url.Values{
			"grant_type":            {"client_credentials"},
			"client_id":             {automation},
			"client_assertion_type": {assertionType},
			"client_assertion":      {assertion},
			"scope":                 {exchangeScope},
		}
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost,
			"https://127.0.0.1/"+tenantID+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		response := httptest.NewRecorder()
		server.ServeHTTP(response, request)
		if response.Code != http.StatusUnauthorized {
			t.Errorf("an assertion nobody signed is answered with %d: %s", response.Code, response.Body)
		}
	})
}
