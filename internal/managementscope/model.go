// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package managementscope

import (
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

// object is what Exchange knows of a scope.
type object struct {
	ID                types.String     `tfsdk:"id"`
	Name              types.String     `tfsdk:"name"`
	RecipientFilter   customtype.Value `tfsdk:"recipient_filter"`
	RecipientRoot     customtype.Value `tfsdk:"recipient_root"`
	Exclusive         types.Bool       `tfsdk:"exclusive"`
	DistinguishedName types.String     `tfsdk:"distinguished_name"`
}

// model is the resource.
type model struct {
	object
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

type identityModel struct {
	GUID types.String `tfsdk:"guid"`
}

// fromAPI takes over what Exchange answers. The filter and the root keep the user's spelling while Exchange answers
// them as it did right after they were written: what it makes of a text is not known beforehand.
func (o *object) fromAPI(from exchange.ManagementScope, written spelling) {
	o.ID = types.StringValue(from.GUID)
	o.Name = types.StringValue(from.Name)
	if o.RecipientFilter.IsNull() || from.RecipientFilter != written.RecipientFilter {
		o.RecipientFilter = customtype.Filter.Known(from.RecipientFilter)
	}
	if from.RecipientRoot != written.RecipientRoot || from.RecipientRoot == "" {
		o.RecipientRoot = customtype.Name.Optional(from.RecipientRoot)
	}
	o.Exclusive = types.BoolValue(from.Exclusive)
	o.DistinguishedName = types.StringValue(from.DistinguishedName)
}

func (o *object) toAPI() exchange.NewManagementScope {
	return exchange.NewManagementScope{
		Name:            o.Name.ValueString(),
		RecipientFilter: o.RecipientFilter.ValueString(),
		RecipientRoot:   o.RecipientRoot.ValueString(),
		Exclusive:       o.Exclusive.ValueBool(),
	}
}

// change returns what is planned, and nothing where that is what is in state. What is planned holds as a whole: somebody
// else may have changed the rest since the plan was made.
func (o *object) change(state object) exchange.ManagementScopeChange {
	if o.Name.Equal(state.Name) && o.RecipientFilter.Equal(state.RecipientFilter) && o.RecipientRoot.Equal(state.RecipientRoot) {
		return exchange.ManagementScopeChange{}
	}
	root := o.RecipientRoot.ValueString()
	return exchange.ManagementScopeChange{
		Name:            o.Name.ValueStringPointer(),
		RecipientFilter: o.RecipientFilter.ValueStringPointer(),
		RecipientRoot:   &root,
	}
}

func (o *object) identity() identityModel {
	return identityModel{GUID: o.ID}
}

// spellingKey is where private state keeps the spelling.
const spellingKey = "spelling"

// spelling is how Exchange answered a scope when state was written last.
type spelling struct {
	RecipientFilter string `json:"recipient_filter"`
	RecipientRoot   string `json:"recipient_root"`
}

func spellingOf(from exchange.ManagementScope) spelling {
	return spelling{RecipientFilter: from.RecipientFilter, RecipientRoot: from.RecipientRoot}
}
