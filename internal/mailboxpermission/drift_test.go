// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package mailboxpermission_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// ofAdele are the parameters of a change to adele's rights on the mailbox of the support.
func ofAdele(rights []any, further ...any) map[string]any {
	parameters := map[string]any{"Identity": support, "User": adele, "AccessRights": rights}
	for i := 0; i+1 < len(further); i += 2 {
		if name, ok := further[i].(string); ok {
			parameters[name] = further[i+1]
		}
	}
	return parameters
}

func TestMailboxPermissionShowsAndMendsDrift(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cmdlet string
		change map[string]any
		action plancheck.ResourceActionType
		writes []string
	}{
		"right added":   {"Add-MailboxPermission", ofAdele([]any{"DeleteItem"}), plancheck.ResourceActionUpdate, []string{"Remove"}},
		"right removed": {"Remove-MailboxPermission", ofAdele([]any{"ReadPermission"}), plancheck.ResourceActionUpdate, []string{"Add"}},
		"entry removed": {"Remove-MailboxPermission", ofAdele([]any{"FullAccess", "ReadPermission"}), plancheck.ResourceActionCreate, []string{"Add"}},
		"list reset":    {"Remove-MailboxPermission", map[string]any{"Identity": support, "ResetDefault": true}, plancheck.ResourceActionCreate, []string{"Add"}},
		// One entry in two rows: it is replaced, and both rows go.
		"right added to children": {
			"Add-MailboxPermission",
			ofAdele([]any{"DeleteItem"}, "InheritanceType", "Children"),
			plancheck.ResourceActionDestroyBeforeCreate,
			[]string{"Remove", "Remove", "Add"},
		},
	} {
		for form, repeated := range map[string]tenant.RepeatedPermission{"": tenant.RepeatedMerged, ", in rows of their own": tenant.RepeatedSeparate} {
			t.Run(name+form, func(t *testing.T) {
				t.Parallel()
				s := acctest.Start(t, func(b *tenant.Behavior) { b.RepeatedPermission = repeated })
				s.Test(resource.TestCase{Steps: []resource.TestStep{
					{Config: given(`["FullAccess", "ReadPermission"]`), Check: writes(s, "Add")},
					refreshed(s.Does(test.cmdlet, test.change), test.action),
					{
						Config: given(`["FullAccess", "ReadPermission"]`),
						Check: resource.ComposeAggregateTestCheckFunc(
							has(s, support, entry{adele, "FullAccess ReadPermission", false, "All", true}), writes(s, test.writes...)),
					},
				}})
			})
		}
	}
}

// Auto-mapping is not to be seen, so a change of it is no drift.
func TestMailboxPermissionClaimsNoDriftOfAutoMapping(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: given(full), Check: has(s, support, entry{adele, "FullAccess", false, "All", true})},
		{
			PreConfig:        s.Does("Remove-MailboxPermission", map[string]any{"Identity": support, "ClearAutoMapping": true}),
			Config:           given(full),
			ConfigPlanChecks: emptyPlan(),
			Check:            has(s, support, entry{adele, "FullAccess", false, "All", false}),
		},
	}})
}

func TestMailboxPermissionOnADeletedMailboxIsPlannedAnew(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]tenant.WrongIdentity{
		"answered as not found":   tenant.WrongIdentityError,
		"answered with nothing":   tenant.WrongIdentityEmpty,
		"answered with all there": tenant.WrongIdentityAll,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t, func(b *tenant.Behavior) { b.WrongIdentity = wrong })
			// Adele has the same rights on another mailbox of the tenant.
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{Config: given(full)},
				refreshed(func() {
					if err := s.Tenant().DeleteRecipient(support); err != nil {
						t.Fatal(err)
					}
				}, plancheck.ResourceActionCreate),
			}})
		})
	}
}

func TestMailboxPermissionFollowsARenamedMailbox(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: config("mailbox", "Support", "user", adele, "access_rights", full)},
		{
			PreConfig: s.Does("Set-Mailbox", map[string]any{"Identity": support, "DisplayName": "Help", "MicrosoftOnlineServicesID": "help@contoso.com"}),
			Config:    config("mailbox", "help@contoso.com", "user", adele, "access_rights", `["ReadPermission"]`),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
			}},
			Check: has(s, support, entry{adele, "ReadPermission", false, "All", false}),
		},
	}})
}

// A read that fails for another reason than absence leaves state as it was.
func TestMailboxPermissionSurvivesAFailedRead(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	refuse := func(calls int) func() {
		return func() {
			behavior := s.Tenant().Behavior()
			behavior.RoleNotPropagated = calls
			s.Tenant().SetBehavior(behavior)
		}
	}
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: given(full), Check: writes(s, "Add")},
		{PreConfig: refuse(1000), Config: given(full), ExpectError: wrapped(`(?s)mailbox permission could not be read.*unauthenticated`)},
		{PreConfig: refuse(0), Config: given(full), ConfigPlanChecks: emptyPlan(), Check: writes(s)},
	}})
}

