// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package applicationaccesspolicy is the resource exchange_application_access_policy, which narrows the mailboxes that
// an application reaches by consent in Entra, and the data source exchange_application_access, which tells whether it
// reaches one.
package applicationaccesspolicy

import (
	"context"
	"fmt"
	"regexp"
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
const ResourceType = "exchange_application_access_policy"

// How long operations may take where the configuration does not say.
const (
	createTimeout = 5 * time.Minute
	readTimeout   = 5 * time.Minute
	updateTimeout = 5 * time.Minute
	deleteTimeout = 5 * time.Minute
)

var (
	_ resource.ResourceWithConfigure   = &Resource{}
	_ resource.ResourceWithIdentity    = &Resource{}
	_ resource.ResourceWithImportState = &Resource{}
	_ resource.ResourceWithModifyPlan  = &Resource{}
)

// Resource manages application access policies.
type Resource struct {
	client *exchange.Client
	// superseded is due once a run, and nil where the user has read it.
	superseded *clients.Notice
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
	r.client, r.superseded = configured.Exchange, configured.PoliciesSuperseded
}

// appID is the rule for what New-ApplicationAccessPolicy takes for an application, and policies are of.
func appID() validator.String {
	return stringvalidator.RegexMatches(regexp.MustCompile(`^(\*|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$`),
		"must be an application id, such as 6233fba6-0198-4277-892f-9275bf728bcc, or * for every application")
}

// Schema describes the attributes.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Narrows which mailboxes an application reaches by the permissions that were consented to in Entra, by the cmdlet `New-ApplicationAccessPolicy`.\n\n" +
			"An application with the consented permission `Mail.Read` reads every mailbox of the organization; with a policy of the access right `RestrictAccess` it reads those of the scope only, " +
			"and with `DenyAccess` all but those. Several policies of one application work together: a mailbox that a `DenyAccess` policy covers is denied; else one that a `RestrictAccess` policy " +
			"covers is granted; else, where the application has any `RestrictAccess` policy, the mailbox is denied; else it is granted. " +
			"Permissions that come from `exchange_role_assignment` are not narrowed by policies.\n\n" +
			"Microsoft replaces these policies by role assignments and advises against new ones. A plan with such a policy says so once; `suppress_application_access_policy_warning` in the provider block turns that off.\n\n" +
			"Only the description can be changed. Any other change replaces the policy, and between the removal of the old one and the creation of the new one a restricted application would reach every mailbox: " +
			"set `create_before_destroy`, as the examples do.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "The policy's identity, which Exchange makes of the tenant, the application and the scope: `<tenant>\\<application>:<SID>;<GUID>`.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"app_id": schema.StringAttribute{
				MarkdownDescription: "The application (client) id of the one application that the policy is for, or `*` for every application. " +
					"Exchange does not check that there is such an application. Changing it replaces the policy.",
				Required:      true,
				CustomType:    customtype.Name,
				Validators:    []validator.String{appID()},
				PlanModifiers: []planmodifier.String{customtype.Name.KeepSpelling(), stringplanmodifier.RequiresReplace()},
			},
			"policy_scope_group_id": schema.StringAttribute{
				MarkdownDescription: "The mail-enabled security group, user mailbox or mail user whose mailboxes the policy is about: a GUID, address, name, display name or distinguished name. " +
					"Members of nested groups count. It must be a security principal: shared, room and equipment mailboxes, distribution groups, Microsoft 365 groups and contacts are none, " +
					"so put such mailboxes into a mail-enabled security group. Another spelling of the same scope is no change; another scope replaces the policy.",
				Required:      true,
				CustomType:    customtype.Name,
				Validators:    []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers: []planmodifier.String{customtype.Name.KeepSpelling()},
			},
			"access_right": schema.StringAttribute{
				MarkdownDescription: "`RestrictAccess` to let the application reach the mailboxes of the scope only, or `DenyAccess` to keep it from them. Changing it replaces the policy.",
				Required:            true,
				CustomType:          customtype.Name,
				Validators:          []validator.String{stringvalidator.OneOfCaseInsensitive(exchange.AccessRights[:]...)},
				PlanModifiers:       []planmodifier.String{customtype.Name.KeepSpelling(), stringplanmodifier.RequiresReplace()},
			},
			"description": schema.StringAttribute{
				MarkdownDescription: "A description, the only thing that is changed in place. Without one Exchange writes its own, which is no difference. " +
					"An organization has room for some 100 policies with ordinary descriptions, and for some 300 where each description is a single space.",
				Optional:      true,
				Computed:      true,
				Validators:    []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"scope_name": schema.StringAttribute{
				MarkdownDescription: "The display name of the scope.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"scope_guid": schema.StringAttribute{
				MarkdownDescription: "The GUID of the scope, in lower case.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"timeouts": timeouts.AttributesAll(ctx),
		},
	}
}

