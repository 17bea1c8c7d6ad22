// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"slices"
	"strings"
)

// RoleAssignmentQuery is what Get-ManagementRoleAssignment is given. Empty
// texts and nil pointers ask for nothing.
type RoleAssignmentQuery struct {
	// Identity is a name, GUID or distinguished name, or a name with wildcards.
	Identity string
	// RoleAssignee keeps the assignments that reach an assignee, also through
	// groups and policies; Methods says through which: Direct, RoleGroup,
	// SecurityGroup, RoleAssignmentPolicy.
	RoleAssignee string
	Methods      []string

	Role, RoleAssigneeType                string
	Enabled, Delegating, Exclusive        *bool
	RecipientWriteScope, ConfigWriteScope string
	// Scopes keep the assignments that are limited by these objects.
	Scopes []ScopeReference
	// WritableRecipient keeps the assignments whose scope covers a recipient.
	WritableRecipient string
	// EffectiveUsers asks for one row for each person an assignment reaches.
	EffectiveUsers bool
}

// GetManagementRoleAssignment returns the role assignments a query asks for.
func (t *Tenant) GetManagementRoleAssignment(by Caller, query RoleAssignmentQuery) ([]RoleAssignment, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	hidden := t.hiddenAssignments(by)
	asked := t.assignments
	if query.Identity != "" && !strings.Contains(query.Identity, "*") && t.behavior.WrongIdentity != WrongIdentityAll {
		asked = t.assignmentsBy(query.Identity)
	}
	if len(hidden) > 0 {
		asked = slices.DeleteFunc(slices.Clone(asked), func(a *assignment) bool { return hidden[a] })
	}
	found, err := list(t, asked, query.Identity, true, ownKeys(t, assignmentKeys))
	if err != nil {
		return nil, err
	}
	reach, err := t.reach(query.RoleAssignee)
	if err != nil {
		return nil, err
	}
	keep, err := t.assignmentFilter(query)
	if err != nil {
		return nil, err
	}
	rows := make([]RoleAssignment, 0, len(found))
	for _, a := range found {
		row := t.describe(a)
		if query.RoleAssignee != "" {
			way, reached := reach[a.assignee]
			if !reached || len(query.Methods) > 0 && !containsFold(query.Methods, way.method) {
				continue
			}
			row.AssignmentMethod, row.AssignmentChain = way.method, way.chain
		}
		if !keep(a, row) {
			continue
		}
		if !query.EffectiveUsers {
			rows = append(rows, row)
			continue
		}
		for _, name := range t.effectiveUsers(a) {
			row.EffectiveUserName = name
			rows = append(rows, row)
		}
	}
	slices.SortStableFunc(rows, func(a, b RoleAssignment) int { return byName(a.Entry, b.Entry) })
	return rows, nil
}

// hiddenAssignments are those that Get does not show yet. It counts the call.
func (t *Tenant) hiddenAssignments(by Caller) map[*assignment]bool {
	hidden := map[*assignment]bool{}
	if by.Administrator {
		return hidden
	}
	now := t.clock()
	for _, a := range t.assignments {
		if !a.unseen.lifted(now) {
			hidden[a] = true
		}
	}
	return hidden
}

// way is how an assignment reaches an assignee.
type way struct{ method, chain string }

// reach maps the GUIDs of the assignees whose assignments reach the one named,
// itself included, to the way they take.
func (t *Tenant) reach(assignee string) (map[string]way, error) {
	reached := map[string]way{}
	if assignee == "" {
		return reached, nil
	}
	member, err := t.assigneeGUID(assignee)
	if err != nil {
		return nil, err
	}
	reached[member] = way{method: "Direct"}
	for _, r := range t.recipients {
		if r.Type == SecurityGroup && slices.Contains(r.Members, member) {
			reached[r.GUID] = way{method: "SecurityGroup", chain: r.Name}
		}
	}
	for _, g := range t.roleGroups {
		for _, m := range g.Members {
			if _, ok := reached[m]; ok {
				reached[g.GUID] = way{method: "RoleGroup", chain: g.Name}
				break
			}
		}
	}
	if r := t.recipientByGUID(member); r != nil && r.Policy != "" {
		reached[r.Policy] = way{method: "RoleAssignmentPolicy", chain: t.policyName(r.Policy)}
	}
	return reached, nil
}

