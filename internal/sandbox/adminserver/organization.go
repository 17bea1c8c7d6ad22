// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

var organizationCmdlets = []cmdlet{
	{
		name:  "Get-OrganizationConfig",
		roles: []string{organizationConfiguration, viewOnlyConfiguration},
		run:   getOrganizationConfig,
	},
	{
		name:     "Enable-OrganizationCustomization",
		roles:    []string{organizationConfiguration},
		confirms: true,
		run:      enableOrganizationCustomization,
	},
}

// getOrganizationConfig shows the few of the service's many properties that
// the sandbox knows.
func getOrganizationConfig(c call) (result, error) {
	o := c.tenant.Organization()
	row := object{
		{"DisplayName", o.DisplayName},
		{"IsDehydrated", o.IsDehydrated},
		{"EnforceExoAppRbacPermissions", false},
		{"Identity", o.InitialDomain},
	}
	row = append(row, c.tail(o.InitialDomain, c.tenant.OrganizationEntry(), organizationClass)...)
	return result{objects: []object{append(row, objectUnchanged)}}, nil
}

func enableOrganizationCustomization(c call) (result, error) {
	return result{silent: true}, c.tenant.EnableOrganizationCustomization()
}
