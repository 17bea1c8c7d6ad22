// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package serviceprincipal_test

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
	address = "exchange_service_principal.test"

	// Apps of the seeded tenant: one without a pointer, another, and one with a pointer called Payroll Archive.
	appID, objectID           = "22222222-2222-2222-2222-222222222222", "33333333-3333-3333-3333-333333333333"
	otherAppID, otherObjectID = "22222222-2222-2222-2222-000000000002", "33333333-3333-3333-3333-000000000002"
	takenAppID, takenObjectID = "22222222-2222-2222-2222-0000000000aa", "33333333-3333-3333-3333-0000000000aa"
	scanAppID, scanObjectID   = "22222222-2222-2222-2222-0000000000bb", "33333333-3333-3333-3333-0000000000bb"
	registrationObjectID      = "44444444-4444-4444-4444-444444444444"
)

func config(appID, objectID string, further ...string) string {
	return fmt.Sprintf("resource \"exchange_service_principal\" \"test\" {\n  app_id = %q\n  object_id = %q\n  %s\n}\n",
		appID, objectID, strings.Join(further, "\n  "))
}

// pointer finds the tenant's pointer to an enterprise application.
func pointer(t *tenant.Tenant, objectID string) (tenant.ServicePrincipal, bool) {
	for _, pointer := range t.ServicePrincipals() {
		if strings.EqualFold(pointer.ObjectID, objectID) {
			return pointer, true
		}
	}
	return tenant.ServicePrincipal{}, false
}

// shown checks that the tenant has the pointer with this display name, and that state says of it what the tenant has.
func shown(s *acctest.Sandbox, appID, objectID, displayName string) resource.TestCheckFunc {
	return func(state *terraform.State) error {
		object, ok := pointer(s.Tenant(), objectID)
		if !ok {
			return fmt.Errorf("the tenant has no pointer to %s", objectID)
		}
		if !strings.EqualFold(object.AppID, appID) || object.DisplayName != displayName {
			return fmt.Errorf("the tenant's pointer is %+v", object)
		}
		return resource.ComposeAggregateTestCheckFunc(
			resource.TestCheckResourceAttr(address, "sid", object.SID),
			resource.TestCheckResourceAttr(address, "guid", object.GUID),
		)(state)
	}
}

func TestServicePrincipalIsRegisteredRenamedAndRemoved(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	sameGUID := statecheck.CompareValue(compare.ValuesSame())
	named := func(name knownvalue.Check) []statecheck.StateCheck {
		return []statecheck.StateCheck{
			statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact(objectID)),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("app_id"), knownvalue.StringExact(appID)),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("object_id"), knownvalue.StringExact(objectID)),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("display_name"), name),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("use_existing"), knownvalue.Null()),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("sid"), knownvalue.StringRegexp(regexp.MustCompile(`^S-1-5-21-`))),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("guid"), knownvalue.NotNull()),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("timeouts"), knownvalue.Null()),
			sameGUID.AddStateValue(address, tfjsonpath.New("guid")),
		}
	}
	updated := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
		plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
		plancheck.ExpectKnownValue(address, tfjsonpath.New("guid"), knownvalue.NotNull()),
	}}
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{
			Config:            config(appID, objectID, `display_name = "Invoice Reader"`),
			ConfigStateChecks: named(knownvalue.StringExact("Invoice Reader")),
			Check: resource.ComposeAggregateTestCheckFunc(
				shown(s, appID, objectID, "Invoice Reader"),
				s.CheckRequests(map[string]int{"New-ServicePrincipal": 1, "Set-ServicePrincipal": 0}),
			),
		},
		{
			Config:            config(appID, objectID, `display_name = "Invoices"`),
			ConfigPlanChecks:  updated,
			ConfigStateChecks: named(knownvalue.StringExact("Invoices")),
			Check: resource.ComposeAggregateTestCheckFunc(
				shown(s, appID, objectID, "Invoices"),
				s.CheckRequests(map[string]int{"New-ServicePrincipal": 0, "Set-ServicePrincipal": 1}),
			),
		},
		{
			Config:            config(appID, objectID),
			ConfigPlanChecks:  updated,
			ConfigStateChecks: named(knownvalue.Null()),
			Check:             shown(s, appID, objectID, ""),
		},
	}})
}

