// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// redirect answers with a redirect.
func redirect(status int, location string) http.HandlerFunc {
	return answer(status, "", "Location: "+location)
}

func TestRedirectKeepsThePostAndTheToken(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			s := serve(t,
				redirect(status, "https://nam13b.outlook.office365.com:446/adminapi/beta/"+tenantID+"/InvokeCommand?x=1#fragment"),
				redirect(status, "/moved"),
				page("", `{"Name":"1"}`),
				page("", `{"Name":"2"}`))
			client := s.client(t)
			for range 2 {
				if _, err := client.Invoke(t.Context(), get); err != nil {
					t.Fatal(err)
				}
			}
			asked := s.asked()
			var seen []string
			for _, request := range asked {
				seen = append(seen, request.method+" "+request.host+request.uri)
				if request.body != asked[0].body || request.header.Get("Authorization") != "Bearer token-1" {
					t.Errorf("%s has body %s and Authorization %q", request.uri, request.body, request.header.Get("Authorization"))
				}
			}
			want := []string{
				"POST outlook.office365.com/adminapi/beta/" + tenantID + "/InvokeCommand",
				"POST nam13b.outlook.office365.com/adminapi/beta/" + tenantID + "/InvokeCommand?x=1",
				"POST nam13b.outlook.office365.com/moved",
				"POST nam13b.outlook.office365.com/adminapi/beta/" + tenantID + "/InvokeCommand",
			}
			if diff := cmp.Diff(want, seen); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRedirectThatLeadsAstrayIsAnError(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, location, want string }{
		{"foreign host", "https://evil.example/adminapi", "evil.example"},
		{"foreign host that looks like Exchange", "https://outlook.office365.com.evil.example/", "evil.example"},
		{"sign-in page", "https://login.microsoftonline.com/", "login.microsoftonline.com"},
		{"another cloud", "https://outlook.office365.us/", "outlook.office365.us"},
		{"no TLS", "http://outlook.office365.com/", "TLS only"},
		{"other port", "https://outlook.office365.com:8443/", "8443"},
		{"user name", "https://evil.example@outlook.office365.com/", "user name"},
		{"nowhere", "", "where to"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, redirect(http.StatusTemporaryRedirect, test.location))
			_, err := s.client(t).Invoke(t.Context(), get)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want one with %q", err, test.want)
			}
			if got := len(s.asked()); got != 1 {
				t.Errorf("%d requests: the token went on", got)
			}
		})
	}
}

func TestRedirectsAreBounded(t *testing.T) {
	t.Parallel()
	s := serve(t, redirect(http.StatusFound, "https://nam13b.outlook.office365.com/"))
	if _, err := s.client(t).Invoke(t.Context(), get); err == nil {
		t.Error("a redirect loop has an answer")
	}
	if got := len(s.asked()); got != 9 {
		t.Errorf("%d requests, want the first and 8 more", got)
	}
}

func TestRegionThatFailsIsNotRemembered(t *testing.T) {
	t.Parallel()
	s := serve(t,
		redirect(http.StatusTemporaryRedirect, "https://nam13b.outlook.office365.com/"),
		answer(http.StatusServiceUnavailable, ""),
		page(""))
	client := s.client(t)
	if got := apiError(t, client, get).Class; got != adminapi.Transient {
		t.Errorf("class = %q", got)
	}
	if _, err := client.Invoke(t.Context(), get); err != nil {
		t.Fatal(err)
	}
	if got := s.asked()[2].host; got != "outlook.office365.com" {
		t.Errorf("the next call went to %s", got)
	}
}

func TestRefusedTokenIsRenewedOnce(t *testing.T) {
	t.Parallel()
	const challenge = `WWW-Authenticate: Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="`
	s := serve(t, answer(http.StatusUnauthorized, "", challenge), page("", `{"Name":"1"}`))
	source := &tokens{}
	result, err := s.client(t, func(c *adminapi.Config) { c.Tokens = source }).Invoke(t.Context(), get)
	if err != nil {
		t.Fatal(err)
	}
	if got := names(result); got != "1" {
		t.Errorf("names = %s", got)
	}
	const scope = "https://outlook.office365.com/.default"
	want := []tokenRequest{{scope: scope}, {scope: scope, claims: `{"access_token":{}}`, refused: "token-1"}}
	if diff := cmp.Diff(want, source.asked, cmp.AllowUnexported(tokenRequest{})); diff != "" {
		t.Error(diff)
	}
	first, second := s.asked()[0], s.asked()[1]
	if got := second.header.Get("Authorization"); got != "Bearer token-2" {
		t.Errorf("Authorization = %q", got)
	}
	if first.body != second.body || first.header.Get("client-request-id") != second.header.Get("client-request-id") {
		t.Error("the replay is another request")
	}
}