// IdentitySchema describes what identifies a policy.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"identity": identityschema.StringAttribute{
				Description:       "The policy's identity as Get-ApplicationAccessPolicy shows it.",
				RequiredForImport: true,
			},
		},
	}
}

// Create creates the policy and waits until Exchange shows it.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, createTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	wanted := plan.toAPI()
	taken, err := r.client.ApplicationAccessPoliciesOf(ctx, wanted.AppID, wanted.PolicyScopeID)
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The application access policy was not created, because it is not known whether the application has one for this scope", err))
		return
	}
	if len(taken) > 0 {
		resp.Diagnostics.Append(exists(wanted, taken[0]))
		return
	}
	policy, err := r.client.CreateApplicationAccessPolicy(ctx, wanted)
	if exchange.IsAlreadyExists(err) {
		if taken, lookErr := r.client.ApplicationAccessPoliciesOf(ctx, wanted.AppID, wanted.PolicyScopeID); lookErr == nil && len(taken) > 0 {
			resp.Diagnostics.Append(exists(wanted, taken[0]))
			return
		}
	}
	if err != nil {
		resp.Diagnostics.Append(refusal(wanted, err))
		return
	}
	save := func() {
		plan.fromAPI(policy)
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	}
	// The policy exists, so it goes into state before anything else can fail.
	save()
	shown, err := r.client.AwaitApplicationAccessPolicy(ctx, policy)
	if err != nil {
		// An error would have Terraform replace the policy, and leave the application without it in between.
		resp.Diagnostics.AddWarning("The application access policy was created, but Exchange does not show it yet", err.Error())
		return
	}
	policy = shown
	save()
}

// exists is the diagnostic for a policy that the application has for the scope already.
func exists(wanted exchange.NewApplicationAccessPolicy, policy exchange.ApplicationAccessPolicy) diag.Diagnostic {
	const summary = "The application has a policy for this scope already"
	err := fmt.Errorf("Exchange holds one policy for an application and a scope, and that of the application %s for '%s' has the access right %s",
		policy.AppID, policy.ScopeName, policy.AccessRight)
	if policy.AccessRight == wanted.AccessRight {
		return diagnostic.AlreadyExists(summary, ResourceType, policy.Identity,
			fmt.Errorf("%w.\n\nIf it is this resource's own policy that is being replaced, nothing needs to be replaced: leave out -replace, "+
				"or take the mark away by terraform untaint", err))
	}
	return diag.NewAttributeErrorDiagnostic(path.Root("access_right"), summary+", with another access right",
		fmt.Sprintf("%s.\n\n"+
			"If this change replaces that policy, it has to be removed first: take create_before_destroy out for this one change. Until the new policy is there, the application "+
			"reaches what its other policies leave it, or every mailbox where it has none. A RestrictAccess policy for a group without members keeps it from them meanwhile.\n\n"+
			"If the policy is not managed by Terraform yet, import it:\n\n%s",
			err, diagnostic.ImportBlock(ResourceType, policy.Identity)))
}

