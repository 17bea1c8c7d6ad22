// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// An enterprise application of the tenant's that has no pointer yet.
const (
	freeAppID    = tenant.AutomationAppID
	freeObjectID = tenant.AutomationObjectID
	scannerID    = "33333333-3333-3333-3333-0000000000bb"
	scannerAppID = "22222222-2222-2222-2222-0000000000bb"
)

// kind is a kind of object that a New cmdlet creates.
type kind struct {
	cmdlet string
	// create creates the object of the tests, and returns its id.
	create func(ctx context.Context, w *world) (string, error)
	// another has somebody else create an object with the same natural key, and no other property in common.
	another func(w *world) error
	ids     func(w *world) []string
}

var administrator = tenant.Caller{Administrator: true}

var kinds = map[string]kind{
	"service principal": {
		cmdlet: "New-ServicePrincipal",
		create: func(ctx context.Context, w *world) (string, error) {
			object, err := w.CreateServicePrincipal(ctx, exchange.NewServicePrincipal{AppID: freeAppID, ObjectID: freeObjectID, DisplayName: "Reader"})
			return object.GUID, err
		},
		another: func(w *world) error {
			_, err := w.NewServicePrincipal(administrator, tenant.ServicePrincipalSpec{AppID: freeAppID, ObjectID: freeObjectID, DisplayName: "Somebody else's"})
			return err
		},
		ids: func(w *world) []string {
			var ids []string
			for _, object := range w.Tenant.ServicePrincipals() {
				ids = append(ids, object.GUID)
			}
			return ids
		},
	},
	"management scope": {
		cmdlet: "New-ManagementScope",
		create: func(ctx context.Context, w *world) (string, error) {
			object, err := w.CreateManagementScope(ctx, exchange.NewManagementScope{Name: "Invoices", RecipientFilter: "Alias -eq 'invoices' -and Office -eq 'Berlin'"})
			return object.GUID, err
		},
		another: func(w *world) error {
			_, err := w.NewManagementScope(administrator, tenant.ManagementScopeSpec{Name: "invoices", RecipientFilter: "Alias -eq 'payroll'"})
			return err
		},
		ids: func(w *world) []string {
			var ids []string
			for _, object := range w.Tenant.ManagementScopes() {
				ids = append(ids, object.GUID)
			}
			return ids
		},
	},
	"role assignment": {
		cmdlet: "New-ManagementRoleAssignment",
		create: func(ctx context.Context, w *world) (string, error) {
			object, err := w.CreateRoleAssignment(ctx, exchange.NewRoleAssignment{
				Name: "Scanner reads", Role: "Application Mail.Read", Assignee: exchange.Assignee{Kind: exchange.App, Identity: scannerAppID},
				Scope: exchange.Scope{Kind: exchange.CustomResourceScope, Value: "payroll mailboxes"},
			})
			return object.GUID, err
		},
		another: func(w *world) error {
			_, err := w.NewManagementRoleAssignment(administrator, tenant.RoleAssignmentSpec{
				Name: "Scanner reads", Role: "Application Mail.Read", AssigneeParameter: tenant.AppParameter, Assignee: scannerID,
			})
			return err
		},
		ids: func(w *world) []string {
			var ids []string
			for _, object := range w.Tenant.RoleAssignments() {
				ids = append(ids, object.GUID)
			}
			return ids
		},
	},
	"application access policy": {
		cmdlet: "New-ApplicationAccessPolicy",
		create: func(ctx context.Context, w *world) (string, error) {
			object, err := w.CreateApplicationAccessPolicy(ctx, exchange.NewApplicationAccessPolicy{
				AppID: scannerAppID, PolicyScopeID: "Finance Team", AccessRight: exchange.RestrictAccess, Description: "Finance only",
			})
			return object.Identity, err
		},
		another: func(w *world) error {
			_, err := w.NewApplicationAccessPolicy(administrator, tenant.ApplicationAccessPolicySpec{
				AppIDs: []string{scannerAppID}, AccessRight: tenant.RestrictAccess, PolicyScopeGroupID: "Finance Team", Description: "Somebody else's",
			})
			return err
		},
		ids: func(w *world) []string {
			var ids []string
			for _, object := range w.Tenant.ApplicationAccessPolicies() {
				ids = append(ids, object.Identity)
			}
			return ids
		},
	},
}

// forEachKind runs test for every kind of object, in a tenant of its own. created says which objects have come.
func forEachKind(t *testing.T, test func(t *testing.T, w *world, k kind, created func() []string)) {
	for name, k := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
				before := map[string]bool{}
				for _, id := range k.ids(w) {
					before[id] = true
				}
				test(t, w, k, func() []string {
					var created []string
					for _, id := range k.ids(w) {
						if !before[id] {
							created = append(created, id)
						}
					}
					return created
				})
			})
		})
	}
}

// expectOne checks that there is one new object, and that it is the one with this id.
func expectOne(t *testing.T, created []string, id string) {
	t.Helper()
	if len(created) != 1 || !strings.EqualFold(created[0], id) {
		t.Errorf("the objects %q were created, and the id is %q", created, id)
	}
}

func TestObjectOfALostAnswerIsTheOneThatWasCreated(t *testing.T) {
	t.Parallel()
	for _, is := range []fate{lost, serverError} {
		forEachKind(t, func(t *testing.T, w *world, k kind, created func() []string) {
			w.fates = nth(k.cmdlet, 1, is)
			id, err := k.create(t.Context(), w)
			if err != nil {
				t.Fatal(err)
			}
			expectOne(t, created(), id)
			w.expectAsked(t, k.cmdlet, 1)
		})
	}
}

