// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package roleassignment

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

// ValidateConfig refuses the combinations that New-ManagementRoleAssignment has no parameter set for. A value that is
// not known yet counts neither as given nor as absent.
func (r *Resource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config model
	if resp.Diagnostics.Append(req.Config.Get(ctx, &config)...); resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(config.validate()...)
}

func (o *object) validate() diag.Diagnostics {
	var diags diag.Diagnostics
	assignees, unknownAssignees := 0, 0
	for _, attribute := range o.assignees() {
		switch {
		case attribute.value.IsUnknown():
			// May turn out to be null, as in app = condition ? id : null.
			unknownAssignees++
		case !attribute.value.IsNull():
			if assignees++; assignees > 1 {
				diags.AddAttributeError(path.Root(attribute.name), "More than one assignee",
					fmt.Sprintf("An assignment has exactly one of app, user, security_group and policy, and %s is not the first one given.", attribute.name))
			}
		}
	}
	if assignees == 0 && unknownAssignees == 0 {
		diags.AddAttributeError(path.Root("app"), "No assignee",
			"An assignment needs exactly one of app, user, security_group and policy.")
	}

	scopes := 0
	for _, attribute := range o.scopes() {
		if attribute.value.IsNull() || attribute.value.IsUnknown() {
			continue
		}
		if scopes++; scopes > 1 {
			diags.AddAttributeError(path.Root(attribute.name), "More than one scope",
				fmt.Sprintf("An assignment has at most one scope, and %s is not the first one given. To give a role over several scopes, make an assignment for each.", attribute.name))
		}
	}
	if assignees == 1 && unknownAssignees == 0 {
		diags.Append(o.validateAssignee()...)
	}
	return diags
}

// validateAssignee refuses what the one assignee's parameter set does not have.
func (o *object) validateAssignee() diag.Diagnostics {
	var diags diag.Diagnostics
	assignee := o.assignee()
	for _, attribute := range o.scopes() {
		if attribute.value.IsNull() || attribute.value.IsUnknown() || takes(assignee.kind, attribute.kind) {
			continue
		}
		diags.AddAttributeError(path.Root(attribute.name), "Scope that the assignee does not take",
			fmt.Sprintf("An assignment with %s does not take %s. It takes %s.", assignee.name, attribute.name, o.taken(assignee.kind)))
	}
	if assignee.kind == exchange.Policy && o.Delegating.ValueBool() {
		diags.AddAttributeError(path.Root("delegating"), "Delegating assignment of a policy",
			"The holders of a role assignment policy are end users, and cannot pass a role on. Exchange takes delegating with app, user and security_group only.")
	}
	return diags
}

// takes reports whether the parameter set of an assignee has a scope parameter.
func takes(assignee exchange.AssigneeKind, scope exchange.ScopeKind) bool {
	switch scope {
	case exchange.RecipientAdministrativeUnitScope, exchange.RecipientGroupScope:
		return true
	case exchange.CustomResourceScope:
		return assignee == exchange.App
	default:
		return assignee != exchange.App
	}
}

func (o *object) taken(assignee exchange.AssigneeKind) string {
	var names []string
	for _, attribute := range o.scopes() {
		if takes(assignee, attribute.kind) {
			names = append(names, attribute.name)
		}
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
