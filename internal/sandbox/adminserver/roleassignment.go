// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import "github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"

var roleAssignmentCmdlets = []cmdlet{
	{
		name:            "New-ManagementRoleAssignment",
		roles:           []string{roleManagement},
		confirms:        true,
		createsInForest: true,
		sets:            []string{"App", "Policy", "SecurityGroup", "User"},
		parameters: []parameter{
			{name: "Role", mandatory: true},
			{name: "Name"},
			{name: "Force", kind: flag},
			{name: "App", sets: []string{"App"}, mandatory: true},
			{name: "Policy", sets: []string{"Policy"}, mandatory: true},
			{name: "SecurityGroup", sets: []string{"SecurityGroup"}, mandatory: true},
			{name: "User", sets: []string{"User"}, mandatory: true},
			{name: "Delegating", kind: flag, sets: []string{"App", "SecurityGroup", "User"}},
			{name: "CustomResourceScope", sets: []string{"App"}},
			{name: "CustomRecipientWriteScope", sets: peopleSets},
			{name: "ExclusiveRecipientWriteScope", sets: peopleSets},
			{name: "RecipientOrganizationalUnitScope", sets: peopleSets},
			{name: "RecipientRelativeWriteScope", kind: enumerated, enumeration: recipientWriteScopes, sets: peopleSets},
			{name: "RecipientAdministrativeUnitScope"},
			{name: "RecipientGroupScope"},
		},
		exclusive: scopeParameters,
		run:       newManagementRoleAssignment,
	},
	{
		name:  "Get-ManagementRoleAssignment",
		roles: []string{roleManagement, viewOnlyConfiguration},
		sets:  []string{"Identity", "RoleAssignee"},
		parameters: []parameter{
			{name: "Identity", sets: []string{"Identity"}},
			{name: "RoleAssignee", sets: []string{"RoleAssignee"}},
			{name: "AssignmentMethod", kind: enumerates, enumeration: assignmentMethods, sets: []string{"RoleAssignee"}},
			{name: "Role", sets: []string{"RoleAssignee"}},
			{name: "RoleAssigneeType", kind: enumerated, enumeration: roleAssigneeTypes},
			{name: "Enabled", kind: boolean},
			{name: "Delegating", kind: boolean},
			{name: "Exclusive", kind: boolean},
			{name: "ConfigWriteScope", kind: enumerated, enumeration: configWriteScopes},
			{name: "RecipientWriteScope", kind: enumerated, enumeration: recipientWriteScopes},
			{name: "CustomRecipientWriteScope"},
			{name: "ExclusiveRecipientWriteScope"},
			{name: "RecipientAdministrativeUnitScope"},
			{name: "RecipientGroupScope"},
			{name: "RecipientOrganizationalUnitScope"},
			{name: "WritableRecipient"},
			{name: "GetEffectiveUsers", kind: flag},
		},
		run: getManagementRoleAssignment,
	},
	{
		name:     "Set-ManagementRoleAssignment",
		roles:    []string{roleManagement},
		confirms: true,
		sets: []string{
			"RelativeRecipientWriteScope", "CustomRecipientWriteScope", "RecipientOrganizationalUnitScope", "ExclusiveScope",
			"RecipientAdministrativeUnitScope", "App", "RecipientGroupScope",
		},
		parameters: []parameter{
			{name: "Identity", mandatory: true},
			{name: "Enabled", kind: boolean},
			{name: "Force", kind: flag},
			{name: "RecipientRelativeWriteScope", kind: enumerated, enumeration: recipientWriteScopes, sets: []string{"RelativeRecipientWriteScope"}},
			{name: "CustomRecipientWriteScope", sets: []string{"CustomRecipientWriteScope"}},
			{name: "RecipientOrganizationalUnitScope", sets: []string{"RecipientOrganizationalUnitScope"}},
			{name: "ExclusiveRecipientWriteScope", sets: []string{"ExclusiveScope"}},
			{name: "RecipientAdministrativeUnitScope", sets: []string{"RecipientAdministrativeUnitScope"}, mandatory: true},
			{name: "CustomResourceScope", sets: []string{"App"}},
			{name: "RecipientGroupScope", sets: []string{"RecipientGroupScope"}, mandatory: true},
		},
		run: setManagementRoleAssignment,
	},
	{
		name:       "Remove-ManagementRoleAssignment",
		roles:      []string{roleManagement},
		confirms:   true,
		parameters: []parameter{{name: "Identity", mandatory: true}, {name: "Force", kind: flag}},
		run:        removeManagementRoleAssignment,
	},
}

// peopleSets are the parameter sets of assignees that are no applications.
var peopleSets = []string{"Policy", "SecurityGroup", "User"}

