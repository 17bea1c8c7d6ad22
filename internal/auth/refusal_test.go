// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/auth"
)

// minutely asks for a token twenty times within a minute, and once after it. It
// returns how many requests each came to, and the errors' texts.
func minutely(t *testing.T, e *entra, s *auth.TokenSource) (within, after int, texts map[string]bool) {
	t.Helper()
	before := len(e.asked())
	texts = map[string]bool{}
	ask := func() {
		if _, err := s.Token(t.Context(), scope, "", ""); err != nil {
			texts[err.Error()] = true
		}
	}
	for range 20 {
		ask()
	}
	within = len(e.asked()) - before
	<-time.After(time.Minute)
	ask()
	return within, len(e.asked()) - before - within, texts
}

func TestRefusalForGoodIsRememberedForAMinute(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		code int
		// requests are how many twenty sign-ins come to.
		requests int
	}{
		"wrong secret":                 {7000215, 1},
		"expired secret":               {7000222, 1},
		"unregistered certificate":     {700027, 1},
		"unknown application":          {700016, 1},
		"disabled application":         {7000112, 1},
		"unknown tenant":               {90002, 1},
		"assertion that may be anew":   {700024, 20},
		"federated credential to come": {700213, 20},
		"consent to come":              {65001, 20},
		"anything else":                {12345, 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				e := &entra{before: func(_ int, w http.ResponseWriter, _ *http.Request) bool {
					refuse(w, http.StatusUnauthorized, test.code, "No.")
					return true
				}}
				within, after, texts := minutely(t, e, source(t, configInMemory(t, e)))
				if within != test.requests || after != 1 || len(texts) != 1 {
					t.Errorf("%d requests within a minute and %d after it, with %d texts; want %d, 1 and 1: %v", within, after, len(texts), test.requests, texts)
				}
			})
		})
	}
}

func TestPassingFaultOfEntraIsNotRemembered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		busy := true
		e := &entra{before: func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			if busy {
				w.Header().Set("Retry-After", "3600")
				refuse(w, http.StatusServiceUnavailable, 7000215, "The directory is not there for now.")
			}
			return busy
		}}
		s := source(t, configInMemory(t, e))
		if _, err := s.Token(t.Context(), scope, "", ""); err == nil {
			t.Fatal("there is a token")
		}
		busy = false
		token(t, s, "", "")
	})
}

func TestRefusalOfATokensSuccessorIsNotRemembered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := &entra{before: func(n int, w http.ResponseWriter, _ *http.Request) bool {
			if n == 2 {
				refuse(w, http.StatusUnauthorized, 7000215, "Invalid client secret provided.")
			}
			return n == 2
		}}
		s := source(t, configInMemory(t, e))
		refused := token(t, s, "", "")
		if _, err := s.Token(t.Context(), scope, "", refused); err == nil {
			t.Fatal("there is a token")
		}
		if got := token(t, s, "", refused); got != "token-3" {
			t.Errorf("the next attempt got %q", got)
		}
	})
}

func TestRenewalThatIsRefusedInALongRunIsNotRemembered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := &entra{before: func(n int, w http.ResponseWriter, _ *http.Request) bool {
			if n == 2 {
				refuse(w, http.StatusUnauthorized, 7000215, "Invalid client secret provided.")
			}
			return n == 2
		}}
		s := source(t, configInMemory(t, e))
		token(t, s, "", "")
		<-time.After(time.Hour)
		if _, err := s.Token(t.Context(), scope, "", ""); err == nil {
			t.Fatal("there is a token")
		}
		if got := token(t, s, "", ""); got != "token-3" {
			t.Errorf("the next attempt got %q", got)
		}
	})
}

func TestRefusalIsRememberedForItsScopeOnly(t *testing.T) {
	t.Parallel()
	e := &entra{before: func(n int, w http.ResponseWriter, _ *http.Request) bool {
		if n == 1 {
			refuse(w, http.StatusUnauthorized, 700016, "Application was not found.")
		}
		return n == 1
	}}
	s := source(t, serve(t, e))
	if _, err := s.Token(t.Context(), scope, "", ""); err == nil {
		t.Fatal("there is a token")
	}
	if _, err := s.Token(t.Context(), "https://graph.microsoft.com/.default", "", ""); err != nil {
		t.Error(err)
	}
}
