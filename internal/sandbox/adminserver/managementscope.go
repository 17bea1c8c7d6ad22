// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import (
	"strings"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/opath"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

var managementScopeCmdlets = []cmdlet{
	{
		name:            "New-ManagementScope",
		roles:           []string{roleManagement},
		confirms:        true,
		createsInForest: true,
		parameters: []parameter{
			{name: "Name", mandatory: true},
			{name: "RecipientRestrictionFilter", mandatory: true},
			{name: "RecipientRoot"},
			{name: "Exclusive", kind: flag},
			{name: "Force", kind: flag},
		},
		run: newManagementScope,
	},
	{
		name:  "Get-ManagementScope",
		roles: []string{roleManagement, viewOnlyConfiguration},
		parameters: []parameter{
			{name: "Identity"},
			{name: "Exclusive", kind: boolean},
			{name: "Orphan", kind: flag},
		},
		run: getManagementScope,
	},
	{
		name:     "Set-ManagementScope",
		roles:    []string{roleManagement},
		confirms: true,
		parameters: []parameter{
			{name: "Identity", mandatory: true},
			{name: "Name"},
			{name: "RecipientRestrictionFilter"},
			{name: "RecipientRoot"},
			{name: "Force", kind: flag},
		},
		run: setManagementScope,
	},
	{
		name:       "Remove-ManagementScope",
		roles:      []string{roleManagement},
		confirms:   true,
		parameters: []parameter{{name: "Identity", mandatory: true}, {name: "Force", kind: flag}},
		run:        removeManagementScope,
	},
}

func newManagementScope(c call) (result, error) {
	m, err := c.tenant.NewManagementScope(c.caller, tenant.ManagementScopeSpec{
		Name:            c.text("Name"),
		RecipientFilter: c.text("RecipientRestrictionFilter"),
		RecipientRoot:   c.text("RecipientRoot"),
		Exclusive:       c.flag("Exclusive"),
	})
	if err != nil {
		return result{}, err
	}
	return result{created: true, objects: []object{append(c.managementScope(m), objectNew)}}, nil
}

func getManagementScope(c call) (result, error) {
	found, err := c.tenant.GetManagementScope(tenant.ManagementScopeQuery{
		Identity:  c.text("Identity"),
		Exclusive: c.choice("Exclusive"),
		Orphan:    c.flag("Orphan"),
	})
	if err != nil {
		return result{}, err
	}
	var r result
	for _, m := range found {
		r.objects = append(r.objects, append(c.managementScope(m), objectUnchanged))
	}
	return r, nil
}

func setManagementScope(c call) (result, error) {
	return result{silent: true}, c.tenant.SetManagementScope(c.text("Identity"), tenant.ManagementScopeChange{
		Name:            c.change("Name"),
		RecipientFilter: c.change("RecipientRestrictionFilter"),
		RecipientRoot:   c.change("RecipientRoot"),
	})
}

func removeManagementScope(c call) (result, error) {
	return result{silent: true}, c.tenant.RemoveManagementScope(c.caller, c.text("Identity"))
}

// managementScope shows a scope. The filter reads back under another name than
// the one of its parameter.
func (c call) managementScope(m tenant.ManagementScope) object {
	o := object{
		{"RecipientRoot", orNull(m.RecipientRoot)},
		{"RecipientFilter", echoFilter(m.RecipientFilter, c.behavior.FilterEcho)},
		{"ServerFilter", ""},
		{"DatabaseFilter", ""},
		{"TenantOrganizationFilter", ""},
		{"ScopeRestrictionType", "RecipientScope"},
		{"Exclusive", m.Exclusive},
		noAdminDisplayName,
		{"Identity", m.Name},
	}
	return append(o, c.tail(m.Name, m.Entry, scopeClass)...)
}

// echoFilter writes a filter in one of the forms in which it may read back.
func echoFilter(text string, form tenant.FilterEcho) string {
	filter, err := opath.Parse(text)
	if err != nil {
		return text
	}
	switch form {
	case tenant.FilterParentheses:
		return "(" + filter.String() + ")"
	case tenant.FilterDNLowercase:
		for _, comparison := range filter.Comparisons() {
			if value := comparison.Value.Text; opath.IsDN(value) {
				text = strings.ReplaceAll(text, opath.Quote(value), opath.Quote(strings.ToLower(value)))
			}
		}
		return text
	default:
		return text
	}
}
