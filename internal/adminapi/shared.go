// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// batchWindow is how long the first of several reads waits for the others. A read
// that is alone does not feel it, and those that begin together come within it.
// Terraform's ten workers begin when each is done with what it did before, so theirs
// often do not: how long those that are [Command.Patient] wait is up to readers.
const batchWindow = 5 * time.Millisecond

// sharing holds the reads that callers share.
type sharing struct {
	mu       sync.Mutex
	flights  map[string]*flight // those that a further caller may wait for, by their key
	boarding []*flight          // those that wait for others to leave with
	opened   time.Time          // when the first of those began to
	leaving  *time.Timer        // ends that wait
	hurried  bool               // somebody is not to wait for longer than the window
	latest   time.Time          // somebody has no time to wait for longer, or zero
	departed []time.Time        // when the batches and single reads left that are on their way
	readers  readers
}

// flight is a read, for all who wait for it.
type flight struct {
	key    string
	call   *call
	ctx    context.Context // ends when nobody waits any more
	cancel context.CancelFunc

	departed time.Time // when it left, alone or with others

	waiting  int       // callers; this and the next two under the lock of sharing
	deadline time.Time // the last caller's
	endless  bool      // a caller has no deadline

	done   chan struct{}
	result *Result // from here on once done
	err    error
}

// InvokeShared is [Client.Invoke] for reads that many ask for at about the same
// time, such as the permissions of one mailbox each. Up to ten of them leave
// together as one batch: when there are ten, or five milliseconds after the
// first, or later where all of them are [Command.Patient]. One that is alone leaves
// as with Invoke.
//
// Callers of the same command share one answer, unless a command that writes has
// come to its end in between. So nobody may change the result. When ctx ends, the
// call does; the others still get the answer.
//
// An item of a batch comes to what it would have come to alone, and where Exchange
// takes no batches, all commands leave alone. A command that is not idempotent or
// that may change something is an error.
func (c *Client) InvokeShared(ctx context.Context, command Command) (*Result, error) {
	call, err := newCall(command, c.cookies)
	switch {
	case err != nil:
		return nil, err
	case !call.idempotent || call.writes():
		return nil, fmt.Errorf("%s was not sent: only a read that may be repeated can be shared", call.cmdlet)
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%s was not sent: %w", call.cmdlet, inWords(ctx.Err()))
	}
	flight := c.join(ctx, call, command.Patient)
	select {
	case <-flight.done:
		return flight.result, flight.err
	case <-ctx.Done():
		c.sharing.quit(flight)
		return nil, fmt.Errorf("%s: the wait for its answer ended: %w", call.cmdlet, inWords(ctx.Err()))
	}
}

// join returns the flight that reads what the call asks for.
func (c *Client) join(ctx context.Context, call *call, patient bool) *flight {
	s := &c.sharing
	s.mu.Lock()
	defer s.mu.Unlock()
	deadline, ok := ctx.Deadline()
	// Whoever asked first may leave; the others still wait for the answer.
	ctx = context.WithoutCancel(ctx)
	key := call.query + " " + string(call.body)
	f := s.flights[key]
	if f == nil {
		f = &flight{key: key, call: call, done: make(chan struct{})}
		f.ctx, f.cancel = context.WithCancel(ctx)
		call.turn = c.turns.Add(1)
		call.patience = func() (time.Time, bool) { return s.patience(f) }
		if s.flights == nil {
			s.flights = map[string]*flight{}
		}
		s.flights[key] = f
	}
	now := time.Now()
	f.waiting++
	s.readers.come(now)
	s.readers.wait()
	if f.waiting == 1 {
		c.board(ctx, f)
	}
	if slices.Contains(s.boarding, f) {
		if !patient && !s.hurried {
			s.hurried = true
			s.leaving.Reset(batchWindow)
		}
		if latest := now.Add(deadline.Sub(now) / hurryPart); ok && (s.latest.IsZero() || latest.Before(s.latest)) {
			s.latest = latest
		}
	}
	c.stay()
	f.endless = f.endless || !ok
	if deadline.After(f.deadline) {
		f.deadline = deadline
	}
	return f
}

// board has a flight wait for others to leave with. The lock is held.
func (c *Client) board(ctx context.Context, f *flight) {
	s := &c.sharing
	s.boarding = append(s.boarding, f)
	switch {
	case len(s.boarding) == batchSize, c.singly.Load():
		go c.launch(ctx, s.take())
	case len(s.boarding) == 1:
		s.opened = time.Now()
		s.leaving = time.AfterFunc(batchWindow, func() {
			s.mu.Lock()
			if len(s.boarding) > 0 && !s.hurried {
				s.readers.left(time.Now(), s.opened)
			}
			together := s.take()
			s.mu.Unlock()
			c.launch(ctx, together)
		})
	}
}

