// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package mailboxpermission

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
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

// ListResource lists the entries of mailboxes' permission lists for terraform query.
type ListResource struct {
	Resource
}

// NewListResource returns the list resource, not configured yet.
func NewListResource() list.ListResource { return &ListResource{} }

// ListResourceConfigSchema describes the filters.
func (l *ListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists who holds what on some mailboxes. Left out are what every owner holds on the own mailbox, what is inherited, and what deleted trustees left behind.",
		Attributes: map[string]schema.Attribute{
			"mailboxes": schema.ListAttribute{
				MarkdownDescription: "The mailboxes: addresses, user principal names, GUIDs or names. Exchange has no list of all permissions of a tenant; each mailbox is asked for its own.",
				Required:            true,
				ElementType:         types.StringType,
				Validators: []validator.List{
					listvalidator.UniqueValues(),
					listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1), customtype.NoWildcard()),
				},
			},
			"user": schema.StringAttribute{
				MarkdownDescription: "Lists the entries of this trustee only, by the name that Exchange shows or the security identifier, in any letter case.",
				Optional:            true,
			},
		},
	}
}

type listModel struct {
	Mailboxes []types.String `tfsdk:"mailboxes"`
	User      types.String   `tfsdk:"user"`
}

func (m listModel) lists(permission exchange.MailboxPermission) bool {
	user := m.User.ValueString()
	return !permission.Unresolved() &&
		(m.User.IsNull() || strings.EqualFold(user, permission.User) || strings.EqualFold(user, permission.UserSID))
}

// entry is a permission with the names that people know its mailbox and trustee by.
type entry struct {
	exchange.MailboxPermission
	mailbox, user string
}

// oneInheritanceType returns the inheritance type, or the first where the rights of the entry have several: a
// configuration takes one.
func (e entry) oneInheritanceType() string {
	one, _, _ := strings.Cut(e.InheritanceType, ", ")
	return one
}

// List streams the entries.
func (l *ListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var config listModel
	if diags := req.Config.Get(ctx, &config); diags.HasError() {
		stream.Results = listing.Failure(diags...)
		return
	}
	reading, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()

	entries, err := l.entries(reading, config)
	if err != nil {
		stream.Results = listing.Failure(diagnostic.Error("The permissions of the mailboxes could not be listed", err))
		return
	}
	results := listing.Results(ctx, req, entries, func(entry entry) (string, any, any) {
		resource := model{
			Mailbox:      customtype.Name.Known(entry.mailbox),
			User:         customtype.Name.Known(entry.user),
			AccessRights: types.SetNull(types.StringType),
			Timeouts:     listing.NoTimeouts(),
		}
		resource.fromAPI(entry.MailboxPermission)
		resource.InheritanceType = customtype.Name.Known(entry.oneInheritanceType())
		verb := "on"
		if entry.Deny {
			verb = "is denied on"
		}
		return fmt.Sprintf("%s %s %s: %s", entry.User, verb, entry.mailbox, strings.Join(entry.AccessRights, ", ")), resource.identity(), resource
	})
	stream.Results = func(push func(list.ListResult) bool) {
		next := 0
		for result := range results {
			entry := entries[next]
			next++
			if one := entry.oneInheritanceType(); one != entry.InheritanceType {
				result.Diagnostics.AddWarning("Mailbox permission with several inheritance types",
					fmt.Sprintf("The rights of '%s' on '%s' are inherited in several ways: %s. A resource has one inheritance_type, and the list gives %s. "+
						"The plan that imports the entry replaces it by one that has all of its rights with the inheritance_type of the configuration.",
						entry.User, entry.mailbox, entry.InheritanceType, one))
			}
			if !push(result) {
				return
			}
		}
	}
}

func (l *ListResource) entries(ctx context.Context, config listModel) ([]entry, error) {
	lists, err := permissionsOf(ctx, l.client, config.Mailboxes)
	if err != nil {
		return nil, err
	}
	var entries []entry
	for i, list := range lists {
		for _, permission := range list {
			if !config.lists(permission) {
				continue
			}
			// What Exchange shows may name somebody else, too: an application can bear a person's address.
			user, err := l.client.TrusteeName(ctx, permission)
			if err != nil {
				return nil, err
			}
			entries = append(entries, entry{permission, config.Mailboxes[i].ValueString(), user})
		}
	}
	return entries, nil
}
