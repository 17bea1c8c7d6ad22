// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package fault_test

import (
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
)

func TestAnswersAreGivenInThePlaceOfTheService(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault  fault.Fault
		status int
		header map[string]string
		body   string // a part of it, or nothing
	}{
		"400 a":           {fault.BadValue(), 400, nil, `"type":"Microsoft.Exchange.AdminApi.CommandInvocation.ParameterTransformationException"`},
		"400 b":           {fault.UnknownParameter(), 400, nil, `"details":[{"code":"Client","target":"","message":"|Microsoft.Exchange.AdminApi.CommandInvocation.AmbiguousParameterSetException|Parameter set`},
		"400 f":           {fault.PageExpired(), 400, nil, `"message":"Expired or Invalid pagination request. Default Expiry time is 00:30:00","type":"System.Exception"`},
		"401":             {fault.Unauthorized(), 401, map[string]string{"WWW-Authenticate": `error="invalid_token"`}, ""},
		"401 bare":        {fault.UnauthorizedWithoutChallenge(), 401, map[string]string{"WWW-Authenticate": ""}, ""},
		"401 claims":      {fault.ClaimsChallenge(), 401, map[string]string{"WWW-Authenticate": `error="insufficient_claims", claims="`}, ""},
		"401 e":           {fault.NotAllowed(), 401, nil, `{"error":{"code":"Unauthorized","message":"User is not allowed to call Get-Mailbox","innererror":`},
		"403":             {fault.Forbidden(), 403, nil, `"code":"Forbidden"`},
		"403 empty":       {fault.Forbidden().WithoutBody(), 403, map[string]string{"Content-Type": ""}, ""},
		"404 c":           {fault.NotFound("somebody else"), 404, nil, "Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The operation couldn't be performed because object 'somebody else' couldn't"},
		"404 proxy":       {fault.RouteNotFound(), 404, map[string]string{"Content-Type": "text/html"}, "<html>"},
		"405":             {fault.Status(405, fault.Text), 405, nil, "Method Not Allowed"},
		"408":             {fault.Status(408, fault.JSON), 408, nil, `"code":"RequestTimeout"`},
		"429":             {fault.Throttled(), 429, map[string]string{"Retry-After": ""}, `"code":"TooManyRequests"`},
		"429 seconds":     {fault.Throttled().RetryAfter(fault.Seconds(1500 * time.Millisecond)), 429, map[string]string{"Retry-After": "2"}, `{"error"`},
		"429 decimal":     {fault.Throttled().RetryAfter(fault.Decimal(1500 * time.Millisecond)), 429, map[string]string{"Retry-After": "1.5"}, `{"error"`},
		"429 date":        {fault.Throttled().RetryAfter(fault.Date(1500 * time.Millisecond)), 429, map[string]string{"Retry-After": "Mon, 02 Mar 2026 12:00:02 GMT"}, `{"error"`},
		"429 text":        {fault.ConcurrencyExceeded(), 429, map[string]string{"Content-Type": "text/plain"}, "You have reached the maximum number of concurrent requests per tenant. Please wait and try again"},
		"500 g":           {fault.ADTransient(), 500, nil, `"type":"Microsoft.Exchange.Data.Directory.ADTransientException"`},
		"500 quota":       {fault.QuotaExceeded(), 500, nil, "QuotaExceededException|"},
		"500 empty":       {fault.Status(500, fault.JSON).WithoutBody(), 500, map[string]string{"Content-Type": ""}, ""},
		"502 HTML":        {fault.Status(502, fault.HTML), 502, map[string]string{"Content-Type": "text/html"}, "<h1>502 - Bad Gateway</h1>"},
		"503 Retry-After": {fault.Status(503, fault.JSON).RetryAfter(fault.Seconds(time.Minute)), 503, map[string]string{"Retry-After": "60"}, `"code":"ServiceUnavailable"`},
		"504":             {fault.Status(504, fault.HTML), 504, nil, "Gateway Timeout"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, after := range []bool{false, true} {
				s := serve(t, false)
				s.SetClock(func() time.Time { return noon })
				injected := test.fault
				if after {
					injected = injected.AfterExecution()
				}
				id := s.Add(fault.Rule{Fault: injected})
				got := s.mustGet(t, "Get-Mailbox")
				if got.status != test.status || !strings.Contains(got.body, test.body) || (test.body == "") != (got.body == "") {
					t.Errorf("answered %d %q, want %d and %q in it", got.status, got.body, test.status, test.body)
				}
				for name, want := range test.header {
					if value := got.header.Get(name); !strings.Contains(value, want) || (want == "") != (value == "") {
						t.Errorf("%s is %q, want %q in it", name, value, want)
					}
				}
				if executed := s.executed.Load() == 1; executed != after {
					t.Errorf("%s: executed: %t", injected, executed)
				}
				if s.Hits(id) != 1 {
					t.Errorf("%d hits", s.Hits(id))
				}
				if record := s.recorder.All()[0]; record.Fault != injected.String() || record.Executed != after || record.Status != test.status {
					t.Errorf("recorded %+v", record)
				}
			}
		})
	}
}

func TestForbiddenCanBeARunOfNULs(t *testing.T) {
	t.Parallel()
	s := serve(t, false)
	s.Add(fault.Rule{Fault: fault.ForbiddenNUL()})
	if got := s.mustGet(t, "Get-Mailbox"); got.status != 403 || !onlyNULs(got.body) || got.header.Get("Content-Encoding") != "gzip" {
		t.Errorf("answered %+v", got)
	}
}

func TestClaimsAreJSON(t *testing.T) {
	t.Parallel()
	s := serve(t, false)
	s.Add(fault.Rule{Fault: fault.ClaimsChallenge()})
	_, rest, _ := strings.Cut(s.mustGet(t, "Get-Mailbox").header.Get("WWW-Authenticate"), `claims="`)
	encoded, _, _ := strings.Cut(rest, `"`)
	claims, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || !json.Valid(claims) {
		t.Errorf("the claims are %q: %v", claims, err)
	}
}

func TestEveryServiceHasItsOwnErrors(t *testing.T) {
	t.Parallel()
	for kind, want := range map[fault.Service]string{
		fault.Exchange: `"innererror":{"message":"Too many requests`,
		fault.Graph:    `"innerError":{"date":"2026-03-02T12:00:00"`,
		fault.Entra:    `"error":"temporarily_unavailable","error_description":"AADSTS90033: `,
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s := serve(t, false)
			s.kind = kind
			s.SetClock(func() time.Time { return noon })
			s.Add(fault.Rule{Service: kind, Fault: fault.Throttled()})
			if got := s.mustGet(t, "token"); !strings.Contains(got.body, want) || !json.Valid([]byte(got.body)) {
				t.Errorf("answered %s, want %s in it", got.body, want)
			}
		})
	}
}

func TestCatalogueHasNoNameTwiceAndOnlyErrors(t *testing.T) {
	t.Parallel()
	s := serve(t, false)
	names := map[string]bool{}
	for _, f := range fault.Answers() {
		if names[f.String()] {
			t.Errorf("%s is there twice", f)
		}
		names[f.String()] = true
		id := s.Add(fault.Rule{Fault: f})
		got := s.mustGet(t, "Get-Mailbox")
		if got.status < 400 {
			t.Errorf("%s answered %d", f, got.status)
		}
		if strings.HasPrefix(got.header.Get("Content-Type"), "application/json;") && !json.Valid([]byte(got.body)) {
			t.Errorf("%s is no JSON: %s", f, got.body)
		}
		s.Remove(id)
	}
	if s.executed.Load() != 0 {
		t.Errorf("%d requests were executed", s.executed.Load())
	}
}

