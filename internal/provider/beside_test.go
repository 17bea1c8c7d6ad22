// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
)

// beside is what somebody else does to the objects of manyOf while a plan reads them, and what the plan may make of it:
// nothing, where it had read the object before.
var beside = map[string]struct {
	change  func(s *acctest.Sandbox)
	address string
	becomes core.Action
}{
	"a scope is removed": {
		func(s *acctest.Sandbox) { s.Run("Remove-ManagementScope", map[string]any{"Identity": "Scope 03"}) },
		"exchange_management_scope.test3", core.Create,
	},
	"a scope is renamed": {
		func(s *acctest.Sandbox) {
			s.Run("Set-ManagementScope", map[string]any{"Identity": "Scope 03", "Name": "Renamed"})
		},
		"exchange_management_scope.test3", core.Update,
	},
	"a scope gets another filter": {
		func(s *acctest.Sandbox) {
			s.Run("Set-ManagementScope", map[string]any{"Identity": "Scope 03", "RecipientRestrictionFilter": "Alias -eq 'other'"})
		},
		"exchange_management_scope.test3", core.Update,
	},
	"a permission is taken": {
		func(s *acctest.Sandbox) {
			s.Run("Remove-MailboxPermission", map[string]any{"Identity": "mailbox-000@contoso.com", "User": "person-3@contoso.com", "AccessRights": []string{"FullAccess"}})
		},
		"exchange_mailbox_permission.test3", core.Create,
	},
	"a permission gets another right": {
		func(s *acctest.Sandbox) {
			s.Run("Add-MailboxPermission", map[string]any{"Identity": "mailbox-000@contoso.com", "User": "person-3@contoso.com", "AccessRights": []string{"ReadPermission"}})
		},
		"exchange_mailbox_permission.test3", core.Update,
	},
}

// manyOf is a configuration of scopes and permissions that is applied.
func manyOf(t *testing.T, s *acctest.Sandbox) (*core.Workspace, core.Config) {
	t.Helper()
	config, imports := permissions(t, s, 3)
	for i := range 8 {
		config = append(config, core.Block{Address: fmt.Sprintf("exchange_management_scope.test%d", i), Attributes: core.Attributes{
			"name": fmt.Sprintf("Scope %02d", i), "recipient_filter": fmt.Sprintf("Alias -eq 'alias%d'", i),
		}})
	}
	w := core.New(t, s.Providers()["exchange"])
	w.Settle(t.Context(), config, imports...)
	return w, config
}

// expectOnly fails the test where a plan changes another object than what somebody else changed, or in another way.
func expectOnly(t *testing.T, plan *core.Plan, address string, becomes core.Action) {
	t.Helper()
	for changed, action := range plan.Changes() {
		if changed != address || action != becomes {
			t.Errorf("the plan is to %s %s", action, changed)
		}
	}
}

func TestWhateverChangesWhileAPlanReadsIsSeenOrLeft(t *testing.T) {
	t.Parallel()
	for name, elsewhere := range beside {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// A plan reads all of it with a few requests.
			for request := 1; request <= 4; request++ {
				s := acctest.Start(t)
				w, config := manyOf(t, s)
				s.Faults().After(fault.Exchange, request, func() { elsewhere.change(s) })
				plan, err := w.Plan(t.Context(), config)
				if err != nil {
					t.Fatalf("changed behind request %d: %v", request, err)
				}
				expectOnly(t, plan, elsewhere.address, elsewhere.becomes)
				if err := w.ApplyPlan(t.Context(), plan); err != nil {
					t.Fatalf("changed behind request %d: %v", request, err)
				}
				// What was read before it was changed is seen by the next run.
				s.Faults().Clear()
				if err := w.Apply(t.Context(), config); err != nil {
					t.Fatalf("changed behind request %d: %v", request, err)
				}
				w.ExpectNoChanges(t.Context(), config)
			}
		})
	}
}

func TestWhateverChangesBetweenPlanAndApplyIsNotWrittenOver(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	w, config := manyOf(t, s)
	for i, block := range config {
		if block.Address == "exchange_management_scope.test3" {
			config[i].Attributes["recipient_filter"] = "Alias -eq 'wanted'"
		}
	}
	plan := w.ExpectPlan(t.Context(), config, map[string]core.Action{"exchange_management_scope.test3": core.Update})
	// The scope goes, and another one takes its name.
	s.Run("Remove-ManagementScope", map[string]any{"Identity": "Scope 03"})
	s.Run("New-ManagementScope", map[string]any{"Name": "Scope 03", "RecipientRestrictionFilter": "Alias -eq 'taker'"})
	if err := w.ApplyPlan(t.Context(), plan); err == nil {
		t.Error("a scope that is gone was changed")
	}
	for _, scope := range s.Tenant().ManagementScopes() {
		if scope.Name == "Scope 03" && scope.RecipientFilter != "Alias -eq 'taker'" {
			t.Errorf("the scope that took the name now selects %s", scope.RecipientFilter)
		}
	}
}

// What is applied is the plan: all of the object, whatever became of the parts that the plan found as they should be.
func TestWhateverElseChangesOfAScopeBetweenPlanAndApplyIsSetRight(t *testing.T) {
	t.Parallel()
	for name, elsewhere := range map[string]map[string]any{
		"renamed":        {"Name": "Renamed"},
		"another filter": {"RecipientRestrictionFilter": "Alias -eq 'other'"},
	} {
		for attribute, value := range map[string]string{"name": "Wanted", "recipient_filter": "Alias -eq 'wanted'"} {
			t.Run(name+" while another "+attribute+" is planned", func(t *testing.T) {
				t.Parallel()
				const address = "exchange_management_scope.test"
				s := acctest.Start(t)
				w := core.New(t, s.Providers()["exchange"])
				attributes := core.Attributes{"name": "Planned", "recipient_filter": "Alias -eq 'planned'"}
				config := core.Config{{Address: address, Attributes: attributes}}
				w.Settle(t.Context(), config)

				attributes[attribute] = value
				plan := w.ExpectPlan(t.Context(), config, map[string]core.Action{address: core.Update})
				parameters := maps.Clone(elsewhere)
				parameters["Identity"] = "Planned"
				s.Run("Set-ManagementScope", parameters)
				if err := w.ApplyPlan(t.Context(), plan); err != nil {
					t.Fatal(err)
				}
				w.ExpectNoChanges(t.Context(), config)
			})
		}
	}
}
