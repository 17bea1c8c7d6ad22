// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package managementscope_test

import (
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

func query(arguments string) string {
	return "provider \"exchange\" {}\n\nlist \"exchange_management_scope\" \"test\" {\n  provider = exchange\n  include_resource = true\n" +
		"  config {\n" + arguments + "\n  }\n}\n"
}

func TestManagementScopesAreListedWithFilters(t *testing.T) {
	t.Parallel()
	const list = "exchange_management_scope.test"
	s := acctest.Start(t)
	executives, _ := scope(s.Tenant(), "Executives")
	s.Test(resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_14_0)},
		Steps: []resource.TestStep{
			{
				Query: true, Config: query(``),
				QueryResultChecks: []querycheck.QueryResultCheck{querycheck.ExpectLength(list, 3)},
			},
			{
				Query: true, Config: query(`name_prefix = "payroll"`),
				QueryResultChecks: []querycheck.QueryResultCheck{
					querycheck.ExpectLength(list, 1),
					querycheck.ExpectResourceKnownValues(list, queryfilter.ByDisplayName(knownvalue.StringExact("Payroll mailboxes")), []querycheck.KnownValueCheck{
						{Path: tfjsonpath.New("name"), KnownValue: knownvalue.StringExact("Payroll mailboxes")},
						{Path: tfjsonpath.New("recipient_filter"), KnownValue: knownvalue.StringExact("CustomAttribute1 -eq 'payroll'")},
						{Path: tfjsonpath.New("recipient_root"), KnownValue: knownvalue.Null()},
						{Path: tfjsonpath.New("exclusive"), KnownValue: knownvalue.Bool(false)},
					}),
				},
			},
			{
				Query: true, Config: query(`exclusive = true`),
				QueryResultChecks: []querycheck.QueryResultCheck{
					querycheck.ExpectLength(list, 1),
					querycheck.ExpectIdentity(list, map[string]knownvalue.Check{"guid": knownvalue.StringExact(executives.GUID)}),
				},
			},
		},
	})
}

func TestManagementScopesAreReadByTheDataSource(t *testing.T) {
	t.Parallel()
	const address = "data.exchange_management_scopes.test"
	s := acctest.Start(t)
	executives, _ := scope(s.Tenant(), "Executives")
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{
			Config: `data "exchange_management_scopes" "test" { exclusive = true }`,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("management_scopes"), knownvalue.ListExact([]knownvalue.Check{
					knownvalue.ObjectExact(map[string]knownvalue.Check{
						"id":                 knownvalue.StringExact(executives.GUID),
						"name":               knownvalue.StringExact("Executives"),
						"recipient_filter":   knownvalue.StringExact(executives.RecipientFilter),
						"recipient_root":     knownvalue.Null(),
						"exclusive":          knownvalue.Bool(true),
						"distinguished_name": knownvalue.StringExact(executives.DistinguishedName),
					}),
				})),
			},
		},
		{
			Config: `data "exchange_management_scopes" "test" { name_prefix = "nothing" }`,
			Check:  resource.TestCheckResourceAttr(address, "management_scopes.#", "0"),
		},
	}})
}
