// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package fault

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// maker makes the fault that a file names.
type maker struct {
	// needs are the keys that must be given, and takes those that may be.
	needs, takes []string
	make         func(*entry) Fault
}

// of is the maker of a fault that needs no keys.
func of(fault func() Fault, takes ...string) maker {
	return maker{takes: takes, make: func(*entry) Fault { return fault() }}
}

// What the kinds of faults take of the keys that all of them know.
var (
	takenByAnswers       = []string{"after_execution", "without_body", "retry_after", "retry_after_form"}
	takenByRefusedTokens = []string{"after_execution", "until_new_token"}
)

// makers are the faults by their names in files.
var makers = map[string]maker{
	"bad_value":                      of(BadValue, takenByAnswers...),
	"unknown_parameter":              of(UnknownParameter, takenByAnswers...),
	"page_expired":                   of(PageExpired, takenByAnswers...),
	"unauthorized":                   of(Unauthorized, takenByRefusedTokens...),
	"unauthorized_without_challenge": of(UnauthorizedWithoutChallenge, takenByRefusedTokens...),
	"claims_challenge":               of(ClaimsChallenge, takenByRefusedTokens...),
	"not_allowed":                    of(NotAllowed, takenByAnswers...),
	"forbidden":                      of(Forbidden, takenByAnswers...),
	"forbidden_nul":                  of(ForbiddenNUL, takenByAnswers...),
	"not_found": {
		needs: []string{"object"}, takes: takenByAnswers,
		make: func(e *entry) Fault { return NotFound(e.object) },
	},
	"route_not_found":      of(RouteNotFound, takenByAnswers...),
	"throttled":            of(Throttled, takenByAnswers...),
	"concurrency_exceeded": of(ConcurrencyExceeded, takenByAnswers...),
	"ad_transient":         of(ADTransient, takenByAnswers...),
	"quota_exceeded":       of(QuotaExceeded, takenByAnswers...),
	"status": {
		needs: []string{"status"}, takes: append([]string{"body"}, takenByAnswers...),
		make: func(e *entry) Fault { return Status(e.status, e.body) },
	},
	"reset":           of(Reset, "after_execution"),
	"hang":            of(Hang, "after_execution"),
	"slow":            {needs: []string{"delay"}, takes: []string{"after_execution"}, make: func(e *entry) Fault { return Slow(e.delay) }},
	"cut_body":        of(CutBody),
	"dribble":         {needs: []string{"delay"}, make: func(e *entry) Fault { return Dribble(e.delay) }},
	"truncated":       of(Truncated),
	"garbled":         of(Garbled),
	"empty":           of(Empty),
	"nul_body":        of(NULBody),
	"false_gzip":      of(FalseGzip),
	"undeclared_gzip": of(UndeclaredGzip),
	"repeated_page":   of(RepeatedPage),
	"broken_link":     of(BrokenLink),
}

// makeFault makes the fault of an entry; usual is its name where none is given.
func (e *entry) makeFault(usual string) (Fault, error) {
	name := cmp.Or(e.fault, usual)
	m, known := makers[name]
	switch {
	case name == "":
		return Fault{}, fmt.Errorf("line %d: a rule needs a fault: %s", e.line, list(maps.Keys(makers)))
	case !known:
		return Fault{}, fmt.Errorf("line %d: there is no fault %s; the faults are %s", e.line, name, list(maps.Keys(makers)))
	}
	for _, needed := range m.needs {
		if !e.given[needed] {
			return Fault{}, fmt.Errorf("line %d: the fault %s needs the key %s", e.line, name, needed)
		}
	}
	for _, given := range slices.Sorted(maps.Keys(e.given)) {
		_, ofFaults := faultKeys[given]
		if ofFaults && given != "fault" && !slices.Contains(m.needs, given) && !slices.Contains(m.takes, given) {
			return Fault{}, fmt.Errorf("line %d: the fault %s does not take the key %s", e.line, name, given)
		}
	}
	if e.given["retry_after_form"] && !e.given["retry_after"] {
		return Fault{}, fmt.Errorf("line %d: retry_after_form is the form of retry_after, which is not given", e.line)
	}
	return e.modified(m.make(e)), nil
}

// modified is the variant of a fault that an entry asks for.
func (e *entry) modified(f Fault) Fault {
	if e.withoutBody {
		f = f.WithoutBody()
	}
	if e.given["retry_after"] {
		f = f.RetryAfter(RetryAfter{wait: e.retryAfter, form: e.retryAfterForm})
	}
	if e.untilNewToken {
		f = f.UntilNewToken()
	}
	if e.afterExecution {
		f = f.AfterExecution()
	}
	return f
}
