// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package applicationaccesspolicy_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const (
	address = "exchange_application_access_policy.test"

	reader = "22222222-2222-2222-2222-222222222222" // without a policy
	sync   = "22222222-2222-2222-2222-000000000002" // another one
	// The app of the seeded tenant that has a policy: RestrictAccess to the Finance Team.
	payroll = "22222222-2222-2222-2222-0000000000aa"

	restrict, deny = "RestrictAccess", "DenyAccess"

	finance = "Finance Team"
	all     = "All Apps Scope" // a group that has the Finance Team as a member
)

// config is a policy with further attributes and blocks, each a line.
func config(app, scope, right string, further ...string) string {
	lines := fmt.Sprintf("resource \"exchange_application_access_policy\" \"test\" {\n  app_id = %q\n  policy_scope_group_id = %q\n  access_right = %q\n", app, scope, right)
	for _, line := range further {
		lines += "  " + line + "\n"
	}
	return lines + "}\n"
}

func description(text string) string { return fmt.Sprintf("description = %q", text) }

const createBeforeDestroy = "lifecycle {\n    create_before_destroy = true\n  }"

// recipient finds one of the seeded tenant's recipients by its name.
func recipient(name string) tenant.Recipient {
	for _, recipient := range tenant.Contoso().Recipients() {
		if recipient.Name == name {
			return recipient
		}
	}
	panic("the seeded tenant has no recipient " + name)
}

