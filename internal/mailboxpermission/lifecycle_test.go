// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package mailboxpermission_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// answers are the ways in which Exchange was seen to differ, or is not known: each setting of each switch of the
// sandbox that concerns mailboxes and their permissions.
var answers = map[string]func(*tenant.Behavior){
	"canonical":                          func(*tenant.Behavior) {},
	"errors as JSON":                     func(b *tenant.Behavior) { b.ErrorFormat = tenant.ErrorJSON },
	"errors as exceptions":               func(b *tenant.Behavior) { b.ErrorFormat = tenant.ErrorException },
	"not found as 400":                   func(b *tenant.Behavior) { b.NotFoundStatus = 400 },
	"not found as 500":                   func(b *tenant.Behavior) { b.NotFoundStatus = 500 },
	"not found as 500 in JSON":           func(b *tenant.Behavior) { b.NotFoundStatus, b.ErrorFormat = 500, tenant.ErrorJSON },
	"not found wrapped by a proxy":       func(b *tenant.Behavior) { b.NotFoundWrapped = true },
	"nulls left out":                     func(b *tenant.Behavior) { b.NullProperties = tenant.NullsAbsent },
	"lists of one as strings":            func(b *tenant.Behavior) { b.SingleLists = tenant.SingleString },
	"GUIDs in upper case":                func(b *tenant.Behavior) { b.GUIDCase = tenant.GUIDUpper },
	"DNs in another case":                func(b *tenant.Behavior) { b.DNCase = tenant.DNLower },
	"empty answer for what is not there": func(b *tenant.Behavior) { b.WrongIdentity = tenant.WrongIdentityEmpty },
	"all objects for what is not there":  func(b *tenant.Behavior) { b.WrongIdentity = tenant.WrongIdentityAll },
	"booleans as strings":                func(b *tenant.Behavior) { b.Booleans = tenant.BooleansString },
	"writes by the initial domain only":  func(b *tenant.Behavior) { b.WriteNeedsDomainAnchor = true },
	"late trustees":                      func(b *tenant.Behavior) { b.TrusteeLag = tenant.Lag{Calls: 1} },
	"late trustees by time":              func(b *tenant.Behavior) { b.TrusteeLag = tenant.Lag{For: 500 * time.Millisecond} },
	"trustees by name":                   func(b *tenant.Behavior) { b.TrusteeEcho = tenant.TrusteeByName },
	"a row for each call":                func(b *tenant.Behavior) { b.RepeatedPermission = tenant.RepeatedSeparate },
	"an element for each right":          func(b *tenant.Behavior) { b.AccessRights = tenant.RightsSeparate },
	"rights in one string": func(b *tenant.Behavior) {
		b.AccessRights, b.SingleLists = tenant.RightsJoined, tenant.SingleString
	},
	"one entry of the owner":        func(b *tenant.Behavior) { b.OwnPermissions = tenant.OwnOnce },
	"SendAs in the owner's entries": func(b *tenant.Behavior) { b.OwnPermissions = tenant.OwnWithSendAs },
	"inherited entries":             func(b *tenant.Behavior) { b.InheritedPermissions = tenant.InheritedShown },
	"no content after changes":      func(b *tenant.Behavior) { b.SetOutput = tenant.SetNoContent },
	"null after changes":            func(b *tenant.Behavior) { b.SetOutput = tenant.SetNull },
	"no object after creation":      func(b *tenant.Behavior) { b.NewOutput = tenant.NewEmpty },
	"everything at once": func(b *tenant.Behavior) {
		b.ErrorFormat, b.NotFoundStatus, b.NullProperties, b.SingleLists = tenant.ErrorJSON, 500, tenant.NullsAbsent, tenant.SingleString
		b.GUIDCase, b.DNCase, b.Booleans, b.WriteNeedsDomainAnchor = tenant.GUIDUpper, tenant.DNLower, tenant.BooleansString, true
		b.TrusteeLag, b.TrusteeEcho, b.RepeatedPermission = tenant.Lag{Calls: 1}, tenant.TrusteeByName, tenant.RepeatedSeparate
		b.OwnPermissions, b.InheritedPermissions = tenant.OwnWithSendAs, tenant.InheritedShown
		b.SetOutput, b.NewOutput = tenant.SetNoContent, tenant.NewEmpty
	},
}

// The life of permissions of a user, a group and a new application: given, found unchanged by a second plan, changed in
// place, replaced, vanished and given anew, imported without a change, taken with the tenant as it was before.
func TestMailboxPermissionPassesWhateverFormTheServiceAnswersIn(t *testing.T) {
	t.Parallel()
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t, answer)
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
