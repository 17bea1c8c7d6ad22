// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// The life of each object on Terraform itself: made, found unchanged by a second plan, changed in place, replaced,
// vanished and made anew, imported without a change, removed with the tenant as it was before.
func TestLifecyclePassesOnTerraform(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"canonical", "everything at once"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t, answers[name])
			s.Test(resource.TestCase{Steps: lifecycle(s)})
		})
	}
}

const (
	appID    = "22222222-2222-2222-2222-222222222222"
	app      = "33333333-3333-3333-3333-333333333333"
	europe   = "60f565a0-9a30-40e6-a34e-4023db4616c2"
	financeD = "CN=Finance Team,OU=contoso.onmicrosoft.com,OU=Microsoft Exchange Hosted Organizations,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM"
)

func lifecycle(s *acctest.Sandbox) []resource.TestStep {
	made := configuration("Invoice Reader", `(CustomAttribute1 -eq 'finance') -or (MemberOfGroup -eq '`+financeD+`')`, "exchange_management_scope.test.name", "Application Mail.Read", true)
	changed := configuration("Invoices", `CustomAttribute1 -eq 'finance'`, `"Berlin recipients"`, "Application Mail.Read", false)
	replaced := configuration("Invoices", `CustomAttribute1 -eq 'finance'`, "exchange_management_scope.test.name", "Application Mail.Send", true)

	allAre := func(action plancheck.ResourceActionType, addresses ...string) resource.ConfigPlanChecks {
		var checks []plancheck.PlanCheck
		for _, address := range addresses {
			checks = append(checks, plancheck.ExpectResourceAction(address, action))
		}
		return resource.ConfigPlanChecks{PreApply: checks}
	}
	authorized := func(role string, inScope bool) []statecheck.StateCheck {
		return []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("authorization", knownvalue.ObjectExact(map[string]knownvalue.Check{
			"role": knownvalue.StringExact(role), "invoices": knownvalue.Bool(inScope), "support": knownvalue.Bool(false),
		}))}
	}
	return []resource.TestStep{
		{
			Config:            made,
			ConfigStateChecks: authorized("Application Mail.Read", true),
			Check:             s.Check(hasFurtherObjects),
		},
		{
			Config: changed,
			ConfigPlanChecks: allAre(plancheck.ResourceActionUpdate,
				"exchange_service_principal.test", "exchange_management_scope.test", "exchange_role_assignment.scope"),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("exchange_service_principal.test", tfjsonpath.New("display_name"), knownvalue.StringExact("Invoices")),
				statecheck.ExpectKnownValue("exchange_management_scope.test", tfjsonpath.New("recipient_filter"), knownvalue.StringExact(`CustomAttribute1 -eq 'finance'`)),
				statecheck.ExpectKnownValue("exchange_role_assignment.scope", tfjsonpath.New("custom_resource_scope"), knownvalue.StringExact("Berlin recipients")),
				statecheck.ExpectKnownValue("exchange_role_assignment.scope", tfjsonpath.New("enabled"), knownvalue.Bool(false)),
			},
			Check: s.Check(hasFurtherObjects),
		},
		{
			Config:            replaced,
			ConfigPlanChecks:  allAre(plancheck.ResourceActionDestroyBeforeCreate, "exchange_role_assignment.scope"),
			ConfigStateChecks: authorized("Application Mail.Send", true),
			Check:             s.Check(hasFurtherObjects),
		},
		{
			PreConfig: func() {
				s.Run("Remove-ManagementRoleAssignment", map[string]any{"Identity": "Test scope"})
				s.Run("Remove-ManagementRoleAssignment", map[string]any{"Identity": "Test unit"})
			},
			Config:           replaced,
			ConfigPlanChecks: allAre(plancheck.ResourceActionCreate, "exchange_role_assignment.scope", "exchange_role_assignment.unit"),
			Check:            s.Check(hasFurtherObjects),
		},
		imports("exchange_service_principal.test", "object_id", replaced),
		imports("exchange_management_scope.test", "name", replaced),
		imports("exchange_role_assignment.scope", "id", replaced),
		imports("exchange_role_assignment.unit", "name", replaced),
		imports("exchange_role_assignment.group", "name", replaced),
		imports("exchange_role_assignment.user", "name", replaced),
	}
}

func imports(address, attribute, config string) resource.TestStep {
	return resource.TestStep{
		ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID,
		ImportStateIdFunc: func(state *terraform.State) (string, error) {
			return state.RootModule().Resources[address].Primary.Attributes[attribute], nil
		},
		Config: config,
	}
}

// hasFurtherObjects checks that there are the objects of the configuration beside those of a new tenant, and no others.
func hasFurtherObjects(t *tenant.Tenant) error {
	seed := tenant.Contoso()
	got := [...]int{
		len(t.ServicePrincipals()) - len(seed.ServicePrincipals()),
		len(t.ManagementScopes()) - len(seed.ManagementScopes()),
		len(t.RoleAssignments()) - len(seed.RoleAssignments()),
	}
	if want := [...]int{1, 1, 5}; got != want {
		return fmt.Errorf("the tenant has %v further service principals, scopes and assignments, want %v", got, want)
	}
	return nil
}

// configuration is one of everything, with the parts that change.
func configuration(displayName, filter, scope, role string, enabled bool) string {
	return strings.NewReplacer("DISPLAY_NAME", displayName, "FILTER", filter, "SCOPE", scope, "ROLE", role, "ENABLED", fmt.Sprint(enabled)).Replace(`
resource "exchange_service_principal" "test" {
  app_id       = "` + appID + `"
  object_id    = "` + app + `"
  display_name = "DISPLAY_NAME"
}

resource "exchange_management_scope" "test" {
  name             = "Test invoices"
  recipient_filter = "FILTER"
}

resource "exchange_role_assignment" "scope" {
  name                  = "Test scope"
  role                  = "ROLE"
  app                   = exchange_service_principal.test.object_id
  custom_resource_scope = SCOPE
  enabled               = ENABLED
}

resource "exchange_role_assignment" "unit" {
  name                                = "Test unit"
  role                                = "Application Calendars.Read"
  app                                 = exchange_service_principal.test.object_id
  recipient_administrative_unit_scope = "` + europe + `"
}

resource "exchange_role_assignment" "group" {
  name                  = "Test group"
  role                  = "Application Contacts.Read"
  app                   = exchange_service_principal.test.app_id
  recipient_group_scope = "Finance Team"
}

resource "exchange_role_assignment" "user" {
  name                         = "Test user"
  role                         = "Mail Recipients"
  user                         = "adele@contoso.com"
  custom_recipient_write_scope = exchange_management_scope.test.name
}

resource "exchange_role_assignment" "reader" {
  name           = "Test reader"
  role           = "View-Only Recipients"
  security_group = "Finance Team"
}

data "exchange_service_principal_authorization" "invoices" {
  app        = exchange_service_principal.test.object_id
  mailbox    = "invoices@contoso.com"
  depends_on = [exchange_role_assignment.scope]
}

data "exchange_service_principal_authorization" "support" {
  app        = exchange_service_principal.test.object_id
  mailbox    = "support@contoso.com"
  depends_on = [exchange_role_assignment.scope]
}

locals {
  invoices = [for row in data.exchange_service_principal_authorization.invoices.authorizations : row if row.role_name == "ROLE"]
  support  = [for row in data.exchange_service_principal_authorization.support.authorizations : row if row.role_name == "ROLE"]
}

output "authorization" {
  value = ENABLED ? {
    role     = local.invoices[0].role_name
    invoices = local.invoices[0].in_scope
    support  = local.support[0].in_scope
  } : null
}
`)
}
