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

// removals are the objects that the tests create, by the cmdlets that remove them.
var removals = map[string]struct {
	kind   string
	remove func(ctx context.Context, w *world, id string) error
}{
	"Remove-ServicePrincipal": {"service principal", func(ctx context.Context, w *world, _ string) error {
		return w.DeleteServicePrincipal(ctx, freeObjectID)
	}},
	"Remove-ManagementScope": {"management scope", func(ctx context.Context, w *world, id string) error {
		return w.DeleteManagementScope(ctx, id, "Invoices")
	}},
	"Remove-ManagementRoleAssignment": {"role assignment", func(ctx context.Context, w *world, id string) error {
		return w.DeleteRoleAssignment(ctx, id, "Scanner reads")
	}},
	"Remove-ApplicationAccessPolicy": {"application access policy", func(ctx context.Context, w *world, id string) error {
		return w.DeleteApplicationAccessPolicy(ctx, id)
	}},
}

// forEachRemoval runs test for every kind of object, of which one was created a moment ago.
func forEachRemoval(t *testing.T, test func(t *testing.T, w *world, cmdlet string, remove func() error)) {
	for cmdlet, removal := range removals {
		t.Run(cmdlet, func(t *testing.T) {
			t.Parallel()
			inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
				k := kinds[removal.kind]
				before := len(k.ids(w))
				id, err := k.create(t.Context(), w)
				if err != nil {
					t.Fatal(err)
				}
				test(t, w, cmdlet, func() error { return removal.remove(within(t, 5*time.Minute), w, id) })
				if left := len(k.ids(w)) - before; left != 0 {
					t.Errorf("%d objects are left", left)
				}
			})
		})
	}
}

func TestRemovalWhoseAnswerIsLostIsNotRepeatedOnceItsObjectIsGone(t *testing.T) {
	t.Parallel()
	forEachRemoval(t, func(t *testing.T, w *world, cmdlet string, remove func() error) {
		w.fates = nth(cmdlet, 1, lost)
		if err := remove(); err != nil {
			t.Error(err)
		}
		w.expectAsked(t, cmdlet, 1)
	})
}

func TestRemovalThatDidNothingIsSentAgain(t *testing.T) {
	t.Parallel()
	for _, is := range []fate{broken, missing} {
		forEachRemoval(t, func(t *testing.T, w *world, cmdlet string, remove func() error) {
			w.fates = nth(cmdlet, 1, is)
			if err := remove(); err != nil {
				t.Error(err)
			}
			w.expectAsked(t, cmdlet, 2)
		})
	}
}

func TestRemovalThatNeverArrivesIsGivenUp(t *testing.T) {
	t.Parallel()
	forEachRemoval(t, func(t *testing.T, w *world, cmdlet string, remove func() error) {
		w.fates = always(cmdlet, broken)
		if err := remove(); err == nil {
			t.Error("the object counts as removed")
		}
		w.expectAsked(t, cmdlet, 3)
		w.fates = nil
		if err := remove(); err != nil {
			t.Error(err)
		}
	})
}

func TestInterruptedRemovalThatWasDoneIsDone(t *testing.T) {
	t.Parallel()
	forEachRemoval(t, func(t *testing.T, w *world, cmdlet string, remove func() error) {
		w.fates = nth(cmdlet, 1, hanging)
		if err := remove(); err != nil {
			t.Error(err)
		}
	})
}

func TestObjectThatTookTheNameOfARemovedOneStays(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		k := kinds["management scope"]
		id, err := k.create(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		w.fates = func(cmdlet string, _ int) fate {
			if cmdlet != "Remove-ManagementScope" {
				return answered
			}
			// The removal is done, nobody hears of it, and somebody else takes the name.
			if err := w.RemoveManagementScope(administrator, id); err != nil {
				t.Error(err)
			}
			if err := k.another(w); err != nil {
				t.Error(err)
			}
			return broken
		}
		if err := w.DeleteManagementScope(within(t, 5*time.Minute), id, "Invoices"); err != nil {
			t.Error(err)
		}
		w.expectAsked(t, "Remove-ManagementScope", 1)
		if _, err := w.ManagementScope(t.Context(), "Invoices"); err != nil {
			t.Errorf("the other scope: %v", err)
		}
	})
}

func TestScopeIsRemovedThoughAListStillShowsTheAssignmentThatUsedIt(t *testing.T) {
	t.Parallel()
	behavior := tenant.Behavior{ScopeInUseLag: tenant.Lag{For: time.Minute}, StaleReads: tenant.StaleReads{Every: 1, For: 40 * time.Second}}
	inTenant(t, behavior, func(t *testing.T, w *world) {
		scope, err := w.CreateManagementScope(t.Context(), exchange.NewManagementScope{Name: "Support", RecipientFilter: "Alias -eq 'support'"})
		if err != nil {
			t.Fatal(err)
		}
		assignment, err := w.CreateRoleAssignment(t.Context(), exchange.NewRoleAssignment{
			Name: "Scanner reads", Role: "Application Mail.Read", Assignee: exchange.Assignee{Kind: exchange.App, Identity: scannerID},
			Scope: exchange.Scope{Kind: exchange.CustomResourceScope, Value: scope.Name},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.DeleteRoleAssignment(t.Context(), assignment.GUID, assignment.Name); err != nil {
			t.Fatal(err)
		}
		if err := w.DeleteManagementScope(within(t, 10*time.Minute), scope.GUID, scope.Name); err != nil {
			t.Error(err)
		}
	})
}
