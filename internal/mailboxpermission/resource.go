// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package mailboxpermission is the resource exchange_mailbox_permission, an entry of a mailbox's permission list, and
// the data source exchange_mailbox_permissions, which lists them.
package mailboxpermission

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/clients"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/diagnostic"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/importid"
)

// ResourceType is the resource's full name.
const ResourceType = "exchange_mailbox_permission"

// How long operations may take where the configuration does not say. A new service principal takes up to ten minutes
// to be seen by the cmdlet that gives permissions.
const (
	createTimeout = 15 * time.Minute
	readTimeout   = 5 * time.Minute
	updateTimeout = 5 * time.Minute
	deleteTimeout = 5 * time.Minute
)

// defaultAutoMapping is Exchange's default.
const defaultAutoMapping = true

var (
	_ resource.ResourceWithConfigure   = &Resource{}
	_ resource.ResourceWithIdentity    = &Resource{}
	_ resource.ResourceWithImportState = &Resource{}
	_ resource.ResourceWithModifyPlan  = &Resource{}
)

// Resource manages entries of mailboxes' permission lists.
type Resource struct {
	client             *exchange.Client
	handover           *clients.Handover
	autoMappingUnknown *clients.Notice
}

// NewResource returns the resource, not configured yet.
func NewResource() resource.Resource { return &Resource{} }

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = ResourceType
}

// Configure takes the provider's client; there is none yet while Terraform validates.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	configured := clients.Of(req.ProviderData)
	r.client, r.handover, r.autoMappingUnknown = configured.Exchange, configured.Permissions, configured.AutoMappingUnknown
}

// Schema describes the attributes.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Allows or denies a user, a group or an application access to a mailbox, by the cmdlet `Add-MailboxPermission`.\n\n" +
			"One resource is one entry of the mailbox's permission list: the rights of one trustee on one mailbox. The entries of other trustees, the owner's " +
			"own (`NT AUTHORITY\\SELF`) and inherited ones are left alone, so several configurations can manage entries of one mailbox. " +
			"Of this entry the resource manages all rights: a right that was added elsewhere is taken away by the next apply.\n\n" +
			"Given to an application, registered as `exchange_service_principal`, the right `FullAccess` lets it read the mailbox by IMAP or POP, " +
			"together with the application permission `IMAP.AccessAsApp` or `POP.AccessAsApp` in Entra. " +
			"The permissions to send as the mailbox (`SendAs`) and on its behalf are other lists of Exchange's and not managed here.\n\n" +
			"An entry that is there already and holds just the rights asked for is taken over; one that holds others has to be imported. " +
			"When the trustee is deleted, Exchange keeps an entry that nobody can use, and Terraform plans to create the permission again.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "`<mailbox_guid>|<user_sid>`, and `<mailbox_guid>|<user_sid>|deny` for an entry that denies.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"mailbox": reference("The mailbox: an address, user principal name, name, alias, GUID or distinguished name. Mailboxes of Microsoft 365 groups are not supported. "+
				"Another identity of the same mailbox is no change; another mailbox is another entry.",
				customtype.NoWildcard()),
			"user": reference("The trustee: a user or mail-enabled security group by its user principal name, address, name, alias or GUID; an application by the object id of its service principal "+
				"in Exchange, best `exchange_service_principal.example.id`, which has the permission replaced together with the service principal; or any of them by SID. Another identity of the same trustee, or a new name of it, is no change; "+
				"another trustee is another entry.",
				customtype.NoWildcard(),
				stringvalidator.NoneOfCaseInsensitive(`NT AUTHORITY\SELF`, "S-1-5-10")),
			"access_rights": schema.SetAttribute{
				MarkdownDescription: "The rights: `FullAccess`, `ReadPermission`, `DeleteItem`, `ExternalAccount`, `ChangePermission` and `ChangeOwner`. " +
					"A change adds the missing ones and then takes those that are too many, so that the trustee never has less than before and after.",
				ElementType: types.StringType,
				Required:    true,
				Validators: []validator.Set{
					setvalidator.SizeAtLeast(1),
					setvalidator.ValueStringsAre(stringvalidator.OneOfCaseInsensitive(
						"FullAccess", "ReadPermission", "DeleteItem", "ExternalAccount", "ChangePermission", "ChangeOwner")),
				},
			},
			"deny": schema.BoolAttribute{
				MarkdownDescription: "Whether the rights are denied instead of allowed. Both can exist side by side for one trustee, and denial wins. Changing it replaces the entry. Defaults to `false`.",
				Optional:            true,
				Computed:            true,
				Default:             booldefault.StaticBool(false),
				PlanModifiers:       []planmodifier.Bool{boolplanmodifier.RequiresReplace()},
			},
			"inheritance_type": schema.StringAttribute{
				MarkdownDescription: "What of the mailbox the rights are for: `All`, `None`, `Children`, `Descendents` or `SelfAndChildren`. Changing it replaces the entry. Defaults to `All`.",
				Optional:            true,
				Computed:            true,
				CustomType:          customtype.Name,
				Default:             stringdefault.StaticString(exchange.AllInheritance),
				Validators:          []validator.String{stringvalidator.OneOfCaseInsensitive("All", "None", "Children", "Descendents", "SelfAndChildren")},
				PlanModifiers:       []planmodifier.String{customtype.Name.KeepSpelling(), stringplanmodifier.RequiresReplace()},
			},
			"auto_mapping": schema.BoolAttribute{
				MarkdownDescription: "Whether Outlook opens the mailbox by itself for a user that has `FullAccess`. It has no effect on groups, applications and entries that deny. " +
					"Exchange does not tell it: a change made elsewhere goes unnoticed. An import counts as `true`, and an entry that is taken over as what the configuration says, with a warning; to be sure, replace the resource. " +
					"To change it, the rights are taken away and given anew; in between, for seconds, the trustee has no access. Defaults to `true`.",
				Optional: true,
				Computed: true,
				Default:  booldefault.StaticBool(defaultAutoMapping),
			},
			"mailbox_guid": schema.StringAttribute{
				MarkdownDescription: "The mailbox's GUID, in lower case.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"user_sid": schema.StringAttribute{
				MarkdownDescription: "The trustee's security identifier, which stays when the trustee is renamed.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"timeouts": timeouts.AttributesAll(ctx),
		},
	}
}

