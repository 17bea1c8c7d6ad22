// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import "strings"

// applicationRoles are the roles that can be assigned to applications, with
// the permissions each grants, as Microsoft lists them.
var applicationRoles = []struct {
	name        string
	permissions []string
}{
	{"Application Mail.Read", []string{"Mail.Read"}},
	{"Application Mail.ReadBasic", []string{"Mail.ReadBasic"}},
	{"Application Mail.ReadWrite", []string{"Mail.ReadWrite"}},
	{"Application Mail.Send", []string{"Mail.Send"}},
	{"Application MailboxSettings.Read", []string{"MailboxSettings.Read"}},
	{"Application MailboxSettings.ReadWrite", []string{"MailboxSettings.ReadWrite"}},
	{"Application Calendars.Read", []string{"Calendars.Read"}},
	{"Application Calendars.ReadWrite", []string{"Calendars.ReadWrite"}},
	{"Application Contacts.Read", []string{"Contacts.Read"}},
	{"Application Contacts.ReadWrite", []string{"Contacts.ReadWrite"}},
	{"Application MailboxFolder.Read", []string{"MailboxFolder.Read.All"}},
	{"Application MailboxFolder.ReadWrite", []string{"MailboxFolder.ReadWrite.All"}},
	{"Application MailboxItem.Read", []string{"MailboxItem.Read.All"}},
	{"Application MailboxItem.ReadWrite", []string{"MailboxItem.ReadWrite.All"}},
	{"Application MailboxItem.Export", []string{"MailboxItem.Export.All"}},
	{"Application MailboxItem.ImportExport", []string{"MailboxItem.ImportExport.All"}},
	{"Application MailboxConfigItem.Read", []string{"MailboxConfigItem.Read"}},
	{"Application MailboxConfigItem.ReadWrite", []string{"MailboxConfigItem.ReadWrite"}},
	{"Application MailTips.ReadBasic.All", []string{"MailTips.ReadBasic.All"}},
	{"Application Mail-Advanced.ReadWrite.All", []string{"Mail-Advanced.ReadWrite.All"}},
	{"Application Mail Full Access", []string{"Mail.ReadWrite", "Mail.Send"}},
	{"Application Exchange Full Access", []string{"Mail.ReadWrite", "Mail.Send", "MailboxSettings.ReadWrite", "Calendars.ReadWrite", "Contacts.ReadWrite"}},
	{"Application EWS.AccessAsApp", []string{"EWS.AccessAsApp"}},
	{"Application SMTP.SendAsApp", []string{"SMTP.SendAsApp"}},
}

// adminRoles are some of the roles for administrators, with their implicit
// scopes: recipients to read and write, configuration to read and write.
var adminRoles = []struct {
	name                           string
	recipientRead, recipientWrite  string
	configurationRead, configWrite string
	groups                         []string
}{
	{"Audit Logs", "Organization", "None", "OrganizationConfig", "OrganizationConfig", []string{organizationManagement}},
	{"Distribution Groups", "Organization", "Organization", "OrganizationConfig", "None", []string{organizationManagement, recipientManagement}},
	{"Mail Recipient Creation", "Organization", "Organization", "OrganizationConfig", "None", []string{organizationManagement, recipientManagement}},
	{"Mail Recipients", "Organization", "Organization", "OrganizationConfig", "None", []string{organizationManagement, recipientManagement}},
	{"Message Tracking", "Organization", "None", "OrganizationConfig", "None", []string{organizationManagement, recipientManagement}},
	{"Organization Client Access", "Organization", "None", "OrganizationConfig", "OrganizationConfig", []string{organizationManagement}},
	{"Organization Configuration", "Organization", "None", "OrganizationConfig", "OrganizationConfig", []string{organizationManagement}},
	{"Recipient Policies", "Organization", "Organization", "OrganizationConfig", "OrganizationConfig", []string{organizationManagement, recipientManagement}},
	{"Reset Password", "Organization", "Organization", "OrganizationConfig", "None", []string{helpDesk}},
	{"Role Management", "Organization", "Organization", "OrganizationConfig", "OrganizationConfig", []string{organizationManagement}},
	{"Security Group Creation and Membership", "Organization", "Organization", "OrganizationConfig", "None", []string{organizationManagement}},
	{"Transport Rules", "Organization", "None", "OrganizationConfig", "OrganizationConfig", []string{organizationManagement}},
	{"User Options", "Organization", "Organization", "OrganizationConfig", "None", []string{organizationManagement, helpDesk}},
	{"View-Only Configuration", "Organization", "None", "OrganizationConfig", "None", []string{organizationManagement, viewOnlyOrganizationManagement}},
	{"View-Only Recipients", "Organization", "None", "OrganizationConfig", "None", []string{organizationManagement, viewOnlyOrganizationManagement, helpDesk}},
}

