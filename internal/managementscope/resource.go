// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package managementscope is the resource exchange_management_scope: a set of recipients given by a filter.
package managementscope

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
const ResourceType = "exchange_management_scope"

// How long operations may take where the configuration does not say.
const (
	createTimeout = 10 * time.Minute
	readTimeout   = 5 * time.Minute
	updateTimeout = 5 * time.Minute
	deleteTimeout = 10 * time.Minute
)

var (
	_ resource.ResourceWithConfigure   = &Resource{}
	_ resource.ResourceWithIdentity    = &Resource{}
	_ resource.ResourceWithImportState = &Resource{}
	_ resource.ResourceWithModifyPlan  = &Resource{}
)

// Resource manages management scopes.
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
		MarkdownDescription: "A set of recipients that role assignments can be confined to, by the cmdlet `New-ManagementScope`.\n\n" +
			"The set is given by a filter and follows the directory: a mailbox that comes to match is in scope from then on. " +
			"A change of the filter changes what every assignment that uses the scope allows; applications notice it within 30 minutes to 2 hours.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "The scope's GUID, in lower case. It stays when the scope is renamed.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"name": schema.StringAttribute{
				MarkdownDescription: "The scope's name: 64 characters at most, without `*`, unique in the tenant without regard to letter case. Changing it renames the scope.",
				Required:            true,
				Validators:          customtype.ObjectName(),
			},
			"recipient_filter": schema.StringAttribute{
				MarkdownDescription: "The filter in [OPATH](https://learn.microsoft.com/powershell/exchange/recipient-filters), without the braces " +
					"that PowerShell puts around it, such as `CustomAttribute1 -eq 'finance'`. The operators are `-eq`, `-ne`, `-like`, `-notlike`, " +
					"`-lt`, `-gt`, `-le` and `-ge`, joined by `-and`, `-or`, `-not` and parentheses. A single quote in a value is doubled (`'O''Neil'`). " +
					"A wildcard works at the end of a value only. `MemberOfGroup` and other references take a distinguished name, and see direct members only. " +
					"Another spelling of the same filter is no change.",
				Required:      true,
				CustomType:    customtype.Filter,
				PlanModifiers: []planmodifier.String{customtype.Filter.KeepSpelling()},
			},
			"recipient_root": schema.StringAttribute{
				MarkdownDescription: "The organizational unit or domain that the filter is confined to. Seldom of use in Exchange Online, where nearly all recipients are in one unit.",
				Optional:            true,
				CustomType:          customtype.Name,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers:       []planmodifier.String{customtype.Name.KeepSpelling()},
			},
			"exclusive": schema.BoolAttribute{
				MarkdownDescription: "Whether the scope is exclusive: from the moment it exists, nobody but the holders of assignments through exclusive scopes " +
					"can change the recipients in it. Exclusive scopes do not restrict applications. Changing it replaces the scope, and the assignments that use it have to be replaced together with it, by `replace_triggered_by`. Defaults to `false`.",
				Optional:      true,
				Computed:      true,
				Default:       booldefault.StaticBool(false),
				PlanModifiers: []planmodifier.Bool{boolplanmodifier.RequiresReplace()},
			},
			"distinguished_name": schema.StringAttribute{
				MarkdownDescription: "The scope's distinguished name. It follows the name, and changes when Microsoft moves the tenant to another forest.",
				Computed:            true,
			},
			"timeouts": timeouts.AttributesAll(ctx),
		},
	}
}

// IdentitySchema describes what identifies a scope.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"guid": identityschema.StringAttribute{
				Description:       "The scope's GUID.",
				RequiredForImport: true,
			},
		},
	}
}

// ModifyPlan knows the distinguished name while the name stays.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.State.Raw.IsNull() || req.Plan.Raw.IsNull() || req.Plan.Raw.Equal(req.State.Raw) {
		return
	}
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !plan.Name.Equal(state.Name) {
		return
	}
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("distinguished_name"), state.DistinguishedName)...)
}

// Create creates the scope.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, createTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	object, err := r.client.CreateManagementScope(ctx, plan.toAPI())
	if exchange.IsAlreadyExists(err) {
		resp.Diagnostics.Append(diagnostic.AlreadyExists("A management scope of this name exists already", ResourceType, plan.Name.ValueString(),
			fmt.Errorf("%w\n\n%s", err, diagnostic.OfItsOwn("scope", ", or give the new scope another name"))))
		return
	}
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The management scope could not be created", err))
		return
	}
	written := spellingOf(object)
	plan.fromAPI(object, written)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	resp.Diagnostics.Append(privatestate.Save(ctx, resp.Private, spellingKey, written)...)
}

// Read takes over what Exchange has. Only the service's own word that the scope is not there removes it from state.
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

	object, err := r.client.ReadManagementScope(ctx, state.ID.ValueString(), state.Name.ValueString())
	if exchange.IsNotFound(err) {
		// The framework requires an identity even for a removed resource, and Terraform before 1.12 stores none.
		resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The management scope could not be read", err))
		return
	}
	before := state.object
	if state.fromAPI(object, written); state.object != before {
		// Setting state is the costliest step here, and the response already holds the state that was read.
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
	resp.Diagnostics.Append(privatestate.Save(ctx, resp.Private, spellingKey, spellingOf(object))...)
}

// Update changes the scope in place.
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

	if change := plan.change(state.object); change != (exchange.ManagementScopeChange{}) {
		object, err := r.client.UpdateManagementScope(ctx, state.ID.ValueString(), state.Name.ValueString(), change)
		if exchange.IsAlreadyExists(err) {
			resp.Diagnostics.AddAttributeError(path.Root("name"), "Another management scope has this name", err.Error())
			r.keepTrue(ctx, state, plan.Name.ValueString(), req, resp)
			return
		}
		if err != nil {
			resp.Diagnostics.Append(diagnostic.Error("The management scope could not be changed", err))
			r.keepTrue(ctx, state, plan.Name.ValueString(), req, resp)
			return
		}
		written := spellingOf(object)
		plan.fromAPI(object, written)
		resp.Diagnostics.Append(privatestate.Save(ctx, resp.Private, spellingKey, written)...)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// keepTrue takes into state what is there after an update that failed: it may have been made all the same.
func (r *Resource) keepTrue(ctx context.Context, state model, name string, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	looking, done := exchange.Afterwards(ctx)
	defer done()
	object, err := r.client.FindManagementScope(looking, state.ID.ValueString(), name)
	if err != nil {
		return
	}
	written, diags := privatestate.Load[spelling](ctx, req.Private, spellingKey)
	resp.Diagnostics.Append(diags...)
	state.fromAPI(object, written)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	resp.Diagnostics.Append(privatestate.Save(ctx, resp.Private, spellingKey, spellingOf(object))...)
}

// Delete removes the scope. The service refuses while an assignment uses it.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, deleteTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	if err := r.client.DeleteManagementScope(ctx, state.ID.ValueString(), state.Name.ValueString()); err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The management scope could not be removed", err))
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
		resp.Diagnostics.AddError("Not the id of a management scope",
			fmt.Sprintf("Import %s by the scope's name or GUID: %s.", ResourceType, err))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()

	object, err := r.client.ListedManagementScope(ctx, given)
	if err != nil {
		resp.Diagnostics.Append(diagnostic.ImportError("The management scope to import could not be read", err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), object.GUID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("name"), object.Name)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identityModel{GUID: types.StringValue(object.GUID)})...)
}
