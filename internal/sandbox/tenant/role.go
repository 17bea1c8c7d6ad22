// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"slices"
	"strings"
)

// Role is a management role.
type Role struct {
	Entry
	// RoleType is the role's kind, which for built-in roles is its name without
	// spaces and punctuation.
	RoleType string
	// IsEndUserRole marks roles for people's own mailboxes, which are assigned
	// to policies only.
	IsEndUserRole bool
	// IsServicePrincipalRole marks application roles, which are assigned to
	// applications only.
	IsServicePrincipalRole bool
	// Permissions are the permissions of an application role.
	Permissions []string
	// The implicit scopes hold where an assignment has no scope of its own.
	ImplicitRecipientReadScope, ImplicitRecipientWriteScope string
	ImplicitConfigReadScope, ImplicitConfigWriteScope       string
	Description                                             string
}

func roleKeys(keys []key, r *Role) []key { return r.entryKeys(keys) }

func (r *Role) clone() Role {
	c := *r
	c.Permissions = slices.Clone(r.Permissions)
	return c
}

// Roles returns the management roles, ordered by name.
func (t *Tenant) Roles() []Role {
	t.mu.Lock()
	defer t.mu.Unlock()
	return snapshotRoles(t.roles)
}

func snapshotRoles(roles []*Role) []Role {
	all := make([]Role, 0, len(roles))
	for _, r := range roles {
		all = append(all, r.clone())
	}
	slices.SortFunc(all, func(a, b Role) int { return byName(a.Entry, b.Entry) })
	return all
}

// RoleQuery is what Get-ManagementRole is given.
type RoleQuery struct {
	// Identity is a name, GUID or distinguished name, or a name with
	// wildcards; empty for all.
	Identity string
	// RoleType keeps roles of that type only, if set.
	RoleType string
}

// GetManagementRole returns the roles a query asks for.
func (t *Tenant) GetManagementRole(query RoleQuery) ([]Role, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, err := list(t, t.roles, query.Identity, true, roleKeys)
	if err != nil {
		return nil, err
	}
	var kept []*Role
	for _, r := range found {
		if query.RoleType == "" || strings.EqualFold(r.RoleType, query.RoleType) {
			kept = append(kept, r)
		}
	}
	return snapshotRoles(kept), nil
}

// RoleGroup is a group whose members hold the roles assigned to it.
type RoleGroup struct {
	Entry
	DisplayName, Description string
	// Members are the GUIDs of recipients and service principals.
	Members []string
	// LinkedMembers are the names of the synthetic members that stand for Entra
	// directory roles, as in TenantAdmins_1a2b3.
	LinkedMembers []string
	// ExternalDirectoryObjectID is empty for the built-in groups.
	ExternalDirectoryObjectID string
	SID                       string
}

func roleGroupKeys(keys []key, g *RoleGroup) []key {
	return append(g.entryKeys(keys), key{afterEntry, g.DisplayName})
}

// The built-in role groups of every seeded tenant.
const (
	organizationManagement         = "Organization Management"
	viewOnlyOrganizationManagement = "View-Only Organization Management"
	recipientManagement            = "Recipient Management"
	helpDesk                       = "Help Desk"
)

func (g *RoleGroup) clone() RoleGroup {
	c := *g
	c.Members = slices.Clone(g.Members)
	c.LinkedMembers = slices.Clone(g.LinkedMembers)
	return c
}

// RoleGroups returns the role groups, ordered by name.
func (t *Tenant) RoleGroups() []RoleGroup {
	t.mu.Lock()
	defer t.mu.Unlock()
	return snapshotRoleGroups(t.roleGroups)
}

func snapshotRoleGroups(groups []*RoleGroup) []RoleGroup {
	all := make([]RoleGroup, 0, len(groups))
	for _, g := range groups {
		all = append(all, g.clone())
	}
	slices.SortFunc(all, func(a, b RoleGroup) int { return byName(a.Entry, b.Entry) })
	return all
}

// RoleGroupDetail is a role group as Get-RoleGroup shows it: with what refers
// to it.
type RoleGroupDetail struct {
	RoleGroup
	// MemberNames are the names of all members.
	MemberNames []string
	// Roles and RoleAssignments are the names of the roles assigned to the
	// group, and of the assignments.
	Roles, RoleAssignments []string
}

// GetRoleGroup returns the role group that answers to identity, or all of them
// when identity is empty.
func (t *Tenant) GetRoleGroup(identity string) ([]RoleGroupDetail, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, err := list(t, t.roleGroups, identity, false, roleGroupKeys)
	if err != nil {
		return nil, err
	}
	all := make([]RoleGroupDetail, 0, len(found))
	for _, g := range snapshotRoleGroups(found) {
		d := RoleGroupDetail{RoleGroup: g}
		for _, guid := range g.Members {
			d.MemberNames = append(d.MemberNames, t.nameOf(guid))
		}
		d.MemberNames = append(d.MemberNames, g.LinkedMembers...)
		d.Roles, d.RoleAssignments = t.rolesOf(g.GUID)
		all = append(all, d)
	}
	return all, nil
}

// rolesOf lists the roles assigned to an assignee and the names of those
// assignments.
func (t *Tenant) rolesOf(assignee string) (roles, assignments []string) {
	for _, a := range t.assignments {
		if a.assignee != assignee {
			continue
		}
		assignments = append(assignments, a.Name)
		if !a.delegating {
			roles = append(roles, a.role.Name)
		}
	}
	slices.Sort(roles)
	slices.Sort(assignments)
	return slices.Compact(roles), assignments
}

// RoleAssignmentPolicy says what people may do with their own mailboxes.
type RoleAssignmentPolicy struct {
	Entry
	Description string
	IsDefault   bool
}

func policyKeys(keys []key, p *RoleAssignmentPolicy) []key { return p.entryKeys(keys) }

// RoleAssignmentPolicyDetail is a policy as Get-RoleAssignmentPolicy shows it:
// with what refers to it.
type RoleAssignmentPolicyDetail struct {
	RoleAssignmentPolicy
	// AssignedRoles and RoleAssignments are the names of the roles assigned to
	// the policy, and of the assignments.
	AssignedRoles, RoleAssignments []string
}

// GetRoleAssignmentPolicy returns the policy that answers to identity, or all
// of them when identity is empty.
func (t *Tenant) GetRoleAssignmentPolicy(identity string) ([]RoleAssignmentPolicyDetail, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, err := list(t, t.policies, identity, false, policyKeys)
	if err != nil {
		return nil, err
	}
	all := make([]RoleAssignmentPolicyDetail, 0, len(found))
	for _, p := range found {
		d := RoleAssignmentPolicyDetail{RoleAssignmentPolicy: *p}
		d.AssignedRoles, d.RoleAssignments = t.rolesOf(p.GUID)
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b RoleAssignmentPolicyDetail) int { return byName(a.Entry, b.Entry) })
	return all, nil
}