func TestCreationThatDidNothingIsSentAgain(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, w *world, k kind, created func() []string) {
		w.fates = nth(k.cmdlet, 1, broken)
		id, err := k.create(within(t, 15*time.Minute), w)
		if err != nil {
			t.Fatal(err)
		}
		expectOne(t, created(), id)
		w.expectAsked(t, k.cmdlet, 2)
	})
}

func TestCreationThatNeverArrivesIsGivenUp(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, w *world, k kind, created func() []string) {
		w.fates = always(k.cmdlet, broken)
		if _, err := k.create(t.Context(), w); err == nil || exchange.IsAlreadyExists(err) || exchange.IsNotFound(err) {
			t.Errorf("got %v", err)
		}
		w.expectAsked(t, k.cmdlet, 3)
		if len(created()) > 0 {
			t.Error("something was created")
		}
	})
}

func TestObjectThatDiffersIsSomebodyElses(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, w *world, k kind, created func() []string) {
		w.fates = nth(k.cmdlet, 1, broken)
		if err := k.another(w); err != nil {
			t.Fatal(err)
		}
		if id, err := k.create(t.Context(), w); !exchange.IsAlreadyExists(err) {
			t.Errorf("got %q, %v", id, err)
		}
		w.expectAsked(t, k.cmdlet, 1)
		if len(created()) != 1 {
			t.Errorf("the objects %q are there", created())
		}
	})
}

func TestObjectThatIsThereBeforeIsNotAdopted(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, w *world, k kind, _ func() []string) {
		if k.cmdlet == "New-ApplicationAccessPolicy" {
			t.Skip("whether Exchange refuses a second policy is not known, so callers ask before")
		}
		if _, err := k.create(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		if id, err := k.create(t.Context(), w); !exchange.IsAlreadyExists(err) {
			t.Errorf("got %q, %v", id, err)
		}
		w.expectAsked(t, k.cmdlet, 2)
	})
}

func TestObjectThatThisClientCreatedBeforeIsNotAdopted(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, w *world, k kind, created func() []string) {
		w.fates = nth(k.cmdlet, 2, broken)
		id, err := k.create(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		if id, err := k.create(t.Context(), w); !exchange.IsAlreadyExists(err) {
			t.Errorf("got %q, %v", id, err)
		}
		expectOne(t, created(), id)
	})
}

func TestObjectThatWasCreatedIsKnownAlthoughTheOperationWasInterrupted(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, w *world, k kind, created func() []string) {
		w.fates = nth(k.cmdlet, 1, hanging)
		begun := time.Now()
		id, err := k.create(within(t, time.Minute), w)
		if err != nil {
			t.Fatal(err)
		}
		expectOne(t, created(), id)
		if took := time.Since(begun); took > 65*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

func TestInterruptedCreationThatDidNothingFailsSoon(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, w *world, k kind, created func() []string) {
		w.fates = always(k.cmdlet, hangingUndone)
		begun := time.Now()
		_, err := k.create(within(t, time.Minute), w)
		if !errors.Is(err, context.DeadlineExceeded) || exchange.IsNotFound(err) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(begun); took > 70*time.Second {
			t.Errorf("it took %s", took)
		}
		if len(created()) > 0 {
			t.Error("something was created")
		}
	})
}

func TestRoleAssignmentOfALostAnswerIsFoundWhenItShowsLate(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{AssignmentLag: tenant.Lag{For: 90 * time.Second}}, func(t *testing.T, w *world) {
		k := kinds["role assignment"]
		w.fates = nth(k.cmdlet, 1, lost)
		id, err := k.create(within(t, 15*time.Minute), w)
		if err != nil {
			t.Fatal(err)
		}
		if object, err := w.RoleAssignment(t.Context(), "Scanner reads"); err != nil || object.GUID != id {
			t.Errorf("got the id %q, and the tenant has %+v, %v", id, object, err)
		}
		w.expectAsked(t, k.cmdlet, 2)
	})
}

func TestNameIsFreeAgainOnceItsObjectWasRemoved(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		k := kinds["management scope"]
		first, err := k.create(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.DeleteManagementScope(t.Context(), first, "Invoices"); err != nil {
			t.Fatal(err)
		}
		w.fates = func(cmdlet string, nth int) fate {
			if cmdlet == k.cmdlet && nth < 5 {
				return taken
			}
			return answered
		}
		second, err := k.create(t.Context(), w)
		if err != nil || second == first {
			t.Errorf("got %q, %v", second, err)
		}
	})
}

func TestRoleAssignmentWaitsForAnApplicationThatIsNotSeenYet(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{ServicePrincipalLag: tenant.Lag{For: 9 * time.Minute}}, func(t *testing.T, w *world) {
		if _, err := kinds["service principal"].create(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		object := exchange.NewRoleAssignment{
			Name: "Reader reads", Role: "Application Mail.Read", Assignee: exchange.Assignee{Kind: exchange.App, Identity: freeObjectID},
		}
		if _, err := w.CreateRoleAssignment(within(t, 15*time.Minute), object); err != nil {
			t.Error(err)
		}
		// What does not exist is not waited for.
		object.Name, object.Scope = "Reader reads more", exchange.Scope{Kind: exchange.CustomResourceScope, Value: "No such scope"}
		begun := time.Now()
		if _, err := w.CreateRoleAssignment(within(t, 15*time.Minute), object); !exchange.IsNotFound(err) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}
