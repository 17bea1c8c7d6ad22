// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// inScope tests Invoice Reader on a mailbox and answers the only row's verdict.
func inScope(t *testing.T, in *tenant.Tenant, mailbox string) bool {
	t.Helper()
	rows := must[[]tenant.Authorization](t)(in.TestServicePrincipalAuthorization(invoiceObjectID, mailbox))
	if len(rows) != 1 || rows[0].InScope == nil {
		t.Fatalf("got %+v, want one row with a verdict", rows)
	}
	return *rows[0].InScope
}

func TestAuthorizationEvaluatesScopes(t *testing.T) {
	t.Parallel()
	filter := func(text string) tenant.ManagementScopeSpec {
		return tenant.ManagementScopeSpec{Name: "S", RecipientFilter: text}
	}
	units := "OU=contoso.onmicrosoft.com,OU=Microsoft Exchange Hosted Organizations,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM"
	scope := tenant.ScopeReference{Parameter: tenant.CustomResourceScope, Identity: "S"}
	group := func(name string) tenant.ScopeReference {
		return tenant.ScopeReference{Parameter: tenant.RecipientGroupScope, Identity: name}
	}
	unit := func(id string) tenant.ScopeReference {
		return tenant.ScopeReference{Parameter: tenant.RecipientAdministrativeUnitScope, Identity: id}
	}
	for name, test := range map[string]struct {
		filter tenant.ManagementScopeSpec
		scope  tenant.ScopeReference
		in     []string
		out    []string
	}{
		"everything":         {scope: tenant.ScopeReference{}, in: []string{"adele", "invoices", "berlin-1"}},
		"custom attribute":   {filter("customattribute1 -EQ 'FINANCE'"), scope, []string{"invoices"}, []string{"payroll", "adele"}},
		"address":            {filter("PrimarySmtpAddress -eq 'payroll@contoso.com'"), scope, []string{"payroll"}, []string{"invoices"}},
		"proxy address":      {filter("EmailAddresses -eq 'payroll@contoso.onmicrosoft.com'"), scope, []string{"payroll"}, []string{"invoices"}},
		"type and office":    {filter("RecipientTypeDetails -eq 'SharedMailbox' -and Office -eq 'Berlin'"), scope, []string{"invoices", "payroll"}, []string{"support", "adele", "berlin-1"}},
		"suffix wildcard":    {filter("Alias -like 'in*'"), scope, []string{"invoices", "info"}, []string{"payroll"}},
		"leading wildcard":   {filter("PrimarySmtpAddress -like '*@contoso.com'"), scope, nil, []string{"invoices", "payroll"}},
		"no value":           {filter("Office -eq $null"), scope, []string{"info"}, []string{"invoices"}},
		"member of group":    {filter("MemberOfGroup -eq 'cn=finance team," + strings.ToLower(units) + "'"), scope, []string{"adele", "invoices"}, []string{"support"}},
		"nested group":       {filter("MemberOfGroup -eq 'CN=All Apps Scope," + units + "'"), scope, []string{"support"}, []string{"adele", "invoices"}},
		"group by name":      {filter("MemberOfGroup -eq 'Finance Team'"), scope, nil, []string{"adele", "invoices"}},
		"unit":               {filter("AdministrativeUnits -eq 'CN=" + europe + "," + units + "'"), scope, []string{"adele", "invoices"}, []string{"megan"}},
		"group scope":        {scope: group("Finance Team"), in: []string{"adele", "invoices"}, out: []string{"support"}},
		"nested group scope": {scope: group("All Apps Scope"), in: []string{"support"}, out: []string{"adele", "invoices"}},
		"unit scope":         {scope: unit(westCoast), in: []string{"megan"}, out: []string{"adele"}},
		"deleted unit":       {scope: unit("7c2e8a51-0d3b-4f6a-9e84-5b1f0c9d2a37"), out: []string{"megan", "adele"}},
		"exclusive scope":    {tenant.ManagementScopeSpec{Name: "S", RecipientFilter: "Alias -eq 'info'", Exclusive: true}, scope, []string{"info"}, []string{"support"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contoso := withPointer(t)
			if test.filter.Name != "" {
				_, err := contoso.NewManagementScope(automation, test.filter)
				ok(t, err)
			}
			_, err := contoso.NewManagementRoleAssignment(automation, appAssignment("x", test.scope))
			ok(t, err)
			for _, alias := range test.in {
				if !inScope(t, contoso, alias+"@contoso.com") {
					t.Errorf("%s is out", alias)
				}
			}
			for _, alias := range test.out {
				if inScope(t, contoso, alias+"@contoso.com") {
					t.Errorf("%s is in", alias)
				}
			}
		})
	}
}

