// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// RoleAssignment gives a management role to somebody, within a scope. The
// texts in it are what the service shows under the properties of those names.
type RoleAssignment struct {
	Entry
	// Role is the role's name.
	Role string
	// AssigneeType is the kind of assignee, and AssigneeGUID its GUID.
	AssigneeType AssigneeType
	AssigneeGUID string
	// RoleAssignee and RoleAssigneeName are the assignee as it reads back: an
	// application by its object id, any other by a name.
	RoleAssignee, RoleAssigneeName string
	// AssignmentMethod is Direct, or says by what kind of group or policy the
	// assignment reaches the assignee that was asked for.
	AssignmentMethod string
	// AssignmentChain names that group; empty when direct.
	AssignmentChain string
	// EffectiveUserName is the assignee, or with GetEffectiveUsers a person.
	EffectiveUserName string
	// DelegationType is Regular, Delegating or DelegatingOrgWide.
	DelegationType string
	// The scopes, as the properties of these names show them.
	RecipientReadScope, ConfigReadScope, RecipientWriteScope, ConfigWriteScope string
	// CustomResourceScope and CustomRecipientWriteScope hold the name or id of
	// the scope; which of them depends on the assignee and the kind of scope.
	CustomResourceScope, CustomRecipientWriteScope string
	// ScopeGUID is the GUID of the management scope, administrative unit or
	// group that limits the assignment; empty if none.
	ScopeGUID string
	Enabled   bool
}

// AssigneeType is a kind of assignee.
type AssigneeType string

// The kinds of assignees.
const (
	ServicePrincipalAssignee AssigneeType = "ServicePrincipal"
	UserAssignee             AssigneeType = "User"
	RoleGroupAssignee        AssigneeType = "RoleGroup"
	SecurityGroupAssignee    AssigneeType = "SecurityGroup"
	PolicyAssignee           AssigneeType = "RoleAssignmentPolicy"
)

// AssigneeParameter is a parameter that names an assignee.
type AssigneeParameter string

// The parameters that name an assignee.
const (
	AppParameter           AssigneeParameter = "App"
	UserParameter          AssigneeParameter = "User"
	SecurityGroupParameter AssigneeParameter = "SecurityGroup"
	PolicyParameter        AssigneeParameter = "Policy"
)

// assignment is a role assignment in the store.
type assignment struct {
	Entry
	role         *Role
	assigneeType AssigneeType
	// assignee is a GUID; assigneeName is kept for when the object is gone.
	assignee, assigneeName string
	delegating, enabled    bool
	boundary               boundary
	// unseen holds the assignment back from Get-ManagementRoleAssignment.
	unseen veil
}

func assignmentKeys(keys []key, a *assignment) []key { return a.entryKeys(keys) }

// RoleAssignments returns the role assignments, ordered by name.
func (t *Tenant) RoleAssignments() []RoleAssignment {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]RoleAssignment, 0, len(t.assignments))
	for _, a := range t.assignments {
		all = append(all, t.describe(a))
	}
	slices.SortFunc(all, func(a, b RoleAssignment) int { return byName(a.Entry, b.Entry) })
	return all
}

// describe shows an assignment as the service does.
func (t *Tenant) describe(a *assignment) RoleAssignment {
	name := t.assigneeEcho(a)
	d := RoleAssignment{
		Entry:               a.Entry,
		Role:                a.role.Name,
		AssigneeType:        a.assigneeType,
		AssigneeGUID:        a.assignee,
		RoleAssignee:        name,
		RoleAssigneeName:    name,
		AssignmentMethod:    "Direct",
		EffectiveUserName:   name,
		DelegationType:      "Regular",
		RecipientReadScope:  a.role.ImplicitRecipientReadScope,
		ConfigReadScope:     a.role.ImplicitConfigReadScope,
		RecipientWriteScope: a.role.ImplicitRecipientWriteScope,
		ConfigWriteScope:    a.role.ImplicitConfigWriteScope,
		ScopeGUID:           a.boundary.guid,
		Enabled:             a.enabled,
	}
	if a.delegating {
		d.DelegationType = "DelegatingOrgWide"
		if a.boundary.parameter != "" {
			d.DelegationType = "Delegating"
		}
	}
	t.describeBoundary(a, &d)
	return d
}

