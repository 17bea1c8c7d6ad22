// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"fmt"
	"strings"
	"time"
)

// The automation application of the seeded tenant, which Terraform signs in
// as. It may manage Exchange as an application, is an Exchange Administrator,
// and may read what the provider reads from Microsoft Graph.
const (
	AutomationAppID          = "00000000-0000-0000-0000-00000000a001"
	AutomationObjectID       = "00000000-0000-0000-0000-00000000b001"
	AutomationRegistrationID = "00000000-0000-0000-0000-00000000c001"
)

// ManageAsApp is the application permission that lets an application run
// cmdlets.
const ManageAsApp = "Exchange.ManageAsApp"

// Contoso returns the tenant that tests and demonstrations start from. It is
// the same each time: ids and times are fixed. It has applications that
// Exchange does not know yet, mailboxes, groups and administrative units to
// scope them to, and things to adopt: pointers, scopes and role assignments, one
// for each kind of scope and assignee, an application access policy, and mailbox
// permissions of a person and of an application.
func Contoso() *Tenant {
	t := empty(contosoOrganization())
	seed := seeder{t}
	t.clock = func() time.Time { return seedTime }
	seed.addApplications()
	seed.addRecipients()
	seed.addAdministrativeUnits()
	seed.addPermissions()
	t.clock = time.Now
	return t
}

func contosoOrganization() Organization {
	return Organization{
		TenantID:      "11111111-1111-1111-1111-111111111111",
		InitialDomain: "contoso.onmicrosoft.com",
		Domains:       []string{"contoso.com"},
		Forest:        "EURPR01A001",
		DisplayName:   "Contoso",
	}
}

// empty returns a tenant with what every tenant is born with: the built-in
// roles, role groups and policy; and the automation application.
func empty(organization Organization) *Tenant {
	t := newTenant(organization)
	t.clock = func() time.Time { return seedTime }
	t.seedRoles()
	t.appRegistrations = append(t.appRegistrations, &AppRegistration{
		ObjectID: AutomationRegistrationID, AppID: AutomationAppID, DisplayName: "Terraform",
	})
	t.enterpriseApplications = append(t.enterpriseApplications, &EnterpriseApplication{
		ObjectID: AutomationObjectID, AppID: AutomationAppID, DisplayName: "Terraform",
		AppRoles: []string{ManageAsApp}, DirectoryRoles: []string{ExchangeAdministrator},
		GraphRoles: []string{"AdministrativeUnit.Read.All", "Application.Read.All", "Group.Read.All", "Organization.Read.All", "User.Read.All"},
	})
	t.clock = time.Now
	return t
}

// seeder adds Contoso's objects to a tenant.
type seeder struct{ *Tenant }

func (s seeder) addApplication(name, suffix string) {
	appID := "22222222-2222-2222-2222-" + suffix
	s.appRegistrations = append(s.appRegistrations, &AppRegistration{
		ObjectID: "44444444-4444-4444-4444-" + suffix, AppID: appID, DisplayName: name,
	})
	s.enterpriseApplications = append(s.enterpriseApplications, &EnterpriseApplication{
		ObjectID: "33333333-3333-3333-3333-" + suffix, AppID: appID, DisplayName: name,
	})
}

func (s seeder) addApplications() {
	// The first one has ids of one digit, which are easy to tell apart.
	s.appRegistrations = append(s.appRegistrations, &AppRegistration{
		ObjectID: "44444444-4444-4444-4444-444444444444", AppID: "22222222-2222-2222-2222-222222222222", DisplayName: "Invoice Reader",
	})
	s.enterpriseApplications = append(s.enterpriseApplications, &EnterpriseApplication{
		ObjectID: "33333333-3333-3333-3333-333333333333", AppID: "22222222-2222-2222-2222-222222222222", DisplayName: "Invoice Reader",
	})
	s.addApplication("Calendar Sync", "000000000002")
	for n := 3; n <= 22; n++ {
		s.addApplication(fmt.Sprintf("Test App %02d", n), fmt.Sprintf("%012d", n))
	}
	s.addApplication("Payroll Archive", "0000000000aa")
	s.addApplication("Legacy Scanner", "0000000000bb")
	s.addApplication("Room Booking", "0000000000cc")
}

// addRecipient adds a recipient whose ids follow from its alias.
func (s seeder) addRecipient(r Recipient, alias string) *Recipient {
	r.PrimarySMTPAddress = alias + "@" + s.organization.Domains[0]
	r.ExternalDirectoryObjectID = guidOf("entra " + alias)
	r.EmailAddresses = append(r.EmailAddresses, "SMTP:"+r.PrimarySMTPAddress, "smtp:"+alias+"@"+s.organization.InitialDomain)
	if r.Type.IsMailbox() {
		r.ExchangeGUID = guidOf("mailbox " + alias)
		r.UsageLocation = "DE"
	}
	return s.insertRecipient(r)
}

