// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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
	"Remove-ServicePrincipal": {"service principal", func(ctx context.Context, w *world, id string) error {
		return w.DeleteServicePrincipal(ctx, exchange.ServicePrincipal{AppID: freeAppID, ObjectID: freeObjectID, GUID: id})
	}},
	"Remove-ManagementScope": {"management scope", func(ctx context.Context, w *world, id string) error {
		return w.DeleteManagementScope(ctx, id, "Invoices")
	}},
	"Remove-ManagementRoleAssignment": {"role assignment", func(ctx context.Context, w *world, id string) error {
		return w.DeleteRoleAssignment(ctx, id, "Scanner reads")
	}},
	"Remove-ApplicationAccessPolicy": {"application access policy", func(ctx context.Context, w *world, id string) error {
		return w.DeleteApplicationAccessPolicy(ctx, exchange.ApplicationAccessPolicy{Identity: id})
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

// useScope creates a scope, and an assignment that uses it.
func useScope(t *testing.T, w *world) (exchange.ManagementScope, exchange.RoleAssignment) {
	t.Helper()
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
	return scope, assignment
}

func TestScopeIsRemovedThoughAListStillShowsTheAssignmentThatUsedIt(t *testing.T) {
	t.Parallel()
	behavior := tenant.Behavior{ScopeInUseLag: tenant.Lag{For: time.Minute}, StaleReads: tenant.StaleReads{Every: 1, For: 40 * time.Second}}
	inTenant(t, behavior, func(t *testing.T, w *world) {
		scope, assignment := useScope(t, w)
		if err := w.DeleteRoleAssignment(t.Context(), assignment.GUID, assignment.Name); err != nil {
			t.Fatal(err)
		}
		if err := w.DeleteManagementScope(within(t, 10*time.Minute), scope.GUID, scope.Name); err != nil {
			t.Error(err)
		}
	})
}

// named are the kinds of object that are documented to be removed by their names.
var named = map[string]struct {
	cmdlet, get string
	name        string
	remove      func(ctx context.Context, w *world, id, name string) error
	// elsewhere removes an object as somebody else.
	elsewhere func(w *world, id string) error
}{
	"management scope": {
		cmdlet: "Remove-ManagementScope", get: "Get-ManagementScope", name: "Invoices",
		remove: func(ctx context.Context, w *world, id, name string) error {
			return w.DeleteManagementScope(ctx, id, name)
		},
		elsewhere: func(w *world, id string) error { return w.RemoveManagementScope(administrator, id) },
	},
	"role assignment": {
		cmdlet: "Remove-ManagementRoleAssignment", get: "Get-ManagementRoleAssignment", name: "Scanner reads",
		remove: func(ctx context.Context, w *world, id, name string) error {
			return w.DeleteRoleAssignment(ctx, id, name)
		},
		elsewhere: func(w *world, id string) error { return w.RemoveManagementRoleAssignment(administrator, id) },
	},
}

// noGUIDs is a tenant that finds scopes and assignments by their names only.
var noGUIDs = tenant.Behavior{GUIDIdentity: tenant.ValueRefused}

func TestRemovalGoesByNameWhereExchangeTakesNoGUID(t *testing.T) {
	t.Parallel()
	for kind, n := range named {
		for name, refused := range map[string]struct {
			behavior tenant.Behavior
			first    fate
		}{
			"not found":              {noGUIDs, answered},
			"not understood":         {tenant.Behavior{}, unreadable},
			"refused in other words": {tenant.Behavior{}, oddlyRefused},
		} {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				inTenant(t, refused.behavior, func(t *testing.T, w *world) {
					k := kinds[kind]
					before := len(k.ids(w))
					w.fates = nth(n.cmdlet, 1, refused.first)
					// The first finds it out, and the second knows.
					for i, want := range []struct{ removals, looks int }{{2, 1}, {3, 2}} {
						id, err := k.create(t.Context(), w)
						if err != nil {
							t.Fatal(err)
						}
						if err := n.remove(within(t, time.Minute), w, id, n.name); err != nil {
							t.Error(err)
						}
						if left := len(k.ids(w)) - before; left != 0 {
							t.Errorf("%d objects are left of removal %d", left, i+1)
						}
						w.expectAsked(t, n.cmdlet, want.removals)
						w.expectAsked(t, n.get, want.looks)
					}
				})
			})
		}
	}
}

