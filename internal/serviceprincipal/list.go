// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package serviceprincipal

import (
	"context"
	"fmt"
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

// ListResource lists the pointers for terraform query.
type ListResource struct {
	Resource
}

// NewListResource returns the list resource, not configured yet.
func NewListResource() list.ListResource { return &ListResource{} }

// ListResourceConfigSchema describes the filters.
func (l *ListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the enterprise applications that are registered in Exchange.",
		Attributes: map[string]schema.Attribute{
			"app_id": schema.StringAttribute{
				MarkdownDescription: "Lists the application with this application (client) id only.",
				Optional:            true,
				CustomType:          customtype.GUID,
			},
			"display_name_prefix": schema.StringAttribute{
				MarkdownDescription: "Lists applications whose display name in Exchange begins like this only, in any letter case.",
				Optional:            true,
			},
		},
	}
}

// filterModel is what narrows a listing, here and in the data source.
type filterModel struct {
	AppID             customtype.Value `tfsdk:"app_id"`
	DisplayNamePrefix types.String     `tfsdk:"display_name_prefix"`
}

func (m filterModel) lists(pointer exchange.ServicePrincipal) bool {
	return (m.AppID.IsNull() || strings.EqualFold(m.AppID.ValueString(), pointer.AppID)) &&
		strings.HasPrefix(strings.ToLower(pointer.DisplayName), strings.ToLower(m.DisplayNamePrefix.ValueString()))
}

// listed lists what the filter lets through.
func listed(ctx context.Context, client *exchange.Client, filter filterModel) ([]exchange.ServicePrincipal, error) {
	all, err := client.ServicePrincipals(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(pointer exchange.ServicePrincipal) bool { return !filter.lists(pointer) }), nil
}

// List streams the pointers.
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
		stream.Results = listing.Failure(diagnostic.Error("The service principals could not be listed", err))
		return
	}
	stream.Results = listing.Results(ctx, req, found, func(pointer exchange.ServicePrincipal) (string, any, any) {
		resource := model{object: imported(pointer), Timeouts: listing.NoTimeouts()}
		name := pointer.DisplayName
		if name == "" {
			name = "without a name"
		}
		return fmt.Sprintf("%s (application %s)", name, pointer.AppID), resource.identity(), resource
	})
}

// imported is a pointer as it is after an import.
func imported(pointer exchange.ServicePrincipal) object {
	var blank object
	blank.fromAPI(pointer)
	return blank
}
