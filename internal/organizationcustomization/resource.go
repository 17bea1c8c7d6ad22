// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package organizationcustomization is the resource exchange_organization_customization: an organization that takes
// management scopes and role assignments.
package organizationcustomization

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/clients"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/diagnostic"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

// ResourceType is the resource's full name.
const ResourceType = "exchange_organization_customization"

// How long operations may take where the configuration does not say. Exchange was seen to refuse to create anything for
// half an hour to more than an hour after it was told to customize an organization.
const (
	createTimeout = 2 * time.Hour
	readTimeout   = 5 * time.Minute
)

var (
	_ resource.ResourceWithConfigure   = &Resource{}
	_ resource.ResourceWithIdentity    = &Resource{}
	_ resource.ResourceWithImportState = &Resource{}
)

// Resource customizes the organization.
type Resource struct {
	client *exchange.Client
}

type model struct {
	ID       types.String   `tfsdk:"id"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

type identityModel struct {
	Organization types.String `tfsdk:"organization"`
}

func (m *model) identity() identityModel { return identityModel{Organization: m.ID} }

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
		MarkdownDescription: "Has the organization take management scopes and role assignments, by the cmdlet `Enable-OrganizationCustomization`.\n\n" +
			"A new organization shares its configuration with others, and Exchange refuses to create anything in it until it was customized once. " +
			"Have scopes and role assignments depend on this resource, by `depends_on`, and one apply sets up an organization that is new. In one that is customized " +
			"already the resource changes nothing. There is no way back: to destroy the resource leaves the organization customized.\n\n" +
			"Exchange takes its time: it goes on refusing for half an hour, and sometimes for many. The resource waits until creating works, which it tries " +
			"by a management scope of the name `terraform-provider-exchange probe` that selects nobody and is removed again at once. " +
			"Service principals and mailbox permissions need no customization, and need not wait for it.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "The organization's name in Exchange, which is the tenant's initial domain, such as `contoso.onmicrosoft.com`.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"timeouts": timeouts.Attributes(ctx, timeouts.Opts{Create: true, Read: true}),
		},
	}
}

// IdentitySchema describes what identifies an organization.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"organization": identityschema.StringAttribute{
				Description:       "The organization's name in Exchange, which is the tenant's initial domain.",
				RequiredForImport: true,
			},
		},
	}
}

// Create customizes the organization, unless it is customized already, and waits until Exchange creates objects in it.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, createTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	organization, err := r.client.CustomizeOrganization(ctx)
	if err != nil {
		// Nothing goes into state: what it says, that the organization takes scopes, is not so yet. The next apply goes on.
		resp.Diagnostics.Append(diagnostic.Error("The organization could not be customized, or does not take changes yet", err))
		return
	}
	plan.ID = types.StringValue(organization.Name)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// Read has an organization that is not customized, or not any more, gone from state.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Read(ctx, readTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	organization, err := r.client.Organization(ctx)
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("Whether the organization is customized could not be read", err))
		return
	}
	if organization.Dehydrated {
		// The framework requires an identity even for a removed resource, and Terraform before 1.12 stores none.
		resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
		resp.State.RemoveResource(ctx)
		return
	}
	state.ID = types.StringValue(organization.Name)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
}

// Update takes over other timeouts: there is nothing else to change.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan model
	if resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...); resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// Delete leaves the organization as it is.
func (r *Resource) Delete(_ context.Context, _ resource.DeleteRequest, resp *resource.DeleteResponse) {
	resp.Diagnostics.AddWarning("The organization stays customized",
		"Exchange knows no way back from Enable-OrganizationCustomization. Terraform has forgotten the resource and changed nothing.")
}

// ImportState takes the organization's name, as the id or in the identity. There is but one organization, and to be given
// another's means that the provider is configured for the wrong one.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if req.ID == "" && req.Identity.Raw.IsNull() {
		resp.Diagnostics.AddError("Not the id of the organization",
			fmt.Sprintf("Import %s by the tenant's initial domain, such as contoso.onmicrosoft.com: the id is empty.", ResourceType))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()

	organization, err := r.client.Organization(ctx)
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The organization to import could not be read", err))
		return
	}
	given := req.ID
	if given == "" {
		var identity identityModel
		if resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...); resp.Diagnostics.HasError() {
			return
		}
		given = identity.Organization.ValueString()
	}
	if !strings.EqualFold(given, organization.Name) {
		resp.Diagnostics.AddError("Not the organization that the provider is configured for",
			fmt.Sprintf("The provider works in %s, and what is to be imported is %q. Import it by the name %[1]s, or configure the provider for the other tenant.",
				organization.Name, given))
		return
	}
	if organization.Dehydrated {
		resp.Diagnostics.AddError("The organization is not customized",
			"There is nothing to import: create the resource, and it has the organization customized.")
		return
	}
	imported := identityModel{Organization: types.StringValue(organization.Name)}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), imported.Organization)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, imported)...)
}
