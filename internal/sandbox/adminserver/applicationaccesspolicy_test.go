// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// withoutScopeID replaces the ids of recipients, one of which is at the end of a
// policy's identity.
func withoutScopeID(t *testing.T, in *tenant.Tenant, body string) string {
	t.Helper()
	for _, r := range in.Recipients() {
		body = strings.NewReplacer(r.GUID, "SCOPE", r.ExternalDirectoryObjectID, "ENTRA").Replace(body)
	}
	return body
}

func TestApplicationAccessPolicyBodies(t *testing.T) {
	t.Parallel()
	const (
		policy = `"value":[{"ScopeName":"Finance Team","ScopeIdentity":"Finance Team",` +
			`"Identity":"11111111-1111-1111-1111-111111111111\\APP:SID;SCOPE","AppId":"APP","ScopeIdentityRaw":"SID;SCOPE",` +
			`"Description":"AppId: APP; ScopeIdentitySid: SID; ScopeIdentityOid: SCOPE; AccessRight: RIGHT; ShardType: All",` +
			`"AccessRight":"RIGHT","ShardType":"All","IsValid":true,"ObjectState":"STATE"}]}`
		denied = `"value":[{"AppId":"` + payrollAppID + `","Mailbox":"Payroll","MailboxId":"SCOPE","MailboxSid":"SID","AccessCheckResult":"Denied"}]}`
	)
	mixed := "22222222-2222-2222-2222-0000000000FF"
	for name, test := range map[string]struct {
		behavior   tenant.Behavior
		cmdlet     string
		parameters map[string]any
		want       string
	}{
		"read": {
			tenant.Behavior{},
			"Get-ApplicationAccessPolicy", nil,
			strings.NewReplacer("APP", payrollAppID, "RIGHT", "RestrictAccess", "STATE", "Unchanged").Replace(policy),
		},
		"new, in the letter case of the request": {
			tenant.Behavior{},
			"New-ApplicationAccessPolicy",
			map[string]any{"AppId": mixed, "AccessRight": "denyaccess", "PolicyScopeGroupId": "finance-team@contoso.com", "Description": nil},
			strings.NewReplacer("APP", mixed, "RIGHT", "DenyAccess", "STATE", "New").Replace(policy),
		},
		"by Entra's id": {
			tenant.Behavior{AccessPolicyScope: tenant.ScopeByEntraID},
			"New-ApplicationAccessPolicy",
			map[string]any{"AppId": mixed, "AccessRight": "RestrictAccess", "PolicyScopeGroupId": "Finance Team"},
			strings.NewReplacer("APP", mixed, "RIGHT", "RestrictAccess", "STATE", "New", "SCOPE", "ENTRA").Replace(policy),
		},
		"app id as a list": {
			tenant.Behavior{AccessPolicyAppID: tenant.AppIDList},
			"Get-ApplicationAccessPolicy", nil,
			strings.NewReplacer(`"AppId":"APP"`, `"AppId@odata.type":"#Collection(String)","AppId":["`+payrollAppID+`"]`, "APP", payrollAppID, "RIGHT", "RestrictAccess", "STATE", "Unchanged").Replace(policy),
		},
		"change":  {tenant.Behavior{}, "Set-ApplicationAccessPolicy", map[string]any{"Identity": payrollPolicy(), "Description": "x"}, `"value":[]}`},
		"removal": {tenant.Behavior{}, "Remove-ApplicationAccessPolicy", map[string]any{"Identity": strings.ToUpper(payrollPolicy())}, `"value":[]}`},
		"test":    {tenant.Behavior{}, "Test-ApplicationAccessPolicy", map[string]any{"Identity": "payroll@contoso.com", "AppId": payrollAppID}, denied},
		"test of a group": {
			tenant.Behavior{},
			"Test-ApplicationAccessPolicy",
			map[string]any{"Identity": "Finance Team", "AppId": invoiceAppID},
			strings.NewReplacer(payrollAppID, invoiceAppID, `"Payroll"`, `"Finance Team"`, "Denied", "Granted").Replace(denied),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := with(t, test.behavior)
			answer := w.invoke(t, test.cmdlet, test.parameters)
			if answer.status != http.StatusOK {
				t.Errorf("the status is %d", answer.status)
			}
			sameBody(t, withoutScopeID(t, w.tenant, answer.body), head+test.want)
		})
	}
}