func (s seeder) addUser(alias, first, last, department, office string) {
	s.addRecipient(Recipient{
		Type: UserMailbox, DisplayName: first + " " + last, FirstName: first, LastName: last,
		Department: department, Office: office, Company: "Contoso",
		EmailAddresses: []string{"SIP:" + alias + "@" + s.organization.Domains[0], "SPO:SPO_" + guidOf("site "+alias) + "@SPO_" + s.organization.TenantID},
	}, alias)
}

func (s seeder) addRecipients() {
	s.addUser("adele", "Adele", "Vance", "Finance", "Berlin")
	s.addUser("alex", "Alex", "Wilber", "Marketing", "Hamburg")
	s.addUser("megan", "Megan", "Bowen", "Sales", "Seattle")
	s.addUser("diego", "Diego", "Siciliani", "Human Resources", "Berlin")
	s.addUser("lynne", "Lynne", "Robbins", "Finance", "Hamburg")

	s.addRecipient(Recipient{Type: SharedMailbox, DisplayName: "Invoices", Office: "Berlin", Department: "Finance", CustomAttributes: [15]string{"finance"}}, "invoices")
	s.addRecipient(Recipient{Type: SharedMailbox, DisplayName: "Payroll", Office: "Berlin", Department: "Human Resources", CustomAttributes: [15]string{"payroll"}}, "payroll")
	s.addRecipient(Recipient{Type: SharedMailbox, DisplayName: "Support", Office: "Hamburg"}, "support")
	s.addRecipient(Recipient{Type: SharedMailbox, DisplayName: "Info"}, "info")
	s.addRecipient(Recipient{Type: RoomMailbox, DisplayName: "Berlin 1", Office: "Berlin"}, "berlin-1")
	s.addRecipient(Recipient{Type: EquipmentMailbox, DisplayName: "Projector", Office: "Berlin"}, "projector")
	s.addRecipient(Recipient{
		Type: MailUser, DisplayName: "Fabrikam Auditor", ExternalEmailAddress: "SMTP:auditor@fabrikam.com",
		UserPrincipalName: "auditor@" + s.organization.Domains[0],
	}, "auditor")

	finance := s.addRecipient(Recipient{Type: SecurityGroup, DisplayName: "Finance Team"}, "finance-team")
	finance.Members = s.guids("adele", "invoices")
	all := s.addRecipient(Recipient{Type: SecurityGroup, DisplayName: "All Apps Scope"}, "all-apps-scope")
	all.Members = s.guids("finance-team", "support")
	newsletter := s.addRecipient(Recipient{Type: DistributionGroup, DisplayName: "Newsletter"}, "newsletter")
	newsletter.Members = s.guids("adele", "alex", "megan", "auditor")
	project := s.addRecipient(Recipient{Type: Microsoft365Group, DisplayName: "Project X", Entry: Entry{Name: "project-x"}}, "project-x")
	project.Members = s.guids("alex", "megan")
}

// guids returns the GUIDs of recipients by their aliases, all of which exist.
func (s seeder) guids(aliases ...string) []string {
	var guids []string
	for _, alias := range aliases {
		for _, r := range s.recipients {
			if strings.EqualFold(r.Alias, alias) {
				guids = append(guids, r.GUID)
			}
		}
	}
	return guids
}

func (s seeder) addAdministrativeUnits() {
	for _, u := range []AdministrativeUnit{
		{Entry: Entry{Name: "60f565a0-9a30-40e6-a34e-4023db4616c2"}, DisplayName: "Europe", Description: "Offices in Europe", Members: s.guids("adele", "invoices")},
		{Entry: Entry{Name: "4d819ce9-9257-44d6-9f3c-1c1d2e3f4a5b"}, DisplayName: "West Coast", Description: "Offices on the West Coast", Members: s.guids("megan")},
		{Entry: Entry{Name: "7c2e8a51-0d3b-4f6a-9e84-5b1f0c9d2a37"}, DisplayName: "West Coast", SoftDeleted: true},
	} {
		u.Entry = s.newEntry(u.Name, recipientContainer)
		s.administrativeUnits = append(s.administrativeUnits, &u)
	}
}