func TestServicePrincipalIsReplacedWhenItsIdsChange(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: config(appID, objectID)},
		{
			Config: config(otherAppID, otherObjectID),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionDestroyBeforeCreate),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("id")),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("sid")),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("guid")),
			}},
			Check: resource.ComposeAggregateTestCheckFunc(
				shown(s, otherAppID, otherObjectID, ""),
				s.Check(func(t *tenant.Tenant) error {
					if _, ok := pointer(t, objectID); ok {
						return fmt.Errorf("the replaced pointer is still there")
					}
					return nil
				}),
			),
		},
	}})
}

func TestServicePrincipalKeepsTheLetterCaseOfGUIDs(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{
			Config: config(strings.ToUpper(otherAppID), strings.ToUpper(otherObjectID)),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact(otherObjectID)),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("app_id"), knownvalue.StringExact(strings.ToUpper(otherAppID))),
			},
		},
		{
			Config: config(otherAppID, otherObjectID),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectEmptyPlan(),
			}},
		},
	}})
}

func TestServicePrincipalIsImported(t *testing.T) {
	t.Parallel()
	object := config(appID, objectID, `display_name = "Invoice Reader"`)
	for name, step := range map[string]resource.TestStep{
		"by object id":          {ImportStateKind: resource.ImportCommandWithID, ImportStateId: objectID, ImportStateVerify: true},
		"by application id":     {ImportStateKind: resource.ImportCommandWithID, ImportStateId: appID, ImportStateVerify: true},
		"by upper case id":      {ImportStateKind: resource.ImportCommandWithID, ImportStateId: strings.ToUpper(objectID), ImportStateVerify: true},
		"by block with id":      {ImportStateKind: resource.ImportBlockWithID, ImportStateId: appID, Config: object},
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

func TestServicePrincipalImportBlockPlansClean(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	// The import block that the provider prints is pasted by users, so it is taken from there.
	s.Test(resource.TestCase{
		CheckDestroy: func(*terraform.State) error {
			if _, ok := pointer(s.Tenant(), takenObjectID); ok {
				return fmt.Errorf("an imported pointer is managed like any other, and should have been removed")
			}
			return nil
		},
		Steps: []resource.TestStep{
			{
				Config:      config(takenAppID, takenObjectID),
				ExpectError: regexp.MustCompile(`(?s)registered in Exchange already.*import \{\s+to = exchange_service_principal.example\s+id = "` + takenObjectID + `"\s+\}`),
			},
			{
				Config: "import {\n  to = " + address + "\n  id = \"" + takenObjectID + "\"\n}\n" +
					config(takenAppID, takenObjectID, `display_name = "Payroll Archive"`),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionNoop),
				}},
				Check: resource.ComposeAggregateTestCheckFunc(
					shown(s, takenAppID, takenObjectID, "Payroll Archive"),
					s.CheckRequests(map[string]int{"Set-ServicePrincipal": 0}),
				),
			},
		},
	})
}

func TestServicePrincipalIdentityIsTheObjectID(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{
				Config: config(appID, strings.ToUpper(objectID)),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectIdentity(address, map[string]knownvalue.Check{"object_id": knownvalue.StringExact(objectID)}),
				},
			},
			{
				Config: config(appID, objectID, `display_name = "renamed"`),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectIdentity(address, map[string]knownvalue.Check{"object_id": knownvalue.StringExact(objectID)}),
				},
			},
		},
	})
}

func TestServicePrincipalShowsAndMendsDriftOfItsName(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: config(appID, objectID, `display_name = "Invoice Reader"`)},
		{
			PreConfig:          s.Does("Set-ServicePrincipal", map[string]any{"Identity": objectID, "DisplayName": "changed elsewhere"}),
			RefreshState:       true,
			ExpectNonEmptyPlan: true,
			RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
			}},
		},
		{
			Config: config(appID, objectID, `display_name = "Invoice Reader"`),
			Check:  shown(s, appID, objectID, "Invoice Reader"),
		},
	}})
}