func TestApplicationAccessPolicyRefusals(t *testing.T) {
	t.Parallel()
	spec := func(change string, value any) map[string]any {
		parameters := map[string]any{"AppId": []string{invoiceAppID}, "AccessRight": "RestrictAccess", "PolicyScopeGroupId": "Finance Team"}
		parameters[change] = value
		return parameters
	}
	checkRefusals(t, map[string]refusal{
		"no security principal":   {"New-ApplicationAccessPolicy", spec("PolicyScopeGroupId", "info@contoso.com"), 400, `"message":"||The identity of the policy scope is not a security principal."`},
		"no scope":                {"New-ApplicationAccessPolicy", spec("PolicyScopeGroupId", "x"), 404, "Ex6F9304|"},
		"a policy that is there":  {"New-ApplicationAccessPolicy", spec("AppId", payrollAppID), 400, "|Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException|"},
		"no right":                {"New-ApplicationAccessPolicy", spec("AccessRight", "Allow"), 400, "Specify one of the following enumerator names and try again: RestrictAccess, DenyAccess"},
		"no apps":                 {"New-ApplicationAccessPolicy", spec("AppId", []string{}), 400, "Cannot bind argument to parameter 'AppId' because it is an empty array."},
		"an empty app":            {"New-ApplicationAccessPolicy", spec("AppId", []string{invoiceAppID, ""}), 400, "Cannot bind argument to parameter 'AppId' because it is an empty string."},
		"no description to set":   {"Set-ApplicationAccessPolicy", map[string]any{"Identity": payrollPolicy()}, 400, "missing mandatory parameters: Description."},
		"an empty description":    {"Set-ApplicationAccessPolicy", map[string]any{"Identity": payrollPolicy(), "Description": ""}, 400, "Cannot bind argument to parameter 'Description' because it is an empty string."},
		"another change":          {"Set-ApplicationAccessPolicy", map[string]any{"Identity": payrollPolicy(), "Description": "x", "AccessRight": "DenyAccess"}, 400, "Invalid cmdlet parameters specified. AccessRight"},
		"no policy to read":       {"Get-ApplicationAccessPolicy", map[string]any{"Identity": `a\b:c;d`}, 404, `object 'a\\b:c;d' couldn't be found`},
		"no policy to change":     {"Set-ApplicationAccessPolicy", map[string]any{"Identity": "x", "Description": "x"}, 404, "Ex6F9304|"},
		"no policy to remove":     {"Remove-ApplicationAccessPolicy", map[string]any{"Identity": "x"}, 404, "Ex6F9304|"},
		"no identity to remove":   {"Remove-ApplicationAccessPolicy", map[string]any{"Identity": ""}, 400, "Cannot bind argument to parameter 'Identity'"},
		"no recipient to test":    {"Test-ApplicationAccessPolicy", map[string]any{"Identity": "x", "AppId": "y"}, 404, "Ex6F9304|"},
		"no application to test":  {"Test-ApplicationAccessPolicy", map[string]any{"Identity": "adele"}, 400, "missing mandatory parameters: AppId."},
		"nothing to confirm test": {"Test-ApplicationAccessPolicy", map[string]any{"Identity": "adele", "AppId": "y", "Confirm": false}, 400, "Invalid cmdlet parameters specified. Confirm"},
	})
}

func TestEmptyListOfApplicationAccessPoliciesMayBeAnError(t *testing.T) {
	t.Parallel()
	for behavior, status := range map[tenant.EmptyAccessPolicies]int{tenant.NoAccessPoliciesEmpty: http.StatusOK, tenant.NoAccessPoliciesError: http.StatusNotFound} {
		w := with(t, tenant.Behavior{EmptyAccessPolicies: behavior})
		w.invoke(t, "Remove-ApplicationAccessPolicy", map[string]any{"Identity": payrollPolicy()}).rows(t)
		answer := w.invoke(t, "Get-ApplicationAccessPolicy", nil)
		if answer.status != status || strings.Contains(answer.body, "ManagementObjectNotFoundException") != (status == http.StatusNotFound) {
			t.Errorf("got %d %s", answer.status, answer.body)
		}
	}
}

func TestReadersMayTestApplicationAccessPoliciesAndNotMakeThem(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	for cmdlet, want := range map[string]int{
		"Get-ApplicationAccessPolicy": 200, "Test-ApplicationAccessPolicy": 400, "New-ApplicationAccessPolicy": 403, "Set-ApplicationAccessPolicy": 403, "Remove-ApplicationAccessPolicy": 403,
		"Get-MailboxPermission": 400, "Add-MailboxPermission": 403, "Remove-MailboxPermission": 403,
	} {
		if got := w.invoke(t, cmdlet, nil, bearer("reader")).status; got != want {
			t.Errorf("%s: got %d, want %d", cmdlet, got, want)
		}
	}
}
