// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/auth"
)

const graphScope = "https://graph.microsoft.com/.default"

// given returns a configuration with a token for Exchange, and nothing else.
func given(t *testing.T, exchange string) auth.Config {
	t.Helper()
	config := configInMemory(t, &entra{})
	config.TenantID, config.ClientID = "", ""
	config.Credential = auth.AccessTokens(map[string]string{scope: exchange, graphScope: ""})
	return config
}

func TestGivenTokensAreUsedAsTheyAre(t *testing.T) {
	t.Parallel()
	config := given(t, "")
	later := time.Now().Add(time.Hour).Unix()
	for name, exchange := range map[string]string{
		"opaque":                 "opaque\n",
		"three parts, no JWT":    "a.b.c",
		"no claims":              unsigned(t, nil),
		"the resource":           unsigned(t, map[string]any{"aud": "https://outlook.office365.com", "exp": later}),
		"the resource, slash":    unsigned(t, map[string]any{"aud": "https://outlook.office365.com/"}),
		"another host of theirs": unsigned(t, map[string]any{"aud": "https://outlook.office.com/"}),
		"the application":        unsigned(t, map[string]any{"aud": "00000002-0000-0FF1-CE00-000000000000"}),
		"several":                unsigned(t, map[string]any{"aud": []string{"x", "https://outlook.office365.com"}}),
	} {
		config.Credential = auth.AccessTokens(map[string]string{scope: exchange})
		if got := token(t, source(t, config), "", ""); got != strings.TrimSpace(exchange) {
			t.Errorf("%s: token = %q", name, got)
		}
	}
	graph := unsigned(t, map[string]any{"aud": "00000003-0000-0000-c000-000000000000"})
	config.Credential = auth.AccessTokens(map[string]string{graphScope: graph})
	if got, err := source(t, config).Token(t.Context(), graphScope, "", ""); err != nil || got != graph {
		t.Errorf("token for Graph = %q, %v", got, err)
	}
}

func TestGivenTokenThatCannotServe(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		claims map[string]any
		want   []string
	}{
		"ended":            {map[string]any{"exp": 1767268800, "aud": "https://outlook.office365.com"}, []string{"Exchange Online ended at 2026-01-01T12:00:00Z"}},
		"for Graph":        {map[string]any{"aud": "https://graph.microsoft.com"}, []string{"another service", `"https://graph.microsoft.com"`, "resource is https://outlook.office365.com"}},
		"for Graph by id":  {map[string]any{"aud": "00000003-0000-0000-c000-000000000000"}, []string{"another service"}},
		"for another host": {map[string]any{"aud": "https://outlook.office365.com.evil.test"}, []string{"another service"}},
		"without TLS":      {map[string]any{"aud": "http://outlook.office.com"}, []string{"another service"}},
	} {
		given := given(t, unsigned(t, test.claims))
		err := signInError(t, given)
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error = %v, want one with %q", name, err, want)
			}
		}
		holdsNone(t, err.Error(), unsigned(t, test.claims))
	}
}

func TestGivenTokenEndsWhileInUse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := source(t, given(t, unsigned(t, map[string]any{"exp": time.Now().Add(time.Minute).Unix()})))
		token(t, s, "", "")
		<-time.After(time.Minute)
		if _, err := s.Token(t.Context(), scope, "", ""); err == nil || !strings.Contains(err.Error(), "ended at") {
			t.Errorf("error = %v", err)
		}
	})
}

func TestServiceWithoutGivenTokenIsNamed(t *testing.T) {
	t.Parallel()
	s := source(t, given(t, "opaque"))
	for scope, want := range map[string]string{
		graphScope:                         "no access token for Microsoft Graph was given",
		"https://vault.azure.net/.default": "no access token for https://vault.azure.net was given",
	} {
		if _, err := s.Token(t.Context(), scope, "", ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error = %v, want one with %q", err, want)
		}
	}
}

func TestRefusedGivenTokenIsAnErrorAtOnce(t *testing.T) {
	t.Parallel()
	s := source(t, given(t, "opaque"))
	for range 2 {
		_, err := s.Token(t.Context(), scope, "", "opaque")
		var e *auth.Error
		if !errors.As(err, &e) || !strings.Contains(e.Error(), "Exchange Online refused the access token") || e.Advice == "" || !e.Refused {
			t.Errorf("error = %v", err)
		}
		holdsNone(t, err.Error(), "opaque")
	}
}
