// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package applicationaccesspolicy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/diagnostic"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/listing"
)

var _ list.ListResourceWithConfigure = &ListResource{}

// ListResource lists the policies for terraform query.
type ListResource struct {
	Resource
}

// NewListResource returns the list resource, not configured yet.
func NewListResource() list.ListResource { return &ListResource{} }

// ListResourceConfigSchema describes the filters.
func (l *ListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the application access policies of the tenant.",
		Attributes: map[string]schema.Attribute{
			"app_id": schema.StringAttribute{
				MarkdownDescription: "Lists the policies of the application with this application (client) id only, or with `*` those that are for every application.",
				Optional:            true,
				CustomType:          customtype.Name,
				Validators:          []validator.String{appID()},
			},
			"scope_name": schema.StringAttribute{
				MarkdownDescription: "Lists the policies over the group or mailbox of this display name only, in any letter case.",
				Optional:            true,
			},
		},
	}
}

// filterModel is what narrows a listing, here and in the data source.
type filterModel struct {
	AppID     customtype.Value `tfsdk:"app_id"`
	ScopeName types.String     `tfsdk:"scope_name"`
}

func (m filterModel) lists(policy exchange.ApplicationAccessPolicy) bool {
	return (m.AppID.IsNull() || strings.EqualFold(m.AppID.ValueString(), policy.AppID)) &&
		(m.ScopeName.IsNull() || strings.EqualFold(m.ScopeName.ValueString(), policy.ScopeName))
}

// listed lists what the filter lets through.
func listed(ctx context.Context, client *exchange.Client, filter filterModel) ([]exchange.ApplicationAccessPolicy, error) {
	all, err := client.ApplicationAccessPolicies(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(policy exchange.ApplicationAccessPolicy) bool { return !filter.lists(policy) }), nil
}

// List streams the policies.
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
		stream.Results = listing.Failure(diagnostic.Error("The application access policies could not be listed", err))
		return
	}
	stream.Results = listing.Results(ctx, req, found, func(policy exchange.ApplicationAccessPolicy) (string, any, any) {
		resource := model{object: imported(policy), Timeouts: listing.NoTimeouts()}
		scope := policy.ScopeName
		if scope == "" {
			scope = "a scope that was deleted"
		}
		return fmt.Sprintf("%s to %s for the application %s", policy.AccessRight, scope, policy.AppID), resource.identity(), resource
	})
}

// imported is a policy as it is after an import.
func imported(policy exchange.ApplicationAccessPolicy) object {
	blank := object{PolicyScopeGroupID: customtype.Name.Null()}
	blank.fromAPI(policy)
	return blank
}
