// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package serviceprincipal_test

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
	return "provider \"exchange\" {}\n\nlist \"exchange_service_principal\" \"test\" {\n  provider = exchange\n  include_resource = true\n" +
		"  config {\n" + arguments + "\n  }\n}\n"
}

func TestServicePrincipalsAreListedWithFilters(t *testing.T) {
	t.Parallel()
	const list = "exchange_service_principal.test"
	s := acctest.Start(t)
	s.Test(resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_14_0)},
		Steps: []resource.TestStep{
			{
				Query: true, Config: query(``),
				QueryResultChecks: []querycheck.QueryResultCheck{
					querycheck.ExpectLength(list, 3),
					querycheck.ExpectIdentity(list, map[string]knownvalue.Check{"object_id": knownvalue.StringExact(scanObjectID)}),
				},
			},
			{
				Query: true, Config: query(`app_id = "22222222-2222-2222-2222-0000000000AA"`),
				QueryResultChecks: []querycheck.QueryResultCheck{
					querycheck.ExpectLength(list, 1),
					querycheck.ExpectResourceKnownValues(list, queryfilter.ByDisplayName(knownvalue.StringExact("Payroll Archive (application "+takenAppID+")")), []querycheck.KnownValueCheck{
						{Path: tfjsonpath.New("app_id"), KnownValue: knownvalue.StringExact(takenAppID)},
						{Path: tfjsonpath.New("object_id"), KnownValue: knownvalue.StringExact(takenObjectID)},
						{Path: tfjsonpath.New("display_name"), KnownValue: knownvalue.StringExact("Payroll Archive")},
						{Path: tfjsonpath.New("use_existing"), KnownValue: knownvalue.Null()},
					}),
				},
			},
			{
				Query: true, Config: query(`display_name_prefix = "legacy"`),
				QueryResultChecks: []querycheck.QueryResultCheck{querycheck.ExpectLength(list, 1)},
			},
			{
				Query: true, Config: "provider \"exchange\" {}\n\nlist \"exchange_service_principal\" \"test\" {\n  provider = exchange\n  limit = 2\n}\n",
				QueryResultChecks: []querycheck.QueryResultCheck{querycheck.ExpectLength(list, 2)},
			},
		},
	})
}

func TestServicePrincipalsAreReadByTheDataSource(t *testing.T) {
	t.Parallel()
	const address = "data.exchange_service_principals.test"
	s := acctest.Start(t)
	object, _ := pointer(s.Tenant(), takenObjectID)
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{
			Config: `data "exchange_service_principals" "test" { app_id = "` + takenAppID + `" }`,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("service_principals"), knownvalue.ListExact([]knownvalue.Check{
					knownvalue.ObjectExact(map[string]knownvalue.Check{
						"id":           knownvalue.StringExact(takenObjectID),
						"app_id":       knownvalue.StringExact(takenAppID),
						"object_id":    knownvalue.StringExact(takenObjectID),
						"display_name": knownvalue.StringExact("Payroll Archive"),
						"sid":          knownvalue.StringExact(object.SID),
						"guid":         knownvalue.StringExact(object.GUID),
					}),
				})),
			},
		},
		{
			Config: `data "exchange_service_principals" "test" {}`,
			Check:  resource.TestCheckResourceAttr(address, "service_principals.#", "3"),
		},
	}})
}
