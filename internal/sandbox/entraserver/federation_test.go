// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package entraserver_test

import (
	"crypto/rsa"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/entraserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// What the automation application trusts in these tests.
const (
	issuer   = "https://token.contoso.com/cluster/"
	subject  = "system:serviceaccount:exchange:terraform"
	audience = "api://AzureADTokenExchange"
)

// startFederated runs a server that can ask one issuer for its keys, and whose
// automation application trusts it and another.
func startFederated(t *testing.T) (*entra, identity) {
	t.Helper()
	id := newIdentity(t, noon)
	e := start(t, entraserver.Config{IssuerKeys: func(url string) map[string]*rsa.PublicKey {
		if url != issuer {
			return nil
		}
		return map[string]*rsa.PublicKey{"key 1": &id.key.PublicKey}
	}})
	for _, trusted := range []string{issuer, "https://unreachable.contoso.com"} {
		if err := e.tenant.AddFederatedCredential(automation, tenant.FederatedCredential{
			Name: "cluster", Issuer: trusted, Subject: subject, Audiences: []string{audience},
		}); err != nil {
			t.Fatal(err)
		}
	}
	return e, id
}

// goodToken is what the cluster makes for the service account at noon.
func goodToken(i identity) assertion {
	return assertion{
		method: jwt.SigningMethodRS256,
		key:    i.key,
		header: map[string]any{"kid": "key 1"},
		claims: jwt.MapClaims{
			"aud": []string{audience},
			"iss": issuer,
			"sub": subject,
			"jti": "c5a5b5a5-0000-0000-0000-000000000000",
			"nbf": noon.Unix(),
			"exp": noon.Add(time.Hour).Unix(),
		},
	}
}

func TestTokenTakesFederatedTokens(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*assertion){
		"as Kubernetes makes it": func(*assertion) {},
		"for one audience":       func(a *assertion) { a.claims["aud"] = audience },
		"for several audiences":  func(a *assertion) { a.claims["aud"] = []string{"https://contoso.com", audience} },
		"without a beginning":    func(a *assertion) { delete(a.claims, "nbf") },
		"valid for a day":        func(a *assertion) { a.claims["exp"] = noon.Add(24 * time.Hour).Unix() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, id := startFederated(t)
			a := goodToken(id)
			change(&a)
			if got := decode(t, e.token(t, a.form(t))).Credential; got != "2" {
				t.Errorf("appidacr is %q, want 2", got)
			}
		})
	}
}

func TestTokenSaysWhatNoFederatedCredentialFits(t *testing.T) {
	t.Parallel()
	e, id := startFederated(t)
	stranger := newIdentity(t, noon)
	for name, test := range map[string]struct {
		change func(*assertion)
		code   int
		quoted string // what the text repeats of the token
	}{
		"another issuer":            {func(a *assertion) { a.claims["iss"] = "https://token.fabrikam.com" }, 700211, "issuer 'https://token.fabrikam.com'"},
		"issuer without its slash":  {func(a *assertion) { a.claims["iss"] = strings.TrimSuffix(issuer, "/") }, 700211, "issuer '"},
		"another subject":           {func(a *assertion) { a.claims["sub"] = "system:serviceaccount:default:default" }, 700213, "subject 'system:serviceaccount:default:default'"},
		"subject in another case":   {func(a *assertion) { a.claims["sub"] = strings.ToUpper(subject) }, 7002138, "subject '" + strings.ToUpper(subject) + "'"},
		"another audience":          {func(a *assertion) { a.claims["aud"] = "api://AzureADTokenExchangeUSGov" }, 700212, "audience 'api://AzureADTokenExchangeUSGov'"},
		"audience in another case":  {func(a *assertion) { a.claims["aud"] = strings.ToLower(audience) }, 700212, "audience '"},
		"no audience":               {func(a *assertion) { delete(a.claims, "aud") }, 700212, "audience ''"},
		"expired":                   {func(a *assertion) { a.claims["exp"] = noon.Unix() }, 700024, "Current time: 2026-03-02T12:00:00"},
		"not valid yet":             {func(a *assertion) { a.claims["nbf"] = noon.Add(time.Second).Unix() }, 700024, "Current time: "},
		"without an end":            {func(a *assertion) { delete(a.claims, "exp") }, 700027, "exp"},
		"signed by another":         {func(a *assertion) { a.key = stranger.key }, 700027, "signature"},
		"signed with another key":   {func(a *assertion) { a.header["kid"] = "key 2" }, 700027, "no key"},
		"key not named":             {func(a *assertion) { a.header = nil }, 700027, "no key"},
		"signed as by certificates": {func(a *assertion) { a.method = jwt.SigningMethodPS256 }, 700027, "signing method"},
		"not signed": {func(a *assertion) {
			a.method, a.key = jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType
		}, 700027, "signing method"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := goodToken(id)
			test.change(&a)
			got := e.post(t, a.form(t))
			if got.status != http.StatusUnauthorized || got.body.Error != "invalid_client" || !slices.Equal(got.body.Codes, []int{test.code}) {
				t.Errorf("answered %d %s %v, want 401 invalid_client %d", got.status, got.body.Error, got.body.Codes, test.code)
			}
			if !strings.Contains(got.body.Description, test.quoted) {
				t.Errorf("the text %q does not have %q", got.body.Description, test.quoted)
			}
		})
	}
}

func TestTokenRefusesAnIssuerThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	e, id := startFederated(t)
	a := goodToken(id)
	a.claims["iss"] = "https://unreachable.contoso.com"
	if got := e.post(t, a.form(t)); !slices.Equal(got.body.Codes, []int{90061}) {
		t.Errorf("answered %d %v", got.status, got.body.Codes)
	}
}

func TestTokenRefusesFederatedTokensOfAnApplicationWithoutCredentials(t *testing.T) {
	t.Parallel()
	e, id := startFederated(t)
	form := goodToken(id).form(t)
	form.Set("client_id", reader)
	if got := e.post(t, form); got.status != http.StatusUnauthorized || !slices.Equal(got.body.Codes, []int{70025}) {
		t.Errorf("answered %d %v", got.status, got.body.Codes)
	}
}

func TestTokenRefusesFederatedTokensOfAnotherKind(t *testing.T) {
	t.Parallel()
	e, id := startFederated(t)
	form := goodToken(id).form(t)
	form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer")
	if got := e.post(t, form); !slices.Equal(got.body.Codes, []int{70002}) {
		t.Errorf("answered %d %v", got.status, got.body.Codes)
	}
}