// assigneeEcho is the form in which an assignee reads back.
func (t *Tenant) assigneeEcho(a *assignment) string {
	display := t.behavior.AssigneeEcho == AssigneeByDisplayName
	switch a.assigneeType {
	case RoleGroupAssignee:
		for _, g := range t.roleGroups {
			if g.GUID == a.assignee && display {
				return g.DisplayName
			}
		}
	case UserAssignee, SecurityGroupAssignee:
		if r := t.recipientByGUID(a.assignee); r != nil && display {
			return r.DisplayName
		}
	case ServicePrincipalAssignee, PolicyAssignee:
	}
	return a.assigneeName
}

// RoleAssignmentSpec is what New-ManagementRoleAssignment is given.
type RoleAssignmentSpec struct {
	// Name is optional.
	Name string
	Role string
	// AssigneeParameter says which parameter names the assignee.
	AssigneeParameter AssigneeParameter
	Assignee          string
	// Scope is optional.
	Scope      ScopeReference
	Delegating bool
}

// NewManagementRoleAssignment assigns a role.
func (t *Tenant) NewManagementRoleAssignment(by Caller, spec RoleAssignmentSpec) (RoleAssignment, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.checkHydrated(by); err != nil {
		return RoleAssignment{}, err
	}
	if spec.Name != "" {
		if err := checkName(spec.Name); err != nil {
			return RoleAssignment{}, err
		}
	}
	role, err := one(t, t.roles, spec.Role, roleKeys)
	if err != nil {
		return RoleAssignment{}, err
	}
	kind, assignee, err := t.resolveAssignee(by, spec.AssigneeParameter, spec.Assignee)
	if err != nil {
		return RoleAssignment{}, err
	}
	if err := checkAssignable(role, kind, spec); err != nil {
		return RoleAssignment{}, err
	}
	limit, err := t.resolveBoundary(spec.Scope, kind)
	if err != nil {
		return RoleAssignment{}, err
	}
	name := cmp.Or(spec.Name, defaultAssignmentName(role.Name, assignee.Name, spec.Delegating))
	if !t.mayDelegate(by, role) {
		return RoleAssignment{}, t.noDelegation(name)
	}
	if taken := t.assignmentNamed(name); taken != nil {
		if spec.Name != "" || t.behavior.DuplicateDefaultName == DuplicateRefuse {
			return RoleAssignment{}, t.alreadyExists(taken.DistinguishedName)
		}
		name = t.freeAssignmentName(name)
	}
	a := &assignment{
		Entry:        t.newEntry(name, assignmentContainer),
		role:         role,
		assigneeType: kind,
		assignee:     assignee.GUID,
		assigneeName: assignee.Name,
		delegating:   spec.Delegating,
		enabled:      true,
		boundary:     limit,
	}
	if !by.Administrator {
		a.unseen = t.behavior.AssignmentLag.begin(t.clock())
	}
	t.addAssignment(a)
	return t.describe(a), nil
}

// defaultAssignmentName is the name that the service makes up: role and
// assignee, cut to the longest name there can be.
func defaultAssignmentName(role, assignee string, delegating bool) string {
	name := role + "-" + assignee
	if delegating {
		name += "-Delegating"
	}
	return cut(name, MaxNameLength)
}

// cut keeps the first n characters of text.
func cut(text string, n int) string {
	runes := []rune(text)
	return string(runes[:min(n, len(runes))])
}

// freeAssignmentName appends the first number that makes a taken name free.
// That the service does so is one guess of two.
func (t *Tenant) freeAssignmentName(name string) string {
	for i := 1; ; i++ {
		suffix := "-" + strconv.Itoa(i)
		candidate := cut(name, MaxNameLength-len(suffix)) + suffix
		if t.assignmentNamed(candidate) == nil {
			return candidate
		}
	}
}

func (t *Tenant) assignmentNamed(name string) *assignment {
	for _, a := range t.assignmentsByKey[fold(name)] {
		if strings.EqualFold(a.Name, name) {
			return a
		}
	}
	return nil
}

