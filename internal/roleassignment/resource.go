// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package roleassignment is the resource exchange_role_assignment: a management role given to somebody over a scope.
package roleassignment

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/clients"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/diagnostic"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/importid"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/privatestate"
)

// ResourceType is the resource's full name.
const ResourceType = "exchange_role_assignment"

// How long operations may take where the configuration does not say. A new service principal takes up to ten minutes
// to be seen by the cmdlet that assigns roles.
const (
	createTimeout = 15 * time.Minute
	readTimeout   = 5 * time.Minute
	updateTimeout = 5 * time.Minute
	deleteTimeout = 5 * time.Minute
)

var (
	_ resource.ResourceWithConfigure      = &Resource{}
	_ resource.ResourceWithIdentity       = &Resource{}
	_ resource.ResourceWithImportState    = &Resource{}
	_ resource.ResourceWithModifyPlan     = &Resource{}
	_ resource.ResourceWithValidateConfig = &Resource{}
)

// Resource manages management role assignments.
type Resource struct {
	client *exchange.Client
}

// NewResource returns the resource, not configured yet.
func NewResource() resource.Resource { return &Resource{} }

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = ResourceType
}

// Configure takes the provider's client; there is none yet while Terraform validates.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	r.client = clients.Of(req.ProviderData).Exchange
}

// Schema describes the attributes.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Gives a management role to an application, a user, a security group or a role assignment policy, by the cmdlet `New-ManagementRoleAssignment`.\n\n" +
			"With an application and one of the `Application ...` roles this is *RBAC for Applications*: the application gets a permission such as `Mail.Read` " +
			"over the recipients of one scope and over no others. Several assignments of one application add up, and so does a permission that was consented to in " +
			"Entra: an application that holds `Mail.Read` there reads every mailbox, whatever its scope here.\n\n" +
			"Role, assignee, name, `delegating` and the *kind* of scope cannot be changed; changing one replaces the assignment. Another scope of the same kind, and `enabled`, are changed in place.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "The assignment's GUID, in lower case.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"name": schema.StringAttribute{
				MarkdownDescription: "The assignment's name: 64 characters at most, without `*`, unique in the tenant without regard to letter case. Defaults to " +
					"`<role>-<assignee>-<eight digits>`, cut to fit, the digits being made of role, assignee and scope; it is given at apply, and an assignment keeps it. Changing it replaces the assignment.",
				Optional:   true,
				Computed:   true,
				CustomType: customtype.Name,
				Validators: customtype.ObjectName(),
				PlanModifiers: []planmodifier.String{
					stringplanmodifier.UseStateForUnknown(),
					customtype.Name.KeepSpelling(),
					stringplanmodifier.RequiresReplaceIfConfigured(),
				},
			},
			"role": schema.StringAttribute{
				MarkdownDescription: "The management role, such as `Application Mail.Read`. Application roles go to applications only, end-user roles (`My...`) to policies only.",
				Required:            true,
				CustomType:          customtype.Name,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers:       []planmodifier.String{customtype.Name.KeepSpelling()},
			},
			"app": reference("The application: the object id or application id of its service principal in Exchange, best `exchange_service_principal.example.id`, " +
				"which has the assignment replaced together with the service principal. " +
				"Exactly one of `app`, `user`, `security_group` and `policy` is given."),
			"user":           reference("The user: a user principal name, or any other identity of a user."),
			"security_group": reference("The role group or mail-enabled security group."),
			"policy":         reference("The role assignment policy, for end-user roles."),
			"custom_resource_scope": reference("With `app` only: the management scope (name, GUID or distinguished name) whose recipients the application may reach. " +
				"At most one of the scopes is given. Without any, the assignment covers what the role itself covers: for an application role, every mailbox of the organization."),
			"custom_recipient_write_scope":    reference("With `user`, `security_group` or `policy`: the management scope (name, GUID or distinguished name) whose recipients may be changed."),
			"exclusive_recipient_write_scope": reference("With `user`, `security_group` or `policy`: the exclusive management scope whose recipients may be changed."),
			"recipient_administrative_unit_scope": reference("The administrative unit of Entra whose members are in scope: its object id, or its display name where that is unique. " +
				"Units deleted in Entra linger in Exchange under the same display name, so prefer the object id."),
			"recipient_group_scope":               reference("The group (name, address, GUID or distinguished name) whose members are in scope. Direct members only: members of nested groups are not in scope."),
			"recipient_organizational_unit_scope": reference("With `user`, `security_group` or `policy`: the organizational unit whose recipients may be changed."),
			"recipient_relative_write_scope": schema.StringAttribute{
				MarkdownDescription: "With `user`, `security_group` or `policy`: a scope relative to the holder: `None`, `Organization`, `MyGAL`, `Self` or `MyDistributionGroups`.",
				Optional:            true,
				CustomType:          customtype.Name,
				Validators:          []validator.String{stringvalidator.OneOfCaseInsensitive("None", "Organization", "MyGAL", "Self", "MyDistributionGroups")},
				PlanModifiers:       []planmodifier.String{customtype.Name.KeepSpelling()},
			},
			"delegating": schema.BoolAttribute{
				MarkdownDescription: "Whether the assignment allows to assign the role to others instead of using it. Not with `policy`. Changing it replaces the assignment. Defaults to `false`.",
				Optional:            true,
				Computed:            true,
				Default:             booldefault.StaticBool(false),
				PlanModifiers:       []planmodifier.Bool{boolplanmodifier.RequiresReplace()},
			},
			"enabled": schema.BoolAttribute{
				MarkdownDescription: "Whether the assignment has effect. Exchange makes assignments enabled; with `false` it is disabled right after it was made. Defaults to `true`.",
				Optional:            true,
				Computed:            true,
				Default:             booldefault.StaticBool(true),
			},
			"role_assignee_type": schema.StringAttribute{
				MarkdownDescription: "What Exchange says the assignee is: `ServicePrincipal`, `User`, `SecurityGroup`, `RoleGroup` or `RoleAssignmentPolicy`.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"recipient_write_scope": schema.StringAttribute{
				MarkdownDescription: "The kind of scope as Exchange names it: `Organization`, `CustomRecipientScope`, `ExclusiveRecipientScope`, `AdministrativeUnit`, `Group`, `OU`, or a relative scope.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"timeouts": timeouts.AttributesAll(ctx),
		},
	}
}

