// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package server

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// spare is how much a provider may allocate from one garbage collection to the next, in bytes. It holds little, and
	// collects all the more often for it: in a plan, that is a quarter of what it computes.
	spare = 64 << 20
	// usual and most are the least and the most that is set for GOGC.
	usual, most = 100, 400
)

// collectSeldom has garbage collected more seldom while little is held, unless the environment says how often.
func collectSeldom() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(most)
	set := most
	afterEachCollection(func() {
		// To set it stops the program for a moment, so small steps are not worth it.
		if better := percent(held()); better < set*9/10 || better > set*11/10 {
			set = better
			debug.SetGCPercent(set)
		}
	})
}

// percent is how much may be allocated until the next collection, in percent of what is held.
func percent(held uint64) int {
	if held == 0 {
		return most
	}
	return int(min(max(100*spare/held, usual), most))
}

// held is what the last collection left, in bytes.
func held() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return spare
	}
	return sample[0].Value.Uint64()
}

// afterEachCollection has do called when garbage was collected, again and again: by the loss of an object that nothing
// holds.
func afterEachCollection(do func()) {
	runtime.AddCleanup(&struct{ _ [16]byte }{}, func(do func()) {
		do()
		afterEachCollection(do)
	}, do)
}
