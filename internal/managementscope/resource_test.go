// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package managementscope_test

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
	address = "exchange_management_scope.test"
	finance = `CustomAttribute1 -eq 'finance'`
)

func config(name, filter string, further ...string) string {
	return fmt.Sprintf("resource \"exchange_management_scope\" \"test\" {\n  name = %q\n  recipient_filter = %q\n  %s\n}\n",
		name, filter, strings.Join(further, "\n  "))
}

// scope finds the tenant's scope of a name.
func scope(t *tenant.Tenant, name string) (tenant.ManagementScope, bool) {
	for _, scope := range t.ManagementScopes() {
		if scope.Name == name {
			return scope, true
		}
	}
	return tenant.ManagementScope{}, false
}

// shown checks the tenant's scope, and that state says of it what the tenant has.
func shown(s *acctest.Sandbox, name, filter, root string, exclusive bool) resource.TestCheckFunc {
	return func(state *terraform.State) error {
		object, ok := scope(s.Tenant(), name)
		if !ok {
			return fmt.Errorf("the tenant has no scope %q", name)
		}
		if object.RecipientFilter != filter || object.RecipientRoot != root || object.Exclusive != exclusive {
			return fmt.Errorf("the tenant's scope is %+v", object)
		}
		return resource.ComposeAggregateTestCheckFunc(
			resource.TestCheckResourceAttr(address, "id", object.GUID),
			resource.TestCheckResourceAttr(address, "distinguished_name", object.DistinguishedName),
		)(state)
	}
}

func action(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}}
}

func TestManagementScopeIsCreatedChangedInPlaceAndRemoved(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	sameID := statecheck.CompareValue(compare.ValuesSame())
	has := func(name, filter string, root knownvalue.Check) []statecheck.StateCheck {
		return []statecheck.StateCheck{
			statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringRegexp(regexp.MustCompile(`^[0-9a-f-]{36}$`))),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("name"), knownvalue.StringExact(name)),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("recipient_filter"), knownvalue.StringExact(filter)),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("recipient_root"), root),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("exclusive"), knownvalue.Bool(false)),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("distinguished_name"), knownvalue.StringRegexp(regexp.MustCompile(`^CN=`+regexp.QuoteMeta(name)+`,`))),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("timeouts"), knownvalue.Null()),
			sameID.AddStateValue(address, tfjsonpath.New("id")),
		}
	}
	const sales = `(CustomAttribute1 -eq 'sales') -and (Office -like 'Ber*')`
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{
			Config:            config("Invoices", finance),
			ConfigStateChecks: has("Invoices", finance, knownvalue.Null()),
			Check: resource.ComposeAggregateTestCheckFunc(
				shown(s, "Invoices", finance, "", false),
				s.CheckRequests(map[string]int{"New-ManagementScope": 1, "Set-ManagementScope": 0}),
			),
		},
		{
			Config: config("Invoices", sales),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("distinguished_name"), knownvalue.NotNull()),
			}},
			ConfigStateChecks: has("Invoices", sales, knownvalue.Null()),
			Check: resource.ComposeAggregateTestCheckFunc(
				shown(s, "Invoices", sales, "", false),
				s.CheckRequests(map[string]int{"New-ManagementScope": 0, "Set-ManagementScope": 1}),
			),
		},
		{
			Config:            config("Invoices", sales, `recipient_root = "contoso.onmicrosoft.com"`),
			ConfigPlanChecks:  action(plancheck.ResourceActionUpdate),
			ConfigStateChecks: has("Invoices", sales, knownvalue.StringExact("contoso.onmicrosoft.com")),
			Check:             shown(s, "Invoices", sales, "contoso.onmicrosoft.com", false),
		},
		{
			Config: config("Invoices of Berlin", finance),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("distinguished_name")),
			}},
			ConfigStateChecks: has("Invoices of Berlin", finance, knownvalue.Null()),
			Check: resource.ComposeAggregateTestCheckFunc(
				shown(s, "Invoices of Berlin", finance, "", false),
				s.Check(func(t *tenant.Tenant) error {
					if _, ok := scope(t, "Invoices"); ok {
						return fmt.Errorf("the scope was copied instead of renamed")
					}
					return nil
				}),
			),
		},
	}})
}

