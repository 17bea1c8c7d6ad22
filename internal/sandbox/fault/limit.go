// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package fault

import (
	"math"
	"time"
)

// Limits are how much of a service one tenant may have. A field that is zero
// sets no limit. Exchange's numbers are not published; of its answers both the
// 429 and the text of [ConcurrencyExceeded] were seen.
type Limits struct {
	// Concurrent is the number of requests that may be under way at once, from
	// the moment the caller is known until the last of the answer is sent.
	Concurrent int
	// PerSecond is the number of requests a second in the long run.
	PerSecond float64
	// Burst is the number of requests that may come at once when there were none
	// for a while; at least 1.
	Burst int
	// PerItem counts every request that a batch carries, and not the batch, which
	// otherwise counts as one. An item holds its place until the batch is answered.
	// Which of the two the service does is not known.
	PerItem bool
	// Refusal is the answer to requests above the limits; the zero Fault stands
	// for Throttled. It must be one that answers, such as Throttled or Status.
	Refusal Fault
}

// limiter is limits in force: a count, and a bucket of tokens.
type limiter struct {
	Limits
	running int
	tokens  float64
	filled  time.Time
	refused int
}

// Limit puts limits on a service in force, in the place of earlier ones.
func (i *Injector) Limit(service Service, limits Limits) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if limits.Refusal.answer == nil && !limits.Refusal.delivery.silent() {
		limits.Refusal = Throttled()
	}
	limits.Burst = max(limits.Burst, 1)
	if i.limiters == nil {
		i.limiters = map[Service]*limiter{}
	}
	i.limiters[service] = &limiter{Limits: limits, tokens: float64(limits.Burst), filled: i.now()}
}

// Limited says how many requests to a service its present limits have refused.
func (i *Injector) Limited(service Service) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	if l := i.limiters[service]; l != nil {
		return l.refused
	}
	return 0
}

// admit lets a request pass the limits of its service, until it is released, or
// tells how to refuse it.
func (i *Injector) admit(c Call) (refusal Fault, release func(), free bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	l := i.limiters[c.Service]
	if l == nil || c.item && !l.PerItem || c.Cmdlet == Batch && l.PerItem {
		return Fault{}, func() {}, true
	}
	if !l.take(i.now()) {
		l.refused++
		return l.Refusal, nil, false
	}
	return Fault{}, func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		l.running--
	}, true
}

// take counts a request as running, if the limits allow it to.
func (l *limiter) take(now time.Time) bool {
	if l.PerSecond > 0 {
		l.tokens = math.Min(float64(l.Burst), l.tokens+l.PerSecond*now.Sub(l.filled).Seconds())
		l.filled = now
	}
	if l.Concurrent > 0 && l.running >= l.Concurrent || l.PerSecond > 0 && l.tokens < 1 {
		return false
	}
	l.tokens--
	l.running++
	return true
}
