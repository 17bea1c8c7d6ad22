// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package roleassignment_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const (
	address = "exchange_role_assignment.test"

	// An app of the seeded tenant that has a pointer and no assignment.
	scanner, scannerAppID = "33333333-3333-3333-3333-0000000000bb", "22222222-2222-2222-2222-0000000000bb"
	// Another one, with assignments.
	payroll = "33333333-3333-3333-3333-0000000000aa"

	europe    = "60f565a0-9a30-40e6-a34e-4023db4616c2"
	westCoast = "4d819ce9-9257-44d6-9f3c-1c1d2e3f4a5b"

	mailRead = "Application Mail.Read"
)

// attributes of a configuration, in the order of writing.
type attributes []string

func config(pairs ...string) string {
	var b strings.Builder
	b.WriteString("resource \"exchange_role_assignment\" \"test\" {\n")
	for i := 0; i+1 < len(pairs); i += 2 {
		value := pairs[i+1]
		if value != "true" && value != "false" && !strings.HasPrefix(value, "exchange_") {
			value = fmt.Sprintf("%q", value)
		}
		fmt.Fprintf(&b, "  %s = %s\n", pairs[i], value)
	}
	b.WriteString("}\n")
	return b.String()
}

// assignment finds the tenant's assignment with an id.
func assignment(t *tenant.Tenant, guid string) (tenant.RoleAssignment, bool) {
	for _, assignment := range t.RoleAssignments() {
		if strings.EqualFold(assignment.GUID, guid) {
			return assignment, true
		}
	}
	return tenant.RoleAssignment{}, false
}

// shown hands the tenant's assignment that state has the id of to check.
func shown(s *acctest.Sandbox, check func(tenant.RoleAssignment) error) resource.TestCheckFunc {
	return func(state *terraform.State) error {
		id := state.RootModule().Resources[address].Primary.ID
		object, ok := assignment(s.Tenant(), id)
		if !ok {
			return fmt.Errorf("the tenant has no assignment with the id %s", id)
		}
		if err := check(object); err != nil {
			return fmt.Errorf("%w: %+v", err, object)
		}
		return nil
	}
}

// scopeIs checks the tenant's scope of the assignment: its kind, and the name of the object it refers to.
func scopeIs(s *acctest.Sandbox, writeScope, name string) resource.TestCheckFunc {
	return shown(s, func(object tenant.RoleAssignment) error {
		if object.RecipientWriteScope != writeScope {
			return fmt.Errorf("the write scope is %s, want %s", object.RecipientWriteScope, writeScope)
		}
		if got := nameOf(s.Tenant(), object.ScopeGUID); got != name {
			return fmt.Errorf("the scope is %q, want %q", got, name)
		}
		return nil
	})
}

// nameOf finds a scope, group or unit by its GUID.
func nameOf(t *tenant.Tenant, guid string) string {
	for _, scope := range t.ManagementScopes() {
		if scope.GUID == guid {
			return scope.Name
		}
	}
	for _, recipient := range t.Recipients() {
		if recipient.GUID == guid {
			return recipient.Name
		}
	}
	for _, unit := range t.AdministrativeUnits() {
		if unit.GUID == guid {
			return unit.Name
		}
	}
	return ""
}

func action(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}}
}

// state checks every attribute: those given, and null for the rest.
func state(given map[string]knownvalue.Check) []statecheck.StateCheck {
	var checks []statecheck.StateCheck
	for _, attribute := range []string{
		"id", "name", "role", "app", "user", "security_group", "policy", "custom_resource_scope", "custom_recipient_write_scope",
		"exclusive_recipient_write_scope", "recipient_administrative_unit_scope", "recipient_group_scope",
		"recipient_organizational_unit_scope", "recipient_relative_write_scope", "delegating", "enabled",
		"role_assignee_type", "recipient_write_scope", "timeouts",
	} {
		check, ok := given[attribute]
		if !ok {
			check = knownvalue.Null()
		}
		checks = append(checks, statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), check))
	}
	return checks
}

