// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

func TestNewAssignmentReadsBackItsScope(t *testing.T) {
	t.Parallel()
	app := func(p tenant.ScopeParameter, identity string) tenant.RoleAssignmentSpec {
		return appAssignment("", tenant.ScopeReference{Parameter: p, Identity: identity})
	}
	user := func(p tenant.ScopeParameter, identity string) tenant.RoleAssignmentSpec {
		return tenant.RoleAssignmentSpec{
			Role: "Mail Recipients", AssigneeParameter: tenant.UserParameter, Assignee: "adele@contoso.com",
			Scope: tenant.ScopeReference{Parameter: p, Identity: identity},
		}
	}
	for name, test := range map[string]struct {
		spec                          tenant.RoleAssignmentSpec
		kind, resource, recipientSide string
	}{
		"app without a scope":        {app("", ""), "Organization", "", ""},
		"app in a scope":             {app(tenant.CustomResourceScope, "payroll mailboxes"), "CustomRecipientScope", "Payroll mailboxes", ""},
		"app in a unit":              {app(tenant.RecipientAdministrativeUnitScope, europe), "AdministrativeUnit", europe, europe},
		"app in a group":             {app(tenant.RecipientGroupScope, "finance team"), "Group", "Finance Team", ""},
		"app in a distribution list": {app(tenant.RecipientGroupScope, "Newsletter"), "Group", "Newsletter", ""},
		"app in a group of Teams":    {app(tenant.RecipientGroupScope, "Project X"), "Group", "project-x", ""},
		"user without a scope":       {user("", ""), "Organization", "", ""},
		"user in a scope":            {user(tenant.CustomRecipientWriteScope, "Berlin recipients"), "CustomRecipientScope", "", "Berlin recipients"},
		"user in an exclusive scope": {user(tenant.ExclusiveRecipientWriteScope, "Executives"), "ExclusiveRecipientScope", "", "Executives"},
		"user in a unit":             {user(tenant.RecipientAdministrativeUnitScope, strings.ToUpper(europe)), "AdministrativeUnit", "", europe},
		"user in a group":            {user(tenant.RecipientGroupScope, "Finance Team"), "Group", "", "Finance Team"},
		"user in an OU":              {user(tenant.RecipientOrganizationalUnitScope, "contoso.com"), "OU", "", "contoso.com"},
		"user in a relative scope":   {user(tenant.RecipientRelativeWriteScope, "mygal"), "MyGAL", "", ""},
		"user in the scope None":     {user(tenant.RecipientRelativeWriteScope, "None"), "None", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := must[tenant.RoleAssignment](t)(withPointer(t).NewManagementRoleAssignment(automation, test.spec))
			if a.RecipientWriteScope != test.kind || a.CustomResourceScope != test.resource || a.CustomRecipientWriteScope != test.recipientSide {
				t.Errorf("got %s %q %q, want %s %q %q", a.RecipientWriteScope, a.CustomResourceScope, a.CustomRecipientWriteScope, test.kind, test.resource, test.recipientSide)
			}
			if !a.Enabled || a.AssignmentMethod != "Direct" || a.DelegationType != "Regular" {
				t.Errorf("got %+v", a)
			}
		})
	}
}

func TestNewAssignmentOfAnApplicationShowsItsObjectID(t *testing.T) {
	t.Parallel()
	for _, identity := range []string{invoiceObjectID, invoiceAppID, "Invoice Reader"} {
		spec := appAssignment("x", tenant.ScopeReference{})
		spec.Assignee = identity
		a := must[tenant.RoleAssignment](t)(withPointer(t).NewManagementRoleAssignment(automation, spec))
		if a.RoleAssignee != invoiceObjectID || a.RoleAssigneeName != invoiceObjectID || a.EffectiveUserName != invoiceObjectID || a.AssigneeType != tenant.ServicePrincipalAssignee {
			t.Errorf("%s: got %+v", identity, a)
		}
	}
}