// reference is an attribute that names another object in one of its many identities.
func reference(description string, validators ...validator.String) schema.StringAttribute {
	return schema.StringAttribute{
		MarkdownDescription: description,
		Required:            true,
		CustomType:          customtype.Name,
		Validators:          append([]validator.String{stringvalidator.LengthAtLeast(1)}, validators...),
		PlanModifiers:       []planmodifier.String{customtype.Name.KeepSpelling()},
	}
}

// IdentitySchema describes what identifies an entry.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"mailbox_guid": identityschema.StringAttribute{
				Description:       "The mailbox's GUID.",
				RequiredForImport: true,
			},
			"user_sid": identityschema.StringAttribute{
				Description:       "The trustee's security identifier.",
				RequiredForImport: true,
			},
			"deny": identityschema.BoolAttribute{
				Description:       "Whether the entry denies. Defaults to false.",
				OptionalForImport: true,
			},
		},
	}
}

// Create gives the rights and waits until Exchange shows them, or adopts an identical entry.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, createTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	mailbox, err := r.client.Mailbox(ctx, plan.Mailbox.ValueString())
	if exchange.IsNotFound(err) {
		resp.Diagnostics.AddAttributeError(path.Root("mailbox"), "Exchange does not know the mailbox", err.Error())
		return
	}
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The mailbox of the permission could not be read", err))
		return
	}
	save := func(id exchange.MailboxPermissionID) {
		plan.identify(id)
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	}
	object := plan.toAPI(mailbox.GUID)
	existing, err := r.client.MailboxPermission(ctx, mailbox.GUID, object.User, object.Deny)
	same := err == nil && existing.Has(object.AccessRights) && strings.EqualFold(existing.InheritanceType, object.InheritanceType)
	if same {
		if err := r.handover.Adopt(ctx, text(existing.MailboxPermissionID)); err != nil {
			resp.Diagnostics.Append(diagnostic.Error("The mailbox permission was not given, because another resource was still taking it away", err))
			return
		}
	}
	switch {
	case err == nil && r.client.TookAway(existing.MailboxPermissionID):
		// By the resource that this one replaces. A server may still show it.
	case same:
		save(existing.MailboxPermissionID)
		if plan.mayAutoMap() {
			resp.Diagnostics.AddWarning("The mailbox permission was there already",
				fmt.Sprintf("'%s' holds these rights on the mailbox '%s' already, and the resource has taken them over. Exchange does not tell whether Outlook opens the mailbox by itself, "+
					"so auto_mapping = %t may differ from what is there. To be sure of it, replace the resource.", existing.User, plan.Mailbox.ValueString(), object.AutoMapping))
		}
		return
	case err == nil:
		resp.Diagnostics.Append(diagnostic.AlreadyExists("The mailbox has another entry for this trustee", ResourceType, importIDOf(plan, existing.MailboxPermissionID),
			fmt.Errorf("'%s' holds %s (inheritance type %s) on the mailbox '%s' already, which is not what is to be given", existing.User,
				strings.Join(existing.AccessRights, ", "), existing.InheritanceType, plan.Mailbox.ValueString())))
		return
	case !exchange.IsNotFound(err):
		resp.Diagnostics.Append(diagnostic.Error("The permissions of the mailbox could not be read", err))
		return
	}

	permission, err := r.client.CreateMailboxPermission(ctx, object)
	if exchange.IsNotFound(err) {
		resp.Diagnostics.AddAttributeError(path.Root("user"), "Exchange does not know the trustee",
			fmt.Sprintf("%s\n\nAn application is known once it is registered as an exchange_service_principal, and is named by its object id.", err))
		return
	}
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The mailbox permission could not be given", err))
		return
	}
	// The entry exists, so it goes into state before anything else can fail.
	answered := permission.UserSID != ""
	if answered {
		save(permission.MailboxPermissionID)
	}
	permission, err = r.client.AwaitMailboxPermission(ctx, object)
	if err != nil && answered {
		// An error would have Terraform take the rights away and give them anew.
		resp.Diagnostics.AddWarning("The mailbox permission was given, but Exchange does not show it yet", err.Error())
		return
	}
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The mailbox permission was given, but Exchange does not show it", err))
		return
	}
	save(permission.MailboxPermissionID)
}