// reference is an attribute that names another object in one of its many identities.
func reference(description string) schema.StringAttribute {
	return schema.StringAttribute{
		MarkdownDescription: description,
		Optional:            true,
		CustomType:          customtype.Name,
		Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
		PlanModifiers:       []planmodifier.String{customtype.Name.KeepSpelling()},
	}
}

// IdentitySchema describes what identifies an assignment.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"guid": identityschema.StringAttribute{
				Description:       "The assignment's GUID.",
				RequiredForImport: true,
			},
		},
	}
}

// Create creates the assignment, waits until Exchange shows it, and disables it where that is asked for.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, createTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	enabled := plan.Enabled.ValueBool()
	object, err := r.create(ctx, &plan)
	if exchange.IsAlreadyExists(err) {
		resp.Diagnostics.Append(diagnostic.AlreadyExists("A role assignment of this name exists already", ResourceType, plan.Name.ValueString(),
			fmt.Errorf("%w\n\n%s", err, diagnostic.OfItsOwn("assignment", ", or give the new assignment another name"))))
		return
	}
	if err != nil {
		resp.Diagnostics.Append(plan.refusal("The role could not be assigned", err))
		return
	}
	save := func(object exchange.RoleAssignment) {
		plan.fromAPI(object, keptAll)
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
		resp.Diagnostics.Append(privatestate.Save(ctx, resp.Private, spellingKey, spellingOf(object))...)
	}
	// The assignment exists, so it goes into state before anything else can fail.
	saved := object.GUID != ""
	if saved {
		save(object)
	}
	object, err = r.client.AwaitRoleAssignment(ctx, object.GUID, plan.Name.ValueString())
	if err != nil && saved && enabled {
		// An error would have Terraform replace an assignment that is as it should be.
		resp.Diagnostics.AddWarning("The role was assigned, but Exchange does not show the assignment yet", err.Error())
		return
	}
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The role was assigned, but Exchange does not show the assignment", err))
		return
	}
	save(object)
	if enabled || resp.Diagnostics.HasError() {
		return
	}
	disabled, err := r.client.UpdateRoleAssignment(ctx, object.GUID, object.Name, exchange.RoleAssignmentChange{Enabled: &enabled})
	if err == nil {
		save(disabled)
		return
	}
	looking, done := exchange.Afterwards(ctx)
	defer done()
	found, lookErr := r.client.FindRoleAssignment(looking, object.GUID, object.Name)
	if lookErr == nil {
		save(found)
	}
	if lookErr == nil && !found.Enabled {
		// It is as it should be after all. An error would have Terraform replace it.
		resp.Diagnostics.AddWarning("The assignment was disabled, but Exchange did not say so", err.Error())
		return
	}
	// State says that the assignment is enabled, as it is. The error has Terraform replace it by the next apply: an
	// assignment that is to have no effect and has one must not pass for finished.
	resp.Diagnostics.Append(diagnostic.Error("The role was assigned, but the assignment could not be disabled", err))
}

// create makes the assignment under the name that is configured, or under the first of its default names that no other
// assignment has. An assignment keeps its name when its scope is changed in place, so a default name can be taken by one
// that is about something else by now.
func (r *Resource) create(ctx context.Context, plan *model) (exchange.RoleAssignment, error) {
	if !plan.Name.IsUnknown() {
		return r.client.CreateRoleAssignment(ctx, plan.toAPI())
	}
	const names = 10
	for nth := 0; ; nth++ {
		wanted := plan.toAPI()
		wanted.Name = defaultName(wanted, nth)
		plan.Name = customtype.Name.Known(wanted.Name)
		object, err := r.client.CreateRoleAssignment(ctx, wanted)
		if !exchange.IsAlreadyExists(err) || nth == names-1 {
			return object, err
		}
		if same, lookErr := r.client.RoleAssignmentExists(ctx, wanted); lookErr != nil || same {
			return object, err
		}
	}
}

