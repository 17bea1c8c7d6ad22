// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import (
	"cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

var servicePrincipalCmdlets = []cmdlet{
	{
		name:            "New-ServicePrincipal",
		roles:           []string{roleManagement},
		confirms:        true,
		createsInForest: true,
		sets:            []string{"Default", "Deprecated"},
		parameters: []parameter{
			{name: "AppId", mandatory: true},
			{name: "ObjectId", sets: []string{"Default"}, mandatory: true},
			{name: "ServiceId", sets: []string{"Deprecated"}, mandatory: true},
			{name: "DisplayName"},
			{name: "Organization"},
		},
		run: newServicePrincipal,
	},
	{
		name:       "Get-ServicePrincipal",
		roles:      []string{roleManagement, viewOnlyConfiguration},
		parameters: []parameter{{name: "Identity"}, {name: "Organization"}},
		run:        getServicePrincipal,
	},
	{
		name:     "Set-ServicePrincipal",
		roles:    []string{roleManagement},
		confirms: true,
		parameters: []parameter{
			{name: "Identity", mandatory: true},
			{name: "DisplayName"},
			{name: "OverrideEnforceExoAppRbacPermissions", kind: boolean},
		},
		run: setServicePrincipal,
	},
	{
		name:       "Remove-ServicePrincipal",
		roles:      []string{roleManagement},
		confirms:   true,
		parameters: []parameter{{name: "Identity", mandatory: true}},
		run:        removeServicePrincipal,
	},
}

// serviceIDWarning is given by New and Get. That there is such a warning was
// seen; its words are not recorded.
const serviceIDWarning = "The ServiceId parameter and property are deprecated. Use ObjectId instead."

func newServicePrincipal(c call) (result, error) {
	p, err := c.tenant.NewServicePrincipal(c.caller, tenant.ServicePrincipalSpec{
		AppID:       c.text("AppId"),
		ObjectID:    cmp.Or(c.text("ObjectId"), c.text("ServiceId")),
		DisplayName: c.text("DisplayName"),
	})
	if err != nil {
		return result{}, err
	}
	return result{created: true, objects: []object{append(c.servicePrincipal(p), objectNew)}, warnings: []string{serviceIDWarning}}, nil
}

func getServicePrincipal(c call) (result, error) {
	found, err := c.tenant.GetServicePrincipal(c.text("Identity"))
	if err != nil {
		return result{}, err
	}
	r := result{warnings: []string{serviceIDWarning}}
	for _, p := range found {
		r.objects = append(r.objects, append(c.servicePrincipal(p), objectUnchanged))
	}
	return r, nil
}

func setServicePrincipal(c call) (result, error) {
	return result{silent: true}, c.tenant.SetServicePrincipal(c.text("Identity"), c.change("DisplayName"))
}

func removeServicePrincipal(c call) (result, error) {
	return result{silent: true}, c.tenant.RemoveServicePrincipal(c.text("Identity"))
}

// servicePrincipal shows a pointer. RecipientTypeDetails is misspelt by the
// service.
func (c call) servicePrincipal(p tenant.ServicePrincipal) object {
	o := object{
		{"AppId", p.AppID},
		{"ObjectId", p.ObjectID},
		{"DisplayName", p.DisplayName},
		{"Sid", p.SID},
		{"RecipientType", "User"},
		{"RecipientTypeDetails", "ServicePrinciple"},
		{"Identity", p.Name},
	}
	return append(o, c.tail(p.Name, p.Entry, userClass)...)
}