func TestRoleAssignmentIsMadeChangedInPlaceAndRemoved(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	same := statecheck.CompareValue(compare.ValuesSame())
	has := func(scope string, enabled bool) []statecheck.StateCheck {
		return append(state(map[string]knownvalue.Check{
			"id":                    knownvalue.StringRegexp(regexp.MustCompile(`^[0-9a-f-]{36}$`)),
			"name":                  knownvalue.StringExact("Scanner reads"),
			"role":                  knownvalue.StringExact(mailRead),
			"app":                   knownvalue.StringExact(scanner),
			"custom_resource_scope": knownvalue.StringExact(scope),
			"delegating":            knownvalue.Bool(false),
			"enabled":               knownvalue.Bool(enabled),
			"role_assignee_type":    knownvalue.StringExact("ServicePrincipal"),
			"recipient_write_scope": knownvalue.StringExact("CustomRecipientScope"),
		}), same.AddStateValue(address, tfjsonpath.New("id")))
	}
	isEnabled := func(want bool) resource.TestCheckFunc {
		return shown(s, func(object tenant.RoleAssignment) error {
			if object.Name != "Scanner reads" || object.Role != mailRead || object.RoleAssignee != scanner ||
				object.DelegationType != "Regular" || object.Enabled != want {
				return fmt.Errorf("the tenant has another assignment")
			}
			return nil
		})
	}
	base := attributes{"name", "Scanner reads", "role", mailRead, "app", scanner}
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{
			Config:            config(append(base, "custom_resource_scope", "Payroll mailboxes")...),
			ConfigStateChecks: has("Payroll mailboxes", true),
			Check: resource.ComposeAggregateTestCheckFunc(
				isEnabled(true), scopeIs(s, "CustomRecipientScope", "Payroll mailboxes"),
				s.CheckRequests(map[string]int{"New-ManagementRoleAssignment": 1, "Set-ManagementRoleAssignment": 0, "Get-ServicePrincipal": 0, "Get-ManagementScope": 0}),
			),
		},
		{
			Config:            config(append(base, "custom_resource_scope", "Berlin recipients")...),
			ConfigPlanChecks:  action(plancheck.ResourceActionUpdate),
			ConfigStateChecks: has("Berlin recipients", true),
			Check: resource.ComposeAggregateTestCheckFunc(
				isEnabled(true), scopeIs(s, "CustomRecipientScope", "Berlin recipients"),
				s.CheckRequests(map[string]int{"New-ManagementRoleAssignment": 0, "Set-ManagementRoleAssignment": 1}),
			),
		},
		{
			Config:            config(append(base, "custom_resource_scope", "Berlin recipients", "enabled", "false")...),
			ConfigPlanChecks:  action(plancheck.ResourceActionUpdate),
			ConfigStateChecks: has("Berlin recipients", false),
			Check:             resource.ComposeAggregateTestCheckFunc(isEnabled(false), scopeIs(s, "CustomRecipientScope", "Berlin recipients")),
		},
		{
			Config:            config(append(base, "custom_resource_scope", "Payroll mailboxes", "enabled", "true")...),
			ConfigPlanChecks:  action(plancheck.ResourceActionUpdate),
			ConfigStateChecks: has("Payroll mailboxes", true),
			Check: resource.ComposeAggregateTestCheckFunc(
				isEnabled(true), scopeIs(s, "CustomRecipientScope", "Payroll mailboxes"),
				s.CheckRequests(map[string]int{"Set-ManagementRoleAssignment": 2}),
			),
		},
	}})
}

