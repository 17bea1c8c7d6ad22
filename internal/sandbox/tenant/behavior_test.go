// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// clock is a clock that tests turn.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock(in *tenant.Tenant) *clock {
	c := &clock{now: time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)}
	in.SetClock(c.Now)
	return c
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestNewServicePrincipalCannotBeAssignedToAtOnce(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	contoso.SetBehavior(tenant.Behavior{ServicePrincipalLag: tenant.Lag{Calls: 2}})
	_, err := contoso.NewServicePrincipal(automation, tenant.ServicePrincipalSpec{AppID: invoiceAppID, ObjectID: invoiceObjectID})
	ok(t, err)
	if _, err := contoso.GetServicePrincipal(invoiceObjectID); err != nil {
		t.Errorf("Get does not see it: %v", err)
	}
	for range 2 {
		_, err = contoso.NewManagementRoleAssignment(automation, appAssignment("x", tenant.ScopeReference{}))
		wantKind(t, err, tenant.NotFound)
	}
	_, err = contoso.NewManagementRoleAssignment(automation, appAssignment("x", tenant.ScopeReference{}))
	ok(t, err)
}

func TestServicePrincipalLagRunsOutWithTheClock(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	now := newClock(contoso)
	contoso.SetBehavior(tenant.Behavior{ServicePrincipalLag: tenant.Lag{For: time.Minute}})
	_, err := contoso.NewServicePrincipal(automation, tenant.ServicePrincipalSpec{AppID: invoiceAppID, ObjectID: invoiceObjectID})
	ok(t, err)
	now.advance(59 * time.Second)
	_, err = contoso.NewManagementRoleAssignment(automation, appAssignment("x", tenant.ScopeReference{}))
	wantKind(t, err, tenant.NotFound)
	_, err = contoso.NewManagementRoleAssignment(administrator, appAssignment("elsewhere", tenant.ScopeReference{}))
	ok(t, err)
	now.advance(time.Second)
	_, err = contoso.NewManagementRoleAssignment(automation, appAssignment("x", tenant.ScopeReference{}))
	ok(t, err)
}

func TestNewAssignmentIsNotShownAtOnce(t *testing.T) {
	t.Parallel()
	contoso := withPointer(t)
	now := newClock(contoso)
	contoso.SetBehavior(tenant.Behavior{AssignmentLag: tenant.Lag{For: 2 * time.Minute}})
	_, err := contoso.NewManagementRoleAssignment(automation, appAssignment("x", tenant.ScopeReference{}))
	ok(t, err)
	_, err = contoso.GetManagementRoleAssignment(automation, tenant.RoleAssignmentQuery{Identity: "x"})
	wantKind(t, err, tenant.NotFound)
	if got := names(t, contoso, tenant.RoleAssignmentQuery{RoleAssignee: invoiceObjectID}); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	_, err = contoso.NewManagementRoleAssignment(automation, appAssignment("x", tenant.ScopeReference{}))
	wantKind(t, err, tenant.AlreadyExists)
	if _, err := contoso.GetManagementRoleAssignment(administrator, tenant.RoleAssignmentQuery{Identity: "x"}); err != nil {
		t.Errorf("the administrator does not see it: %v", err)
	}
	now.advance(2 * time.Minute)
	if got := names(t, contoso, tenant.RoleAssignmentQuery{Identity: "x"}); len(got) != 1 {
		t.Errorf("got %v", got)
	}
}

func TestScopeCountsAsUsedForATime(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	contoso.SetBehavior(tenant.Behavior{ScopeInUseLag: tenant.Lag{Calls: 1}})
	ok(t, contoso.RemoveManagementRoleAssignment(automation, "Payroll Archive Mail.Read"))
	wantKind(t, contoso.RemoveManagementScope(automation, "Payroll mailboxes"), tenant.InUse)
	ok(t, contoso.RemoveManagementScope(automation, "Payroll mailboxes"))
}

