// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

var administrativeUnitCmdlets = []cmdlet{
	{
		name:       "Get-AdministrativeUnit",
		roles:      []string{roleManagement, viewOnlyConfiguration, viewOnlyRecipients, mailRecipients},
		parameters: []parameter{{name: "Identity"}},
		run:        getAdministrativeUnit,
	},
}

// getAdministrativeUnit shows units. Name, Identity, Id and
// ExternalDirectoryObjectId are all the id that Entra knows; Guid is another.
func getAdministrativeUnit(c call) (result, error) {
	found, err := c.tenant.GetAdministrativeUnit(c.text("Identity"))
	if err != nil {
		return result{}, err
	}
	var r result
	for _, u := range found {
		o := object{
			{"DisplayName", u.DisplayName},
			{"ExternalDirectoryObjectId", u.Name},
			noAdminDisplayName,
			{"Identity", u.Name},
		}
		o = append(o, c.tail(u.Name, u.Entry, unitClass)...)
		r.objects = append(r.objects, append(o, objectUnchanged))
	}
	return r, nil
}
