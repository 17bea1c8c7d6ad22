// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package applicationaccesspolicy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/querycheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
)

const noAppID = `(?s)app_id.*must be an application id`

func query(arguments string) string {
	return "provider \"exchange\" {}\n\nlist \"exchange_application_access_policy\" \"test\" {\n  provider = exchange\n" +
		"  config {\n" + arguments + "\n  }\n}\n"
}

func TestPoliciesAreListedWithFilters(t *testing.T) {
	t.Parallel()
	const list = "exchange_application_access_policy.test"
	lists := func(arguments string, length int) resource.TestStep {
		return resource.TestStep{
			Query: true, Config: query(arguments),
			QueryResultChecks: []querycheck.QueryResultCheck{querycheck.ExpectLength(list, length)},
		}
	}
	acctest.Start(t).Test(resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_14_0)},
		Steps: []resource.TestStep{
			lists(``, 1),
			lists(fmt.Sprintf("app_id = %q", strings.ToUpper(payroll)), 1),
			lists(fmt.Sprintf("app_id = %q", reader), 0),
			lists(`app_id = "*"`, 0),
			lists(`scope_name = "finance team"`, 1),
			{Query: true, Config: query(`app_id = "payroll"`), ExpectError: wrapped(noAppID)},
		},
	})
}

func TestPoliciesAreReadByTheDataSource(t *testing.T) {
	t.Parallel()
	data := func(arguments string) string {
		return "data \"exchange_application_access_policies\" \"test\" {\n" + arguments + "\n}\n"
	}
	reads := func(arguments, length string) resource.TestStep {
		return resource.TestStep{
			Config: data(arguments),
			Check:  resource.TestCheckResourceAttr("data.exchange_application_access_policies.test", "application_access_policies.#", length),
		}
	}
	acctest.Start(t).Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: data(`app_id = "{` + payroll + `}"`), ExpectError: wrapped(noAppID)},
		reads(``, "1"),
		reads(fmt.Sprintf("app_id = %q", strings.ToUpper(payroll)), "1"),
		reads(fmt.Sprintf("app_id = %q", reader), "0"),
		reads(`app_id = "*"`, "0"),
	}})
}
