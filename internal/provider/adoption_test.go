// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
)

// populate fills the tenant with objects of every kind that nobody manages, so that there are wanted ones with those
// that it had, and returns their number.
func populate(t *testing.T, s *acctest.Sandbox) int {
	t.Helper()
	seeded := seedObjects(s)
	for n := 3; n <= 22; n++ {
		app := fmt.Sprintf("%012d", n)
		s.Run("New-ServicePrincipal", map[string]any{
			"AppId": "22222222-2222-2222-2222-" + app, "ObjectId": "33333333-3333-3333-3333-" + app, "DisplayName": fmt.Sprintf("Test App %02d", n),
		})
	}
	for n := range 60 {
		filters := []string{
			"CustomAttribute1 -eq '%02d'", "(Office -like 'Floor %02d*') -and (RecipientTypeDetails -eq 'SharedMailbox')",
			"DisplayName -eq 'O''Neil ${n} \"%02d\"'",
		}
		s.Run("New-ManagementScope", map[string]any{
			"Name": fmt.Sprintf("Scope %02d / \"q\" ${x}", n), "RecipientRestrictionFilter": fmt.Sprintf(filters[n%len(filters)], n), "Exclusive": n%20 == 19,
		})
	}
	for n := range 150 {
		parameters := map[string]any{"Name": fmt.Sprintf("Assignment %03d", n)}
		app := "33333333-3333-3333-3333-" + fmt.Sprintf("%012d", 3+n%20)
		switch n % 5 {
		case 0:
			parameters["App"], parameters["Role"], parameters["CustomResourceScope"] = app, "Application Mail.Read", fmt.Sprintf("Scope %02d / \"q\" ${x}", n%15)
		case 1:
			parameters["App"], parameters["Role"], parameters["RecipientGroupScope"] = app, "Application Mail.Send", "Finance Team"
		case 2:
			parameters["App"], parameters["Role"], parameters["RecipientAdministrativeUnitScope"] = app, "Application Calendars.Read", europe
		case 3:
			parameters["User"], parameters["Role"], parameters["RecipientRelativeWriteScope"] = "megan@contoso.com", "Mail Recipients", "Self"
		case 4:
			parameters["SecurityGroup"], parameters["Role"] = "Finance Team", "View-Only Recipients"
		}
		s.Run("New-ManagementRoleAssignment", parameters)
		if n%10 == 0 {
			s.Run("Set-ManagementRoleAssignment", map[string]any{"Identity": parameters["Name"], "Enabled": false})
		}
	}
	for n := range 30 {
		s.Run("New-ApplicationAccessPolicy", map[string]any{
			"AppId": fmt.Sprintf("22222222-2222-2222-2222-%012d", 100+n), "PolicyScopeGroupId": []string{"finance-team@contoso.com", "All Apps Scope", "adele@contoso.com"}[n%3],
			"AccessRight": []string{"RestrictAccess", "DenyAccess"}[n%2],
		})
	}
	permissions := 0
	for _, mailbox := range mailboxes {
		for n, trustee := range []string{"alex@contoso.com", "Finance Team", "33333333-3333-3333-3333-000000000003", "megan@contoso.com", "33333333-3333-3333-3333-000000000004", "diego@contoso.com"} {
			parameters := map[string]any{"Identity": mailbox, "User": trustee, "AccessRights": []string{"FullAccess"}}
			switch n {
			case 1:
				parameters["AccessRights"] = []string{"ReadPermission", "DeleteItem"}
			case 3:
				parameters["Deny"] = true
			}
			s.Run("Add-MailboxPermission", parameters)
			permissions++
		}
	}
	s.Requests().Reset()
	objects := seeded + 20 + 60 + 150 + 30 + permissions
	if objects < 300 {
		t.Fatalf("the tenant has %d objects to adopt, and is meant to have 300 at least", objects)
	}
	return objects
}

// mailboxes are those whose permissions are adopted.
var mailboxes = []string{"invoices@contoso.com", "payroll@contoso.com", "support@contoso.com", "info@contoso.com"}

// seedObjects counts what the seeded tenant has for Terraform to adopt: all but what Exchange gives every tenant.
func seedObjects(s *acctest.Sandbox) int {
	count := len(s.Tenant().ServicePrincipals()) + len(s.Tenant().ManagementScopes()) + len(s.Tenant().ApplicationAccessPolicies())
	for _, permission := range s.Tenant().MailboxPermissions() {
		// The owner's own entry is Exchange's.
		if permission.UserSID != "S-1-5-10" {
			count++
		}
	}
	for _, assignment := range s.Tenant().RoleAssignments() {
		builtIn := (assignment.AssigneeType == "RoleGroup" || assignment.AssigneeType == "RoleAssignmentPolicy") &&
			strings.HasPrefix(assignment.Name, assignment.Role+"-")
		if !builtIn {
			count++
		}
	}
	return count
}

