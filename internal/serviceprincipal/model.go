// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package serviceprincipal

import (
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

// object is what Exchange knows of a service principal.
type object struct {
	ID          types.String     `tfsdk:"id"`
	AppID       customtype.Value `tfsdk:"app_id"`
	ObjectID    customtype.Value `tfsdk:"object_id"`
	DisplayName types.String     `tfsdk:"display_name"`
	SID         types.String     `tfsdk:"sid"`
	GUID        types.String     `tfsdk:"guid"`
}

// model is the resource.
type model struct {
	object
	UseExisting types.Bool     `tfsdk:"use_existing"`
	Timeouts    timeouts.Value `tfsdk:"timeouts"`
}

type identityModel struct {
	ObjectID types.String `tfsdk:"object_id"`
}

// fromAPI takes over what Exchange answers.
func (o *object) fromAPI(from exchange.ServicePrincipal) {
	o.ID = types.StringValue(from.ObjectID)
	o.AppID = customtype.GUID.Known(from.AppID)
	o.ObjectID = customtype.GUID.Known(from.ObjectID)
	o.DisplayName = optional(from.DisplayName)
	o.SID = optional(from.SID)
	o.GUID = optional(from.GUID)
}

// fromAPI takes over what Exchange answers. A display name that the configuration leaves to whoever made the pointer
// (use_existing without display_name) stays out of state, so that it is neither drift nor removed.
func (m *model) fromAPI(from exchange.ServicePrincipal) {
	leavesName := m.leavesName()
	m.object.fromAPI(from)
	if leavesName {
		m.DisplayName = types.StringNull()
	}
}

// leavesName reports whether the name of a pointer that was there before is none of the configuration's business.
func (m *model) leavesName() bool {
	return m.UseExisting.ValueBool() && m.DisplayName.IsNull()
}

func (o *object) toAPI() exchange.NewServicePrincipal {
	return exchange.NewServicePrincipal{
		AppID:       o.AppID.ValueString(),
		ObjectID:    o.ObjectID.ValueString(),
		DisplayName: o.DisplayName.ValueString(),
	}
}

// pointer is what a pointer that is to be removed is known by.
func (o *object) pointer() exchange.ServicePrincipal {
	return exchange.ServicePrincipal{AppID: o.AppID.ValueString(), ObjectID: o.ID.ValueString(), GUID: o.GUID.ValueString()}
}

func (o *object) identity() identityModel {
	return identityModel{ObjectID: o.ID}
}

// optional maps Exchange's empty text to null: it answers "" or null for what was never set.
func optional(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}