func TestPointerIsRemovedByItsObjectIDWhereItsGUIDIsRefused(t *testing.T) {
	t.Parallel()
	for _, is := range []fate{unreadable, oddlyRefused} {
		inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
			k := kinds["service principal"]
			id, err := k.create(t.Context(), w)
			if err != nil {
				t.Fatal(err)
			}
			w.fates = nth("Remove-ServicePrincipal", 1, is)
			pointer := exchange.ServicePrincipal{AppID: freeAppID, ObjectID: freeObjectID, GUID: id}
			if err := w.DeleteServicePrincipal(within(t, time.Minute), pointer); err != nil {
				t.Error(err)
			}
			if left := k.ids(w); slices.Contains(left, id) {
				t.Error("it is left")
			}
			w.expectAsked(t, "Remove-ServicePrincipal", 2)
		})
	}
}

func TestRemovalByNameLeavesWhatTookTheName(t *testing.T) {
	t.Parallel()
	for kind, n := range named {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
				k := kinds[kind]
				id, err := k.create(t.Context(), w)
				if err != nil {
					t.Fatal(err)
				}
				if err := n.elsewhere(w, id); err != nil {
					t.Fatal(err)
				}
				if err := k.another(w); err != nil {
					t.Fatal(err)
				}
				w.SetBehavior(noGUIDs)
				before := len(k.ids(w))
				// Once it is known that no GUID is taken, and once it is not.
				for range 2 {
					if err := n.remove(within(t, 5*time.Minute), w, id, n.name); err != nil {
						t.Error(err)
					}
				}
				if left := len(k.ids(w)); left != before {
					t.Errorf("of %d objects, %d are left", before, left)
				}
			})
		})
	}
}

func TestRemovalByNameWhoseAnswerIsLostIsLookedInto(t *testing.T) {
	t.Parallel()
	for kind, n := range named {
		for name, test := range map[string]struct {
			is   fate
			want int
		}{"done": {lost, 2}, "not done": {broken, 3}, "not done, and a server lags": {missing, 3}} {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				inTenant(t, noGUIDs, func(t *testing.T, w *world) {
					k := kinds[kind]
					before := len(k.ids(w))
					id, err := k.create(t.Context(), w)
					if err != nil {
						t.Fatal(err)
					}
					w.fates = nth(n.cmdlet, 2, test.is)
					if err := n.remove(within(t, 5*time.Minute), w, id, n.name); err != nil {
						t.Error(err)
					}
					w.expectAsked(t, n.cmdlet, test.want)
					if left := len(k.ids(w)) - before; left != 0 {
						t.Errorf("%d objects are left", left)
					}
				})
			})
		}
	}
}

func TestObjectThatDoesNotShowYetIsRemovedThoughAServerDoesNotFindIt(t *testing.T) {
	t.Parallel()
	forEachRemoval(t, func(t *testing.T, w *world, cmdlet string, remove func() error) {
		until := time.Now().Add(time.Minute)
		w.fates = func(asked string, count int) fate {
			if time.Now().Before(until) && (asked == cmdlet && count == 1 || strings.HasPrefix(asked, "Get-")) {
				return missing
			}
			return answered
		}
		if err := remove(); err != nil {
			t.Error(err)
		}
		w.expectAsked(t, cmdlet, 2)
	})
}