func TestAuthorizationAnswersARowForEachAssignment(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	rows := must[[]tenant.Authorization](t)(contoso.TestServicePrincipalAuthorization("Room Booking", "adele@contoso.com"))
	var got []string
	for _, r := range rows {
		got = append(got, strings.Join([]string{r.RoleName, r.GrantedPermissions, r.AllowedResourceScope, r.ScopeType}, "|"))
	}
	want := []string{
		"Application Calendars.ReadWrite|Calendars.ReadWrite|" + europe + "|AdministrativeUnit",
		"Application Contacts.Read|Contacts.Read|Finance Team|Group",
		"Application MailTips.ReadBasic.All|MailTips.ReadBasic.All|Organization|Organization",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAuthorizationWithoutAResourceHasNoVerdict(t *testing.T) {
	t.Parallel()
	rows := must[[]tenant.Authorization](t)(tenant.Contoso().TestServicePrincipalAuthorization(payrollAppID, ""))
	if len(rows) != 1 || rows[0].InScope != nil {
		t.Errorf("got %+v", rows)
	}
}

func TestAuthorizationOfNothingHasNoRows(t *testing.T) {
	t.Parallel()
	if rows := must[[]tenant.Authorization](t)(tenant.Contoso().TestServicePrincipalAuthorization(scannerObjectID, "adele@contoso.com")); len(rows) != 0 {
		t.Errorf("got %+v", rows)
	}
}

func TestAuthorizationLeavesOutDisabledAssignments(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	no := false
	ok(t, contoso.SetManagementRoleAssignment(automation, "Payroll Archive Mail.Read", tenant.RoleAssignmentChange{Enabled: &no}))
	if rows := must[[]tenant.Authorization](t)(contoso.TestServicePrincipalAuthorization(payrollObjectID, "payroll@contoso.com")); len(rows) != 0 {
		t.Errorf("got %+v", rows)
	}
}

func TestAuthorizationListsThePermissionsOfABundle(t *testing.T) {
	t.Parallel()
	contoso := withPointer(t)
	spec := appAssignment("x", tenant.ScopeReference{})
	spec.Role = "Application Mail Full Access"
	_, err := contoso.NewManagementRoleAssignment(automation, spec)
	ok(t, err)
	rows := must[[]tenant.Authorization](t)(contoso.TestServicePrincipalAuthorization(invoiceObjectID, ""))
	if len(rows) != 1 || rows[0].GrantedPermissions != "Mail.ReadWrite, Mail.Send" {
		t.Errorf("got %+v", rows)
	}
}

func TestAuthorizationFollowsTheMailbox(t *testing.T) {
	t.Parallel()
	contoso := withPointer(t)
	_, err := contoso.NewManagementRoleAssignment(automation, appAssignment("x", tenant.ScopeReference{Parameter: tenant.CustomResourceScope, Identity: "Payroll mailboxes"}))
	ok(t, err)
	if inScope(t, contoso, "support@contoso.com") {
		t.Error("support is in")
	}
	value := "payroll"
	change := tenant.MailboxChange{}
	change.CustomAttributes[0] = &value
	if changed, err := contoso.SetMailbox("support@contoso.com", change); !changed || err != nil {
		t.Errorf("got %v, %v", changed, err)
	}
	if !inScope(t, contoso, "support@contoso.com") {
		t.Error("support is out")
	}
}

func TestAuthorizationRefusesWhatItCannotFind(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	_, err := contoso.TestServicePrincipalAuthorization(invoiceObjectID, "")
	wantKind(t, err, tenant.NotFound)
	for _, resource := range []string{"nobody@contoso.com", "newsletter@contoso.com"} {
		_, err = contoso.TestServicePrincipalAuthorization(payrollObjectID, resource)
		wantKind(t, err, tenant.NotFound)
	}
}
