// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/auth"
)

func TestWrongSecretIsExplained(t *testing.T) {
	t.Parallel()
	config := serve(t, &entra{})
	config.Credential = auth.ClientSecret("wr0ng~secret")
	err := signInError(t, config)
	want := auth.Error{
		Tried:         err.Tried,
		Service:       "Microsoft Entra ID",
		Status:        http.StatusUnauthorized,
		Code:          "AADSTS7000215",
		Description:   err.Description,
		TraceID:       "aaaaaaaa-0000-0000-0000-000000000000",
		CorrelationID: "bbbbbbbb-0000-0000-0000-000000000000",
		Advice:        "Give the client secret's value, not its id, and check that it belongs to this application",
	}
	if *err != want {
		t.Errorf("error = %#v, want %#v", *err, want)
	}
	text := err.Error()
	for _, part := range []string{
		"application " + clientID, "its client secret", "tenant " + tenantID, "AADSTS7000215: Invalid client secret provided.",
		"trace id aaaaaaaa", "correlation id bbbbbbbb", "Give the client secret's value",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("%q lacks %q", text, part)
		}
	}
	for _, part := range []string{"Timestamp", "wr0ng~secret", "\n"} {
		if strings.Contains(text, part) {
			t.Errorf("%q has %q", text, part)
		}
	}
}

func TestEntraRefusals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		code   int
		advice string
	}{
		{"expired secret", 7000222, "has expired"},
		{"unknown application", 700016, "Check the client id"},
		{"unknown tenant", 90002, "Check the tenant id"},
		{"unregistered certificate", 700027, "uploaded to the application"},
		{"no credential", 7000216, "a client secret or a certificate"},
		{"disabled application", 7000112, "disabled"},
		{"unknown resource", 500011, "has Exchange Online"},
		{"unmatched federated credential", 700211, "federated credential"},
		{"unmatched subject of a federated credential", 700213, "federated credential"},
		{"subject in another letter case", 7002138, "federated credential"},
		{"no federated credential", 70025, "federated credential"},
		{"issuer that cannot be asked", 90061, "reach the issuer"},
		{"tenant of a national cloud", 90038, "environment is the tenant's cloud"},
		{"application of another cloud", 900382, "environment is the tenant's cloud"},
		{"assertion out of its time", 700024, "clock"},
		{"conditional access", 53003, "Conditional Access"},
		{"no consent", 65001, "Exchange.ManageAsApp (dc50a0fb-09a3-484d-be87-e023b12c6440)"},
		{"no permission", 501051, "lacks a permission for the service: grant it Exchange.ManageAsApp (dc50a0fb-09a3-484d-be87-e023b12c6440)"},
		{"no service principal", 7000229, "no service principal"},
		{"anything else", 12345, "error?code=12345"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := signInError(t, serve(t, &entra{before: func(_ int, w http.ResponseWriter, _ *http.Request) bool {
				refuse(w, http.StatusBadRequest, test.code, "Some text.")
				return true
			}}))
			if !strings.Contains(err.Advice, test.advice) {
				t.Errorf("advice = %q, want one with %q", err.Advice, test.advice)
			}
		})
	}
}

func TestUnknownTenantIsARefusal(t *testing.T) {
	t.Parallel()
	config := serve(t, &entra{})
	config.TenantID = "fabrikam.com"
	if err := signInError(t, config); err.Code != "AADSTS90002" || err.Status != http.StatusBadRequest {
		t.Errorf("error = %#v", err)
	}
}

func TestUnregisteredCertificateIsRefusedWithoutItsAssertion(t *testing.T) {
	t.Parallel()
	e := &entra{certificate: newIdentity(t, rsaKeys()[1]).certificate}
	config := serve(t, e)
	mine := newRSA(t)
	credential, err := auth.Certificate(append(mine.certificatePEM(), mine.keyPEM(t)...), "")
	if err != nil {
		t.Fatal(err)
	}
	config.Credential = credential
	refusal := signInError(t, config)
	if refusal.Code != "AADSTS700027" {
		t.Errorf("error = %#v", refusal)
	}
	holdsNone(t, refusal.Error(), e.asked()[0].Form.Get("client_assertion"))
}

func TestSecretThatEntraRepeatsIsKeptOut(t *testing.T) {
	t.Parallel()
	err := signInError(t, serve(t, &entra{before: func(_ int, w http.ResponseWriter, _ *http.Request) bool {
		refuse(w, http.StatusBadRequest, 7000215, "The secret "+secret+" is wrong.\r\nAnd so on.")
		return true
	}}))
	holdsNone(t, err.Error(), secret, "And so on")
	if !strings.Contains(err.Description, "[secret]") {
		t.Errorf("description = %q", err.Description)
	}
}

func TestAnswersThatAreNotEntras(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"empty":      "",
		"HTML":       "<html><body>Bad gateway</body></html>",
		"empty JSON": "{}",
		"other JSON": `{"error":{"code":"x"}}`,
		"NUL bytes":  "\x00\x00\x00",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := signInError(t, serve(t, &entra{before: func(_ int, w http.ResponseWriter, _ *http.Request) bool {
				w.WriteHeader(http.StatusNotFound)
				_, _ = w.Write([]byte(body))
				return true
			}}))
			if err.Status != http.StatusNotFound || err.Code != "" || !strings.Contains(err.Error(), "HTTP 404") {
				t.Errorf("error = %#v: %v", err, err)
			}
		})
	}
}

func TestTokenAnswerThatIsNotJSON(t *testing.T) {
	t.Parallel()
	err := signInError(t, serve(t, &entra{before: func(_ int, w http.ResponseWriter, _ *http.Request) bool {
		_, _ = w.Write([]byte("<html>Sign in to this network</html>"))
		return true
	}}))
	if err.Err == nil || err.Advice == "" {
		t.Errorf("error = %#v", err)
	}
}

func TestTokenEndpointWithoutTLSGetsNothing(t *testing.T) {
	t.Parallel()
	plain := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the credential was sent without TLS")
	}))
	t.Cleanup(plain.Close)
	config := configInMemory(t, nil)
	config.Transport = inMemory{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reply(w, http.StatusOK, map[string]any{
			"authorization_endpoint": plain.URL, "token_endpoint": plain.URL + "/token", "issuer": "https://" + r.Host + "/",
		})
	})}
	if err := signInError(t, config); !strings.Contains(err.Error(), "TLS only") {
		t.Errorf("error = %v", err)
	}
}

func TestRedirectedSignInIsNotFollowed(t *testing.T) {
	t.Parallel()
	other := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the credential was sent to another host")
	}))
	t.Cleanup(other.Close)
	err := signInError(t, serve(t, &entra{before: func(_ int, w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		return true
	}}))
	if err.Status != http.StatusTemporaryRedirect {
		t.Errorf("error = %#v", err)
	}
}

func TestNetworkErrorIsWrapped(t *testing.T) {
	t.Parallel()
	lost := &net.DNSError{Err: "no such host", Name: "login.contoso.test", IsNotFound: true}
	config := configInMemory(t, nil)
	config.Transport = failing{lost}
	err := signInError(t, config)
	var got *net.DNSError
	if !errors.As(err, &got) || got.Name != lost.Name {
		t.Errorf("error = %v, want it to wrap %v", err, lost)
	}
}

// failing is a transport that never gets through.
type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }
