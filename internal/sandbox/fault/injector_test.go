// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package fault_test

import (
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
)

func TestRulesStrikeTheRequestsTheyAreAbout(t *testing.T) {
	t.Parallel()
	// Requests in the form of cmdlet, identity and page.
	paths := []string{"/Get-Mailbox/Payroll/1", "/Get-Mailbox/Payroll/2", "/get-mailbox/support/1", "/Get-MailboxPermission/Payroll/1", "/New-ManagementScope/Payroll/1"}
	tests := map[string]struct {
		rule fault.Rule
		want []int // the requests that are struck
	}{
		"any":                       {fault.Rule{}, []int{0, 1, 2, 3, 4}},
		"a cmdlet":                  {fault.Rule{Cmdlet: "Get-Mailbox"}, []int{0, 1, 2}},
		"a verb":                    {fault.Rule{Cmdlet: "get-*"}, []int{0, 1, 2, 3}},
		"anything":                  {fault.Rule{Cmdlet: "*"}, []int{0, 1, 2, 3, 4}},
		"a longer name":             {fault.Rule{Cmdlet: "Get-MailboxPermissions*"}, nil},
		"an identity":               {fault.Rule{Identity: "PAYROLL"}, []int{0, 1, 3, 4}},
		"a page":                    {fault.Rule{Page: 2}, []int{1}},
		"all of it":                 {fault.Rule{Service: fault.Exchange, Cmdlet: "Get-Mailbox", Identity: "support", Page: 1}, []int{2}},
		"another service":           {fault.Rule{Service: fault.Graph}, nil},
		"from the second":           {fault.Rule{Cmdlet: "Get-*", From: 2}, []int{1, 2, 3}},
		"the second":                {fault.Rule{Cmdlet: "Get-*", From: 2, Count: 1}, []int{1}},
		"the first two":             {fault.Rule{Count: 2}, []int{0, 1}},
		"a rate that is a certain":  {fault.Rule{Rate: 1}, []int{0, 1, 2, 3, 4}},
		"two of those it is about":  {fault.Rule{Identity: "Payroll", From: 2, Count: 2}, []int{1, 3}},
		"a rate that is almost nil": {fault.Rule{Rate: 1e-12}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, false)
			test.rule.Fault = fault.Status(http.StatusTeapot, fault.Text)
			id := s.Add(test.rule)
			var got []int
			for i, path := range paths {
				answer, err := s.ask(t, path, "good")
				if err != nil {
					t.Fatal(err)
				}
				if answer.status == http.StatusTeapot {
					got = append(got, i)
				}
			}
			if !slices.Equal(got, test.want) || s.Hits(id) != len(test.want) {
				t.Errorf("struck %v with %d hits, want %v", got, s.Hits(id), test.want)
			}
		})
	}
}

func TestRateIsTheSameInEveryRun(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) []int {
		s := serve(t, false)
		s.Add(fault.Rule{Cmdlet: "Get-Mailbox", Rate: 0.5, Seed: seed, Fault: fault.Throttled()})
		return s.statuses(t, 40)
	}
	first, again, other := run(7), run(7), run(8)
	if !slices.Equal(first, again) {
		t.Errorf("two runs with one seed differ: %v and %v", first, again)
	}
	if slices.Equal(first, other) {
		t.Errorf("two seeds draw alike: %v", first)
	}
	if !slices.Contains(first, 200) || !slices.Contains(first, 429) {
		t.Errorf("a rate of one half drew %v", first)
	}
}

func TestRateDoesNotDependOnOtherRequests(t *testing.T) {
	t.Parallel()
	rule := fault.Rule{Cmdlet: "Get-Mailbox", Rate: 0.5, Seed: 7, Fault: fault.Throttled()}
	alone, among := serve(t, false), serve(t, false)
	alone.Add(rule)
	among.Add(fault.Rule{Cmdlet: "Get-Mailbox", From: 3, Count: 1, Fault: fault.Status(http.StatusTeapot, fault.Text)})
	among.Add(rule)
	want := alone.statuses(t, 20)
	want[2] = http.StatusTeapot
	var got []int
	for range 20 {
		got = append(got, among.mustGet(t, "Get-Mailbox").status)
		among.mustGet(t, "Get-Recipient")
	}
	if !slices.Equal(got, want) {
		t.Errorf("answered %v, want %v", got, want)
	}
}