// Came tells of a reader who needed no request, because what it asked for is
// known. It is about to come again, so a batch that waits for others does so for
// longer.
func (c *Client) Came() {
	s := &c.sharing
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readers.come(time.Now())
	c.stay()
}

// stay has the flights that wait for others do so from now on, unless somebody is
// in a hurry. The lock is held.
func (c *Client) stay() {
	s := &c.sharing
	if len(s.boarding) == 0 || s.hurried {
		return
	}
	now := time.Now()
	wait := s.readers.patience(now, s.opened, s.departed)
	if !s.latest.IsZero() {
		wait = min(wait, s.latest.Sub(now))
	}
	least := batchWindow - now.Sub(s.opened)
	s.leaving.Reset(max(wait, least, 0))
}

// take returns the flights that are to leave together. The lock is held.
func (s *sharing) take() []*flight {
	together := s.boarding
	s.boarding, s.hurried, s.latest = nil, false, time.Time{}
	if len(together) > 0 {
		now := time.Now()
		s.departed = append(s.departed, now)
		for _, f := range together {
			f.departed = now
		}
	}
	if s.leaving != nil {
		s.leaving.Stop()
	}
	return together
}

// launch sends flights, in a batch where they are several.
func (c *Client) launch(ctx context.Context, flights []*flight) {
	if len(flights) == 0 {
		return
	}
	s, departed := &c.sharing, flights[0].departed
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		at := slices.IndexFunc(s.departed, departed.Equal)
		s.departed = slices.Delete(s.departed, at, at+1)
		c.stay()
	}()
	readings := make([]reading, len(flights))
	if len(flights) > 1 && !c.singly.Load() {
		var batch *call
		var err error
		if batch, readings, err = c.batch(ctx, flights); err != nil {
			for _, f := range flights {
				err := batch.errorOf(f.call, err)
				c.kinds.mark(err)
				s.land(f, nil, err)
			}
			return
		}
		s.mu.Lock()
		s.readers.took = time.Since(departed)
		s.mu.Unlock()
	}
	var flying sync.WaitGroup
	for i, f := range flights {
		flying.Go(func() {
			result, err := c.complete(f, readings[i])
			c.kinds.mark(err)
			s.land(f, result, err)
		})
	}
	flying.Wait()
}

// complete returns the whole of a flight's output. got is what a batch brought.
func (c *Client) complete(f *flight, got reading) (*Result, error) {
	if f.call.path == "" {
		if err := c.address(f.ctx, f.call); err != nil {
			return nil, err
		}
	}
	return c.finish(f.ctx, f.call, got)
}

// batch sends flights as one batch, which goes on as long as somebody waits for
// one of them. It returns the batch, too.
func (c *Client) batch(ctx context.Context, flights []*flight) (*call, []reading, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		for _, f := range flights {
			select {
			case <-f.ctx.Done():
			case <-ctx.Done():
			}
		}
		cancel()
	}()
	var calls []*call
	for _, f := range flights {
		calls = append(calls, f.call)
	}
	batch := newBatch(calls, c.cookies)
	batch.patience = func() (time.Time, bool) { return c.sharing.patience(flights...) }
	for _, call := range append([]*call{batch}, calls...) {
		if err := c.address(ctx, call); err != nil {
			return batch, nil, err
		}
	}
	readings, err := c.ask(ctx, batch)
	return batch, readings, err
}

// patience returns the last deadline of all who wait for one of the flights, if
// all have one.
func (s *sharing) patience(flights ...*flight) (time.Time, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var last time.Time
	for _, f := range flights {
		if f.endless {
			return time.Time{}, false
		}
		if f.deadline.After(last) {
			last = f.deadline
		}
	}
	return last, true
}

// quit is a caller's leaving. With the last one the flight is at its end.
func (s *sharing) quit(f *flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-f.done:
		// Its answer came at the same time.
		return
	default:
	}
	s.readers.served(1, time.Now())
	if f.waiting--; f.waiting > 0 {
		return
	}
	s.remove(f)
	s.boarding = slices.DeleteFunc(s.boarding, func(other *flight) bool { return other == f })
	if len(s.boarding) == 0 {
		s.take()
	}
	f.cancel()
}

// land hands a flight's answer to all who wait for it.
func (s *sharing) land(f *flight, result *Result, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(f)
	s.readers.served(f.waiting, time.Now())
	f.result, f.err = result, err
	close(f.done)
	f.cancel()
}

// forget keeps later callers from the flights so far, which may have been answered
// before something was changed.
func (s *sharing) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.flights)
}

// remove keeps later callers from a flight. The lock is held.
func (s *sharing) remove(f *flight) {
	if s.flights[f.key] == f {
		delete(s.flights, f.key)
	}
}
