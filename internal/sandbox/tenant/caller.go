// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"slices"
	"strings"
)

// Caller is who runs a cmdlet.
type Caller struct {
	// ObjectID is the object id of the caller's enterprise application.
	ObjectID string
	// DirectoryRoles are the template ids of the Entra directory roles the
	// caller's token names.
	DirectoryRoles []string
	// Administrator marks the tenant's own administrator at a console
	// elsewhere: a member of Organization Management by name, for whom no delay
	// of [Behavior] counts.
	Administrator bool
}

// The template ids of the Entra directory roles that Exchange knows.
const (
	GlobalAdministrator    = "62e90394-69f5-4237-9190-012177145e10"
	ExchangeAdministrator  = "29232cdf-9323-42fd-ade2-1d097af3e4de"
	RecipientAdministrator = "31392ffb-586c-42d1-9346-e59415a2cc4e"
	GlobalReader           = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
	SecurityReader         = "5d6b6bb7-de71-4623-b4af-96380a352509"
	HelpdeskAdministrator  = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
)

// groupOfDirectoryRole names the role group that a directory role makes its
// holder a member of.
var groupOfDirectoryRole = map[string]string{
	GlobalAdministrator:    organizationManagement,
	ExchangeAdministrator:  organizationManagement,
	RecipientAdministrator: recipientManagement,
	GlobalReader:           viewOnlyOrganizationManagement,
	SecurityReader:         viewOnlyOrganizationManagement,
	HelpdeskAdministrator:  helpDesk,
}

// memberByName reports whether the caller is a member of the group in its own
// right.
func (t *Tenant) memberByName(by Caller, g *RoleGroup) bool {
	if by.Administrator && g.Name == organizationManagement {
		return true
	}
	for _, p := range t.servicePrincipals {
		if by.ObjectID != "" && strings.EqualFold(p.ObjectID, by.ObjectID) && slices.Contains(g.Members, p.GUID) {
			return true
		}
	}
	return false
}

// memberByDirectoryRole reports whether the caller is in the group because of
// an Entra directory role.
func memberByDirectoryRole(by Caller, g *RoleGroup) bool {
	return slices.ContainsFunc(by.DirectoryRoles, func(template string) bool {
		return groupOfDirectoryRole[strings.ToLower(template)] == g.Name
	})
}

// CallerRoles returns the names of the management roles that the caller holds
// through role groups. Roles assigned to an application itself are not among
// them: such assignments were seen to be accepted and to grant no cmdlet.
func (t *Tenant) CallerRoles(by Caller) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var held []string
	for _, g := range t.roleGroups {
		if !t.memberByName(by, g) && !memberByDirectoryRole(by, g) {
			continue
		}
		for _, a := range t.assignments {
			if a.assignee == g.GUID && a.enabled && !a.delegating {
				held = append(held, a.role.Name)
			}
		}
	}
	slices.Sort(held)
	return slices.Compact(held)
}

// mayDelegate reports whether the caller holds a delegating assignment of the
// role without a scope.
func (t *Tenant) mayDelegate(by Caller, role *Role) bool {
	for _, a := range t.assignments {
		if a.role != role || !a.delegating || !a.enabled || a.boundary.parameter != "" {
			continue
		}
		for _, p := range t.servicePrincipals {
			if a.assignee == p.GUID && strings.EqualFold(p.ObjectID, by.ObjectID) {
				return true
			}
		}
		for _, g := range t.roleGroups {
			if a.assignee != g.GUID {
				continue
			}
			if t.memberByName(by, g) {
				return true
			}
			if memberByDirectoryRole(by, g) && !containsFold(t.behavior.UndelegatedRoles, role.Name) {
				return true
			}
		}
	}
	return false
}

// RolePropagating reports whether the caller's directory role is not seen yet,
// and counts the call. See [Behavior.RoleNotPropagated].
func (t *Tenant) RolePropagating() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.unpropagated == 0 {
		return false
	}
	t.unpropagated--
	return true
}