// scopeParameters limit an assignment; one call has one at most.
var scopeParameters = []string{
	string(tenant.CustomResourceScope),
	string(tenant.CustomRecipientWriteScope),
	string(tenant.ExclusiveRecipientWriteScope),
	string(tenant.RecipientAdministrativeUnitScope),
	string(tenant.RecipientGroupScope),
	string(tenant.RecipientOrganizationalUnitScope),
	string(tenant.RecipientRelativeWriteScope),
}

// scope is the scope parameter that was given, if one was.
func (c call) scope() (tenant.ScopeReference, bool) {
	for _, name := range scopeParameters {
		if c.given(name) {
			return tenant.ScopeReference{Parameter: tenant.ScopeParameter(name), Identity: c.text(name)}, true
		}
	}
	return tenant.ScopeReference{}, false
}

func newManagementRoleAssignment(c call) (result, error) {
	spec := tenant.RoleAssignmentSpec{Name: c.text("Name"), Role: c.text("Role"), Delegating: c.flag("Delegating")}
	for _, p := range []tenant.AssigneeParameter{tenant.AppParameter, tenant.PolicyParameter, tenant.SecurityGroupParameter, tenant.UserParameter} {
		if c.given(string(p)) {
			spec.AssigneeParameter, spec.Assignee = p, c.text(string(p))
		}
	}
	if scope, given := c.scope(); given && scope.Identity != "" {
		spec.Scope = scope
	}
	a, err := c.tenant.NewManagementRoleAssignment(c.caller, spec)
	if err != nil {
		return result{}, err
	}
	return result{created: true, objects: []object{append(c.roleAssignment(a), objectNew)}}, nil
}

func getManagementRoleAssignment(c call) (result, error) {
	query := tenant.RoleAssignmentQuery{
		Identity:            c.text("Identity"),
		RoleAssignee:        c.text("RoleAssignee"),
		Methods:             c.texts("AssignmentMethod"),
		Role:                c.text("Role"),
		RoleAssigneeType:    c.text("RoleAssigneeType"),
		Enabled:             c.choice("Enabled"),
		Delegating:          c.choice("Delegating"),
		Exclusive:           c.choice("Exclusive"),
		RecipientWriteScope: c.text("RecipientWriteScope"),
		ConfigWriteScope:    c.text("ConfigWriteScope"),
		WritableRecipient:   c.text("WritableRecipient"),
		EffectiveUsers:      c.flag("GetEffectiveUsers"),
	}
	for _, name := range scopeParameters {
		if identity := c.text(name); identity != "" {
			query.Scopes = append(query.Scopes, tenant.ScopeReference{Parameter: tenant.ScopeParameter(name), Identity: identity})
		}
	}
	found, err := c.tenant.GetManagementRoleAssignment(c.caller, query)
	if err != nil {
		return result{}, err
	}
	var r result
	for _, a := range found {
		r.objects = append(r.objects, append(c.roleAssignment(a), objectUnchanged))
	}
	return r, nil
}

func setManagementRoleAssignment(c call) (result, error) {
	change := tenant.RoleAssignmentChange{Enabled: c.choice("Enabled")}
	if scope, given := c.scope(); given {
		change.Scope = &scope
	}
	return result{silent: true}, c.tenant.SetManagementRoleAssignment(c.caller, c.text("Identity"), change)
}

func removeManagementRoleAssignment(c call) (result, error) {
	return result{silent: true}, c.tenant.RemoveManagementRoleAssignment(c.caller, c.text("Identity"))
}

// roleAssignment shows an assignment. There is a property App, of which it is
// not known when it has a value.
func (c call) roleAssignment(a tenant.RoleAssignment) object {
	o := object{
		{"DataObject", a.Name},
		{"User", a.RoleAssignee},
		{"App", nil},
		{"AssignmentMethod", a.AssignmentMethod},
		{"Identity", a.Name},
		{"EffectiveUserName", a.EffectiveUserName},
		{"AssignmentChain", orNull(a.AssignmentChain)},
		{"RoleAssigneeType", string(a.AssigneeType)},
		{"RoleAssignee", a.RoleAssignee},
		{"Role", a.Role},
		{"RoleAssignmentDelegationType", a.DelegationType},
		{"CustomRecipientWriteScope", orNull(a.CustomRecipientWriteScope)},
		{"CustomResourceScope", orNull(a.CustomResourceScope)},
		{"CustomConfigWriteScope", nil},
		{"RecipientReadScope", a.RecipientReadScope},
		{"ConfigReadScope", a.ConfigReadScope},
		{"RecipientWriteScope", a.RecipientWriteScope},
		{"ConfigWriteScope", a.ConfigWriteScope},
		{"Enabled", a.Enabled},
		{"RoleAssigneeName", a.RoleAssigneeName},
	}
	return append(o, c.tail(a.Name, a.Entry, assignmentClass)...)
}
