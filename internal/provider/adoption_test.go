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

// mailboxes are those whose permissions the example adopts.
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
	w.example("all.tfquery.hcl")
	w.run("query", "-no-color", "-generate-config-out=generated.tf")
	w.adopts(objects)
}

func TestATenantIsAdoptedByImportBlocksWithForEach(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	objects := populate(t, s)
	w := newWorkspace(t, s)
	w.example("adopt.tf")
	w.example("variables.tf")
	w.adopts(objects)
}
