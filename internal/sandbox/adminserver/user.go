// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import "github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"

// Get-User finds accounts, with a mailbox or without. Its parameters are those that Microsoft documents; of its rows
// no capture is known, so they hold the documented properties in the layout of the other recipients.
var userCmdlets = []cmdlet{
	{
		name:  "Get-User",
		roles: []string{viewOnlyRecipients, mailRecipients},
		parameters: []parameter{
			{name: "Identity"},
			{name: "Filter"},
			{name: "RecipientTypeDetails", kind: enumerates, enumeration: recipientTypeDetails},
			{name: "ResultSize", kind: resultSize},
		},
		unsupported: []string{"Anr", "IsVIP", "OrganizationalUnit", "PublicFolder", "SortBy"},
		run: func(c call) (result, error) {
			return c.recipients(isAccount, call.user)
		},
	},
}

// isAccount tells recipients that are accounts from groups.
func isAccount(t tenant.RecipientType) bool { return !t.IsGroup() }

func (c call) user(r tenant.Recipient) object {
	o := object{
		{"IsDirSynced", false},
		{"SamAccountName", r.SAMAccountName()},
		{"Sid", r.SID},
		{"UserPrincipalName", r.UserPrincipalName},
		{"AccountDisabled", r.Type != tenant.UserMailbox && r.Type != tenant.MailUser},
		{"Company", r.Company},
		{"Department", r.Department},
		{"DisplayName", r.DisplayName},
		{"ExternalDirectoryObjectId", r.ExternalDirectoryObjectID},
		{"FirstName", r.FirstName},
		{"LastName", r.LastName},
		{"Office", r.Office},
		{"RecipientType", r.Type.General()},
		{"RecipientTypeDetails", string(r.Type)},
		{"Title", r.Title},
		{"WindowsEmailAddress", r.PrimarySMTPAddress},
		{"AdministrativeUnits", c.tenant.UnitsOf(r.GUID)},
		{"Identity", r.Identity()},
	}
	return append(o, c.tail(r.Identity(), r.Entry, userClass)...)
}
