// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/auth"
)

func TestTokenSignsInWithSecret(t *testing.T) {
	t.Parallel()
	e := &entra{}
	if got := token(t, source(t, serve(t, e)), "", ""); got != "token-1" {
		t.Errorf("token = %q", got)
	}
	request := e.asked()[0]
	if got := request.Form.Get("scope"); !strings.HasPrefix(got, scope) {
		t.Errorf("scope = %q", got)
	}
	if got := request.UserAgent(); got != "test/1" {
		t.Errorf("User-Agent = %q", got)
	}
	if got := request.Form.Get("claims"); !strings.Contains(got, "CP1") {
		t.Errorf("claims = %q, want the capability CP1", got)
	}
}

func TestPrivateAuthorityIsNotLookedUpAtMicrosoft(t *testing.T) {
	t.Parallel()
	e := &entra{}
	token(t, source(t, serve(t, e)), "", "")
	want := "GET /" + tenantID + "/v2.0/.well-known/openid-configuration, POST /" + tenantID + "/oauth2/v2.0/token"
	if got := strings.Join(e.paths, ", "); got != want {
		t.Errorf("requests = %s, want %s", got, want)
	}
}

func TestInstanceDiscoveryCanBeDisabled(t *testing.T) {
	t.Parallel()
	for _, disabled := range []bool{false, true} {
		e := &entra{}
		config := configInMemory(t, nil)
		config.Cloud.AuthorityHost = "https://login.microsoftonline.us"
		config.Transport = inMemory{hosts{"login.microsoftonline.us": e}}
		config.DisableInstanceDiscovery = disabled
		token(t, source(t, config), "", "")
		if asked := strings.Contains(strings.Join(e.paths, " "), "/common/discovery/instance"); asked == disabled {
			t.Errorf("disabled %t: %s were asked", disabled, e.paths)
		}
	}
}

func TestForcedRegionDoesNotMoveTheSignIn(t *testing.T) {
	t.Setenv("MSAL_FORCE_REGION", "westeurope")
	e := &entra{}
	config := serve(t, e)
	hosts := &recordHosts{next: config.Transport}
	config.Transport = hosts
	token(t, source(t, config), "", "")
	for _, host := range hosts.seen {
		if "https://"+host != config.Cloud.AuthorityHost {
			t.Errorf("%s was asked", host)
		}
	}
}

// recordHosts keeps the hosts that requests went to.
type recordHosts struct {
	next http.RoundTripper
	mu   sync.Mutex
	seen []string
}

func (r *recordHosts) RoundTrip(request *http.Request) (*http.Response, error) {
	r.mu.Lock()
	r.seen = append(r.seen, request.URL.Host)
	r.mu.Unlock()
	return r.next.RoundTrip(request)
}

func TestTokenIsReusedForItsLife(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := &entra{}
		s := source(t, configInMemory(t, e))
		began := time.Now()
		for _, test := range []struct {
			after time.Duration
			want  string
		}{{0, "token-1"}, {30 * time.Minute, "token-1"}, {54 * time.Minute, "token-1"}, {56 * time.Minute, "token-2"}, {90 * time.Minute, "token-2"}} {
			<-time.After(time.Until(began.Add(test.after)))
			if got := token(t, s, "", ""); got != test.want {
				t.Errorf("after %s the token is %s, want %s", test.after, got, test.want)
			}
		}
	})
}

func TestScopesHaveTheirOwnTokens(t *testing.T) {
	t.Parallel()
	e := &entra{}
	s := source(t, serve(t, e))
	exchange := token(t, s, "", "")
	graph, err := s.Token(t.Context(), "https://graph.microsoft.com/.default", "", "")
	if err != nil {
		t.Fatal(err)
	}
	if exchange == graph {
		t.Errorf("both scopes have %q", exchange)
	}
	if again := token(t, s, "", ""); again != exchange {
		t.Errorf("token = %q, want %q again", again, exchange)
	}
}

// tokens asks for n tokens at once and returns them when all are there.
func tokens(t *testing.T, s *auth.TokenSource, n int, refused string) <-chan []string {
	t.Helper()
	all := make(chan []string, 1)
	got := make([]string, n)
	var waiting sync.WaitGroup
	for i := range n {
		waiting.Go(func() {
			var err error
			got[i], err = s.Token(t.Context(), scope, "", refused)
			if err != nil {
				t.Error(err)
			}
		})
	}
	go func() {
		waiting.Wait()
		all <- got
	}()
	return all
}

func TestFiftyCallersShareOneRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		e := &entra{before: func(int, http.ResponseWriter, *http.Request) bool { <-release; return false }}
		all := tokens(t, source(t, configInMemory(t, e)), 50, "")
		synctest.Wait()
		if got := len(e.asked()); got != 1 {
			t.Errorf("%d requests wait at Entra, want 1", got)
		}
		close(release)
		for i, got := range <-all {
			if got != "token-1" {
				t.Errorf("caller %d got %q", i, got)
			}
		}
		if got := len(e.asked()); got != 1 {
			t.Errorf("%d requests were made, want 1", got)
		}
	})
}

func TestCancelledCallerLeavesTheOthersWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		e := &entra{before: func(int, http.ResponseWriter, *http.Request) bool { <-release; return false }}
		s := source(t, configInMemory(t, e))
		ctx, cancel := context.WithCancel(t.Context())
		first := make(chan error, 1)
		go func() {
			_, err := s.Token(ctx, scope, "", "")
			first <- err
		}()
		synctest.Wait() // The first caller's request is at Entra.
		others := tokens(t, s, 10, "")
		synctest.Wait()
		cancel()
		if err := <-first; !errors.Is(err, context.Canceled) {
			t.Errorf("the cancelled caller got %v", err)
		}
		close(release)
		for _, got := range <-others {
			if got != "token-1" {
				t.Errorf("another caller got %q", got)
			}
		}
		if got := len(e.asked()); got != 1 {
			t.Errorf("%d requests were made, want 1", got)
		}
	})
}

func TestEndedContextStartsNoSignIn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := &entra{}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := source(t, configInMemory(t, e)).Token(ctx, scope, "", ""); !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v", err)
		}
		synctest.Wait()
		if got := len(e.asked()); got != 0 {
			t.Errorf("%d requests were made", got)
		}
	})
}

func TestRefusedTokenIsReplacedOnceForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := &entra{}
		s := source(t, configInMemory(t, e))
		refused := token(t, s, "", "")
		for _, got := range <-tokens(t, s, 20, refused) {
			if got != "token-2" {
				t.Errorf("a caller got %q", got)
			}
		}
		if got := token(t, s, "", refused); got != "token-2" {
			t.Errorf("a late caller got %q", got)
		}
		if got := token(t, s, "", ""); got != "token-2" {
			t.Errorf("a new caller got %q", got)
		}
		if got := len(e.asked()); got != 2 {
			t.Errorf("%d requests were made, want 2", got)
		}
	})
}

func TestRefusalDuringASignInWaitsForTheNext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		// Every token is too short-lived to be kept, so that each flight asks.
		release := make(chan struct{}, 2)
		e := &entra{lifetime: time.Minute, before: func(n int, w http.ResponseWriter, _ *http.Request) bool {
			<-release
			if n == 1 {
				reply(w, http.StatusOK, map[string]any{"token_type": "Bearer", "expires_in": 60, "access_token": "refused"})
			}
			return n == 1
		}}
		s := source(t, configInMemory(t, e))
		all := tokens(t, s, 1, "")
		synctest.Wait()
		late := tokens(t, s, 1, "refused")
		synctest.Wait()
		release <- struct{}{}
		release <- struct{}{}
		<-all
		if got := (<-late)[0]; got != "token-2" {
			t.Errorf("the caller that refused the token got %q", got)
		}
	})
}

func TestTokenHandedOutAgainIsAnError(t *testing.T) {
	t.Parallel()
	stubborn := &entra{before: func(_ int, w http.ResponseWriter, _ *http.Request) bool {
		reply(w, http.StatusOK, map[string]any{"token_type": "Bearer", "expires_in": 3600, "access_token": "always"})
		return true
	}}
	s := source(t, serve(t, stubborn))
	refused := token(t, s, "", "")
	got, err := s.Token(t.Context(), scope, "", refused)
	if err == nil {
		t.Fatalf("got %q again", got)
	}
	var e *auth.Error
	if !errors.As(err, &e) || !e.Refused {
		t.Errorf("error = %v, want one that says that there is no other token", err)
	}
	holdsNone(t, err.Error(), "always", secret)
}