// Every kind of assignee with every kind of scope that it takes.
func TestRoleAssignmentRoundTripsEveryAssigneeAndScope(t *testing.T) {
	t.Parallel()
	const unit = "contoso.onmicrosoft.com"
	for name, test := range map[string]struct {
		config       attributes
		assigneeType string
		writeScope   string
		scope        string // the name of what the tenant refers to
	}{
		"app over its role's own scope":          {attributes{"role", mailRead, "app", scanner}, "ServicePrincipal", "Organization", ""},
		"app over a management scope":            {attributes{"role", mailRead, "app", scanner, "custom_resource_scope", "payroll MAILBOXES"}, "ServicePrincipal", "CustomRecipientScope", "Payroll mailboxes"},
		"app over an administrative unit":        {attributes{"role", mailRead, "app", scanner, "recipient_administrative_unit_scope", europe}, "ServicePrincipal", "AdministrativeUnit", europe},
		"app over a unit by its name":            {attributes{"role", mailRead, "app", scanner, "recipient_administrative_unit_scope", "Europe"}, "ServicePrincipal", "AdministrativeUnit", europe},
		"app over a group":                       {attributes{"role", mailRead, "app", scanner, "recipient_group_scope", "Finance Team"}, "ServicePrincipal", "Group", "Finance Team"},
		"app over a group by its address":        {attributes{"role", mailRead, "app", scanner, "recipient_group_scope", "finance-team@contoso.com"}, "ServicePrincipal", "Group", "Finance Team"},
		"app by its application id":              {attributes{"role", mailRead, "app", scannerAppID}, "ServicePrincipal", "Organization", ""},
		"app by its display name":                {attributes{"role", mailRead, "app", "Legacy Scanner"}, "ServicePrincipal", "Organization", ""},
		"app that may delegate":                  {attributes{"role", mailRead, "app", scanner, "delegating", "true"}, "ServicePrincipal", "Organization", ""},
		"app that is disabled from the start":    {attributes{"role", mailRead, "app", scanner, "enabled", "false"}, "ServicePrincipal", "Organization", ""},
		"user over its role's own scope":         {attributes{"role", "Mail Recipients", "user", "adele@contoso.com"}, "User", "Organization", ""},
		"user over a management scope":           {attributes{"role", "Mail Recipients", "user", "adele@contoso.com", "custom_recipient_write_scope", "Berlin recipients"}, "User", "CustomRecipientScope", "Berlin recipients"},
		"user over an exclusive scope":           {attributes{"role", "Mail Recipients", "user", "adele@contoso.com", "exclusive_recipient_write_scope", "Executives"}, "User", "ExclusiveRecipientScope", "Executives"},
		"user over an administrative unit":       {attributes{"role", "Mail Recipients", "user", "adele@contoso.com", "recipient_administrative_unit_scope", westCoast}, "User", "AdministrativeUnit", westCoast},
		"user over a group":                      {attributes{"role", "Mail Recipients", "user", "adele@contoso.com", "recipient_group_scope", "Newsletter"}, "User", "Group", "Newsletter"},
		"user over an organizational unit":       {attributes{"role", "Mail Recipients", "user", "adele@contoso.com", "recipient_organizational_unit_scope", unit}, "User", "OU", ""},
		"user over itself":                       {attributes{"role", "Mail Recipients", "user", "adele@contoso.com", "recipient_relative_write_scope", "Self"}, "User", "Self", ""},
		"user over the organization, explicitly": {attributes{"role", "Mail Recipients", "user", "adele@contoso.com", "recipient_relative_write_scope", "organization"}, "User", "Organization", ""},
		"user of a role that only reads":         {attributes{"role", "View-Only Recipients", "user", "adele@contoso.com"}, "User", "None", ""},
		"role group":                             {attributes{"role", "Mail Recipients", "security_group", "Help Desk"}, "RoleGroup", "Organization", ""},
		"security group over a management scope": {attributes{"role", "Mail Recipients", "security_group", "All Apps Scope", "custom_recipient_write_scope", "Berlin recipients"}, "SecurityGroup", "CustomRecipientScope", "Berlin recipients"},
		"policy":                                 {attributes{"role", "MyDistributionGroups", "policy", "Default Role Assignment Policy", "name", "Own groups"}, "RoleAssignmentPolicy", "Self", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			given := map[string]knownvalue.Check{
				"id":                    knownvalue.NotNull(),
				"name":                  knownvalue.StringRegexp(regexp.MustCompile(`^.{1,64}$`)),
				"delegating":            knownvalue.Bool(false),
				"enabled":               knownvalue.Bool(true),
				"role_assignee_type":    knownvalue.StringExact(test.assigneeType),
				"recipient_write_scope": knownvalue.StringExact(test.writeScope),
			}
			for i := 0; i < len(test.config); i += 2 {
				switch value := test.config[i+1]; value {
				case "true", "false":
					given[test.config[i]] = knownvalue.Bool(value == "true")
				default:
					given[test.config[i]] = knownvalue.StringExact(value)
				}
			}
			steps := []resource.TestStep{{
				Config:            config(test.config...),
				ConfigStateChecks: state(given),
				Check:             scopeIs(s, test.writeScope, test.scope),
			}, {
				// What was never in private state, as after an import, has to be derived.
				ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID,
				ImportStateIdFunc: func(state *terraform.State) (string, error) {
					return state.RootModule().Resources[address].Primary.Attributes["name"], nil
				},
				Config: config(test.config...),
			}}
			if name == "user over the organization, explicitly" {
				// Exchange answers the same for it as for no scope at all, so an import cannot tell.
				steps = steps[:1]
			}
			s.Test(resource.TestCase{Steps: steps})
		})
	}
}

