// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"strings"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// The kinds of workloads.
const (
	// assignments are role assignments of applications, ten each, over a scope of the application's own.
	assignments = "assignments"
	// permissions are mailbox permissions, five on each mailbox.
	permissions = "permissions"
	// single is one role assignment, in a tenant that has as many as the size says.
	single = "single"
)

const (
	assignmentsPerApp     = 10
	permissionsPerMailbox = 5
	// blockInstances is how many instances a resource block has at most. To plan n of one block, Terraform copies n
	// times what state has of the whole block, which is all that a plan of 10,000 in one would measure.
	blockInstances = 1_000
)

// roles are those that an application gets, one by one.
var roles = [assignmentsPerApp]string{
	"Application Mail.Read", "Application Mail.ReadBasic", "Application Mail.ReadWrite", "Application Mail.Send",
	"Application MailboxSettings.Read", "Application MailboxSettings.ReadWrite",
	"Application Calendars.Read", "Application Calendars.ReadWrite",
	"Application Contacts.Read", "Application Contacts.ReadWrite",
}

// administrator is who makes what is there before Terraform comes.
var administrator = tenant.Caller{Administrator: true}

// workload is a tenant and what Terraform manages in it.
type workload struct {
	kind string
	// size is the number of objects of the kind that the tenant has.
	size int
}

// object is a resource instance.
type object struct {
	// block is the name of the resource block that it is in.
	block string
	// key is its key in the block's for_each; for assignments it is the name.
	key string
	// importID is the id to import it by.
	importID string
	// arguments are what the configuration says of it besides.
	arguments map[string]string
}

// managed is the number of objects that Terraform manages.
func (w workload) managed() int {
	if w.kind == single {
		return 1
	}
	return w.size
}

// resourceType is the type of the resources that are managed.
func (w workload) resourceType() string {
	if w.kind == permissions {
		return "exchange_mailbox_permission"
	}
	return "exchange_role_assignment"
}

// block is the name of the resource block that has the nth managed object.
func block(nth int) string { return fmt.Sprintf("group%02d", nth/blockInstances) }

// config is the configuration that manages the objects. Their arguments are in a file for each block beside it, as
// configurations of this size have them.
func (w workload) config() string {
	arguments := `
  name                  = each.key
  role                  = each.value.role
  app                   = each.value.app
  custom_resource_scope = each.value.scope
`
	if w.kind == permissions {
		arguments = `
  mailbox       = each.value.mailbox
  user          = each.value.user
  access_rights = ["FullAccess"]
`
	}
	var config strings.Builder
	fmt.Fprintf(&config, `terraform {
  required_providers {
    exchange = { source = %q }
  }
}
`, providerAddress)
	for first := 0; first < w.managed(); first += blockInstances {
		// A local value is evaluated once; Terraform evaluates for_each itself for every instance.
		name := block(first)
		fmt.Fprintf(&config, `
locals {
  %[2]s = tomap(jsondecode(file("${path.module}/%[3]s")))
}

resource %[1]q %[2]q {
  for_each = local.%[2]s
%[4]s}
`, w.resourceType(), name, objectsFile(name), arguments)
	}
	return config.String()
}

// objectsFile is the name of the file with the objects of a resource block.
func objectsFile(block string) string { return block + ".json" }

// tenant makes the tenant, with the objects that are managed or without them, and describes those.
func (w workload) tenant(present bool) (*tenant.Tenant, []object, error) {
	t := tenant.Contoso()
	if w.kind == permissions {
		objects, err := w.addPermissions(t, present)
		return t, objects, err
	}
	objects, err := w.addAssignments(t, present)
	return t, objects, err
}

