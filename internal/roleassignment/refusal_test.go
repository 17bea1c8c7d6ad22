// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package roleassignment_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
)

func TestRoleAssignmentDoesNotWaitForWhatIsNotThere(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config attributes
		error  string
	}{
		"role":                     {attributes{"role", "Application Mail.Reed", "app", scanner}, `(?s)could not be assigned.*Application Mail.Reed`},
		"app":                      {attributes{"role", mailRead, "app", "33333333-3333-3333-3333-333333333333"}, `(?s)could not be assigned.*33333333-3333-3333-3333-333333333333`},
		"scope":                    {attributes{"role", mailRead, "app", scanner, "custom_resource_scope", "Nobody"}, `(?s)could not be assigned.*Nobody`},
		"ambiguous unit":           {attributes{"role", mailRead, "app", scanner, "recipient_administrative_unit_scope", "West Coast"}, `(?s)could not be assigned.*West Coast`},
		"end-user role of an app":  {attributes{"role", "MyBaseOptions", "app", scanner}, `could not be assigned`},
		"app role of a user":       {attributes{"role", mailRead, "user", "adele@contoso.com"}, `could not be assigned`},
		"admin role of a policy":   {attributes{"role", "Mail Recipients", "policy", "Default Role Assignment Policy"}, `could not be assigned`},
		"exclusive scope as plain": {attributes{"role", "Mail Recipients", "user", "adele@contoso.com", "custom_recipient_write_scope", "Executives"}, `(?s)is an exclusive scope`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{Config: config(test.config...), ExpectError: wrapped(test.error)},
			}})
			if got := s.Requests().Count("New-ManagementRoleAssignment"); got > 1 {
				t.Errorf("the assignment was tried %d times", got)
			}
		})
	}
}

func TestRoleAssignmentIsRefusedOnTheAttributeAtFaultWithANextStep(t *testing.T) {
	t.Parallel()
	const (
		nobody = "33333333-3333-3333-3333-333333333333"
		young  = " One that was created a moment ago may take some minutes to be seen: run again then."
		roles  = "Application roles (Application ...) can be given to app only, end-user roles (My...) to policy only, and policy takes no other roles."
		scopes = "If the management scope is in this configuration, refer to it by exchange_management_scope.example.name, so that it is created first. " +
			"Otherwise check the name: the data source exchange_management_scopes lists the scopes that there are."
		app = "Exchange knows an application once it is registered as an exchange_service_principal. If that is in this configuration, refer to it by " +
			"exchange_service_principal.example.id, so that it is created first. Otherwise check the id: the object id is the one under \"Enterprise applications\", not the one under \"App registrations\"."
		unit = "Give the object id that the administrative unit has in Entra, such as azuread_administrative_unit.example.object_id." + young
	)
	for name, test := range map[string]struct {
		config    core.Attributes
		attribute string
		advice    string
	}{
		"role": {
			core.Attributes{"role": "Application Mail.Reed", "app": scanner},
			"role",
			"Check the name: Get-ManagementRole lists the roles in Exchange Online PowerShell.",
		},
		"role whose name ends in that of the scope": {
			core.Attributes{"role": "Application Mail.Reed for Payroll mailboxes", "app": scanner, "custom_resource_scope": "Payroll mailboxes"},
			"role",
			"Check the name: Get-ManagementRole lists the roles in Exchange Online PowerShell.",
		},
		"permission for a role": {
			core.Attributes{"role": "Mail.Read", "app": scanner},
			"role",
			`The names of the roles for applications begin with "Application": did you mean "Application Mail.Read"?`,
		},
		"app":                     {core.Attributes{"role": mailRead, "app": nobody}, "app", app},
		"user":                    {core.Attributes{"role": "Mail Recipients", "user": "nobody@contoso.com"}, "user", "Check the name." + young},
		"security group":          {core.Attributes{"role": "Mail Recipients", "security_group": "Nobodies"}, "security_group", "Check the name." + young},
		"policy":                  {core.Attributes{"role": "MyBaseOptions", "policy": "Nobodies"}, "policy", "Check the name." + young},
		"scope":                   {core.Attributes{"role": mailRead, "app": scanner, "custom_resource_scope": "Nobody"}, "custom_resource_scope", scopes},
		"write scope":             {core.Attributes{"role": "Mail Recipients", "user": "adele@contoso.com", "custom_recipient_write_scope": "Nobody"}, "custom_recipient_write_scope", scopes},
		"unit":                    {core.Attributes{"role": mailRead, "app": scanner, "recipient_administrative_unit_scope": nobody}, "recipient_administrative_unit_scope", unit},
		"unit by its name":        {core.Attributes{"role": mailRead, "app": scanner, "recipient_administrative_unit_scope": "Nowhere"}, "recipient_administrative_unit_scope", unit},
		"unit of two of its name": {core.Attributes{"role": mailRead, "app": scanner, "recipient_administrative_unit_scope": "West Coast"}, "recipient_administrative_unit_scope", "Name the object by something unique, such as its GUID."},
		"group": {
			core.Attributes{"role": mailRead, "app": scanner, "recipient_group_scope": "Adele Vance"},
			"recipient_group_scope",
			"Give the name, an address, the GUID or the distinguished name of a group; a mailbox is none." + young,
		},
		"organizational unit": {
			core.Attributes{"role": "Mail Recipients", "user": "adele@contoso.com", "recipient_organizational_unit_scope": "fabrikam.com"},
			"recipient_organizational_unit_scope",
			"Check the name of the organizational unit. In Exchange Online it is that of the organization in nearly all cases, such as contoso.onmicrosoft.com.",
		},
		"end-user role of an app":  {core.Attributes{"role": "MyBaseOptions", "app": scanner}, "role", roles},
		"app role of a user":       {core.Attributes{"role": mailRead, "user": "adele@contoso.com"}, "role", roles},
		"admin role of a policy":   {core.Attributes{"role": "Mail Recipients", "policy": "Default Role Assignment Policy"}, "role", roles},
		"exclusive scope as plain": {core.Attributes{"role": "Mail Recipients", "user": "adele@contoso.com", "custom_recipient_write_scope": "Executives"}, "custom_recipient_write_scope", "Give an exclusive scope as exclusive_recipient_write_scope instead."},
		"plain scope as exclusive": {core.Attributes{"role": "Mail Recipients", "user": "adele@contoso.com", "exclusive_recipient_write_scope": "Berlin recipients"}, "exclusive_recipient_write_scope", "Give a scope that is not exclusive as custom_recipient_write_scope instead."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				s.TestCore(func(w *core.Workspace) {
					refusedOn(t, w.Apply(t.Context(), core.Config{{Address: address, Attributes: test.config}}), test.attribute, test.advice)
				})
			})
		})
	}
}