// resolveAssignee finds the object that an assignee parameter names.
func (t *Tenant) resolveAssignee(by Caller, parameter AssigneeParameter, identity string) (AssigneeType, Entry, error) {
	switch parameter {
	case AppParameter:
		p, err := one(t, t.servicePrincipals, identity, pointerKeys)
		if err != nil {
			return "", Entry{}, err
		}
		if !by.Administrator && !p.unseen.lifted(t.clock()) {
			return "", Entry{}, t.notFound(identity)
		}
		return ServicePrincipalAssignee, p.Entry, nil
	case PolicyParameter:
		p, err := one(t, t.policies, identity, policyKeys)
		if err != nil {
			return "", Entry{}, err
		}
		return PolicyAssignee, p.Entry, nil
	case SecurityGroupParameter:
		if found := find(t.roleGroups, identity, roleGroupKeys); len(found) == 1 {
			return RoleGroupAssignee, found[0].Entry, nil
		}
		r, err := one(t, t.recipientsOf(SecurityGroup), identity, recipientKeys)
		if err != nil {
			return "", Entry{}, err
		}
		return SecurityGroupAssignee, r.Entry, nil
	default:
		r, err := one(t, t.recipientsOf(UserMailbox, MailUser), identity, recipientKeys)
		if err != nil {
			return "", Entry{}, err
		}
		return UserAssignee, r.Entry, nil
	}
}

// recipientsOf returns the recipients of the given types.
func (t *Tenant) recipientsOf(types ...RecipientType) []*Recipient {
	var kept []*Recipient
	for _, r := range t.recipients {
		if slices.Contains(types, r.Type) {
			kept = append(kept, r)
		}
	}
	return kept
}

// checkAssignable refuses roles to those who cannot hold them. The rules are
// documented; the words of the refusals are not known, so these are invented.
func checkAssignable(role *Role, kind AssigneeType, spec RoleAssignmentSpec) error {
	switch {
	case role.IsServicePrincipalRole && kind != ServicePrincipalAssignee:
		return invalid(typeInvalid, "The management role '%s' is an application role, and it can be assigned to service principals only.", role.Name)
	case role.IsEndUserRole && kind != PolicyAssignee:
		return invalid(typeInvalid, "The management role '%s' is an end-user role, and it can be assigned to role assignment policies only.", role.Name)
	case kind == PolicyAssignee && !role.IsEndUserRole:
		return invalid(typeInvalid, "The management role '%s' isn't an end-user role, and it can't be assigned to a role assignment policy.", role.Name)
	case kind == PolicyAssignee && spec.Delegating:
		return invalid(typeInvalid, "A delegating role assignment can't be created for a role assignment policy.")
	case kind == PolicyAssignee && spec.Scope.Parameter != "":
		return invalid(typeInvalid, "A role assignment to a role assignment policy can't have a scope.")
	default:
		return nil
	}
}

// RoleAssignmentChange is what Set-ManagementRoleAssignment is given.
type RoleAssignmentChange struct {
	// Enabled is left as it is when nil.
	Enabled *bool
	// Scope is left as it is when nil. An empty identity is a null, which takes
	// the scope away where that is possible.
	Scope *ScopeReference
}

// SetManagementRoleAssignment changes an assignment.
func (t *Tenant) SetManagementRoleAssignment(by Caller, identity string, change RoleAssignmentChange) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	a, err := one(t, t.assignmentsBy(identity), identity, ownKeys(t, assignmentKeys))
	if err != nil {
		return err
	}
	if !t.mayDelegate(by, a.role) {
		return t.noDelegation(a.Name)
	}
	next := a.boundary
	if change.Scope != nil {
		if next, err = t.changeBoundary(a, *change.Scope); err != nil {
			return err
		}
	}
	if previous := a.boundary; previous != next {
		a.boundary = next
		t.release(previous)
	}
	if change.Enabled != nil {
		a.enabled = *change.Enabled
	}
	t.touch(&a.Entry)
	return nil
}

// RemoveManagementRoleAssignment removes an assignment.
func (t *Tenant) RemoveManagementRoleAssignment(by Caller, identity string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	a, err := one(t, t.assignmentsBy(identity), identity, ownKeys(t, assignmentKeys))
	if err != nil {
		return err
	}
	if !t.mayDelegate(by, a.role) {
		return t.noDelegation(a.Name)
	}
	t.removeAssignment(a)
	t.release(a.boundary)
	return nil
}

// dropAssignmentsOf removes every assignment of an assignee.
func (t *Tenant) dropAssignmentsOf(assignee string) {
	for _, a := range slices.Clone(t.assignments) {
		if a.assignee == assignee {
			t.removeAssignment(a)
			t.release(a.boundary)
		}
	}
}
