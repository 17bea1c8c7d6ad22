// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// The scope of an assignment has no property of its own name; it is derived, and from answers that differ.
func TestRoleAssignmentScopeIsDerivedFromEveryAnswer(t *testing.T) {
	t.Parallel()
	const unit = "60f565a0-9a30-40e6-a34e-4023db4616c2"
	for name, test := range map[string]struct {
		row  adminapi.Row
		want Scope
	}{
		"app, none":                  {adminapi.Row{"RoleAssigneeType": "ServicePrincipal", "RecipientWriteScope": "Organization"}, Scope{}},
		"app, nothing said":          {adminapi.Row{"RoleAssigneeType": "ServicePrincipal"}, Scope{}},
		"app, scope":                 {adminapi.Row{"RoleAssigneeType": "ServicePrincipal", "RecipientWriteScope": "CustomRecipientScope", "CustomResourceScope": "x", "CustomRecipientWriteScope": nil}, Scope{CustomResourceScope, "x"}},
		"app, scope in the other":    {adminapi.Row{"RoleAssigneeType": "serviceprincipal", "RecipientWriteScope": "customrecipientscope", "CustomRecipientWriteScope": "x"}, Scope{CustomResourceScope, "x"}},
		"app, exclusive scope":       {adminapi.Row{"RoleAssigneeType": "ServicePrincipal", "RecipientWriteScope": "ExclusiveRecipientScope", "CustomResourceScope": "x"}, Scope{CustomResourceScope, "x"}},
		"app, unit in both":          {adminapi.Row{"RoleAssigneeType": "ServicePrincipal", "RecipientWriteScope": "AdministrativeUnit", "CustomResourceScope": unit, "CustomRecipientWriteScope": unit}, Scope{RecipientAdministrativeUnitScope, unit}},
		"app, unit in one":           {adminapi.Row{"RoleAssigneeType": "ServicePrincipal", "RecipientWriteScope": "AdministrativeUnit", "CustomRecipientWriteScope": "60F565A0-9A30-40E6-A34E-4023DB4616C2"}, Scope{RecipientAdministrativeUnitScope, unit}},
		"app, group":                 {adminapi.Row{"RoleAssigneeType": "ServicePrincipal", "RecipientWriteScope": "Group", "CustomResourceScope": "Finance Team"}, Scope{RecipientGroupScope, "Finance Team"}},
		"app, self":                  {adminapi.Row{"RoleAssigneeType": "ServicePrincipal", "RecipientWriteScope": "Self"}, Scope{}},
		"user, scope":                {adminapi.Row{"RoleAssigneeType": "User", "RecipientWriteScope": "CustomRecipientScope", "CustomRecipientWriteScope": "x"}, Scope{CustomRecipientWriteScope, "x"}},
		"user, exclusive":            {adminapi.Row{"RoleAssigneeType": "User", "RecipientWriteScope": "ExclusiveRecipientScope", "CustomRecipientWriteScope": "x"}, Scope{ExclusiveRecipientWriteScope, "x"}},
		"user, unit":                 {adminapi.Row{"RoleAssigneeType": "User", "RecipientWriteScope": "OU", "CustomRecipientWriteScope": "contoso.com/Sales"}, Scope{RecipientOrganizationalUnitScope, "contoso.com/Sales"}},
		"user, relative":             {adminapi.Row{"RoleAssigneeType": "User", "RecipientWriteScope": "MyGAL"}, Scope{RecipientRelativeWriteScope, "MyGAL"}},
		"group, list of one":         {adminapi.Row{"RoleAssigneeType": "RoleGroup", "RecipientWriteScope": []any{"CustomRecipientScope"}, "CustomRecipientWriteScope": []any{"x"}}, Scope{CustomRecipientWriteScope, "x"}},
		"policy, the role's own":     {adminapi.Row{"RoleAssigneeType": "RoleAssignmentPolicy", "RecipientWriteScope": "Self"}, Scope{}},
		"a kind nobody has recorded": {adminapi.Row{"RoleAssigneeType": "User", "RecipientWriteScope": "MyExecutive"}, Scope{}},
	} {
		if difference := cmp.Diff(test.want, roleAssignmentFrom(test.row).Scope); difference != "" {
			t.Errorf("%s (-want +got):\n%s", name, difference)
		}
	}
}

func TestRoleAssignmentIsReadFromSparseAndOddRows(t *testing.T) {
	t.Parallel()
	got := roleAssignmentFrom(adminapi.Row{
		"ExchangeObjectId": "7D2C0000-0000-0000-0000-000000000001", "Identity": "Scanner reads", "Role": "Application Mail.Read",
		"RoleAssigneeName": "33333333-3333-3333-3333-0000000000BB", "RoleAssigneeType": "ServicePrincipal",
		"RoleAssignmentDelegationType": "DelegatingOrgWide", "Enabled": "True", "Unheard of": map[string]any{"a": 1},
	})
	want := RoleAssignment{
		GUID: "7d2c0000-0000-0000-0000-000000000001", Name: "Scanner reads", Role: "Application Mail.Read",
		Assignee:     Assignee{App, "33333333-3333-3333-3333-0000000000bb"},
		AssigneeType: "ServicePrincipal", Delegating: true, Enabled: true,
	}
	if difference := cmp.Diff(want, got); difference != "" {
		t.Errorf("(-want +got):\n%s", difference)
	}
}

func TestInScopeIsReadFromEveryForm(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for _, test := range []struct {
		value any
		want  *bool
	}{{true, &yes}, {false, &no}, {"True", &yes}, {"false", &no}, {"Not Run", nil}, {"not run", nil}, {nil, nil}, {"", nil}, {[]any{"True"}, &yes}} {
		got := inScope(adminapi.Row{"InScope": test.value})
		if difference := cmp.Diff(test.want, got); difference != "" {
			t.Errorf("%v: (-want +got):\n%s", test.value, difference)
		}
	}
}

func TestServicePrincipalIsReadFromOlderRows(t *testing.T) {
	t.Parallel()
	got := servicePrincipalFrom(adminapi.Row{"AppId": "22222222-2222-2222-2222-2222222222AA", "ServiceId": "33333333-3333-3333-3333-3333333333AA", "DisplayName": nil})
	want := ServicePrincipal{AppID: "22222222-2222-2222-2222-2222222222aa", ObjectID: "33333333-3333-3333-3333-3333333333aa"}
	if difference := cmp.Diff(want, got); difference != "" {
		t.Errorf("(-want +got):\n%s", difference)
	}
}

// Exchange spells GUIDs in one way, and takes no other.
func TestNothingButAGUIDIsTakenForOne(t *testing.T) {
	t.Parallel()
	const guid = "60F565A0-9A30-40E6-A34E-4023DB4616C2"
	for text, want := range map[string]string{
		guid:                               "60f565a0-9a30-40e6-a34e-4023db4616c2",
		"{" + guid + "}":                   "",
		"urn:uuid:" + guid:                 "",
		"60F565A09A3040E6A34E4023DB4616C2": "",
		"":                                 "",
	} {
		if got := scopeGUID("S-1-5-21-1-2-3-4;" + text); got != want {
			t.Errorf("the GUID in the identity with %q is %q, want %q", text, got, want)
		}
	}
}