func TestMailboxPermissionWaitsForANewServicePrincipal(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t, func(b *tenant.Behavior) { b.TrusteeLag = tenant.Lag{Calls: 2} })
	s.Test(resource.TestCase{Steps: []resource.TestStep{{
		Config: `
resource "exchange_service_principal" "test" {
  app_id       = "22222222-2222-2222-2222-222222222222"
  object_id    = "33333333-3333-3333-3333-333333333333"
  display_name = "Invoice Reader"
}
` + config("mailbox", support, "user", "exchange_service_principal.test.object_id", "access_rights", full),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(address, tfjsonpath.New("user"), knownvalue.StringExact("33333333-3333-3333-3333-333333333333")),
		},
		Check: resource.ComposeAggregateTestCheckFunc(
			has(s, support, entry{"Invoice Reader", "FullAccess", false, "All", false}), writes(s, "Add", "Add", "Add")),
	}}})
}

// What a trustee left behind when it was deleted goes too, where Terraform still knows of it.
func TestMailboxPermissionOfADeletedTrusteeIsTakenBySID(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	terraform := s.Command(acctest.BuildProvider(t), given(full))
	terraform(t, "apply", "-auto-approve", "-no-color")
	if err := s.Tenant().DeleteRecipient(adele); err != nil {
		t.Fatal(err)
	}
	terraform(t, "destroy", "-auto-approve", "-no-color", "-refresh=false")
	if err := noTrace(s)(nil); err != nil {
		t.Error(err)
	}
}

// Configurations that manage different trustees of one mailbox, each with its own state, work side by side.
func TestMailboxPermissionsOfOneMailboxAreManagedByConfigurationsSideBySide(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	before := s.Snapshot()
	t.Run("side by side", func(t *testing.T) {
		for _, user := range []string{adele, megan, "Finance Team", scanner} {
			t.Run(user, func(t *testing.T) {
				t.Parallel()
				own := func(accessRights string, further ...string) string {
					return config(append(attributes{"mailbox", support, "user", user, "access_rights", accessRights}, further...)...)
				}
				holds := func(rights string) resource.TestCheckFunc { return holding(s, user, rights) }
				resource.Test(t, resource.TestCase{
					IsUnitTest:               true,
					ProtoV6ProviderFactories: s.Providers(),
					CheckDestroy:             holds(""),
					Steps: []resource.TestStep{
						{Config: own(full), Check: holds("FullAccess")},
						{Config: own(`["ReadPermission", "FullAccess"]`), Check: holds("FullAccess ReadPermission")},
						{Config: own(`["DeleteItem"]`), Check: holds("DeleteItem")},
						{Config: own(full, "auto_mapping", "false"), Check: holds("FullAccess")},
						{Config: own(full, "auto_mapping", "false"), ConfigPlanChecks: emptyPlan()},
					},
				})
			})
		}
	})
	if difference := cmp.Diff(before, s.Snapshot()); difference != "" {
		t.Errorf("the tenant is not as it was before (-before +after):\n%s", difference)
	}
}

// holding checks one trustee's rights on the mailbox of the support, whatever others hold.
func holding(s *acctest.Sandbox, user, rights string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		rows, err := s.Sandbox.Run("Get-MailboxPermission", map[string]any{"Identity": support, "User": user})
		if err != nil {
			return err
		}
		var held []string
		for _, row := range rows {
			for right := range strings.SplitSeq(strings.Trim(fmt.Sprint(row["AccessRights"]), "[]"), ", ") {
				held = append(held, right)
			}
		}
		slices.Sort(held)
		if got := strings.Join(held, " "); got != rights {
			return fmt.Errorf("%s holds %q, want %q", user, got, rights)
		}
		return nil
	}
}

func TestMailboxPermissionIsThereAfterAReplacementThatCreatesFirst(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	replaced := func(trigger string) string {
		return "resource \"terraform_data\" \"trigger\" {\n  input = \"" + trigger + "\"\n}\n" +
			strings.Replace(given(`["FullAccess"]`), "\n}\n", "\n  lifecycle {\n    create_before_destroy = true\n    replace_triggered_by  = [terraform_data.trigger]\n  }\n}\n", 1)
	}
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: replaced("first")},
		{
			Config:           replaced("second"),
			ConfigPlanChecks: action(plancheck.ResourceActionCreateBeforeDestroy),
		},
		{
			Config:           replaced("second"),
			ConfigPlanChecks: emptyPlan(),
		},
	}})
}
