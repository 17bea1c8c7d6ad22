// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package applicationaccesspolicy

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

// object is what Exchange knows of a policy.
type object struct {
	ID                 types.String     `tfsdk:"id"`
	AppID              customtype.Value `tfsdk:"app_id"`
	PolicyScopeGroupID customtype.Value `tfsdk:"policy_scope_group_id"`
	AccessRight        customtype.Value `tfsdk:"access_right"`
	Description        types.String     `tfsdk:"description"`
	ScopeName          types.String     `tfsdk:"scope_name"`
	ScopeGUID          types.String     `tfsdk:"scope_guid"`
}

// model is the resource.
type model struct {
	object
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

type identityModel struct {
	Identity types.String `tfsdk:"identity"`
}

func (o *object) identity() identityModel {
	return identityModel{Identity: o.ID}
}

func (o *object) toAPI() exchange.NewApplicationAccessPolicy {
	right := exchange.RestrictAccess
	if strings.EqualFold(o.AccessRight.ValueString(), string(exchange.DenyAccess)) {
		right = exchange.DenyAccess
	}
	return exchange.NewApplicationAccessPolicy{
		AppID:         o.AppID.ValueString(),
		PolicyScopeID: o.PolicyScopeGroupID.ValueString(),
		AccessRight:   right,
		Description:   o.Description.ValueString(),
	}
}

// fromAPI takes over what Exchange answers. The scope keeps the user's spelling: it is part of the policy's identity,
// so it cannot be another one. An import has no spelling to keep and takes the GUID, which stays when the scope is
// renamed and when it is deleted.
func (o *object) fromAPI(from exchange.ApplicationAccessPolicy) {
	if !strings.EqualFold(o.ID.ValueString(), from.Identity) {
		// The letter case of an identity may vary from answer to answer.
		o.ID = types.StringValue(from.Identity)
	}
	o.AppID = customtype.Name.Known(from.AppID)
	if o.PolicyScopeGroupID.IsNull() {
		o.PolicyScopeGroupID = customtype.Name.Known(from.ScopeGUID)
	}
	o.AccessRight = customtype.Name.Known(string(from.AccessRight))
	if o.Description.IsNull() || o.Description.IsUnknown() || !exchange.SameDescription(o.Description.ValueString(), from.Description) {
		o.Description = types.StringNull()
		if from.Description != "" {
			o.Description = types.StringValue(from.Description)
		}
	}
	o.ScopeName = types.StringValue(from.ScopeName)
	o.ScopeGUID = types.StringValue(from.ScopeGUID)
}
