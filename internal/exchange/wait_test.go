// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestUntilLooksAgainWithGrowingPausesAndNoLongerThanAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var looks []time.Time
		err := new(Client).until(t.Context(), func(context.Context) error {
			if looks = append(looks, time.Now()); len(looks) < 12 {
				return notYet{errors.New("not there")}
			}
			return nil
		})
		if err != nil || len(looks) != 12 {
			t.Fatalf("%v after %d looks", err, len(looks))
		}
		longest := usualPace.first
		for i := 1; i < len(looks); i++ {
			if pause := looks[i].Sub(looks[i-1]); pause < longest/2 || pause > longest {
				t.Errorf("pause %d was %s, want %s to %s", i, pause, longest/2, longest)
			}
			longest = min(2*longest, usualPace.longest)
		}
	})
}

func TestUntilStopsAtOnceForAnyOtherError(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	looks := 0
	err := new(Client).until(t.Context(), func(context.Context) error {
		looks++
		return broken
	})
	if !errors.Is(err, broken) || looks != 1 {
		t.Errorf("%v after %d looks", err, looks)
	}
}

func TestUntilEndsWithTheContextAndSaysWhatItWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		absent := errors.New("still absent")
		begun := time.Now()
		err := new(Client).until(ctx, func(context.Context) error { return notYet{absent} })
		if !errors.Is(err, absent) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if waited := time.Since(begun); waited != time.Minute {
			t.Errorf("waited %s", waited)
		}
	})
}

func TestSettledGivesUpBeforeALongerTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		begun := time.Now()
		if err := new(Client).settled(ctx, func(context.Context) error { return notYet{errors.New("unchanged")} }); err == nil {
			t.Error("a change that never shows was taken for settled")
		}
		if waited := time.Since(begun); waited != settleTime {
			t.Errorf("waited %s", waited)
		}
	})
}
