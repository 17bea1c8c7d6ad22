// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import (
	"strings"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// The parameter sets of Remove-MailboxPermission.
const (
	setAccessRights     = "AccessRights"
	setClearAutoMapping = "ClearAutoMapping"
	setResetDefault     = "ResetDefault"
)

var mailboxPermissionCmdlets = []cmdlet{
	{
		name:     "Add-MailboxPermission",
		roles:    []string{mailRecipients},
		confirms: true,
		parameters: []parameter{
			{name: "Identity", mandatory: true},
			{name: "User", mandatory: true},
			{name: "AccessRights", kind: enumerates, enumeration: mailboxRights, mandatory: true},
			{name: "AutoMapping", kind: boolean},
			{name: "Deny", kind: flag},
			{name: "InheritanceType", kind: enumerated, enumeration: inheritanceTypes},
			{name: "GroupMailbox", kind: flag},
		},
		unsupported: []string{"IgnoreDefaultScope", "Owner"},
		run:         addMailboxPermission,
	},
	{
		name:  "Get-MailboxPermission",
		roles: []string{mailRecipients, viewOnlyRecipients},
		parameters: []parameter{
			{name: "Identity", mandatory: true},
			{name: "User"},
			{name: "GroupMailbox", kind: flag},
			{name: "IncludeUnresolvedPermissions", kind: flag},
			{name: "ResultSize", kind: resultSize},
		},
		unsupported: []string{
			"Credential", "IncludeSoftDeletedUserPermissions", "IncludeUserWithDisplayName", "Owner", "ReadFromDomainController",
			"SoftDeletedMailbox", "UseCustomRouting",
		},
		run: getMailboxPermission,
	},
	{
		name:     "Remove-MailboxPermission",
		roles:    []string{mailRecipients},
		confirms: true,
		sets:     []string{setAccessRights, setClearAutoMapping, setResetDefault},
		parameters: []parameter{
			{name: "Identity", mandatory: true},
			{name: "User", sets: []string{setAccessRights}, mandatory: true},
			{name: "AccessRights", kind: enumerates, enumeration: removableMailboxRights, sets: []string{setAccessRights}, mandatory: true},
			{name: "Deny", kind: flag, sets: []string{setAccessRights}},
			{name: "InheritanceType", kind: enumerated, enumeration: inheritanceTypes, sets: []string{setAccessRights}},
			{name: "ClearAutoMapping", kind: flag, sets: []string{setClearAutoMapping}, mandatory: true},
			{name: "ResetDefault", kind: flag, sets: []string{setResetDefault}, mandatory: true},
			{name: "GroupMailbox", kind: flag},
		},
		unsupported: []string{"BypassMasterAccountSid", "IgnoreDefaultScope", "SoftDeletedMailbox"},
		run:         removeMailboxPermission,
	},
}

func (c call) mailboxPermissionSpec() tenant.MailboxPermissionSpec {
	return tenant.MailboxPermissionSpec{
		Mailbox:         c.text("Identity"),
		User:            c.text("User"),
		AccessRights:    c.texts("AccessRights"),
		Deny:            c.flag("Deny"),
		InheritanceType: c.text("InheritanceType"),
		AutoMapping:     c.choice("AutoMapping"),
		GroupMailbox:    c.flag("GroupMailbox"),
	}
}

func addMailboxPermission(c call) (result, error) {
	p, warnings, err := c.tenant.AddMailboxPermission(c.caller, c.mailboxPermissionSpec())
	if err != nil {
		return result{}, err
	}
	return result{created: true, objects: []object{c.mailboxPermission(p)}, warnings: warnings}, nil
}

func getMailboxPermission(c call) (result, error) {
	found, err := c.tenant.GetMailboxPermission(tenant.MailboxPermissionQuery{
		Identity:          c.text("Identity"),
		User:              c.text("User"),
		GroupMailbox:      c.flag("GroupMailbox"),
		IncludeUnresolved: c.flag("IncludeUnresolvedPermissions"),
	})
	if err != nil {
		return result{}, err
	}
	var r result
	for _, p := range found {
		r.objects = append(r.objects, c.mailboxPermission(p))
	}
	return r, nil
}

func removeMailboxPermission(c call) (result, error) {
	r := result{silent: true}
	var err error
	switch {
	case c.flag("ClearAutoMapping"):
		err = c.tenant.ClearAutoMapping(c.text("Identity"), c.flag("GroupMailbox"))
	case c.flag("ResetDefault"):
		err = c.tenant.ResetMailboxPermissions(c.text("Identity"), c.flag("GroupMailbox"))
	case c.given("AccessRights"):
		r.warnings, err = c.tenant.RemoveMailboxPermission(c.mailboxPermissionSpec())
	}
	return r, err
}

// mailboxPermission shows an entry. All rights are one element, as .NET writes
// flags, and the address is empty even for somebody who has one: so both were
// seen.
func (c call) mailboxPermission(p tenant.MailboxPermission) object {
	rights := []string{strings.Join(p.AccessRights, ", ")}
	if c.behavior.AccessRights == tenant.RightsSeparate {
		rights = p.AccessRights
	}
	return object{
		{"User", p.User},
		{"AccessRights", rights},
		{"Deny", p.Deny},
		{"IsInherited", p.IsInherited},
		{"UserSid", p.UserSID},
		{"PrimarySmtpAddress", ""},
		{"InheritanceType", p.InheritanceType},
		{"Identity", p.Identity},
		{"IsValid", true},
		objectUnchanged,
	}
}
