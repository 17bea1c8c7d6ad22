// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

const (
	policyApp   = "22222222-2222-2222-2222-0000000000aa"
	policyScope = "8b6ce428-cca2-459a-ac50-d38bcc932258"
	policyIDs   = "S-1-5-21-1-2-3-4;" + policyScope
	policyID    = `11111111-1111-1111-1111-111111111111\` + policyApp + ":" + policyIDs
)

func TestApplicationAccessPolicyIsReadFromEveryForm(t *testing.T) {
	t.Parallel()
	whole := ApplicationAccessPolicy{
		Identity: policyID, AppID: policyApp, AccessRight: RestrictAccess, Description: "Payroll only",
		ScopeName: "Payroll", ScopeGUID: policyScope,
	}
	for name, test := range map[string]struct {
		row  adminapi.Row
		want ApplicationAccessPolicy
	}{
		"as seen": {
			adminapi.Row{"ScopeName": "Payroll", "ScopeIdentity": "Payroll20250209121934", "Identity": policyID, "AppId": policyApp, "ScopeIdentityRaw": policyIDs, "Description": "Payroll only", "AccessRight": "RestrictAccess", "ShardType": "All", "IsValid": true},
			whole,
		},
		"without the raw identity": {
			adminapi.Row{"ScopeName": "Payroll", "Identity": policyID, "AppId": policyApp, "Description": "Payroll only", "AccessRight": "RestrictAccess"},
			whole,
		},
		"app as a list, other letter case": {
			adminapi.Row{"ScopeName": "Payroll", "Identity": policyID, "AppId": []any{"22222222-2222-2222-2222-0000000000AA"}, "ScopeIdentityRaw": "S-1-5-21-1-2-3-4;8B6CE428-CCA2-459A-AC50-D38BCC932258", "Description": "Payroll only", "AccessRight": "restrictaccess"},
			whole,
		},
		"every app, scope deleted, nothing said": {
			adminapi.Row{"ScopeName": nil, "Identity": `contoso.onmicrosoft.com\*:` + policyIDs, "AppId": "*", "AccessRight": "DenyAccess", "Description": nil},
			ApplicationAccessPolicy{Identity: `contoso.onmicrosoft.com\*:` + policyIDs, AppID: "*", AccessRight: DenyAccess, ScopeGUID: policyScope},
		},
		"identity of another grammar": {
			adminapi.Row{"Identity": "Policy;1", "AppId": policyApp, "AccessRight": "AuditAccess"},
			ApplicationAccessPolicy{Identity: "Policy;1", AppID: policyApp, AccessRight: "AuditAccess"},
		},
	} {
		if difference := cmp.Diff(test.want, applicationAccessPolicyFrom(test.row)); difference != "" {
			t.Errorf("%s (-want +got):\n%s", name, difference)
		}
	}
}

// Whose object id the identity of a policy holds, Exchange's or Entra's, is not recorded.
func TestPolicyScopeIsRecognizedByEitherOfItsIDs(t *testing.T) {
	t.Parallel()
	scope := policyScopeFrom(adminapi.Row{
		"Guid": "AAAAAAAA-0000-0000-0000-000000000001", "ExternalDirectoryObjectId": "bbbbbbbb-0000-0000-0000-000000000002", "DisplayName": "Payroll",
	})
	for guid, want := range map[string]bool{
		"aaaaaaaa-0000-0000-0000-000000000001": true,
		"BBBBBBBB-0000-0000-0000-000000000002": true,
		"cccccccc-0000-0000-0000-000000000003": false,
		"":                                     false,
	} {
		if got := scope.Is(guid); got != want {
			t.Errorf("Is(%q) = %t", guid, got)
		}
	}
	if (PolicyScope{}).Is("") || policyScopeFrom(adminapi.Row{}).Is("") {
		t.Error("a recipient without ids is the scope of a policy without one")
	}
}

func TestPolicyScopeIsNoPrincipalOnlyByExchangesWord(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		value any
		want  bool
	}{{true, false}, {"True", false}, {nil, false}, {false, true}, {"False", true}} {
		if got := policyScopeFrom(adminapi.Row{"IsValidSecurityPrincipal": test.value}).NoPrincipal; got != test.want {
			t.Errorf("%v: NoPrincipal is %t", test.value, got)
		}
	}
}

func TestRefusalsOfPoliciesAreToldByTheirWords(t *testing.T) {
	t.Parallel()
	said := func(class adminapi.Class, message string) error {
		return fmt.Errorf("creating: %w", &adminapi.Error{Cmdlet: "New-ApplicationAccessPolicy", Class: class, Message: message})
	}
	for name, test := range map[string]struct {
		err             error
		principal, full bool
	}{
		"no principal": {said(adminapi.Other, "The identity of the policy scope is not a security principal."), true, false},
		"full":         {said(adminapi.Other, "The total size of App Access Policies exceeded the limit."), false, true},
		"exists":       {said(adminapi.AlreadyExists, "The object 'x' already exists."), false, false},
		"other words":  {said(adminapi.InvalidInput, "A policy is there."), false, false},
		"throttled":    {said(adminapi.Throttled, "Slow down."), false, false},
		"lost":         {said(adminapi.Transient, ""), false, false},
		"not asked":    {errors.New("is not a security principal"), false, false},
		"ended":        {context.Canceled, false, false},
	} {
		if IsNoSecurityPrincipal(test.err) != test.principal || IsPolicyStoreFull(test.err) != test.full {
			t.Errorf("%s: no principal %t, full %t", name, IsNoSecurityPrincipal(test.err), IsPolicyStoreFull(test.err))
		}
	}
}

func TestApplicationAccessIsAVerdictOrAnError(t *testing.T) {
	t.Parallel()
	for verdict, want := range map[any]ApplicationAccess{
		"Granted": {Granted: true, MailboxName: "Payroll", MailboxID: "payroll-id", MailboxSID: "S-1-5-21-1"},
		"granted": {Granted: true, MailboxName: "Payroll", MailboxID: "payroll-id", MailboxSID: "S-1-5-21-1"},
		"Denied":  {MailboxName: "Payroll", MailboxID: "payroll-id", MailboxSID: "S-1-5-21-1"},
	} {
		got, err := applicationAccessFrom(adminapi.Row{"AccessCheckResult": verdict, "Mailbox": "Payroll", "MailboxId": "payroll-id", "MailboxSid": "S-1-5-21-1"})
		if difference := cmp.Diff(want, got); difference != "" || err != nil {
			t.Errorf("%v: %v (-want +got):\n%s", verdict, err, difference)
		}
	}
	for _, verdict := range []any{"", nil, "Unknown", true} {
		if got, err := applicationAccessFrom(adminapi.Row{"AccessCheckResult": verdict}); err == nil {
			t.Errorf("%v was read as %+v", verdict, got)
		}
	}
}
