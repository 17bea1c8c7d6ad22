// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package managementscope

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/diagnostic"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/listing"
)

var _ list.ListResourceWithConfigure = &ListResource{}

// ListResource lists the scopes for terraform query.
type ListResource struct {
	Resource
}

// NewListResource returns the list resource, not configured yet.
func NewListResource() list.ListResource { return &ListResource{} }

// ListResourceConfigSchema describes the filters.
func (l *ListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the management scopes of the tenant.",
		Attributes: map[string]schema.Attribute{
			"name_prefix": schema.StringAttribute{
				MarkdownDescription: "Lists scopes whose name begins like this only, in any letter case.",
				Optional:            true,
			},
			"exclusive": schema.BoolAttribute{
				MarkdownDescription: "Lists exclusive scopes only, or with `false` the others only.",
				Optional:            true,
			},
		},
	}
}

// filterModel is what narrows a listing, here and in the data source.
type filterModel struct {
	NamePrefix types.String `tfsdk:"name_prefix"`
	Exclusive  types.Bool   `tfsdk:"exclusive"`
}

func (m filterModel) lists(scope exchange.ManagementScope) bool {
	return strings.HasPrefix(strings.ToLower(scope.Name), strings.ToLower(m.NamePrefix.ValueString())) &&
		(m.Exclusive.IsNull() || m.Exclusive.ValueBool() == scope.Exclusive)
}

// listed lists what the filter lets through.
func listed(ctx context.Context, client *exchange.Client, filter filterModel) ([]exchange.ManagementScope, error) {
	all, err := client.ManagementScopes(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(scope exchange.ManagementScope) bool { return !filter.lists(scope) }), nil
}

// List streams the scopes.
func (l *ListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var config filterModel
	if diags := req.Config.Get(ctx, &config); diags.HasError() {
		stream.Results = listing.Failure(diags...)
		return
	}
	reading, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()

	found, err := listed(reading, l.client, config)
	if err != nil {
		stream.Results = listing.Failure(diagnostic.Error("The management scopes could not be listed", err))
		return
	}
	stream.Results = listing.Results(ctx, req, found, func(scope exchange.ManagementScope) (string, any, any) {
		resource := model{object: imported(scope), Timeouts: listing.NoTimeouts()}
		return scope.Name, resource.identity(), resource
	})
}

// imported is a scope as it is after an import: in Exchange's own spelling.
func imported(scope exchange.ManagementScope) object {
	blank := object{RecipientFilter: customtype.Filter.Null(), RecipientRoot: customtype.Name.Null()}
	blank.fromAPI(scope, spelling{})
	return blank
}
