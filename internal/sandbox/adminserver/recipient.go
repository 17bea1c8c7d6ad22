// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import (
	"strconv"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

var recipientCmdlets = []cmdlet{
	{
		name:  "Get-Recipient",
		roles: []string{viewOnlyRecipients, mailRecipients, distributionGroups},
		parameters: []parameter{
			{name: "Identity"},
			{name: "Filter"},
			{name: "RecipientPreviewFilter"},
			{name: "RecipientTypeDetails", kind: enumerates, enumeration: recipientTypeDetails},
			{name: "ResultSize", kind: resultSize},
		},
		exclusive: []string{"Filter", "RecipientPreviewFilter"},
		unsupported: []string{
			"Anr", "AuthenticationType", "BookmarkDisplayName", "Capabilities", "Database", "IncludeSoftDeletedRecipients",
			"OrganizationalUnit", "Properties", "PropertySet", "RecipientType", "SortBy",
		},
		run: func(c call) (result, error) {
			return c.recipients(nil, call.recipient)
		},
	},
	{
		name:  "Get-Mailbox",
		roles: []string{viewOnlyRecipients, mailRecipients},
		parameters: []parameter{
			{name: "Identity"},
			{name: "Filter"},
			{name: "RecipientTypeDetails", kind: enumerates, enumeration: recipientTypeDetails},
			{name: "ResultSize", kind: resultSize},
		},
		unsupported: []string{
			"Anr", "Archive", "GroupMailbox", "InactiveMailboxOnly", "IncludeInactiveMailbox", "MailboxPlan", "Migration",
			"OrganizationalUnit", "PublicFolder", "SoftDeletedMailbox", "SortBy", "UseCustomRouting",
		},
		run: func(c call) (result, error) {
			return c.recipients(tenant.RecipientType.IsMailbox, call.mailbox)
		},
	},
	{
		name:  "Get-Group",
		roles: []string{viewOnlyRecipients, mailRecipients, distributionGroups},
		parameters: []parameter{
			{name: "Identity"},
			{name: "Filter"},
			{name: "RecipientTypeDetails", kind: enumerates, enumeration: recipientTypeDetails},
			{name: "ResultSize", kind: resultSize},
		},
		unsupported: []string{"Anr", "IncludeSoftDeletedObjects", "OrganizationalUnit", "SortBy"},
		run: func(c call) (result, error) {
			return c.recipients(tenant.RecipientType.IsGroup, call.group)
		},
	},
	{
		name:       "Set-Mailbox",
		roles:      []string{mailRecipients},
		confirms:   true,
		parameters: setMailboxParameters(),
		run:        setMailbox,
	},
}

// recipients lists recipients of some types, each shown by show.
func (c call) recipients(among func(tenant.RecipientType) bool, show func(call, tenant.Recipient) object) (result, error) {
	query := tenant.RecipientQuery{
		Identity: c.text("Identity"), Filter: c.text("Filter"), FilterParameter: "Filter",
		Types: c.texts("RecipientTypeDetails"), Among: among,
	}
	if preview := c.text("RecipientPreviewFilter"); preview != "" {
		query.Filter, query.FilterParameter = preview, "RecipientPreviewFilter"
	}
	found, err := c.tenant.GetRecipient(query)
	if err != nil {
		return result{}, err
	}
	var r result
	for _, recipient := range found {
		r.objects = append(r.objects, append(show(c, recipient), objectUnchanged))
	}
	return r, nil
}

// attributes shows the custom attributes. Unset ones are empty texts.
func attributes(r tenant.Recipient) object {
	var o object
	for i, value := range r.CustomAttributes {
		o = append(o, property{"CustomAttribute" + strconv.Itoa(i+1), value})
	}
	for i, values := range r.ExtensionCustomAttributes {
		o = append(o, property{"ExtensionCustomAttribute" + strconv.Itoa(i+1), values})
	}
	return o
}

