// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"math/rand/v2"
	"slices"
	"time"
)

// StaleReads makes some reads come to a domain controller that has not heard of
// the last writes yet. Seen: a read after a write, in another session, was stale
// for up to 40 seconds. The zero StaleReads makes none.
//
// A write is unknown to that domain controller as long as any of Writes, Calls
// and For holds it back. While there are stale reads, every write costs a copy
// of the tenant.
type StaleReads struct {
	// Every says that of so many reads the last is answered by the domain
	// controller that lags behind: 1 is every read, 2 every other, 0 none.
	Every int
	// Writes is the number of latest writes that it does not know.
	Writes int
	// Calls is the number of reads, stale or not, that have to follow a write
	// before it knows it.
	Calls int
	// For is how long it does not know a write.
	For time.Duration
}

// version is the tenant as it was before a write.
type version struct {
	before *Tenant
	// written is when the write was made, and reads the number of reads before.
	written time.Time
	reads   int
}

// BeginWrite must be called before a cmdlet that writes, and the function that
// it returns when the cmdlet has written.
func (t *Tenant) BeginWrite() (written func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.behavior.StaleReads.Every <= 0 {
		return func() {}
	}
	before := t.copied()
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.versions = append(t.versions, version{before: before, written: t.clock(), reads: t.reads})
	}
}

// Replica returns the tenant as the domain controller knows it that answers the
// next read: t itself, or a copy of an earlier state. The copy is to be read,
// and changes of it get lost.
func (t *Tenant) Replica() *Tenant {
	t.mu.Lock()
	defer t.mu.Unlock()
	stale := t.behavior.StaleReads
	if stale.Every <= 0 {
		t.versions = nil
		return t
	}
	// What is known once stays known.
	for len(t.versions) > 0 && !t.oldestUnknown() {
		t.versions = slices.Delete(t.versions, 0, 1)
	}
	t.reads++
	if t.reads%stale.Every != 0 || len(t.versions) == 0 {
		return t
	}
	return t.versions[0].before
}

// oldestUnknown reports whether the domain controller that lags behind does not
// know the oldest of the versions' writes.
func (t *Tenant) oldestUnknown() bool {
	stale, oldest := t.behavior.StaleReads, t.versions[0]
	return len(t.versions) <= stale.Writes || t.reads-oldest.reads < stale.Calls || t.clock().Before(oldest.written.Add(stale.For))
}

// copied returns a tenant with copies of everything that changes. Roles do not,
// and are shared.
func (t *Tenant) copied() *Tenant {
	c := &Tenant{
		clock: t.clock, random: rand.New(rand.NewPCG(5, 6)), behavior: t.behavior.clone(),
		unpropagated: t.unpropagated, hydration: t.hydration, created: t.created,
		organization:           t.organization.clone(),
		appRegistrations:       copies(t.appRegistrations),
		enterpriseApplications: copies(t.enterpriseApplications),
		roles:                  slices.Clone(t.roles),
		policies:               copies(t.policies),
		servicePrincipals:      copies(t.servicePrincipals),
		scopes:                 copies(t.scopes),
		assignments:            copies(t.assignments),
		assignmentsByKey:       assignmentIndex{},
		accessPolicies:         copies(t.accessPolicies),
		recipients:             copies(t.recipients),
		administrativeUnits:    copies(t.administrativeUnits),
		roleGroups:             copies(t.roleGroups),
		permissions:            make(map[string][]*ace, len(t.permissions)),
	}
	for _, a := range c.assignments {
		c.assignmentsByKey.add(a)
	}
	for _, r := range c.recipients {
		r.EmailAddresses, r.Members = slices.Clone(r.EmailAddresses), slices.Clone(r.Members)
		for i, values := range r.ExtensionCustomAttributes {
			r.ExtensionCustomAttributes[i] = slices.Clone(values)
		}
	}
	for _, u := range c.administrativeUnits {
		u.Members = slices.Clone(u.Members)
	}
	for _, g := range c.roleGroups {
		g.Members, g.LinkedMembers = slices.Clone(g.Members), slices.Clone(g.LinkedMembers)
	}
	for mailbox, entries := range t.permissions {
		c.permissions[mailbox] = copies(entries)
		for _, entry := range c.permissions[mailbox] {
			entry.rights = slices.Clone(entry.rights)
		}
	}
	return c
}

// copies returns copies of objects.
func copies[T any](objects []*T) []*T {
	all := make([]*T, 0, len(objects))
	for _, o := range objects {
		c := *o
		all = append(all, &c)
	}
	return all
}