func TestDefaultAssignmentNames(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spec tenant.RoleAssignmentSpec
		want string
	}{
		"app": {appAssignment("", tenant.ScopeReference{}), "Application Mail.Read-" + invoiceObjectID},
		"app, cut": {tenant.RoleAssignmentSpec{
			Role: "application mailboxsettings.readwrite", AssigneeParameter: tenant.AppParameter, Assignee: invoiceAppID,
		}, "Application MailboxSettings.ReadWrite-33333333-3333-3333-3333-33"},
		"delegating": {tenant.RoleAssignmentSpec{
			Role: "Mail Recipients", AssigneeParameter: tenant.SecurityGroupParameter, Assignee: "help desk", Delegating: true,
		}, "Mail Recipients-Help Desk-Delegating"},
		"delegating, cut": {tenant.RoleAssignmentSpec{
			Role: "Security Group Creation and Membership", AssigneeParameter: tenant.SecurityGroupParameter, Assignee: "Recipient Management", Delegating: true,
		}, "Security Group Creation and Membership-Recipient Management-Dele"},
		"user": {tenant.RoleAssignmentSpec{
			Role: "Mail Recipients", AssigneeParameter: tenant.UserParameter, Assignee: "adele@contoso.com",
		}, "Mail Recipients-Adele Vance"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := must[tenant.RoleAssignment](t)(withPointer(t).NewManagementRoleAssignment(automation, test.spec))
			if a.Name != test.want {
				t.Errorf("got %s, want %s", a.Name, test.want)
			}
		})
	}
}

func TestDefaultAssignmentNameThatIsTaken(t *testing.T) {
	t.Parallel()
	contoso := withPointer(t)
	spec := tenant.RoleAssignmentSpec{Role: "Application MailboxSettings.ReadWrite", AssigneeParameter: tenant.AppParameter, Assignee: invoiceObjectID}
	for _, want := range []string{
		"Application MailboxSettings.ReadWrite-33333333-3333-3333-3333-33",
		"Application MailboxSettings.ReadWrite-33333333-3333-3333-3333--1",
		"Application MailboxSettings.ReadWrite-33333333-3333-3333-3333--2",
	} {
		if a := must[tenant.RoleAssignment](t)(contoso.NewManagementRoleAssignment(automation, spec)); a.Name != want {
			t.Errorf("got %s, want %s", a.Name, want)
		}
	}
	contoso.SetBehavior(tenant.Behavior{DuplicateDefaultName: tenant.DuplicateRefuse})
	_, err := contoso.NewManagementRoleAssignment(automation, spec)
	wantKind(t, err, tenant.AlreadyExists)
}