func TestRoleAssignmentChangeIsRefusedOnTheAttributeAtFault(t *testing.T) {
	t.Parallel()
	acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
		s.TestCore(func(w *core.Workspace) {
			w.Settle(t.Context(), reads(payrollScope, true))
			refusedOn(t, w.Apply(t.Context(), reads("Nobody", true)), "custom_resource_scope", "Otherwise check the name: the data source exchange_management_scopes lists the scopes that there are.")
		})
	})
}

func TestRoleAssignmentsAreNotListedOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	for attribute, test := range map[string]struct{ value, advice string }{
		"app":  {"33333333-3333-3333-3333-333333333333", `not the one under "App registrations".`},
		"role": {"Application Mail.Reed", "Check the name: Get-ManagementRole lists the roles in Exchange Online PowerShell."},
	} {
		t.Run(attribute, func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				s.TestCore(func(w *core.Workspace) {
					_, err := w.Plan(t.Context(), core.Config{{Address: "data.exchange_role_assignments.test", Attributes: core.Attributes{attribute: test.value}}})
					refusedOn(t, err, attribute, test.advice)
				})
			})
		})
	}
}

// refusedOn checks that err is one error, on an attribute, that ends in advice.
func refusedOn(t *testing.T, err error, attribute, advice string) {
	t.Helper()
	var refused core.Error
	if !errors.As(err, &refused) || len(refused) != 1 || refused[0].Attribute != attribute || !strings.HasSuffix(refused[0].Detail, advice) {
		t.Errorf("got %v\nwant an error on %s that ends in: %s", err, attribute, advice)
	}
}

func TestRoleAssignmentRefusesWhatHasNoParameterSet(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config attributes
		error  string
	}{
		"no assignee":                        {attributes{"role", mailRead}, `(?s)No assignee.*exactly one of`},
		"two assignees":                      {attributes{"role", mailRead, "app", scanner, "user", "adele@contoso.com"}, `(?s)More than one assignee.*user = `},
		"two scopes":                         {attributes{"role", mailRead, "app", scanner, "custom_resource_scope", "a", "recipient_group_scope", "b"}, `(?s)More than one scope.*recipient_group_scope = `},
		"app with a user's scope":            {attributes{"role", mailRead, "app", scanner, "custom_recipient_write_scope", "a"}, `(?s)does not take.*custom_recipient_write_scope = .*It takes custom_resource_scope`},
		"app with an exclusive scope":        {attributes{"role", mailRead, "app", scanner, "exclusive_recipient_write_scope", "a"}, `(?s)does not take.*exclusive_recipient_write_scope = `},
		"app with a unit":                    {attributes{"role", mailRead, "app", scanner, "recipient_organizational_unit_scope", "a"}, `(?s)does not take.*recipient_organizational_unit_scope = `},
		"app with a relative scope":          {attributes{"role", mailRead, "app", scanner, "recipient_relative_write_scope", "Self"}, `(?s)does not take.*recipient_relative_write_scope = `},
		"user with an app's scope":           {attributes{"role", "Mail Recipients", "user", "adele@contoso.com", "custom_resource_scope", "a"}, `(?s)does not take.*custom_resource_scope = `},
		"delegating policy":                  {attributes{"role", "MyBaseOptions", "policy", "Default Role Assignment Policy", "delegating", "true"}, `(?s)Delegating assignment of a policy.*delegating = `},
		"name that is too long":              {attributes{"name", strings.Repeat("x", 65), "role", mailRead, "app", scanner}, `(?s)name.*character count`},
		"name that ends with a blank":        {attributes{"name", "all ", "role", mailRead, "app", scanner}, `(?s)name.*blank`},
		"name with a wildcard":               {attributes{"name", "all*", "role", mailRead, "app", scanner}, `(?s)name.*asterisk`},
		"relative scope that does not exist": {attributes{"role", "Mail Recipients", "user", "adele@contoso.com", "recipient_relative_write_scope", "Everybody"}, `(?s)recipient_relative_write_scope.*MyGAL`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{Config: config(test.config...), PlanOnly: true, ExpectError: wrapped(test.error)},
			}})
			if got := len(s.Requests().All()); got != 0 {
				t.Errorf("%d requests were made for a configuration that is refused while validating", got)
			}
		})
	}
}

// wrapped matches an error that Terraform broke into lines.
func wrapped(pattern string) *regexp.Regexp {
	return regexp.MustCompile(strings.ReplaceAll(pattern, " ", `[\s│]+`))
}
