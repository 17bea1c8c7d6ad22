// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// answers are the ways in which Exchange was seen to differ, or is not known: each setting of each switch of the
// sandbox that concerns service principals, scopes, assignments and their test. The zero setting is the first row.
var answers = map[string]func(*tenant.Behavior){
	"canonical":                            func(*tenant.Behavior) {},
	"filters in parentheses":               func(b *tenant.Behavior) { b.FilterEcho = tenant.FilterParentheses },
	"filters with lower-case DNs":          func(b *tenant.Behavior) { b.FilterEcho = tenant.FilterDNLowercase },
	"errors as JSON":                       func(b *tenant.Behavior) { b.ErrorFormat = tenant.ErrorJSON },
	"errors as exceptions":                 func(b *tenant.Behavior) { b.ErrorFormat = tenant.ErrorException },
	"not found as 400":                     func(b *tenant.Behavior) { b.NotFoundStatus = 400 },
	"not found as 500":                     func(b *tenant.Behavior) { b.NotFoundStatus = 500 },
	"not found as 400 in JSON":             func(b *tenant.Behavior) { b.NotFoundStatus, b.ErrorFormat = 400, tenant.ErrorJSON },
	"not found as 500 in JSON":             func(b *tenant.Behavior) { b.NotFoundStatus, b.ErrorFormat = 500, tenant.ErrorJSON },
	"not found wrapped by a proxy":         func(b *tenant.Behavior) { b.NotFoundWrapped = true },
	"nulls left out":                       func(b *tenant.Behavior) { b.NullProperties = tenant.NullsAbsent },
	"lists of one as strings":              func(b *tenant.Behavior) { b.SingleLists = tenant.SingleString },
	"GUIDs in upper case":                  func(b *tenant.Behavior) { b.GUIDCase = tenant.GUIDUpper },
	"DNs in another case":                  func(b *tenant.Behavior) { b.DNCase = tenant.DNLower },
	"empty answer for what is not there":   func(b *tenant.Behavior) { b.WrongIdentity = tenant.WrongIdentityEmpty },
	"all objects for what is not there":    func(b *tenant.Behavior) { b.WrongIdentity = tenant.WrongIdentityAll },
	"booleans as strings":                  func(b *tenant.Behavior) { b.Booleans = tenant.BooleansString },
	"verdicts as strings":                  func(b *tenant.Behavior) { b.InScope = tenant.BooleansString },
	"writes by the initial domain only":    func(b *tenant.Behavior) { b.WriteNeedsDomainAnchor = true },
	"pointers in use refused":              func(b *tenant.Behavior) { b.RemoveServicePrincipalInUse = tenant.RemoveRefuse },
	"pointers in use orphan":               func(b *tenant.Behavior) { b.RemoveServicePrincipalInUse = tenant.RemoveOrphan },
	"late service principals":              func(b *tenant.Behavior) { b.ServicePrincipalLag = tenant.Lag{Calls: 1} },
	"late assignments":                     func(b *tenant.Behavior) { b.AssignmentLag = tenant.Lag{Calls: 1} },
	"late assignments by time":             func(b *tenant.Behavior) { b.AssignmentLag = tenant.Lag{For: 500 * time.Millisecond} },
	"scopes in use for a while":            func(b *tenant.Behavior) { b.ScopeInUseLag = tenant.Lag{Calls: 1} },
	"null scope ignored":                   func(b *tenant.Behavior) { b.NullResourceScope = tenant.NullScopeIgnored },
	"null scope refused":                   func(b *tenant.Behavior) { b.NullResourceScope = tenant.NullScopeRefused },
	"kind of scope fixed":                  func(b *tenant.Behavior) { b.SwitchScopeKind = tenant.Refused },
	"unit in the resource scope":           func(b *tenant.Behavior) { b.AdministrativeUnitProperty = tenant.UnitInResourceScope },
	"unit in the write scope":              func(b *tenant.Behavior) { b.AdministrativeUnitProperty = tenant.UnitInRecipientWriteScope },
	"group by DN":                          func(b *tenant.Behavior) { b.GroupScopeValue = tenant.GroupByDN },
	"group by GUID":                        func(b *tenant.Behavior) { b.GroupScopeValue = tenant.GroupByGUID },
	"equal default names refused":          func(b *tenant.Behavior) { b.DuplicateDefaultName = tenant.DuplicateRefuse },
	"exclusive scopes refused to apps":     func(b *tenant.Behavior) { b.ExclusiveResourceScope = tenant.ValueRefused },
	"no content after changes":             func(b *tenant.Behavior) { b.SetOutput = tenant.SetNoContent },
	"null after changes":                   func(b *tenant.Behavior) { b.SetOutput = tenant.SetNull },
	"no object after creation":             func(b *tenant.Behavior) { b.NewOutput = tenant.NewEmpty },
	"assignees by display name":            func(b *tenant.Behavior) { b.AssigneeEcho = tenant.AssigneeByDisplayName },
	"one refusal before the role is known": func(b *tenant.Behavior) { b.RoleNotPropagated = 1 },
	"everything at once": func(b *tenant.Behavior) {
		b.FilterEcho, b.ErrorFormat, b.NotFoundStatus = tenant.FilterParentheses, tenant.ErrorJSON, 500
		b.NullProperties, b.SingleLists, b.GUIDCase, b.DNCase = tenant.NullsAbsent, tenant.SingleString, tenant.GUIDUpper, tenant.DNLower
		b.Booleans, b.InScope, b.SetOutput, b.NewOutput = tenant.BooleansString, tenant.BooleansString, tenant.SetNoContent, tenant.NewEmpty
		b.GroupScopeValue, b.AssigneeEcho, b.WriteNeedsDomainAnchor = tenant.GroupByGUID, tenant.AssigneeByDisplayName, true
		b.ServicePrincipalLag, b.AssignmentLag, b.ScopeInUseLag = tenant.Lag{Calls: 1}, tenant.Lag{Calls: 1}, tenant.Lag{Calls: 1}
	},
}

// The life of each object: made, found unchanged by a second plan, changed in place, replaced, vanished and made anew,
// imported without a change, removed with the tenant as it was before.
func TestLifecyclePassesWhateverFormTheServiceAnswersIn(t *testing.T) {
	t.Parallel()
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t, answer)
			s.Test(resource.TestCase{Steps: lifecycle(s)})
		})
	}
}

const (
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
  app_id       = "22222222-2222-2222-2222-222222222222"
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
