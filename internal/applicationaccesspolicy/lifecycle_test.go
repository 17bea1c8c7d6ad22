// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package applicationaccesspolicy_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
)

// The life of a policy on Terraform itself, in a tenant that has no other: made, found unchanged, described in place,
// replaced without a gap, vanished and made anew, imported without a change, removed.
func TestLifecyclePassesOnTerraform(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"canonical", "everything at once"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t, answers[name])
			s.Run("Remove-ApplicationAccessPolicy", map[string]any{"Identity": identity(payroll, finance)})
			s.Test(resource.TestCase{Steps: lifecycle(s)})
		})
	}
}

func lifecycle(s *acctest.Sandbox) []resource.TestStep {
	is := func(access string) []statecheck.StateCheck {
		return []statecheck.StateCheck{statecheck.ExpectKnownValue(accessAddress, tfjsonpath.New("access"), knownvalue.StringExact(access))}
	}
	asked := func(policy string) string {
		return policy + accessConfig(reader, "support@contoso.com", "depends_on = [exchange_application_access_policy.test]")
	}
	first := asked(config(reader, "finance-team@contoso.com", restrict, createBeforeDestroy))
	described := asked(config(reader, recipient(finance).GUID, restrict, createBeforeDestroy, description("Reads invoices")))
	replaced := asked(config(reader, all, restrict, createBeforeDestroy, description("Reads invoices")))
	return []resource.TestStep{
		{Config: first, ConfigStateChecks: is("Denied"), Check: has(s, [4]string{reader, finance, restrict, ""})},
		{
			Config:            described,
			ConfigPlanChecks:  plans(plancheck.ResourceActionUpdate),
			ConfigStateChecks: is("Denied"),
			Check:             has(s, [4]string{reader, finance, restrict, "Reads invoices"}),
		},
		{
			Config:            replaced,
			ConfigPlanChecks:  plans(plancheck.ResourceActionCreateBeforeDestroy),
			ConfigStateChecks: is("Granted"),
			Check:             has(s, [4]string{reader, all, restrict, "Reads invoices"}),
		},
		{
			// It was the last one of the tenant.
			PreConfig: func() {
				s.Run("Remove-ApplicationAccessPolicy", map[string]any{"Identity": s.Tenant().ApplicationAccessPolicies()[0].Identity})
			},
			Config:           replaced,
			ConfigPlanChecks: plans(plancheck.ResourceActionCreate),
			Check:            has(s, [4]string{reader, all, restrict, "Reads invoices"}),
		},
		{
			ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID, Config: replaced,
		},
		{
			// A scope that is refused while planning is one whatever form the answer has.
			Config:      config(reader, "newsletter@contoso.com", restrict),
			PlanOnly:    true,
			ExpectError: wrapped(`(?s)The identity of the policy scope is not a security principal.*mail-enabled security group`),
		},
		{
			Config:      replaced + `resource "exchange_application_access_policy" "twin" {` + "\n" + `app_id = "` + reader + `"` + "\n" + `policy_scope_group_id = "all-apps-scope"` + "\n" + `access_right = "RestrictAccess"` + "\n}\n",
			ExpectError: wrapped(`(?s)has a policy for this scope already.*import \{`),
		},
	}
}
