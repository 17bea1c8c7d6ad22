// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package managementscope

import (
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

type model struct {
	ID                types.String     `tfsdk:"id"`
	Name              types.String     `tfsdk:"name"`
	RecipientFilter   customtype.Value `tfsdk:"recipient_filter"`
	RecipientRoot     customtype.Value `tfsdk:"recipient_root"`
	Exclusive         types.Bool       `tfsdk:"exclusive"`
	DistinguishedName types.String     `tfsdk:"distinguished_name"`
	Timeouts          timeouts.Value   `tfsdk:"timeouts"`
}

type identityModel struct {
	GUID types.String `tfsdk:"guid"`
}

// fromAPI takes over what Exchange answers. The filter and the root keep the user's spelling while Exchange answers
// them as it did right after they were written: what it makes of a text is not known beforehand.
func (m *model) fromAPI(object exchange.ManagementScope, written spelling) {
	m.ID = types.StringValue(object.GUID)
	m.Name = types.StringValue(object.Name)
	if m.RecipientFilter.IsNull() || object.RecipientFilter != written.RecipientFilter {
		m.RecipientFilter = customtype.Filter.Known(object.RecipientFilter)
	}
	if object.RecipientRoot != written.RecipientRoot || object.RecipientRoot == "" {
		m.RecipientRoot = customtype.Name.Optional(object.RecipientRoot)
	}
	m.Exclusive = types.BoolValue(object.Exclusive)
	m.DistinguishedName = types.StringValue(object.DistinguishedName)
}

func (m *model) toAPI() exchange.NewManagementScope {
	return exchange.NewManagementScope{
		Name:            m.Name.ValueString(),
		RecipientFilter: m.RecipientFilter.ValueString(),
		RecipientRoot:   m.RecipientRoot.ValueString(),
		Exclusive:       m.Exclusive.ValueBool(),
	}
}

// change returns what leads from the state to the plan.
func (m *model) change(state model) exchange.ManagementScopeChange {
	var change exchange.ManagementScopeChange
	if !m.Name.Equal(state.Name) {
		change.Name = m.Name.ValueStringPointer()
	}
	if !m.RecipientFilter.Equal(state.RecipientFilter) {
		change.RecipientFilter = m.RecipientFilter.ValueStringPointer()
	}
	if !m.RecipientRoot.Equal(state.RecipientRoot) {
		root := m.RecipientRoot.ValueString()
		change.RecipientRoot = &root
	}
	return change
}

func (m *model) identity() identityModel {
	return identityModel{GUID: m.ID}
}

// spellingKey is where private state keeps the spelling.
const spellingKey = "spelling"

// spelling is how Exchange answered a scope when state was written last.
type spelling struct {
	RecipientFilter string `json:"recipient_filter"`
	RecipientRoot   string `json:"recipient_root"`
}

func spellingOf(object exchange.ManagementScope) spelling {
	return spelling{RecipientFilter: object.RecipientFilter, RecipientRoot: object.RecipientRoot}
}