func TestManagementScopeIsReplacedWhenExclusiveChanges(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{
			Config: config("Invoices", finance, "exclusive = true"),
			Check:  shown(s, "Invoices", finance, "", true),
		},
		{
			Config: config("Invoices", finance),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionDestroyBeforeCreate),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("id")),
			}},
			Check: shown(s, "Invoices", finance, "", false),
		},
	}})
}

func TestManagementScopeTakesAnotherSpellingOfItsFilterForNoChange(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	const first = `(CustomAttribute1 -eq 'finance') -and (Office -eq 'O''Neil House')`
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: config("Invoices", first)},
		{
			Config: config("Invoices", `customattribute1 -EQ "Finance" -and Office  -eq  "O'Neil House"`),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectEmptyPlan(),
			}},
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("recipient_filter"), knownvalue.StringExact(first)),
			},
			Check: s.CheckRequests(map[string]int{"Set-ManagementScope": 0}),
		},
	}})
}

func TestManagementScopeIsImported(t *testing.T) {
	t.Parallel()
	object := config("Invoices", finance, "exclusive = true", `recipient_root = "contoso.onmicrosoft.com"`)
	for name, step := range map[string]resource.TestStep{
		"by name":               {ImportStateKind: resource.ImportCommandWithID, ImportStateId: "Invoices", ImportStateVerify: true},
		"by GUID":               {ImportStateKind: resource.ImportCommandWithID, ImportStateVerify: true},
		"by block with id":      {ImportStateKind: resource.ImportBlockWithID, ImportStateId: "Invoices", Config: object},
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

func TestManagementScopeImportBlockOfTheErrorPlansClean(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	before := s.Snapshot()
	const payroll = `CustomAttribute1 -eq 'payroll'`
	imported := "import {\n  to = " + address + "\n  id = \"Payroll mailboxes\"\n}\n" + config("Payroll mailboxes", payroll)
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{
			Config:      config("payroll MAILBOXES", finance),
			ExpectError: regexp.MustCompile(`(?s)of this name exists already.*import \{\s+to = exchange_management_scope.example\s+id = "payroll MAILBOXES"\s+\}`),
		},
		{
			Config:           imported,
			ConfigPlanChecks: action(plancheck.ResourceActionNoop),
			Check: func(*terraform.State) error {
				if after := s.Snapshot(); fmt.Sprint(after) != fmt.Sprint(before) {
					return fmt.Errorf("the import changed the tenant")
				}
				return nil
			},
		},
		{
			// The seeded scope is in use, so it is given up here and not removed.
			Config: "removed {\n  from = " + address + "\n  lifecycle {\n    destroy = false\n  }\n}\n",
		},
	}})
}

func TestManagementScopeIdentityIsItsGUIDThroughRenames(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	same := statecheck.CompareValue(compare.ValuesSame())
	s.Test(resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{
				Config: config("Invoices", finance),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectIdentityValueMatchesStateAtPath(address, tfjsonpath.New("guid"), tfjsonpath.New("id")),
					same.AddStateValue(address, tfjsonpath.New("id")),
				},
			},
			{
				Config: config("Renamed", finance),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectIdentityValueMatchesStateAtPath(address, tfjsonpath.New("guid"), tfjsonpath.New("id")),
					same.AddStateValue(address, tfjsonpath.New("id")),
				},
			},
		},
	})
}

func TestManagementScopeShowsAndMendsDrift(t *testing.T) {
	t.Parallel()
	for attribute, change := range map[string]map[string]any{
		"name":             {"Name": "Renamed elsewhere"},
		"recipient_filter": {"RecipientRestrictionFilter": `CustomAttribute1 -eq 'everything'`},
		"recipient_root":   {"RecipientRoot": "contoso.onmicrosoft.com"},
	} {
		t.Run(attribute, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			change["Identity"] = "Invoices"
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{Config: config("Invoices", finance)},
				{
					PreConfig:          s.Does("Set-ManagementScope", change),
					RefreshState:       true,
					ExpectNonEmptyPlan: true,
					RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
					}},
				},
				{
					Config: config("Invoices", finance),
					Check:  shown(s, "Invoices", finance, "", false),
				},
			}})
		})
	}
}

