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

var get = adminapi.Command{Cmdlet: "Get-ManagementScope"}

// link is a page's link as Exchange writes it.
func link(host, token string) string {
	return "https://" + host + "/adminapi/beta/" + tenantID + "/InvokeCommand?%24skiptoken=" + token
}

func names(result *adminapi.Result) string {
	var names []string
	for _, row := range result.Rows {
		names = append(names, row.Text("Name"))
	}
	return strings.Join(names, " ")
}

// apiError returns the [*adminapi.Error] that a command ends with.
func apiError(t *testing.T, client *adminapi.Client, command adminapi.Command) *adminapi.Error {
	t.Helper()
	result, err := client.Invoke(t.Context(), command)
	var e *adminapi.Error
	if !errors.As(err, &e) || result != nil {
		t.Fatalf("result %v with a %T, want an *adminapi.Error: %v", result, err, err)
	}
	return e
}

func TestInvokeReadsAllPagesAsTheFirst(t *testing.T) {
	t.Parallel()
	const host = "outlook.office365.com"
	s := serve(t,
		page(link(host, "a"), `{"Name":"1"}`, `{"Name":"2"}`),
		page(link(host, "b"), `{"Name":"3"}`),
		page(link(host, "c")),
		page("", `{"Name":"4"}`))
	first := s.answers[0]
	s.answers[0] = func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "backend", Value: "one", Path: "/", Secure: true})
		first(w, r)
	}
	result, err := s.client(t).Invoke(t.Context(), adminapi.Command{
		Cmdlet: "Get-Mailbox", Parameters: adminapi.Parameters{"ResultSize": "Unlimited"}, Select: []string{"Name"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := names(result); got != "1 2 3 4" {
		t.Errorf("names = %s", got)
	}
	asked := s.asked()
	if len(asked) != 4 {
		t.Fatalf("%d requests", len(asked))
	}
	for i, got := range asked[1:] {
		want := asked[0]
		want.uri = "/adminapi/beta/" + tenantID + "/InvokeCommand?%24skiptoken=" + string(rune('a'+i))
		want.header = want.header.Clone()
		want.header.Set("Cookie", "backend=one")
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(request{})); diff != "" {
			t.Errorf("page %d: %s", i+2, diff)
		}
	}
}

func TestWarningsOfPages(t *testing.T) {
	t.Parallel()
	const more = "There are more results available than are currently displayed. To view them, increase the value for the ResultSize parameter."
	warn := func(next string, warnings ...string) http.HandlerFunc {
		return answer(http.StatusOK, fmt.Sprintf(`{"@odata.nextLink":%q,"@adminapi.warnings":["%s"],"value":[]}`, next, strings.Join(warnings, `","`)))
	}
	s := serve(t, warn(link("outlook.office365.com", "a"), more, "deprecated"), warn("", "deprecated", "other"))
	result, err := s.client(t).Invoke(t.Context(), get)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"deprecated", "other"}, result.Warnings); diff != "" {
		t.Error(diff)
	}

	// Behind the last page the warning is true: ResultSize cut the list.
	s = serve(t, warn("", more))
	result, err = s.client(t).Invoke(t.Context(), get)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{more}, result.Warnings); diff != "" {
		t.Error(diff)
	}
}

