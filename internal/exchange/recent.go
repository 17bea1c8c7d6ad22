// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"strings"
	"sync"
	"time"
)

// recent is what a client wrote and removed lately, by the objects' ids and names. A tenant's servers lag behind one
// another, so for a while one of them may not show what was written, and show what was removed. The zero recent is
// empty.
type recent struct {
	mu      sync.Mutex
	written map[string]time.Time
	removed map[string]time.Time
	writing map[string]int // how many writes are under way
}

// begin notes that something is being written, until end is called.
func (r *recent) begin(key string) (end func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.writing == nil {
		r.writing = map[string]int{}
	}
	key = strings.ToLower(key)
	r.writing[key]++
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.writing[key]--
	}
}

// underWay reports whether something is being written.
func (r *recent) underWay(key string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.writing[strings.ToLower(key)] > 0
}

// write notes that the object with these ids and names was created or changed just now.
func (r *recent) write(keys ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.written == nil {
		r.written = map[string]time.Time{}
	}
	for _, key := range folded(keys) {
		r.written[key] = time.Now()
		delete(r.removed, key)
	}
}

// remove notes that the object with these ids and names was removed just now.
func (r *recent) remove(keys ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.removed == nil {
		r.removed = map[string]time.Time{}
	}
	for _, key := range folded(keys) {
		r.removed[key] = time.Now()
		delete(r.written, key)
	}
}

// forget has it forgotten that an object was written.
func (r *recent) forget(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.written, strings.ToLower(key))
}

// wrote reports whether an object was written less than settleTime ago.
func (r *recent) wrote(key string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.written[strings.ToLower(key)]
	return ok && time.Since(at) < settleTime
}

// wroteAfter reports whether an object was written after a moment.
func (r *recent) wroteAfter(key string, moment time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.written[strings.ToLower(key)]
	return ok && at.After(moment)
}

// owns reports whether an object was written at all.
func (r *recent) owns(key string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.written[strings.ToLower(key)]
	return ok
}

// tookAway reports whether an object was removed less than settleTime ago.
func (r *recent) tookAway(key string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.removed[strings.ToLower(key)]
	return ok && time.Since(at) < settleTime
}

// folded returns the keys that are not empty, in lower case: ids, names and distinguished names fold case.
func folded(keys []string) []string {
	var known []string
	for _, key := range keys {
		if key != "" {
			known = append(known, strings.ToLower(key))
		}
	}
	return known
}
