// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

const (
	// How long a change that Exchange accepted may take to be read back before the change counts as not made.
	// Role assignments were seen to need up to two minutes.
	settleTime = 2 * time.Minute

	// How often a wait tells that it still waits.
	reportInterval = 15 * time.Second

	// How long an operation that was interrupted may still look at what it left behind, and how long one that ran out of
	// time: that may have been because it was throttled, and has to wait for its turn then.
	afterInterruption = 5 * time.Second
	afterTimeout      = 90 * time.Second
)

// pace is how fast a wait looks: the first pause between two looks, and the longest.
type pace struct{ first, longest time.Duration }

var usualPace = pace{first: 250 * time.Millisecond, longest: 15 * time.Second}

// notYet is what a look answers when it is worth looking again.
type notYet struct{ reason error }

func (e notYet) Error() string { return e.reason.Error() }
func (e notYet) Unwrap() error { return e.reason }

// heldUp is the reason of a notYet that another operation of this client is to blame for.
type heldUp struct{ error }

func (e heldUp) Unwrap() error { return e.error }

// waitEnded is what a wait answers when its time was over before the last look was enough.
type waitEnded struct{ reason, cause error }

func (e waitEnded) Error() string {
	cause := e.cause.Error()
	switch {
	case errors.Is(e.cause, context.DeadlineExceeded):
		cause = "the time for the operation was over"
	case errors.Is(e.cause, context.Canceled):
		cause = "the operation was interrupted"
	}
	return fmt.Sprintf("%v (the wait ended: %s)", e.reason, cause)
}

func (e waitEnded) Unwrap() []error { return []error{e.reason, e.cause} }

// until looks again and again, with growing pauses, until look succeeds, fails with anything but notYet, or ctx ends.
// When ctx ends, the error holds both why it ended and why the last look was not enough.
func (c *Client) until(ctx context.Context, look func(context.Context) error) error {
	return c.paced(ctx, usualPace, look)
}

// paced is until, at a pace of its own. It looks as fast as the pace says and reports no more often than reportInterval.
func (c *Client) paced(ctx context.Context, pace pace, look func(context.Context) error) error {
	return c.patient(ctx, pace, 0, nil, look)
}

// settled is until, for a change that Exchange has accepted: it waits no longer than settleTime.
func (c *Client) settled(ctx context.Context, look func(context.Context) error) error {
	return c.patient(ctx, usualPace, settleTime, fmt.Errorf("%s passed since it was accepted", settleTime), look)
}

// patient is paced, which ends with cause, too, once the answers have been notYet for as long as patience, if that is not
// 0. It counts from the first answer, or the last that was heldUp, and bounds no look: whoever is throttled gets none for
// as long as Exchange asks to be left alone, and that says nothing about what there is.
func (c *Client) patient(ctx context.Context, pace pace, patience time.Duration, cause error, look func(context.Context) error) error {
	begun := time.Now()
	reported, pause := begun, pace.first
	var answered time.Time
	var reason error
	for {
		err := look(ctx)
		var again notYet
		switch {
		case errors.As(err, &again):
			reason = again.reason
		case err != nil && reason != nil && ctx.Err() != nil:
			// The end of the context cut the last look short, which says less than the look before.
			return waitEnded{reason, context.Cause(ctx)}
		default:
			return err
		}
		now := time.Now()
		if now.Sub(reported) >= reportInterval {
			reported = now
			c.report(ctx, fmt.Sprintf("still waiting after %s: %v", now.Sub(begun).Round(time.Second), reason))
		}
		// Jitter, so that workers which began together do not look together.
		wait := pause/2 + rand.N(pause/2)
		if patience > 0 {
			var held heldUp
			if answered.IsZero() || errors.As(reason, &held) {
				answered = now
			}
			left := patience - now.Sub(answered)
			if left <= 0 {
				return waitEnded{reason, cause}
			}
			wait = min(wait, left)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return waitEnded{reason, context.Cause(ctx)}
		case <-timer.C:
		}
		pause = min(2*pause, pace.longest)
	}
}

// Afterwards returns a context in which to look at what became of an operation: ctx itself while it has time left, and
// else one of a short time more. What is in state after an operation that was interrupted, or ran out of time, should be
// what is there.
func Afterwards(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, limited := ctx.Deadline()
	if !limited || errors.Is(ctx.Err(), context.Canceled) || time.Until(deadline) >= afterTimeout {
		return shortly(ctx)
	}
	looking, cancel := context.WithTimeout(context.WithoutCancel(ctx), afterTimeout)
	stop := context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.Canceled) {
			cancel()
		}
	})
	return looking, func() { stop(); cancel() }
}

// shortly returns ctx itself while it lives, and else a context of a few seconds.
func shortly(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx.Err() == nil {
		return ctx, func() {}
	}
	return context.WithTimeout(context.WithoutCancel(ctx), afterInterruption)
}
