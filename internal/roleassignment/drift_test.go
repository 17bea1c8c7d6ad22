// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package roleassignment_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

func TestRoleAssignmentShowsAndMendsDrift(t *testing.T) {
	t.Parallel()
	app := attributes{"name", "Test", "role", mailRead, "app", scanner}
	user := attributes{"name", "Test", "role", "Mail Recipients", "user", "adele@contoso.com"}
	for name, test := range map[string]struct {
		config attributes
		change map[string]any
		action plancheck.ResourceActionType
		write  string
		scope  string
	}{
		"enabled": {
			append(app, "custom_resource_scope", "Payroll mailboxes"),
			map[string]any{"Enabled": false},
			plancheck.ResourceActionUpdate, "CustomRecipientScope", "Payroll mailboxes",
		},
		"management scope": {
			append(app, "custom_resource_scope", "Payroll mailboxes"),
			map[string]any{"CustomResourceScope": "Berlin recipients"},
			plancheck.ResourceActionUpdate, "CustomRecipientScope", "Payroll mailboxes",
		},
		"scope where there was none": {
			app,
			map[string]any{"RecipientGroupScope": "Finance Team"},
			plancheck.ResourceActionDestroyBeforeCreate, "Organization", "",
		},
		"another kind of scope": {
			append(app, "recipient_administrative_unit_scope", europe),
			map[string]any{"RecipientGroupScope": "Finance Team"},
			plancheck.ResourceActionDestroyBeforeCreate, "AdministrativeUnit", europe,
		},
		"relative scope": {
			append(user, "recipient_relative_write_scope", "Self"),
			map[string]any{"RecipientRelativeWriteScope": "MyGAL"},
			plancheck.ResourceActionUpdate, "Self", "",
		},
		"relative scope where there was none": {
			user,
			map[string]any{"RecipientRelativeWriteScope": "MyGAL"},
			plancheck.ResourceActionDestroyBeforeCreate, "Organization", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			test.change["Identity"] = "Test"
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{Config: config(test.config...)},
				{
					PreConfig:          s.Does("Set-ManagementRoleAssignment", test.change),
					RefreshState:       true,
					ExpectNonEmptyPlan: true,
					RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(address, test.action),
					}},
				},
				{
					Config: config(test.config...),
					Check: resource.ComposeAggregateTestCheckFunc(
						scopeIs(s, test.write, test.scope),
						resource.TestCheckResourceAttr(address, "enabled", "true"),
					),
				},
			}})
		})
	}
}

func TestRoleAssignmentMadeAnewElsewhereIsAnotherAssignment(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	// Role, assignee, name and delegating cannot change, so their drift is another assignment of the same name.
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: config("name", "Test", "role", mailRead, "app", scanner)},
		{
			PreConfig: func() {
				s.Run("Remove-ManagementRoleAssignment", map[string]any{"Identity": "Test"})
				s.Run("New-ManagementRoleAssignment", map[string]any{"Name": "Test", "Role": "Application Mail.Send", "App": payroll})
			},
			RefreshState:       true,
			ExpectNonEmptyPlan: true,
			RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
			}},
		},
		{
			PreConfig: s.Does("Remove-ManagementRoleAssignment", map[string]any{"Identity": "Test"}),
			Config:    config("name", "Test", "role", mailRead, "app", scanner),
		},
	}})
}

func TestRoleAssignmentThatVanishedIsPlannedAnew(t *testing.T) {
	t.Parallel()
	for name, vanish := range map[string]func(s *acctest.Sandbox) error{
		"removed": func(s *acctest.Sandbox) error {
			_, err := s.Sandbox.Run("Remove-ManagementRoleAssignment", map[string]any{"Identity": "Test"})
			return err
		},
		"with its application in Entra": func(s *acctest.Sandbox) error {
			return s.Tenant().DeleteEnterpriseApplication("33333333-3333-3333-3333-333333333333")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{
					Config: `
resource "exchange_service_principal" "test" {
  app_id    = "22222222-2222-2222-2222-222222222222"
  object_id = "33333333-3333-3333-3333-333333333333"
}
` + config("name", "Test", "role", mailRead, "app", "exchange_service_principal.test.object_id"),
				},
				{
					PreConfig: func() {
						if err := vanish(s); err != nil {
							t.Fatal(err)
						}
					},
					RefreshState:       true,
					ExpectNonEmptyPlan: true,
					RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
					}},
				},
			}})
		})
	}
}

func TestRoleAssignmentRemovalSparesAnotherThatTookItsName(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{
		AdditionalCLIOptions: &resource.AdditionalCLIOptions{Plan: resource.PlanOptions{NoRefresh: true}},
		CheckDestroy: s.Check(func(t *tenant.Tenant) error {
			for _, assignment := range t.RoleAssignments() {
				if assignment.Name == "Test" && assignment.RoleAssignee == payroll {
					return nil
				}
			}
			return fmt.Errorf("somebody else's assignment was removed")
		}),
		Steps: []resource.TestStep{
			{Config: config("name", "Test", "role", mailRead, "app", scanner)},
			{
				PreConfig: func() {
					s.Run("Remove-ManagementRoleAssignment", map[string]any{"Identity": "Test"})
					s.Run("New-ManagementRoleAssignment", map[string]any{"Name": "Test", "Role": "Application Mail.Send", "App": payroll})
				},
				Config: `resource "terraform_data" "nothing" {}`,
			},
		},
	})
}

func TestRoleAssignmentFollowsAUserWhoIsRenamed(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: config("name", "Test", "role", "Mail Recipients", "user", "lynne@contoso.com")},
		{
			PreConfig: s.Does("Set-Mailbox", map[string]any{"Identity": "lynne@contoso.com", "MicrosoftOnlineServicesID": "lynne.robbins@contoso.com"}),
			Config:    config("name", "Test", "role", "Mail Recipients", "user", "lynne.robbins@contoso.com"),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectEmptyPlan(),
			}},
		},
		{
			// Another user is another assignment.
			Config:           config("name", "Test", "role", "Mail Recipients", "user", "alex@contoso.com"),
			ConfigPlanChecks: action(plancheck.ResourceActionDestroyBeforeCreate),
		},
	}})
}

// Exchange may take the assignments along with the pointer of their application, so a plan has to show their replacement.
func TestRoleAssignmentIsReplacedTogetherWithItsServicePrincipal(t *testing.T) {
	t.Parallel()
	for name, inUse := range map[string]tenant.RemoveInUse{"that takes it along": tenant.RemoveCascade, "that it keeps from removal": tenant.RemoveRefuse, "that leaves it": tenant.RemoveOrphan} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				s.TestCore(func(w *core.Workspace) {
					const pointer = "exchange_service_principal.test"
					config := core.Config{
						{Address: pointer, Attributes: core.Attributes{
							"app_id": "22222222-2222-2222-2222-222222222222", "object_id": "33333333-3333-3333-3333-333333333333",
						}},
						{Address: address, Attributes: core.Attributes{"role": mailRead, "app": core.Reference(pointer + ".id"), "custom_resource_scope": payrollScope}},
					}
					w.Settle(t.Context(), config)
					w.Taint(pointer)
					w.ExpectApply(t.Context(), config, map[string]core.Action{pointer: core.DeleteThenCreate, address: core.DeleteThenCreate})
					w.ExpectNoChanges(t.Context(), config)
				})
			}, func(b *tenant.Behavior) { b.RemoveServicePrincipalInUse = inUse })
		})
	}
}