func TestNewAssignmentRefuses(t *testing.T) {
	t.Parallel()
	with := func(change func(*tenant.RoleAssignmentSpec)) tenant.RoleAssignmentSpec {
		spec := appAssignment("x", tenant.ScopeReference{})
		change(&spec)
		return spec
	}
	scoped := func(p tenant.ScopeParameter, identity string) tenant.RoleAssignmentSpec {
		return appAssignment("x", tenant.ScopeReference{Parameter: p, Identity: identity})
	}
	assigned := func(role string, p tenant.AssigneeParameter, assignee string) tenant.RoleAssignmentSpec {
		return tenant.RoleAssignmentSpec{Role: role, AssigneeParameter: p, Assignee: assignee}
	}
	delegatingPolicy := assigned("MyVoiceMail", tenant.PolicyParameter, "Default Role Assignment Policy")
	delegatingPolicy.Delegating = true
	scopedPolicy := assigned("MyVoiceMail", tenant.PolicyParameter, "Default Role Assignment Policy")
	scopedPolicy.Scope = tenant.ScopeReference{Parameter: tenant.RecipientRelativeWriteScope, Identity: "Self"}
	userResource := assigned("Mail Recipients", tenant.UserParameter, "adele@contoso.com")
	userResource.Scope = tenant.ScopeReference{Parameter: tenant.CustomResourceScope, Identity: "Payroll mailboxes"}
	for name, test := range map[string]struct {
		spec tenant.RoleAssignmentSpec
		kind tenant.Kind
		text string
	}{
		"an unknown role":                 {with(func(s *tenant.RoleAssignmentSpec) { s.Role = "Application Mail.Rea" }), tenant.NotFound, "'Application Mail.Rea'"},
		"an unknown app":                  {with(func(s *tenant.RoleAssignmentSpec) { s.Assignee = calendarObjectID }), tenant.NotFound, "'" + calendarObjectID + "'"},
		"an unknown scope":                {scoped(tenant.CustomResourceScope, "Nowhere"), tenant.NotFound, "'Nowhere'"},
		"an unknown unit":                 {scoped(tenant.RecipientAdministrativeUnitScope, invoiceObjectID), tenant.NotFound, "'" + invoiceObjectID + "'"},
		"a unit by its display name":      {scoped(tenant.RecipientAdministrativeUnitScope, "Europe"), tenant.NotFound, "'Europe'"},
		"a mailbox as a group":            {scoped(tenant.RecipientGroupScope, "Invoices"), tenant.NotFound, "'Invoices'"},
		"a group by its address":          {scoped(tenant.RecipientGroupScope, "finance-team@contoso.com"), tenant.NotFound, "'finance-team@contoso.com'"},
		"a name that is taken":            {with(func(s *tenant.RoleAssignmentSpec) { s.Name = "PAYROLL archive Mail.Read" }), tenant.AlreadyExists, "CN=Payroll Archive Mail.Read,CN=Role Assignments,CN=RBAC,"},
		"a name of 65 characters":         {with(func(s *tenant.RoleAssignmentSpec) { s.Name = strings.Repeat("x", 65) }), tenant.InvalidParameter, "too long"},
		"an application role to a user":   {assigned("Application Mail.Read", tenant.UserParameter, "adele@contoso.com"), tenant.InvalidParameter, "application role"},
		"an application role to a group":  {assigned("Application Mail.Read", tenant.SecurityGroupParameter, "Finance Team"), tenant.InvalidParameter, "application role"},
		"an end-user role to an app":      {with(func(s *tenant.RoleAssignmentSpec) { s.Role = "MyVoiceMail" }), tenant.InvalidParameter, "end-user role"},
		"an admin role to a policy":       {assigned("Mail Recipients", tenant.PolicyParameter, "Default Role Assignment Policy"), tenant.InvalidParameter, "isn't an end-user role"},
		"delegation to a policy":          {delegatingPolicy, tenant.InvalidParameter, "delegating"},
		"a scope to a policy":             {scopedPolicy, tenant.InvalidParameter, "can't have a scope"},
		"a resource scope to a user":      {userResource, tenant.InvalidParameter, "CustomResourceScope"},
		"a recipient write scope to app":  {scoped(tenant.CustomRecipientWriteScope, "Payroll mailboxes"), tenant.InvalidParameter, "CustomRecipientWriteScope"},
		"a distribution list as assignee": {assigned("Mail Recipients", tenant.SecurityGroupParameter, "Newsletter"), tenant.NotFound, "'Newsletter'"},
		"a shared mailbox as assignee":    {assigned("Mail Recipients", tenant.UserParameter, "invoices@contoso.com"), tenant.NotFound, "'invoices@contoso.com'"},
		"an unknown policy":               {assigned("MyVoiceMail", tenant.PolicyParameter, "Nobody"), tenant.NotFound, "'Nobody'"},
		"an internal relative scope value": {with(func(s *tenant.RoleAssignmentSpec) {
			*s = assigned("Mail Recipients", tenant.UserParameter, "adele@contoso.com")
			s.Scope = tenant.ScopeReference{Parameter: tenant.RecipientRelativeWriteScope, Identity: "MyExecutive"}
		}), tenant.InvalidParameter, "MyExecutive"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contoso := withPointer(t)
			before := len(contoso.RoleAssignments())
			_, err := contoso.NewManagementRoleAssignment(automation, test.spec)
			if text := wantKind(t, err, test.kind); !strings.Contains(text, test.text) {
				t.Errorf("got %s, want it to contain %s", text, test.text)
			}
			if len(contoso.RoleAssignments()) != before {
				t.Error("it was made all the same")
			}
		})
	}
}

func TestAnAdminRoleIsAcceptedForAnApplication(t *testing.T) {
	t.Parallel()
	contoso := withPointer(t)
	_, err := contoso.NewManagementRoleAssignment(automation, tenant.RoleAssignmentSpec{
		Role: "View-Only Recipients", AssigneeParameter: tenant.AppParameter, Assignee: invoiceObjectID,
	})
	ok(t, err)
	if held := contoso.CallerRoles(tenant.Caller{ObjectID: invoiceObjectID}); len(held) != 0 {
		t.Errorf("the application holds %v by it, want nothing", held)
	}
}

func TestOneRoleManyScopes(t *testing.T) {
	t.Parallel()
	contoso := withPointer(t)
	for name, scope := range map[string]tenant.ScopeReference{
		"one": {Parameter: tenant.CustomResourceScope, Identity: "Payroll mailboxes"},
		"two": {Parameter: tenant.RecipientGroupScope, Identity: "Finance Team"},
	} {
		_, err := contoso.NewManagementRoleAssignment(automation, appAssignment(name, scope))
		ok(t, err)
	}
}

