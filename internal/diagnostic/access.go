// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package diagnostic

import (
	"fmt"
	"slices"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// newToken is true of every grant: a token says what was granted before it was made, and Exchange learns of a grant
// later than Entra.
const newToken = "A new grant needs a new token, and may take up to 60 minutes to reach Exchange."

// bothGrants names what an application needs, where its token does not tell what it lacks.
const bothGrants = "An application needs two grants: the application permission Exchange.ManageAsApp (" + manageAsApp + ") of " +
	"\"Office 365 Exchange Online\" with admin consent, and an Entra directory role such as Exchange Administrator (" + exchangeAdministrator + ") " +
	"or membership of an Exchange role group. " + newToken

// unauthenticatedAdvice explains a 401.
func unauthenticatedAdvice(e *adminapi.Error) string {
	caller := e.Caller
	switch {
	case !caller.Decoded:
		return "Exchange did not accept the caller. " + bothGrants
	case caller.User:
		return "Exchange did not accept the user. " + userAdvice(e)
	case !caller.HasManageAsApp():
		return permissionAdvice(e)
	case len(caller.DirectoryRoles) == 0:
		return "The application's token holds Exchange.ManageAsApp and names no Entra directory role. Exchange has not heard of the permission yet, or " +
			"of the membership of an Exchange role group, or there is none. " + roleAdvice(e)
	default:
		return fmt.Sprintf("The application's token holds both grants: Exchange.ManageAsApp, and %s. Exchange refuses it until they have reached its own directory: "+
			"wait, up to 60 minutes, and run again, which signs in anew; with role_propagation_timeout in the provider block a run waits by itself. If it lasts, check that tenant_id is the tenant in which they were granted, "+
			"and that Conditional Access does not block the application %s.", nameRoles(caller.DirectoryRoles), caller.Application)
	}
}

// forbiddenAdvice explains a 403, or a cmdlet that the caller's roles do not hold.
func forbiddenAdvice(e *adminapi.Error) string {
	caller := e.Caller
	most, heeded := mostOf(caller.DirectoryRoles)
	switch {
	case !caller.Decoded:
		return "The caller has no role that allows this cmdlet. " + lackingRole(e) + " " + bothGrants
	case caller.User:
		return "The user has no role that allows this cmdlet. " + userAdvice(e)
	case !caller.HasManageAsApp():
		return permissionAdvice(e)
	case len(caller.DirectoryRoles) == 0:
		return "The application's token holds Exchange.ManageAsApp and names no Entra directory role, so the application may do nothing, or only what " +
			"the Exchange role groups allow that it is a member of. " + lackingRole(e) + " " + roleAdvice(e)
	case !heeded:
		return fmt.Sprintf("The application's only Entra directory roles, %s, are none that Exchange is known to heed. ", nameRoles(caller.DirectoryRoles)) + roleAdvice(e)
	case most == readsOnly && !reads(e.Cmdlet):
		return fmt.Sprintf("The application may read and change nothing: its Entra directory roles are %s. ", nameRoles(caller.DirectoryRoles)) + roleAdvice(e)
	case most == writesRecipients && managementRole(e.Cmdlet) != mailRecipients:
		return fmt.Sprintf("The application may change recipients and nothing else: its Entra directory roles are %s. ", nameRoles(caller.DirectoryRoles)) +
			lackingRole(e) + " " + roleAdvice(e)
	case denied(e):
		return fmt.Sprintf("Exchange's access control denies the cmdlet: the application's Entra directory roles are %s. ", nameRoles(caller.DirectoryRoles)) +
			lackingRole(e) + " " + roleAdvice(e)
	default:
		return fmt.Sprintf("The application's token holds both grants: Exchange.ManageAsApp, and %s. Exchange gave no reason, as it does until a grant has reached it, "+
			"which may take up to 60 minutes, and for a cmdlet that it does not offer to the caller. ", nameRoles(caller.DirectoryRoles)) + lackingRole(e)
	}
}

// denied reports whether Exchange's access control itself has spoken, and not the gateway in front of it: only then is
// there a header with a reason, or an error body.
func denied(e *adminapi.Error) bool {
	return e.Diagnostics != "" || e.Code != ""
}

// permissionAdvice tells an application that was not let in at all how to get there.
func permissionAdvice(e *adminapi.Error) string {
	caller := e.Caller
	const permission = "Exchange.ManageAsApp (" + manageAsApp + ") of \"Office 365 Exchange Online\""
	lack := "The application's token does not hold the application permission " + permission + ": it was not granted, or not consented to by an administrator."
	switch {
	case slices.Contains(caller.Permissions, "Exchange.ManageAsAppV2"):
		lack = "The application's token holds Exchange.ManageAsAppV2, with which the gateway rejects the cmdlets of this provider: they need " +
			permission + ", with the admin consent."
	case len(caller.DirectoryRoles) == 0:
		lack = "The application's token holds neither the application permission " + permission + ", which was not granted, or not consented to by an administrator, " +
			"nor an Entra directory role."
	}
	text := lack + fmt.Sprintf(" Grant the permission in one of these ways:\n"+
		"  - Entra admin center: App registrations, API permissions, Add a permission, APIs my organization uses, "+
		"Office 365 Exchange Online, Application permissions, Exchange.ManageAsApp; then Grant admin consent\n"+
		"  - Azure CLI: az ad app permission add --id %[1]s --api %[2]s --api-permissions %[3]s=Role; then "+
		"az ad app permission admin-consent --id %[1]s\n"+
		"  - azuread provider, also for a managed identity: azuread_app_role_assignment with "+
		"app_role_id = %[3]q, principal_object_id = %[4]q, and as resource_object_id the object id of the service principal of %[2]s\n",
		known(caller.Application, "APP_ID"), exchangeOnline, manageAsApp, known(caller.ObjectID, "OBJECT_ID"))
	if _, heeded := mostOf(caller.DirectoryRoles); heeded {
		return text + newToken
	}
	return text + "It also needs a role. " + roleAdvice(e)
}

// roleAdvice tells how to give an application a role.
func roleAdvice(e *adminapi.Error) string {
	object := known(e.Caller.ObjectID, "OBJECT_ID")
	return fmt.Sprintf("Assign it Exchange Administrator (%[1]s) in one of these ways:\n"+
		"  - Entra admin center: Roles & admins, Exchange Administrator, Add assignments\n"+
		"  - Azure CLI: az rest --method post --url https://graph.microsoft.com/v1.0/roleManagement/directory/roleAssignments "+
		"--body '{\"principalId\":%[2]q,\"roleDefinitionId\":%[1]q,\"directoryScopeId\":\"/\"}'; "+
		"in another cloud than the global one, with the host of its Microsoft Graph\n"+
		"  - azuread provider: azuread_directory_role_assignment with role_id = %[1]q and principal_object_id = %[2]q\n"+
		"  - instead of a directory role, an Exchange role group: New-ServicePrincipal and then Add-RoleGroupMember, once, by an administrator\n", exchangeAdministrator, object) + newToken
}

// lackingRole names the management role that holds a cmdlet.
func lackingRole(e *adminapi.Error) string {
	const summary = "\"Role Management\" holds the cmdlets for service principals, scopes and role assignments, \"Organization Configuration\" those for " +
		"application access policies, and \"Mail Recipients\" those for mailbox permissions; Organization Management holds all three."
	role := managementRole(e.Cmdlet)
	if role == "" {
		return summary
	}
	text := fmt.Sprintf("%s is in the Exchange management role %q, which the role group Organization Management and the directory role "+
		"Exchange Administrator hold", e.Cmdlet, role)
	if reads(e.Cmdlet) && e.Cmdlet != "Test-ServicePrincipalAuthorization" {
		text += "; to read, a view-only role is enough"
	}
	return text + "."
}

// userAdvice is for the token of a signed-in person, to whom an application's permissions mean nothing.
func userAdvice(e *adminapi.Error) string {
	return fmt.Sprintf("The provider signed in as a user (object id %s), whose own roles count: the user must hold the Entra directory role Exchange Administrator (%s), "+
		"or be a member of an Exchange role group. ", known(e.Caller.ObjectID, "unknown"), exchangeAdministrator) + lackingRole(e) +
		" A role that is held as eligible only must be activated first. Then sign in again: the roles are in the token from its beginning."
}

// known returns a value of the token's, or what to put in its place.
func known(value, placeholder string) string {
	if value == "" {
		return placeholder
	}
	return value
}
