// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package roleassignment

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/clients"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

var _ datasource.DataSourceWithConfigure = &DataSource{}

// DataSource is the data source exchange_role_assignments, for configurations that import them with for_each.
type DataSource struct {
	client *exchange.Client
}

// NewDataSource returns the data source, not configured yet.
func NewDataSource() datasource.DataSource { return &DataSource{} }

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "exchange_role_assignments"
}

// Configure takes the provider's client; there is none yet while Terraform validates.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	d.client = clients.Of(req.ProviderData).Exchange
}

// Schema describes the attributes.
func (d *DataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the role assignments of the tenant, by the cmdlet `Get-ManagementRoleAssignment`, without those that Exchange gives every tenant.",
		Attributes: map[string]schema.Attribute{
			"app": schema.StringAttribute{
				MarkdownDescription: "Lists the assignments of this application only: the object id, application id or name of its service principal in Exchange.",
				Optional:            true,
			},
			"role": schema.StringAttribute{
				MarkdownDescription: "Lists the assignments of this role only, such as `Application Mail.Read`.",
				Optional:            true,
			},
			"scope": schema.StringAttribute{
				MarkdownDescription: "Lists the assignments over this scope only: the name of a management scope or group, or the object id of an administrative unit.",
				Optional:            true,
			},
			"include_built_in": schema.BoolAttribute{
				MarkdownDescription: builtInDescription,
				Optional:            true,
			},
			"role_assignments": schema.ListNestedAttribute{
				MarkdownDescription: "The assignments, in Exchange's order. Attributes are named as in the resource `exchange_role_assignment`; those that an assignment does not have are null.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						"id":                                  schema.StringAttribute{MarkdownDescription: "The assignment's GUID, in lower case.", Computed: true},
						"name":                                schema.StringAttribute{MarkdownDescription: "The assignment's name.", Computed: true, CustomType: customtype.Name},
						"role":                                schema.StringAttribute{MarkdownDescription: "The role's name.", Computed: true, CustomType: customtype.Name},
						"app":                                 schema.StringAttribute{MarkdownDescription: "The object id of the application, where the assignee is one.", Computed: true, CustomType: customtype.Name},
						"user":                                schema.StringAttribute{MarkdownDescription: "The user, where the assignee is one.", Computed: true, CustomType: customtype.Name},
						"security_group":                      schema.StringAttribute{MarkdownDescription: "The role group or security group, where the assignee is one.", Computed: true, CustomType: customtype.Name},
						"policy":                              schema.StringAttribute{MarkdownDescription: "The role assignment policy, where the assignee is one.", Computed: true, CustomType: customtype.Name},
						"custom_resource_scope":               schema.StringAttribute{MarkdownDescription: "The management scope of an application's assignment.", Computed: true, CustomType: customtype.Name},
						"custom_recipient_write_scope":        schema.StringAttribute{MarkdownDescription: "The management scope of another assignment.", Computed: true, CustomType: customtype.Name},
						"exclusive_recipient_write_scope":     schema.StringAttribute{MarkdownDescription: "The exclusive management scope.", Computed: true, CustomType: customtype.Name},
						"recipient_administrative_unit_scope": schema.StringAttribute{MarkdownDescription: "The object id of the administrative unit.", Computed: true, CustomType: customtype.Name},
						"recipient_group_scope":               schema.StringAttribute{MarkdownDescription: "The group, as Exchange shows it.", Computed: true, CustomType: customtype.Name},
						"recipient_organizational_unit_scope": schema.StringAttribute{MarkdownDescription: "The organizational unit.", Computed: true, CustomType: customtype.Name},
						"recipient_relative_write_scope":      schema.StringAttribute{MarkdownDescription: "The relative scope.", Computed: true, CustomType: customtype.Name},
						"delegating":                          schema.BoolAttribute{MarkdownDescription: "Whether the assignment allows to assign the role to others.", Computed: true},
						"enabled":                             schema.BoolAttribute{MarkdownDescription: "Whether the assignment has effect.", Computed: true},
						"role_assignee_type":                  schema.StringAttribute{MarkdownDescription: "What Exchange says the assignee is.", Computed: true},
						"recipient_write_scope":               schema.StringAttribute{MarkdownDescription: "The kind of scope as Exchange names it.", Computed: true},
					},
				},
			},
			"timeouts": timeouts.Attributes(ctx),
		},
	}
}

type dataModel struct {
	filterModel
	Objects  []object       `tfsdk:"role_assignments"`
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

	found, err := d.client.RoleAssignments(ctx, config.toAPI())
	if err != nil {
		resp.Diagnostics.Append(config.refusal(err))
		return
	}
	config.Objects = make([]object, 0, len(found))
	for _, one := range found {
		config.Objects = append(config.Objects, imported(one))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}
