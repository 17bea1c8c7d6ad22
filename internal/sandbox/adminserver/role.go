// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import "github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"

var roleCmdlets = []cmdlet{
	{
		name:        "Get-ManagementRole",
		roles:       []string{roleManagement, viewOnlyConfiguration},
		parameters:  []parameter{{name: "Identity"}, {name: "RoleType"}},
		unsupported: []string{"Cmdlet", "CmdletParameters", "GetChildren", "Recurse", "Script", "ScriptParameters"},
		run:         getManagementRole,
	},
	{
		name:        "Get-RoleGroup",
		roles:       []string{roleManagement, viewOnlyConfiguration},
		parameters:  []parameter{{name: "Identity"}, {name: "ResultSize", kind: resultSize}, {name: "ShowPartnerLinked", kind: flag}},
		unsupported: []string{"Filter", "SortBy", "ReadFromDomainController"},
		run:         getRoleGroup,
	},
	{
		name:       "Get-RoleAssignmentPolicy",
		roles:      []string{roleManagement, viewOnlyConfiguration, mailRecipients},
		parameters: []parameter{{name: "Identity"}},
		run:        getRoleAssignmentPolicy,
	},
}

func getManagementRole(c call) (result, error) {
	found, err := c.tenant.GetManagementRole(tenant.RoleQuery{Identity: c.text("Identity"), RoleType: c.text("RoleType")})
	if err != nil {
		return result{}, err
	}
	var r result
	for _, role := range found {
		r.objects = append(r.objects, append(c.role(role), objectUnchanged))
	}
	return r, nil
}

// role shows a management role. The sandbox keeps no role entries.
func (c call) role(role tenant.Role) object {
	o := object{
		{"RoleEntries", []string{}},
		{"RoleType", role.RoleType},
		{"ImplicitRecipientReadScope", role.ImplicitRecipientReadScope},
		{"ImplicitRecipientWriteScope", role.ImplicitRecipientWriteScope},
		{"ImplicitConfigReadScope", role.ImplicitConfigReadScope},
		{"ImplicitConfigWriteScope", role.ImplicitConfigWriteScope},
		{"IsRootRole", true},
		{"IsEndUserRole", role.IsEndUserRole},
		{"MailboxPlanIndex", ""},
		{"Description", role.Description},
		{"Parent", nil},
		{"RoleState", "Usable"},
		{"IsDeprecated", false},
		{"IsServicePrincipalRole", role.IsServicePrincipalRole},
		{"AllowEmptyRole", false},
		noAdminDisplayName,
		{"Identity", role.Name},
	}
	return append(o, c.tail(role.Name, role.Entry, roleClass)...)
}

func getRoleGroup(c call) (result, error) {
	found, err := c.tenant.GetRoleGroup(c.text("Identity"))
	if err != nil {
		return result{}, err
	}
	var r result
	for _, g := range found {
		r.objects = append(r.objects, append(c.roleGroup(g), objectUnchanged))
	}
	return r, nil
}

func (c call) roleGroup(g tenant.RoleGroupDetail) object {
	o := object{
		{"ManagedBy", []string{"Organization Management"}},
		{"RoleAssignments", g.RoleAssignments},
		{"Roles", g.Roles},
		{"DisplayName", g.DisplayName},
		{"ExternalDirectoryObjectId", g.ExternalDirectoryObjectID},
		{"Members", g.MemberNames},
		{"SamAccountName", g.Name},
		{"Description", g.Description},
		{"RoleGroupType", "Standard"},
		{"LinkedGroup", ""},
		{"Capabilities", []string{}},
		{"LinkedPartnerGroupId", ""},
		{"LinkedPartnerOrganizationId", ""},
		{"WellKnownObject", ""},
		{"Identity", g.Name},
	}
	return append(o, c.tail(g.Name, g.Entry, groupClass)...)
}

func getRoleAssignmentPolicy(c call) (result, error) {
	found, err := c.tenant.GetRoleAssignmentPolicy(c.text("Identity"))
	if err != nil {
		return result{}, err
	}
	var r result
	for _, p := range found {
		o := object{
			{"IsDefault", p.IsDefault},
			{"Description", p.Description},
			{"RoleAssignments", p.RoleAssignments},
			{"AssignedRoles", p.AssignedRoles},
			noAdminDisplayName,
			{"Identity", p.Name},
		}
		o = append(o, c.tail(p.Name, p.Entry, policyClass)...)
		r.objects = append(r.objects, append(o, objectUnchanged))
	}
	return r, nil
}