func TestAnswersOfTheServiceAreSpoiled(t *testing.T) {
	t.Parallel()
	next := "https://service.example/Get-Mailbox/all/2?%24skiptoken=next"
	link := func(t *testing.T, r reply) string {
		t.Helper()
		var page struct {
			Next  string `json:"@odata.nextLink"`
			Value []string
		}
		if err := json.Unmarshal([]byte(r.body), &page); err != nil || len(page.Value) != 8 {
			t.Errorf("the page is %s", r.body)
		}
		return page.Next
	}
	tests := map[string]struct {
		fault fault.Fault
		check func(t *testing.T, s *service, r reply) bool
	}{
		"truncated": {fault.Truncated(), func(_ *testing.T, _ *service, r reply) bool { return r.body == usualBody[:len(usualBody)/2] }},
		"garbled": {fault.Garbled(), func(_ *testing.T, _ *service, r reply) bool {
			return len(r.body) > len(usualBody) && !json.Valid([]byte(r.body))
		}},
		"empty": {fault.Empty(), func(_ *testing.T, _ *service, r reply) bool { return r.body == "" }},
		"NULs": {fault.NULBody(), func(_ *testing.T, _ *service, r reply) bool {
			return onlyNULs(r.body) && r.header.Get("Content-Encoding") == "gzip"
		}},
		"false gzip": {fault.FalseGzip(), func(_ *testing.T, _ *service, r reply) bool {
			return r.body == usualBody && r.header.Get("Content-Encoding") == "gzip"
		}},
		"undeclared gzip": {fault.UndeclaredGzip(), func(t *testing.T, _ *service, r reply) bool {
			t.Helper()
			if !isGzip(r.body) {
				return false
			}
			unpacked, err := gzip.NewReader(strings.NewReader(r.body))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(unpacked)
			return err == nil && string(body) == usualBody && r.header.Get("Content-Encoding") == ""
		}},
		"dribbling": {fault.Dribble(time.Millisecond), func(_ *testing.T, _ *service, r reply) bool { return r.body == usualBody }},
		"late":      {fault.Slow(time.Millisecond).AfterExecution(), func(_ *testing.T, _ *service, r reply) bool { return r.body == usualBody }},
		"page repeated": {fault.RepeatedPage(), func(t *testing.T, s *service, r reply) bool {
			t.Helper()
			return link(t, r) == s.server.URL+"/Get-Mailbox/all/1"
		}},
		"link broken": {fault.BrokenLink(), func(t *testing.T, _ *service, r reply) bool {
			t.Helper()
			got := link(t, r)
			return got != next && strings.HasPrefix(got, "https://service.example/Get-Mailbox/all/2?%24skiptoken=")
		}},
	}
	for name, test := range tests {
		for protocol, http2 := range protocols {
			t.Run(name+" over "+protocol, func(t *testing.T) {
				t.Parallel()
				s := serve(t, http2)
				s.Add(fault.Rule{Fault: test.fault})
				got := s.mustGet(t, "Get-Mailbox")
				if got.status != http.StatusOK || !test.check(t, s, got) {
					t.Errorf("answered %+v", got)
				}
				if s.executed.Load() != 1 {
					t.Errorf("executed %d times", s.executed.Load())
				}
			})
		}
	}
}

func TestConnectionsAreCut(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault    fault.Fault
		executed bool
		status   int
	}{
		"before anything is done":   {fault.Reset(), false, 0},
		"when it is done":           {fault.Reset().AfterExecution(), true, 0},
		"in the middle of the body": {fault.CutBody(), true, http.StatusOK},
	}
	for name, test := range tests {
		for protocol, http2 := range protocols {
			t.Run(name+" over "+protocol, func(t *testing.T) {
				t.Parallel()
				s := serve(t, http2)
				s.Add(fault.Rule{Fault: test.fault, Count: 1})
				if got, err := s.get(t, "New-ManagementScope"); err == nil {
					t.Errorf("answered %+v", got)
				}
				if executed := s.executed.Load() == 1; executed != test.executed {
					t.Errorf("executed: %t, want %t", executed, test.executed)
				}
				// The client must not have asked again by itself.
				if all := s.recorder.All(); len(all) != 1 || all[0].Status != test.status || all[0].Executed != test.executed {
					t.Errorf("recorded %+v", all)
				}
				if got := s.mustGet(t, "New-ManagementScope"); got.status != http.StatusOK {
					t.Errorf("answered %d after the fault", got.status)
				}
			})
		}
	}
}