func TestClaimsReachEntra(t *testing.T) {
	t.Parallel()
	e := &entra{}
	s := source(t, serve(t, e))
	refused := token(t, s, "", "")
	token(t, s, `{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}`, refused)
	var claims struct {
		AccessToken map[string]any `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(e.asked()[1].Form.Get("claims")), &claims); err != nil {
		t.Fatal(err)
	}
	if claims.AccessToken["nbf"] == nil || claims.AccessToken["xms_cc"] == nil {
		t.Errorf("claims = %v, want nbf and xms_cc", claims)
	}
}

func TestClaimsThatAreNoObjectAreLeftOut(t *testing.T) {
	t.Parallel()
	e := &entra{}
	s := source(t, serve(t, e))
	for _, claims := range []string{"not JSON", `["a"]`, `"a"`, "null", `{"access_token":null}`, `{"access_token":[]}`, `{"access_token":{"xms_cc":null}}`} {
		refused := token(t, s, "", "")
		if got := token(t, s, claims, refused); got == refused {
			t.Errorf("claims %s: the refused token came again", claims)
		}
	}
}

func TestBusyEntraIsAskedAgain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status     int
		retryAfter string
		wait       time.Duration
	}{
		{http.StatusServiceUnavailable, "", time.Second},
		{http.StatusServiceUnavailable, "7", 7 * time.Second},
		{http.StatusTooManyRequests, "20", 20 * time.Second},
		{http.StatusInternalServerError, "", time.Second},
		{http.StatusBadGateway, "", time.Second},
	} {
		t.Run(fmt.Sprintf("%d after %q", test.status, test.retryAfter), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				e := &entra{before: func(n int, w http.ResponseWriter, _ *http.Request) bool {
					if n > 1 {
						return false
					}
					if test.retryAfter != "" {
						w.Header().Set("Retry-After", test.retryAfter)
					}
					w.WriteHeader(test.status)
					return true
				}}
				began := time.Now()
				if got := token(t, source(t, configInMemory(t, e)), "", ""); got != "token-2" {
					t.Errorf("token = %q", got)
				}
				if got := time.Since(began); got != test.wait {
					t.Errorf("waited %s, want %s", got, test.wait)
				}
			})
		})
	}
}

func TestEntraThatStaysBusyIsAnError(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, retryAfter string
		requests         int
	}{
		{"gives up after the last attempt", "1", 5},
		{"does not wait as long as asked", "3600", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				e := &entra{before: func(_ int, w http.ResponseWriter, _ *http.Request) bool {
					w.Header().Set("Retry-After", test.retryAfter)
					refuse(w, http.StatusTooManyRequests, 90055, "The request was throttled.")
					return true
				}}
				err := signInError(t, configInMemory(t, e))
				if err.Status != http.StatusTooManyRequests || err.Code != "AADSTS90055" {
					t.Errorf("error = %#v", err)
				}
				if got := len(e.asked()); got != test.requests {
					t.Errorf("%d requests were made, want %d", got, test.requests)
				}
			})
		})
	}
}

func TestSilentEntraIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gone := make(chan struct{})
		e := &entra{before: func(int, http.ResponseWriter, *http.Request) bool { <-gone; return true }}
		err := signInError(t, configInMemory(t, e))
		if err.Status != 0 || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error = %#v, want one without status that does not blame the caller's context", err)
		}
		close(gone)
	})
}

func TestTokensAndSecretsAreInNoText(t *testing.T) {
	t.Parallel()
	config := serve(t, &entra{})
	s := source(t, config)
	first := token(t, s, "", "")
	second := token(t, s, "", first)
	config.Transport = nil // It is in use, and prints its state.
	holder := struct {
		credential auth.Credential
		source     *auth.TokenSource
	}{config.Credential, s}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, value := range []any{s, config, config.Credential, &config, &config.Credential} {
			text := fmt.Sprintf(format, value)
			holdsNone(t, text, secret, first, second, fmt.Sprintf("%x", secret))
		}
	}
	// fmt reaches into unexported fields without asking their methods.
	for _, format := range []string{"%v", "%+v", "%#v"} {
		holdsNone(t, fmt.Sprintf(format, holder), secret, first, second)
	}
	encoded, err := json.Marshal(map[string]any{"credential": config.Credential})
	if err != nil {
		t.Fatal(err)
	}
	holdsNone(t, string(encoded), secret)
}

func TestNewTokenSourceRefuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*auth.Config){
		"plain http":          func(c *auth.Config) { c.Cloud.AuthorityHost = "http://login.microsoftonline.com" },
		"no authority":        func(c *auth.Config) { c.Cloud.AuthorityHost = "" },
		"authority with path": func(c *auth.Config) { c.Cloud.AuthorityHost = "https://login.microsoftonline.com/contoso" },
		"no tenant":           func(c *auth.Config) { c.TenantID = "" },
		"tenant with a slash": func(c *auth.Config) { c.TenantID = "../x" },
		"tenant of dots":      func(c *auth.Config) { c.TenantID = ".." },
		"tenant as an option": func(c *auth.Config) { c.TenantID = "--debug" },
		"common":              func(c *auth.Config) { c.TenantID = "common" },
		"organizations":       func(c *auth.Config) { c.TenantID = "Organizations" },
		"adfs":                func(c *auth.Config) { c.TenantID = "adfs" },
		"no client":           func(c *auth.Config) { c.ClientID = "" },
		"no credential":       func(c *auth.Config) { c.Credential = auth.Credential{} },
		"no transport":        func(c *auth.Config) { c.Transport = nil },
		"empty secret":        func(c *auth.Config) { c.Credential = auth.ClientSecret(" \n") },
	} {
		config := configInMemory(t, &entra{})
		change(&config)
		if _, err := auth.NewTokenSource(config); err == nil {
			t.Errorf("%s: there is a token source", name)
		} else {
			holdsNone(t, err.Error(), secret)
		}
	}
}
