// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package mailboxpermission

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/sync/errgroup"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/clients"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/diagnostic"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

// listTimeout is how long the lists of all mailboxes may take where the configuration does not say. Exchange needs
// about a second for each.
const listTimeout = 20 * time.Minute

var _ datasource.DataSourceWithConfigure = &DataSource{}

// DataSource lists the entries of mailboxes' permission lists.
type DataSource struct {
	client *exchange.Client
}

// NewDataSource returns the data source, not configured yet.
func NewDataSource() datasource.DataSource { return &DataSource{} }

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "exchange_mailbox_permissions"
}

// Configure takes the provider's client; there is none yet while Terraform validates.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	d.client = clients.Of(req.ProviderData).Exchange
}

// Schema describes the attributes.
func (d *DataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists who holds what on some mailboxes, by the cmdlet `Get-MailboxPermission`.\n\n" +
			"The owner's own entry (`NT AUTHORITY\\SELF`), inherited entries and what deleted trustees left behind are left out. " +
			"Exchange lists one mailbox at a time, at about a second each.",
		Attributes: map[string]schema.Attribute{
			"mailboxes": schema.ListAttribute{
				MarkdownDescription: "The mailboxes, each by an address, user principal name, name, alias, GUID or distinguished name.",
				ElementType:         types.StringType,
				Required:            true,
				Validators: []validator.List{
					listvalidator.UniqueValues(),
					listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1), customtype.NoWildcard()),
				},
			},
			"permissions": schema.ListNestedAttribute{
				MarkdownDescription: "The entries, in the order of `mailboxes`, and of the trustees' names for each of them.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						"id": schema.StringAttribute{
							MarkdownDescription: "The id to import the entry by as an `exchange_mailbox_permission`.",
							Computed:            true,
						},
						"mailbox": schema.StringAttribute{
							MarkdownDescription: "The mailbox, as it is written in `mailboxes`.",
							Computed:            true,
						},
						"mailbox_guid": schema.StringAttribute{
							MarkdownDescription: "The mailbox's GUID, in lower case.",
							Computed:            true,
						},
						"user": schema.StringAttribute{
							MarkdownDescription: "The trustee as Exchange shows it: the user principal name of a user, the display name of a group or an application.",
							Computed:            true,
						},
						"user_sid": schema.StringAttribute{
							MarkdownDescription: "The trustee's security identifier, which tells trustees of one name apart.",
							Computed:            true,
						},
						"access_rights": schema.ListAttribute{
							MarkdownDescription: "The rights, such as `FullAccess`, sorted.",
							ElementType:         types.StringType,
							Computed:            true,
						},
						"deny": schema.BoolAttribute{
							MarkdownDescription: "Whether the rights are denied.",
							Computed:            true,
						},
						"inheritance_type": schema.StringAttribute{
							MarkdownDescription: "What of the mailbox the rights are for: `All` for nearly every entry. Where the rights of one entry differ in that, all of it: `All, None`.",
							Computed:            true,
						},
					},
				},
			},
			"timeouts": timeouts.Attributes(ctx),
		},
	}
}

type dataModel struct {
	Mailboxes   []types.String    `tfsdk:"mailboxes"`
	Permissions []permissionModel `tfsdk:"permissions"`
	Timeouts    timeouts.Value    `tfsdk:"timeouts"`
}

type permissionModel struct {
	ID              types.String   `tfsdk:"id"`
	Mailbox         types.String   `tfsdk:"mailbox"`
	MailboxGUID     types.String   `tfsdk:"mailbox_guid"`
	User            types.String   `tfsdk:"user"`
	UserSID         types.String   `tfsdk:"user_sid"`
	AccessRights    []types.String `tfsdk:"access_rights"`
	Deny            types.Bool     `tfsdk:"deny"`
	InheritanceType types.String   `tfsdk:"inheritance_type"`
}

func permissionFromAPI(mailbox types.String, object exchange.MailboxPermission) permissionModel {
	rights := make([]types.String, 0, len(object.AccessRights))
	for _, right := range object.AccessRights {
		rights = append(rights, types.StringValue(right))
	}
	return permissionModel{
		ID:              types.StringValue(text(object.MailboxPermissionID)),
		Mailbox:         mailbox,
		MailboxGUID:     types.StringValue(object.MailboxGUID),
		User:            types.StringValue(object.User),
		UserSID:         types.StringValue(object.UserSID),
		AccessRights:    rights,
		Deny:            types.BoolValue(object.Deny),
		InheritanceType: types.StringValue(object.InheritanceType),
	}
}

// Read lists the entries.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config dataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	timeout, diags := config.Timeouts.Read(ctx, listTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	lists, err := permissionsOf(ctx, d.client, config.Mailboxes)
	if exchange.IsNotFound(err) {
		resp.Diagnostics.AddAttributeError(path.Root("mailboxes"), "Exchange does not know a mailbox", err.Error())
		return
	}
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The permissions of the mailboxes could not be listed", err))
		return
	}
	config.Permissions = []permissionModel{}
	for i, list := range lists {
		for _, object := range list {
			if !object.Unresolved() {
				config.Permissions = append(config.Permissions, permissionFromAPI(config.Mailboxes[i], object))
			}
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, config)...)
}

// permissionsOf lists the entries of each mailbox, of all of them at a time; the client bounds how many requests are
// under way.
func permissionsOf(ctx context.Context, client *exchange.Client, mailboxes []types.String) ([][]exchange.MailboxPermission, error) {
	each := func(ask func(ctx context.Context, i int) error) error {
		group, ctx := errgroup.WithContext(ctx)
		for i, identity := range mailboxes {
			group.Go(func() error {
				if err := ask(ctx, i); err != nil {
					return fmt.Errorf("the mailbox '%s': %w", identity.ValueString(), err)
				}
				return nil
			})
		}
		return group.Wait()
	}
	guids := make([]string, len(mailboxes))
	err := each(func(ctx context.Context, i int) error {
		mailbox, err := client.Mailbox(ctx, mailboxes[i].ValueString())
		guids[i] = mailbox.GUID
		return err
	})
	if err != nil {
		return nil, err
	}
	lists := make([][]exchange.MailboxPermission, len(mailboxes))
	return lists, each(func(ctx context.Context, i int) error {
		if slices.Index(guids, guids[i]) < i {
			// The same mailbox by another of its names.
			return nil
		}
		var err error
		lists[i], err = client.MailboxPermissions(ctx, guids[i])
		return err
	})
}
