// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const (
	permitted = "payroll@contoso.com"
	holder    = "adele@contoso.com"
)

// permit gives the holder access to the permitted mailbox, and everybody time to hear of it.
func permit(t *testing.T, w *world, rights ...string) exchange.MailboxPermission {
	t.Helper()
	mailbox, err := w.Mailbox(t.Context(), permitted)
	if err != nil {
		t.Fatal(err)
	}
	given, err := w.CreateMailboxPermission(t.Context(), exchange.NewMailboxPermission{
		MailboxGUID: mailbox.GUID, User: holder, AccessRights: rights, InheritanceType: exchange.AllInheritance,
	})
	if err != nil {
		t.Fatal(err)
	}
	<-time.After(3 * time.Minute)
	return given
}

// alter changes what somebody holds, as somebody else.
func alter(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// heldOn are the rights that anybody holds on a mailbox.
func heldOn(w *world, mailboxGUID string) (rights []string) {
	for _, entry := range w.Tenant.MailboxPermissions() {
		if entry.MailboxGUID == mailboxGUID {
			rights = append(rights, entry.AccessRights...)
		}
	}
	return rights
}

func TestTakingAPermission(t *testing.T) {
	t.Parallel()
	type counts struct{ takes, looks int } // 0 looks are any number of them
	for name, test := range map[string]struct {
		given []string
		// before is what happens between the last look at the permission and its taking.
		before func(t *testing.T, w *world)
		fates  func(cmdlet string, nth int) fate
		want   counts
	}{
		"takes one request, and one to see it": {given: []string{"FullAccess", "ReadPermission"}, want: counts{1, 1}},
		"takes rights that were given since": {
			given: []string{"FullAccess"},
			before: func(t *testing.T, w *world) {
				_, _, err := w.AddMailboxPermission(administrator, tenant.MailboxPermissionSpec{Mailbox: permitted, User: holder, AccessRights: []string{"ReadPermission"}})
				alter(t, err)
				_, _, err = w.AddMailboxPermission(administrator, tenant.MailboxPermissionSpec{
					Mailbox: permitted, User: holder, AccessRights: []string{"DeleteItem"}, InheritanceType: "Children",
				})
				alter(t, err)
			},
			want: counts{3, 2},
		},
		"takes rights that were given since, though a server does not know the mailbox": {
			given: []string{"FullAccess"},
			before: func(t *testing.T, w *world) {
				_, _, err := w.AddMailboxPermission(administrator, tenant.MailboxPermissionSpec{Mailbox: permitted, User: holder, AccessRights: []string{"ReadPermission"}})
				alter(t, err)
			},
			fates: nth("Get-MailboxPermission", 1, missing),
			want:  counts{2, 3},
		},
		"takes rights that are inherited in another way by now": {
			given: []string{"FullAccess"},
			before: func(t *testing.T, w *world) {
				_, err := w.RemoveMailboxPermission(tenant.MailboxPermissionSpec{Mailbox: permitted, User: holder, AccessRights: []string{"FullAccess"}})
				alter(t, err)
				_, _, err = w.AddMailboxPermission(administrator, tenant.MailboxPermissionSpec{
					Mailbox: permitted, User: holder, AccessRights: []string{"FullAccess"}, InheritanceType: "None",
				})
				alter(t, err)
			},
			want: counts{2, 2},
		},
		"that is gone has its absence confirmed": {
			given:  []string{"FullAccess"},
			before: func(t *testing.T, w *world) { alter(t, w.ResetMailboxPermissions(permitted, false)) },
			want:   counts{1, 3},
		},
		"is repeated where a server did not find it": {given: []string{"FullAccess"}, fates: nth("Remove-MailboxPermission", 1, missing), want: counts{2, 2}},
		"waits for a server that still shows it": {
			given: []string{"FullAccess"},
			before: func(_ *testing.T, w *world) {
				w.SetBehavior(tenant.Behavior{StaleReads: tenant.StaleReads{Every: 1, For: 2 * time.Second}})
			},
			want: counts{takes: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
				permission := permit(t, w, test.given...)
				if test.before != nil {
					test.before(t, w)
				}
				w.fates = test.fates
				if err := w.DeleteMailboxPermission(within(t, 5*time.Minute), permission); err != nil {
					t.Error(err)
				}
				w.expectAsked(t, "Remove-MailboxPermission", test.want.takes)
				if test.want.looks > 0 {
					w.expectAsked(t, "Get-MailboxPermission", test.want.looks)
				}
				if left := heldOn(w, permission.MailboxGUID); len(left) > 0 {
					t.Errorf("there is left: %q", left)
				}
			})
		})
	}
}

// What one operation takes, another one may find gone and give anew, with other rights.
func TestTakingAPermissionLeavesWhatIsGivenMeanwhile(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		permission := permit(t, w, "FullAccess")
		w.fates = func(cmdlet string, count int) fate {
			switch {
			case cmdlet == "Remove-MailboxPermission" && count == 1:
				return throttledShortly
			case cmdlet == "Add-MailboxPermission":
				return hanging
			}
			return answered
		}
		var both sync.WaitGroup
		both.Go(func() {
			if err := w.DeleteMailboxPermission(within(t, 5*time.Minute), permission); err != nil {
				t.Error(err)
			}
		})
		both.Go(func() {
			<-time.After(time.Second)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			_, err := w.CreateMailboxPermission(ctx, exchange.NewMailboxPermission{
				MailboxGUID: permission.MailboxGUID, User: holder, AccessRights: []string{"ReadPermission"}, InheritanceType: exchange.AllInheritance,
			})
			if err != nil {
				t.Error(err)
			}
		})
		both.Wait()
		if left := heldOn(w, permission.MailboxGUID); !slices.Equal(left, []string{"ReadPermission"}) {
			t.Errorf("there is left: %q", left)
		}
	})
}