func (c call) recipient(r tenant.Recipient) object {
	o := append(object{
		{"Alias", r.Alias},
		{"City", r.City},
		{"Company", r.Company},
		{"CountryOrRegion", r.CountryOrRegion},
	}, attributes(r)...)
	o = append(o, object{
		{"Department", r.Department},
		{"DisplayName", r.DisplayName},
		{"EmailAddresses", r.EmailAddresses},
		{"ExternalDirectoryObjectId", r.ExternalDirectoryObjectID},
		{"ExternalEmailAddress", orNull(r.ExternalEmailAddress)},
		{"FirstName", r.FirstName},
		{"HiddenFromAddressListsEnabled", r.HiddenFromAddressLists},
		{"IsDirSynced", false},
		{"IsValidSecurityPrincipal", r.IsValidSecurityPrincipal()},
		{"LastName", r.LastName},
		{"Office", r.Office},
		{"PrimarySmtpAddress", r.PrimarySMTPAddress},
		{"RecipientType", r.Type.General()},
		{"RecipientTypeDetails", string(r.Type)},
		{"Title", r.Title},
		{"WindowsLiveID", r.UserPrincipalName},
		{"AdministrativeUnits", c.tenant.UnitsOf(r.GUID)},
		{"Identity", r.Identity()},
	}...)
	return append(o, c.tail(r.Identity(), r.Entry, classOf(r))...)
}

// mailbox shows the properties of a mailbox that the sandbox knows, of the
// more than 300 that there are.
func (c call) mailbox(r tenant.Recipient) object {
	o := object{
		{"ExchangeGuid", guid(r.ExchangeGUID)},
		{"AccountDisabled", r.Type != tenant.UserMailbox},
		{"IsMailboxEnabled", true},
		{"IsResource", r.Type == tenant.RoomMailbox || r.Type == tenant.EquipmentMailbox},
		{"IsShared", r.Type == tenant.SharedMailbox},
		{"IsDirSynced", false},
		{"ForwardingAddress", nil},
		{"ForwardingSmtpAddress", nil},
		{"DeliverToMailboxAndForward", false},
		{"GrantSendOnBehalfTo", []string{}},
		{"Office", r.Office},
		{"RoleAssignmentPolicy", c.tenant.PolicyName(r.Policy)},
		{"SamAccountName", r.SAMAccountName()},
		{"UsageLocation", orNull(r.UsageLocation)},
		{"UserPrincipalName", r.UserPrincipalName},
		{"WindowsEmailAddress", r.PrimarySMTPAddress},
		{"AdministrativeUnits", c.tenant.UnitsOf(r.GUID)},
		{"Alias", r.Alias},
	}
	o = append(o, untouched...)
	o = append(o, attributes(r)...)
	o = append(o, object{
		{"DisplayName", r.DisplayName},
		{"EmailAddresses", r.EmailAddresses},
		{"ExternalDirectoryObjectId", r.ExternalDirectoryObjectID},
		{"HiddenFromAddressListsEnabled", r.HiddenFromAddressLists},
		{"LegacyExchangeDN", r.LegacyExchangeDN()},
		{"PrimarySmtpAddress", r.PrimarySMTPAddress},
		{"RecipientType", r.Type.General()},
		{"RecipientTypeDetails", string(r.Type)},
		{"WhenMailboxCreated", moment{at: r.WhenCreated}},
		{"Identity", r.Identity()},
	}...)
	return append(o, c.tail(r.Identity(), r.Entry, userClass)...)
}

