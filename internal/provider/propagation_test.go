// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

func TestWhateverRoleIsOnItsWayIsWaitedForWhereThatIsAsked(t *testing.T) {
	t.Parallel()
	config := core.Config{{Address: "exchange_management_scope.test", Attributes: core.Attributes{
		"name": "Invoices", "recipient_filter": "Alias -eq 'invoices'",
	}}}
	for name, test := range map[string]struct {
		limit   string
		applies bool
	}{
		"no wait":           {"", false},
		"no wait, in words": {"0s", false},
		"a wait":            {"30m", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				w := core.New(t, s.Providers("EXCHANGE_ROLE_PROPAGATION_TIMEOUT", test.limit)["exchange"])
				if err := w.Apply(t.Context(), config); (err == nil) != test.applies {
					t.Errorf("the apply ended in %v", err)
				}
				if err := w.Destroy(t.Context()); test.applies && err != nil {
					t.Error(err)
				}
			}, func(b *tenant.Behavior) { b.RoleNotPropagated = 6 })
		})
	}
}