func TestBrokenPagingIsAnError(t *testing.T) {
	t.Parallel()
	const host = "outlook.office365.com"
	notFound := `{"error":{"code":"NotFound","message":"Error executing cmdlet","details":[{"code":"Client","target":"","message":"Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|x"}]}}`
	expired := `{"error":{"code":"BadRequest","message":"Invalid Operation","innererror":{"internalexception":{"message":"Expired or Invalid pagination request. Default Expiry time is 00:30:00","type":"System.Exception"}}}}`
	for _, test := range []struct {
		name     string
		second   http.HandlerFunc
		want     string
		requests int
	}{
		{"expired", answer(http.StatusBadRequest, expired), "Expired or Invalid pagination", 2},
		{"failing", answer(http.StatusServiceUnavailable, ""), "HTTP 503", 2},
		{"forbidden", answer(http.StatusForbidden, strings.Repeat("\x00", 100)), "HTTP 403", 2},
		{"gone", answer(http.StatusNotFound, notFound), "page 2", 2},
		{"cut", answer(http.StatusOK, `{"value":[{"Name":"2"`), "could not be read", 2},
		{"HTML", answer(http.StatusOK, `<html>`), "could not be read", 2},
		{"same link again", page(link(host, "a"), `{"Name":"2"}`), "already read", 2},
		{"foreign host", page("https://outlook.office365.com.evil.example/x", `{"Name":"2"}`), "evil.example", 2},
		{"no TLS", page("http://outlook.office365.com/x", `{"Name":"2"}`), "TLS only", 2},
		{"other port", page("https://outlook.office365.com:8443/x", `{"Name":"2"}`), "8443", 2},
		{"user name", page("https://evil.example@outlook.office365.com/x", `{"Name":"2"}`), "user name", 2},
		{"no URL", page("https://%zz", `{"Name":"2"}`), "not a URL", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, page(link(host, "a"), `{"Name":"1"}`), test.second, page("", `{"Name":"never"}`))
			result, err := s.client(t).Invoke(t.Context(), get)
			if err == nil {
				t.Fatalf("read as %s", names(result))
			}
			if result != nil {
				t.Errorf("there is a short list beside the error: %s", names(result))
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %q, want one with %q", err, test.want)
			}
			if strings.Contains(err.Error(), "token-1") {
				t.Errorf("error %q shows the token", err)
			}
			if got := len(s.asked()); got != test.requests {
				t.Errorf("%d requests, want %d", got, test.requests)
			}
		})
	}
}

func TestEndlessPagingIsGivenUp(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		page(link("outlook.office365.com", fmt.Sprint(n.Add(1))))(w, r)
	})
	if _, err := s.client(t).Invoke(t.Context(), get); err == nil || !strings.Contains(err.Error(), "1000 pages") {
		t.Errorf("error = %v", err)
	}
	if got := n.Load(); got != 1000 {
		t.Errorf("%d pages were read", got)
	}
}

func TestCallKeepsItsCookiesOverItsPages(t *testing.T) {
	t.Parallel()
	// Each first page comes from a back end of its own, which alone knows the
	// second. Another call between the two must not lead the first astray.
	var backends atomic.Int64
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if skip := r.URL.Query().Get("$skiptoken"); skip != "" {
			cookies := r.CookiesNamed("backend")
			if len(cookies) != 1 || cookies[0].Value != skip {
				answer(http.StatusBadRequest, `{"error":{"message":"Expired or Invalid pagination request."}}`)(w, r)
				return
			}
			page("", `{"Name":"2"}`)(w, r)
			return
		}
		backend := fmt.Sprint(backends.Add(1))
		http.SetCookie(w, &http.Cookie{Name: "backend", Value: backend, Path: "/", Secure: true})
		page(link("outlook.office365.com", backend), `{"Name":"1"}`)(w, r)
	})
	var client *adminapi.Client
	client = s.client(t, func(c *adminapi.Config) {
		c.Observe = func(ctx context.Context, o adminapi.Observation) {
			if o.Cmdlet != "Get-ManagementScope" || o.Page != 1 {
				return
			}
			if _, err := client.Invoke(ctx, adminapi.Command{Cmdlet: "Get-Mailbox"}); err != nil {
				t.Error(err)
			}
		}
	})
	for range 2 {
		result, err := client.Invoke(t.Context(), get)
		if err != nil {
			t.Fatal(err)
		}
		if got := names(result); got != "1 2" {
			t.Errorf("names = %s", got)
		}
	}
}

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

