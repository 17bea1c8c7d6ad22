// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package faulttest

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
)

// faults are all faults that the sandbox knows, in all their forms.
func faults() []fault.Fault {
	all := fault.Answers()
	for _, status := range []int{
		http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
	} {
		all = append(all, fault.Status(status, fault.HTML).AfterExecution(), fault.Status(status, fault.Text).WithoutBody().AfterExecution())
	}
	return append(all,
		fault.Unauthorized().UntilNewToken(), fault.UnauthorizedWithoutChallenge().UntilNewToken(), fault.ClaimsChallenge().UntilNewToken(),
		fault.Status(http.StatusServiceUnavailable, fault.HTML).RetryAfter(fault.Seconds(time.Minute)),
		fault.ADTransient().AfterExecution(),
		fault.Reset(), fault.Reset().AfterExecution(), fault.Hang(), fault.Hang().AfterExecution(),
		fault.Slow(time.Minute), fault.Slow(time.Minute).AfterExecution(), fault.Dribble(time.Second),
		fault.CutBody(), fault.Truncated(), fault.Garbled(), fault.Empty(), fault.NULBody(), fault.FalseGzip(), fault.UndeclaredGzip(),
		fault.RepeatedPage(), fault.BrokenLink(),
	)
}

// notFound is the absence of an object that nobody asked for.
var notFound = fault.NotFound("Another object")

// typical are faults of every kind: each outcome that a client can meet, once.
func typical() []fault.Fault {
	return []fault.Fault{
		fault.BadValue(), fault.PageExpired(), fault.Unauthorized(), fault.UnauthorizedWithoutChallenge().UntilNewToken(), fault.ClaimsChallenge(),
		fault.NotAllowed(), fault.Forbidden(), fault.ForbiddenNUL(), notFound, fault.RouteNotFound(),
		fault.Throttled().RetryAfter(fault.Seconds(2 * time.Second)), fault.ConcurrencyExceeded(),
		fault.ADTransient(), fault.QuotaExceeded(), fault.Status(http.StatusInternalServerError, fault.Text).WithoutBody().AfterExecution(),
		fault.Status(http.StatusServiceUnavailable, fault.HTML), fault.Status(http.StatusBadGateway, fault.HTML).AfterExecution(),
		fault.Reset(), fault.Reset().AfterExecution(), fault.Hang().AfterExecution(), fault.CutBody(), fault.Truncated(), fault.Garbled(), fault.Empty(),
	}
}

// strike says which requests of an operation are struck.
type strike struct {
	cmdlet      string
	from, count int // count 0 is for ever
}

func (s strike) String() string {
	if s.count == 0 {
		return "always at " + s.cmdlet
	}
	return fmt.Sprintf("at %s %d", s.cmdlet, s.from)
}

// strikes are each request of an operation in turn, and all that do its work.
func (p prior) strikes(op operation, principal string) []strike {
	all := []strike{{cmdlet: principal}}
	seen := map[string]int{}
	for _, cmdlet := range p.requests[op] {
		seen[cmdlet]++
		all = append(all, strike{cmdlet, seen[cmdlet], 1})
	}
	return all
}

// Every fault at the first of the requests that do the work of an operation, and every kind of fault at each other
// request and at all of these for ever; on every operation of every subject.
func TestWhateverGoesWrongNothingIsLostDoubledOrDestroyed(t *testing.T) {
	t.Parallel()
	for _, u := range subjects() {
		t.Run(u.name, func(t *testing.T) {
			t.Parallel()
			p := u.rehearse(t)
			for _, op := range u.operations() {
				for _, strike := range p.strikes(op, u.principal[op]) {
					tried := typical()
					if strike.cmdlet == u.principal[op] && strike.from == 1 {
						tried = faults()
					}
					for _, f := range tried {
						if strike.cmdlet == "Get-ApplicationAccessPolicy" && (op == list || op == data) && f.String() == notFound.String() {
							continue // So some tenants answer a list where there is no policy at all.
						}
						t.Run(fmt.Sprintf("%s/%s/%s", op, strike, f), func(t *testing.T) {
							t.Parallel()
							u.on(t, func(s *stage) {
								s.prepare(op, p.state)
								rule := s.Faults().Add(fault.Rule{
									Service: fault.Exchange, Cmdlet: strike.cmdlet, From: strike.from, Count: strike.count, Fault: f,
								})
								struck := func() int { return s.Faults().Hits(rule) }
								tally.count(s.endure(op, p, struck))
							})
						})
					}
				}
			}
		})
	}
}
