// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package fault

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// A Service is one of the services a sandbox speaks as.
type Service string

// The services of a sandbox.
const (
	// Exchange is the admin REST API.
	Exchange Service = "exchange"
	// Entra is the sign-in service.
	Entra Service = "entra"
	// Graph is Microsoft Graph.
	Graph Service = "graph"
)

// Batch is the Cmdlet of an HTTP request to Exchange that carries several
// requests, its items.
const Batch = "$batch"

// A Request is one HTTP request a sandbox has answered, or an item of one.
type Request struct {
	// Service is the service that answered.
	Service Service
	// Cmdlet is the cmdlet the request named; for Entra, which has no cmdlets,
	// the endpoint: "token", "openid-configuration", "instance-discovery", "keys";
	// for Graph the path, as in "/directory/administrativeUnits/{id}".
	Cmdlet string
	// Identity is the Identity parameter of the cmdlet, the client id that asked
	// for a token, or the id in Graph's path; empty when the request had none.
	Identity string
	// Status is the HTTP status of the answer; zero if there was none, because a
	// fault cut the connection or never answered.
	Status int
	// Page counts the pages of one listing from 1; it is zero where the service
	// has no pages.
	Page int
	// Fault names the faults that were injected, as Fault.String does; empty if
	// the service answered as it should.
	Fault string
	// Executed says that the service did what it was asked, or tried to: the
	// cmdlet ran, whatever it answered, and whatever became of the answer.
	Executed bool
	// Batch numbers the batches of a recorder from 1: a batch and its items have
	// the same number. It is zero for a request that has to do with no batch.
	Batch int
	// Item is the place of the request in its batch, from 1; zero for an HTTP
	// request.
	Item int
	// At is when the answer was made.
	At time.Time
}

// A Recorder holds requests in the order in which they were answered. The zero
// Recorder is empty and ready; any number of goroutines may use it at once.
type Recorder struct {
	mu       sync.Mutex
	requests []Request
	batches  int
}

// Record appends request.
func (r *Recorder) Record(request Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, request)
}

// RecordBatch appends a batch and, after it, its items in the order in which they
// were run. It numbers them.
func (r *Recorder) RecordBatch(batch Request, items []Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.batches++
	batch.Batch = r.batches
	r.requests = append(r.requests, batch)
	for i, item := range items {
		item.Batch, item.Item = r.batches, i+1
		r.requests = append(r.requests, item)
	}
}

// All returns a copy of what was recorded since the last Reset, oldest first:
// every HTTP request, and behind a batch its items.
func (r *Recorder) All() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.requests)
}

// Count says how often one of the given cmdlets was asked for, alone or in a
// batch, whatever its letter case, as Exchange does not tell Get-mailbox from
// Get-Mailbox. Without a cmdlet it counts every HTTP request to every service, as
// HTTP does.
func (r *Recorder) Count(cmdlets ...string) int {
	return r.count(cmdlets, len(cmdlets) > 0)
}

// HTTP says how many HTTP requests named one of the given cmdlets, or how many
// there were to any service. A batch is one request, of the cmdlet [Batch], and
// its items are none.
func (r *Recorder) HTTP(cmdlets ...string) int { return r.count(cmdlets, false) }

func (r *Recorder) count(cmdlets []string, items bool) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	count := 0
	for _, request := range r.requests {
		named := len(cmdlets) == 0 || slices.ContainsFunc(cmdlets, func(name string) bool { return strings.EqualFold(name, request.Cmdlet) })
		if named && (items || request.Item == 0) {
			count++
		}
	}
	return count
}

// Reset forgets every request recorded so far.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = nil
}
