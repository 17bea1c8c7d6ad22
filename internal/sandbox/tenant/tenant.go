// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package tenant is an Exchange Online tenant in memory: its objects and the
// rules by which the service creates, finds, changes and removes them. It
// knows neither HTTP nor JSON; package adminserver puts it on the wire.
//
// The rules follow what Microsoft documents and what was seen of the service.
// Where neither says what the service does, [Behavior] has a switch, and the
// comment at the rule says that its text or its outcome is invented.
//
// A Tenant is safe for concurrent use. Everything it returns is a copy.
package tenant

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Tenant is one organization: its Entra applications, its recipients and the
// objects that say who may do what.
type Tenant struct {
	mu       sync.Mutex
	clock    func() time.Time
	random   *rand.Rand
	behavior Behavior

	// unpropagated counts down the calls that still find the caller's
	// directory role missing.
	unpropagated int
	// hydration holds back creates after Enable-OrganizationCustomization.
	hydration veil
	// created numbers the objects made so far, so that their GUIDs are the
	// same in every run that makes the same objects in the same order.
	created int
	// versions are the states before those writes that some domain controllers
	// do not know yet, the oldest first; reads counts the reads.
	versions []version
	reads    int

	organization           Organization
	appRegistrations       []*AppRegistration
	enterpriseApplications []*EnterpriseApplication
	recipients             []*Recipient
	administrativeUnits    []*AdministrativeUnit
	roles                  []*Role
	roleGroups             []*RoleGroup
	policies               []*RoleAssignmentPolicy
	servicePrincipals      []*pointer
	scopes                 []*scope
	assignments            []*assignment
	assignmentsByKey       assignmentIndex
	accessPolicies         []*accessPolicy
	// permissions are the access control lists of mailboxes by their GUIDs.
	permissions map[string][]*ace
}

// Organization is the tenant itself.
type Organization struct {
	// TenantID is the Entra tenant id, a GUID.
	TenantID string
	// InitialDomain is the *.onmicrosoft.com domain the tenant was made with.
	InitialDomain string
	// Domains are the further verified domains.
	Domains []string
	// Forest is the name of the directory forest that holds the tenant, as in
	// EURPR01A001. It appears in distinguished names and server names.
	Forest string
	// IsDehydrated says that Enable-OrganizationCustomization never ran, so
	// that scopes and role assignments cannot be created.
	IsDehydrated bool
	// DisplayName is the organization's name for people.
	DisplayName string
}

// AllDomains are the initial domain and the further ones.
func (o Organization) AllDomains() []string { return append([]string{o.InitialDomain}, o.Domains...) }

// seedTime is when every object of a seeded tenant was created.
var seedTime = time.Date(2026, time.January, 5, 9, 0, 0, 0, time.UTC)

// newTenant returns a tenant without objects.
func newTenant(organization Organization) *Tenant {
	return &Tenant{
		clock:        time.Now,
		random:       rand.New(rand.NewPCG(1, 2)),
		organization: organization,
		permissions:  map[string][]*ace{},

		assignmentsByKey: assignmentIndex{},
	}
}

// SetClock replaces the clock that dates new objects and runs out the delays
// of [Behavior]. The zero tenant's clock is time.Now.
func (t *Tenant) SetClock(now func() time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clock = now
}

// Now is the time by the tenant's clock.
func (t *Tenant) Now() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.clock()
}

// Organization returns the tenant's own properties.
func (t *Tenant) Organization() Organization {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.organization.clone()
}

func (o Organization) clone() Organization {
	o.Domains = slices.Clone(o.Domains)
	return o
}

// Counts returns the number of objects by kind, for a look before and after.
func (t *Tenant) Counts() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	permissions := 0
	for _, entries := range t.permissions {
		permissions += len(entries)
	}
	return map[string]int{
		"administrative units":        len(t.administrativeUnits),
		"app registrations":           len(t.appRegistrations),
		"application access policies": len(t.accessPolicies),
		"enterprise applications":     len(t.enterpriseApplications),
		"mailbox permissions":         permissions,
		"management roles":            len(t.roles),
		"management scopes":           len(t.scopes),
		"recipients":                  len(t.recipients),
		"role assignment policies":    len(t.policies),
		"management role assignments": len(t.assignments),
		"role groups":                 len(t.roleGroups),
		"service principals":          len(t.servicePrincipals),
	}
}

// DomainController returns the name of the directory server that answers a
// call. As in the service, it differs from call to call.
func (t *Tenant) DomainController() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.domainController()
}

// byName orders snapshots the way the service lists objects.
func byName(a, b Entry) int {
	return cmp.Or(compareFold(a.Name, b.Name), cmp.Compare(a.GUID, b.GUID))
}