func TestDehydratedTenantCreatesNothingUntilItIsEnabled(t *testing.T) {
	t.Parallel()
	contoso := withPointer(t)
	now := newClock(contoso)
	contoso.SetBehavior(tenant.Behavior{Dehydrated: true, HydrationDelay: tenant.Lag{For: time.Hour}})
	newScope := func() error {
		_, err := contoso.NewManagementScope(automation, tenant.ManagementScopeSpec{Name: "n", RecipientFilter: "Alias -eq 'x'"})
		return err
	}
	newAssignment := func() error {
		_, err := contoso.NewManagementRoleAssignment(automation, appAssignment("x", tenant.ScopeReference{}))
		return err
	}
	wantKind(t, newScope(), tenant.Dehydrated)
	text := wantKind(t, newAssignment(), tenant.Dehydrated)
	if !strings.HasSuffix(text, "you first need to run the command: Enable-OrganizationCustomization.") {
		t.Errorf("got %s", text)
	}
	ok(t, contoso.EnableOrganizationCustomization())
	if contoso.Organization().IsDehydrated {
		t.Error("IsDehydrated did not change at once")
	}
	wantKind(t, newScope(), tenant.Dehydrated)
	text = wantKind(t, contoso.EnableOrganizationCustomization(), tenant.InvalidParameter)
	if text != "This operation is not required. Organization is already enabled for customization." {
		t.Errorf("got %s", text)
	}
	now.advance(time.Hour)
	ok(t, newScope())
	ok(t, newAssignment())
}

func TestUndelegatedRolesNeedAMemberByName(t *testing.T) {
	t.Parallel()
	contoso, err := tenant.Load(strings.NewReader(`
behavior: {undelegated_roles: [application mail.read]}
role_groups:
- {name: Organization Management, members: [Legacy Scanner]}
`))
	ok(t, err)
	spec := tenant.RoleAssignmentSpec{Name: "x", Role: "Application Mail.Read", AssigneeParameter: tenant.AppParameter, Assignee: scannerObjectID}
	_, err = contoso.NewManagementRoleAssignment(automation, spec)
	wantKind(t, err, tenant.NoDelegation)
	_, err = contoso.NewManagementRoleAssignment(tenant.Caller{ObjectID: scannerObjectID}, spec)
	ok(t, err)
	spec.Name, spec.Role = "y", "Application Mail.Send"
	_, err = contoso.NewManagementRoleAssignment(automation, spec)
	ok(t, err)
}

func TestWrongIdentity(t *testing.T) {
	t.Parallel()
	for behavior, want := range map[tenant.WrongIdentity]int{tenant.WrongIdentityEmpty: 0, tenant.WrongIdentityAll: 3} {
		contoso := tenant.Contoso()
		contoso.SetBehavior(tenant.Behavior{WrongIdentity: behavior})
		if got := must[[]tenant.ServicePrincipal](t)(contoso.GetServicePrincipal("nobody")); len(got) != want {
			t.Errorf("%d: got %d rows, want %d", behavior, len(got), want)
		}
		wantKind(t, contoso.RemoveServicePrincipal("nobody"), tenant.NotFound)
	}
}

func TestGUIDIdentityRefusedLeavesNames(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	contoso.SetBehavior(tenant.Behavior{GUIDIdentity: tenant.ValueRefused})
	assignment, scope := contoso.RoleAssignments()[0], contoso.ManagementScopes()[0]
	for _, guid := range []string{assignment.GUID, scope.GUID} {
		_, err := contoso.GetManagementRoleAssignment(administrator, tenant.RoleAssignmentQuery{Identity: guid})
		wantKind(t, err, tenant.NotFound)
		_, err = contoso.GetManagementScope(tenant.ManagementScopeQuery{Identity: guid})
		wantKind(t, err, tenant.NotFound)
		wantKind(t, contoso.RemoveManagementRoleAssignment(administrator, guid), tenant.NotFound)
		wantKind(t, contoso.RemoveManagementScope(administrator, guid), tenant.NotFound)
		err = contoso.SetManagementRoleAssignment(administrator, guid, tenant.RoleAssignmentChange{})
		wantKind(t, err, tenant.NotFound)
		err = contoso.SetManagementScope(guid, tenant.ManagementScopeChange{})
		wantKind(t, err, tenant.NotFound)
	}
	ok(t, contoso.RemoveManagementRoleAssignment(administrator, assignment.Name))
}

