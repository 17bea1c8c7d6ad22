// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package diagnostic

import (
	"fmt"
	"strings"
)

// Template ids, the same in every tenant.
const (
	exchangeAdministrator = "29232cdf-9323-42fd-ade2-1d097af3e4de"
	// manageAsApp is the app role Exchange.ManageAsApp of exchangeOnline, which is the client id of Microsoft's
	// application "Office 365 Exchange Online".
	manageAsApp    = "dc50a0fb-09a3-484d-be87-e023b12c6440"
	exchangeOnline = "00000002-0000-0ff1-ce00-000000000000"
)

// directoryRole is an Entra directory role that counts in Exchange, as Microsoft's page on app-only authentication
// of the PowerShell module lists them.
type directoryRole struct {
	id, name string
	rights   rights
}

// rights are what a directory role allows in Exchange.
type rights int

const (
	readsOnly rights = iota
	writesRecipients
	writesSome
	writesAll
)

var directoryRoles = []directoryRole{
	{exchangeAdministrator, "Exchange Administrator", writesAll},
	{"62e90394-69f5-4237-9190-012177145e10", "Global Administrator", writesAll},
	{"31392ffb-586c-42d1-9346-e59415a2cc4e", "Exchange Recipient Administrator", writesRecipients},
	{"17315797-102d-40b4-93e0-432062caca18", "Compliance Administrator", writesSome},
	{"194ae4cb-b126-40b2-bd5b-6091b380977d", "Security Administrator", writesSome},
	{"729827e3-9c14-49f7-bb1b-9608f156bbb8", "Helpdesk Administrator", writesSome},
	{"f2ef992c-3afb-46b9-b7cf-a126ee74c451", "Global Reader", readsOnly},
	{"5d6b6bb7-de71-4623-b4af-96380a352509", "Security Reader", readsOnly},
}

// nameRoles writes directory roles as a list of names and ids.
func nameRoles(ids []string) string {
	var names []string
	for _, id := range ids {
		names = append(names, nameRole(id))
	}
	return strings.Join(names, ", ")
}

func nameRole(id string) string {
	for _, role := range directoryRoles {
		if strings.EqualFold(role.id, id) {
			return fmt.Sprintf("%s (%s)", role.name, role.id)
		}
	}
	return id
}

// mostOf returns the most that one of the roles allows. Roles that Exchange is not known to heed allow nothing;
// heeded reports whether there is one that it heeds.
func mostOf(ids []string) (most rights, heeded bool) {
	for _, id := range ids {
		for _, role := range directoryRoles {
			if strings.EqualFold(role.id, id) {
				most = max(most, role.rights)
				heeded = true
			}
		}
	}
	return most, heeded
}

// The management roles that hold the cmdlets of this provider.
const (
	roleManagement            = "Role Management"
	organizationConfiguration = "Organization Configuration"
	mailRecipients            = "Mail Recipients"
)

// managementRole returns the built-in Exchange role that holds a cmdlet, or "" where this provider does not use it.
func managementRole(cmdlet string) string {
	_, noun, _ := strings.Cut(cmdlet, "-")
	switch noun {
	case "ServicePrincipal", "ServicePrincipalAuthorization", "ManagementScope", "ManagementRole", "ManagementRoleAssignment",
		"AdministrativeUnit":
		return roleManagement
	case "ApplicationAccessPolicy", "OrganizationConfig", "OrganizationCustomization":
		return organizationConfiguration
	case "Mailbox", "MailboxPermission", "Recipient", "Group":
		return mailRecipients
	default:
		return ""
	}
}

// reads reports whether a cmdlet changes nothing.
func reads(cmdlet string) bool {
	verb, _, _ := strings.Cut(cmdlet, "-")
	return verb == "Get" || verb == "Test"
}
