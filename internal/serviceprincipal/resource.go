// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package serviceprincipal is the resource exchange_service_principal: Exchange's pointer to an enterprise application.
package serviceprincipal

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
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
const ResourceType = "exchange_service_principal"

// How long operations may take where the configuration does not say.
const (
	createTimeout = 10 * time.Minute
	readTimeout   = 5 * time.Minute
	updateTimeout = 5 * time.Minute
	deleteTimeout = 5 * time.Minute
)

var (
	_ resource.ResourceWithConfigure   = &Resource{}
	_ resource.ResourceWithIdentity    = &Resource{}
	_ resource.ResourceWithImportState = &Resource{}
)

// Resource manages Exchange's pointers to enterprise applications.
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
		MarkdownDescription: "Registers an enterprise application in Exchange Online, by the cmdlet `New-ServicePrincipal`.\n\n" +
			"Exchange keeps a *pointer* to the application's service principal in Microsoft Entra. The pointer grants nothing by itself; " +
			"role assignments (`exchange_role_assignment`) and mailbox permissions refer to it. When the enterprise application is deleted " +
			"in Entra, Exchange removes the pointer and its role assignments, and Terraform plans to create them again.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "The object id, in lower case.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"app_id": schema.StringAttribute{
				MarkdownDescription: "The application (client) id. Changing it creates another pointer.",
				Required:            true,
				CustomType:          customtype.GUID,
				PlanModifiers:       []planmodifier.String{customtype.GUID.KeepSpelling(), stringplanmodifier.RequiresReplace()},
			},
			"object_id": schema.StringAttribute{
				MarkdownDescription: "The object id of the *enterprise application* (service principal) in Entra, " +
					"`azuread_service_principal.example.object_id`. The object id of the app registration is another one, and Exchange " +
					"refuses it. Changing it creates another pointer.",
				Required:      true,
				CustomType:    customtype.GUID,
				PlanModifiers: []planmodifier.String{customtype.GUID.KeepSpelling(), stringplanmodifier.RequiresReplace()},
			},
			"display_name": schema.StringAttribute{
				MarkdownDescription: "The name that Exchange shows for the application, 256 characters at most. It is Exchange's own: " +
					"it is not taken from Entra, and stays empty where it is not set here.",
				Optional:   true,
				Validators: []validator.String{stringvalidator.UTF8LengthBetween(1, 256)},
			},
			"use_existing": schema.BoolAttribute{
				MarkdownDescription: "Whether to adopt a pointer that is there already instead of failing. With `true`, destroying the " +
					"resource leaves the pointer in place, and a name that is not set here is left as it is. Defaults to `false`.",
				Optional: true,
			},
			"sid": schema.StringAttribute{
				MarkdownDescription: "The security identifier that permission lists of mailboxes show for the application.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"guid": schema.StringAttribute{
				MarkdownDescription: "Exchange's own GUID of the pointer; neither of the two ids above.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"timeouts": timeouts.AttributesAll(ctx),
		},
	}
}

// IdentitySchema describes what identifies a pointer.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"object_id": identityschema.StringAttribute{
				Description:       "The object id of the enterprise application.",
				RequiredForImport: true,
			},
		},
	}
}