// assigneeGUID finds an assignee of any kind.
func (t *Tenant) assigneeGUID(identity string) (string, error) {
	for _, found := range [][]string{
		guids(find(t.servicePrincipals, identity, pointerKeys)),
		guids(find(t.roleGroups, identity, roleGroupKeys)),
		guids(find(t.policies, identity, policyKeys)),
		guids(find(t.recipients, identity, recipientKeys)),
	} {
		switch len(found) {
		case 0:
		case 1:
			return found[0], nil
		default:
			return "", ambiguous(identity)
		}
	}
	return "", t.notFound(identity)
}

// guids are the GUIDs of objects of one kind.
func guids[T interface{ guid() string }](objects []T) []string {
	var ids []string
	for _, o := range objects {
		ids = append(ids, o.guid())
	}
	return ids
}

func (t *Tenant) policyName(guid string) string {
	for _, p := range t.policies {
		if p.GUID == guid {
			return p.Name
		}
	}
	return ""
}

// assignmentFilter makes one test of all the query's filters.
func (t *Tenant) assignmentFilter(query RoleAssignmentQuery) (func(*assignment, RoleAssignment) bool, error) {
	var role *Role
	if query.Role != "" {
		var err error
		if role, err = one(t, t.roles, query.Role, roleKeys); err != nil {
			return nil, err
		}
	}
	var recipient *Recipient
	if query.WritableRecipient != "" {
		var err error
		if recipient, err = one(t, t.recipients, query.WritableRecipient, recipientKeys); err != nil {
			return nil, err
		}
	}
	var limits []boundary
	for _, ref := range query.Scopes {
		limit, err := t.soughtBoundary(ref)
		if err != nil {
			return nil, err
		}
		limits = append(limits, limit)
	}
	return func(a *assignment, row RoleAssignment) bool {
		return (role == nil || a.role == role) &&
			(query.RoleAssigneeType == "" || strings.EqualFold(string(a.assigneeType), query.RoleAssigneeType)) &&
			same(query.Enabled, a.enabled) &&
			same(query.Delegating, a.delegating) &&
			same(query.Exclusive, a.boundary.parameter == ExclusiveRecipientWriteScope) &&
			(query.RecipientWriteScope == "" || strings.EqualFold(row.RecipientWriteScope, query.RecipientWriteScope)) &&
			(query.ConfigWriteScope == "" || strings.EqualFold(row.ConfigWriteScope, query.ConfigWriteScope)) &&
			(recipient == nil || t.covers(a, recipient)) &&
			!slices.ContainsFunc(limits, func(b boundary) bool { return !a.boundary.matches(b) })
	}, nil
}

// soughtBoundary finds the object that a scope filter names. Apps' management
// scopes are found by CustomRecipientWriteScope too: Get has no other parameter
// for them.
func (t *Tenant) soughtBoundary(ref ScopeReference) (boundary, error) {
	switch ref.Parameter {
	case CustomRecipientWriteScope, ExclusiveRecipientWriteScope:
		s, err := one(t, t.scopes, ref.Identity, scopeKeys)
		if err != nil {
			return boundary{}, err
		}
		return boundary{parameter: ref.Parameter, guid: s.GUID}, nil
	default:
		return t.resolveBoundary(ref, UserAssignee)
	}
}

// matches reports whether an assignment's scope is the one that is sought.
func (b boundary) matches(sought boundary) bool {
	sameKind := b.parameter == sought.parameter ||
		b.parameter == CustomResourceScope && sought.parameter == CustomRecipientWriteScope
	return sameKind && b.guid == sought.guid && strings.EqualFold(b.text, sought.text)
}

// same reports whether a filter is unset or holds.
func same(wanted *bool, got bool) bool { return wanted == nil || *wanted == got }

// effectiveUsers are the names of those whom an assignment reaches: the direct
// members of a group, the mailboxes of a policy, or the assignee.
func (t *Tenant) effectiveUsers(a *assignment) []string {
	var names []string
	switch a.assigneeType {
	case RoleGroupAssignee:
		for _, g := range t.roleGroups {
			if g.GUID != a.assignee {
				continue
			}
			for _, guid := range g.Members {
				names = append(names, t.nameOf(guid))
			}
			names = append(names, g.LinkedMembers...)
		}
	case SecurityGroupAssignee:
		if g := t.recipientByGUID(a.assignee); g != nil {
			for _, guid := range g.Members {
				names = append(names, t.nameOf(guid))
			}
		}
	case PolicyAssignee:
		for _, r := range t.recipients {
			if r.Policy == a.assignee {
				names = append(names, r.Name)
			}
		}
	case ServicePrincipalAssignee, UserAssignee:
		names = []string{t.assigneeEcho(a)}
	}
	return names
}
