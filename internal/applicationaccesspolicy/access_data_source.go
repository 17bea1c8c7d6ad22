// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package applicationaccesspolicy

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/clients"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/diagnostic"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

var _ datasource.DataSourceWithConfigure = &AccessDataSource{}

// AccessDataSource is the data source exchange_application_access, which asks Test-ApplicationAccessPolicy.
type AccessDataSource struct {
	client *exchange.Client
}

// NewAccessDataSource returns the data source, not configured yet.
func NewAccessDataSource() datasource.DataSource { return &AccessDataSource{} }

// Metadata names the data source.
func (d *AccessDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "exchange_application_access"
}

// Configure takes the provider's client; there is none yet while Terraform validates.
func (d *AccessDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	d.client = clients.Of(req.ProviderData).Exchange
}

// Schema describes the attributes.
func (d *AccessDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Asks Exchange whether the application access policies of an application let it reach a mailbox, by the cmdlet `Test-ApplicationAccessPolicy`.\n\n" +
			"The answer is about policies only, not about whether the application has a permission at all: without a policy every mailbox is `Granted`. It goes by the policies as they are stored, " +
			"while applications notice a change within 30 minutes, at times an hour. For permissions that come from role assignments, ask `exchange_service_principal_authorization`.",
		Attributes: map[string]schema.Attribute{
			"app_id": schema.StringAttribute{
				MarkdownDescription: "The application (client) id of the application.",
				Required:            true,
				CustomType:          customtype.GUID,
			},
			"mailbox": schema.StringAttribute{
				MarkdownDescription: "The mailbox to ask about, or a group for its members: an address, user principal name, GUID or name.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"access": schema.StringAttribute{
				MarkdownDescription: "`Granted` or `Denied`.",
				Computed:            true,
			},
			"mailbox_name": schema.StringAttribute{
				MarkdownDescription: "The mailbox's name.",
				Computed:            true,
			},
			"mailbox_id": schema.StringAttribute{
				MarkdownDescription: "The mailbox's id.",
				Computed:            true,
			},
			"mailbox_sid": schema.StringAttribute{
				MarkdownDescription: "The mailbox's security identifier.",
				Computed:            true,
			},
			"timeouts": timeouts.Attributes(ctx),
		},
	}
}

type accessModel struct {
	AppID       customtype.Value `tfsdk:"app_id"`
	Mailbox     types.String     `tfsdk:"mailbox"`
	Access      types.String     `tfsdk:"access"`
	MailboxName types.String     `tfsdk:"mailbox_name"`
	MailboxID   types.String     `tfsdk:"mailbox_id"`
	MailboxSID  types.String     `tfsdk:"mailbox_sid"`
	Timeouts    timeouts.Value   `tfsdk:"timeouts"`
}

func (m *accessModel) fromAPI(access exchange.ApplicationAccess) {
	m.Access = types.StringValue("Denied")
	if access.Granted {
		m.Access = types.StringValue("Granted")
	}
	m.MailboxName = types.StringValue(access.MailboxName)
	m.MailboxID = types.StringValue(access.MailboxID)
	m.MailboxSID = types.StringValue(access.MailboxSID)
}

// Read asks the service.
func (d *AccessDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config accessModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	timeout, diags := config.Timeouts.Read(ctx, readTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	access, err := d.client.TestApplicationAccessPolicy(ctx, config.AppID.ValueString(), config.Mailbox.ValueString())
	if exchange.IsNotFound(err) {
		// An application is not looked up, so it is the mailbox that was not found.
		resp.Diagnostics.AddAttributeError(path.Root("mailbox"), "Exchange does not know the mailbox",
			fmt.Sprintf("%s\n\nA mailbox that was created a moment ago may take some minutes to be seen.", err))
		return
	}
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The application's access could not be tested", err))
		return
	}
	config.fromAPI(access)
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}