// importIDOf returns the id to import the entry by, in the configuration's own words where an id can hold them.
func importIDOf(plan model, id exchange.MailboxPermissionID) string {
	worded := importid.MailboxPermissionID{Mailbox: plan.Mailbox.ValueString(), User: plan.User.ValueString(), Deny: id.Deny}
	if read, err := importid.MailboxPermission(worded.String()); err == nil && read == worded {
		return worded.String()
	}
	return text(id)
}

// Read takes over what Exchange has. Only a complete list without the entry, or the service's own word that the mailbox
// is not there, removes it from state.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Read(ctx, readTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	object, err := r.client.ReadMailboxPermission(ctx, state.identity().toAPI())
	if exchange.IsNotFound(err) || err == nil && object.Unresolved() && !exchange.IsSID(state.User.ValueString()) {
		// What a deleted trustee left behind is no permission of the one that bears its name next.
		// The framework requires an identity even for a removed resource, and Terraform before 1.12 stores none.
		resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The mailbox permission could not be read", err))
		return
	}
	before := state
	if state.fromAPI(object); !reflect.DeepEqual(state, before) {
		// Setting state is the costliest step here, and the response already holds the state that was read.
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
}

// Update adds and takes rights, or gives them anew for another auto_mapping.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := plan.Timeouts.Update(ctx, updateTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	renew := !plan.AutoMapping.Equal(state.AutoMapping) && plan.mayAutoMap() && state.mayAutoMap()
	if renew || !plan.AccessRights.Equal(state.AccessRights) {
		id := state.identity().toAPI()
		given, err := r.client.UpdateMailboxPermission(ctx, id, plan.toAPI(id.MailboxGUID), renew)
		if err != nil {
			resp.Diagnostics.Append(diagnostic.Error("The mailbox permission could not be changed", err))
			if given {
				state.AutoMapping = plan.AutoMapping
			}
			r.keepTrue(ctx, state, resp)
			return
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// keepTrue takes into state what is there after an update that failed: some of its steps, or all, may have been made.
// Where the rights were taken and could not be given anew, that is none.
func (r *Resource) keepTrue(ctx context.Context, state model, resp *resource.UpdateResponse) {
	looking, done := exchange.Afterwards(ctx)
	defer done()
	object, err := r.client.FindMailboxPermission(looking, state.identity().toAPI())
	switch {
	case exchange.IsNotFound(err):
		state.AccessRights = setOf(nil)
	case err != nil:
		// Nothing is known, so what was there before stays.
	default:
		state.fromAPI(object)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// Delete takes the entry's rights.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, deleteTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	done, ok := r.handover.Take(state.ID.ValueString())
	if !ok {
		// What takes this resource's place found the entry there, and it is the same entry.
		return
	}
	defer done()
	if err := r.client.DeleteMailboxPermission(ctx, state.permission()); err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The mailbox permission could not be removed", err))
	}
}

// ImportState takes mailbox|user or mailbox|user|deny, or the identity.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()

	var permission exchange.MailboxPermission
	var mailbox, user string
	var diags diag.Diagnostics
	if req.ID != "" || req.Identity.Raw.IsNull() {
		permission, mailbox, user, diags = r.named(ctx, req.ID)
	} else {
		var identity identityModel
		if resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...); resp.Diagnostics.HasError() {
			return
		}
		permission, mailbox, user, diags = r.identified(ctx, identity.toAPI())
	}
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	var imported model
	imported.fromAPI(permission)
	for attribute, value := range map[string]any{
		"id": imported.ID, "mailbox": customtype.Name.Known(mailbox), "user": customtype.Name.Known(user),
		"mailbox_guid": imported.MailboxGUID, "user_sid": imported.UserSID, "deny": imported.Deny,
	} {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(attribute), value)...)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, imported.identity())...)
	if imported.mayAutoMap() && r.autoMappingUnknown.Due() {
		resp.Diagnostics.AddWarning("Auto-mapping of imported mailbox permissions is not known",
			fmt.Sprintf("Exchange does not tell whether Outlook opens a mailbox by itself, so every import takes the default, auto_mapping = true: that of '%s' on '%s' is the first. "+
				"Where the configuration has auto_mapping = false, the next apply takes the rights away and gives them anew without it.", user, mailbox))
	}
}

