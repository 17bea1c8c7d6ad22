// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

func TestContosoHasTheSameObjectsEachTime(t *testing.T) {
	t.Parallel()
	everything := func(in *tenant.Tenant) []any {
		return []any{
			in.Organization(), in.AppRegistrations(), in.EnterpriseApplications(), in.Recipients(), in.AdministrativeUnits(),
			in.Roles(), in.RoleGroups(), in.ServicePrincipals(), in.ManagementScopes(), in.RoleAssignments(),
			in.ApplicationAccessPolicies(), in.MailboxPermissions(), in.Counts(),
		}
	}
	if diff := cmp.Diff(everything(tenant.Contoso()), everything(tenant.Contoso())); diff != "" {
		t.Error(diff)
	}
}

func TestContosoCounts(t *testing.T) {
	t.Parallel()
	want := map[string]int{
		"administrative units":        3,
		"app registrations":           26,
		"application access policies": 1,
		"enterprise applications":     26,
		"mailbox permissions":         2,
		"management role assignments": 84,
		"management roles":            45,
		"management scopes":           3,
		"recipients":                  16,
		"role assignment policies":    1,
		"role groups":                 4,
		"service principals":          3,
	}
	if diff := cmp.Diff(want, tenant.Contoso().Counts()); diff != "" {
		t.Error(diff)
	}
}

func TestContosoHasADelegatingAssignmentOfEveryRole(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	for _, role := range contoso.Roles() {
		name := role.Name + "-Organization Management-Delegating"
		a := assignmentNamed(t, contoso, name[:min(len(name), 64)])
		if a.DelegationType != "DelegatingOrgWide" || a.RoleAssignee != "Organization Management" {
			t.Errorf("%s is %s of %s", a.Name, a.DelegationType, a.RoleAssignee)
		}
	}
}

func TestContosoHasTwentyFourApplicationRoles(t *testing.T) {
	t.Parallel()
	types := map[string]string{}
	for _, role := range tenant.Contoso().Roles() {
		if role.IsServicePrincipalRole {
			types[role.Name] = role.RoleType
		}
	}
	if len(types) != 24 || types["Application MailboxSettings.ReadWrite"] != "ApplicationMailboxSettingsReadWrite" || types["Application EWS.AccessAsApp"] != "ApplicationEWSAccessAsApp" {
		t.Errorf("got %d: %v", len(types), types)
	}
}

func TestContosoHasSomethingToAdoptForEveryKindOfScopeAndAssignee(t *testing.T) {
	t.Parallel()
	scopes, assignees := map[string]bool{}, map[tenant.AssigneeType]bool{}
	for _, a := range tenant.Contoso().RoleAssignments() {
		scopes[a.RecipientWriteScope] = true
		assignees[a.AssigneeType] = true
	}
	for _, kind := range []string{"Organization", "CustomRecipientScope", "ExclusiveRecipientScope", "OU", "AdministrativeUnit", "Group", "MyDistributionGroups", "Self", "None"} {
		if !scopes[kind] {
			t.Errorf("no assignment has the scope %s", kind)
		}
	}
	for _, kind := range []tenant.AssigneeType{tenant.ServicePrincipalAssignee, tenant.UserAssignee, tenant.RoleGroupAssignee, tenant.SecurityGroupAssignee, tenant.PolicyAssignee} {
		if !assignees[kind] {
			t.Errorf("no assignment has an assignee of the kind %s", kind)
		}
	}
}

func TestContosoKeepsItsPromises(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	addresses := map[string]tenant.Recipient{}
	for _, r := range contoso.Recipients() {
		addresses[r.PrimarySMTPAddress] = r
	}
	for address, want := range map[string]tenant.RecipientType{
		"adele@contoso.com": tenant.UserMailbox, "alex@contoso.com": tenant.UserMailbox, "megan@contoso.com": tenant.UserMailbox,
		"invoices@contoso.com": tenant.SharedMailbox, "payroll@contoso.com": tenant.SharedMailbox,
		"support@contoso.com": tenant.SharedMailbox, "info@contoso.com": tenant.SharedMailbox,
		"berlin-1@contoso.com": tenant.RoomMailbox, "projector@contoso.com": tenant.EquipmentMailbox,
		"finance-team@contoso.com": tenant.SecurityGroup, "all-apps-scope@contoso.com": tenant.SecurityGroup,
		"newsletter@contoso.com": tenant.DistributionGroup, "project-x@contoso.com": tenant.Microsoft365Group,
	} {
		if addresses[address].Type != want {
			t.Errorf("%s is a %q, want a %s", address, addresses[address].Type, want)
		}
	}
	if r := addresses["invoices@contoso.com"]; r.CustomAttributes[0] != "finance" || r.Office != "Berlin" {
		t.Errorf("invoices: %+v", r)
	}
	if finance := addresses["finance-team@contoso.com"]; !slices.Contains(addresses["all-apps-scope@contoso.com"].Members, finance.GUID) || finance.Name != "Finance Team" {
		t.Error("All Apps Scope does not nest Finance Team")
	}
	free := 0
	for _, e := range contoso.EnterpriseApplications() {
		if _, err := contoso.GetServicePrincipal(e.ObjectID); err != nil {
			free++
		}
	}
	if free != 23 {
		t.Errorf("%d applications have no pointer, want the automation, Invoice Reader, Calendar Sync and 20 more", free)
	}
	if dn := addresses["adele@contoso.com"].DistinguishedName; dn != "CN=Adele Vance,OU=contoso.onmicrosoft.com,OU=Microsoft Exchange Hosted Organizations,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM" {
		t.Errorf("the distinguished name is %s", dn)
	}
}