func TestATenantIsAdoptedByQueryAndGeneratedConfiguration(t *testing.T) {
	t.Parallel()
	acctest.NeedsQuery(t)
	s := acctest.Start(t)
	objects := populate(t, s)
	w := newWorkspace(t, s)
	var query strings.Builder
	for _, kind := range []string{"exchange_service_principal", "exchange_management_scope", "exchange_role_assignment", "exchange_application_access_policy"} {
		fmt.Fprintf(&query, "list %q \"all\" {\n  provider = exchange\n  limit    = 1000\n}\n\n", kind)
	}
	fmt.Fprintf(&query, "list \"exchange_mailbox_permission\" \"all\" {\n  provider = exchange\n  limit    = 1000\n  config {\n    mailboxes = [%s]\n  }\n}\n", quoted(mailboxes))
	write(t, w.folder, "all.tfquery.hcl", query.String())
	w.run("query", "-no-color", "-generate-config-out=generated.tf")
	w.adopts(objects)
}

func quoted(texts []string) string { return `"` + strings.Join(texts, `", "`) + `"` }

var adopt = `
data "exchange_application_access_policies" "all" {}
data "exchange_mailbox_permissions" "all" {
  mailboxes = [` + quoted(mailboxes) + `]
}
data "exchange_service_principals" "all" {}
data "exchange_management_scopes" "all" {}
data "exchange_role_assignments" "all" {}

locals {
  service_principals = { for one in data.exchange_service_principals.all.service_principals : one.id => one }
  management_scopes  = { for one in data.exchange_management_scopes.all.management_scopes : one.id => one }
  policies           = { for one in data.exchange_application_access_policies.all.application_access_policies : one.id => one }
  permissions        = { for one in data.exchange_mailbox_permissions.all.permissions : one.id => one }
  role_assignments   = { for one in data.exchange_role_assignments.all.role_assignments : one.id => one }
}

import {
  for_each = local.service_principals
  to       = exchange_service_principal.all[each.key]
  id       = each.key
}

resource "exchange_service_principal" "all" {
  for_each     = local.service_principals
  app_id       = each.value.app_id
  object_id    = each.value.object_id
  display_name = each.value.display_name
}

import {
  for_each = local.management_scopes
  to       = exchange_management_scope.all[each.key]
  id       = each.key
}

resource "exchange_management_scope" "all" {
  for_each         = local.management_scopes
  name             = each.value.name
  recipient_filter = each.value.recipient_filter
  recipient_root   = each.value.recipient_root
  exclusive        = each.value.exclusive
}

import {
  for_each = local.role_assignments
  to       = exchange_role_assignment.all[each.key]
  id       = each.key
}

resource "exchange_role_assignment" "all" {
  for_each                            = local.role_assignments
  name                                = each.value.name
  role                                = each.value.role
  app                                 = each.value.app
  user                                = each.value.user
  security_group                      = each.value.security_group
  policy                              = each.value.policy
  custom_resource_scope               = each.value.custom_resource_scope
  custom_recipient_write_scope        = each.value.custom_recipient_write_scope
  exclusive_recipient_write_scope     = each.value.exclusive_recipient_write_scope
  recipient_administrative_unit_scope = each.value.recipient_administrative_unit_scope
  recipient_group_scope               = each.value.recipient_group_scope
  recipient_organizational_unit_scope = each.value.recipient_organizational_unit_scope
  recipient_relative_write_scope      = each.value.recipient_relative_write_scope
  delegating                          = each.value.delegating
  enabled                             = each.value.enabled
}

import {
  for_each = local.policies
  to       = exchange_application_access_policy.all[each.key]
  id       = each.key
}

resource "exchange_application_access_policy" "all" {
  for_each              = local.policies
  app_id                = each.value.app_id
  policy_scope_group_id = each.value.policy_scope_group_id
  access_right          = each.value.access_right
  description           = each.value.description
}

import {
  for_each = local.permissions
  to       = exchange_mailbox_permission.all[each.key]
  id       = each.key
}

resource "exchange_mailbox_permission" "all" {
  for_each         = local.permissions
  mailbox          = each.value.mailbox
  user             = each.value.user
  access_rights    = each.value.access_rights
  deny             = each.value.deny
  inheritance_type = each.value.inheritance_type
}
`

func TestATenantIsAdoptedByImportBlocksWithForEach(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	objects := populate(t, s)
	w := newWorkspace(t, s)
	write(t, w.folder, "adopt.tf", adopt)
	w.adopts(objects)
}
