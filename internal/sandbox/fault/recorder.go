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

// A Request is one HTTP request a sandbox has answered.
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
	// At is when the answer was made.
	At time.Time
}

// A Recorder holds requests in the order in which they were answered. The zero
// Recorder is empty and ready; any number of goroutines may use it at once.
type Recorder struct {
	mu       sync.Mutex
	requests []Request
}

// Record appends request.
func (r *Recorder) Record(request Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, request)
}

// All returns a copy of the requests recorded since the last Reset, oldest first.
func (r *Recorder) All() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.requests)
}

// Count says how many requests named one of the given cmdlets, whatever their
// letter case, as Exchange does not tell Get-mailbox from Get-Mailbox. Without
// a cmdlet it counts every request to every service.
func (r *Recorder) Count(cmdlets ...string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(cmdlets) == 0 {
		return len(r.requests)
	}
	count := 0
	for _, request := range r.requests {
		if slices.ContainsFunc(cmdlets, func(name string) bool { return strings.EqualFold(name, request.Cmdlet) }) {
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