// addAssignments adds applications, their scopes and their assignments. The last assignments are the managed ones.
func (w workload) addAssignments(t *tenant.Tenant, present bool) ([]object, error) {
	var objects []object
	var app tenant.EnterpriseApplication
	var scope string
	for i := range w.size {
		if nth := i / assignmentsPerApp; i%assignmentsPerApp == 0 {
			app = tenant.EnterpriseApplication{ObjectID: guid(1, nth), AppID: guid(2, nth), DisplayName: fmt.Sprintf("Bench %05d", nth)}
			scope = app.DisplayName + " mailboxes"
			if err := addApp(t, app, scope); err != nil {
				return nil, err
			}
		}
		role := roles[i%assignmentsPerApp]
		o := object{
			block:     block(len(objects)),
			key:       fmt.Sprintf("%s %s", app.DisplayName, role),
			arguments: map[string]string{"role": role, "app": app.ObjectID, "scope": scope},
		}
		managed := i >= w.size-w.managed()
		if present || !managed {
			made, err := t.NewManagementRoleAssignment(administrator, tenant.RoleAssignmentSpec{
				Name: o.key, Role: role,
				AssigneeParameter: tenant.AppParameter, Assignee: app.ObjectID,
				Scope: tenant.ScopeReference{Parameter: tenant.CustomResourceScope, Identity: scope},
			})
			if err != nil {
				return nil, err
			}
			o.importID = made.GUID
		}
		if managed {
			objects = append(objects, o)
		}
	}
	return objects, nil
}

// addApp adds an application, its service principal, and a scope for it.
func addApp(t *tenant.Tenant, app tenant.EnterpriseApplication, scope string) error {
	if err := t.AddEnterpriseApplication(app); err != nil {
		return err
	}
	pointer := tenant.ServicePrincipalSpec{AppID: app.AppID, ObjectID: app.ObjectID, DisplayName: app.DisplayName}
	if _, err := t.NewServicePrincipal(administrator, pointer); err != nil {
		return err
	}
	_, err := t.NewManagementScope(administrator, tenant.ManagementScopeSpec{
		Name: scope, RecipientFilter: fmt.Sprintf("CustomAttribute1 -eq '%s'", app.DisplayName),
	})
	return err
}

// addPermissions adds mailboxes, five people, and their permissions.
func (w workload) addPermissions(t *tenant.Tenant, present bool) ([]object, error) {
	var people [permissionsPerMailbox]string
	recipients := make([]tenant.Recipient, 0, len(people)+w.size/permissionsPerMailbox+1)
	for i := range people {
		people[i] = fmt.Sprintf("bench-person-%d@contoso.com", i)
		recipients = append(recipients, tenant.Recipient{Type: tenant.UserMailbox, PrimarySMTPAddress: people[i]})
	}
	var objects []object
	var mailbox string
	for i := range w.size {
		if i%permissionsPerMailbox == 0 {
			mailbox = fmt.Sprintf("bench-mailbox-%05d@contoso.com", i/permissionsPerMailbox)
			recipients = append(recipients, tenant.Recipient{Type: tenant.SharedMailbox, PrimarySMTPAddress: mailbox})
		}
		person := people[i%permissionsPerMailbox]
		objects = append(objects, object{
			block:     block(len(objects)),
			key:       mailbox + "|" + person,
			importID:  mailbox + "|" + person,
			arguments: map[string]string{"mailbox": mailbox, "user": person},
		})
	}
	if _, err := t.AddRecipients(recipients...); err != nil || !present {
		return objects, err
	}
	for _, o := range objects {
		_, _, err := t.AddMailboxPermission(administrator, tenant.MailboxPermissionSpec{
			Mailbox: o.arguments["mailbox"], User: o.arguments["user"], AccessRights: []string{"FullAccess"},
		})
		if err != nil {
			return nil, err
		}
	}
	return objects, nil
}

// count is the number of objects of the managed type in a tenant.
func (w workload) count(t *tenant.Tenant) int {
	if w.kind == permissions {
		return len(t.MailboxPermissions())
	}
	return len(t.RoleAssignments())
}

// guid is the nth made-up GUID of a series.
func guid(series, nth int) string {
	return fmt.Sprintf("%08x-0000-4000-8000-%012x", 0xbe000000+series, nth)
}