func TestScopeInUseIsNotRemovedAndItsAssignmentsAreNamed(t *testing.T) {
	t.Parallel()
	for name, behavior := range map[string]tenant.Behavior{"by GUID": {}, "by name": noGUIDs} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTenant(t, behavior, func(t *testing.T, w *world) {
				scope, _ := useScope(t, w)
				// Renamed since it was last read.
				renamed := "Support mailboxes"
				changeScope(t, w, scope.Name, tenant.ManagementScopeChange{Name: &renamed})
				err := w.DeleteManagementScope(within(t, 10*time.Minute), scope.GUID, scope.Name)
				if err == nil || !strings.Contains(err.Error(), "). These role assignments use it: 'Scanner reads'") {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

// The refusal may last for a while, in which the scope can be renamed and another one take its name.
func TestScopeThatTookTheNameOfOneWhoseRemovalIsRefusedStays(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{ScopeInUseLag: tenant.Lag{For: time.Minute}}, func(t *testing.T, w *world) {
		scope, assignment := useScope(t, w)
		if err := w.DeleteRoleAssignment(t.Context(), assignment.GUID, assignment.Name); err != nil {
			t.Fatal(err)
		}
		removed := make(chan error, 1)
		go func() { removed <- w.DeleteManagementScope(within(t, 10*time.Minute), scope.GUID, scope.Name) }()
		<-time.After(20 * time.Second)
		renamed := "Support of old"
		changeScope(t, w, scope.GUID, tenant.ManagementScopeChange{Name: &renamed})
		other, err := w.NewManagementScope(administrator, tenant.ManagementScopeSpec{Name: scope.Name, RecipientFilter: "Alias -eq 'other'"})
		if err != nil {
			t.Fatal(err)
		}
		if err := <-removed; err != nil {
			t.Error(err)
		}
		if left, err := w.ManagementScope(t.Context(), other.Name); err != nil || left.GUID != other.GUID {
			t.Errorf("the other scope: %+v, %v", left, err)
		}
		if left, err := w.ManagementScope(t.Context(), renamed); !exchange.IsNotFound(err) {
			t.Errorf("the scope is left: %+v, %v", left, err)
		}
	})
}

func TestPointerThatWasMadeAnewWhileARemovalWasNotAnsweredStays(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		k := kinds["service principal"]
		id, err := k.create(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		w.fates = func(cmdlet string, _ int) fate {
			if cmdlet != "Remove-ServicePrincipal" {
				return answered
			}
			if err := errors.Join(w.RemoveServicePrincipal(freeObjectID), k.another(w)); err != nil {
				t.Error(err)
			}
			return broken
		}
		pointer := exchange.ServicePrincipal{AppID: freeAppID, ObjectID: freeObjectID, GUID: id}
		if err := w.DeleteServicePrincipal(within(t, 5*time.Minute), pointer); err != nil {
			t.Error(err)
		}
		w.expectAsked(t, "Remove-ServicePrincipal", 1)
		if left, err := w.ServicePrincipal(t.Context(), freeObjectID); err != nil || left.GUID == id {
			t.Errorf("the new pointer: %+v, %v", left, err)
		}
	})
}

func TestPointerThatIsCalledByTheObjectIdOfOneThatIsGoneStays(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		var apps []tenant.EnterpriseApplication
		for i := range 2 {
			app := tenant.EnterpriseApplication{
				ObjectID: fmt.Sprintf("00000000-0000-4000-8000-%012d", i), AppID: fmt.Sprintf("00000000-0000-4000-9000-%012d", i),
			}
			if err := w.AddEnterpriseApplication(app); err != nil {
				t.Fatal(err)
			}
			apps = append(apps, app)
		}
		gone, err := w.CreateServicePrincipal(t.Context(), exchange.NewServicePrincipal{AppID: apps[0].AppID, ObjectID: apps[0].ObjectID})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.RemoveServicePrincipal(gone.ObjectID); err != nil {
			t.Fatal(err)
		}
		other, err := w.NewServicePrincipal(elsewhere, tenant.ServicePrincipalSpec{AppID: apps[1].AppID, ObjectID: apps[1].ObjectID, DisplayName: gone.ObjectID})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.DeleteServicePrincipal(within(t, time.Hour), gone); err != nil {
			t.Fatal(err)
		}
		if left, err := w.GetServicePrincipal(other.ObjectID); err != nil || len(left) != 1 {
			t.Errorf("the other one is %v (%v)", left, err)
		}
	})
}
