// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package fault

import (
	"math/rand/v2"
	"strings"
)

// A Rule says which requests a fault befalls. A field that is left out matches
// every request.
//
// A batch is a request of the cmdlet [Batch], and each of the requests in it is
// one of the cmdlet that it runs. A rule that says nothing of Cmdlet, Identity
// and Page is about HTTP requests: it strikes the batch and none of its items.
type Rule struct {
	// Service is the service that is asked.
	Service Service
	// Cmdlet is the cmdlet, or for Entra the endpoint and for Graph the path, as
	// in Request.Cmdlet and in any letter case. With a * at its end it is the
	// beginning of the name, as in "Get-*".
	Cmdlet string
	// Identity is the object that is asked for, as in Request.Identity and in any
	// letter case.
	Identity string
	// Page is the number of a page of a list, from 1.
	Page int
	// From is the number of the first matching request that is struck, from 1;
	// zero means 1. Requests that the fault cannot reach, such as those with a
	// bad token where the fault comes after the token is looked at, are not
	// counted.
	From int
	// Count is how many requests are struck; zero means all from From on.
	Count int
	// Rate is the probability with which a request is struck that From and Count
	// let be; zero means 1.
	Rate float64
	// Seed decides the draws of Rate. Two rules with the same seed draw alike.
	Seed uint64
	// Fault is what goes wrong.
	Fault Fault
}

// A RuleID names a rule of an injector.
type RuleID int

// covers reports whether the rule is about a request.
func (r Rule) covers(c Call) bool {
	if r.Service != "" && r.Service != c.Service || r.Page != 0 && r.Page != c.Page {
		return false
	}
	if c.item && r.Cmdlet == "" && r.Identity == "" && r.Page == 0 {
		return false
	}
	if r.Identity != "" && !strings.EqualFold(r.Identity, c.Identity) {
		return false
	}
	beginning, open := strings.CutSuffix(r.Cmdlet, "*")
	switch {
	case !open:
		return r.Cmdlet == "" || strings.EqualFold(r.Cmdlet, c.Cmdlet)
	default:
		return len(c.Cmdlet) >= len(beginning) && strings.EqualFold(c.Cmdlet[:len(beginning)], beginning)
	}
}

// activeRule is a rule with what became of it so far.
type activeRule struct {
	Rule
	id RuleID
	// matched counts the requests that the rule is about, and hits those struck.
	matched, hits int
	random        *rand.Rand
	// ended are the tokens that the rule's fault has ended.
	ended map[string]bool
}

func newActiveRule(id RuleID, r Rule) *activeRule {
	return &activeRule{Rule: r, id: id, random: rand.New(rand.NewPCG(r.Seed, 0)), ended: map[string]bool{}}
}

// strikes reports whether the rule strikes a request, and counts it as one that
// matches. Whether it is struck in the end is for the injector to say.
func (r *activeRule) strikes(c Call) bool {
	if c.bearer != "" && r.ended[c.bearer] {
		return true
	}
	if !r.covers(c) {
		return false
	}
	r.matched++
	if r.matched < r.From {
		return false
	}
	// Every matching request takes a draw, so that the n-th has the same fate
	// whatever befell the others.
	drawn := r.Rate <= 0 || r.random.Float64() < r.Rate
	return drawn && (r.Count == 0 || r.hits < r.Count)
}

// strike notes that the rule has struck a request.
func (r *activeRule) strike(c Call) {
	r.hits++
	if r.Fault.untilNewToken && c.bearer != "" {
		r.ended[c.bearer] = true
	}
}
