// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package managementscope_test

import (
	"strings"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

func named(name, filter string) core.Config {
	return core.Config{{Address: address, Attributes: core.Attributes{"name": name, "recipient_filter": filter}}}
}

func TestScopeWhoseCreationWasNotAnsweredIsTakenIntoState(t *testing.T) {
	t.Parallel()
	acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
		s.TestCore(func(w *core.Workspace) {
			s.Faults().Add(fault.Rule{Cmdlet: "New-ManagementScope", Count: 1, Fault: fault.Reset().AfterExecution()})
			w.Settle(t.Context(), named("Invoices", finance))
			if sent := s.Requests().Count("New-ManagementScope"); sent != 1 {
				t.Errorf("it was created %d times", sent)
			}
		})
	})
}

func TestScopeOfSomebodyElsesIsNotTakenIntoState(t *testing.T) {
	t.Parallel()
	acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
		s.TestCore(func(w *core.Workspace) {
			s.Faults().Add(fault.Rule{Cmdlet: "New-ManagementScope", Count: 1, Fault: fault.Reset()})
			s.Run("New-ManagementScope", map[string]any{"Name": "Invoices", "RecipientRestrictionFilter": "Alias -eq 'invoices'"})
			err := w.Apply(t.Context(), named("Invoices", finance))
			if err == nil || !strings.Contains(err.Error(), `id = "Invoices"`) {
				t.Errorf("got %v", err)
			}
			if len(w.Addresses()) > 0 {
				t.Errorf("state has %q", w.Addresses())
			}
			s.Run("Remove-ManagementScope", map[string]any{"Identity": "Invoices"})
		})
	})
}

func TestStateHasWhatAFailedUpdateDid(t *testing.T) {
	t.Parallel()
	acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
		s.TestCore(func(w *core.Workspace) {
			w.Settle(t.Context(), named("Invoices", finance))
			id := s.Faults().Add(fault.Rule{Cmdlet: "Set-ManagementScope", Fault: fault.Reset().AfterExecution()})
			changed := named("Bills", "Office -eq 'Berlin'")
			if err := w.Apply(t.Context(), changed); err == nil {
				t.Error("the update succeeded without an answer")
			}
			s.Faults().Remove(id)
			w.ExpectNoChanges(t.Context(), changed)
		})
	})
}

func TestStateStaysWhereAFailedUpdateDidNothing(t *testing.T) {
	t.Parallel()
	acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
		s.TestCore(func(w *core.Workspace) {
			before := named("Invoices", finance)
			w.Settle(t.Context(), before)
			id := s.Faults().Add(fault.Rule{Cmdlet: "Set-ManagementScope", Fault: fault.Reset()})
			changed := named("Bills", "Office -eq 'Berlin'")
			if err := w.Apply(t.Context(), changed); err == nil {
				t.Error("the update succeeded without an answer")
			}
			s.Faults().Remove(id)
			w.ExpectNoChanges(t.Context(), before)
			w.ExpectApply(t.Context(), changed, map[string]core.Action{address: core.Update})
		})
	})
}

func TestScopeLivesThroughServersThatLag(t *testing.T) {
	t.Parallel()
	for name, stale := range map[string]tenant.StaleReads{
		"every read":       {Every: 1, For: 40 * time.Second},
		"every other read": {Every: 2, For: 50 * time.Second},
		"some reads":       {Every: 3, For: 50 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				s.TestCore(func(w *core.Workspace) {
					for _, config := range []core.Config{named("Invoices", finance), named("Bills", "Office -eq 'Berlin'")} {
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

// A server that does not have the scope yet is no reason to forget it, however many runs later.
func TestScopeStaysInStateWhileSomeServersDoNotHaveIt(t *testing.T) {
	t.Parallel()
	for name, stale := range map[string]tenant.StaleReads{
		"every other read": {Every: 2, For: time.Hour},
		"some reads":       {Every: 3, For: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				s.TestCore(func(w *core.Workspace) {
					config := named("Invoices", finance)
					for range 5 {
						w.Settle(t.Context(), config)
					}
				})
			}, func(b *tenant.Behavior) { b.StaleReads = stale })
		})
	}
}

func TestErrorOfATakenNameTellsHowToReplaceTheResourcesOwnScope(t *testing.T) {
	t.Parallel()
	acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
		s.TestCore(func(w *core.Workspace) {
			config := named("Invoices", finance)
			config[0].CreateBeforeDestroy = true
			w.Settle(t.Context(), config)
			w.Taint(address)
			const want = "\n\nIf it is this resource's own scope that is being replaced, that has to be removed first: take create_before_destroy out for this one change, " +
				"or give the new scope another name. If it belongs to a resource whose address has changed, as where a for_each key was renamed, add a moved block " +
				"from the old address to the new one, or apply once more.\n\nTo manage the object that is there, import it"
			if err := w.Apply(t.Context(), config); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v", err)
			}
			config[0].CreateBeforeDestroy = false
			w.ExpectApply(t.Context(), config, map[string]core.Action{address: core.DeleteThenCreate})
		})
	})
}
