// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"sync"
	"time"
)

// propagation is the wait for a role of the caller's to reach Exchange. That was
// seen to take an hour after it was granted, and from the refusals alone it cannot
// be told from a role that was never granted: so it is waited for only where that
// is asked for, and once a run.
type propagation struct {
	limit time.Duration

	mu    sync.Mutex
	until time.Time // zero before the first refusal
}

// lasts reports whether a refusal may still be one of a caller whose role is on its
// way. The first refusal begins the wait, for all.
func (p *propagation) lasts() bool {
	if p.limit <= 0 {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.until.IsZero() {
		p.until = now.Add(p.limit)
	}
	return now.Before(p.until)
}

// isOfTheCaller reports whether the service refused the caller, and gave no reason
// that a new role would not change. Nothing was done then.
func (e *Error) isOfTheCaller() bool {
	return e.Class == Unauthenticated || e.Class == Forbidden && e.Diagnostics == ""
}
