// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// policySpec is a policy of Invoice Reader.
func policySpec(right tenant.AccessRight, scope string) tenant.ApplicationAccessPolicySpec {
	return tenant.ApplicationAccessPolicySpec{AppIDs: []string{invoiceAppID}, AccessRight: right, PolicyScopeGroupID: scope}
}

func newPolicies(t *testing.T, in *tenant.Tenant, spec tenant.ApplicationAccessPolicySpec) []tenant.ApplicationAccessPolicy {
	t.Helper()
	return must[[]tenant.ApplicationAccessPolicy](t)(in.NewApplicationAccessPolicy(automation, spec))
}

// granted is the verdict on an application and a recipient.
func granted(t *testing.T, in *tenant.Tenant, appID, recipient string) bool {
	t.Helper()
	return must[tenant.AccessCheck](t)(in.TestApplicationAccessPolicy(automation, recipient, appID)).Granted
}

func TestNewApplicationAccessPolicyIsNamedByAppAndScope(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	group := recipient(t, contoso, "finance-team@contoso.com")
	raw := group.SID + ";" + group.GUID
	want := tenant.ApplicationAccessPolicy{
		Identity: `11111111-1111-1111-1111-111111111111\` + invoiceAppID + ":" + raw,
		AppID:    invoiceAppID, AccessRight: tenant.RestrictAccess,
		Description: "AppId: " + invoiceAppID + "; ScopeIdentitySid: " + group.SID + "; ScopeIdentityOid: " + group.GUID + "; AccessRight: RestrictAccess; ShardType: All",
		ScopeName:   "Finance Team", ScopeIdentity: "Finance Team", ScopeIdentityRaw: raw,
	}
	made := newPolicies(t, contoso, policySpec(tenant.RestrictAccess, "finance-team@contoso.com"))
	if diff := cmp.Diff([]tenant.ApplicationAccessPolicy{want}, made); diff != "" {
		t.Error(diff)
	}
	got := must[[]tenant.ApplicationAccessPolicy](t)(contoso.GetApplicationAccessPolicy(strings.ToUpper(want.Identity)))
	if diff := cmp.Diff(made, got); diff != "" {
		t.Error(diff)
	}
}

func TestNewApplicationAccessPolicyTakesEveryIdentityOfAScope(t *testing.T) {
	t.Parallel()
	group := recipient(t, tenant.Contoso(), "Finance Team")
	for _, identity := range []string{
		group.Name, group.GUID, group.DistinguishedName, group.Alias, group.PrimarySMTPAddress, "finance-team@contoso.onmicrosoft.com",
		group.ExternalDirectoryObjectID, group.SID, strings.ToUpper(group.GUID), `contoso.onmicrosoft.com\Finance Team`,
	} {
		made := newPolicies(t, tenant.Contoso(), policySpec(tenant.DenyAccess, identity))
		if len(made) != 1 || !strings.HasSuffix(made[0].Identity, ";"+group.GUID) {
			t.Errorf("%s: got %+v", identity, made)
		}
	}
}

func TestNewApplicationAccessPolicyMakesOneForEachApp(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	spec := policySpec(tenant.RestrictAccess, "adele@contoso.com")
	spec.AppIDs, spec.Description = []string{"AbCdEf00-0000-0000-0000-000000000000", tenant.EveryApp, "no GUID, and not checked"}, " "
	var got []string
	for _, p := range newPolicies(t, contoso, spec) {
		got = append(got, p.AppID)
		if p.Description != " " || p.ScopeIdentity != "Adele Vance" {
			t.Errorf("got %+v", p)
		}
	}
	slices.Sort(got)
	slices.Sort(spec.AppIDs)
	if !slices.Equal(got, spec.AppIDs) {
		t.Errorf("got %q, want %q", got, spec.AppIDs)
	}
}

func TestNewApplicationAccessPolicyRefuses(t *testing.T) {
	t.Parallel()
	const (
		noPrincipal = "The identity of the policy scope is not a security principal."
		exists      = `already exists.`
	)
	payroll := func(apps ...string) tenant.ApplicationAccessPolicySpec {
		return tenant.ApplicationAccessPolicySpec{AppIDs: apps, AccessRight: tenant.RestrictAccess, PolicyScopeGroupID: "Finance Team"}
	}
	opposite := payroll(payrollAppID)
	opposite.AccessRight = tenant.DenyAccess
	for name, test := range map[string]struct {
		spec tenant.ApplicationAccessPolicySpec
		kind tenant.Kind
		text string
	}{
		"a shared mailbox":             {policySpec(tenant.RestrictAccess, "info@contoso.com"), tenant.InvalidParameter, noPrincipal},
		"a room":                       {policySpec(tenant.RestrictAccess, "berlin-1@contoso.com"), tenant.InvalidParameter, noPrincipal},
		"equipment":                    {policySpec(tenant.RestrictAccess, "projector@contoso.com"), tenant.InvalidParameter, noPrincipal},
		"a distribution group":         {policySpec(tenant.RestrictAccess, "newsletter@contoso.com"), tenant.InvalidParameter, noPrincipal},
		"a Microsoft 365 group":        {policySpec(tenant.DenyAccess, "project-x@contoso.com"), tenant.InvalidParameter, noPrincipal},
		"a scope that is not there":    {policySpec(tenant.DenyAccess, "nobody@contoso.com"), tenant.NotFound, "object 'nobody@contoso.com'"},
		"no app":                       {payroll(), tenant.InvalidParameter, "'AppId'"},
		"an empty app":                 {payroll(invoiceAppID, ""), tenant.InvalidParameter, "'AppId'"},
		"no such right":                {policySpec("Allow", "Finance Team"), tenant.InvalidParameter, "'Allow'"},
		"the same app and scope":       {payroll(payrollAppID), tenant.AlreadyExists, exists},
		"the same in other case":       {payroll(strings.ToUpper(payrollAppID)), tenant.AlreadyExists, exists},
		"the same with another right":  {opposite, tenant.AlreadyExists, exists},
		"the same app twice":           {payroll(invoiceAppID, invoiceAppID), tenant.AlreadyExists, exists},
		"one of several that is there": {payroll(invoiceAppID, payrollAppID), tenant.AlreadyExists, exists},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contoso := tenant.Contoso()
			_, err := contoso.NewApplicationAccessPolicy(automation, test.spec)
			if text := wantKind(t, err, test.kind); !strings.Contains(text, test.text) {
				t.Errorf("got %s, want it to contain %s", text, test.text)
			}
			if n := len(contoso.ApplicationAccessPolicies()); n != 1 {
				t.Errorf("there are %d policies, want the seeded one", n)
			}
		})
	}
}

func TestApplicationAccessPoliciesHaveALimitedSize(t *testing.T) {
	t.Parallel()
	const text = "The total size of App Access Policies exceeded the limit."
	for name, test := range map[string]struct {
		description string
		least, most int
	}{
		"made up":   {"", 90, 110},
		"one space": {" ", 280, 320},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contoso := tenant.Contoso()
			ok(t, contoso.RemoveApplicationAccessPolicy(contoso.ApplicationAccessPolicies()[0].Identity))
			var err error
			made := 0
			for ; err == nil && made < 1000; made++ {
				spec := policySpec(tenant.RestrictAccess, "Finance Team")
				spec.AppIDs, spec.Description = []string{testApp(made)}, test.description
				_, err = contoso.NewApplicationAccessPolicy(automation, spec)
			}
			if got := wantKind(t, err, tenant.InvalidParameter); got != text {
				t.Errorf("got %s", got)
			}
			if made--; made < test.least || made > test.most {
				t.Errorf("%d policies fit, want between %d and %d", made, test.least, test.most)
			}
			first := contoso.ApplicationAccessPolicies()[0]
			if got := wantKind(t, contoso.SetApplicationAccessPolicy(first.Identity, strings.Repeat("x", 1000)), tenant.InvalidParameter); got != text {
				t.Errorf("got %s", got)
			}
			if after := contoso.ApplicationAccessPolicies()[0]; after != first {
				t.Errorf("the refusal left %+v", after)
			}
			ok(t, contoso.RemoveApplicationAccessPolicy(first.Identity))
			spec := policySpec(tenant.DenyAccess, "Finance Team")
			spec.Description = test.description
			_, err = contoso.NewApplicationAccessPolicy(automation, spec)
			ok(t, err)
		})
	}
}

func TestSetApplicationAccessPolicyChangesTheDescriptionOnly(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	want := contoso.ApplicationAccessPolicies()[0]
	want.Description = "Payroll archive"
	ok(t, contoso.SetApplicationAccessPolicy(want.Identity, want.Description))
	if got := contoso.ApplicationAccessPolicies()[0]; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestApplicationAccessPolicyThatIsGone(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	identity := contoso.ApplicationAccessPolicies()[0].Identity
	ok(t, contoso.RemoveApplicationAccessPolicy(identity))
	_, err := contoso.GetApplicationAccessPolicy(identity)
	wantKind(t, err, tenant.NotFound)
	wantKind(t, contoso.SetApplicationAccessPolicy(identity, "x"), tenant.NotFound)
	wantKind(t, contoso.RemoveApplicationAccessPolicy(identity), tenant.NotFound)
	// The app id alone is no identity.
	_, err = tenant.Contoso().GetApplicationAccessPolicy(payrollAppID)
	wantKind(t, err, tenant.NotFound)
}

func TestApplicationAccessPolicyOutlivesItsAppAndItsScope(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	want := contoso.ApplicationAccessPolicies()[0]
	ok(t, contoso.DeleteEnterpriseApplication(payrollObjectID))
	if got := contoso.ApplicationAccessPolicies(); len(got) != 1 || got[0] != want {
		t.Errorf("without its app: got %+v", got)
	}
	ok(t, contoso.DeleteRecipient("finance-team@contoso.com"))
	want.ScopeName, want.ScopeIdentity = "", ""
	if got := contoso.ApplicationAccessPolicies(); len(got) != 1 || got[0] != want {
		t.Errorf("without its scope: got %+v", got)
	}
	if granted(t, contoso, payrollAppID, "adele@contoso.com") {
		t.Error("an orphan no longer restricts the application")
	}
	ok(t, contoso.RemoveApplicationAccessPolicy(want.Identity))
}

// The order is documented: a Deny that matches, a Restrict that matches, any
// Restrict, and nothing.
func TestApplicationAccessIsDecidedInOrder(t *testing.T) {
	t.Parallel()
	every := func(right tenant.AccessRight, scope string) tenant.ApplicationAccessPolicySpec {
		spec := policySpec(right, scope)
		spec.AppIDs = []string{tenant.EveryApp}
		return spec
	}
	const restrict, deny = tenant.RestrictAccess, tenant.DenyAccess
	for name, test := range map[string]struct {
		policies  []tenant.ApplicationAccessPolicySpec
		recipient string
		want      bool
	}{
		"no policy":                             {nil, "adele@contoso.com", true},
		"restricted to her":                     {[]tenant.ApplicationAccessPolicySpec{policySpec(restrict, "adele@contoso.com")}, "adele@contoso.com", true},
		"restricted to her group":               {[]tenant.ApplicationAccessPolicySpec{policySpec(restrict, "Finance Team")}, "adele@contoso.com", true},
		"restricted to a group around it":       {[]tenant.ApplicationAccessPolicySpec{policySpec(restrict, "All Apps Scope")}, "adele@contoso.com", true},
		"a shared mailbox in the group":         {[]tenant.ApplicationAccessPolicySpec{policySpec(restrict, "All Apps Scope")}, "invoices@contoso.com", true},
		"restricted to others":                  {[]tenant.ApplicationAccessPolicySpec{policySpec(restrict, "Finance Team")}, "alex@contoso.com", false},
		"restricted to one of two":              {[]tenant.ApplicationAccessPolicySpec{policySpec(restrict, "Finance Team"), policySpec(restrict, "alex@contoso.com")}, "alex@contoso.com", true},
		"denied to her group":                   {[]tenant.ApplicationAccessPolicySpec{policySpec(deny, "Finance Team")}, "adele@contoso.com", false},
		"denied to a group around it":           {[]tenant.ApplicationAccessPolicySpec{policySpec(deny, "All Apps Scope")}, "adele@contoso.com", false},
		"denied to others":                      {[]tenant.ApplicationAccessPolicySpec{policySpec(deny, "Finance Team")}, "alex@contoso.com", true},
		"deny before restrict":                  {[]tenant.ApplicationAccessPolicySpec{policySpec(restrict, "adele@contoso.com"), policySpec(deny, "Finance Team")}, "adele@contoso.com", false},
		"denied to others, restricted to her":   {[]tenant.ApplicationAccessPolicySpec{policySpec(deny, "alex@contoso.com"), policySpec(restrict, "Finance Team")}, "adele@contoso.com", true},
		"denied to others, restricted to more":  {[]tenant.ApplicationAccessPolicySpec{policySpec(deny, "alex@contoso.com"), policySpec(restrict, "Finance Team")}, "megan@contoso.com", false},
		"every app denied":                      {[]tenant.ApplicationAccessPolicySpec{every(deny, "Finance Team")}, "adele@contoso.com", false},
		"every app restricted to others":        {[]tenant.ApplicationAccessPolicySpec{every(restrict, "Finance Team")}, "alex@contoso.com", false},
		"every app restricted, this one to him": {[]tenant.ApplicationAccessPolicySpec{every(restrict, "Finance Team"), policySpec(restrict, "alex@contoso.com")}, "alex@contoso.com", true},
		"a group, restricted to it":             {[]tenant.ApplicationAccessPolicySpec{policySpec(restrict, "Finance Team")}, "finance-team@contoso.com", true},
		"a group, restricted around it":         {[]tenant.ApplicationAccessPolicySpec{policySpec(restrict, "All Apps Scope")}, "finance-team@contoso.com", true},
		"a group, restricted to a part of it":   {[]tenant.ApplicationAccessPolicySpec{policySpec(restrict, "Finance Team")}, "all-apps-scope@contoso.com", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contoso := tenant.Contoso()
			for _, spec := range test.policies {
				newPolicies(t, contoso, spec)
			}
			if got := granted(t, contoso, strings.ToUpper(invoiceAppID), test.recipient); got != test.want {
				t.Errorf("granted is %v, want %v", got, test.want)
			}
			if !granted(t, contoso, payrollAppID, "adele@contoso.com") && test.policies[0].AppIDs[0] != tenant.EveryApp {
				t.Error("another application is touched")
			}
		})
	}
}

func TestApplicationAccessSeesThroughGroupsThatHoldEachOther(t *testing.T) {
	t.Parallel()
	loaded := must[*tenant.Tenant](t)(tenant.Load(strings.NewReader(`
recipients:
- {type: MailUniversalSecurityGroup, address: hen@contoso.com, members: [egg@contoso.com]}
- {type: MailUniversalSecurityGroup, address: egg@contoso.com, members: [hen@contoso.com, alex@contoso.com]}
application_access_policies:
- {app_id: ` + invoiceAppID + `, policy_scope_group_id: hen@contoso.com, access_right: RestrictAccess}
`)))
	if !granted(t, loaded, invoiceAppID, "alex@contoso.com") || granted(t, loaded, invoiceAppID, "megan@contoso.com") {
		t.Error("the circle is not followed to its end")
	}
}

func TestApplicationAccessOfNobody(t *testing.T) {
	t.Parallel()
	_, err := tenant.Contoso().TestApplicationAccessPolicy(automation, "nobody@contoso.com", invoiceAppID)
	wantKind(t, err, tenant.NotFound)
}

func TestNewApplicationAccessPolicyIsReckonedWithLater(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	contoso.SetBehavior(tenant.Behavior{AccessPolicyLag: tenant.Lag{Calls: 1}})
	newPolicies(t, contoso, policySpec(tenant.DenyAccess, "Finance Team"))
	if must[tenant.AccessCheck](t)(contoso.TestApplicationAccessPolicy(administrator, "adele@contoso.com", invoiceAppID)).Granted {
		t.Error("the administrator has to wait")
	}
	got := []bool{granted(t, contoso, invoiceAppID, "adele@contoso.com"), granted(t, contoso, invoiceAppID, "adele@contoso.com")}
	if want := []bool{true, false}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestEmptyListOfApplicationAccessPolicies(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	contoso.SetBehavior(tenant.Behavior{EmptyAccessPolicies: tenant.NoAccessPoliciesError})
	if all := must[[]tenant.ApplicationAccessPolicy](t)(contoso.GetApplicationAccessPolicy("")); len(all) != 1 {
		t.Errorf("got %+v", all)
	}
	ok(t, contoso.RemoveApplicationAccessPolicy(contoso.ApplicationAccessPolicies()[0].Identity))
	_, err := contoso.GetApplicationAccessPolicy("")
	wantKind(t, err, tenant.NotFound)
	contoso.SetBehavior(tenant.Behavior{})
	if all := must[[]tenant.ApplicationAccessPolicy](t)(contoso.GetApplicationAccessPolicy("")); len(all) != 0 {
		t.Errorf("got %+v", all)
	}
}

func TestOppositeApplicationAccessPolicyMakesTheIdentityAmbiguous(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	contoso.SetBehavior(tenant.Behavior{OppositeAccessPolicy: tenant.OppositeAccepted})
	restricted := newPolicies(t, contoso, policySpec(tenant.RestrictAccess, "Finance Team"))[0]
	_, err := contoso.NewApplicationAccessPolicy(automation, policySpec(tenant.RestrictAccess, "Finance Team"))
	wantKind(t, err, tenant.AlreadyExists)
	denied := newPolicies(t, contoso, policySpec(tenant.DenyAccess, "Finance Team"))[0]
	if diff := cmp.Diff(restricted, denied, cmpopts.IgnoreFields(tenant.ApplicationAccessPolicy{}, "AccessRight", "Description")); diff != "" {
		t.Error(diff)
	}
	_, err = contoso.GetApplicationAccessPolicy(denied.Identity)
	wantKind(t, err, tenant.Ambiguous)
	wantKind(t, contoso.RemoveApplicationAccessPolicy(denied.Identity), tenant.Ambiguous)
}

func TestApplicationAccessPolicyMayNameItsScopeAsEntraDoes(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	contoso.SetBehavior(tenant.Behavior{AccessPolicyScope: tenant.ScopeByEntraID})
	group := recipient(t, contoso, "Finance Team")
	p := newPolicies(t, contoso, policySpec(tenant.RestrictAccess, group.GUID))[0]
	raw := group.SID + ";" + group.ExternalDirectoryObjectID
	if p.ScopeIdentityRaw != raw || !strings.HasSuffix(p.Identity, ":"+raw) || !strings.Contains(p.Description, "ScopeIdentityOid: "+group.ExternalDirectoryObjectID+";") {
		t.Errorf("got %+v", p)
	}
	if !granted(t, contoso, invoiceAppID, "adele@contoso.com") || granted(t, contoso, invoiceAppID, "alex@contoso.com") {
		t.Error("the scope is not the group")
	}
}