func TestFormsInWhichAssignmentsReadBack(t *testing.T) {
	t.Parallel()
	const (
		unit  = "Room Booking Calendars.ReadWrite"
		group = "Room Booking Contacts.Read"
	)
	contoso := tenant.Contoso()
	var finance tenant.Recipient
	for _, r := range contoso.Recipients() {
		if r.Alias == "finance-team" {
			finance = r
		}
	}
	for name, test := range map[string]struct {
		behavior                     tenant.Behavior
		assignment, resource, person string
	}{
		"unit in both":                {tenant.Behavior{}, unit, europe, europe},
		"unit in resource scope":      {tenant.Behavior{AdministrativeUnitProperty: tenant.UnitInResourceScope}, unit, europe, ""},
		"unit in write scope":         {tenant.Behavior{AdministrativeUnitProperty: tenant.UnitInRecipientWriteScope}, unit, "", europe},
		"group by name":               {tenant.Behavior{}, group, "Finance Team", ""},
		"group by distinguished name": {tenant.Behavior{GroupScopeValue: tenant.GroupByDN}, group, finance.DistinguishedName, ""},
		"group by GUID":               {tenant.Behavior{GroupScopeValue: tenant.GroupByGUID}, group, finance.GUID, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contoso := tenant.Contoso()
			contoso.SetBehavior(test.behavior)
			a := assignmentNamed(t, contoso, test.assignment)
			if a.CustomResourceScope != test.resource || a.CustomRecipientWriteScope != test.person {
				t.Errorf("got %q and %q, want %q and %q", a.CustomResourceScope, a.CustomRecipientWriteScope, test.resource, test.person)
			}
		})
	}
}

func TestAssigneesReadBackByNameOrDisplayName(t *testing.T) {
	t.Parallel()
	contoso := must[*tenant.Tenant](t)(tenant.Load(strings.NewReader(`
recipients:
- {type: UserMailbox, address: kim@contoso.com, name: kim, display_name: Kim Akers}
role_groups:
- {name: Auditors, display_name: The Auditors, roles: [Audit Logs]}
role_assignments:
- {name: x, role: Mail Recipients, user: kim@contoso.com}
`)))
	for behavior, want := range map[tenant.AssigneeEcho][2]string{
		tenant.AssigneeByName: {"kim", "Auditors"}, tenant.AssigneeByDisplayName: {"Kim Akers", "The Auditors"},
	} {
		contoso.SetBehavior(tenant.Behavior{AssigneeEcho: behavior})
		if got := [2]string{assignmentNamed(t, contoso, "x").RoleAssignee, assignmentNamed(t, contoso, "Audit Logs-Auditors").RoleAssigneeName}; got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

func TestRolePropagatingCountsCalls(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	contoso.SetBehavior(tenant.Behavior{RoleNotPropagated: 2})
	got := []bool{contoso.RolePropagating(), contoso.RolePropagating(), contoso.RolePropagating()}
	if want := []bool{true, true, false}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestBehaviorIsACopy(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	roles := []string{"Application Mail.Read"}
	contoso.SetBehavior(tenant.Behavior{UndelegatedRoles: roles})
	roles[0] = "other"
	contoso.Behavior().UndelegatedRoles[0] = "another"
	if got := contoso.Behavior().UndelegatedRoles[0]; got != "Application Mail.Read" {
		t.Errorf("got %s", got)
	}
}