// Create registers the application, or adopts its pointer.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, createTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	object, adopted, err := r.existing(ctx, plan)
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The service principal to adopt could not be read", err))
		return
	}
	if !adopted {
		object, err = r.client.CreateServicePrincipal(ctx, plan.toAPI())
		if exchange.IsAlreadyExists(err) && plan.UseExisting.ValueBool() {
			// The server that was asked before did not have it yet, or somebody else was faster.
			if existing, lookErr := r.client.FindServicePrincipal(ctx, plan.ObjectID.ValueString()); lookErr == nil {
				object, err = existing, nil
			}
		}
		if exchange.IsAlreadyExists(err) {
			resp.Diagnostics.Append(r.taken(ctx, plan, err))
			return
		}
		if err != nil {
			resp.Diagnostics.Append(diagnostic.Error("The service principal could not be registered in Exchange", err))
			return
		}
	}
	if !strings.EqualFold(object.AppID, plan.AppID.ValueString()) {
		resp.Diagnostics.AddAttributeError(path.Root("app_id"), "The service principal belongs to another application",
			fmt.Sprintf("Exchange has a pointer to the enterprise application %s, and it says that its application id is %s, not %s. "+
				"Correct app_id or object_id.", object.ObjectID, object.AppID, plan.AppID.ValueString()))
		return
	}
	wanted := plan.DisplayName
	plan.fromAPI(object)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	if resp.Diagnostics.HasError() || plan.DisplayName.Equal(wanted) {
		return
	}
	if err := r.client.RenameServicePrincipal(ctx, object.ObjectID, wanted.ValueString()); err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The service principal was adopted, but could not be given its display name", err))
		return
	}
	plan.DisplayName = wanted
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// taken says which pointer is in the way, and what to do about it.
func (r *Resource) taken(ctx context.Context, plan model, err error) diag.Diagnostic {
	const summary = "The service principal is registered in Exchange already"
	objectID := strings.ToLower(plan.ObjectID.ValueString())
	if other, lookErr := r.client.ServicePrincipalOfApp(ctx, plan.AppID.ValueString()); lookErr == nil && other.ObjectID != objectID {
		return diag.NewAttributeErrorDiagnostic(path.Root("object_id"), summary,
			fmt.Sprintf("%s\n\nExchange has a pointer to the application %s, but to another enterprise application of it: %s, not %s. "+
				"Correct object_id, or remove the pointer where that enterprise application was deleted in Entra and made anew. To manage the one that is there, import it:\n\n%s",
				err, other.AppID, other.ObjectID, objectID, diagnostic.ImportBlock(ResourceType, other.ObjectID)))
	}
	return diagnostic.AlreadyExists(summary, ResourceType, objectID,
		fmt.Errorf("%w\n\n%s\n\nSet use_existing = true to adopt it and to leave it in place on destroy", err, diagnostic.OfItsOwn("service principal", "")))
}

// existing returns the pointer to adopt, where the configuration asks for that and there is one.
func (r *Resource) existing(ctx context.Context, plan model) (exchange.ServicePrincipal, bool, error) {
	if !plan.UseExisting.ValueBool() {
		return exchange.ServicePrincipal{}, false, nil
	}
	object, err := r.client.ServicePrincipal(ctx, plan.ObjectID.ValueString())
	if exchange.IsNotFound(err) {
		return exchange.ServicePrincipal{}, false, nil
	}
	return object, err == nil, err
}

// Read takes over what Exchange has. Only the service's own word that the pointer is not there removes it from state.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Read(ctx, readTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	object, err := r.client.ReadServicePrincipal(ctx, state.ID.ValueString())
	if exchange.IsNotFound(err) {
		// The framework requires an identity even for a removed resource, and Terraform before 1.12 stores none.
		resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The service principal could not be read", err))
		return
	}
	before := state.object
	if state.fromAPI(object); state.object != before {
		// Setting state is the costliest step here, and the response already holds the state that was read.
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
}

// Update changes the display name, the only thing of a pointer that can change.
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

	// While use_existing left the name alone, state does not have it.
	if !plan.leavesName() && (state.leavesName() || !plan.DisplayName.Equal(state.DisplayName)) {
		if err := r.client.RenameServicePrincipal(ctx, plan.ID.ValueString(), plan.DisplayName.ValueString()); err != nil {
			resp.Diagnostics.Append(diagnostic.Error("The service principal could not be renamed", err))
			r.keepTrue(ctx, state, resp)
			return
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// keepTrue takes into state what is there after an update that failed: it may have been made all the same.
func (r *Resource) keepTrue(ctx context.Context, state model, resp *resource.UpdateResponse) {
	looking, done := exchange.Afterwards(ctx)
	defer done()
	if object, err := r.client.FindServicePrincipal(looking, state.ID.ValueString()); err == nil {
		state.fromAPI(object)
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
}

// Delete removes the pointer, unless it is one that use_existing lets live on.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, deleteTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() || state.UseExisting.ValueBool() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	if err := r.client.DeleteServicePrincipal(ctx, state.pointer()); err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The service principal could not be removed from Exchange", err))
	}
}

// ImportState takes an object id or an application id, or the identity.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	given := req.ID
	if given == "" && !req.Identity.Raw.IsNull() {
		var identity identityModel
		if resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...); resp.Diagnostics.HasError() {
			return
		}
		given = identity.ObjectID.ValueString()
	}
	id, err := importid.GUID(given)
	if err != nil {
		resp.Diagnostics.AddError("Not the id of a service principal",
			fmt.Sprintf("Import %s by the object id or the application id of the enterprise application: %s.", ResourceType, err))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()

	read := r.client.ServicePrincipalBy
	if req.ID == "" {
		read = r.client.ListedServicePrincipal
	}
	object, err := read(ctx, id)
	if err != nil {
		resp.Diagnostics.Append(diagnostic.ImportError("The service principal to import could not be read", err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), object.ObjectID)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identityModel{ObjectID: types.StringValue(object.ObjectID)})...)
}
