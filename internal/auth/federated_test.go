// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/auth"
)

// assertions returns the assertions that Entra was shown.
func (e *entra) assertions() []string {
	var all []string
	for _, request := range e.asked() {
		all = append(all, request.Form.Get("client_assertion"))
	}
	return all
}

func TestTokenSignsInWithFederatedToken(t *testing.T) {
	t.Parallel()
	e := &entra{federated: func(assertion string) bool { return assertion == "from-elsewhere" }}
	config := serve(t, e)
	config.Credential = auth.FederatedToken(" from-elsewhere\n")
	if got := token(t, source(t, config), "", ""); got != "token-1" {
		t.Errorf("token = %q", got)
	}
	const want = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	if got := e.asked()[0].Form.Get("client_assertion_type"); got != want {
		t.Errorf("client_assertion_type = %q, want %q", got, want)
	}
}

func TestFederatedTokenFileIsReadAgainAtEachRenewal(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	write := func(t *testing.T, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		e := &entra{federated: func(string) bool { return true }}
		config := configInMemory(t, e)
		config.Credential = auth.FederatedTokenFile(path)
		s := source(t, config) // The file may appear later.
		write(t, "first\n")
		token(t, s, "", "")
		write(t, "second\n")
		token(t, s, "", "")
		<-time.After(56 * time.Minute)
		token(t, s, "", "")
		if got := strings.Join(e.assertions(), ","); got != "first,second" {
			t.Errorf("assertions = %s, want first,second", got)
		}
	})
}

func TestFederatedTokenFileThatGivesNoToken(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		empty:                                   "is empty",
		filepath.Join(t.TempDir(), "not-there"): "not-there",
	} {
		e := &entra{}
		config := serve(t, e)
		config.Credential = auth.FederatedTokenFile(path)
		err := signInError(t, config)
		if !strings.Contains(err.Error(), want) || err.Advice == "" || err.Service != "" {
			t.Errorf("error = %v, want one with %q", err, want)
		}
		if got := len(e.asked()); got != 0 {
			t.Errorf("%d requests were made", got)
		}
	}
}

func TestUnmatchedFederatedTokenIsExplainedByItsClaims(t *testing.T) {
	t.Parallel()
	assertion := unsigned(t, map[string]any{
		"iss": "https://token.actions.githubusercontent.com",
		"sub": "repo:contoso/exchange:ref:refs/heads/main",
		"aud": "api://AzureADTokenExchange",
	})
	for _, code := range []int{700211, 700212, 700213, 7002138, 70021, 70025} {
		e := &entra{before: func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			refuse(w, http.StatusUnauthorized, code, "No matching federated identity record found for presented assertion "+assertion+".")
			return true
		}}
		config := serve(t, e)
		config.Credential = auth.FederatedToken(assertion)
		err := signInError(t, config)
		for _, want := range []string{
			`issuer "https://token.actions.githubusercontent.com"`, `subject "repo:contoso/exchange:ref:refs/heads/main"`,
			`audience "api://AzureADTokenExchange"`,
		} {
			if !strings.Contains(err.Advice, want) {
				t.Errorf("%d: advice = %q, want one with %s", code, err.Advice, want)
			}
		}
		holdsNone(t, err.Error(), assertion)
	}
}

func TestUnmatchedFederatedTokenThatCannotBeRead(t *testing.T) {
	t.Parallel()
	config := serve(t, &entra{federated: func(string) bool { return false }})
	config.Credential = auth.FederatedToken("opaque")
	if err := signInError(t, config); !strings.Contains(err.Advice, "issuer, subject and audience") {
		t.Errorf("advice = %q", err.Advice)
	}
}

func TestEndedFederatedTokenIsExplained(t *testing.T) {
	t.Parallel()
	config := serve(t, &entra{before: func(_ int, w http.ResponseWriter, _ *http.Request) bool {
		refuse(w, http.StatusUnauthorized, 700024, "Client assertion is not within its valid time range.")
		return true
	}})
	config.Credential = auth.FederatedToken(unsigned(t, map[string]any{"exp": 1767268800}))
	err := signInError(t, config)
	for _, want := range []string{"2026-01-01T12:00:00Z", "read from a file"} {
		if !strings.Contains(err.Advice, want) {
			t.Errorf("advice = %q, want one with %q", err.Advice, want)
		}
	}
}