// Read takes over what Exchange has. Only the service's own word that the assignment is not there removes it from state.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	written, diags := privatestate.Load[spelling](ctx, req.Private, spellingKey)
	resp.Diagnostics.Append(diags...)
	timeout, diags := state.Timeouts.Read(ctx, readTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	object, err := r.client.ReadRoleAssignment(ctx, state.ID.ValueString(), state.Name.ValueString())
	if exchange.IsNotFound(err) {
		// The framework requires an identity even for a removed resource, and Terraform before 1.12 stores none.
		resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The role assignment could not be read", err))
		return
	}
	keeps, err := r.keeps(ctx, state, &object, written)
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("What the role assignment refers to could not be read", err))
		return
	}
	if object.Assignee.Kind == "" && !keeps.assignee {
		resp.Diagnostics.AddError("Role assignment of another kind",
			fmt.Sprintf("The role assignment '%s' belongs to an assignee of the kind %q, which %s cannot manage.", object.Name, object.AssigneeType, ResourceType))
		return
	}
	before := state.object
	if state.fromAPI(object, keeps); state.object != before {
		// Setting state is the costliest step here, and the response already holds the state that was read.
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
	resp.Diagnostics.Append(privatestate.Save(ctx, resp.Private, spellingKey, spellingOf(object))...)
}

// keeps says which references of the state are still those of the object. Role and assignee cannot change while the
// GUID stays. A scope can: Exchange answers it in a form of its own, so what counts is whether the answer is the one
// that was there before, or else names the same object.
func (r *Resource) keeps(ctx context.Context, state model, object *exchange.RoleAssignment, written spelling) (kept, error) {
	keeps := kept{
		role:     !state.Role.IsNull(),
		assignee: state.assignee().kind != "" && (state.assignee().kind == object.Assignee.Kind || object.Assignee.Kind == ""),
		scope:    state.sameScope(*object, written),
	}
	if keeps.scope {
		return keeps, nil
	}
	var err error
	if *object, err = r.client.WithoutImplicitScope(ctx, *object); err != nil {
		return keeps, err
	}
	keeps.scope, err = r.client.SameScope(ctx, state.scope().toAPI(), object.Scope)
	return keeps, err
}

// Update changes the scope or enables or disables the assignment.
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

	var change exchange.RoleAssignmentChange
	if !plan.Enabled.Equal(state.Enabled) {
		change.Enabled = plan.Enabled.ValueBoolPointer()
	}
	if scope := plan.scope().toAPI(); scope != state.scope().toAPI() {
		change.Scope = &scope
	}
	if change != (exchange.RoleAssignmentChange{}) {
		object, err := r.client.UpdateRoleAssignment(ctx, state.ID.ValueString(), state.Name.ValueString(), change)
		if err != nil {
			resp.Diagnostics.Append(plan.refusal("The role assignment could not be changed", err))
			r.keepTrue(ctx, state, req, resp)
			return
		}
		plan.fromAPI(object, keptAll)
		resp.Diagnostics.Append(privatestate.Save(ctx, resp.Private, spellingKey, spellingOf(object))...)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// keepTrue takes into state what is there after an update that failed: it may have been made all the same.
func (r *Resource) keepTrue(ctx context.Context, state model, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	looking, done := exchange.Afterwards(ctx)
	defer done()
	written, diags := privatestate.Load[spelling](ctx, req.Private, spellingKey)
	resp.Diagnostics.Append(diags...)
	object, err := r.client.FindRoleAssignment(looking, state.ID.ValueString(), state.Name.ValueString())
	if err != nil {
		return
	}
	keeps, err := r.keeps(looking, state, &object, written)
	if err != nil {
		return
	}
	state.fromAPI(object, keeps)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	resp.Diagnostics.Append(privatestate.Save(ctx, resp.Private, spellingKey, spellingOf(object))...)
}

// Delete removes the assignment.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, deleteTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	if err := r.client.DeleteRoleAssignment(ctx, state.ID.ValueString(), state.Name.ValueString()); err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The role assignment could not be removed", err))
	}
}

// ImportState takes a name or a GUID, or the identity.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	given, err := req.ID, importid.NameOrGUID(req.ID)
	if given == "" && !req.Identity.Raw.IsNull() {
		var identity identityModel
		if resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...); resp.Diagnostics.HasError() {
			return
		}
		given, err = importid.GUID(identity.GUID.ValueString())
	}
	if err != nil {
		resp.Diagnostics.AddError("Not the id of a role assignment",
			fmt.Sprintf("Import %s by the assignment's name or GUID: %s.", ResourceType, err))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()

	object, err := r.client.ListedRoleAssignment(ctx, given)
	if err != nil {
		resp.Diagnostics.Append(diagnostic.ImportError("The role assignment to import could not be read", err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), object.GUID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("name"), object.Name)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identityModel{GUID: types.StringValue(object.GUID)})...)
}
