// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package organizationcustomization_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	frameworkresource "github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/organizationcustomization"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const (
	address      = "exchange_organization_customization.this"
	scope        = "exchange_management_scope.test"
	organization = "contoso.onmicrosoft.com"

	alone = `resource "exchange_organization_customization" "this" {}` + "\n"
	both  = alone + `resource "exchange_management_scope" "test" {
  name             = "Invoices"
  recipient_filter = "Alias -eq 'invoices'"
  depends_on       = [exchange_organization_customization.this]
}
`
)

func dehydrated(delay tenant.Lag) func(*tenant.Behavior) {
	return func(b *tenant.Behavior) { b.Dehydrated, b.HydrationDelay = true, delay }
}

func TestOneApplySetsUpAnOrganizationThatIsNew(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t, dehydrated(tenant.Lag{Calls: 2}))
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{
			Config: both,
			Check: resource.ComposeAggregateTestCheckFunc(
				resource.TestCheckResourceAttr(address, "id", organization),
				resource.TestCheckResourceAttrSet(scope, "id"),
				// Two that are refused, the probe, and the scope.
				s.CheckRequests(map[string]int{"Enable-OrganizationCustomization": 1, "New-ManagementScope": 4, "Remove-ManagementScope": 1}),
			),
		},
		{Config: both, PlanOnly: true},
		{
			ResourceName: address, ImportState: true, ImportStateId: "Contoso.onmicrosoft.com", ImportStateVerify: true,
		},
		{
			Config: both,
			PreConfig: func() {
				behavior := s.Tenant().Behavior()
				behavior.Dehydrated, behavior.HydrationDelay = false, tenant.Lag{}
				s.Tenant().SetBehavior(behavior)
				behavior.Dehydrated = true
				s.Tenant().SetBehavior(behavior)
			},
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
				plancheck.ExpectResourceAction(scope, plancheck.ResourceActionNoop),
			}},
		},
	}})
}

func TestOrganizationThatIsCustomizedIsOnlyRead(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{
			Config: alone,
			Check: s.CheckRequests(map[string]int{
				"Enable-OrganizationCustomization": 0, "New-ManagementScope": 0, "Remove-ManagementScope": 0, "Get-ManagementScope": 1,
			}),
		},
		{
			Config: strings.Replace(alone, "{}", "{\n  timeouts = { create = \"4h\" }\n}", 1),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
			}},
			Check: s.CheckRequests(map[string]int{"Enable-OrganizationCustomization": 0, "New-ManagementScope": 0}),
		},
	}})
}

func TestOrganizationIsImportedByItsIdentity(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{Config: alone},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

func TestIdentityOfAnotherOrganizationIsRefused(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{{
			Config: alone + `import {
  to       = exchange_organization_customization.this
  identity = { organization = "fabrikam.onmicrosoft.com" }
}
`,
			ExpectError: regexp.MustCompile(`(?s)works in\s+contoso\.onmicrosoft\.com`),
		}},
	})
}

func TestIDOfAnotherOrganizationIsRefused(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{{
		Config: alone, ResourceName: address, ImportState: true, ImportStateId: "fabrikam.onmicrosoft.com",
		ExpectError: regexp.MustCompile(`(?s)works in\s+contoso\.onmicrosoft\.com,\s+and\s+what\s+is\s+to\s+be\s+imported\s+is\s+"fabrikam\.onmicrosoft\.com"`),
	}}})
}

func TestOrganizationThatIsNotCustomizedCannotBeImported(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t, dehydrated(tenant.Lag{}))
	s.Test(resource.TestCase{Steps: []resource.TestStep{{
		Config: alone, ResourceName: address, ImportState: true, ImportStateId: organization,
		ExpectError: regexp.MustCompile("The organization is not customized"),
	}}})
}

// To change and to remove the resource asks Exchange nothing, so there is nothing that could take its time.
func TestResourceOffersTheTimeoutsThatItHeeds(t *testing.T) {
	t.Parallel()
	var resp frameworkresource.SchemaResponse
	organizationcustomization.NewResource().Schema(t.Context(), frameworkresource.SchemaRequest{}, &resp)
	for operation, want := range map[string]bool{"create": true, "read": true, "update": false, "delete": false} {
		_, diags := resp.Schema.AttributeAtPath(t.Context(), path.Root("timeouts").AtName(operation))
		if got := !diags.HasError(); got != want {
			t.Errorf("a timeout to %s: offered is %t, want %t", operation, got, want)
		}
	}
}

// config is both, for the core in miniature.
func config(timeout string) core.Config {
	attributes := core.Attributes{}
	if timeout != "" {
		attributes["timeouts"] = map[string]any{"create": timeout}
	}
	return core.Config{
		{Address: address, Attributes: attributes},
		{Address: scope, Attributes: core.Attributes{"name": "Invoices", "recipient_filter": "Alias -eq 'invoices'"}, DependsOn: []string{address}},
	}
}

func TestApplyWaitsForHours(t *testing.T) {
	t.Parallel()
	acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
		s.TestCore(func(w *core.Workspace) { w.Settle(t.Context(), config("")) })
	}, dehydrated(tenant.Lag{For: 90 * time.Minute}))
}

// A tenant without scopes does not show whether it takes one, so the second run tries it.
func TestApplyThatRanOutOfTimeIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(ctx context.Context) (string, context.Context, context.CancelFunc){
		"timeout": func(ctx context.Context) (string, context.Context, context.CancelFunc) {
			return "20m", ctx, func() {}
		},
		"interruption": func(ctx context.Context) (string, context.Context, context.CancelFunc) {
			ending, cancel := context.WithTimeout(ctx, 20*time.Minute)
			return "", ending, cancel
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				removeScopes(t, s)
				s.TestCore(func(w *core.Workspace) {
					timeout, ctx, cancel := end(t.Context())
					defer cancel()
					if err := w.Apply(ctx, config(timeout)); err == nil {
						t.Error("the apply succeeded before its time")
					}
					if state := w.Addresses(); len(state) > 0 {
						t.Errorf("state has %q", state)
					}
					w.Settle(t.Context(), config(""))
				})
			}, dehydrated(tenant.Lag{For: 90 * time.Minute}))
		})
	}
}

// removeScopes removes all scopes, and the assignments that use them.
func removeScopes(t *testing.T, s *acctest.Sandbox) {
	t.Helper()
	for _, assignment := range s.Tenant().RoleAssignments() {
		if assignment.CustomResourceScope+assignment.CustomRecipientWriteScope != "" {
			s.Run("Remove-ManagementRoleAssignment", map[string]any{"Identity": assignment.Name})
		}
	}
	for _, scope := range s.Tenant().ManagementScopes() {
		s.Run("Remove-ManagementScope", map[string]any{"Identity": scope.Name})
	}
}

func TestDestroySaysThatTheOrganizationStaysCustomized(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t, dehydrated(tenant.Lag{}))
	s.TestCore(func(w *core.Workspace) {
		w.Settle(t.Context(), core.Config{{Address: address}})
		if err := w.Destroy(t.Context()); err != nil {
			t.Fatal(err)
		}
		if warnings := w.Warnings(); len(warnings) != 1 || warnings[0].Summary != "The organization stays customized" {
			t.Errorf("the warnings are %v", warnings)
		}
		if s.Tenant().Organization().IsDehydrated {
			t.Error("the organization is not customized any more")
		}
	})
}
