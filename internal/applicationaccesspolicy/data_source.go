// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package applicationaccesspolicy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/clients"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/diagnostic"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

var _ datasource.DataSourceWithConfigure = &DataSource{}

// DataSource is the data source exchange_application_access_policies, for configurations that import them with for_each.
type DataSource struct {
	client *exchange.Client
}

// NewDataSource returns the data source, not configured yet.
func NewDataSource() datasource.DataSource { return &DataSource{} }

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "exchange_application_access_policies"
}

// Configure takes the provider's client; there is none yet while Terraform validates.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	d.client = clients.Of(req.ProviderData).Exchange
}

// Schema describes the attributes.
func (d *DataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the application access policies of the tenant, by the cmdlet `Get-ApplicationAccessPolicy`.",
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
			"application_access_policies": schema.ListNestedAttribute{
				MarkdownDescription: "The policies, in Exchange's order.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						"id":                    schema.StringAttribute{MarkdownDescription: "The identity that Exchange gave the policy, to import it by.", Computed: true},
						"app_id":                schema.StringAttribute{MarkdownDescription: "The application (client) id.", Computed: true, CustomType: customtype.Name},
						"policy_scope_group_id": schema.StringAttribute{MarkdownDescription: "The GUID of the group or mailbox that the policy is about.", Computed: true, CustomType: customtype.Name},
						"access_right":          schema.StringAttribute{MarkdownDescription: "`RestrictAccess` or `DenyAccess`.", Computed: true, CustomType: customtype.Name},
						"description":           schema.StringAttribute{MarkdownDescription: "The description.", Computed: true},
						"scope_name":            schema.StringAttribute{MarkdownDescription: "The display name of the group or mailbox; empty where it was deleted.", Computed: true},
						"scope_guid":            schema.StringAttribute{MarkdownDescription: "Its GUID, in lower case.", Computed: true},
					},
				},
			},
			"timeouts": timeouts.Attributes(ctx),
		},
	}
}

type dataModel struct {
	filterModel
	Objects  []object       `tfsdk:"application_access_policies"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

// Read lists them.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config dataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	timeout, diags := config.Timeouts.Read(ctx, readTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	found, err := listed(ctx, d.client, config.filterModel)
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The application access policies could not be listed", err))
		return
	}
	config.Objects = make([]object, 0, len(found))
	for _, one := range found {
		config.Objects = append(config.Objects, imported(one))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}
