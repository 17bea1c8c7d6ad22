// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package sharedmailbox is the data source exchange_shared_mailboxes, which lists shared mailboxes.
package sharedmailbox

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/clients"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/diagnostic"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

// readTimeout is how long the listing may take where the configuration does not say.
const readTimeout = 20 * time.Minute

var _ datasource.DataSourceWithConfigure = &DataSource{}

// DataSource lists shared mailboxes.
type DataSource struct {
	client *exchange.Client
}

// NewDataSource returns the data source, not configured yet.
func NewDataSource() datasource.DataSource { return &DataSource{} }

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "exchange_shared_mailboxes"
}

// Configure takes the provider's client; there is none yet while Terraform validates.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	d.client = clients.Of(req.ProviderData).Exchange
}

// Schema describes the attributes.
func (d *DataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the tenant's shared mailboxes, or those that a filter selects, by the cmdlet `Get-Mailbox`.\n\n" +
			"Each has what other objects refer to it by (ids, addresses, its distinguished name) and what management scopes select by (custom attributes, office, administrative units). " +
			"Exchange gives a thousand mailboxes with each request. A mailbox that was just converted may take a minute to appear or disappear.",
		Attributes: map[string]schema.Attribute{
			"filter": schema.StringAttribute{
				MarkdownDescription: "The filter in [OPATH](https://learn.microsoft.com/powershell/exchange/recipient-filters), such as `CustomAttribute1 -eq 'finance'`, " +
					"as in the attribute `recipient_filter` of `exchange_management_scope`. Without it, all shared mailboxes are listed.",
				Optional:   true,
				CustomType: customtype.Filter,
			},
			"mailboxes": schema.ListNestedAttribute{
				MarkdownDescription: "The mailboxes, sorted by primary address.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: mailboxAttributes()},
			},
			"timeouts": timeouts.Attributes(ctx),
		},
	}
}

func mailboxAttributes() map[string]schema.Attribute {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: description, Computed: true}
	}
	texts := func(description string) schema.Attribute {
		return schema.ListAttribute{MarkdownDescription: description, ElementType: types.StringType, Computed: true}
	}
	return map[string]schema.Attribute{
		"id":                   text("The object id of the mailbox's account in Entra (`ExternalDirectoryObjectId`), in lower case; empty where it has none."),
		"guid":                 text("The GUID of the mailbox as an object of Exchange's directory, in lower case: `mailbox_guid` of `exchange_mailbox_permission`."),
		"exchange_guid":        text("The GUID of the mailbox's contents, in lower case."),
		"name":                 text("The name."),
		"display_name":         text("The display name."),
		"alias":                text("The alias."),
		"primary_smtp_address": text("The address that it sends from."),
		"email_addresses":      texts("All addresses with their prefixes, sorted: `SMTP:` for the primary one, `smtp:` for the others, and such as `SIP:` and `X500:`."),
		"user_principal_name":  text("The sign-in name of its account."),
		"distinguished_name":   text("The distinguished name. It changes when Microsoft moves the tenant to another forest."),
		"custom_attributes": schema.MapAttribute{
			MarkdownDescription: "The custom attributes that are set, by the names that filters use: `lookup(mailbox.custom_attributes, \"CustomAttribute1\", \"\")`.",
			ElementType:         types.StringType,
			Computed:            true,
		},
		"extension_custom_attributes": schema.MapAttribute{
			MarkdownDescription: "The extension custom attributes that are set, `ExtensionCustomAttribute1` to `5`. Each is a list.",
			ElementType:         types.ListType{ElemType: types.StringType},
			Computed:            true,
		},
		"office":                            text("The office; empty where it has none."),
		"hidden_from_address_lists_enabled": schema.BoolAttribute{MarkdownDescription: "Whether address lists leave it out.", Computed: true},
		"administrative_units":              texts("The object ids of the administrative units that it is a member of, sorted."),
		"when_created":                      text("When it was created, in UTC, such as `2025-11-11T09:47:38Z`."),
	}
}

// Read lists the mailboxes.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	timeout, diags := config.Timeouts.Read(ctx, readTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	mailboxes, err := d.client.SharedMailboxes(ctx, config.Filter.ValueString())
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The shared mailboxes could not be listed", err))
		return
	}
	config.fromAPI(mailboxes)
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}
