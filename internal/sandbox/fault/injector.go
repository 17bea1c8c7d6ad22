// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package fault

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Call is what the rules look at of a request.
type Call struct {
	// Service, Cmdlet, Identity and Page are as in Request. A Page that the
	// service does not know yet is zero.
	Service          Service
	Cmdlet, Identity string
	Page             int

	// bearer is the access token, url the address as the client wrote it and
	// requestID the client's name for the request.
	bearer, url, requestID string
	// item says that the request came in a batch.
	item bool
}

// asked notes what the rules and faults look at of the HTTP request itself.
func (c *Call) asked(r *http.Request) {
	_, c.bearer, _ = strings.Cut(r.Header.Get("Authorization"), " ")
	c.url = "https://" + r.Host + r.URL.RequestURI()
	c.requestID = r.Header.Get("client-request-id")
}

// An Injector holds the rules by which a sandbox's answers go wrong, its limits
// and the hooks of tests. The zero Injector has none and is ready; any number of
// goroutines may use it at once.
type Injector struct {
	mu       sync.Mutex
	clock    func() time.Time
	last     RuleID
	rules    []*activeRule
	limiters map[Service]*limiter
	arrived  map[Service]int
	hooks    []hook
}

// SetClock replaces the clock of limits and of dates in headers, which is
// time.Now. Delays are not measured by it.
func (i *Injector) SetClock(now func() time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.clock = now
}

func (i *Injector) now() time.Time {
	if i.clock == nil {
		return time.Now()
	}
	return i.clock()
}

// Add puts a rule into force. Where several would strike a request at the same
// point, the one that was added first does, and the others keep their strokes.
func (i *Injector) Add(rule Rule) RuleID {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.last++
	i.rules = append(i.rules, newActiveRule(i.last, rule))
	return i.last
}

// Remove takes a rule out of force, and forgets it. A rule that is not there is
// no error.
func (i *Injector) Remove(id RuleID) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.rules = slices.DeleteFunc(i.rules, func(r *activeRule) bool { return r.id == id })
}

// Clear takes every rule, limit and hook out of force.
func (i *Injector) Clear() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.rules, i.limiters, i.hooks = nil, nil, nil
}

// Hits says how many requests a rule has struck; zero for one that was removed.
func (i *Injector) Hits(id RuleID) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, r := range i.rules {
		if r.id == id {
			return r.hits
		}
	}
	return 0
}

// hook is a function that waits for a request.
type hook struct {
	service Service
	number  int
	after   bool
	run     func()
}

// Before calls run once, when the k-th request from now on has arrived at a
// service and before it is looked at. The request waits until run returns.
func (i *Injector) Before(service Service, k int, run func()) { i.hook(service, k, false, run) }

// After calls run once, when the k-th request from now on has been processed by
// a service and recorded, and before a byte of the answer is written. Requests
// are numbered in the order of their arrival. The answer waits until run returns.
func (i *Injector) After(service Service, k int, run func()) { i.hook(service, k, true, run) }

func (i *Injector) hook(service Service, k int, after bool, run func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.hooks = append(i.hooks, hook{service: service, number: i.arrived[service] + k, after: after, run: run})
}

// runHooks calls the hooks of a service's request.
func (i *Injector) runHooks(service Service, number int, after bool) {
	i.mu.Lock()
	var due []func()
	i.hooks = slices.DeleteFunc(i.hooks, func(h hook) bool {
		mine := h.service == service && h.number == number && h.after == after
		if mine {
			due = append(due, h.run)
		}
		return mine
	})
	i.mu.Unlock() // A hook may ask the sandbox, and the injector, for something.
	for _, run := range due {
		run()
	}
}

// choose finds the fault that strikes a request at a point.
func (i *Injector) choose(at point, c Call) Fault {
	i.mu.Lock()
	defer i.mu.Unlock()
	var chosen *activeRule
	for _, r := range i.rules {
		here := r.Fault.at
		if here == nowhere {
			here = atDoor
		}
		if here == at && r.strikes(c) && chosen == nil {
			chosen = r
		}
	}
	if chosen == nil {
		return Fault{}
	}
	chosen.strike(c)
	return chosen.Fault
}

// Begin takes up a request that has arrived at a service. The service must end
// what it returns.
func (i *Injector) Begin(r *http.Request, call Call) *Injection {
	call.asked(r)
	i.mu.Lock()
	if i.arrived == nil {
		i.arrived = map[Service]int{}
	}
	i.arrived[call.Service]++
	number := i.arrived[call.Service]
	i.mu.Unlock()
	i.runHooks(call.Service, number, false)
	return &Injection{injector: i, call: call, context: r.Context(), body: r.Body, number: number}
}