func TestTheFirstRuleStrikesAndOthersWait(t *testing.T) {
	t.Parallel()
	s := serve(t, false)
	first := s.Add(fault.Rule{From: 2, Count: 1, Fault: fault.NotFound("x")})
	second := s.Add(fault.Rule{Count: 3, Fault: fault.Throttled()})
	counted := s.Add(fault.Rule{Fault: fault.Fault{}})
	if got := s.statuses(t, 5); !slices.Equal(got, []int{429, 404, 429, 429, 200}) {
		t.Errorf("answered %v", got)
	}
	if s.Hits(first) != 1 || s.Hits(second) != 3 || s.Hits(counted) != 5 {
		t.Errorf("hits are %d, %d and %d", s.Hits(first), s.Hits(second), s.Hits(counted))
	}
}

func TestRulesCanBeTakenOutOfForce(t *testing.T) {
	t.Parallel()
	s := serve(t, false)
	removed := s.Add(fault.Rule{Fault: fault.Throttled()})
	s.Add(fault.Rule{Fault: fault.NotFound("x")})
	s.Limit(fault.Exchange, fault.Limits{PerSecond: 1e-9, Refusal: fault.ConcurrencyExceeded()})
	s.Before(fault.Exchange, 3, func() { t.Error("the hook ran") })
	got := s.statuses(t, 1)
	s.Remove(removed)
	s.Remove(removed)
	if s.Hits(removed) != 0 {
		t.Error("a rule that was removed has hits")
	}
	got = append(got, s.statuses(t, 1)...)
	s.Clear()
	got = append(got, s.statuses(t, 2)...)
	if !slices.Equal(got, []int{429, 429, 200, 200}) {
		t.Errorf("answered %v", got)
	}
}

func TestHooksRunAtTheRequestTheyWaitFor(t *testing.T) {
	t.Parallel()
	s := serve(t, false)
	s.mustGet(t, "Get-Mailbox")
	var got []string
	note := func(what string) func() {
		return func() {
			got = append(got, what)
			// A hook sees the state it is called in, and may use the injector.
			if executed := s.executed.Load(); s.recorder.Count() != int(executed) {
				t.Errorf("%s: recorded %d, executed %d", what, s.recorder.Count(), executed)
			}
			s.Hits(1)
		}
	}
	executed := func(what string, want int64) func() {
		return func() {
			note(what)()
			if s.executed.Load() != want {
				t.Errorf("%s: executed %d, want %d", what, s.executed.Load(), want)
			}
		}
	}
	s.After(fault.Exchange, 2, executed("after the second", 3))
	s.Before(fault.Exchange, 2, executed("before the second", 2))
	s.Before(fault.Exchange, 1, executed("before the first", 1))
	s.Before(fault.Exchange, 1, executed("before the first, too", 1))
	s.Before(fault.Graph, 1, note("another service"))
	s.statuses(t, 4)
	if want := []string{"before the first", "before the first, too", "before the second", "after the second"}; !slices.Equal(got, want) {
		t.Errorf("the hooks ran as %q, want %q", got, want)
	}
}

func TestHooksRunBeforeAByteIsWritten(t *testing.T) {
	t.Parallel()
	s := serve(t, false)
	s.After(fault.Exchange, 1, func() { s.server.CloseClientConnections() })
	if got, err := s.get(t, "New-ManagementScope"); err == nil {
		t.Errorf("the client was answered %d", got.status)
	}
	if s.executed.Load() != 1 {
		t.Error("the request was not executed")
	}
}

