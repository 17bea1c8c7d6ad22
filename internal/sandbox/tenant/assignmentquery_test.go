// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// names runs a query and lists what it found.
func names(t *testing.T, in *tenant.Tenant, query tenant.RoleAssignmentQuery) []string {
	t.Helper()
	var all []string
	for _, a := range must[[]tenant.RoleAssignment](t)(in.GetManagementRoleAssignment(automation, query)) {
		all = append(all, a.Name)
	}
	return all
}

func TestGetAssignmentQueries(t *testing.T) {
	t.Parallel()
	yes := true
	for name, test := range map[string]struct {
		query tenant.RoleAssignmentQuery
		want  string
	}{
		"name":           {tenant.RoleAssignmentQuery{Identity: "payroll ARCHIVE mail.read"}, "Payroll Archive Mail.Read"},
		"wildcard":       {tenant.RoleAssignmentQuery{Identity: "Room Booking*"}, "Room Booking Calendars.ReadWrite, Room Booking Contacts.Read"},
		"app":            {tenant.RoleAssignmentQuery{RoleAssignee: payrollAppID}, "Payroll Archive Mail.Read"},
		"app and role":   {tenant.RoleAssignmentQuery{RoleAssignee: bookingObjectID, Role: "application contacts.read"}, "Room Booking Contacts.Read"},
		"app of nothing": {tenant.RoleAssignmentQuery{RoleAssignee: scannerObjectID}, ""},
		"direct only":    {tenant.RoleAssignmentQuery{RoleAssignee: "adele@contoso.com", Methods: []string{"direct"}}, ""},
		"through groups": {tenant.RoleAssignmentQuery{RoleAssignee: "adele@contoso.com", Methods: []string{"SecurityGroup", "RoleGroup"}}, "Berlin mailboxes for Finance"},
		"scope of apps": {
			tenant.RoleAssignmentQuery{Scopes: []tenant.ScopeReference{{Parameter: tenant.CustomRecipientWriteScope, Identity: "Payroll mailboxes"}}},
			"Payroll Archive Mail.Read",
		},
		"unit": {
			tenant.RoleAssignmentQuery{Scopes: []tenant.ScopeReference{{Parameter: tenant.RecipientAdministrativeUnitScope, Identity: europe}}},
			"Room Booking Calendars.ReadWrite",
		},
		"group": {
			tenant.RoleAssignmentQuery{Scopes: []tenant.ScopeReference{{Parameter: tenant.RecipientGroupScope, Identity: "Finance Team"}}},
			"Room Booking Contacts.Read",
		},
		"exclusive":   {tenant.RoleAssignmentQuery{Exclusive: &yes}, "Executive mailboxes for Megan"},
		"write scope": {tenant.RoleAssignmentQuery{RecipientWriteScope: "OU"}, "User Options-Alex Wilber"},
		"type and writable recipient": {
			tenant.RoleAssignmentQuery{RoleAssigneeType: "ServicePrincipal", WritableRecipient: "payroll@contoso.com"},
			"Application MailTips.ReadBasic.All-" + bookingObjectID[:29] + ", Payroll Archive Mail.Read",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(names(t, tenant.Contoso(), test.query), ", "); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestGetAssignmentWithoutAQueryAnswersAll(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	if got := names(t, contoso, tenant.RoleAssignmentQuery{}); len(got) != contoso.Counts()["management role assignments"] {
		t.Errorf("got %d", len(got))
	}
}

func TestGetAssignmentSaysHowItReachesTheAssignee(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	methods := map[string]string{}
	for _, a := range must[[]tenant.RoleAssignment](t)(contoso.GetManagementRoleAssignment(automation, tenant.RoleAssignmentQuery{RoleAssignee: "alex@contoso.com"})) {
		methods[a.Name] = a.AssignmentMethod + " " + a.AssignmentChain
	}
	for name, want := range map[string]string{
		"User Options-Alex Wilber":                   "Direct ",
		"MyVoiceMail-Default Role Assignment Policy": "RoleAssignmentPolicy Default Role Assignment Policy",
	} {
		if methods[name] != want {
			t.Errorf("%s: got %q, want %q", name, methods[name], want)
		}
	}
}

func TestGetAssignmentRefusesWhatItCannotFind(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	for _, query := range []tenant.RoleAssignmentQuery{
		{Identity: "nothing"},
		{RoleAssignee: "nobody"},
		{RoleAssignee: payrollAppID, Role: "no role"},
		{WritableRecipient: "nobody"},
		{Scopes: []tenant.ScopeReference{{Parameter: tenant.CustomRecipientWriteScope, Identity: "nowhere"}}},
	} {
		_, err := contoso.GetManagementRoleAssignment(automation, query)
		wantKind(t, err, tenant.NotFound)
	}
}

// staffed is Contoso with people and an application in role groups.
func staffed(t *testing.T) *tenant.Tenant {
	t.Helper()
	return must[*tenant.Tenant](t)(tenant.Load(strings.NewReader(`
role_groups:
- {name: Help Desk, members: [Legacy Scanner, Finance Team, lynne@contoso.com]}
`)))
}

func TestGetAssignmentExpandsToEffectiveUsers(t *testing.T) {
	t.Parallel()
	for assignment, want := range map[string]string{
		"Berlin mailboxes for Finance":               "Adele Vance, Invoices",
		"Executive mailboxes for Megan":              "Megan Bowen",
		"User Options-Help Desk":                     scannerObjectID + ", Finance Team, Lynne Robbins, HelpdeskAdmins_0a1b2",
		"MyVoiceMail-Default Role Assignment Policy": "Adele Vance, Alex Wilber, Megan Bowen, Diego Siciliani, Lynne Robbins, Invoices, Payroll, Support, Info, Berlin 1, Projector",
	} {
		var people []string
		for _, a := range must[[]tenant.RoleAssignment](t)(staffed(t).GetManagementRoleAssignment(automation, tenant.RoleAssignmentQuery{
			Identity: assignment, EffectiveUsers: true,
		})) {
			people = append(people, a.EffectiveUserName)
		}
		if got := strings.Join(people, ", "); got != want {
			t.Errorf("%s: got %s, want %s", assignment, got, want)
		}
	}
}

func TestGetAssignmentReachesMembersOfRoleGroups(t *testing.T) {
	t.Parallel()
	for assignee, want := range map[string]string{
		scannerObjectID:                  "RoleGroup Help Desk",
		"lynne@contoso.com":              "RoleGroup Help Desk",
		"Help Desk":                      "Direct ",
		"adele@contoso.com":              "RoleGroup Help Desk",
		"Default Role Assignment Policy": "",
	} {
		got := ""
		for _, a := range must[[]tenant.RoleAssignment](t)(staffed(t).GetManagementRoleAssignment(automation, tenant.RoleAssignmentQuery{RoleAssignee: assignee})) {
			if a.Name == "User Options-Help Desk" {
				got = a.AssignmentMethod + " " + a.AssignmentChain
			}
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", assignee, got, want)
		}
	}
}

func TestAmbiguousAssigneesAreRefused(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	name := "Payroll Archive"
	ok(t, contoso.SetServicePrincipal(scannerObjectID, &name))
	_, err := contoso.GetManagementRoleAssignment(automation, tenant.RoleAssignmentQuery{RoleAssignee: name})
	wantKind(t, err, tenant.Ambiguous)
}

func TestWritableRecipientFollowsTheScope(t *testing.T) {
	t.Parallel()
	for recipient, want := range map[string]string{
		"invoices@contoso.com": "Berlin mailboxes for Finance, User Options-Alex Wilber",
		"alex@contoso.com":     "User Options-Alex Wilber",
	} {
		var found []string
		for _, kind := range []string{"SecurityGroup", "User"} {
			found = append(found, names(t, tenant.Contoso(), tenant.RoleAssignmentQuery{RoleAssigneeType: kind, WritableRecipient: recipient})...)
		}
		if got := strings.Join(found, ", "); got != want {
			t.Errorf("%s: got %s, want %s", recipient, got, want)
		}
	}
}

func TestSelfIsTheAssigneeAlone(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	_, err := contoso.NewManagementRoleAssignment(automation, tenant.RoleAssignmentSpec{
		Name: "self", Role: "Mail Recipients", AssigneeParameter: tenant.UserParameter, Assignee: "adele@contoso.com",
		Scope: tenant.ScopeReference{Parameter: tenant.RecipientRelativeWriteScope, Identity: "Self"},
	})
	ok(t, err)
	for recipient, want := range map[string]bool{"adele@contoso.com": true, "alex@contoso.com": false} {
		if got := slices.Contains(names(t, contoso, tenant.RoleAssignmentQuery{WritableRecipient: recipient}), "self"); got != want {
			t.Errorf("%s: got %v", recipient, got)
		}
	}
}
