// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange_test

import (
	"context"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

func TestRenameIsMadeOnceWhateverBecomesOfItsAnswer(t *testing.T) {
	t.Parallel()
	for name, is := range map[string]fate{"lost": lost, "broken": broken, "a server that lags behind": missing, "done elsewhere": missingBefore} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
				id, err := kinds["management scope"].create(t.Context(), w)
				if err != nil {
					t.Fatal(err)
				}
				w.fates = nth("Set-ManagementScope", 1, is)
				renamed, filter := "Bills", "Alias -eq 'invoices'"
				after, err := w.UpdateManagementScope(within(t, 5*time.Minute), id, "Invoices", exchange.ManagementScopeChange{Name: &renamed, RecipientFilter: &filter})
				if err != nil || after.GUID != id || after.Name != renamed || after.RecipientFilter != filter {
					t.Errorf("got %+v, %v", after, err)
				}
				w.expectAsked(t, "Set-ManagementScope", 2)
			})
		})
	}
}

func TestChangeOfAnObjectThatIsGoneFailsAsNotFound(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		const name = "Payroll Archive Mail.Read"
		assignment, err := w.RoleAssignment(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		w.fates = func(cmdlet string, nth int) fate {
			if cmdlet == "Set-ManagementRoleAssignment" && nth == 1 {
				if err := w.RemoveManagementRoleAssignment(administrator, name); err != nil {
					t.Error(err)
				}
			}
			return answered
		}
		no := false
		if _, err := w.UpdateRoleAssignment(within(t, 5*time.Minute), assignment.GUID, name, exchange.RoleAssignmentChange{Enabled: &no}); !exchange.IsNotFound(err) {
			t.Errorf("got %v", err)
		}
	})
}

func TestMailboxPermissionIsGivenWhateverBecomesOfTheAnswer(t *testing.T) {
	t.Parallel()
	for name, is := range map[string]fate{"hanging": hanging, "lost": lost} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
				mailbox, err := w.Mailbox(t.Context(), "support@contoso.com")
				if err != nil {
					t.Fatal(err)
				}
				w.fates = nth("Add-MailboxPermission", 1, is)
				given, err := w.CreateMailboxPermission(within(t, time.Minute), exchange.NewMailboxPermission{
					MailboxGUID: mailbox.GUID, User: "adele@contoso.com", AccessRights: []string{"FullAccess"}, InheritanceType: exchange.AllInheritance,
				})
				if err != nil || given.UserSID == "" || !given.Has([]string{"FullAccess"}) {
					t.Errorf("got %+v, %v", given, err)
				}
			})
		})
	}
}

func TestMailboxPermissionTellsWhetherRightsWereGivenBeforeItFailed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rights []string
		renew  bool
		fails  string
		given  bool
		left   []string
	}{
		"taking what is too much fails": {[]string{"ReadPermission"}, false, "Remove-MailboxPermission", true, []string{"FullAccess", "ReadPermission"}},
		"taking before giving fails":    {[]string{"FullAccess"}, true, "Remove-MailboxPermission", false, []string{"FullAccess"}},
		"giving anew fails":             {[]string{"FullAccess"}, true, "Add-MailboxPermission", false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
				mailbox, err := w.Mailbox(t.Context(), "info@contoso.com")
				if err != nil {
					t.Fatal(err)
				}
				before, err := w.MailboxPermission(t.Context(), mailbox.GUID, "adele@contoso.com", false)
				if err != nil {
					t.Fatal(err)
				}
				w.fates = always(test.fails, hangingUndone)
				given, err := w.UpdateMailboxPermission(within(t, time.Minute), before.MailboxPermissionID, exchange.NewMailboxPermission{
					MailboxGUID: mailbox.GUID, User: "adele@contoso.com", AccessRights: test.rights, InheritanceType: exchange.AllInheritance,
				}, test.renew)
				if err == nil || given != test.given {
					t.Errorf("got %t, %v", given, err)
				}
				looking, done := exchange.Afterwards(t.Context())
				defer done()
				after, err := w.FindMailboxPermission(looking, before.MailboxPermissionID)
				if err != nil && !exchange.IsNotFound(err) || !after.Has(test.left) {
					t.Errorf("the trustee holds %q, %v, want %q", after.AccessRights, err, test.left)
				}
			})
		})
	}
}

func TestAfterwardsLooksOnForSomeSecondsAtMost(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, _ *world) {
		ctx, cancel := context.WithCancel(t.Context())
		same, done := exchange.Afterwards(ctx)
		defer done()
		if same != ctx {
			t.Error("a context that lives was replaced")
		}
		cancel()
		after, done := exchange.Afterwards(ctx)
		defer done()
		begun := time.Now()
		if after.Err() != nil {
			t.Fatal(after.Err())
		}
		<-after.Done()
		if lasted := time.Since(begun); lasted != 5*time.Second {
			t.Errorf("it lasted %s", lasted)
		}
	})
}