func TestLimitsHoldBackWhatIsUnderWayAtOnce(t *testing.T) {
	t.Parallel()
	const limit, refused = 3, 5
	s := serve(t, false)
	s.Limit(fault.Exchange, fault.Limits{Concurrent: limit, Refusal: fault.ConcurrencyExceeded()})
	arrived, leave := make(chan struct{}), make(chan struct{})
	for k := range limit {
		s.After(fault.Exchange, k+1, func() {
			arrived <- struct{}{}
			<-leave
		})
	}
	var group sync.WaitGroup
	for range limit {
		group.Go(func() {
			if got, err := s.get(t, "Get-Mailbox"); err != nil || got.status != http.StatusOK {
				t.Errorf("one within the limit got %d: %v", got.status, err)
			}
		})
	}
	for range limit {
		<-arrived
	}
	for range refused {
		if got := s.mustGet(t, "Get-Mailbox"); got.status != http.StatusTooManyRequests {
			t.Errorf("one above the limit got %d", got.status)
		}
	}
	close(leave)
	group.Wait()
	if s.Limited(fault.Exchange) != refused || s.executed.Load() != limit {
		t.Errorf("refused %d and executed %d", s.Limited(fault.Exchange), s.executed.Load())
	}
	if record := s.recorder.All()[limit]; record.Fault != "429 text by limit" || record.Executed {
		t.Errorf("recorded %+v", record)
	}
	if got := s.statuses(t, limit+1); !slices.Equal(got, []int{200, 200, 200, 200}) {
		t.Errorf("answered %v once nothing was under way", got)
	}
}

func TestLimitsAreGivenBackByRequestsThatWereCut(t *testing.T) {
	t.Parallel()
	s := serve(t, false)
	s.Limit(fault.Exchange, fault.Limits{Concurrent: 1})
	s.Add(fault.Rule{Count: 3, Fault: fault.Reset().AfterExecution()})
	for range 3 {
		if got, err := s.get(t, "Get-Mailbox"); err == nil {
			t.Errorf("answered %d", got.status)
		}
	}
	if s.executed.Load() != 3 || s.Limited(fault.Exchange) != 0 {
		t.Errorf("executed %d, refused %d", s.executed.Load(), s.Limited(fault.Exchange))
	}
}

func TestLimitsRefillWithTime(t *testing.T) {
	t.Parallel()
	s := serve(t, false)
	at := func(later time.Duration) { s.SetClock(func() time.Time { return noon.Add(later) }) }
	at(0)
	s.Limit(fault.Exchange, fault.Limits{PerSecond: 2, Burst: 3})
	for _, step := range []struct {
		at   time.Duration
		want []int
	}{
		{0, []int{200, 200, 200, 429, 429}},
		{499 * time.Millisecond, []int{429}},
		{500 * time.Millisecond, []int{200, 429}},
		{1500 * time.Millisecond, []int{200, 200, 429}},
		{time.Hour, []int{200, 200, 200, 429}},
	} {
		at(step.at)
		if got := s.statuses(t, len(step.want)); !slices.Equal(got, step.want) {
			t.Errorf("at %s answered %v, want %v", step.at, got, step.want)
		}
	}
	if s.Limited(fault.Exchange) != 6 || s.Limited(fault.Graph) != 0 {
		t.Errorf("refused %d", s.Limited(fault.Exchange))
	}
}

func TestLimitsDoNotCountWhoeverHasNoToken(t *testing.T) {
	t.Parallel()
	s := serve(t, false)
	s.Limit(fault.Exchange, fault.Limits{PerSecond: 1e-9, Burst: 1})
	for range 3 {
		if got, err := s.ask(t, "/Get-Mailbox/all/1", "bad"); err != nil || got.status != http.StatusUnauthorized {
			t.Errorf("answered %d: %v", got.status, err)
		}
	}
	if got := s.mustGet(t, "Get-Mailbox"); got.status != http.StatusOK {
		t.Errorf("answered %d", got.status)
	}
}

func TestInjectorIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	const clients, each = 8, 20
	s := serve(t, true)
	id := s.Add(fault.Rule{From: 11, Count: 30, Fault: fault.Throttled()})
	s.Limit(fault.Exchange, fault.Limits{Concurrent: clients})
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			for range each {
				if _, err := s.get(t, "Get-Mailbox"); err != nil {
					t.Error(err)
				}
				s.Remove(s.Add(fault.Rule{Service: fault.Graph, Fault: fault.Reset()}))
				s.Hits(id)
			}
		})
	}
	group.Wait()
	if s.Hits(id) != 30 || s.executed.Load() != clients*each-30-int64(s.Limited(fault.Exchange)) {
		t.Errorf("%d hits, %d executed, %d limited", s.Hits(id), s.executed.Load(), s.Limited(fault.Exchange))
	}
}
