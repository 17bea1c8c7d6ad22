// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package applicationaccesspolicy

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/diagnostic"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

// ModifyPlan tells another scope from another spelling of the same, refuses a scope that is no security principal, and
// says once a run that policies are superseded.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	if r.superseded.Due() {
		resp.Diagnostics.AddWarning("Application access policies are superseded",
			"Microsoft replaces application access policies by RBAC for Applications, and advises against new ones. "+
				"exchange_role_assignment gives an application a permission over the mailboxes of a scope and over no others. "+
				"To move, assign the roles, and then take the consent in Entra and the policy away.\n\n"+
				"To turn this warning off, set suppress_application_access_policy_warning = true in the provider block, "+
				"or EXCHANGE_SUPPRESS_APPLICATION_ACCESS_POLICY_WARNING=true in the environment.")
	}
	var plan model
	if resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...); resp.Diagnostics.HasError() {
		return
	}
	if req.State.Raw.IsNull() {
		r.planNewScope(ctx, plan, resp)
		return
	}
	var state model
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); resp.Diagnostics.HasError() {
		return
	}
	r.planScope(ctx, &plan, state, resp)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// planNewScope refuses a scope that Exchange would refuse. What cannot be asked while planning, and a recipient that
// is not there yet, is left to the apply.
func (r *Resource) planNewScope(ctx context.Context, plan model, resp *resource.ModifyPlanResponse) {
	if plan.PolicyScopeGroupID.IsUnknown() {
		return
	}
	if scope, found, err := r.client.PolicyScope(ctx, plan.PolicyScopeGroupID.ValueString()); err == nil && found {
		refuse(scope, resp)
	}
}

// planScope keeps the spelling that state has while the configuration means the same scope, and replaces the policy
// where it means another: also where the text stayed and its name or address went to another group.
func (r *Resource) planScope(ctx context.Context, plan *model, state model, resp *resource.ModifyPlanResponse) {
	planned := plan.PolicyScopeGroupID
	if planned.IsUnknown() {
		resp.RequiresReplace.Append(path.Root("policy_scope_group_id"))
		return
	}
	if strings.EqualFold(planned.ValueString(), state.ScopeGUID.ValueString()) {
		plan.PolicyScopeGroupID = state.PolicyScopeGroupID
		return
	}
	scope, found, err := r.client.PolicyScope(ctx, planned.ValueString())
	switch {
	case err != nil:
		resp.Diagnostics.Append(diagnostic.Error("The application access policy could not be planned: its scope could not be read", err))
	case found && scope.Is(state.ScopeGUID.ValueString()):
		plan.PolicyScopeGroupID = state.PolicyScopeGroupID
	case !found && planned.Equal(state.PolicyScopeGroupID):
		// The scope was renamed or deleted. The policy is still for it, and can be for nothing else by this name.
	case !found:
		// To replace the policy now would take it away first, and then find no scope to make the new one for.
		resp.Diagnostics.AddAttributeError(path.Root("policy_scope_group_id"), "Scope that names no recipient, or several",
			fmt.Sprintf("Exchange does not know one recipient called '%s'. The policy that is there is about %s (GUID %s), and is kept. "+
				"Where that group was renamed, write its new name, its address or the GUID. To make the policy about a group that this configuration creates, refer to that group's attributes.",
				planned.ValueString(), called(state.ScopeName.ValueString()), state.ScopeGUID.ValueString()))
	default:
		refuse(scope, resp)
		plan.ID, plan.ScopeName, plan.ScopeGUID = types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
		resp.RequiresReplace.Append(path.Root("policy_scope_group_id"), path.Root("scope_guid"))
	}
}

// called names a scope in a sentence; one that was deleted has no name any more.
func called(scopeName string) string {
	if scopeName == "" {
		return "a scope that was deleted"
	}
	return "'" + scopeName + "'"
}

// refuse refuses a scope that Exchange itself says is no security principal.
func refuse(scope exchange.PolicyScope, resp *resource.ModifyPlanResponse) {
	if scope.NoPrincipal {
		resp.Diagnostics.AddAttributeError(path.Root("policy_scope_group_id"), "Not a scope for an application access policy",
			fmt.Sprintf("Exchange would refuse '%s', a %s: The identity of the policy scope is not a security principal.\n\n%s", scope.Name, scope.Type, principals))
	}
}
