// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange_test

import (
	"fmt"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

func TestPoliciesAreListedOnceForAllThatAreCreated(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		app := func(i int) string { return fmt.Sprintf("22222222-2222-2222-2222-%012d", i) }
		taken := func(i int) int {
			policies, err := w.ApplicationAccessPoliciesOf(t.Context(), app(i), "Finance Team")
			if err != nil {
				t.Fatal(err)
			}
			return len(policies)
		}
		create := func(i int) (exchange.ApplicationAccessPolicy, error) {
			return w.CreateApplicationAccessPolicy(t.Context(), exchange.NewApplicationAccessPolicy{
				AppID: app(i), PolicyScopeID: "Finance Team", AccessRight: exchange.RestrictAccess,
			})
		}
		var last exchange.ApplicationAccessPolicy
		for i := range 20 {
			if got := taken(i); got != 0 {
				t.Fatalf("the application %d has %d policies", i, got)
			}
			var err error
			if last, err = create(i); err != nil {
				t.Fatal(err)
			}
			if got := taken(i); got != 1 {
				t.Errorf("the application %d has %d policies once one was created", i, got)
			}
		}
		w.expectAsked(t, "Get-ApplicationAccessPolicy", 1)

		// What became of a creation that failed is seen anew, and so is what there is after a removal.
		w.fates = nth("New-ApplicationAccessPolicy", 21, forbidden)
		if _, err := create(20); err == nil {
			t.Error("a creation that was refused succeeded")
		}
		if got := taken(20); got != 0 {
			t.Errorf("there are %d policies of one that was refused", got)
		}
		w.expectAsked(t, "Get-ApplicationAccessPolicy", 2)
		if err := w.DeleteApplicationAccessPolicy(t.Context(), last); err != nil {
			t.Fatal(err)
		}
		if got := taken(19); got != 0 {
			t.Errorf("there are %d policies of an application whose policy was removed", got)
		}
		w.expectAsked(t, "Get-ApplicationAccessPolicy", 3)
	})
}