// named reads the entry that an import id names. State keeps the words of the id.
func (r *Resource) named(ctx context.Context, given string) (_ exchange.MailboxPermission, mailbox, user string, diags diag.Diagnostics) {
	id, err := importid.MailboxPermission(given)
	if err != nil {
		diags.AddError("Not the id of a mailbox permission",
			fmt.Sprintf("Import %s by mailbox|user, or mailbox|user|deny for an entry that denies: %s.", ResourceType, err))
		return exchange.MailboxPermission{}, "", "", diags
	}
	found, err := r.client.Mailbox(ctx, id.Mailbox)
	if err != nil {
		diags.Append(diagnostic.ImportError("The mailbox of the permission to import could not be read", err))
		return exchange.MailboxPermission{}, "", "", diags
	}
	permission, err := r.client.MailboxPermission(ctx, found.GUID, id.User, id.Deny)
	if err != nil {
		diags.Append(diagnostic.ImportError("The mailbox permission to import could not be read", err))
	}
	return permission, id.Mailbox, id.User, diags
}

// identified reads the entry with an id, and the names of its mailbox and trustee for state to begin with.
func (r *Resource) identified(ctx context.Context, id exchange.MailboxPermissionID) (permission exchange.MailboxPermission, mailbox, user string, diags diag.Diagnostics) {
	id.MailboxGUID = strings.ToLower(id.MailboxGUID)
	found, err := r.client.Mailbox(ctx, id.MailboxGUID)
	if err != nil {
		diags.Append(diagnostic.ImportError("The mailbox of the permission to import could not be read", err))
		return permission, "", "", diags
	}
	if permission, err = r.client.FindMailboxPermission(ctx, id); err == nil {
		user, err = r.client.TrusteeName(ctx, permission)
	}
	if err != nil {
		diags.Append(diagnostic.ImportError("The mailbox permission to import could not be read", err))
	}
	return permission, cmp.Or(found.PrimarySMTPAddress, found.GUID), user, diags
}