// untouched are properties of a mailbox that nothing in the sandbox changes, as
// they are in a new shared mailbox.
var untouched = object{
	{"AcceptMessagesOnlyFromSendersOrMembers", []string{}},
	{"AddressBookPolicy", nil},
	{"ArchiveGuid", guid("00000000-0000-0000-0000-000000000000")},
	{"ArchiveState", "None"},
	{"ArchiveStatus", "None"},
	{"AuditEnabled", true},
	{"AuditLogAgeLimit", "90.00:00:00"},
	{"BypassModerationFromSendersOrMembers", []string{}},
	{"EmailAddressPolicyEnabled", false},
	{"InPlaceHolds", []string{}},
	{"IsInactiveMailbox", false},
	{"IssueWarningQuota", "49 GB (52,613,349,376 bytes)"},
	{"Languages", []string{}},
	{"LitigationHoldDate", nil},
	{"LitigationHoldDuration", "Unlimited"},
	{"LitigationHoldEnabled", false},
	{"LitigationHoldOwner", ""},
	{"MailTip", nil},
	{"MailboxPlan", nil},
	{"MaxReceiveSize", "36 MB (37,748,736 bytes)"},
	{"MaxSendSize", "35 MB (36,700,160 bytes)"},
	{"MessageCopyForSMTPClientSubmissionEnabled", false},
	{"MessageCopyForSendOnBehalfEnabled", false},
	{"MessageCopyForSentAsEnabled", false},
	{"ModeratedBy", []string{}},
	{"ModerationEnabled", false},
	{"ProhibitSendQuota", "49.5 GB (53,150,220,288 bytes)"},
	{"ProhibitSendReceiveQuota", "50 GB (53,687,091,200 bytes)"},
	{"RecoverableItemsQuota", "30 GB (32,212,254,720 bytes)"},
	{"RejectMessagesFromSendersOrMembers", []string{}},
	{"ResourceCapacity", nil},
	{"RetainDeletedItemsFor", "14.00:00:00"},
	{"RetentionHoldEnabled", false},
	{"RetentionPolicy", "Default MRM Policy"},
	{"SharingPolicy", "Default Sharing Policy"},
	{"SingleItemRecoveryEnabled", true},
}

// group shows a group as Get-Group does: without its Entra id.
func (c call) group(r tenant.Recipient) object {
	groupType := "Universal"
	if r.Type == tenant.SecurityGroup {
		groupType = "Universal, SecurityEnabled"
	}
	o := object{
		{"IsDirSynced", false},
		{"DisplayName", r.DisplayName},
		{"GroupType", groupType},
		{"Members", c.tenant.NamesOf(r.Members)},
		{"Sid", r.SID},
		{"SamAccountName", r.SAMAccountName()},
		{"RecipientType", r.Type.General()},
		{"RecipientTypeDetails", string(r.Type)},
		{"WindowsEmailAddress", r.PrimarySMTPAddress},
		{"Identity", r.Name},
	}
	return append(o, c.tail(r.Name, r.Entry, groupClass)...)
}

func classOf(r tenant.Recipient) class {
	if r.Type.IsGroup() {
		return groupClass
	}
	return userClass
}

// setMailboxParameters are the few parameters of Set-Mailbox that make drift
// in scopes, and in what permissions read back as.
func setMailboxParameters() []parameter {
	parameters := []parameter{{name: "Identity", mandatory: true}, {name: "DisplayName"}, {name: "MicrosoftOnlineServicesID"}, {name: "Office"}}
	for i := range 15 {
		parameters = append(parameters, parameter{name: "CustomAttribute" + strconv.Itoa(i+1)})
	}
	return parameters
}

func setMailbox(c call) (result, error) {
	change := tenant.MailboxChange{
		DisplayName: c.change("DisplayName"), Office: c.change("Office"), UserPrincipalName: c.change("MicrosoftOnlineServicesID"),
	}
	for i := range change.CustomAttributes {
		change.CustomAttributes[i] = c.change("CustomAttribute" + strconv.Itoa(i+1))
	}
	changed, err := c.tenant.SetMailbox(c.text("Identity"), change)
	if err != nil {
		return result{}, err
	}
	r := result{silent: true}
	if !changed {
		r.warnings = []string{"The command completed successfully but no settings of '" + c.text("Identity") + "' have been modified."}
	}
	return r, nil
}
