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
	// The first pause between two looks, and the longest.
	firstPause   = 250 * time.Millisecond
	longestPause = 15 * time.Second

	// How long a change that Exchange accepted may take to be read back before the change counts as not made.
	// Role assignments were seen to need up to two minutes.
	settleTime = 2 * time.Minute
)

// notYet is what a look answers when it is worth looking again.
type notYet struct{ reason error }

func (e notYet) Error() string { return e.reason.Error() }
func (e notYet) Unwrap() error { return e.reason }

// waitEnded is what a wait answers when its context ended before the last look was enough.
type waitEnded struct{ reason, cause error }

func (e waitEnded) Error() string   { return fmt.Sprintf("%v (the wait ended: %v)", e.reason, e.cause) }
func (e waitEnded) Unwrap() []error { return []error{e.reason, e.cause} }

// until looks again and again, with growing pauses, until look succeeds, fails with anything but notYet, or ctx ends.
// When ctx ends, the error holds both why it ended and why the last look was not enough.
func until(ctx context.Context, look func(context.Context) error) error {
	pause := firstPause
	for {
		err := look(ctx)
		var again notYet
		if !errors.As(err, &again) {
			return err
		}
		// Jitter, so that workers which began together do not look together.
		timer := time.NewTimer(pause/2 + rand.N(pause/2))
		select {
		case <-ctx.Done():
			timer.Stop()
			return waitEnded{again.reason, ctx.Err()}
		case <-timer.C:
		}
		pause = min(2*pause, longestPause)
	}
}

// settled is until, for a change that Exchange has accepted: it waits no longer than settleTime.
func settled(ctx context.Context, look func(context.Context) error) error {
	settling, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	err := until(settling, look)
	var ended waitEnded
	if errors.As(err, &ended) && ctx.Err() == nil {
		// The operation has time left, so its limit is not what to speak of.
		return fmt.Errorf("%w, %s after it was accepted", ended.reason, settleTime)
	}
	return err
}
