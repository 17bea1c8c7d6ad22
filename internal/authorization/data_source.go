// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package authorization is the data source exchange_service_principal_authorization: what an application may do, and
// whether a mailbox is in scope, by the service's own word.
package authorization

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/clients"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/diagnostic"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

// readTimeout is how long the question may take where the configuration does not say.
const readTimeout = 5 * time.Minute

var _ datasource.DataSourceWithConfigure = &DataSource{}

// DataSource asks Test-ServicePrincipalAuthorization.
type DataSource struct {
	client *exchange.Client
}

// NewDataSource returns the data source, not configured yet.
func NewDataSource() datasource.DataSource { return &DataSource{} }

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "exchange_service_principal_authorization"
}

// Configure takes the provider's client; there is none yet while Terraform validates.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	d.client = clients.Of(req.ProviderData).Exchange
}

// Schema describes the attributes.
func (d *DataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Asks Exchange what an application may do by its role assignments and, with `mailbox`, whether that mailbox is in scope, " +
			"by the cmdlet `Test-ServicePrincipalAuthorization`.\n\n" +
			"The answer reflects changes at once, while applications themselves notice them within 30 minutes to 2 hours. It covers role assignments in Exchange only: " +
			"permissions that were consented to in Entra come on top, and reach every mailbox.",
		Attributes: map[string]schema.Attribute{
			"app": schema.StringAttribute{
				MarkdownDescription: "The application: the object id, application id or name of its service principal in Exchange.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"mailbox": schema.StringAttribute{
				MarkdownDescription: "The mailbox to ask about: an address, user principal name, GUID or name. Without it, `in_scope` is null.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"authorizations": schema.ListNestedAttribute{
				MarkdownDescription: "One element for each role assignment of the application, in Exchange's order. Empty where it has none.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						"role_name": schema.StringAttribute{
							MarkdownDescription: "The role, such as `Application Mail.Read`.",
							Computed:            true,
						},
						"granted_permissions": schema.ListAttribute{
							MarkdownDescription: "The permissions that the role grants, such as `Mail.Read`.",
							ElementType:         types.StringType,
							Computed:            true,
						},
						"allowed_resource_scope": schema.StringAttribute{
							MarkdownDescription: "What the permissions are confined to: the name of a management scope or group, the id of an administrative unit, or `Organization`.",
							Computed:            true,
						},
						"scope_type": schema.StringAttribute{
							MarkdownDescription: "The kind of that: `CustomRecipientScope`, `AdministrativeUnit`, `Group` or `Organization`.",
							Computed:            true,
						},
						"in_scope": schema.BoolAttribute{
							MarkdownDescription: "Whether the mailbox is in scope; null where no mailbox is given.",
							Computed:            true,
						},
					},
				},
			},
			"timeouts": timeouts.Attributes(ctx),
		},
	}
}

type model struct {
	App            types.String         `tfsdk:"app"`
	Mailbox        types.String         `tfsdk:"mailbox"`
	Authorizations []authorizationModel `tfsdk:"authorizations"`
	Timeouts       timeouts.Value       `tfsdk:"timeouts"`
}

type authorizationModel struct {
	RoleName             types.String   `tfsdk:"role_name"`
	GrantedPermissions   []types.String `tfsdk:"granted_permissions"`
	AllowedResourceScope types.String   `tfsdk:"allowed_resource_scope"`
	ScopeType            types.String   `tfsdk:"scope_type"`
	InScope              types.Bool     `tfsdk:"in_scope"`
}

func (m *model) fromAPI(authorizations []exchange.Authorization) {
	m.Authorizations = make([]authorizationModel, 0, len(authorizations))
	for _, authorization := range authorizations {
		permissions := make([]types.String, 0, len(authorization.GrantedPermissions))
		for _, permission := range authorization.GrantedPermissions {
			permissions = append(permissions, types.StringValue(permission))
		}
		m.Authorizations = append(m.Authorizations, authorizationModel{
			RoleName:             types.StringValue(authorization.RoleName),
			GrantedPermissions:   permissions,
			AllowedResourceScope: types.StringValue(authorization.AllowedResourceScope),
			ScopeType:            types.StringValue(authorization.ScopeType),
			InScope:              types.BoolPointerValue(authorization.InScope),
		})
	}
}

// Read asks the service.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	timeout, diags := config.Timeouts.Read(ctx, readTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	authorizations, err := d.client.TestServicePrincipalAuthorization(ctx, config.App.ValueString(), config.Mailbox.ValueString())
	if exchange.IsNotFound(err) {
		resp.Diagnostics.Append(notFound(config, err))
		return
	}
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The application's authorization could not be tested", err))
		return
	}
	config.fromAPI(authorizations)
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}

// notFound says which of the two Exchange does not know. Its answer names what it missed.
func notFound(config model, err error) diag.Diagnostic {
	if mailbox := config.Mailbox.ValueString(); mailbox != "" && exchange.Names(err, mailbox) {
		return diag.NewAttributeErrorDiagnostic(path.Root("mailbox"), "Exchange does not know the mailbox", err.Error())
	}
	return diag.NewAttributeErrorDiagnostic(path.Root("app"), "Exchange does not know the application",
		fmt.Sprintf("%s\n\nAn application is known once it is registered as an exchange_service_principal. If that is in this configuration, refer to its attributes here.", err))
}
