// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package administrativeunit is the data source exchange_administrative_units, which lists administrative units of
// Microsoft Entra ID.
package administrativeunit

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/clients"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/diagnostic"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/graph"
)

// readTimeout is how long the listing may take where the configuration does not say.
const readTimeout = 20 * time.Minute

var _ datasource.DataSourceWithConfigure = &DataSource{}

// DataSource lists administrative units.
type DataSource struct {
	client *graph.Client
}

// NewDataSource returns the data source, not configured yet.
func NewDataSource() datasource.DataSource { return &DataSource{} }

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "exchange_administrative_units"
}

// Configure takes the provider's client; there is none yet while Terraform validates.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	d.client = clients.Of(req.ProviderData).Graph
}

// Schema describes the attributes.
func (d *DataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the tenant's administrative units, all of them or those of a name, and on request their members, from Microsoft Graph.\n\n" +
			"The `id` of a unit is what `recipient_administrative_unit_scope` of `exchange_role_assignment` takes. Exchange learns of a new unit, and of a new member, minutes to hours after Entra.\n\n" +
			"The application that signs in needs the application permission `AdministrativeUnit.Read.All` (`134fd756-38ce-4afd-ba33-e9623dbe66c2`) of Microsoft Graph, which no other part of this provider needs.",
		Attributes: map[string]schema.Attribute{
			"display_name": schema.StringAttribute{
				MarkdownDescription: "The whole display name of the units to list, in any letter case. Several units may have one name. Conflicts with `display_name_prefix`; without either, all units are listed.",
				Optional:            true,
				Validators: []validator.String{
					stringvalidator.LengthAtLeast(1),
					stringvalidator.ConflictsWith(path.MatchRoot("display_name_prefix")),
				},
			},
			"display_name_prefix": schema.StringAttribute{
				MarkdownDescription: "What the display names of the units to list begin with, in any letter case.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"include_members": schema.BoolAttribute{
				MarkdownDescription: "Whether to list the members of each unit, which takes a request or more for each. Defaults to `false`.",
				Optional:            true,
			},
			"administrative_units": schema.ListNestedAttribute{
				MarkdownDescription: "The administrative units, sorted by display name and then by id. Empty where there is none.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: unitAttributes()},
			},
			"timeouts": timeouts.Attributes(ctx),
		},
	}
}

func unitAttributes() map[string]schema.Attribute {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: description, Computed: true}
	}
	return map[string]schema.Attribute{
		"id":              text("The object id, a GUID, by which Exchange knows the unit, too."),
		"display_name":    text("The display name."),
		"description":     text("The description; null where there is none."),
		"visibility":      text("`HiddenMembership` where only few may see the members; else `Public` or null."),
		"membership_type": text("`Dynamic` where a rule finds the members; else `Assigned` or null."),
		"membership_rule": text("The rule that finds the members of a dynamic unit; null for others."),
		"is_member_management_restricted": schema.BoolAttribute{
			MarkdownDescription: "Whether only administrators who are assigned to the unit itself may change its members.",
			Computed:            true,
		},
		"members": schema.ListNestedAttribute{
			MarkdownDescription: "The members, sorted by display name and then by id; null where `include_members` is not set. Members of member groups are not among them. " +
				"Those of a unit with `HiddenMembership` are listed only to applications that hold `Member.Read.Hidden` (`658aa5d8-239f-45c4-aa12-864f4fc7e490`), too.",
			Computed: true,
			NestedObject: schema.NestedAttributeObject{
				Attributes: map[string]schema.Attribute{
					"id":   text("The object id, a GUID."),
					"type": text("The kind of object: `user`, `group` or `device`."),
					"display_name": text("The display name; null where the application may not read objects of this kind, " +
						"for which permissions such as `User.Read.All` and `Group.Read.All` are."),
					"user_principal_name": text("The user principal name of a user; null for others, and where the application may not read users."),
				},
			},
		},
	}
}

// Read asks Microsoft Graph.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	timeout, diags := config.Timeouts.Read(ctx, readTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	units, err := d.client.AdministrativeUnits(ctx, config.query())
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The administrative units could not be listed", err))
		return
	}
	for _, unit := range units {
		if config.IncludeMembers.ValueBool() && unit.HidesMembers() && len(unit.Members) == 0 {
			resp.Diagnostics.AddAttributeWarning(path.Root("include_members"), "Members may be hidden",
				fmt.Sprintf("The administrative unit %q (%s) hides its members, and Microsoft Graph named none. That is so where it has none, and where the application that signs in "+
					"does not hold the application permission Member.Read.Hidden (658aa5d8-239f-45c4-aa12-864f4fc7e490) of \"Microsoft Graph\".", unit.DisplayName, unit.ID))
		}
	}
	config.fromAPI(units)
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}