func TestDelegatingAssignmentsSayWhetherTheyAreScoped(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	spec := tenant.RoleAssignmentSpec{Name: "a", Role: "Mail Recipients", AssigneeParameter: tenant.UserParameter, Assignee: "adele@contoso.com", Delegating: true}
	if a := must[tenant.RoleAssignment](t)(contoso.NewManagementRoleAssignment(automation, spec)); a.DelegationType != "DelegatingOrgWide" {
		t.Errorf("got %s", a.DelegationType)
	}
	spec.Name, spec.Scope = "b", tenant.ScopeReference{Parameter: tenant.CustomRecipientWriteScope, Identity: "Berlin recipients"}
	if a := must[tenant.RoleAssignment](t)(contoso.NewManagementRoleAssignment(automation, spec)); a.DelegationType != "Delegating" {
		t.Errorf("got %s", a.DelegationType)
	}
}

func TestCallersWithoutDelegationChangeNothing(t *testing.T) {
	t.Parallel()
	contoso := withPointer(t)
	reader := tenant.Caller{ObjectID: tenant.AutomationObjectID, DirectoryRoles: []string{tenant.GlobalReader}}
	_, err := contoso.NewManagementRoleAssignment(reader, appAssignment("", tenant.ScopeReference{}))
	want := `You don't have access to create, change, or remove the "contoso.onmicrosoft.com\Application Mail.Read-` + invoiceObjectID +
		`" management role assignment. You must be assigned a delegating role assignment to the management role or its parent in the hierarchy without a scope restriction.`
	if text := wantKind(t, err, tenant.NoDelegation); text != want {
		t.Errorf("got %s, want %s", text, want)
	}
	enabled := false
	wantKind(t, contoso.SetManagementRoleAssignment(reader, "Payroll Archive Mail.Read", tenant.RoleAssignmentChange{Enabled: &enabled}), tenant.NoDelegation)
	wantKind(t, contoso.RemoveManagementRoleAssignment(reader, "Payroll Archive Mail.Read"), tenant.NoDelegation)
}

func TestDelegationEndsWithItsAssignment(t *testing.T) {
	t.Parallel()
	contoso := withPointer(t)
	ok(t, contoso.RemoveManagementRoleAssignment(automation, "Application Mail.Read-Organization Management-Delegating"))
	_, err := contoso.NewManagementRoleAssignment(automation, appAssignment("", tenant.ScopeReference{}))
	wantKind(t, err, tenant.NoDelegation)
}

func TestDelegationMayBeTheApplicationsOwn(t *testing.T) {
	t.Parallel()
	contoso := withPointer(t)
	invoice := tenant.Caller{ObjectID: invoiceObjectID}
	spec := appAssignment("own", tenant.ScopeReference{})
	_, err := contoso.NewManagementRoleAssignment(invoice, spec)
	wantKind(t, err, tenant.NoDelegation)
	delegating := appAssignment("delegating", tenant.ScopeReference{})
	delegating.Delegating = true
	_, err = contoso.NewManagementRoleAssignment(automation, delegating)
	ok(t, err)
	_, err = contoso.NewManagementRoleAssignment(invoice, spec)
	ok(t, err)
}