// addPermissions adds the pointers, scopes, role assignments, access policies
// and mailbox permissions to adopt. They are made by the cmdlets' own rules,
// which refuse none of them.
func (s seeder) addPermissions() {
	administrator := Caller{Administrator: true}
	for _, p := range []ServicePrincipalSpec{
		{AppID: "22222222-2222-2222-2222-0000000000aa", ObjectID: "33333333-3333-3333-3333-0000000000aa", DisplayName: "Payroll Archive"},
		{AppID: "22222222-2222-2222-2222-0000000000bb", ObjectID: "33333333-3333-3333-3333-0000000000bb", DisplayName: "Legacy Scanner"},
		{AppID: "22222222-2222-2222-2222-0000000000cc", ObjectID: "33333333-3333-3333-3333-0000000000cc", DisplayName: "Room Booking"},
	} {
		must(s.NewServicePrincipal(administrator, p))
	}
	for _, m := range []ManagementScopeSpec{
		{Name: "Payroll mailboxes", RecipientFilter: "CustomAttribute1 -eq 'payroll'"},
		{Name: "Berlin recipients", RecipientFilter: "Office -eq 'Berlin'"},
		{Name: "Executives", RecipientFilter: "Title -like 'Chief*'", Exclusive: true},
	} {
		must(s.NewManagementScope(administrator, m))
	}
	for _, a := range []RoleAssignmentSpec{
		{
			Name: "Payroll Archive Mail.Read", Role: "Application Mail.Read",
			AssigneeParameter: AppParameter, Assignee: "33333333-3333-3333-3333-0000000000aa",
			Scope: ScopeReference{CustomResourceScope, "Payroll mailboxes"},
		},
		{
			Name: "Room Booking Calendars.ReadWrite", Role: "Application Calendars.ReadWrite",
			AssigneeParameter: AppParameter, Assignee: "33333333-3333-3333-3333-0000000000cc",
			Scope: ScopeReference{RecipientAdministrativeUnitScope, "60f565a0-9a30-40e6-a34e-4023db4616c2"},
		},
		{
			Name: "Room Booking Contacts.Read", Role: "Application Contacts.Read",
			AssigneeParameter: AppParameter, Assignee: "33333333-3333-3333-3333-0000000000cc",
			Scope: ScopeReference{RecipientGroupScope, "Finance Team"},
		},
		{
			Role:              "Application MailTips.ReadBasic.All",
			AssigneeParameter: AppParameter, Assignee: "33333333-3333-3333-3333-0000000000cc",
		},
		{
			Name: "Berlin mailboxes for Finance", Role: "Mail Recipients",
			AssigneeParameter: SecurityGroupParameter, Assignee: "Finance Team",
			Scope: ScopeReference{CustomRecipientWriteScope, "Berlin recipients"},
		},
		{
			Name: "Executive mailboxes for Megan", Role: "Mail Recipients",
			AssigneeParameter: UserParameter, Assignee: "megan@contoso.com",
			Scope: ScopeReference{ExclusiveRecipientWriteScope, "Executives"},
		},
		{
			Role:              "User Options",
			AssigneeParameter: UserParameter, Assignee: "alex@contoso.com",
			Scope: ScopeReference{RecipientOrganizationalUnitScope, "contoso.onmicrosoft.com"},
		},
		{
			Name: "Own groups for All Apps Scope", Role: "Distribution Groups",
			AssigneeParameter: SecurityGroupParameter, Assignee: "All Apps Scope",
			Scope: ScopeReference{RecipientRelativeWriteScope, "MyDistributionGroups"},
		},
		{
			Name: "Contacts for everybody", Role: "MyContactInformation",
			AssigneeParameter: PolicyParameter, Assignee: defaultPolicy,
		},
	} {
		must(s.NewManagementRoleAssignment(administrator, a))
	}
	must(s.NewApplicationAccessPolicy(administrator, ApplicationAccessPolicySpec{
		AppIDs: []string{"22222222-2222-2222-2222-0000000000aa"}, AccessRight: RestrictAccess, PolicyScopeGroupID: "Finance Team",
	}))
	for _, p := range []MailboxPermissionSpec{
		{Mailbox: "info@contoso.com", User: "adele@contoso.com", AccessRights: []string{fullAccess}},
		{Mailbox: "invoices@contoso.com", User: "33333333-3333-3333-3333-0000000000bb", AccessRights: []string{fullAccess}},
	} {
		_, _, err := s.AddMailboxPermission(administrator, p)
		must(p, err)
	}
}

// must stops the program where the seed breaks the tenant's rules, which is a
// mistake in this file and found by any test.
func must[T any](_ T, err error) {
	if err != nil {
		panic("seeding the tenant: " + err.Error())
	}
}
