// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const probe = "terraform-provider-exchange probe"

func scopeNames(w *world) []string {
	var names []string
	for _, scope := range w.Tenant.ManagementScopes() {
		names = append(names, scope.Name)
	}
	return names
}

func TestOrganizationIsCustomizedAndTakesScopesAfterwards(t *testing.T) {
	t.Parallel()
	for name, behavior := range map[string]tenant.Behavior{
		"at once":       {Dehydrated: true},
		"after an hour": {Dehydrated: true, HydrationDelay: tenant.Lag{For: time.Hour}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTenant(t, behavior, func(t *testing.T, w *world) {
				before := scopeNames(w)
				begun := time.Now()
				organization, err := w.CustomizeOrganization(within(t, 2*time.Hour))
				if err != nil || organization.Dehydrated || organization.Name != "contoso.onmicrosoft.com" {
					t.Errorf("got %+v, %v", organization, err)
				}
				if waited := time.Since(begun); waited > behavior.HydrationDelay.For+2*time.Minute {
					t.Errorf("it waited %s", waited)
				}
				if difference := cmp.Diff(before, scopeNames(w)); difference != "" {
					t.Errorf("the scopes changed:\n%s", difference)
				}
				if _, err := kinds["management scope"].create(t.Context(), w); err != nil {
					t.Error(err)
				}
				w.expectAsked(t, "Enable-OrganizationCustomization", 1)
			})
		})
	}
}

func TestOrganizationThatHasScopesIsReadOnly(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		if organization, err := w.CustomizeOrganization(t.Context()); err != nil || organization.Dehydrated {
			t.Errorf("got %+v, %v", organization, err)
		}
		if difference := cmp.Diff(map[string]int{"Get-OrganizationConfig": 1, "Get-ManagementScope": 1}, w.asked); difference != "" {
			t.Errorf("asked (-want +got):\n%s", difference)
		}
	})
}

func TestProbeOfARunThatWasKilledIsRemoved(t *testing.T) {
	t.Parallel()
	for name, dehydrated := range map[string]bool{"before the organization is asked again": false, "after that": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTenant(t, tenant.Behavior{Dehydrated: dehydrated}, func(t *testing.T, w *world) {
				before := scopeNames(w)
				leave := func() {
					_, err := w.NewManagementScope(administrator, tenant.ManagementScopeSpec{Name: probe, RecipientFilter: "Alias -eq 'probe' -and Alias -ne 'probe'"})
					if err != nil {
						t.Error(err)
					}
				}
				if !dehydrated {
					leave()
				}
				w.fates = func(cmdlet string, nth int) fate {
					if cmdlet == "New-ManagementScope" && nth == 1 {
						leave()
					}
					return answered
				}
				if _, err := w.CustomizeOrganization(within(t, time.Hour)); err != nil {
					t.Error(err)
				}
				if difference := cmp.Diff(before, scopeNames(w)); difference != "" {
					t.Errorf("the scopes changed:\n%s", difference)
				}
			})
		})
	}
}

func TestScopeThatOnlyBearsTheNameOfTheProbeStays(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		if _, err := w.NewManagementScope(administrator, tenant.ManagementScopeSpec{Name: probe, RecipientFilter: "Alias -eq 'invoices'"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.CustomizeOrganization(t.Context()); err == nil || !strings.Contains(err.Error(), "Rename or remove it") {
			t.Errorf("got %v", err)
		}
		if !slices.Contains(scopeNames(w), probe) {
			t.Error("it was removed")
		}
	})
}

func TestProbeIsRemovedThoughTheOperationIsInterrupted(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{Dehydrated: true}, func(t *testing.T, w *world) {
		w.fates = nth("New-ManagementScope", 1, hanging)
		if _, err := w.CustomizeOrganization(within(t, time.Minute)); err != nil {
			t.Error(err)
		}
		if slices.Contains(scopeNames(w), probe) {
			t.Error("it is left")
		}
	})
}
