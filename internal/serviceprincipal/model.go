// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package serviceprincipal

import (
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

type model struct {
	ID          types.String     `tfsdk:"id"`
	AppID       customtype.Value `tfsdk:"app_id"`
	ObjectID    customtype.Value `tfsdk:"object_id"`
	DisplayName types.String     `tfsdk:"display_name"`
	UseExisting types.Bool       `tfsdk:"use_existing"`
	SID         types.String     `tfsdk:"sid"`
	GUID        types.String     `tfsdk:"guid"`
	Timeouts    timeouts.Value   `tfsdk:"timeouts"`
}

type identityModel struct {
	ObjectID types.String `tfsdk:"object_id"`
}

// fromAPI takes over what Exchange answers. A display name that the configuration leaves to whoever made the pointer
// (use_existing without display_name) stays out of state, so that it is neither drift nor removed.
func (m *model) fromAPI(object exchange.ServicePrincipal) {
	m.ID = types.StringValue(object.ObjectID)
	m.AppID = customtype.GUID.Known(object.AppID)
	m.ObjectID = customtype.GUID.Known(object.ObjectID)
	if !m.leavesName() {
		m.DisplayName = optional(object.DisplayName)
	}
	m.SID = optional(object.SID)
	m.GUID = optional(object.GUID)
}

// leavesName reports whether the name of a pointer that was there before is none of the configuration's business.
func (m *model) leavesName() bool {
	return m.UseExisting.ValueBool() && m.DisplayName.IsNull()
}

func (m *model) toAPI() exchange.NewServicePrincipal {
	return exchange.NewServicePrincipal{
		AppID:       m.AppID.ValueString(),
		ObjectID:    m.ObjectID.ValueString(),
		DisplayName: m.DisplayName.ValueString(),
	}
}

func (m *model) identity() identityModel {
	return identityModel{ObjectID: m.ID}
}

// optional maps Exchange's empty text to null: it answers "" or null for what was never set.
func optional(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}