func TestManagementScopeMadeAnewElsewhereIsAnotherScope(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: config("Invoices", finance)},
		{
			// exclusive cannot change, so its drift is a scope that was removed and made again.
			PreConfig: func() {
				s.Run("Remove-ManagementScope", map[string]any{"Identity": "Invoices"})
				s.Run("New-ManagementScope", map[string]any{"Name": "Invoices", "RecipientRestrictionFilter": finance, "Exclusive": true})
			},
			RefreshState:       true,
			ExpectNonEmptyPlan: true,
			RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
			}},
		},
		{
			PreConfig: s.Does("Remove-ManagementScope", map[string]any{"Identity": "Invoices"}),
			Config:    config("Invoices", finance),
		},
	}})
}

func TestManagementScopeThatVanishedIsPlannedAnew(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: config("Invoices", finance)},
		{
			PreConfig:          s.Does("Remove-ManagementScope", map[string]any{"Identity": "Invoices"}),
			RefreshState:       true,
			ExpectNonEmptyPlan: true,
			RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
			}},
		},
	}})
}

func TestManagementScopeRemovalSparesAnotherThatTookItsName(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{
		AdditionalCLIOptions: &resource.AdditionalCLIOptions{Plan: resource.PlanOptions{NoRefresh: true}},
		CheckDestroy: s.Check(func(t *tenant.Tenant) error {
			if _, ok := scope(t, "Invoices of Berlin"); ok {
				return fmt.Errorf("the renamed scope was left")
			}
			if _, ok := scope(t, "Invoices"); !ok {
				return fmt.Errorf("somebody else's scope was removed")
			}
			return nil
		}),
		Steps: []resource.TestStep{
			{Config: config("Invoices", finance)},
			{
				PreConfig: func() {
					s.Run("Set-ManagementScope", map[string]any{"Identity": "Invoices", "Name": "Invoices of Berlin"})
					s.Run("New-ManagementScope", map[string]any{"Name": "Invoices", "RecipientRestrictionFilter": "Office -eq 'Rome'"})
				},
				Config: `resource "terraform_data" "nothing" {}`,
			},
		},
	})
}

func TestManagementScopeInUseIsNotRemovedAndTheErrorNamesItsUsers(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	assignment := map[string]any{
		"Name": "Outside of Terraform", "Role": "Application Mail.Read",
		"App": "33333333-3333-3333-3333-0000000000aa", "CustomResourceScope": "Invoices",
	}
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: config("Invoices", finance)},
		{
			PreConfig:   s.Does("New-ManagementRoleAssignment", assignment),
			Config:      config("Invoices", finance),
			Destroy:     true,
			ExpectError: wrapped(`(?s)could not be removed.*These role assignments use it: 'Outside of Terraform'`),
		},
		{
			PreConfig: s.Does("Remove-ManagementRoleAssignment", map[string]any{"Identity": "Outside of Terraform"}),
			Config:    config("Invoices", finance),
		},
	}})
}

func TestManagementScopeThatAssignmentsUseIsReplacedTogetherWithThem(t *testing.T) {
	t.Parallel()
	for _, reference := range []string{"name", "id"} {
		t.Run("referred to by its "+reference, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			const user = "exchange_role_assignment.test"
			assigned := func(lifecycle string) string {
				return fmt.Sprintf(`
resource "exchange_role_assignment" "test" {
  role                  = "Application Mail.Read"
  app                   = "33333333-3333-3333-3333-0000000000aa"
  custom_resource_scope = exchange_management_scope.test.%s
  %s
}
`, reference, lifecycle)
			}
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{Config: config("Invoices", finance) + assigned("")},
				{
					Config: config("Invoices", finance, "exclusive = true") + assigned(""),
					ExpectError: wrapped(`(?s)could not be removed.*Exchange does not remove a scope that role assignments use. To have them replaced together with the scope, ` +
						`add lifecycle { replace_triggered_by = \[exchange_management_scope.example.id\] } to each, with the scope's own address. ` +
						`An assignment that Terraform does not manage has to be removed or given another scope first.`),
				},
				{
					Config: config("Invoices", finance, "exclusive = true") + assigned("lifecycle {\n    replace_triggered_by = [exchange_management_scope.test.id]\n  }"),
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(address, plancheck.ResourceActionDestroyBeforeCreate),
						plancheck.ExpectResourceAction(user, plancheck.ResourceActionDestroyBeforeCreate),
					}},
					Check: shown(s, "Invoices", finance, "", true),
				},
			}})
		})
	}
}

