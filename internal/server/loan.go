// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package server

import (
	"context"
	"sync/atomic"
	"time"
)

// loan is a context until it ends. From then on it is one that was canceled and holds nothing, so that whoever keeps it
// keeps nothing else alive.
type loan struct{ lent atomic.Pointer[lent] }

type lent struct{ context.Context }

func lend(ctx context.Context) *loan {
	l := &loan{}
	l.lent.Store(&lent{ctx})
	return l
}

func (l *loan) end() { l.lent.Store(&over) }

// over is what a loan is after its end.
var over = func() lent {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return lent{ctx}
}()

func (l *loan) Deadline() (time.Time, bool) { return l.lent.Load().Deadline() }
func (l *loan) Done() <-chan struct{}       { return l.lent.Load().Done() }
func (l *loan) Err() error                  { return l.lent.Load().Err() }
func (l *loan) Value(key any) any           { return l.lent.Load().Value(key) }
