// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// lagging has reads answered, one after another, by the last of some servers that lag behind, for a while.
func lagging(until time.Time, servers int) func(string, int) fate {
	return func(cmdlet string, nth int) fate {
		if strings.HasPrefix(cmdlet, "Get-") && time.Now().Before(until) && nth%servers == 0 {
			return missing
		}
		return answered
	}
}

// finds reads an object of the tests as one that is known to have been there.
var finds = map[string]func(ctx context.Context, w *world, id string) error{
	"service principal": func(ctx context.Context, w *world, _ string) error {
		_, err := w.FindServicePrincipal(ctx, freeObjectID)
		return err
	},
	"management scope": func(ctx context.Context, w *world, id string) error {
		_, err := w.FindManagementScope(ctx, id, "Invoices")
		return err
	},
	"role assignment": func(ctx context.Context, w *world, id string) error {
		_, err := w.FindRoleAssignment(ctx, id, "Scanner reads")
		return err
	},
	"application access policy": func(ctx context.Context, w *world, id string) error {
		_, err := w.FindApplicationAccessPolicy(ctx, id)
		return err
	},
}

func TestObjectThatWasJustCreatedIsNotAbsentWhileServersLag(t *testing.T) {
	t.Parallel()
	for name, k := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
				id, err := k.create(t.Context(), w)
				if err != nil {
					t.Fatal(err)
				}
				for _, servers := range []int{1, 2, 3} {
					w.fates = lagging(time.Now().Add(20*time.Second), servers)
					for range 4 {
						if err := finds[name](within(t, 5*time.Minute), w, id); err != nil {
							t.Errorf("with %d servers: %v", servers, err)
						}
					}
				}
			})
		})
	}
}

func TestAbsenceOfAnOldObjectIsConfirmed(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		payroll := w.Tenant.ManagementScopes()[2]
		if payroll.Name != "Payroll mailboxes" {
			t.Fatalf("the tenant's scope is %s", payroll.Name)
		}
		w.fates = func(cmdlet string, nth int) fate {
			if cmdlet == "Get-ManagementScope" && nth < 5 {
				return missing
			}
			return answered
		}
		if _, err := w.FindManagementScope(t.Context(), payroll.GUID, payroll.Name); err != nil {
			t.Errorf("a scope that two looks missed: %v", err)
		}
		w.fates = nil
		begun := time.Now()
		if _, err := w.FindManagementScope(t.Context(), "00000000-0000-0000-0000-000000000000", "Nobody"); !exchange.IsNotFound(err) {
			t.Errorf("a scope that is not there: %v", err)
		}
		if took := time.Since(begun); took > 2*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

func TestWaitThatEndsIsNotAbsence(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		k := kinds["management scope"]
		id, err := k.create(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		w.fates = always("Get-ManagementScope", missing)
		_, err = w.FindManagementScope(within(t, 30*time.Second), id, "Invoices")
		if err == nil || exchange.IsNotFound(err) {
			t.Errorf("got %v", err)
		}
		if len(w.reports) == 0 || !strings.HasPrefix(w.reports[0], "still waiting after ") {
			t.Errorf("the wait told %q", w.reports)
		}
	})
}

func TestObjectThatWasRemovedElsewhereIsAbsentAfterAWhile(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		id, err := kinds["management scope"].create(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.RemoveManagementScope(administrator, id); err != nil {
			t.Fatal(err)
		}
		if _, err := w.FindManagementScope(within(t, 5*time.Minute), id, "Invoices"); !exchange.IsNotFound(err) {
			t.Errorf("got %v", err)
		}
	})
}
