// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import "github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"

var applicationAccessPolicyCmdlets = []cmdlet{
	{
		name:            "New-ApplicationAccessPolicy",
		roles:           []string{organizationConfiguration},
		confirms:        true,
		createsInForest: true,
		parameters: []parameter{
			{name: "AccessRight", kind: enumerated, enumeration: accessRights, mandatory: true},
			{name: "AppId", kind: texts, mandatory: true},
			{name: "PolicyScopeGroupId", mandatory: true},
			{name: "Description"},
		},
		run: newApplicationAccessPolicy,
	},
	{
		name:       "Get-ApplicationAccessPolicy",
		roles:      []string{organizationConfiguration, viewOnlyConfiguration},
		parameters: []parameter{{name: "Identity"}},
		run:        getApplicationAccessPolicy,
	},
	{
		name:       "Set-ApplicationAccessPolicy",
		roles:      []string{organizationConfiguration},
		confirms:   true,
		parameters: []parameter{{name: "Identity", mandatory: true}, {name: "Description", mandatory: true}},
		run:        setApplicationAccessPolicy,
	},
	{
		name:       "Remove-ApplicationAccessPolicy",
		roles:      []string{organizationConfiguration},
		confirms:   true,
		parameters: []parameter{{name: "Identity", mandatory: true}},
		run:        removeApplicationAccessPolicy,
	},
	{
		name:       "Test-ApplicationAccessPolicy",
		roles:      []string{organizationConfiguration, viewOnlyConfiguration},
		parameters: []parameter{{name: "Identity", mandatory: true}, {name: "AppId", mandatory: true}},
		run:        testApplicationAccessPolicy,
	},
}

func newApplicationAccessPolicy(c call) (result, error) {
	made, err := c.tenant.NewApplicationAccessPolicy(c.caller, tenant.ApplicationAccessPolicySpec{
		AppIDs:             c.texts("AppId"),
		PolicyScopeGroupID: c.text("PolicyScopeGroupId"),
		AccessRight:        tenant.AccessRight(c.text("AccessRight")),
		Description:        c.text("Description"),
	})
	if err != nil {
		return result{}, err
	}
	r := result{created: true}
	for _, p := range made {
		r.objects = append(r.objects, append(c.applicationAccessPolicy(p), objectNew))
	}
	return r, nil
}

func getApplicationAccessPolicy(c call) (result, error) {
	found, err := c.tenant.GetApplicationAccessPolicy(c.text("Identity"))
	if err != nil {
		return result{}, err
	}
	var r result
	for _, p := range found {
		r.objects = append(r.objects, append(c.applicationAccessPolicy(p), objectUnchanged))
	}
	return r, nil
}

func setApplicationAccessPolicy(c call) (result, error) {
	return result{silent: true}, c.tenant.SetApplicationAccessPolicy(c.text("Identity"), c.text("Description"))
}

func removeApplicationAccessPolicy(c call) (result, error) {
	return result{silent: true}, c.tenant.RemoveApplicationAccessPolicy(c.text("Identity"))
}

// applicationAccessPolicy shows a policy. It is no object of the directory and
// has none of the properties that those end in.
func (c call) applicationAccessPolicy(p tenant.ApplicationAccessPolicy) object {
	var appID any = p.AppID
	if c.behavior.AccessPolicyAppID == tenant.AppIDList {
		appID = []string{p.AppID}
	}
	return object{
		{"ScopeName", p.ScopeName},
		{"ScopeIdentity", p.ScopeIdentity},
		{"Identity", p.Identity},
		{"AppId", appID},
		{"ScopeIdentityRaw", p.ScopeIdentityRaw},
		{"Description", p.Description},
		{"AccessRight", string(p.AccessRight)},
		{"ShardType", "All"},
		{"IsValid", true},
	}
}

func testApplicationAccessPolicy(c call) (result, error) {
	check, err := c.tenant.TestApplicationAccessPolicy(c.caller, c.text("Identity"), c.text("AppId"))
	if err != nil {
		return result{}, err
	}
	verdict := "Denied"
	if check.Granted {
		verdict = "Granted"
	}
	return result{objects: []object{{
		{"AppId", check.AppID},
		{"Mailbox", check.Mailbox.Name},
		{"MailboxId", check.Mailbox.GUID},
		{"MailboxSid", check.Mailbox.SID},
		{"AccessCheckResult", verdict},
	}}}, nil
}
