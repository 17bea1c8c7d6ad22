// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

func newScope(t *testing.T, in *tenant.Tenant, name string, exclusive bool) tenant.ManagementScope {
	t.Helper()
	return must[tenant.ManagementScope](t)(in.NewManagementScope(automation, tenant.ManagementScopeSpec{
		Name: name, RecipientFilter: "CustomAttribute1 -eq 'finance'", Exclusive: exclusive,
	}))
}

func TestNewManagementScopeKeepsTheFilterAsWritten(t *testing.T) {
	t.Parallel()
	const filter = `((Office -EQ "Berlin")  -and (CustomAttribute1 -like 'fin*'))`
	m := must[tenant.ManagementScope](t)(tenant.Contoso().NewManagementScope(automation, tenant.ManagementScopeSpec{Name: "Berlin, Finance", RecipientFilter: filter}))
	if m.RecipientFilter != filter {
		t.Errorf("got %s, want %s", m.RecipientFilter, filter)
	}
	want := `CN=Berlin\, Finance,CN=Scopes,CN=RBAC,CN=Configuration,CN=contoso.onmicrosoft.com,CN=ConfigurationUnits,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM`
	if m.DistinguishedName != want {
		t.Errorf("got %s, want %s", m.DistinguishedName, want)
	}
}

func TestNewManagementScopeRefuses(t *testing.T) {
	t.Parallel()
	const good = "Alias -eq 'x'"
	for name, test := range map[string]struct {
		spec tenant.ManagementScopeSpec
		kind tenant.Kind
		text string
	}{
		"a name that is taken":           {tenant.ManagementScopeSpec{Name: "payroll MAILBOXES", RecipientFilter: good}, tenant.AlreadyExists, "The object 'CN=Payroll mailboxes,CN=Scopes,CN=RBAC,"},
		"a name of 65 characters":        {tenant.ManagementScopeSpec{Name: strings.Repeat("ä", 65), RecipientFilter: good}, tenant.InvalidParameter, "The maximum length is 64 and the length of the value provided is 65."},
		"a blank name":                   {tenant.ManagementScopeSpec{Name: " ", RecipientFilter: good}, tenant.InvalidParameter, "can't be empty"},
		"a filter with bad syntax":       {tenant.ManagementScopeSpec{Name: "n", RecipientFilter: "Alias -match 'x'"}, tenant.InvalidParameter, `Invalid filter syntax. For a description of the filter parameter syntax see the command help. "Alias -match 'x'" at position 7.`},
		"an empty filter":                {tenant.ManagementScopeSpec{Name: "n"}, tenant.InvalidParameter, "Invalid filter syntax"},
		"an unknown property":            {tenant.ManagementScopeSpec{Name: "n", RecipientFilter: "Mail -eq 'x'"}, tenant.InvalidParameter, `""Mail" is not a recognized filterable property.`},
		"a property of Exchange Server":  {tenant.ManagementScopeSpec{Name: "n", RecipientFilter: "Database -eq 'x'"}, tenant.InvalidParameter, `""Database" is not a recognized filterable property.`},
		"a recipient root that is no OU": {tenant.ManagementScopeSpec{Name: "n", RecipientFilter: good, RecipientRoot: "fabrikam.com"}, tenant.NotFound, "object 'fabrikam.com'"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := tenant.Contoso().NewManagementScope(automation, test.spec)
			if text := wantKind(t, err, test.kind); !strings.Contains(text, test.text) {
				t.Errorf("got %s, want it to contain %s", text, test.text)
			}
		})
	}
}

func TestNewManagementScopeTakesSixtyFourCharacters(t *testing.T) {
	t.Parallel()
	newScope(t, tenant.Contoso(), strings.Repeat("ä", 64), false)
}