func TestRoleAssignmentIsReplacedWhereItCannotBeChanged(t *testing.T) {
	t.Parallel()
	before := attributes{"role", mailRead, "app", scanner, "custom_resource_scope", "Payroll mailboxes"}
	for name, after := range map[string]attributes{
		"name":                     append(attributes{"name", "Another name"}, before...),
		"role":                     {"role", "Application Mail.Send", "app", scanner, "custom_resource_scope", "Payroll mailboxes"},
		"app":                      {"role", mailRead, "app", payroll, "custom_resource_scope", "Payroll mailboxes", "name", "Second"},
		"kind of assignee":         {"role", "Mail Recipients", "user", "adele@contoso.com"},
		"delegating":               append(attributes{"delegating", "true"}, before...),
		"kind of scope":            {"role", mailRead, "app", scanner, "recipient_group_scope", "Finance Team"},
		"absence of a scope":       {"role", mailRead, "app", scanner},
		"scope to an unknown kind": {"role", mailRead, "app", scanner, "recipient_administrative_unit_scope", europe},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			different := statecheck.CompareValue(compare.ValuesDiffer())
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{
					Config:            config(before...),
					ConfigStateChecks: []statecheck.StateCheck{different.AddStateValue(address, tfjsonpath.New("id"))},
				},
				{
					Config:            config(after...),
					ConfigPlanChecks:  action(plancheck.ResourceActionDestroyBeforeCreate),
					ConfigStateChecks: []statecheck.StateCheck{different.AddStateValue(address, tfjsonpath.New("id"))},
					Check:             s.CheckRequests(map[string]int{"New-ManagementRoleAssignment": 2, "Remove-ManagementRoleAssignment": 1, "Set-ManagementRoleAssignment": 0}),
				},
			}})
		})
	}
}

func TestRoleAssignmentTakesAnotherSpellingOfAReferenceForNoChange(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ before, after attributes }{
		"app": {
			attributes{"role", mailRead, "app", scanner},
			attributes{"role", strings.ToUpper(mailRead), "app", scannerAppID},
		},
		"group scope": {
			attributes{"role", mailRead, "app", scanner, "recipient_group_scope", "Finance Team"},
			attributes{"role", mailRead, "app", scanner, "recipient_group_scope", "finance-team@contoso.com"},
		},
		"administrative unit": {
			attributes{"role", mailRead, "app", scanner, "recipient_administrative_unit_scope", "Europe"},
			attributes{"role", mailRead, "app", scanner, "recipient_administrative_unit_scope", strings.ToUpper(europe)},
		},
		"user": {
			attributes{"role", "Mail Recipients", "user", "adele@contoso.com"},
			attributes{"role", "Mail Recipients", "user", "Adele Vance"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{Config: config(test.before...)},
				{
					Config: config(test.after...),
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
						plancheck.ExpectEmptyPlan(),
					}},
				},
			}})
		})
	}
}

func TestRoleAssignmentDefaultNamesTellAssignmentsApart(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	second := func(scope string) string {
		return strings.Replace(config("role", "Application MailboxSettings.ReadWrite", "app", scanner, "custom_resource_scope", scope), `"test"`, `"second"`, 1)
	}
	first := func(scope string) string {
		return config("role", "Application MailboxSettings.ReadWrite", "app", scanner, "custom_resource_scope", scope)
	}
	same := statecheck.CompareValue(compare.ValuesSame())
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{
			Config: first("Payroll mailboxes"),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("name"),
					knownvalue.StringRegexp(regexp.MustCompile(`^Application MailboxSettings\.ReadWrite-33333333-[0-9a-f]{8}$`))),
				same.AddStateValue(address, tfjsonpath.New("name")),
			},
		},
		{
			// The first keeps its name while its scope changes in place, so the second, which comes to have the scope that
			// the first was named after, needs another one.
			Config: first("Berlin recipients") + second("Payroll mailboxes"),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("recipient_write_scope")),
			}},
			ConfigStateChecks: []statecheck.StateCheck{same.AddStateValue(address, tfjsonpath.New("name"))},
		},
	}})
}

func TestRoleAssignmentOfItsDefaultNameThatIsTheSameIsReported(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: config("role", mailRead, "app", scanner, "custom_resource_scope", "Payroll mailboxes")},
		{
			// Forgotten by Terraform, and not by Exchange.
			Config: "removed {\n  from = " + address + "\n  lifecycle {\n    destroy = false\n  }\n}\n",
		},
		{
			Config:      config("role", mailRead, "app", scanner, "custom_resource_scope", "Payroll mailboxes"),
			ExpectError: regexp.MustCompile(`(?s)of this name exists already.*import \{`),
		},
		{
			PreConfig: func() {
				for _, assignment := range s.Tenant().RoleAssignments() {
					if assignment.RoleAssignee == scanner {
						s.Run("Remove-ManagementRoleAssignment", map[string]any{"Identity": assignment.Name})
					}
				}
			},
			Config: config("role", mailRead, "app", scanner, "custom_resource_scope", "Payroll mailboxes"),
		},
	}})
}