// refusal says why Exchange did not take a policy, on the attribute at fault where there is one.
func refusal(wanted exchange.NewApplicationAccessPolicy, err error) diag.Diagnostic {
	const summary = "The application access policy could not be created"
	scope := path.Root("policy_scope_group_id")
	switch {
	case exchange.IsNoSecurityPrincipal(err):
		return diag.NewAttributeErrorDiagnostic(scope, summary, err.Error()+"\n\n"+principals)
	case exchange.IsNotFound(err):
		// An application is not looked up, so it is the scope that was not found.
		return diag.NewAttributeErrorDiagnostic(scope, summary,
			fmt.Sprintf("%s\n\nExchange does not know '%s'. A group that was created a moment ago may take some minutes to be seen.", err, wanted.PolicyScopeID))
	case exchange.IsPolicyStoreFull(err):
		return diag.NewErrorDiagnostic(summary, err.Error()+"\n\n"+
			"An organization has room for some 100 policies with ordinary descriptions, and for some 300 where each description is a single space. Shorten descriptions, "+
			"give an application one policy for a group that holds all its mailboxes, or use exchange_role_assignment, which has no such limit.")
	default:
		return diagnostic.Error(summary, err)
	}
}

// principals says what else to use than a scope that is no security principal.
const principals = "The scope of a policy is a mail-enabled security group, a user mailbox or a mail user. For shared, room and equipment mailboxes, and for the members of " +
	"a distribution group or Microsoft 365 group, create a mail-enabled security group that has them as members, and use that. Or confine the application by exchange_role_assignment, " +
	"whose scopes take mailboxes of every kind."

// Read takes over what Exchange has. Only the service's own word that the policy is not there removes it from state.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Read(ctx, readTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	policy, err := r.client.ReadApplicationAccessPolicy(ctx, state.ID.ValueString())
	if exchange.IsNotFound(err) {
		// The framework requires an identity even for a removed resource, and Terraform before 1.12 stores none.
		resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The application access policy could not be read", err))
		return
	}
	before := state.object
	if state.fromAPI(policy); state.object != before {
		// Setting state is the costliest step here, and the response already holds the state that was read.
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
}

// Update changes the description.
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

	if !plan.Description.Equal(state.Description) {
		if err := r.client.DescribeApplicationAccessPolicy(ctx, state.ID.ValueString(), plan.Description.ValueString()); err != nil {
			resp.Diagnostics.Append(diagnostic.Error("The application access policy's description could not be changed", err))
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
	if policy, err := r.client.FindApplicationAccessPolicy(looking, state.ID.ValueString()); err == nil {
		state.fromAPI(policy)
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
}

// Delete removes the policy.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, deleteTimeout)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	last := exchange.ApplicationAccessPolicy{
		Identity: state.ID.ValueString(), AccessRight: state.toAPI().AccessRight, Description: state.Description.ValueString(),
	}
	if err := r.client.DeleteApplicationAccessPolicy(ctx, last); err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The application access policy could not be removed", err))
	}
}

// ImportState takes the policy's identity, as an id or by the identity's name.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	given := req.ID
	if given == "" && !req.Identity.Raw.IsNull() {
		var identity identityModel
		if resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...); resp.Diagnostics.HasError() {
			return
		}
		given = identity.Identity.ValueString()
	}
	if err := importid.PolicyIdentity(given); err != nil {
		resp.Diagnostics.AddError("Not the id of an application access policy",
			fmt.Sprintf("Import %s by the policy's Identity as Get-ApplicationAccessPolicy shows it: %s.", ResourceType, err))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()

	policy, err := r.client.ListedApplicationAccessPolicy(ctx, given)
	if err != nil {
		resp.Diagnostics.Append(diagnostic.ImportError("The application access policy to import could not be read", err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), policy.Identity)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identityModel{Identity: types.StringValue(policy.Identity)})...)
}