func TestErrorIsASentenceWithAllThatIsKnown(t *testing.T) {
	t.Parallel()
	s := serve(t, answer(http.StatusNotFound, `{"error":{"code":"NotFound","message":"Error executing cmdlet","details":[{"code":"Client","target":"","message":"Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The operation couldn't be performed because object 'x' couldn't be found on 'DC'."}]}}`))
	e := apiError(t, s.client(t), get)
	want := "Get-ManagementScope failed, not found: The operation couldn't be performed because object 'x' couldn't be found on 'DC'. " +
		"(HTTP 404, Ex6F9304, ManagementObjectNotFoundException, request id 99999999-9999-9999-9999-999999999999)"
	if e.Error() != want {
		t.Errorf("error = %s\nwant    %s", e, want)
	}
	if e.ClientRequestID == "" || e.ClientRequestID != s.asked()[0].header.Get("client-request-id") {
		t.Errorf("client request id = %q", e.ClientRequestID)
	}
	if got := adminapi.ClassOf(fmt.Errorf("wrapped: %w", e)); got != adminapi.NotFound {
		t.Errorf("class = %q", got)
	}
}

func TestForbiddenWithABodyThatLies(t *testing.T) {
	t.Parallel()
	s := serve(t, answer(http.StatusForbidden, strings.Repeat("\x00", 4096), "Content-Encoding: gzip", `x-ms-diagnostics: 2000003;reason="role required"`))
	e := apiError(t, s.client(t), get)
	want := `Get-ManagementScope failed, forbidden: Exchange gave no readable reason (HTTP 403, diagnostics 2000003;reason="role required", request id 99999999-9999-9999-9999-999999999999)`
	if e.Error() != want {
		t.Errorf("error = %s\nwant    %s", e, want)
	}
}

func TestSuccessWithoutOutput(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"204":         answer(http.StatusNoContent, ""),
		"no body":     answer(http.StatusOK, ""),
		"no value":    answer(http.StatusOK, "{}"),
		"null value":  answer(http.StatusOK, `{"value":null}`),
		"empty value": page(""),
	} {
		result, err := serve(t, handler).client(t).Invoke(t.Context(), get)
		if err != nil || len(result.Rows) != 0 {
			t.Errorf("%s: %v, %v", name, result, err)
		}
	}
}

func TestSuccessByStatusAloneIsAnError(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body, want string
		class      adminapi.Class
	}{
		"HTML":            {"<html>Sign in to this network</html>", "Sign in to this network", adminapi.Other},
		"errors":          {`{"@adminapi.errors":["It failed."],"value":[]}`, "It failed.", adminapi.Other},
		"absence":         {`{"@adminapi.errors":["Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|x"],"value":[]}`, "Ex6F9304", adminapi.Other},
		"confirmation":    {`{"@adminapi.confirmationmessage":"Are you sure?","value":[]}`, "Are you sure?", adminapi.Other},
		"an error object": {`{"error":{"code":"NotFound","details":[{"message":"Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|Gone."}]}}`, "Gone.", adminapi.Other},
		"throttled":       {"You have reached the maximum number of concurrent requests per tenant. Please wait and try again.", "concurrent", adminapi.Throttled},
		"the token":       {"<html>token-1</html>", "[token]", adminapi.Other},
	} {
		e := apiError(t, serve(t, answer(http.StatusOK, test.body)).client(t), get)
		if e.Class != test.class || e.Status != http.StatusOK || !strings.Contains(e.Error(), test.want) {
			t.Errorf("%s: class %q, error %v", name, e.Class, e)
		}
		if strings.Contains(e.Error(), "token-1") {
			t.Errorf("%s: %q shows the token", name, e)
		}
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
		{Cmdlet: "Get-ManagementScope", Page: 1, Host: "outlook.office365.com", Status: 401, RequestID: requestID, ClientRequestID: call},
		{Cmdlet: "Get-ManagementScope", Page: 1, Host: "outlook.office365.com", Status: 307, RequestID: requestID, ClientRequestID: call},
		{Cmdlet: "Get-ManagementScope", Page: 1, Host: "nam13b.outlook.office365.com", Status: 200, RequestID: requestID, ClientRequestID: call},
		{Cmdlet: "Get-ManagementScope", Page: 2, Host: "nam13b.outlook.office365.com", ClientRequestID: call},
	}
	for i := range seen {
		if i == 3 && seen[i].Err == "" {
			t.Error("the lost answer has no error")
		}
		if strings.Contains(fmt.Sprint(seen[i]), "token-") {
			t.Errorf("%v shows a token", seen[i])
		}
		seen[i].Duration, seen[i].Err = 0, ""
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