func TestGetManagementScopeQueries(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	unused := newScope(t, contoso, "Payroll archive", false)
	yes, no := true, false
	for name, test := range map[string]struct {
		query tenant.ManagementScopeQuery
		want  string
	}{
		"all":                {tenant.ManagementScopeQuery{}, "Berlin recipients, Executives, Payroll archive, Payroll mailboxes"},
		"name":               {tenant.ManagementScopeQuery{Identity: "EXECUTIVES"}, "Executives"},
		"GUID":               {tenant.ManagementScopeQuery{Identity: strings.ToUpper(unused.GUID)}, "Payroll archive"},
		"distinguished name": {tenant.ManagementScopeQuery{Identity: unused.DistinguishedName}, "Payroll archive"},
		"wildcard":           {tenant.ManagementScopeQuery{Identity: "payroll*"}, "Payroll archive, Payroll mailboxes"},
		"wildcards":          {tenant.ManagementScopeQuery{Identity: "*r*s"}, "Berlin recipients, Payroll mailboxes"},
		"empty wildcard":     {tenant.ManagementScopeQuery{Identity: "Redmond*"}, ""},
		"exclusive":          {tenant.ManagementScopeQuery{Exclusive: &yes}, "Executives"},
		"regular":            {tenant.ManagementScopeQuery{Exclusive: &no}, "Berlin recipients, Payroll archive, Payroll mailboxes"},
		"orphan":             {tenant.ManagementScopeQuery{Orphan: true}, "Payroll archive"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var names []string
			for _, m := range must[[]tenant.ManagementScope](t)(contoso.GetManagementScope(test.query)) {
				names = append(names, m.Name)
			}
			if got := strings.Join(names, ", "); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	_, err := contoso.GetManagementScope(tenant.ManagementScopeQuery{Identity: "Payroll"})
	wantKind(t, err, tenant.NotFound)
}

func TestRenamedScopeKeepsItsGUIDAndItsAssignmentsFollow(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	before := must[[]tenant.ManagementScope](t)(contoso.GetManagementScope(tenant.ManagementScopeQuery{Identity: "Payroll mailboxes"}))[0]
	name := "Wages"
	ok(t, contoso.SetManagementScope("Payroll mailboxes", tenant.ManagementScopeChange{Name: &name}))
	after := must[[]tenant.ManagementScope](t)(contoso.GetManagementScope(tenant.ManagementScopeQuery{Identity: before.GUID}))[0]
	if after.Name != name || !strings.HasPrefix(after.DistinguishedName, "CN=Wages,") || after.RecipientFilter != before.RecipientFilter {
		t.Errorf("got %+v", after)
	}
	if a := assignmentNamed(t, contoso, "Payroll Archive Mail.Read"); a.CustomResourceScope != name {
		t.Errorf("the assignment shows the scope %q", a.CustomResourceScope)
	}
}

func TestSetManagementScopeChangesAllOrNothing(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	name, taken, filter, bad := "Wages", "Executives", "Office -eq 'Berlin'", "Office -eq"
	wantKind(t, contoso.SetManagementScope("Payroll mailboxes", tenant.ManagementScopeChange{Name: &name, RecipientFilter: &bad}), tenant.InvalidParameter)
	wantKind(t, contoso.SetManagementScope("Payroll mailboxes", tenant.ManagementScopeChange{Name: &taken, RecipientFilter: &filter}), tenant.AlreadyExists)
	m := must[[]tenant.ManagementScope](t)(contoso.GetManagementScope(tenant.ManagementScopeQuery{Identity: "Payroll mailboxes"}))[0]
	if m.RecipientFilter != "CustomAttribute1 -eq 'payroll'" {
		t.Errorf("the filter is %s now", m.RecipientFilter)
	}
	other := "PAYROLL mailboxes"
	ok(t, contoso.SetManagementScope("Payroll mailboxes", tenant.ManagementScopeChange{Name: &other, RecipientFilter: &filter}))
}

func TestRecipientRootIsAnOrganizationalUnitOfTheTenant(t *testing.T) {
	t.Parallel()
	for _, root := range []string{
		"contoso.onmicrosoft.com", "CONTOSO.com",
		"OU=contoso.onmicrosoft.com,OU=Microsoft Exchange Hosted Organizations,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM",
		"EURPR01A001.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/contoso.onmicrosoft.com",
	} {
		ok(t, tenant.Contoso().SetManagementScope("Executives", tenant.ManagementScopeChange{RecipientRoot: &root}))
	}
}

func TestRemoveManagementScopeInUseIsRefused(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	wantKind(t, contoso.RemoveManagementScope(automation, "Payroll mailboxes"), tenant.InUse)
	ok(t, contoso.RemoveManagementRoleAssignment(automation, "Payroll Archive Mail.Read"))
	ok(t, contoso.RemoveManagementScope(automation, "Payroll mailboxes"))
	wantKind(t, contoso.RemoveManagementScope(automation, "Payroll mailboxes"), tenant.NotFound)
}

func TestExclusiveAndRegularScopesAreKeptApart(t *testing.T) {
	t.Parallel()
	contoso := withPointer(t)
	newScope(t, contoso, "Regular", false)
	newScope(t, contoso, "Exclusive", true)
	user := func(scope tenant.ScopeReference) error {
		_, err := contoso.NewManagementRoleAssignment(automation, tenant.RoleAssignmentSpec{
			Role: "Mail Recipients", AssigneeParameter: tenant.UserParameter, Assignee: "adele@contoso.com", Scope: scope,
		})
		return err
	}
	text := wantKind(t, user(tenant.ScopeReference{Parameter: tenant.CustomRecipientWriteScope, Identity: "Exclusive"}), tenant.InvalidParameter)
	if want := "The management scope object Exclusive is an exclusive scope, and it can't be specified as parameter CustomRecipientWriteScope."; text != want {
		t.Errorf("got %s, want %s", text, want)
	}
	wantKind(t, user(tenant.ScopeReference{Parameter: tenant.ExclusiveRecipientWriteScope, Identity: "Regular"}), tenant.InvalidParameter)
	ok(t, user(tenant.ScopeReference{Parameter: tenant.ExclusiveRecipientWriteScope, Identity: "Exclusive"}))
	ok(t, user(tenant.ScopeReference{Parameter: tenant.CustomRecipientWriteScope, Identity: "Regular"}))

	app := appAssignment("app", tenant.ScopeReference{Parameter: tenant.CustomResourceScope, Identity: "Exclusive"})
	contoso.SetBehavior(tenant.Behavior{ExclusiveResourceScope: tenant.ValueRefused})
	_, err := contoso.NewManagementRoleAssignment(automation, app)
	wantKind(t, err, tenant.InvalidParameter)
	contoso.SetBehavior(tenant.Behavior{})
	_, err = contoso.NewManagementRoleAssignment(automation, app)
	ok(t, err)
}