func TestHangsLastUntilTheClientGoes(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]fault.Fault{
		"before anything is done": fault.Hang(), "when it is done": fault.Hang().AfterExecution(),
		"an answer that would take too long": fault.Slow(time.Hour).AfterExecution(), "a body that would take too long": fault.Dribble(time.Hour),
	} {
		for protocol, http2 := range protocols {
			t.Run(name+" over "+protocol, func(t *testing.T) {
				t.Parallel()
				s := serve(t, http2)
				s.Add(fault.Rule{Fault: f})
				ctx, leave := context.WithCancel(t.Context())
				s.After(fault.Exchange, 1, leave) // The request has arrived, is recorded and hangs.
				request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.server.URL+"/Get-Mailbox/all/1", strings.NewReader("{}"))
				if err != nil {
					t.Fatal(err)
				}
				response, err := s.client.Do(request)
				if err == nil {
					_, err = io.ReadAll(response.Body)
					err = errors.Join(err, response.Body.Close())
				}
				if !errors.Is(err, context.Canceled) {
					t.Errorf("the client got %v", err)
				}
				// Closing waits for every request to end.
				s.server.Close()
			})
		}
	}
}

func TestSlowForgetsARequestThatNobodyWaitsFor(t *testing.T) {
	t.Parallel()
	s := serve(t, false)
	s.Add(fault.Rule{Fault: fault.Slow(time.Hour)})
	ctx, leave := context.WithCancel(t.Context())
	s.Before(fault.Exchange, 1, leave)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.server.URL+"/New-ManagementScope/all/1", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := s.client.Do(request); err == nil {
		t.Errorf("answered %d", response.StatusCode)
		_ = response.Body.Close()
	}
	s.server.Close()
	if s.executed.Load() != 0 || s.recorder.Count() != 1 {
		t.Errorf("executed %d of %d", s.executed.Load(), s.recorder.Count())
	}
}

func TestFaultsBeforeTheTokenIsLookedAtStrikeAnybody(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fault fault.Fault
		want  int
	}{
		{fault.Status(503, fault.HTML), 503},
		{fault.RouteNotFound(), 404},
		{fault.ClaimsChallenge(), 401},
		{fault.Throttled(), 401},
		{fault.NotFound("x"), 401},
		{fault.ADTransient(), 401},
		{fault.Empty(), 401},
		{fault.Status(503, fault.HTML).AfterExecution(), 401},
	} {
		t.Run(test.fault.String(), func(t *testing.T) {
			t.Parallel()
			s := serve(t, false)
			id := s.Add(fault.Rule{Fault: test.fault})
			got, err := s.ask(t, "/Get-Mailbox/all/1", "bad")
			if err != nil {
				t.Fatal(err)
			}
			own := got.body == "the service's own"
			if got.status != test.want || own != (s.Hits(id) == 0) {
				t.Errorf("answered %d %q with %d hits, want %d", got.status, got.body, s.Hits(id), test.want)
			}
		})
	}
}

func TestATokenStaysEndedUntilThereIsANewOne(t *testing.T) {
	t.Parallel()
	s := serve(t, false)
	id := s.Add(fault.Rule{Cmdlet: "New-*", From: 2, Count: 1, Fault: fault.Unauthorized().UntilNewToken()})
	for i, step := range []struct {
		cmdlet, bearer string
		want           int
	}{
		{"New-ManagementScope", "first", 200},
		{"Get-Mailbox", "first", 200},
		{"New-ManagementScope", "first", 401},
		{"Get-Mailbox", "first", 401},
		{"Get-Mailbox", "second", 200},
		{"New-ManagementScope", "second", 200},
		{"Get-Mailbox", "first", 401},
	} {
		got, err := s.ask(t, "/"+step.cmdlet+"/all/1", step.bearer)
		if err != nil {
			t.Fatal(err)
		}
		if got.status != step.want {
			t.Errorf("step %d: %s answered %d, want %d", i, step.cmdlet, got.status, step.want)
		}
	}
	if s.Hits(id) != 3 {
		t.Errorf("%d hits, want 3", s.Hits(id))
	}
}

func TestADelayDoesNotKeepOtherFaultsAway(t *testing.T) {
	t.Parallel()
	s := serve(t, false)
	s.Add(fault.Rule{Fault: fault.Slow(time.Millisecond)})
	s.Add(fault.Rule{Fault: fault.Truncated()})
	got := s.mustGet(t, "Get-Mailbox")
	if len(got.body) != len(usualBody)/2 || s.recorder.All()[0].Fault != "slow by 1ms, truncated body" {
		t.Errorf("answered %s and recorded %+v", strconv.Quote(got.body), s.recorder.All())
	}
}

// noon is the time of tests whose answers have a date.
var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)
