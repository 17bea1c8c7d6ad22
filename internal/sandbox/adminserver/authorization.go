// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

var authorizationCmdlets = []cmdlet{
	{
		name:       "Test-ServicePrincipalAuthorization",
		roles:      []string{roleManagement},
		confirms:   true,
		parameters: []parameter{{name: "Identity", mandatory: true}, {name: "Resource"}},
		run:        testServicePrincipalAuthorization,
	},
}

// notRun is the InScope of a test without a resource.
const notRun = "Not Run"

func testServicePrincipalAuthorization(c call) (result, error) {
	rows, err := c.tenant.TestServicePrincipalAuthorization(c.text("Identity"), c.text("Resource"))
	if err != nil {
		return result{}, err
	}
	var r result
	for _, row := range rows {
		var inScope any = notRun
		if row.InScope != nil {
			inScope = verdict(*row.InScope)
		}
		r.objects = append(r.objects, object{
			{"RoleName", row.RoleName},
			{"GrantedPermissions", row.GrantedPermissions},
			{"AllowedResourceScope", row.AllowedResourceScope},
			{"ScopeType", row.ScopeType},
			{"InScope", inScope},
		})
	}
	return r, nil
}
