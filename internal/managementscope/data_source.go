// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package managementscope

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

// DataSource is the data source exchange_management_scopes, for configurations that import them with for_each.
type DataSource struct {
	client *exchange.Client
}

// NewDataSource returns the data source, not configured yet.
func NewDataSource() datasource.DataSource { return &DataSource{} }

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "exchange_management_scopes"
}

// Configure takes the provider's client; there is none yet while Terraform validates.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	d.client = clients.Of(req.ProviderData).Exchange
}

// Schema describes the attributes.
func (d *DataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the management scopes of the tenant, by the cmdlet `Get-ManagementScope`.",
		Attributes: map[string]schema.Attribute{
			"name_prefix": schema.StringAttribute{
				MarkdownDescription: "Lists scopes whose name begins like this only, in any letter case.",
				Optional:            true,
			},
			"exclusive": schema.BoolAttribute{
				MarkdownDescription: "Lists exclusive scopes only, or with `false` the others only.",
				Optional:            true,
			},
			"management_scopes": schema.ListNestedAttribute{
				MarkdownDescription: "The scopes, in Exchange's order.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						"id":                 schema.StringAttribute{MarkdownDescription: "The scope's GUID, in lower case.", Computed: true},
						"name":               schema.StringAttribute{MarkdownDescription: "The scope's name.", Computed: true},
						"recipient_filter":   schema.StringAttribute{MarkdownDescription: "The filter in OPATH, as Exchange spells it.", Computed: true, CustomType: customtype.Filter},
						"recipient_root":     schema.StringAttribute{MarkdownDescription: "The organizational unit that the filter is confined to; mostly null.", Computed: true, CustomType: customtype.Name},
						"exclusive":          schema.BoolAttribute{MarkdownDescription: "Whether the scope is exclusive.", Computed: true},
						"distinguished_name": schema.StringAttribute{MarkdownDescription: "The scope's distinguished name.", Computed: true},
					},
				},
			},
			"timeouts": timeouts.Attributes(ctx),
		},
	}
}

type dataModel struct {
	filterModel
	Objects  []object       `tfsdk:"management_scopes"`
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
		resp.Diagnostics.Append(diagnostic.Error("The management scopes could not be listed", err))
		return
	}
	config.Objects = make([]object, 0, len(found))
	for _, one := range found {
		config.Objects = append(config.Objects, imported(one))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}
