// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

func TestAnswerNamesWhatItQuotes(t *testing.T) {
	t.Parallel()
	const missing = "The operation couldn't be performed because object '%s' couldn't be found on 'AM0PR01A01DC001.EURPR01A001.PROD.OUTLOOK.COM'."
	for _, test := range []struct {
		message, identity string
		want              bool
	}{
		{fmt.Sprintf(missing, "Payroll mailboxes"), "payroll  MAILBOXES", true},
		{fmt.Sprintf(missing, "O'Brien's"), "O'Brien's", true},
		{fmt.Sprintf(missing, `contoso.onmicrosoft.com\Payroll`), "Payroll", true},
		{`The specified mailbox "info@contoso.com" doesn't exist.`, "info@contoso.com", true},
		{"Couldn't find 'x' as a recipient.", "x", true},
		{"No permissions were found for the user:adele@contoso.com", "adele@contoso.com", true},
		{fmt.Sprintf(missing, "33333333-3333-3333-3333-333333333333"), "S", false},
		{fmt.Sprintf(missing, "33333333-3333-3333-3333-333333333333"), "3333", false},
		{fmt.Sprintf(missing, "33333333-3333-3333-3333-333333333333"), "object", false},
		{fmt.Sprintf(missing, "Application Mail.Reed for Payroll mailboxes"), "Payroll mailboxes", false},
		{fmt.Sprintf(missing, "Payroll mailboxes 2"), "Payroll mailboxes", false},
		{"No permissions were found for the user:adele@contoso.com", "a", false},
		{"No permissions were found for the user:adele@contoso.com", "dele@contoso.com", false},
		{fmt.Sprintf(missing, "x"), "", false},
		{"", "x", false},
	} {
		err := fmt.Errorf("wrapped: %w", &adminapi.Error{Class: adminapi.NotFound, Message: test.message})
		if got := exchange.Names(err, test.identity); got != test.want {
			t.Errorf("%q names %q: %t, want %t", test.message, test.identity, got, test.want)
		}
	}
	if exchange.Names(errors.New("'x'"), "x") || exchange.Names(nil, "x") {
		t.Error("what is no answer names something")
	}
}

// What is missing for good is not waited for because something else, which is there, has a name that is part of the
// answer.
func TestAssignmentThatMissesSomethingIsRefusedAtOnceWhateverItsScopeIsCalled(t *testing.T) {
	t.Parallel()
	const gone = "33333333-3333-3333-3333-333333333333"
	for name, test := range map[string]struct {
		scope, role, app, missing string
	}{
		"a scope of one letter":          {"S", "Application Mail.Read", gone, gone},
		"a scope that the role ends in":  {"Payroll mailboxes", "Application Mail.Reed for Payroll mailboxes", scannerID, "Application Mail.Reed for Payroll mailboxes"},
		"a scope that is part of an app": {"3333", "Application Mail.Read", gone, gone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
				_, err := w.NewManagementScope(administrator, tenant.ManagementScopeSpec{Name: test.scope, RecipientFilter: "Alias -eq 'payroll'"})
				if err != nil && test.scope != "Payroll mailboxes" {
					t.Fatal(err)
				}
				began := time.Now()
				_, err = w.CreateRoleAssignment(within(t, 15*time.Minute), exchange.NewRoleAssignment{
					Name: "Reads", Role: test.role, Assignee: exchange.Assignee{Kind: exchange.App, Identity: test.app},
					Scope: exchange.Scope{Kind: exchange.CustomResourceScope, Value: test.scope},
				})
				if !exchange.IsNotFound(err) || !exchange.Names(err, test.missing) {
					t.Errorf("error = %v", err)
				}
				if took := time.Since(began); took > 5*time.Second {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

func TestScopeOfAGroupThatIsNoneIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	for group, want := range map[string]string{
		"adele@contoso.com":   "New-ManagementRoleAssignment failed, invalid input: 'adele@contoso.com' is no group but the UserMailbox 'Adele Vance', so nothing was sent",
		"support@contoso.com": "New-ManagementRoleAssignment failed, invalid input: 'support@contoso.com' is no group but the SharedMailbox 'Support', so nothing was sent",
		"Adele Vance":         "object 'Adele Vance' couldn't be found",
		"nobody@contoso.com":  "object 'nobody@contoso.com' couldn't be found",
	} {
		t.Run(group, func(t *testing.T) {
			t.Parallel()
			inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
				began := time.Now()
				_, err := w.CreateRoleAssignment(within(t, 15*time.Minute), exchange.NewRoleAssignment{
					Name: "Reads", Role: "Mail Recipients", Assignee: exchange.Assignee{Kind: exchange.User, Identity: "megan@contoso.com"},
					Scope: exchange.Scope{Kind: exchange.RecipientGroupScope, Value: group},
				})
				if err == nil || !strings.Contains(err.Error(), want) || !exchange.Names(err, group) {
					t.Errorf("error = %v\nwant    %s", err, want)
				}
				if took := time.Since(began); took > 5*time.Second {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

func TestScopeOfAGroupIsTakenByItsAddress(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		made, err := w.CreateRoleAssignment(within(t, time.Minute), exchange.NewRoleAssignment{
			Name: "Reads", Role: "Mail Recipients", Assignee: exchange.Assignee{Kind: exchange.User, Identity: "megan@contoso.com"},
			Scope: exchange.Scope{Kind: exchange.RecipientGroupScope, Value: "finance-team@contoso.com"},
		})
		if err != nil || made.Scope.Kind != exchange.RecipientGroupScope {
			t.Errorf("got %+v, %v", made, err)
		}
		// A mailbox is not the same as a group, whatever it is called.
		for _, other := range []string{"Adele Vance", "adele@contoso.com"} {
			if same, err := w.SameReference(t.Context(), exchange.GroupReference, "adele@contoso.com", other); err != nil || same != (other == "adele@contoso.com") {
				t.Errorf("%s: %t, %v", other, same, err)
			}
		}
	})
}
