// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package serviceprincipal

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/clients"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/diagnostic"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

var _ datasource.DataSourceWithConfigure = &DataSource{}

// DataSource is the data source exchange_service_principals, for configurations that import them with for_each.
type DataSource struct {
	client *exchange.Client
}

// NewDataSource returns the data source, not configured yet.
func NewDataSource() datasource.DataSource { return &DataSource{} }

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "exchange_service_principals"
}

// Configure takes the provider's client; there is none yet while Terraform validates.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	d.client = clients.Of(req.ProviderData).Exchange
}

// Schema describes the attributes.
func (d *DataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the enterprise applications that are registered in Exchange, by the cmdlet `Get-ServicePrincipal`.",
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
			"service_principals": schema.ListNestedAttribute{
				MarkdownDescription: "The service principals, in Exchange's order.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						"id":           schema.StringAttribute{MarkdownDescription: "The object id, in lower case.", Computed: true},
						"app_id":       schema.StringAttribute{MarkdownDescription: "The application (client) id.", Computed: true, CustomType: customtype.GUID},
						"object_id":    schema.StringAttribute{MarkdownDescription: "The object id of the enterprise application in Entra.", Computed: true, CustomType: customtype.GUID},
						"display_name": schema.StringAttribute{MarkdownDescription: "The name that Exchange shows; null where it has none.", Computed: true},
						"sid":          schema.StringAttribute{MarkdownDescription: "The security identifier that permission lists show.", Computed: true},
						"guid":         schema.StringAttribute{MarkdownDescription: "Exchange's own GUID of the pointer.", Computed: true},
					},
				},
			},
			"timeouts": timeouts.Attributes(ctx),
		},
	}
}

type dataModel struct {
	filterModel
	Objects  []object       `tfsdk:"service_principals"`
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
		resp.Diagnostics.Append(diagnostic.Error("The service principals could not be listed", err))
		return
	}
	config.Objects = make([]object, 0, len(found))
	for _, one := range found {
		config.Objects = append(config.Objects, imported(one))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}