func TestServicePrincipalThatVanishedIsPlannedAnew(t *testing.T) {
	t.Parallel()
	for name, vanish := range map[string]func(s *acctest.Sandbox) error{
		"removed from Exchange": func(s *acctest.Sandbox) error {
			_, err := s.Sandbox.Run("Remove-ServicePrincipal", map[string]any{"Identity": otherObjectID})
			return err
		},
		"deleted in Entra": func(s *acctest.Sandbox) error {
			return s.Tenant().DeleteEnterpriseApplication(otherObjectID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{Config: config(otherAppID, otherObjectID)},
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

func TestServicePrincipalAdoptsAnExistingPointerAndLeavesIt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		further []string
		state   knownvalue.Check
		tenant  string
	}{
		"with its name left as it is": {nil, knownvalue.Null(), "Payroll Archive"},
		"with a name of ours":         {[]string{`display_name = "Payroll"`}, knownvalue.StringExact("Payroll"), "Payroll"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			before, _ := pointer(s.Tenant(), takenObjectID)
			s.Test(resource.TestCase{
				CheckDestroy: func(*terraform.State) error {
					after, ok := pointer(s.Tenant(), takenObjectID)
					if !ok || after.GUID != before.GUID || after.DisplayName != test.tenant {
						return fmt.Errorf("destroy did not leave the adopted pointer as it was: %+v", after)
					}
					return nil
				},
				Steps: []resource.TestStep{{
					Config: config(takenAppID, takenObjectID, append(test.further, `use_existing = true`)...),
					ConfigStateChecks: []statecheck.StateCheck{
						statecheck.ExpectKnownValue(address, tfjsonpath.New("display_name"), test.state),
						statecheck.ExpectKnownValue(address, tfjsonpath.New("use_existing"), knownvalue.Bool(true)),
						statecheck.ExpectKnownValue(address, tfjsonpath.New("guid"), knownvalue.StringExact(before.GUID)),
					},
					Check: resource.ComposeAggregateTestCheckFunc(
						shown(s, takenAppID, takenObjectID, test.tenant),
						s.CheckRequests(map[string]int{"New-ServicePrincipal": 0}),
					),
				}},
			})
		})
	}
}

func TestServicePrincipalUseExistingCreatesWhereThereIsNothing(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{
		Steps: []resource.TestStep{
			{
				Config: config(appID, objectID, `use_existing = true`),
				Check:  shown(s, appID, objectID, ""),
			},
			// Without it, destroy removes the pointer again.
			{Config: config(appID, objectID)},
		},
	})
}

func TestServicePrincipalWithoutUseExistingManagesTheNameAgain(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{
		CheckDestroy: func(*terraform.State) error { return nil },
		Steps: []resource.TestStep{
			{Config: config(takenAppID, takenObjectID, `use_existing = true`), Check: shown(s, takenAppID, takenObjectID, "Payroll Archive")},
			{Config: config(takenAppID, takenObjectID), Check: shown(s, takenAppID, takenObjectID, "")},
		},
	})
}

func TestServicePrincipalIsNotMistakenForOneThatIsNamedAfterIt(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{
		CheckDestroy: func(*terraform.State) error {
			if _, ok := pointer(s.Tenant(), scanObjectID); !ok {
				return fmt.Errorf("the pointer of another application was removed")
			}
			return nil
		},
		Steps: []resource.TestStep{
			{Config: config(appID, objectID)},
			{
				PreConfig: func() {
					s.Run("Remove-ServicePrincipal", map[string]any{"Identity": objectID})
					s.Run("Set-ServicePrincipal", map[string]any{"Identity": scanObjectID, "DisplayName": objectID})
				},
				RefreshState:       true,
				ExpectNonEmptyPlan: true,
				RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
				}},
			},
		},
	})
}

func TestServicePrincipalOfARecreatedEnterpriseApplicationIsReportedByItsOwnID(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{{
		Config:      config(takenAppID, objectID),
		ExpectError: regexp.MustCompile(`(?s)(object_id.*id = "` + takenObjectID + `"|could not be registered)`),
	}}})
}

func TestServicePrincipalRefusesWhatItCannotBe(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config string
		error  string
	}{
		"app_id that is no GUID":           {config("invoice-reader", objectID), `(?s)app_id.*"invoice-reader" is not a GUID`},
		"object_id in braces":              {config(appID, "{"+objectID+"}"), `(?s)object_id.*is not a GUID`},
		"empty display_name":               {config(appID, objectID, `display_name = ""`), `(?s)display_name.*character count`},
		"display_name that is too long":    {config(appID, objectID, fmt.Sprintf("display_name = %q", strings.Repeat("x", 257))), `(?s)display_name.*character count`},
		"object id of an app registration": {config(appID, registrationObjectID), `(?s)could not be registered.*New-ServicePrincipal failed`},
		"adopting with another app's id":   {config(otherAppID, scanObjectID, `use_existing = true`), `(?s)belongs to another application.*` + scanAppID},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{Config: test.config, ExpectError: wrapped(test.error)},
			}})
		})
	}
}

// wrapped matches an error that Terraform broke into lines.
func wrapped(pattern string) *regexp.Regexp {
	return regexp.MustCompile(strings.ReplaceAll(pattern, " ", `[\s│]+`))
}
