// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package sharedmailbox

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

type model struct {
	Filter    customtype.Value `tfsdk:"filter"`
	Mailboxes []mailboxModel   `tfsdk:"mailboxes"`
	Timeouts  timeouts.Value   `tfsdk:"timeouts"`
}

// mailboxModel holds plain Go values: all of it is known, and a tenant can have ten thousand.
type mailboxModel struct {
	ID                            string              `tfsdk:"id"`
	GUID                          string              `tfsdk:"guid"`
	ExchangeGUID                  string              `tfsdk:"exchange_guid"`
	Name                          string              `tfsdk:"name"`
	DisplayName                   string              `tfsdk:"display_name"`
	Alias                         string              `tfsdk:"alias"`
	PrimarySMTPAddress            string              `tfsdk:"primary_smtp_address"`
	EmailAddresses                []string            `tfsdk:"email_addresses"`
	UserPrincipalName             string              `tfsdk:"user_principal_name"`
	DistinguishedName             string              `tfsdk:"distinguished_name"`
	CustomAttributes              map[string]string   `tfsdk:"custom_attributes"`
	ExtensionCustomAttributes     map[string][]string `tfsdk:"extension_custom_attributes"`
	Office                        string              `tfsdk:"office"`
	HiddenFromAddressListsEnabled bool                `tfsdk:"hidden_from_address_lists_enabled"`
	AdministrativeUnits           []string            `tfsdk:"administrative_units"`
	WhenCreated                   string              `tfsdk:"when_created"`
}

func (m *model) fromAPI(mailboxes []exchange.Mailbox) {
	m.Mailboxes = make([]mailboxModel, 0, len(mailboxes))
	for _, mailbox := range mailboxes {
		m.Mailboxes = append(m.Mailboxes, mailboxFromAPI(mailbox))
	}
}

func mailboxFromAPI(mailbox exchange.Mailbox) mailboxModel {
	created := ""
	if !mailbox.WhenCreated.IsZero() {
		created = mailbox.WhenCreated.Format(time.RFC3339)
	}
	return mailboxModel{
		ID:                            mailbox.ExternalDirectoryObjectID,
		GUID:                          mailbox.GUID,
		ExchangeGUID:                  mailbox.ExchangeGUID,
		Name:                          mailbox.Name,
		DisplayName:                   mailbox.DisplayName,
		Alias:                         mailbox.Alias,
		PrimarySMTPAddress:            mailbox.PrimarySMTPAddress,
		EmailAddresses:                append([]string{}, mailbox.EmailAddresses...),
		UserPrincipalName:             mailbox.UserPrincipalName,
		DistinguishedName:             mailbox.DistinguishedName,
		CustomAttributes:              mailbox.CustomAttributes,
		ExtensionCustomAttributes:     mailbox.ExtensionCustomAttributes,
		Office:                        mailbox.Office,
		HiddenFromAddressListsEnabled: mailbox.HiddenFromAddressLists,
		AdministrativeUnits:           append([]string{}, mailbox.AdministrativeUnits...),
		WhenCreated:                   created,
	}
}
