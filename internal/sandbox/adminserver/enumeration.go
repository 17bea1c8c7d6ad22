// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import "strings"

// enumeration is an enumerated type of the service.
type enumeration struct {
	class   string
	members []string
	// flags says that one text may name several members, with commas between.
	flags bool
}

// names are the names in a list of texts.
func (e *enumeration) names(value any) any {
	items, ok := value.([]any)
	if !ok {
		items = []any{value}
	}
	if !e.flags {
		return items
	}
	var names []any
	for _, item := range items {
		text, ok := item.(string)
		if !ok {
			names = append(names, item)
			continue
		}
		for name := range strings.SplitSeq(text, ",") {
			names = append(names, strings.TrimSpace(name))
		}
	}
	return names
}

// member finds the member that a text means. Like PowerShell, the service takes
// any beginning that fits one member only. problem is empty if there is one.
func (e *enumeration) member(name string) (member, problem string) {
	var begun []string
	for _, m := range e.members {
		if strings.EqualFold(m, name) {
			return m, ""
		}
		if name != "" && len(name) < len(m) && strings.EqualFold(m[:len(name)], name) {
			begun = append(begun, m)
		}
	}
	switch len(begun) {
	case 1:
		return begun[0], ""
	case 0:
		return "", "Unable to match the identifier name " + name + " to a valid enumerator name. Specify one of the following enumerator names and try again: " + strings.Join(e.members, ", ")
	default:
		return "", "The identifier name " + name + " cannot be processed due to the inability to differentiate between the following enumerator names: " + strings.Join(begun, ", ") + ". Use a more specific identifier name."
	}
}

var recipientWriteScopes = &enumeration{
	class: "Microsoft.Exchange.Data.Directory.SystemConfiguration.RecipientWriteScopeType",
	members: []string{
		"None", "NotApplicable", "Organization", "MyGAL", "Self", "MyDirectReports", "OU", "CustomRecipientScope",
		"MyDistributionGroups", "MyExecutive", "ExclusiveRecipientScope", "MailboxICanDelegate", "AdministrativeUnit", "Group",
	},
}

var configWriteScopes = &enumeration{
	class:   "Microsoft.Exchange.Data.Directory.SystemConfiguration.ConfigWriteScopeType",
	members: []string{"None", "NotApplicable", "OrganizationConfig", "CustomConfigScope", "PartnerDelegatedTenantScope", "ExclusiveConfigScope"},
}

var roleAssigneeTypes = &enumeration{
	class: "Microsoft.Exchange.Data.Directory.SystemConfiguration.RoleAssigneeType",
	members: []string{
		"User", "SecurityGroup", "RoleAssignmentPolicy", "ForeignSecurityPrincipal", "RoleGroup", "LinkedRoleGroup", "Computer", "ServicePrincipal",
	},
}

var assignmentMethods = &enumeration{
	class:   "Microsoft.Exchange.Data.Directory.SystemConfiguration.AssignmentMethod",
	members: []string{"Direct", "SecurityGroup", "RoleGroup", "RoleAssignmentPolicy"},
}

var recipientTypeDetails = &enumeration{
	class: "Microsoft.Exchange.Data.Directory.Recipient.RecipientTypeDetails",
	members: []string{
		"DiscoveryMailbox", "DynamicDistributionGroup", "EquipmentMailbox", "GroupMailbox", "GuestMailUser", "LegacyMailbox",
		"LinkedMailbox", "LinkedRoomMailbox", "MailContact", "MailForestContact", "MailNonUniversalGroup",
		"MailUniversalDistributionGroup", "MailUniversalSecurityGroup", "MailUser", "PublicFolder", "PublicFolderMailbox",
		"RemoteEquipmentMailbox", "RemoteRoomMailbox", "RemoteSharedMailbox", "RemoteTeamMailbox", "RemoteUserMailbox",
		"RoomList", "RoomMailbox", "SchedulingMailbox", "SharedMailbox", "SharedWithMailUser", "TeamMailbox", "UserMailbox",
	},
}

// The names of the following classes are known, their namespaces but for .NET's
// own are not.

var accessRights = &enumeration{
	class:   "Microsoft.Exchange.Management.Tasks.ApplicationAccessPolicyRight",
	members: []string{"RestrictAccess", "DenyAccess"},
}

const mailboxRightsClass = "Microsoft.Exchange.Management.RecipientTasks.MailboxRights"

// mailboxRights are those that can be given. SendAs is given by another cmdlet.
var mailboxRights = &enumeration{
	class:   mailboxRightsClass,
	flags:   true,
	members: []string{"FullAccess", "ExternalAccount", "DeleteItem", "ReadPermission", "ChangePermission", "ChangeOwner"},
}

// removableMailboxRights are those that can be taken.
var removableMailboxRights = &enumeration{
	class:   mailboxRightsClass,
	flags:   true,
	members: []string{"FullAccess", "SendAs", "ExternalAccount", "DeleteItem", "ReadPermission", "ChangePermission", "ChangeOwner"},
}

var inheritanceTypes = &enumeration{
	class:   "System.DirectoryServices.ActiveDirectorySecurityInheritance",
	members: []string{"None", "All", "Descendents", "SelfAndChildren", "Children"},
}
