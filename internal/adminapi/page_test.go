// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

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

func TestPageOnAnotherHostMovesNoOtherCall(t *testing.T) {
	t.Parallel()
	s := serve(t, page(link("nam13b.outlook.office365.com", "a")), page(""))
	client := s.client(t)
	for range 2 {
		if _, err := client.Invoke(t.Context(), get); err != nil {
			t.Fatal(err)
		}
	}
	var hosts []string
	for _, request := range s.asked() {
		hosts = append(hosts, request.host)
	}
	if diff := cmp.Diff([]string{"outlook.office365.com", "nam13b.outlook.office365.com", "outlook.office365.com"}, hosts); diff != "" {
		t.Error(diff)
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
