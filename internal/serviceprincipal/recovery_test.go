// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package serviceprincipal_test

import (
	"strings"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// registered registers the tenant's first application.
func registered(further ...any) core.Config {
	attributes := core.Attributes{"app_id": appID, "object_id": objectID}
	for i := 0; i+1 < len(further); i += 2 {
		attributes[further[i].(string)] = further[i+1] //nolint:forcetypeassert // The tests below name attributes by strings.
	}
	return core.Config{{Address: address, Attributes: attributes}}
}

func TestPointerWhoseCreationWasNotAnsweredIsTakenIntoState(t *testing.T) {
	t.Parallel()
	acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
		s.TestCore(func(w *core.Workspace) {
			s.Faults().Add(fault.Rule{Cmdlet: "New-ServicePrincipal", Count: 1, Fault: fault.Reset().AfterExecution()})
			w.Settle(t.Context(), registered("display_name", "Invoice Reader"))
			if sent := s.Requests().Count("New-ServicePrincipal"); sent != 1 {
				t.Errorf("it was created %d times", sent)
			}
		})
	})
}

func TestStateHasTheNameThatAFailedUpdateGave(t *testing.T) {
	t.Parallel()
	acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
		s.TestCore(func(w *core.Workspace) {
			w.Settle(t.Context(), registered("display_name", "Invoice Reader"))
			id := s.Faults().Add(fault.Rule{Cmdlet: "Set-ServicePrincipal", Fault: fault.Reset().AfterExecution()})
			renamed := registered("display_name", "Bills")
			if err := w.Apply(t.Context(), renamed); err == nil {
				t.Error("the update succeeded without an answer")
			}
			s.Faults().Remove(id)
			w.ExpectNoChanges(t.Context(), renamed)
		})
	})
}

func TestExistingPointerIsAdoptedThoughAServerDidNotHaveIt(t *testing.T) {
	t.Parallel()
	acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
		s.TestCore(func(w *core.Workspace) {
			s.Run("New-ServicePrincipal", map[string]any{"AppId": appID, "ObjectId": objectID})
			config := registered("use_existing", true)
			plan := w.ExpectPlan(t.Context(), config, map[string]core.Action{address: core.Create})
			s.Faults().Add(fault.Rule{Cmdlet: "Get-ServicePrincipal", Count: 1, Fault: fault.NotFound(objectID)})
			if err := w.ApplyPlan(t.Context(), plan); err != nil {
				t.Error(err)
			}
			w.ExpectNoChanges(t.Context(), config)
			if err := w.Destroy(t.Context()); err != nil {
				t.Error(err)
			}
			s.Run("Remove-ServicePrincipal", map[string]any{"Identity": objectID})
		})
	})
}

func TestPointerLivesThroughServersThatLag(t *testing.T) {
	t.Parallel()
	for name, stale := range map[string]tenant.StaleReads{
		"every read":       {Every: 1, For: 40 * time.Second},
		"every other read": {Every: 2, For: 50 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				s.TestCore(func(w *core.Workspace) {
					for _, config := range []core.Config{registered("display_name", "Invoice Reader"), registered()} {
						if err := w.Apply(t.Context(), config); err != nil {
							t.Fatal(err)
						}
						// The next run begins when the servers agree: what it reads, it has to believe.
						<-time.After(time.Minute)
						w.ExpectNoChanges(t.Context(), config)
					}
				})
			}, func(b *tenant.Behavior) { b.StaleReads = stale })
		})
	}
}

func TestErrorOfARegisteredApplicationTellsHowToReplaceTheResourcesOwnPointer(t *testing.T) {
	t.Parallel()
	acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
		s.TestCore(func(w *core.Workspace) {
			config := registered()
			config[0].CreateBeforeDestroy = true
			w.Settle(t.Context(), config)
			w.Taint(address)
			const want = "\n\nIf it is this resource's own service principal that is being replaced, that has to be removed first: take create_before_destroy out for this one change. " +
				"If it belongs to a resource whose address has changed, as where a for_each key was renamed, add a moved block from the old address to the new one, or apply once more.\n\n" +
				"Set use_existing = true to adopt it and to leave it in place on destroy.\n\nTo manage the object that is there, import it"
			if err := w.Apply(t.Context(), config); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v", err)
			}
			config[0].CreateBeforeDestroy = false
			w.ExpectApply(t.Context(), config, map[string]core.Action{address: core.DeleteThenCreate})
		})
	})
}
