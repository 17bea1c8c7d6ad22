// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package clients is what the configured provider hands to its resources and data sources.
package clients

import (
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
	// AdoptedPermissions are the ids of mailbox permissions that were there when they were to be given.
	AdoptedPermissions *IDs
}

// Of reads the provider data of a Configure request. While Terraform validates there is none, and nothing needs it.
func Of(providerData any) Clients {
	if clients, ok := providerData.(*Clients); ok {
		return *clients
	}
	return Clients{}
}

// IDs is a set of ids that lives as long as a run. The zero IDs is empty, and a nil one stays so.
type IDs struct{ ids sync.Map }

// Add adds an id.
func (s *IDs) Add(id string) {
	if s != nil {
		s.ids.Store(id, nil)
	}
}

// Has reports whether an id was added.
func (s *IDs) Has(id string) bool {
	if s == nil {
		return false
	}
	_, ok := s.ids.Load(id)
	return ok
}

// Notice is something to be said once a run, however many resources have cause to. The zero Notice is due.
type Notice struct{ given atomic.Bool }

// Due reports whether the notice has yet to be given, which whoever asks then does: it is due once. A nil Notice never
// is.
func (n *Notice) Due() bool { return n != nil && n.given.CompareAndSwap(false, true) }
