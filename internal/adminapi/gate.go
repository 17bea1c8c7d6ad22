// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// gate lets requests out. All of a client's requests pass it, so that a refusal
// of one slows every other down before it is refused as well.
//
// Until Exchange refuses a request for there being too many, the gate bounds the
// requests in flight and does nothing else. After that it finds the tenant's
// limits by itself, since nobody has published them: a refusal lowers the bound
// and the pace at which requests leave, and the requests that pass raise them
// again, slowly enough that few more are refused.
type gate struct {
	most int // requests in flight at any time

	mu      sync.Mutex
	limit   int       // requests in flight for now
	flying  int       // requests in flight
	passed  int       // requests that passed since limit was changed
	queue   []*ticket // in the order of their calls
	opens   time.Time // when the next may leave
	opening *time.Timer
	pace    pace

	refusals int // counts the times that limits were lowered
	inARow   int // of these, since a request last passed
}

// ticket is a request that waits to be let out.
type ticket struct {
	turn uint64 // the call's: the oldest leaves first, also with a replay
	// giveUp returns when there is no use any more in leaving, or zero where nobody
	// has said. That may change, as others may come to wait for the request. It is
	// called under the gate's lock and may take that of sharing, so nobody who holds
	// the latter calls the gate.
	giveUp func() time.Time
	pass   pass
	err    error // why it was turned away
	done   chan struct{}
}

// patience returns until when the ticket may wait for the gate to open again. A
// place in the queue it may keep for longer.
func (t *ticket) patience(now time.Time) time.Time {
	if until := t.giveUp(); !until.IsZero() {
		return until
	}
	return now.Add(retryTimeout)
}

// pass is the permission to send a request. It is given back with what came of it.
type pass struct {
	refusals  int // the gate's, when the request left
	limit     int // of requests in flight, then
	perSecond float64
}

// errTooLate turns a request away that could leave only after its time.
var errTooLate = errors.New("the time for it ends before Exchange may be asked again")

// successesPerSlot is how many requests must pass before the gate tries one more
// in flight than Exchange last took. Where that is one too many, one request of
// as many was refused.
const successesPerSlot = 40

func newGate(most int) *gate {
	// A client that may send very many at once begins with fewer, since all but
	// some of the first would be refused.
	return &gate{most: most, limit: min(most, DefaultConcurrency)}
}

// enter waits for the permission to send a request. For giveUp, see ticket.
func (g *gate) enter(ctx context.Context, turn uint64, giveUp func() time.Time) (pass, error) {
	if ctx.Err() != nil {
		return pass{}, ctx.Err()
	}
	t := &ticket{turn: turn, giveUp: giveUp, done: make(chan struct{})}
	g.mu.Lock()
	at, _ := slices.BinarySearchFunc(g.queue, t, func(a, b *ticket) int {
		if a.turn <= b.turn {
			return -1
		}
		return 1
	})
	g.queue = slices.Insert(g.queue, at, t)
	g.open()
	g.mu.Unlock()

	select {
	case <-t.done:
	case <-ctx.Done():
		g.mu.Lock()
		defer g.mu.Unlock()
		if at := slices.Index(g.queue, t); at >= 0 {
			g.queue = slices.Delete(g.queue, at, at+1)
			g.open()
			return pass{}, ctx.Err()
		}
		if t.err == nil {
			g.flying--
			g.open()
		}
		return pass{}, ctx.Err()
	}
	return t.pass, t.err
}

// open lets out whom it may and turns away who would leave too late. The lock is
// held.
func (g *gate) open() {
	now := time.Now()
	if g.opens.After(now) {
		g.queue = slices.DeleteFunc(g.queue, func(t *ticket) bool {
			late := g.opens.After(t.patience(now))
			if late {
				t.err = errTooLate
				close(t.done)
			}
			return late
		})
	}
	for len(g.queue) > 0 && g.flying < g.limit && !g.opens.After(now) {
		t := g.queue[0]
		g.queue = slices.Delete(g.queue, 0, 1)
		g.flying++
		if gap := g.pace.gap(); gap > 0 {
			g.opens = now.Add(gap)
		}
		t.pass = pass{g.refusals, g.limit, g.pace.perSecond}
		close(t.done)
	}
	g.schedule(now)
}

// schedule has the gate opened again when that is a question of time alone.
func (g *gate) schedule(now time.Time) {
	if g.opening != nil {
		g.opening.Stop()
		g.opening = nil
	}
	if len(g.queue) == 0 || g.flying >= g.limit {
		return
	}
	g.opening = time.AfterFunc(g.opens.Sub(now), func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.open()
	})
}

// accepted gives back the pass of a request that Exchange took.
func (g *gate) accepted() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inARow = 0
	g.passed++
	bound := g.flying >= g.limit
	switch {
	case g.limit >= g.most:
	case g.refusals == 0, bound && g.passed >= successesPerSlot:
		g.limit++
		g.passed = 0
	}
	g.pace.accepted(time.Now(), len(g.queue) > 0 && !bound)
	g.flying--
	g.open()
}

// refused gives back the pass of a request that was one too many, and closes the
// gate for as long as Exchange asks, or for a time of our own where it does not.
func (g *gate) refused(p pass, told time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	// Of the requests that left under the same limits, the first to be refused
	// speaks for all.
	first := p.refusals == g.refusals
	if first {
		g.refusals++
		g.inARow++
		g.passed = 0
		g.limit = fewer(min(g.limit, g.flying), g.refusals == 1 || g.inARow > 1)
		g.pace.refused(now, g.inARow)
	}
	switch {
	case told > 0:
		g.close(now.Add(told + slack(told)))
	case first:
		// At least half, unlike for a single request: everybody waits for the
		// same moment, and the pace spreads them out behind it.
		pause := backoff(g.inARow)
		g.close(now.Add(pause/2 + jitter(pause/2)))
	}
	g.flying--
	g.open()
}

// fewer returns how many requests may be in flight where so many were too many. A
// bound that was found step by step is left by one step: one less has worked.
func fewer(inFlight int, blindly bool) int {
	if blindly {
		return max(1, inFlight/2)
	}
	return max(1, inFlight-1)
}

// returned gives back the pass of a request of which nobody knows whether it was
// one too many.
func (g *gate) returned() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.flying--
	g.open()
}

// rest closes the gate until a moment.
func (g *gate) rest(until time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.close(until)
	g.open()
}

func (g *gate) close(until time.Time) {
	if until.After(g.opens) {
		g.opens = until
	}
}

const (
	// firstBackoff and longestBackoff bound the wait before a replay where
	// Exchange does not say how long to wait.
	firstBackoff   = 2 * time.Second
	longestBackoff = time.Minute
)

// backoff returns the longest wait after the nth failure, counted from 1.
func backoff(n int) time.Duration {
	if n > 5 {
		return longestBackoff
	}
	return firstBackoff << (n - 1)
}

// jitter returns a random time of less than d, so that clients which were refused
// together do not come back together.
func jitter(d time.Duration) time.Duration { return rand.N(max(d, 1)) }

// slack is what is added to a wait that Exchange asked for: never less than that,
// and little more.
func slack(told time.Duration) time.Duration { return jitter(min(told/10, time.Second)) }