func TestSecondRefusalIsTheError(t *testing.T) {
	t.Parallel()
	s := serve(t, answer(http.StatusUnauthorized, `{"error":{"code":"Unauthorized","message":"User is not allowed to call Get-Mailbox"}}`))
	e := apiError(t, s.client(t), get)
	if e.Class != adminapi.Unauthenticated || e.Status != http.StatusUnauthorized || e.Message != "User is not allowed to call Get-Mailbox" {
		t.Errorf("error = %#v", e)
	}
	if got := len(s.asked()); got != 2 {
		t.Errorf("%d requests, want 2", got)
	}
}

// fixed is a token source that has one token.
type fixed string

func (f fixed) Token(context.Context, string, string, string) (string, error) { return string(f), nil }

func TestTokenThatCannotBeRenewedIsNotReplayed(t *testing.T) {
	t.Parallel()
	s := serve(t, answer(http.StatusUnauthorized, ""))
	e := apiError(t, s.client(t, func(c *adminapi.Config) { c.Tokens = fixed("token") }), get)
	if e.Class != adminapi.Unauthenticated {
		t.Errorf("error = %#v", e)
	}
	if got := len(s.asked()); got != 1 {
		t.Errorf("%d requests, want 1", got)
	}
}

func TestErrorsOfTheTokenSourceAreWrapped(t *testing.T) {
	t.Parallel()
	s := serve(t, page(""))
	lost := errors.New("no token today")
	_, err := s.client(t, func(c *adminapi.Config) { c.Tokens = &tokens{err: lost} }).Invoke(t.Context(), get)
	if !errors.Is(err, lost) || adminapi.ClassOf(err) != adminapi.Other {
		t.Errorf("error = %v", err)
	}
	if got := len(s.asked()); got != 0 {
		t.Errorf("%d requests without a token", got)
	}
}

// once is a token source that fails when asked for a second token.
type once struct {
	asked atomic.Bool
	err   error
}

func (o *once) Token(context.Context, string, string, string) (string, error) {
	if o.asked.Swap(true) {
		return "", o.err
	}
	return "token-1", nil
}

func TestFailedRenewalTellsOfBothErrors(t *testing.T) {
	t.Parallel()
	s := serve(t, answer(http.StatusUnauthorized, ""))
	lost := errors.New("no token today")
	_, err := s.client(t, func(c *adminapi.Config) { c.Tokens = &once{err: lost} }).Invoke(t.Context(), get)
	if !errors.Is(err, lost) || adminapi.ClassOf(err) != adminapi.Unauthenticated {
		t.Errorf("error = %v", err)
	}
}

func TestLostAnswerIsTransient(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"no answer": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"half an answer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"value":[]}`)
		},
		"damaged gzip": answer(http.StatusOK, "\x1f\x8bjunk junk junk"),
		"half of a missing object": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"error":{"details":[{"message":"Ex6F9304|A.ManagementObjectNotFoundException|x"}]}}`)
		},
	} {
		e := apiError(t, serve(t, handler).client(t), get)
		if e.Class != adminapi.Transient || e.Err == nil || !strings.Contains(e.Error(), "the answer was lost") {
			t.Errorf("%s: %#v: %v", name, e, e)
		}
	}
}

func TestEndedContextIsWrapped(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
		// To return is to answer, which may still reach the client.
		panic(http.ErrAbortHandler)
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	_, err := s.client(t).Invoke(ctx, get)
	if !errors.Is(err, context.Canceled) || adminapi.ClassOf(err) != adminapi.Other {
		t.Errorf("error = %v", err)
	}
}

// blocking is a transport whose requests wait to be let go.
type blocking struct {
	inFlight atomic.Int64
	let      chan struct{}
}

func (b *blocking) RoundTrip(r *http.Request) (*http.Response, error) {
	b.inFlight.Add(1)
	defer b.inFlight.Add(-1)
	select {
	case <-b.let:
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"value":[{}]}`)), Request: r}, nil
}

func TestRequestsInFlightAreBounded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ limit, want int }{{0, 8}, {1, 1}, {3, 3}} {
		t.Run(fmt.Sprint(test.limit), func(t *testing.T) {
			t.Parallel()
			s := serve(t, page(""))
			config := s.config(t)
			config.MaxConcurrency = test.limit
			synctest.Test(t, func(t *testing.T) {
				transport := &blocking{let: make(chan struct{})}
				config.Transport = transport
				client, err := adminapi.New(config)
				if err != nil {
					t.Fatal(err)
				}
				var calls sync.WaitGroup
				for range 20 {
					calls.Go(func() {
						if _, err := client.Invoke(t.Context(), get); err != nil {
							t.Error(err)
						}
					})
				}
				for done := range 20 {
					synctest.Wait()
					if got, want := int(transport.inFlight.Load()), min(test.want, 20-done); got != want {
						t.Errorf("after %d of 20 calls %d are in flight, want %d", done, got, want)
					}
					transport.let <- struct{}{}
				}
				calls.Wait()
			})
		})
	}
}

