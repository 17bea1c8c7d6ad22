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
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// answers are the ways in which Exchange was seen to differ, or is not known, where it concerns policies and their
// scopes. The zero setting is the first row.
var answers = map[string]func(*tenant.Behavior){
	"canonical":                            func(*tenant.Behavior) {},
	"errors as JSON":                       func(b *tenant.Behavior) { b.ErrorFormat = tenant.ErrorJSON },
	"errors as exceptions":                 func(b *tenant.Behavior) { b.ErrorFormat = tenant.ErrorException },
	"not found as 400":                     func(b *tenant.Behavior) { b.NotFoundStatus = 400 },
	"not found as 500":                     func(b *tenant.Behavior) { b.NotFoundStatus = 500 },
	"not found wrapped by a proxy":         func(b *tenant.Behavior) { b.NotFoundWrapped = true },
	"nulls left out":                       func(b *tenant.Behavior) { b.NullProperties = tenant.NullsAbsent },
	"lists of one as strings":              func(b *tenant.Behavior) { b.SingleLists = tenant.SingleString },
	"GUIDs in upper case":                  func(b *tenant.Behavior) { b.GUIDCase = tenant.GUIDUpper },
	"DNs in another case":                  func(b *tenant.Behavior) { b.DNCase = tenant.DNLower },
	"empty answer for what is not there":   func(b *tenant.Behavior) { b.WrongIdentity = tenant.WrongIdentityEmpty },
	"all objects for what is not there":    func(b *tenant.Behavior) { b.WrongIdentity = tenant.WrongIdentityAll },
	"booleans as strings":                  func(b *tenant.Behavior) { b.Booleans = tenant.BooleansString },
	"writes by the initial domain only":    func(b *tenant.Behavior) { b.WriteNeedsDomainAnchor = true },
	"no content after changes":             func(b *tenant.Behavior) { b.SetOutput = tenant.SetNoContent },
	"null after changes":                   func(b *tenant.Behavior) { b.SetOutput = tenant.SetNull },
	"no object after creation":             func(b *tenant.Behavior) { b.NewOutput = tenant.NewEmpty },
	"one refusal before the role is known": func(b *tenant.Behavior) { b.RoleNotPropagated = 1 },
	"an error for an empty list":           func(b *tenant.Behavior) { b.EmptyAccessPolicies = tenant.NoAccessPoliciesError },
	"apps as lists":                        func(b *tenant.Behavior) { b.AccessPolicyAppID = tenant.AppIDList },
	"scopes by their id in Entra":          func(b *tenant.Behavior) { b.AccessPolicyScope = tenant.ScopeByEntraID },
	"opposites accepted":                   func(b *tenant.Behavior) { b.OppositeAccessPolicy = tenant.OppositeAccepted },
	"an error for an empty list, and all objects for what is not there": func(b *tenant.Behavior) {
		b.EmptyAccessPolicies, b.WrongIdentity = tenant.NoAccessPoliciesError, tenant.WrongIdentityAll
	},
	"everything at once": func(b *tenant.Behavior) {
		b.ErrorFormat, b.NotFoundStatus = tenant.ErrorJSON, 500
		b.NullProperties, b.SingleLists, b.GUIDCase, b.DNCase = tenant.NullsAbsent, tenant.SingleString, tenant.GUIDUpper, tenant.DNLower
		b.Booleans, b.SetOutput, b.NewOutput, b.WriteNeedsDomainAnchor = tenant.BooleansString, tenant.SetNoContent, tenant.NewEmpty, true
		b.EmptyAccessPolicies, b.AccessPolicyAppID, b.AccessPolicyScope = tenant.NoAccessPoliciesError, tenant.AppIDList, tenant.ScopeByEntraID
	},
}

// The life of a policy in a tenant that has no other: made, found unchanged, described in place, replaced without a
// gap, vanished and made anew, imported without a change, removed.
func TestLifecyclePassesWhateverFormTheServiceAnswersIn(t *testing.T) {
	t.Parallel()
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t, answer)
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