func TestManagementScopeRemovalWaitsWhileTheDirectoryStillCountsItAsUsed(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t, func(b *tenant.Behavior) { b.ScopeInUseLag = tenant.Lag{Calls: 2} })
	assignment := map[string]any{
		"Name": "Outside of Terraform", "Role": "Application Mail.Read",
		"App": "33333333-3333-3333-3333-0000000000aa", "CustomResourceScope": "Invoices",
	}
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: config("Invoices", finance)},
		{
			PreConfig: func() {
				s.Run("New-ManagementRoleAssignment", assignment)
				s.Run("Remove-ManagementRoleAssignment", map[string]any{"Identity": "Outside of Terraform"})
				s.Requests().Reset()
			},
			Config:  config("Invoices", finance),
			Destroy: true,
			Check:   s.CheckRequests(map[string]int{"Remove-ManagementScope": 3}),
		},
	}})
}

func TestManagementScopeRefusesWhatItCannotBe(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config string
		error  string
	}{
		"name with a wildcard":          {config("Invoices*", finance), `(?s)name.*asterisk`},
		"name that is too long":         {config(strings.Repeat("x", 65), finance), `(?s)name.*character count`},
		"name in several lines":         {config("Invoices\nof Berlin", finance), `(?s)name.*control characters`},
		"empty name":                    {config("", finance), `(?s)name.*character count`},
		"filter in braces":              {config("Invoices", "{ "+finance+" }"), `(?s)recipient_filter.*PowerShell's notation`},
		"filter that is cut off":        {config("Invoices", "CustomAttribute1 -eq 'finance"), `(?s)recipient_filter.*position 22`},
		"filter with a wrong operator":  {config("Invoices", "CustomAttribute1 == 'finance'"), `(?s)recipient_filter.*-eq`},
		"filter by an unknown property": {config("Invoices", "CustomAtribute1 -eq 'finance'"), `(?s)recipient_filter.*Did you mean CustomAttribute1\?`},
		"filter by a server property":   {config("Invoices", "Database -eq 'DB1'"), `(?s)recipient_filter.*Exchange Server only`},
		"group by name":                 {config("Invoices", "MemberOfGroup -eq 'Finance Team'"), `(?s)recipient_filter.*distinguished names only`},
		"empty recipient_root":          {config("Invoices", finance, `recipient_root = ""`), `(?s)recipient_root.*length`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{Config: test.config, PlanOnly: true, ExpectError: wrapped(test.error)},
			}})
			if got := len(s.Requests().All()); got != 0 {
				t.Errorf("%d requests were made for a configuration that is refused while validating", got)
			}
		})
	}
}

func TestManagementScopeWarnsOfALeadingWildcardAndGoesOn(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	const filter = `PrimarySmtpAddress -like '*@contoso.com'`
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: config("Invoices", filter), Check: shown(s, "Invoices", filter, "", false)},
	}})
}

func TestManagementScopeNamesAreCountedInCharacters(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	name := strings.Repeat("ü", 64)
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: config(name, finance), Check: shown(s, name, finance, "", false)},
	}})
}

// wrapped matches an error that Terraform broke into lines.
func wrapped(pattern string) *regexp.Regexp {
	return regexp.MustCompile(strings.ReplaceAll(pattern, " ", `[\s│]+`))
}
