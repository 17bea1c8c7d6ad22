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

// give gives somebody the right to read the permitted mailbox.
func give(t *testing.T, w *world, mailboxGUID, user string) {
	wanted := exchange.NewMailboxPermission{
		MailboxGUID: mailboxGUID, User: user, AccessRights: []string{"ReadPermission"}, InheritanceType: exchange.AllInheritance,
	}
	if _, err := w.CreateMailboxPermission(within(t, 15*time.Minute), wanted); err != nil {
		t.Error("giving:", err)
	}
	if _, err := w.AwaitMailboxPermission(within(t, 15*time.Minute), wanted); err != nil {
		t.Error("giving:", err)
	}
}

// A look may show what another operation is giving, and the answer to that may come before anything is taken again.
func TestTakingAPermissionLeavesWhatWasGivenAfterALook(t *testing.T) {
	t.Parallel()
	for name, behavior := range map[string]tenant.Behavior{"and answered": {}, "and answered by no row": {NewOutput: tenant.NewEmpty}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
				permission := permit(t, w, "FullAccess")
				w.SetBehavior(behavior)
				// So its absence has to be confirmed.
				alter(t, w.ResetMailboxPermissions(permitted, false))
				var giving sync.WaitGroup
				given, shown := make(chan struct{}), make(chan struct{})
				w.before = func(cmdlet string, nth int) {
					if cmdlet == "Get-MailboxPermission" && nth == 2 {
						giving.Go(func() { give(t, w, permission.MailboxGUID, holder) })
						<-given
					}
				}
				w.after = func(cmdlet string, nth int) {
					switch {
					case cmdlet == "Add-MailboxPermission":
						close(given)
						<-shown
						<-time.After(time.Millisecond)
					case cmdlet == "Get-MailboxPermission" && nth == 2:
						close(shown)
					}
				}
				if err := w.DeleteMailboxPermission(within(t, 5*time.Minute), permission); err != nil {
					t.Error(err)
				}
				giving.Wait()
				if left := heldOn(w, permission.MailboxGUID); !slices.Equal(left, []string{"ReadPermission"}) {
					t.Errorf("there is left: %q", left)
				}
				w.expectAsked(t, "Remove-MailboxPermission", 1)
			})
		})
	}
}

// To whom somebody else is given rights is not known until then, which may take ten minutes.
func TestTakingAPermissionWaitsForWhatSomebodyElseIsGiven(t *testing.T) {
	t.Parallel()
	for name, behavior := range map[string]tenant.Behavior{
		"late":                 {TrusteeLag: tenant.Lag{For: 8 * time.Minute}},
		"answered by no row":   {NewOutput: tenant.NewEmpty},
		"late and by no row":   {TrusteeLag: tenant.Lag{For: 8 * time.Minute}, NewOutput: tenant.NewEmpty},
		"shown late by no row": {NewOutput: tenant.NewEmpty, StaleReads: tenant.StaleReads{Every: 2, For: time.Minute}},
	} {
		for more, test := range map[string]struct {
			before func(t *testing.T, w *world)
			fates  func(cmdlet string, nth int) fate
		}{
			"a server did not find the entry": {fates: nth("Remove-MailboxPermission", 1, missing)},
			"it had more rights": {before: func(t *testing.T, w *world) {
				_, _, err := w.AddMailboxPermission(administrator, tenant.MailboxPermissionSpec{Mailbox: permitted, User: holder, AccessRights: []string{"ReadPermission"}})
				alter(t, err)
			}},
		} {
			t.Run(name+", "+more, func(t *testing.T) {
				t.Parallel()
				inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
					permission := permit(t, w, "FullAccess")
					w.SetBehavior(behavior)
					pointer, err := w.CreateServicePrincipal(t.Context(), exchange.NewServicePrincipal{AppID: freeAppID, ObjectID: freeObjectID})
					if err != nil {
						t.Fatal(err)
					}
					if test.before != nil {
						test.before(t, w)
					}
					w.fates = test.fates
					var giving sync.WaitGroup
					begun := make(chan struct{})
					w.before = func(cmdlet string, nth int) {
						if cmdlet == "Add-MailboxPermission" && nth == 2 {
							close(begun)
						}
					}
					giving.Go(func() { give(t, w, permission.MailboxGUID, pointer.ObjectID) })
					<-begun
					if err := w.DeleteMailboxPermission(within(t, 15*time.Minute), permission); err != nil {
						t.Error("taking:", err)
					}
					giving.Wait()
					if left := heldOn(w, permission.MailboxGUID); !slices.Equal(left, []string{"ReadPermission"}) {
						t.Errorf("there is left: %q", left)
					}
				})
			})
		}
	}
}

// Two resources for one trustee, made at the same time: each saw nothing before it gave its rights.
func TestRightsAreRefusedWhereOthersWereGivenAtTheSameTime(t *testing.T) {
	t.Parallel()
	for name, fates := range map[string]func(string, int) fate{
		"answered": nil, "lost": nth("Add-MailboxPermission", 2, lost), "hanging": nth("Add-MailboxPermission", 2, hanging),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
				w.fates = fates
				mailbox, err := w.Mailbox(t.Context(), permitted)
				if err != nil {
					t.Fatal(err)
				}
				give := func(rights ...string) error {
					_, err := w.CreateMailboxPermission(within(t, time.Minute), exchange.NewMailboxPermission{
						MailboxGUID: mailbox.GUID, User: holder, AccessRights: rights, InheritanceType: exchange.AllInheritance,
					})
					return err
				}
				if err := give("FullAccess"); err != nil {
					t.Fatal(err)
				}
				err = give("ReadPermission")
				want := "Add-MailboxPermission failed, already exists: 'adele@contoso.com' holds FullAccess, ReadPermission on the mailbox '" + mailbox.GUID +
					"' now: another resource, or somebody else, gave FullAccess at the same time. Nothing was taken away. One resource must hold all the rights of a trustee on a mailbox"
				if !exchange.IsAlreadyExists(err) || err.Error() != want {
					t.Errorf("error = %v\nwant    %s", err, want)
				}
				if left := heldOn(w, mailbox.GUID); !slices.Contains(left, "FullAccess") {
					t.Errorf("the trustee holds %q", left)
				}
				w.expectAsked(t, "Remove-MailboxPermission", 0)
			})
		})
	}
}

func TestRightsAreGivenWhereThoseThatWereJustTakenStillShow(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		permission := permit(t, w, "FullAccess")
		if err := w.DeleteMailboxPermission(within(t, 5*time.Minute), permission); err != nil {
			t.Fatal(err)
		}
		// A server that answers so late does not exist in the tenant, so somebody else stands in for it.
		_, _, err := w.AddMailboxPermission(administrator, tenant.MailboxPermissionSpec{Mailbox: permitted, User: holder, AccessRights: []string{"FullAccess"}})
		alter(t, err)
		if _, err := w.CreateMailboxPermission(within(t, time.Minute), exchange.NewMailboxPermission{
			MailboxGUID: permission.MailboxGUID, User: holder, AccessRights: []string{"ReadPermission"}, InheritanceType: exchange.AllInheritance,
		}); err != nil {
			t.Error(err)
		}
	})
}
