// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package server

import (
	"runtime"
	"testing"
)

func TestGarbageIsCollectedTheMoreSeldomTheLessIsHeld(t *testing.T) {
	t.Parallel()
	for held, want := range map[uint64]int{0: 400, 1 << 20: 400, 16 << 20: 400, 32 << 20: 200, 48 << 20: 133, 64 << 20: 100, 1 << 30: 100} {
		if got := percent(held); got != want {
			t.Errorf("with %d bytes: %d %%, want %d %%", held, got, want)
		}
	}
}

func TestEveryCollectionIsToldOf(t *testing.T) {
	t.Parallel()
	told := make(chan bool)
	afterEachCollection(func() {
		select {
		case told <- true:
		case <-t.Context().Done():
		}
	})
	for times := 0; times < 3; {
		// One may begin before the next is looked out for.
		runtime.GC()
		select {
		case <-told:
			times++
		default:
		}
	}
	if held() == 0 {
		t.Error("nothing is held")
	}
}
