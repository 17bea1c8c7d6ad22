// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package clients is what the configured provider hands to its resources and data sources.
package clients

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/graph"
)

// Clients are the services' clients, shared by all that one run of Terraform does.
type Clients struct {
	Exchange *exchange.Client
	Graph    *graph.Client
	// PoliciesSuperseded is the notice that application access policies are superseded; nil where it is not wanted.
	PoliciesSuperseded *Notice
	// AutoMappingUnknown is the notice that an imported mailbox permission has the default of what Exchange does not tell.
	AutoMappingUnknown *Notice
	// Permissions are handed over by the ids of mailbox permissions.
	Permissions *Handover
}

// Of reads the provider data of a Configure request. While Terraform validates there is none, and nothing needs it.
func Of(providerData any) Clients {
	if clients, ok := providerData.(*Clients); ok {
		return *clients
	}
	return Clients{}
}

// Handover is between the resources that leave the configuration and those that come into it, which Terraform destroys
// and creates at the same time: where both stand for one object, known by its id, that is either adopted or taken away.
// The zero Handover is of no object, and a nil one holds nobody up.
type Handover struct {
	mu      sync.Mutex
	adopted map[string]bool
	taking  map[string]chan struct{} // closed once it is taken
}

// Adopt has an object stay. Where it is just being taken away, Adopt waits for the end of that: whether the object is
// still there is then to be asked anew.
func (h *Handover) Adopt(ctx context.Context, id string) error {
	if h == nil {
		return nil
	}
	for {
		h.mu.Lock()
		taken := h.taking[id]
		if taken == nil {
			if h.adopted == nil {
				h.adopted = map[string]bool{}
			}
			h.adopted[id] = true
		}
		h.mu.Unlock()
		if taken == nil {
			return nil
		}
		select {
		case <-taken:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Take begins to take an object away; whoever does calls done at the end. ok is false where the object was adopted, and
// has to stay.
func (h *Handover) Take(id string) (done func(), ok bool) {
	if h == nil {
		return func() {}, true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.adopted[id] {
		return nil, false
	}
	if h.taking == nil {
		h.taking = map[string]chan struct{}{}
	}
	taken := make(chan struct{})
	h.taking[id] = taken
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.taking, id)
		close(taken)
	}, true
}

// Notice is something to be said once a run, however many resources have cause to. The zero Notice is due.
type Notice struct{ given atomic.Bool }

// Due reports whether the notice has yet to be given, which whoever asks then does: it is due once. A nil Notice never
// is.
func (n *Notice) Due() bool { return n != nil && n.given.CompareAndSwap(false, true) }
