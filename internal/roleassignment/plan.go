// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package roleassignment

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/diagnostic"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

// ModifyPlan tells a change of a reference from another spelling of it: the same object is no change, another assignee
// or another kind of scope is another assignment, another scope of the same kind is changed in place.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || req.State.Raw.IsNull() || req.Plan.Raw.Equal(req.State.Raw) {
		return
	}
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.planRole(ctx, &plan, state, resp)
	r.planAssignee(ctx, &plan, state, resp)
	r.planScope(ctx, &plan, state, resp)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

func (r *Resource) planRole(ctx context.Context, plan *model, state model, resp *resource.ModifyPlanResponse) {
	same := keepSame(&plan.Role, state.Role, resp, func(planned, was string) (bool, error) {
		return r.client.SameReference(ctx, exchange.RoleReference, planned, was)
	})
	if !same {
		resp.RequiresReplace.Append(path.Root("role"))
	}
}

func (r *Resource) planAssignee(ctx context.Context, plan *model, state model, resp *resource.ModifyPlanResponse) {
	before := state.assignees()
	for i, attribute := range plan.assignees() {
		same := keepSame(attribute.value, *before[i].value, resp, func(planned, _ string) (bool, error) {
			return r.client.HoldsRoleAssignment(ctx, planned, state.ID.ValueString())
		})
		if !same {
			resp.RequiresReplace.Append(path.Root(attribute.name))
		}
	}
}

func (r *Resource) planScope(ctx context.Context, plan *model, state model, resp *resource.ModifyPlanResponse) {
	before := state.scopes()
	for i, attribute := range plan.scopes() {
		was := *before[i].value
		same := keepSame(attribute.value, was, resp, func(planned, was string) (bool, error) {
			return r.client.SameScope(ctx, exchange.Scope{Kind: attribute.kind, Value: planned}, exchange.Scope{Kind: attribute.kind, Value: was})
		})
		if same {
			continue
		}
		// What Exchange calls the kind may differ for another scope: an exclusive one has a name of its own.
		plan.RecipientWriteScope = types.StringUnknown()
		if attribute.value.IsNull() != was.IsNull() && !r.widens(attribute, state) {
			// Whether Exchange can change the kind of a scope, or take it away, is not known for every kind.
			resp.RequiresReplace.Append(path.Root(attribute.name))
		}
	}
}

// widens reports whether a relative scope comes where the assignment has the role's own: the one change of kind that
// is documented, and that may only put in words what is there already.
func (r *Resource) widens(attribute scopeAttribute, state model) bool {
	return attribute.kind == exchange.RecipientRelativeWriteScope && !attribute.value.IsNull() && state.scope().kind == exchange.RoleScope
}

// keepSame keeps the value that state has where the planned one means the same, as same tells of two that differ, and
// reports whether it does.
func keepSame(planned *customtype.Value, was customtype.Value, resp *resource.ModifyPlanResponse, same func(planned, was string) (bool, error)) bool {
	if planned.Equal(was) {
		return true
	}
	if planned.IsNull() || planned.IsUnknown() || was.IsNull() {
		return false
	}
	is, err := same(planned.ValueString(), was.ValueString())
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The role assignment could not be planned: what it refers to could not be read", err))
		return true
	}
	if is {
		*planned = was
	}
	return is
}
