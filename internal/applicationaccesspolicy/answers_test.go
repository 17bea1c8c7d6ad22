// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package applicationaccesspolicy_test

import (
	"maps"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
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

// The life of a policy, as in TestLifecyclePassesOnTerraform, under every form of answer. What state has does not depend
// on the form.
func TestLifecyclePassesWhateverFormTheServiceAnswersIn(t *testing.T) {
	t.Parallel()
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t, answer)
			s.Run("Remove-ApplicationAccessPolicy", map[string]any{"Identity": identity(payroll, finance)})
			s.TestCore(func(w *core.Workspace) { live(t, s, w) })
		})
	}
}

func live(t *testing.T, s *acctest.Sandbox, w *core.Workspace) {
	t.Helper()
	ctx := t.Context()
	const text = "Reads invoices"
	financeTeam, everyone, mailbox := recipient(finance), recipient(all), recipient("Support")
	asked := func(scope string, further core.Attributes) core.Config {
		policy := block(address, scope)
		policy.CreateBeforeDestroy = true
		maps.Copy(policy.Attributes, further)
		return core.Config{policy, {
			Address: accessAddress, Attributes: core.Attributes{"app_id": reader, "mailbox": "support@contoso.com"}, DependsOn: []string{address},
		}}
	}
	// is checks every attribute in state, the service's verdict, and what the tenant has.
	is := func(scope string, of tenant.Recipient, description, access string) {
		t.Helper()
		if err := has(s, [4]string{reader, of.Name, restrict, description})(nil); err != nil {
			t.Fatal(err)
		}
		policy := s.Tenant().ApplicationAccessPolicies()[0]
		// Which of its two GUIDs a scope is known by is the service's choice.
		_, guid, _ := strings.Cut(policy.Identity, ";")
		if guid != of.GUID && guid != of.ExternalDirectoryObjectID {
			t.Errorf("the policy %s is not for %s", policy.Identity, of.Name)
		}
		w.ExpectState(address, map[string]any{
			"id": policy.Identity, "app_id": reader, "policy_scope_group_id": scope, "access_right": restrict,
			"description": policy.Description, "scope_name": of.DisplayName, "scope_guid": guid,
		})
		// The letter case of this GUID is the service's, too.
		id, _ := w.State(accessAddress)["mailbox_id"].(string)
		if !strings.EqualFold(id, mailbox.GUID) {
			t.Errorf("the mailbox asked about is %s, want %s", id, mailbox.GUID)
		}
		w.ExpectState(accessAddress, map[string]any{
			"app_id": reader, "mailbox": "support@contoso.com", "access": access,
			"mailbox_id": id, "mailbox_name": mailbox.DisplayName, "mailbox_sid": mailbox.SID,
		})
	}

	w.Settle(ctx, asked("finance-team@contoso.com", nil))
	is("finance-team@contoso.com", financeTeam, "", "Denied")

	w.ExpectApply(ctx, asked(financeTeam.GUID, core.Attributes{"description": text}), map[string]core.Action{address: core.Update})
	is("finance-team@contoso.com", financeTeam, text, "Denied")

	replaced := asked(all, core.Attributes{"description": text})
	w.ExpectApply(ctx, replaced, map[string]core.Action{address: core.CreateThenDelete})
	is(all, everyone, text, "Granted")

	// It was the last one of the tenant.
	s.Run("Remove-ApplicationAccessPolicy", map[string]any{"Identity": s.Tenant().ApplicationAccessPolicies()[0].Identity})
	w.ExpectApply(ctx, replaced, map[string]core.Action{address: core.Create})
	is(all, everyone, text, "Granted")

	id, _ := w.State(address)["id"].(string)
	w.Reimport(ctx, replaced, core.Import{Address: address, ID: id})

	// A scope that is refused while planning is one whatever form the answer has.
	_, err := w.Plan(ctx, core.Config{block(address, "newsletter@contoso.com")})
	refused(t, err, `(?s)The identity of the policy scope is not a security principal.*mail-enabled security group`)

	err = w.Apply(ctx, append(replaced, block("exchange_application_access_policy.twin", "all-apps-scope")))
	refused(t, err, `(?s)has a policy for this scope already.*import \{`)
	is(all, everyone, text, "Granted")
}

func block(address, scope string) core.Block {
	return core.Block{Address: address, Attributes: core.Attributes{"app_id": reader, "policy_scope_group_id": scope, "access_right": restrict}}
}

// refused checks that a run failed, and what it said.
func refused(t *testing.T, err error, pattern string) {
	t.Helper()
	if err == nil || !regexp.MustCompile(pattern).MatchString(err.Error()) {
		t.Errorf("the run failed with %v, want %q", err, pattern)
	}
}
