// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package roleassignment_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
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
