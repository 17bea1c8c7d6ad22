// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package roleassignment_test

import (
	"strings"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// reads lets the scanner read the mail of a scope.
func reads(scope any, enabled bool) core.Config {
	return core.Config{{Address: address, Attributes: core.Attributes{
		"role": mailRead, "app": scanner, "custom_resource_scope": scope, "enabled": enabled,
	}}}
}

const payrollScope, berlinScope = "Payroll mailboxes", "Berlin recipients"

func TestAssignmentWhoseCreationWasNotAnsweredIsTakenIntoState(t *testing.T) {
	t.Parallel()
	for name, behavior := range map[string]func(*tenant.Behavior){
		"at once":   func(*tenant.Behavior) {},
		"much late": func(b *tenant.Behavior) { b.AssignmentLag.For = 100 * time.Second },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				s.TestCore(func(w *core.Workspace) {
					s.Faults().Add(fault.Rule{Cmdlet: "New-ManagementRoleAssignment", Count: 1, Fault: fault.Reset().AfterExecution()})
					w.Settle(t.Context(), reads(payrollScope, false))
				})
			}, behavior)
		})
	}
}

func TestAssignmentOfSomebodyElsesIsNotTakenIntoState(t *testing.T) {
	t.Parallel()
	acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
		s.TestCore(func(w *core.Workspace) {
			config := core.Config{{Address: address, Attributes: core.Attributes{"name": "Scanner reads", "role": mailRead, "app": scanner, "custom_resource_scope": payrollScope}}}
			s.Faults().Add(fault.Rule{Cmdlet: "New-ManagementRoleAssignment", Count: 1, Fault: fault.Reset()})
			s.Run("New-ManagementRoleAssignment", map[string]any{"Name": "Scanner reads", "Role": mailRead, "App": scanner, "CustomResourceScope": berlinScope})
			err := w.Apply(t.Context(), config)
			if err == nil || !strings.Contains(err.Error(), `id = "Scanner reads"`) {
				t.Errorf("got %v", err)
			}
			if len(w.Addresses()) > 0 {
				t.Errorf("state has %q", w.Addresses())
			}
			s.Run("Remove-ManagementRoleAssignment", map[string]any{"Identity": "Scanner reads"})
		})
	})
}

func TestAssignmentThatCouldNotBeDisabledIsInStateAsItIsAndReplaced(t *testing.T) {
	t.Parallel()
	acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
		s.TestCore(func(w *core.Workspace) {
			config := reads(payrollScope, false)
			id := s.Faults().Add(fault.Rule{Cmdlet: "Set-ManagementRoleAssignment", Fault: fault.Forbidden()})
			if err := w.Apply(t.Context(), config); err == nil {
				t.Error("the apply succeeded")
			}
			if !w.Tainted(address) || w.State(address)["enabled"] != true {
				t.Errorf("state has %v", w.State(address))
			}
			s.Faults().Remove(id)
			w.ExpectApply(t.Context(), config, map[string]core.Action{address: core.DeleteThenCreate})
		})
	})
}

func TestAssignmentThatWasDisabledWithoutAnAnswerIsFinished(t *testing.T) {
	t.Parallel()
	acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
		s.TestCore(func(w *core.Workspace) {
			config := reads(payrollScope, false)
			id := s.Faults().Add(fault.Rule{Cmdlet: "Set-ManagementRoleAssignment", Fault: fault.Reset().AfterExecution()})
			if err := w.Apply(t.Context(), config); err != nil {
				t.Errorf("got %v", err)
			}
			if len(w.Warnings()) == 0 {
				t.Error("there is no word of it")
			}
			s.Faults().Remove(id)
			w.ExpectNoChanges(t.Context(), config)
		})
	})
}

func TestStateHasWhatAFailedUpdateDid(t *testing.T) {
	t.Parallel()
	acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
		s.TestCore(func(w *core.Workspace) {
			w.Settle(t.Context(), reads(payrollScope, true))
			id := s.Faults().Add(fault.Rule{Cmdlet: "Set-ManagementRoleAssignment", Fault: fault.Reset().AfterExecution()})
			changed := reads(berlinScope, false)
			if err := w.Apply(t.Context(), changed); err == nil {
				t.Error("the update succeeded without an answer")
			}
			s.Faults().Remove(id)
			w.ExpectNoChanges(t.Context(), changed)
		})
	})
}

func TestErrorOfATakenNameTellsHowToReplaceTheResourcesOwnAssignment(t *testing.T) {
	t.Parallel()
	acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
		s.TestCore(func(w *core.Workspace) {
			config := core.Config{{Address: address, CreateBeforeDestroy: true, Attributes: core.Attributes{
				"name": "Scanner reads", "role": mailRead, "app": scanner, "custom_resource_scope": payrollScope,
			}}}
			w.Settle(t.Context(), config)
			w.Taint(address)
			const want = "\n\nIf it is this resource's own assignment that is being replaced, that has to be removed first: take create_before_destroy out for this one change, " +
				"or give the new assignment another name. If it belongs to a resource whose address has changed, as where a for_each key was renamed, add a moved block " +
				"from the old address to the new one, or apply once more.\n\nTo manage the object that is there, import it"
			if err := w.Apply(t.Context(), config); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v", err)
			}
			config[0].CreateBeforeDestroy = false
			w.ExpectApply(t.Context(), config, map[string]core.Action{address: core.DeleteThenCreate})
		})
	})
}

// Everything that an assignment refers to is new to the servers, too.
func TestAssignmentLivesThroughServersThatLag(t *testing.T) {
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
					scope := core.Block{Address: "exchange_management_scope.test", Attributes: core.Attributes{"name": "Support", "recipient_filter": "Alias -eq 'support'"}}
					for _, config := range []core.Config{
						append(core.Config{scope}, reads(core.Reference("exchange_management_scope.test.name"), false)...),
						append(core.Config{scope}, reads(berlinScope, true)...),
					} {
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
