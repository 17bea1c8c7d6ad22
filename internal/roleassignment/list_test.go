// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package roleassignment_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/querycheck"
	"github.com/hashicorp/terraform-plugin-testing/querycheck/queryfilter"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
)

const booking = "33333333-3333-3333-3333-0000000000cc"

func query(arguments string) string {
	return "provider \"exchange\" {}\n\nlist \"exchange_role_assignment\" \"test\" {\n  provider = exchange\n  limit = 1000\n  include_resource = true\n" +
		"  config {\n" + arguments + "\n  }\n}\n"
}

func TestRoleAssignmentsAreListedWithFiltersAndNamesThatPeopleRecognize(t *testing.T) {
	t.Parallel()
	const list = "exchange_role_assignment.test"
	named := func(name string) queryfilter.QueryFilter {
		return queryfilter.ByDisplayName(knownvalue.StringExact(name))
	}
	s := acctest.Start(t)
	s.Test(resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_14_0)},
		Steps: []resource.TestStep{
			{
				Query: true, Config: query(`app = "22222222-2222-2222-2222-0000000000cc"`),
				QueryResultChecks: []querycheck.QueryResultCheck{
					querycheck.ExpectLength(list, 3),
					querycheck.ExpectResourceKnownValues(list, named("Room Booking Calendars.ReadWrite (Application Calendars.ReadWrite for Room Booking over 60f565a0-9a30-40e6-a34e-4023db4616c2)"),
						[]querycheck.KnownValueCheck{
							{Path: tfjsonpath.New("name"), KnownValue: knownvalue.StringExact("Room Booking Calendars.ReadWrite")},
							{Path: tfjsonpath.New("app"), KnownValue: knownvalue.StringExact(booking)},
							{Path: tfjsonpath.New("recipient_administrative_unit_scope"), KnownValue: knownvalue.StringExact("60f565a0-9a30-40e6-a34e-4023db4616c2")},
							{Path: tfjsonpath.New("custom_resource_scope"), KnownValue: knownvalue.Null()},
							{Path: tfjsonpath.New("enabled"), KnownValue: knownvalue.Bool(true)},
						}),
				},
			},
			{
				Query: true, Config: query(`role = "application mail.read"`),
				QueryResultChecks: []querycheck.QueryResultCheck{
					querycheck.ExpectLength(list, 1),
					querycheck.ExpectResourceDisplayName(list, named("Payroll Archive Mail.Read (Application Mail.Read for Payroll Archive over Payroll mailboxes)"), knownvalue.NotNull()),
				},
			},
			{
				Query: true, Config: query(`scope = "berlin recipients"`),
				QueryResultChecks: []querycheck.QueryResultCheck{
					querycheck.ExpectLength(list, 1),
					querycheck.ExpectResourceDisplayName(list, named("Berlin mailboxes for Finance (Mail Recipients for Finance Team over Berlin recipients)"), knownvalue.NotNull()),
				},
			},
			{
				// What Exchange gives every tenant is left out, unless it is asked for.
				Query: true, Config: query(``),
				QueryResultChecks: []querycheck.QueryResultCheck{querycheck.ExpectLength(list, 9)},
			},
			{
				Query: true, Config: query(`include_built_in = true`),
				QueryResultChecks: []querycheck.QueryResultCheck{querycheck.ExpectLength(list, len(s.Tenant().RoleAssignments()))},
			},
			{
				Query: true, Config: query(`app = "nobody"`), ExpectError: regexp.MustCompile(`could not be listed`),
			},
		},
	})
}

func TestRoleAssignmentsAreReadByTheDataSource(t *testing.T) {
	t.Parallel()
	const address = "data.exchange_role_assignments.test"
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{
			Config: `data "exchange_role_assignments" "test" { role = "Application Mail.Read" }`,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("role_assignments"), knownvalue.ListExact([]knownvalue.Check{
					knownvalue.ObjectExact(map[string]knownvalue.Check{
						"id":                                  knownvalue.NotNull(),
						"name":                                knownvalue.StringExact("Payroll Archive Mail.Read"),
						"role":                                knownvalue.StringExact(mailRead),
						"app":                                 knownvalue.StringExact(payroll),
						"user":                                knownvalue.Null(),
						"security_group":                      knownvalue.Null(),
						"policy":                              knownvalue.Null(),
						"custom_resource_scope":               knownvalue.StringExact("Payroll mailboxes"),
						"custom_recipient_write_scope":        knownvalue.Null(),
						"exclusive_recipient_write_scope":     knownvalue.Null(),
						"recipient_administrative_unit_scope": knownvalue.Null(),
						"recipient_group_scope":               knownvalue.Null(),
						"recipient_organizational_unit_scope": knownvalue.Null(),
						"recipient_relative_write_scope":      knownvalue.Null(),
						"delegating":                          knownvalue.Bool(false),
						"enabled":                             knownvalue.Bool(true),
						"role_assignee_type":                  knownvalue.StringExact("ServicePrincipal"),
						"recipient_write_scope":               knownvalue.StringExact("CustomRecipientScope"),
					}),
				})),
			},
		},
		{
			Config: `data "exchange_role_assignments" "test" {}`,
			Check:  resource.TestCheckResourceAttr(address, "role_assignments.#", "9"),
		},
	}})
}