func TestRoleAssignmentFollowsAScopeThatIsRenamedUnderItsDistinguishedName(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	both := func(name string) string {
		return "resource \"exchange_management_scope\" \"test\" {\n  name = \"" + name + "\"\n  recipient_filter = \"Office -eq 'Rome'\"\n}\n" +
			config("name", "Test", "role", mailRead, "app", scanner, "custom_resource_scope", "exchange_management_scope.test.distinguished_name")
	}
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: both("Rome")},
		{Config: both("Roma"), Check: scopeIs(s, "CustomRecipientScope", "Roma")},
	}})
}

func TestRoleAssignmentNameIsGivenAtApplyWhereTheAppIsNotKnownBefore(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	const dependent = `
resource "exchange_service_principal" "test" {
  app_id    = "22222222-2222-2222-2222-222222222222"
  object_id = "33333333-3333-3333-3333-333333333333"
}

resource "exchange_management_scope" "test" {
  name             = "Invoices"
  recipient_filter = "CustomAttribute1 -eq 'finance'"
}

resource "exchange_role_assignment" "test" {
  role                  = "Application Mail.Read"
  app                   = exchange_service_principal.test.id
  custom_resource_scope = exchange_management_scope.test.name
}
`
	s.Test(resource.TestCase{Steps: []resource.TestStep{{
		Config: dependent,
		ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
			plancheck.ExpectUnknownValue(address, tfjsonpath.New("name")),
		}},
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(address, tfjsonpath.New("name"), knownvalue.StringRegexp(regexp.MustCompile(`^Application Mail\.Read-33333333-[0-9a-f]{8}$`))),
		},
		Check: scopeIs(s, "CustomRecipientScope", "Invoices"),
	}, {
		// The scope is renamed in place, and the assignment follows it without being replaced.
		Config: strings.ReplaceAll(dependent, `"Invoices"`, `"Invoices of Berlin"`),
		ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
			plancheck.ExpectResourceAction("exchange_management_scope.test", plancheck.ResourceActionUpdate),
			plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
		}},
		Check: scopeIs(s, "CustomRecipientScope", "Invoices of Berlin"),
	}}})
}

func TestRoleAssignmentIsImported(t *testing.T) {
	t.Parallel()
	object := config("name", "Scanner reads", "role", mailRead, "app", scanner, "custom_resource_scope", "Payroll mailboxes", "enabled", "false")
	for name, step := range map[string]resource.TestStep{
		"by name":               {ImportStateKind: resource.ImportCommandWithID, ImportStateId: "scanner READS", ImportStateVerify: true},
		"by GUID":               {ImportStateKind: resource.ImportCommandWithID, ImportStateVerify: true},
		"by block with id":      {ImportStateKind: resource.ImportBlockWithID, ImportStateId: "Scanner reads", Config: object},
		"by block and identity": {ImportStateKind: resource.ImportBlockWithResourceIdentity, Config: object},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			step.ResourceName, step.ImportState = address, true
			test := resource.TestCase{Steps: []resource.TestStep{{Config: object}, step}}
			if step.ImportStateKind == resource.ImportBlockWithResourceIdentity {
				test.TerraformVersionChecks = []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)}
			}
			s.Test(test)
		})
	}
}

func TestRoleAssignmentThatExistsIsReportedWithItsImportBlock(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{{
		Config:      config("name", "payroll archive mail.read", "role", mailRead, "app", scanner),
		ExpectError: regexp.MustCompile(`(?s)of this name exists already.*import \{\s+to = exchange_role_assignment.example\s+id = "payroll archive mail.read"\s+\}`),
	}}})
}

func TestRoleAssignmentIdentityIsItsGUID(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	identity := []statecheck.StateCheck{
		statecheck.ExpectIdentityValueMatchesStateAtPath(address, tfjsonpath.New("guid"), tfjsonpath.New("id")),
	}
	s.Test(resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{Config: config("role", mailRead, "app", scanner), ConfigStateChecks: identity},
			{Config: config("role", mailRead, "app", scanner, "enabled", "false"), ConfigStateChecks: identity},
		},
	})
}

func TestRoleAssignmentWaitsForANewServicePrincipalAndForItself(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t, func(b *tenant.Behavior) {
		b.ServicePrincipalLag = tenant.Lag{Calls: 2}
		b.AssignmentLag = tenant.Lag{Calls: 2}
	})
	s.Test(resource.TestCase{Steps: []resource.TestStep{{
		Config: `
resource "exchange_service_principal" "test" {
  app_id    = "22222222-2222-2222-2222-222222222222"
  object_id = "33333333-3333-3333-3333-333333333333"
}
` + config("role", mailRead, "app", "exchange_service_principal.test.object_id"),
		Check: s.CheckRequests(map[string]int{"New-ManagementRoleAssignment": 3}),
	}}})
}
