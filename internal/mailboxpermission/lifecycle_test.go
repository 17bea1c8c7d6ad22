// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package mailboxpermission_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
)

// The life of permissions on Terraform itself: of a user, a group and a new application, given, found unchanged by a
// second plan, changed in place, replaced, vanished and given anew, imported without a change, taken with the tenant as
// it was before.
func TestMailboxPermissionPassesOnTerraform(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"canonical", "everything at once"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t, answers[name])
			s.Test(resource.TestCase{Steps: lifecycle(s)})
		})
	}
}

func lifecycle(s *acctest.Sandbox) []resource.TestStep {
	const user, group, app = "exchange_mailbox_permission.user", "exchange_mailbox_permission.group", "exchange_mailbox_permission.app"
	configuration := func(accessRights, deny string) string {
		return strings.NewReplacer("ACCESS_RIGHTS", accessRights, "DENY", deny).Replace(`
resource "exchange_service_principal" "test" {
  app_id    = "22222222-2222-2222-2222-222222222222"
  object_id = "33333333-3333-3333-3333-333333333333"
}

resource "exchange_mailbox_permission" "user" {
  mailbox       = "Support"
  user          = "megan@contoso.com"
  access_rights = ACCESS_RIGHTS
  auto_mapping  = false
}

resource "exchange_mailbox_permission" "group" {
  mailbox       = "support@contoso.com"
  user          = "finance-team@contoso.com"
  access_rights = ["ReadPermission"]
  deny          = DENY
}

resource "exchange_mailbox_permission" "app" {
  mailbox       = "support@contoso.com"
  user          = exchange_service_principal.test.object_id
  access_rights = ACCESS_RIGHTS
}

data "exchange_mailbox_permissions" "support" {
  mailboxes  = ["support@contoso.com"]
  depends_on = [exchange_mailbox_permission.user, exchange_mailbox_permission.group, exchange_mailbox_permission.app]
}

output "permissions" {
  value = length(data.exchange_mailbox_permissions.support.permissions)
}
`)
	}
	does := func(action plancheck.ResourceActionType, addresses ...string) resource.ConfigPlanChecks {
		var checks []plancheck.PlanCheck
		for _, address := range addresses {
			checks = append(checks, plancheck.ExpectResourceAction(address, action))
		}
		return resource.ConfigPlanChecks{PreApply: checks}
	}
	// The names of groups and applications depend on the answers, so trustees are told by what they hold.
	hold := func(rights ...string) resource.TestCheckFunc {
		var checks []resource.TestCheckFunc
		for i, trustee := range []string{"megan@contoso.com", "finance-team@contoso.com", "33333333-3333-3333-3333-333333333333"} {
			checks = append(checks, holding(s, trustee, rights[i]))
		}
		return resource.ComposeAggregateTestCheckFunc(append(checks, resource.TestCheckOutput("permissions", "3"))...)
	}
	made := configuration(`["FullAccess"]`, "false")
	changed := configuration(`["FullAccess", "ReadPermission"]`, "false")
	replaced := configuration(`["ReadPermission"]`, "true")
	imported := func(address, id string) resource.TestStep {
		return resource.TestStep{
			ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID,
			ImportStateId: id, Config: configuration(`["ReadPermission"]`, "true"),
		}
	}
	return []resource.TestStep{
		{Config: made, Check: hold("FullAccess", "ReadPermission", "FullAccess")},
		{
			Config:           changed,
			ConfigPlanChecks: does(plancheck.ResourceActionUpdate, user, app),
			Check:            hold("FullAccess ReadPermission", "ReadPermission", "FullAccess ReadPermission"),
		},
		{
			Config:           replaced,
			ConfigPlanChecks: does(plancheck.ResourceActionDestroyBeforeCreate, group),
			Check:            hold("ReadPermission", "ReadPermission", "ReadPermission"),
		},
		{
			PreConfig: func() {
				s.Run("Remove-MailboxPermission", map[string]any{"Identity": support, "ResetDefault": true})
			},
			Config:           replaced,
			ConfigPlanChecks: does(plancheck.ResourceActionCreate, user, group, app),
			Check:            hold("ReadPermission", "ReadPermission", "ReadPermission"),
		},
		imported(group, "support|Finance Team|deny"),
		imported(app, support+"|22222222-2222-2222-2222-222222222222"),
		{
			// Auto-mapping comes with an import as its default, and means nothing without FullAccess.
			ResourceName: user, ImportState: true, ImportStateKind: resource.ImportCommandWithID, ImportStateId: "Support|megan@contoso.com",
			ImportStateVerify: true, ImportStateVerifyIgnore: []string{"auto_mapping"},
		},
	}
}