func TestCallInTheQueueEndsWithItsContext(t *testing.T) {
	t.Parallel()
	config := serve(t, page("")).config(t)
	config.MaxConcurrency = 1
	synctest.Test(t, func(t *testing.T) {
		transport := &blocking{let: make(chan struct{})}
		config.Transport = transport
		client, err := adminapi.New(config)
		if err != nil {
			t.Fatal(err)
		}
		first := make(chan error, 1)
		go func() {
			_, err := client.Invoke(t.Context(), get)
			first <- err
		}()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		queued := make(chan error, 1)
		go func() {
			_, err := client.Invoke(ctx, get)
			queued <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-queued; !errors.Is(err, context.Canceled) {
			t.Errorf("the queued call ended with %v", err)
		}
		transport.let <- struct{}{}
		if err := <-first; err != nil {
			t.Errorf("the first call ended with %v", err)
		}
	})
}

func TestServerThatNeverAnswersIsGivenUp(t *testing.T) {
	t.Parallel()
	config := serve(t, page("")).config(t)
	synctest.Test(t, func(t *testing.T) {
		config.Transport = &blocking{let: make(chan struct{})}
		client, err := adminapi.New(config)
		if err != nil {
			t.Fatal(err)
		}
		e := apiError(t, client, get)
		if e.Class != adminapi.Transient || errors.Is(e, context.DeadlineExceeded) {
			t.Errorf("error = %#v", e)
		}
	})
}

func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()
	s := serve(t, page("", `{"Name":"1"}`), answer(http.StatusForbidden, strings.Repeat("x", 1<<16)), page(""))
	client := s.client(t)
	for range 10 {
		_, _ = client.Invoke(t.Context(), get)
	}
	connections := map[string]bool{}
	for _, request := range s.asked() {
		connections[request.remote] = true
	}
	if len(connections) != 1 {
		t.Errorf("%d connections for 10 calls", len(connections))
	}
}

func TestObserverSeesEveryRequest(t *testing.T) {
	t.Parallel()
	s := serve(t,
		answer(http.StatusUnauthorized, ""),
		redirect(http.StatusTemporaryRedirect, "https://nam13b.outlook.office365.com/"),
		page(link("nam13b.outlook.office365.com", "a")),
		func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	var seen []adminapi.Observation
	client := s.client(t, func(c *adminapi.Config) {
		c.Observe = func(_ context.Context, o adminapi.Observation) { seen = append(seen, o) }
	})
	_ = apiError(t, client, get)
	const requestID = "99999999-9999-9999-9999-999999999999"
	call := s.asked()[0].header.Get("client-request-id")
	want := []adminapi.Observation{
		{Cmdlet: "Get-ManagementScope", Page: 1, Attempt: 1, Limit: 8, Host: "outlook.office365.com", Status: 401, RequestID: requestID, ClientRequestID: call},
		{Cmdlet: "Get-ManagementScope", Page: 1, Attempt: 1, Limit: 8, Host: "outlook.office365.com", Status: 307, RequestID: requestID, ClientRequestID: call},
		{Cmdlet: "Get-ManagementScope", Page: 1, Attempt: 1, Limit: 8, Host: "nam13b.outlook.office365.com", Status: 200, RequestID: requestID, ClientRequestID: call},
		{Cmdlet: "Get-ManagementScope", Page: 2, Attempt: 1, Limit: 8, Host: "nam13b.outlook.office365.com", ClientRequestID: call},
	}
	for i := range seen {
		if i == 3 && seen[i].Err == "" {
			t.Error("the lost answer has no error")
		}
		if strings.Contains(fmt.Sprint(seen[i]), "token-") {
			t.Errorf("%v shows a token", seen[i])
		}
		if again := i == 1 || i == 2; again && seen[i].Waited != 0 {
			t.Errorf("%v is no wait of its own", seen[i].Waited)
		}
		seen[i].Duration, seen[i].Waited, seen[i].Err = 0, 0, ""
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Error(diff)
	}
}

func TestCallsHaveTheirOwnIDsOnOneConnection(t *testing.T) {
	t.Parallel()
	s := serve(t, page(""))
	client := s.client(t)
	for range 2 {
		if _, err := client.Invoke(t.Context(), get); err != nil {
			t.Fatal(err)
		}
	}
	first, second := s.asked()[0].header, s.asked()[1].header
	if id := first.Get("client-request-id"); id == "" || id == second.Get("client-request-id") {
		t.Errorf("both calls are %q", id)
	}
	if id := first.Get("connection-id"); id == "" || id != second.Get("connection-id") {
		t.Errorf("connections are %q and %q", id, second.Get("connection-id"))
	}
}
