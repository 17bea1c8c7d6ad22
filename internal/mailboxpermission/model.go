// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package mailboxpermission

import (
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/importid"
)

type model struct {
	ID              types.String     `tfsdk:"id"`
	Mailbox         customtype.Value `tfsdk:"mailbox"`
	User            customtype.Value `tfsdk:"user"`
	AccessRights    types.Set        `tfsdk:"access_rights"`
	Deny            types.Bool       `tfsdk:"deny"`
	InheritanceType customtype.Value `tfsdk:"inheritance_type"`
	AutoMapping     types.Bool       `tfsdk:"auto_mapping"`
	MailboxGUID     types.String     `tfsdk:"mailbox_guid"`
	UserSID         types.String     `tfsdk:"user_sid"`
	Timeouts        timeouts.Value   `tfsdk:"timeouts"`
}

type identityModel struct {
	MailboxGUID types.String `tfsdk:"mailbox_guid"`
	UserSID     types.String `tfsdk:"user_sid"`
	Deny        types.Bool   `tfsdk:"deny"`
}

func (m *model) identity() identityModel {
	return identityModel{MailboxGUID: m.MailboxGUID, UserSID: m.UserSID, Deny: m.Deny}
}

func (m identityModel) toAPI() exchange.MailboxPermissionID {
	return exchange.MailboxPermissionID{MailboxGUID: m.MailboxGUID.ValueString(), UserSID: m.UserSID.ValueString(), Deny: m.Deny.ValueBool()}
}

// text writes an id as it can be imported by.
func text(id exchange.MailboxPermissionID) string {
	return importid.MailboxPermissionID{Mailbox: id.MailboxGUID, User: id.UserSID, Deny: id.Deny}.String()
}

// identify takes over what identifies the entry.
func (m *model) identify(id exchange.MailboxPermissionID) {
	m.ID = types.StringValue(text(id))
	m.MailboxGUID = types.StringValue(id.MailboxGUID)
	m.UserSID = types.StringValue(id.UserSID)
	m.Deny = types.BoolValue(id.Deny)
}

// fromAPI takes over what Exchange answers. Mailbox and trustee stay as they are written in the configuration: they
// are known by GUID and SID. Auto-mapping cannot be read, so an import takes the default.
func (m *model) fromAPI(object exchange.MailboxPermission) {
	m.identify(object.MailboxPermissionID)
	if !object.Has(m.accessRights()) {
		m.AccessRights = setOf(object.AccessRights)
	}
	m.InheritanceType = customtype.Name.Known(object.InheritanceType)
	if m.AutoMapping.IsNull() {
		m.AutoMapping = types.BoolValue(defaultAutoMapping)
	}
}

// accessRights returns the rights as they are written, which may be in any letter case.
func (m *model) accessRights() []string {
	rights := make([]string, 0, len(m.AccessRights.Elements()))
	for _, element := range m.AccessRights.Elements() {
		if right, ok := element.(types.String); ok {
			rights = append(rights, right.ValueString())
		}
	}
	return rights
}

func setOf(rights []string) types.Set {
	elements := make([]attr.Value, 0, len(rights))
	for _, right := range rights {
		elements = append(elements, types.StringValue(right))
	}
	return types.SetValueMust(types.StringType, elements)
}

func (m *model) toAPI(mailboxGUID string) exchange.NewMailboxPermission {
	return exchange.NewMailboxPermission{
		MailboxGUID:     mailboxGUID,
		User:            m.User.ValueString(),
		Deny:            m.Deny.ValueBool(),
		AccessRights:    m.accessRights(),
		InheritanceType: m.InheritanceType.ValueString(),
		AutoMapping:     m.AutoMapping.ValueBool(),
	}
}

// permission is what state has of an entry.
func (m *model) permission() exchange.MailboxPermission {
	return exchange.MailboxPermission{
		MailboxPermissionID: m.identity().toAPI(),
		AccessRights:        m.accessRights(),
		InheritanceType:     m.InheritanceType.ValueString(),
	}
}

// mayAutoMap reports whether auto_mapping is of any meaning.
func (m *model) mayAutoMap() bool {
	return exchange.MayAutoMap(m.Deny.ValueBool(), m.accessRights())
}
