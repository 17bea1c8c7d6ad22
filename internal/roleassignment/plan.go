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

// ModifyPlan gives the default name, and tells a change of a reference from another spelling of it: the same object
// is no change, another assignee or another kind of scope is another assignment, another scope of the same kind is
// changed in place.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan model
	if resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...); resp.Diagnostics.HasError() {
		return
	}
	if req.State.Raw.IsNull() {
		if plan.Name.IsUnknown() && plan.known() {
			var configured customtype.Value
			resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("name"), &configured)...)
			if configured.IsNull() {
				resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("name"), customtype.Name.Known(defaultName(plan.toAPI())))...)
			}
		}
		return
	}
	var state model
	if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); resp.Diagnostics.HasError() {
		return
	}
	r.planRole(ctx, &plan, state, resp)
	r.planAssignee(ctx, &plan, state, resp)
	r.planScope(ctx, &plan, state, resp)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// known reports whether all that the default name is made of is known.
func (o *object) known() bool {
	for _, attribute := range o.assignees() {
		if attribute.value.IsUnknown() {
			return false
		}
	}
	for _, attribute := range o.scopes() {
		if attribute.value.IsUnknown() {
			return false
		}
	}
	return !o.Role.IsUnknown() && !o.Delegating.IsUnknown()
}

func (r *Resource) planRole(ctx context.Context, plan *model, state model, resp *resource.ModifyPlanResponse) {
	if !r.keepSame(ctx, exchange.RoleReference, &plan.Role, state.Role, resp) {
		resp.RequiresReplace.Append(path.Root("role"))
	}
}

func (r *Resource) planAssignee(ctx context.Context, plan *model, state model, resp *resource.ModifyPlanResponse) {
	before := state.assignees()
	for i, attribute := range plan.assignees() {
		if !r.keepSame(ctx, attribute.reference, attribute.value, *before[i].value, resp) {
			resp.RequiresReplace.Append(path.Root(attribute.name))
		}
	}
}

func (r *Resource) planScope(ctx context.Context, plan *model, state model, resp *resource.ModifyPlanResponse) {
	before := state.scopes()
	for i, attribute := range plan.scopes() {
		was := *before[i].value
		switch {
		case attribute.value.IsNull() != was.IsNull():
			// Whether Exchange can change the kind of a scope, or take it away, is not known for every kind.
			resp.RequiresReplace.Append(path.Root(attribute.name))
		case attribute.resolved:
			r.keepSame(ctx, attribute.reference, attribute.value, was, resp)
		case attribute.kind == exchange.RecipientRelativeWriteScope && !attribute.value.Equal(was):
			plan.RecipientWriteScope = types.StringUnknown()
		}
	}
}

// keepSame keeps the value that state has where the plan's names the same object, and reports whether it is the same.
func (r *Resource) keepSame(ctx context.Context, kind exchange.ReferenceKind, planned *customtype.Value, was customtype.Value, resp *resource.ModifyPlanResponse) bool {
	if planned.Equal(was) {
		return true
	}
	if planned.IsNull() || planned.IsUnknown() || was.IsNull() {
		return false
	}
	same, err := r.client.SameReference(ctx, kind, planned.ValueString(), was.ValueString())
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("The role assignment could not be planned: what it refers to could not be read", err))
		return true
	}
	if same {
		*planned = was
	}
	return same
}