// endUserRoles are some of the roles for people's own mailboxes.
var endUserRoles = []string{
	"MyBaseOptions", "MyContactInformation", "MyDistributionGroupMembership",
	"MyDistributionGroups", "MyProfileInformation", "MyVoiceMail",
}

// defaultPolicy is the name of the role assignment policy of every tenant.
const defaultPolicy = "Default Role Assignment Policy"

// roleType is the type of a built-in role: its name without spaces and
// punctuation.
func roleType(name string) string {
	return strings.NewReplacer(" ", "", ".", "", "-", "").Replace(name)
}

// seedRoles gives a tenant the built-in roles, role groups and policy, and the
// assignments that the service makes of them.
func (t *Tenant) seedRoles() {
	groups := map[string]*RoleGroup{}
	for _, g := range []struct{ name, description, linked string }{
		{organizationManagement, "Members of this management role group have permissions to manage Exchange objects and their properties in the Exchange organization.", "TenantAdmins_1a2b3"},
		{viewOnlyOrganizationManagement, "Members of this management role group can view recipient and configuration objects and their properties in the Exchange organization.", "GlobalReaders_4c5d6"},
		{recipientManagement, "Members of this management role group have rights to create, manage, and remove Exchange recipient objects in the Exchange organization.", "ExchangeRecipientAdmins_7e8f9"},
		{helpDesk, "Members of this management role group can view and manage the configuration for individual recipients and view recipients in an Exchange organization.", "HelpdeskAdmins_0a1b2"},
	} {
		group := &RoleGroup{
			Entry:         t.newEntry(g.name, recipientContainer),
			DisplayName:   g.name,
			Description:   g.description,
			LinkedMembers: []string{g.linked},
			SID:           t.newSID(),
		}
		groups[g.name] = group
		t.roleGroups = append(t.roleGroups, group)
	}
	policy := &RoleAssignmentPolicy{
		Entry:       t.newEntry(defaultPolicy, policyContainer),
		Description: "This policy grants end users the permission to set their options in Outlook on the web and perform other self-administration tasks.",
		IsDefault:   true,
	}
	t.policies = append(t.policies, policy)

	management := groups[organizationManagement]
	for _, r := range adminRoles {
		role := t.seedRole(Role{
			Entry:                       t.newEntry(r.name, roleContainer),
			ImplicitRecipientReadScope:  r.recipientRead,
			ImplicitRecipientWriteScope: r.recipientWrite,
			ImplicitConfigReadScope:     r.configurationRead,
			ImplicitConfigWriteScope:    r.configWrite,
		})
		for _, name := range r.groups {
			t.seedAssignment(role, RoleGroupAssignee, groups[name].Entry, false)
		}
		t.seedAssignment(role, RoleGroupAssignee, management.Entry, true)
	}
	for _, r := range applicationRoles {
		role := t.seedRole(Role{
			Entry:                       t.newEntry(r.name, roleContainer),
			IsServicePrincipalRole:      true,
			Permissions:                 r.permissions,
			ImplicitRecipientReadScope:  "Organization",
			ImplicitRecipientWriteScope: "Organization",
			ImplicitConfigReadScope:     "None",
			ImplicitConfigWriteScope:    "None",
		})
		t.seedAssignment(role, RoleGroupAssignee, management.Entry, true)
	}
	for _, name := range endUserRoles {
		role := t.seedRole(Role{
			Entry:                       t.newEntry(name, roleContainer),
			IsEndUserRole:               true,
			ImplicitRecipientReadScope:  "Self",
			ImplicitRecipientWriteScope: "Self",
			ImplicitConfigReadScope:     "OrganizationConfig",
			ImplicitConfigWriteScope:    "None",
		})
		t.seedAssignment(role, PolicyAssignee, policy.Entry, false)
		t.seedAssignment(role, RoleGroupAssignee, management.Entry, true)
	}
}

func (t *Tenant) seedRole(r Role) *Role {
	r.RoleType = roleType(r.Name)
	t.roles = append(t.roles, &r)
	return &r
}

func (t *Tenant) seedAssignment(role *Role, kind AssigneeType, assignee Entry, delegating bool) {
	t.addAssignment(&assignment{
		Entry:        t.newEntry(defaultAssignmentName(role.Name, assignee.Name, delegating), assignmentContainer),
		role:         role,
		assigneeType: kind,
		assignee:     assignee.GUID,
		assigneeName: assignee.Name,
		delegating:   delegating,
		enabled:      true,
	})
}