func TestSetAssignment(t *testing.T) {
	t.Parallel()
	scope := func(p tenant.ScopeParameter, identity string) *tenant.ScopeReference {
		return &tenant.ScopeReference{Parameter: p, Identity: identity}
	}
	const (
		app  = "Payroll Archive Mail.Read"
		user = "Berlin mailboxes for Finance"
	)
	for name, test := range map[string]struct {
		assignment string
		scope      *tenant.ScopeReference
		behavior   tenant.Behavior
		refused    bool
		want       string
	}{
		"app to another scope":           {app, scope(tenant.CustomResourceScope, "Berlin recipients"), tenant.Behavior{}, false, "CustomRecipientScope Berlin recipients "},
		"app to a unit":                  {app, scope(tenant.RecipientAdministrativeUnitScope, westCoast), tenant.Behavior{}, false, "AdministrativeUnit " + westCoast + " " + westCoast},
		"app to a group":                 {app, scope(tenant.RecipientGroupScope, "Finance Team"), tenant.Behavior{}, false, "Group Finance Team "},
		"app to a group, refused":        {app, scope(tenant.RecipientGroupScope, "Finance Team"), tenant.Behavior{SwitchScopeKind: tenant.Refused}, true, "CustomRecipientScope Payroll mailboxes "},
		"app to a scope, same kind":      {app, scope(tenant.CustomResourceScope, "Berlin recipients"), tenant.Behavior{SwitchScopeKind: tenant.Refused}, false, "CustomRecipientScope Berlin recipients "},
		"app, null clears":               {app, scope(tenant.CustomResourceScope, ""), tenant.Behavior{}, false, "Organization  "},
		"app, null ignored":              {app, scope(tenant.CustomResourceScope, ""), tenant.Behavior{NullResourceScope: tenant.NullScopeIgnored}, false, "CustomRecipientScope Payroll mailboxes "},
		"app, null refused":              {app, scope(tenant.CustomResourceScope, ""), tenant.Behavior{NullResourceScope: tenant.NullScopeRefused}, true, "CustomRecipientScope Payroll mailboxes "},
		"app, null unit":                 {app, scope(tenant.RecipientAdministrativeUnitScope, ""), tenant.Behavior{}, true, "CustomRecipientScope Payroll mailboxes "},
		"app to an unknown scope":        {app, scope(tenant.CustomResourceScope, "Nowhere"), tenant.Behavior{}, true, "CustomRecipientScope Payroll mailboxes "},
		"app to a recipient write scope": {app, scope(tenant.CustomRecipientWriteScope, "Berlin recipients"), tenant.Behavior{}, true, "CustomRecipientScope Payroll mailboxes "},
		"group to an exclusive scope":    {user, scope(tenant.ExclusiveRecipientWriteScope, "Executives"), tenant.Behavior{}, false, "ExclusiveRecipientScope  Executives"},
		"group to a relative scope":      {user, scope(tenant.RecipientRelativeWriteScope, "Self"), tenant.Behavior{}, false, "Self  "},
		"group to an OU":                 {user, scope(tenant.RecipientOrganizationalUnitScope, "contoso.com"), tenant.Behavior{}, false, "OU  contoso.com"},
		"group, null clears":             {user, scope(tenant.CustomRecipientWriteScope, ""), tenant.Behavior{NullResourceScope: tenant.NullScopeRefused}, false, "Organization  "},
		"group to a resource scope":      {user, scope(tenant.CustomResourceScope, "Payroll mailboxes"), tenant.Behavior{}, true, "CustomRecipientScope  Berlin recipients"},
		"policy to a scope":              {"Contacts for everybody", scope(tenant.RecipientRelativeWriteScope, "Self"), tenant.Behavior{}, true, "Self  "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contoso := tenant.Contoso()
			contoso.SetBehavior(test.behavior)
			err := contoso.SetManagementRoleAssignment(automation, test.assignment, tenant.RoleAssignmentChange{Scope: test.scope})
			if (err != nil) != test.refused {
				t.Errorf("got %v, want a refusal: %v", err, test.refused)
			}
			a := assignmentNamed(t, contoso, test.assignment)
			if got := strings.Join([]string{a.RecipientWriteScope, a.CustomResourceScope, a.CustomRecipientWriteScope}, " "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestSetAssignmentEnables(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	no, yes := false, true
	ok(t, contoso.SetManagementRoleAssignment(automation, "payroll archive mail.read", tenant.RoleAssignmentChange{Enabled: &no}))
	a := assignmentNamed(t, contoso, "Payroll Archive Mail.Read")
	if a.Enabled || a.CustomResourceScope != "Payroll mailboxes" {
		t.Errorf("got %+v", a)
	}
	ok(t, contoso.SetManagementRoleAssignment(automation, a.GUID, tenant.RoleAssignmentChange{Enabled: &yes}))
	if a := assignmentNamed(t, contoso, "Payroll Archive Mail.Read"); !a.Enabled {
		t.Error("it is not enabled again")
	}
	wantKind(t, contoso.SetManagementRoleAssignment(automation, "nothing", tenant.RoleAssignmentChange{Enabled: &no}), tenant.NotFound)
}

func TestRemoveAssignmentTwiceFindsNothing(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	ok(t, contoso.RemoveManagementRoleAssignment(automation, "Payroll Archive Mail.Read"))
	wantKind(t, contoso.RemoveManagementRoleAssignment(automation, "Payroll Archive Mail.Read"), tenant.NotFound)
}
