// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// assigned is what New-ManagementRoleAssignment made: an assignment of the application that contoso scans invoices with,
// over a scope of its own.
type assigned struct{ name, guid string }

// assign makes role assignments in the tenant.
func assign(t *testing.T, s *acctest.Sandbox, count int) []assigned {
	t.Helper()
	administrator := tenant.Caller{Administrator: true}
	s.Run("New-ServicePrincipal", map[string]any{"AppId": "22222222-2222-2222-2222-222222222222", "ObjectId": "33333333-3333-3333-3333-333333333333"})
	made := make([]assigned, 0, count)
	for i := range count {
		assignment, err := s.Tenant().NewManagementRoleAssignment(administrator, tenant.RoleAssignmentSpec{
			Name: fmt.Sprintf("Assignment %05d", i), Role: "Application Mail.Read",
			AssigneeParameter: tenant.AppParameter, Assignee: "33333333-3333-3333-3333-333333333333",
			Scope: tenant.ScopeReference{Parameter: tenant.CustomResourceScope, Identity: "Payroll mailboxes"},
		})
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, assigned{assignment.Name, assignment.GUID})
	}
	return made
}

// assignments is the configuration of assignments that are there, and what takes them into state.
func assignments(made []assigned) (config core.Config, imports []core.Import) {
	for i, one := range made {
		address := fmt.Sprintf("exchange_role_assignment.test%d", i)
		config = append(config, core.Block{Address: address, Attributes: core.Attributes{
			"name": one.name, "role": "Application Mail.Read", "app": "33333333-3333-3333-3333-333333333333",
			"custom_resource_scope": "Payroll mailboxes",
		}})
		imports = append(imports, core.Import{Address: address, ID: one.guid})
	}
	return config, imports
}

// permissions gives five people access to mailboxes in the tenant.
func permissions(t *testing.T, s *acctest.Sandbox, mailboxes int) (config core.Config, imports []core.Import) {
	t.Helper()
	var recipients []tenant.Recipient
	for i := range mailboxes {
		recipients = append(recipients, tenant.Recipient{Type: tenant.SharedMailbox, PrimarySMTPAddress: fmt.Sprintf("mailbox-%03d@contoso.com", i)})
	}
	const people = 5
	for i := range people {
		recipients = append(recipients, tenant.Recipient{Type: tenant.UserMailbox, PrimarySMTPAddress: fmt.Sprintf("person-%d@contoso.com", i)})
	}
	if _, err := s.Tenant().AddRecipients(recipients...); err != nil {
		t.Fatal(err)
	}
	for i := range mailboxes * people {
		mailbox, person := fmt.Sprintf("mailbox-%03d@contoso.com", i/people), fmt.Sprintf("person-%d@contoso.com", i%people)
		_, _, err := s.Tenant().AddMailboxPermission(tenant.Caller{Administrator: true}, tenant.MailboxPermissionSpec{
			Mailbox: mailbox, User: person, AccessRights: []string{"FullAccess"},
		})
		if err != nil {
			t.Fatal(err)
		}
		address := fmt.Sprintf("exchange_mailbox_permission.test%d", i)
		config = append(config, core.Block{Address: address, Attributes: core.Attributes{
			"mailbox": mailbox, "user": person, "access_rights": []string{"FullAccess"},
		}})
		imports = append(imports, core.Import{Address: address, ID: mailbox + "|" + person})
	}
	return config, imports
}

// planOnceMore takes objects into state, plans again, and counts what that asked of Exchange and Graph. It fails the
// test where the plan finds something to do.
func planOnceMore(t *testing.T, s *acctest.Sandbox, config core.Config, imports []core.Import) (requests int) {
	t.Helper()
	w := core.New(t, s.Providers()["exchange"])
	if err := w.Apply(t.Context(), config, imports...); err != nil {
		t.Fatal(err)
	}
	s.Requests().Reset()
	w.ExpectNoChanges(t.Context(), config)
	for _, request := range s.Requests().All() {
		// A batch is one request, whatever it holds.
		if request.Service != fault.Entra && request.Item == 0 {
			requests++
		}
	}
	return requests
}

func TestAPlanOfAThousandAssignmentsTakesTenRequests(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	config, imports := assignments(assign(t, s, 1000))
	if got := planOnceMore(t, s, config, imports); got > 10 {
		t.Errorf("it took %d requests", got)
	}
}

func TestAPlanOfAThousandPermissionsOnTwoHundredMailboxesTakes25Requests(t *testing.T) {
	t.Parallel()
	for name, takes := range map[string]time.Duration{"answers at once": 0, "answers in 150 ms": 150 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// How many share a request depends on when they come, which must not depend on the machine.
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				config, imports := permissions(t, s, 200)
				if takes > 0 {
					s.Faults().Add(fault.Rule{Fault: fault.Slow(takes)})
				}
				if got := planOnceMore(t, s, config, imports); got > 25 {
					t.Errorf("it took %d requests", got)
				}
			})
		})
	}
}

func TestAPlanOfOneAssignmentAmongTenThousandTakesThreeRequests(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	config, imports := assignments(assign(t, s, 10_000)[9_999:])
	if got := planOnceMore(t, s, config, imports); got > 3 {
		t.Errorf("it took %d requests", got)
	}
}