// identity is what the service makes of a tenant, an app and a scope.
func identity(app, scope string) string {
	of := recipient(scope)
	return `11111111-1111-1111-1111-111111111111\` + app + ":" + of.SID + ";" + of.GUID
}

// has checks that the tenant has these policies besides those of the seed: app, scope's name, access right and
// description each, or "" for the description that the service makes up.
func has(s *acctest.Sandbox, policies ...[4]string) resource.TestCheckFunc {
	seed := tenant.Contoso().ApplicationAccessPolicies()
	return s.Check(func(t *tenant.Tenant) error {
		var got [][4]string
		for _, policy := range t.ApplicationAccessPolicies() {
			if slices.Contains(seed, policy) {
				continue
			}
			text := policy.Description
			if strings.HasPrefix(text, "AppId: ") {
				text = ""
			}
			got = append(got, [4]string{policy.AppID, policy.ScopeIdentity, string(policy.AccessRight), text})
		}
		if !slices.Equal(got, policies) {
			return fmt.Errorf("the tenant has the policies %q, want %q", got, policies)
		}
		return nil
	})
}

func plans(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}}
}

// plansNothing is for steps that Terraform may not even call an update.
func plansNothing() resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
}

func refreshes(action plancheck.ResourceActionType) resource.RefreshPlanChecks {
	return resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}}
}

// state checks every attribute.
func state(app, scope, right, text string, of tenant.Recipient) []statecheck.StateCheck {
	describes := knownvalue.StringExact(text)
	checks := map[string]knownvalue.Check{
		"id":                    knownvalue.StringExact(`11111111-1111-1111-1111-111111111111\` + app + ":" + of.SID + ";" + of.GUID),
		"app_id":                knownvalue.StringExact(app),
		"policy_scope_group_id": knownvalue.StringExact(scope),
		"access_right":          knownvalue.StringExact(right),
		"description":           describes,
		"scope_name":            knownvalue.StringExact(of.DisplayName),
		"scope_guid":            knownvalue.StringExact(of.GUID),
	}
	var state []statecheck.StateCheck
	for attribute, check := range checks {
		state = append(state, statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), check))
	}
	return state
}

// made is the description that the service makes up.
func made(app, right string, of tenant.Recipient) string {
	return "AppId: " + app + "; ScopeIdentitySid: " + of.SID + "; ScopeIdentityOid: " + of.GUID + "; AccessRight: " + right + "; ShardType: All"
}

func TestPolicyIsMadeDescribedInPlaceAndRemoved(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	of := recipient(finance)
	requests := func(creations, descriptions, removals int) resource.TestCheckFunc {
		return s.CheckRequests(map[string]int{
			"New-ApplicationAccessPolicy": creations, "Set-ApplicationAccessPolicy": descriptions, "Remove-ApplicationAccessPolicy": removals,
		})
	}
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{
			// A description that the service made up is no difference.
			Config:            config(reader, finance, restrict),
			ConfigStateChecks: state(reader, finance, restrict, made(reader, restrict, of), of),
			Check:             resource.ComposeAggregateTestCheckFunc(has(s, [4]string{reader, finance, restrict, ""}), requests(1, 0, 0)),
		},
		{
			Config:            config(reader, finance, restrict, description("Reads invoices")),
			ConfigPlanChecks:  plans(plancheck.ResourceActionUpdate),
			ConfigStateChecks: state(reader, finance, restrict, "Reads invoices", of),
			Check:             resource.ComposeAggregateTestCheckFunc(has(s, [4]string{reader, finance, restrict, "Reads invoices"}), requests(0, 1, 0)),
		},
		{
			// A description that is not given any more stays.
			Config:            config(reader, finance, restrict),
			ConfigPlanChecks:  plansNothing(),
			ConfigStateChecks: state(reader, finance, restrict, "Reads invoices", of),
			Check:             resource.ComposeAggregateTestCheckFunc(has(s, [4]string{reader, finance, restrict, "Reads invoices"}), requests(0, 0, 0)),
		},
		{
			Config:            config(reader, finance, restrict, description(" ")),
			ConfigPlanChecks:  plans(plancheck.ResourceActionUpdate),
			ConfigStateChecks: state(reader, finance, restrict, " ", of),
			Check:             resource.ComposeAggregateTestCheckFunc(has(s, [4]string{reader, finance, restrict, " "}), requests(0, 1, 0)),
		},
		{
			// What concerns Terraform alone is sent nowhere.
			Config:           config(reader, finance, restrict, description(" "), `timeouts = { update = "3m" }`),
			ConfigPlanChecks: plans(plancheck.ResourceActionUpdate),
			Check:            requests(0, 0, 0),
		},
	}})
}

func TestPolicyTakesItsScopeInAnyFormAndComparesItByGUID(t *testing.T) {
	t.Parallel()
	group, user, guest := recipient(finance), recipient("Adele Vance"), recipient("Fabrikam Auditor")
	spellings := map[string]struct {
		of   tenant.Recipient
		text string
	}{
		"GUID":                {group, group.GUID},
		"GUID in upper case":  {group, strings.ToUpper(group.GUID)},
		"name":                {group, finance},
		"name in upper case":  {group, strings.ToUpper(finance)},
		"address":             {group, "finance-team@contoso.com"},
		"second address":      {group, "finance-team@contoso.onmicrosoft.com"},
		"alias":               {group, "finance-team"},
		"distinguished name":  {group, group.DistinguishedName},
		"object id in Entra":  {group, group.ExternalDirectoryObjectID},
		"user principal name": {user, user.UserPrincipalName},
		"display name":        {user, user.DisplayName},
		"mail user":           {guest, guest.PrimarySMTPAddress},
	}
	for name, spelling := range spellings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{
					Config:            config(reader, spelling.text, deny),
					ConfigStateChecks: state(reader, spelling.text, deny, made(reader, deny, spelling.of), spelling.of),
					Check:             has(s, [4]string{reader, spelling.of.Name, deny, ""}),
				},
				{
					// From this spelling to the GUID and back to it is no change.
					Config:           config(reader, spelling.of.GUID, deny),
					ConfigPlanChecks: plansNothing(),
				},
				{
					ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID, ImportStateId: identity(reader, spelling.of.Name),
					Config: config(reader, spelling.text, deny),
				},
			}})
		})
	}
}

func TestPolicyAppIDAndAccessRightFoldTheirLetterCase(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	upper := strings.ToUpper(payroll)
	s.Run("Remove-ApplicationAccessPolicy", map[string]any{"Identity": identity(payroll, finance)})
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{
			Config:            config(upper, finance, "restrictACCESS"),
			ConfigStateChecks: state(upper, finance, "restrictACCESS", made(upper, restrict, recipient(finance)), recipient(finance)),
			Check:             s.Check(func(t *tenant.Tenant) error { return restricts(t, upper, finance) }),
		},
		{Config: config(payroll, finance, restrict), ConfigPlanChecks: plansNothing()},
	}})
}

// restricts checks that the tenant has a RestrictAccess policy.
func restricts(t *tenant.Tenant, app, scope string) error {
	for _, policy := range t.ApplicationAccessPolicies() {
		if policy.AppID == app && policy.ScopeIdentity == scope && policy.AccessRight == tenant.RestrictAccess {
			return nil
		}
	}
	return fmt.Errorf("the tenant has no policy that restricts %s to %s: %v", app, scope, t.ApplicationAccessPolicies())
}

func TestPolicyForEveryApplication(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{
			Config:            config("*", finance, deny),
			ConfigStateChecks: state("*", finance, deny, made("*", deny, recipient(finance)), recipient(finance)),
			Check:             has(s, [4]string{"*", finance, deny, ""}),
		},
		{
			Config:           config("*", finance, deny, description("Nobody reads Finance")),
			ConfigPlanChecks: plans(plancheck.ResourceActionUpdate),
			Check:            has(s, [4]string{"*", finance, deny, "Nobody reads Finance"}),
		},
		{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportCommandWithID, ImportStateId: identity("*", finance), ImportStateVerify: true, ImportStateVerifyIgnore: []string{"policy_scope_group_id"}},
	}})
}

func TestPolicyIsReplacedWhereItCannotBeChanged(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		after [3]string
		has   [4]string
	}{
		"app":          {[3]string{sync, finance, restrict}, [4]string{sync, finance, restrict, ""}},
		"scope":        {[3]string{reader, all, restrict}, [4]string{reader, all, restrict, ""}},
		"access right": {[3]string{reader, finance, deny}, [4]string{reader, finance, deny, ""}},
		"everything":   {[3]string{sync, "adele@contoso.com", deny}, [4]string{sync, "Adele Vance", deny, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{Config: config(reader, finance, restrict)},
				{
					Config:           config(test.after[0], test.after[1], test.after[2]),
					ConfigPlanChecks: plans(plancheck.ResourceActionDestroyBeforeCreate),
					Check:            has(s, test.has),
				},
			}})
		})
	}
}

// changes are the names of the cmdlets that changed policies, in order.
func changes(s *acctest.Sandbox) []string {
	var names []string
	for _, request := range s.Requests().All() {
		if verb, noun, _ := strings.Cut(request.Cmdlet, "-"); noun == "ApplicationAccessPolicy" && verb != "Get" && request.Status < 300 {
			names = append(names, verb)
		}
	}
	return names
}

func TestPolicyThatIsCreatedBeforeItsPredecessorIsDestroyedLeavesNoGap(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	different := statecheck.CompareValue(compare.ValuesDiffer())
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{
			Config:            config(reader, finance, restrict, createBeforeDestroy),
			ConfigStateChecks: []statecheck.StateCheck{different.AddStateValue(address, tfjsonpath.New("id"))},
			Check:             s.CheckRequests(nil),
		},
		{
			Config:            config(reader, all, restrict, createBeforeDestroy),
			ConfigPlanChecks:  plans(plancheck.ResourceActionCreateBeforeDestroy),
			ConfigStateChecks: []statecheck.StateCheck{different.AddStateValue(address, tfjsonpath.New("id"))},
			Check: resource.ComposeAggregateTestCheckFunc(has(s, [4]string{reader, all, restrict, ""}), func(*terraform.State) error {
				// With one policy before, an order of New and Remove is one policy or more at all times.
				if got := changes(s); !slices.Equal(got, []string{"New", "Remove"}) {
					return fmt.Errorf("policies were changed by %q", got)
				}
				return nil
			}),
		},
	}})
}

func TestPolicyOfAnotherAccessRightForTheSameScopeSaysHowToReplaceIt(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(*tenant.Behavior){
		"which Exchange would refuse": func(b *tenant.Behavior) { b.OppositeAccessPolicy = tenant.OppositeRefused },
		"which Exchange would accept": func(b *tenant.Behavior) { b.OppositeAccessPolicy = tenant.OppositeAccepted },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t, answer)
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{Config: config(reader, finance, restrict, createBeforeDestroy)},
				{
					Config: config(reader, finance, deny, createBeforeDestroy),
					ExpectError: wrapped(`(?s)with another access right.*access_right = "DenyAccess".*has the access right RestrictAccess` +
						`.*take create_before_destroy out.*import \{`),
				},
				{
					// Nothing was lost on the way, and the way that the error names is one.
					PreConfig: func() {
						if err := restricts(s.Tenant(), reader, finance); err != nil {
							t.Error(err)
						}
					},
					Config:           config(reader, finance, deny),
					ConfigPlanChecks: plans(plancheck.ResourceActionDestroyBeforeCreate),
					Check:            has(s, [4]string{reader, finance, deny, ""}),
				},
			}})
		})
	}
}

func TestPolicyWhoseScopeIsKnownAtApplyOnly(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	dependent := func(scope string) string {
		return fmt.Sprintf("resource \"terraform_data\" \"scope\" {\n  input = %q\n}\n", scope) +
			strings.Replace(config(reader, "SCOPE", restrict), `"SCOPE"`, "terraform_data.scope.output", 1)
	}
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: dependent(finance), Check: has(s, [4]string{reader, finance, restrict, ""})},
		{
			Config:           dependent(all),
			ConfigPlanChecks: plans(plancheck.ResourceActionDestroyBeforeCreate),
			Check:            has(s, [4]string{reader, all, restrict, ""}),
		},
	}})
}

func TestPolicyShowsAndMendsDrift(t *testing.T) {
	t.Parallel()
	described := config(reader, finance, restrict, description("Reads invoices"))
	changed := map[string]any{"Identity": identity(reader, finance), "Description": "changed elsewhere"}
	for name, test := range map[string]struct {
		config string
		drift  func(s *acctest.Sandbox)
		action plancheck.ResourceActionType
		has    string
	}{
		"description": {
			described, func(s *acctest.Sandbox) { s.Run("Set-ApplicationAccessPolicy", changed) },
			plancheck.ResourceActionUpdate, "Reads invoices",
		},
		"description that is nobody's": {
			config(reader, finance, restrict), func(s *acctest.Sandbox) { s.Run("Set-ApplicationAccessPolicy", changed) },
			plancheck.ResourceActionNoop, "changed elsewhere",
		},
		"made anew with another access right": {
			described, func(s *acctest.Sandbox) {
				s.Run("Remove-ApplicationAccessPolicy", map[string]any{"Identity": identity(reader, finance)})
				s.Run("New-ApplicationAccessPolicy", map[string]any{"AppId": []string{reader}, "PolicyScopeGroupId": finance, "AccessRight": deny})
			},
			plancheck.ResourceActionDestroyBeforeCreate, "Reads invoices",
		},
		"removed": {
			described, func(s *acctest.Sandbox) {
				s.Run("Remove-ApplicationAccessPolicy", map[string]any{"Identity": identity(reader, finance)})
			},
			plancheck.ResourceActionCreate, "Reads invoices",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{Config: test.config},
				{
					PreConfig:          func() { test.drift(s) },
					RefreshState:       true,
					ExpectNonEmptyPlan: test.action != plancheck.ResourceActionNoop,
					RefreshPlanChecks:  refreshes(test.action),
				},
				{Config: test.config, Check: has(s, [4]string{reader, finance, restrict, test.has})},
			}})
		})
	}
}

func TestPolicyFollowsItsScopeAndNotTheName(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	renames := func(from, to string) { s.Run("Set-Mailbox", map[string]any{"Identity": from, "DisplayName": to}) }
	was := config(reader, "Sales lead", restrict)
	renames("adele@contoso.com", "Sales lead")
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: was, Check: has(s, [4]string{reader, "Adele Vance", restrict, ""})},
		{
			// The mailbox has another name: the policy is for it all the same.
			PreConfig:        func() { renames("adele@contoso.com", "Adele Vance") },
			Config:           was,
			ConfigPlanChecks: plansNothing(),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("scope_name"), knownvalue.StringExact("Adele Vance")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("policy_scope_group_id"), knownvalue.StringExact("Sales lead")),
			},
		},
		{
			// Now the name that the configuration has is somebody else's, who is meant by it.
			PreConfig:        func() { renames("alex@contoso.com", "Sales lead") },
			Config:           was,
			ConfigPlanChecks: plans(plancheck.ResourceActionDestroyBeforeCreate),
			Check: resource.ComposeAggregateTestCheckFunc(
				has(s, [4]string{reader, "Alex Wilber", restrict, ""}),
				func(*terraform.State) error {
					renames("alex@contoso.com", "Alex Wilber")
					return nil
				},
			),
		},
	}})
}

func TestPolicyOutlivesItsScope(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{
		CheckDestroy: func(*terraform.State) error {
			if got := changes(s); got[len(got)-1] != "Remove" {
				return fmt.Errorf("the policy of a scope that is gone was not removed: %q", got)
			}
			return nil
		},
		Steps: []resource.TestStep{
			{Config: config(reader, "auditor@contoso.com", restrict)},
			{
				PreConfig: func() {
					if err := s.Tenant().DeleteRecipient("auditor@contoso.com"); err != nil {
						t.Fatal(err)
					}
				},
				Config:           config(reader, "auditor@contoso.com", restrict),
				ConfigPlanChecks: plansNothing(),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("scope_name"), knownvalue.StringExact("")),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("scope_guid"), knownvalue.StringExact(recipient("Fabrikam Auditor").GUID)),
				},
			},
		},
	})
}

func TestPolicyRefusesAScopeThatIsNoSecurityPrincipalWhilePlanning(t *testing.T) {
	t.Parallel()
	for name, scope := range map[string]string{
		"SharedMailbox":                  "payroll@contoso.com",
		"RoomMailbox":                    "berlin-1@contoso.com",
		"EquipmentMailbox":               "projector@contoso.com",
		"MailUniversalDistributionGroup": "newsletter@contoso.com",
		"GroupMailbox":                   "project-x@contoso.com",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			refusal := wrapped(`(?s)Not a scope for.*policy_scope_group_id = .*a ` + name + `: The identity of the policy scope is not a security principal.*mail-enabled security group that has them as members.*exchange_role_assignment`)
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{Config: config(reader, scope, restrict), PlanOnly: true, ExpectError: refusal},
				{Config: config(reader, finance, restrict)},
				{Config: config(reader, scope, restrict), PlanOnly: true, ExpectError: refusal},
			}})
			if got := s.Requests().Count("New-ApplicationAccessPolicy"); got != 1 {
				t.Errorf("%d policies were sent", got)
			}
		})
	}
}

func TestPolicyRefusesWhatItCannotBe(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config string
		error  string
	}{
		"app_id that is no GUID":      {config("invoice-reader", finance, restrict), `(?s)app_id.*must be an application id`},
		"app_id in braces":            {config("{"+reader+"}", finance, restrict), `(?s)app_id.*must be an application id`},
		"app_id with a wildcard":      {config("2222*", finance, restrict), `(?s)app_id.*must be an application id`},
		"two applications":            {config(reader+","+sync, finance, restrict), `(?s)app_id.*must be an application id`},
		"empty scope":                 {config(reader, "", restrict), `(?s)policy_scope_group_id.*length`},
		"access right of its own":     {config(reader, finance, "GrantAccess"), `(?s)access_right.*RestrictAccess.*DenyAccess`},
		"empty description":           {config(reader, finance, restrict, `description = ""`), `(?s)description.*length`},
		"scope that is not there":     {config(reader, "nobody@contoso.com", restrict), `(?s)could not be created.*policy_scope_group_id.*does not know 'nobody@contoso.com'`},
		"description beyond all room": {config(reader, finance, restrict, description(strings.Repeat("x", 30000))), `(?s)could not be created.*total size of App Access Policies exceeded the limit.*Shorten descriptions`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{Config: test.config, ExpectError: wrapped(test.error)},
			}})
		})
	}
}

// wrapped matches an error that Terraform broke into lines.
func wrapped(pattern string) *regexp.Regexp {
	return regexp.MustCompile(strings.ReplaceAll(pattern, " ", `[\s│]+`))
}
