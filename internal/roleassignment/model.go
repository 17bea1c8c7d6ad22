// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package roleassignment

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

// object is what Exchange knows of an assignment.
type object struct {
	ID                               types.String     `tfsdk:"id"`
	Name                             customtype.Value `tfsdk:"name"`
	Role                             customtype.Value `tfsdk:"role"`
	App                              customtype.Value `tfsdk:"app"`
	User                             customtype.Value `tfsdk:"user"`
	SecurityGroup                    customtype.Value `tfsdk:"security_group"`
	Policy                           customtype.Value `tfsdk:"policy"`
	CustomResourceScope              customtype.Value `tfsdk:"custom_resource_scope"`
	CustomRecipientWriteScope        customtype.Value `tfsdk:"custom_recipient_write_scope"`
	ExclusiveRecipientWriteScope     customtype.Value `tfsdk:"exclusive_recipient_write_scope"`
	RecipientAdministrativeUnitScope customtype.Value `tfsdk:"recipient_administrative_unit_scope"`
	RecipientGroupScope              customtype.Value `tfsdk:"recipient_group_scope"`
	RecipientOrganizationalUnitScope customtype.Value `tfsdk:"recipient_organizational_unit_scope"`
	RecipientRelativeWriteScope      customtype.Value `tfsdk:"recipient_relative_write_scope"`
	Delegating                       types.Bool       `tfsdk:"delegating"`
	Enabled                          types.Bool       `tfsdk:"enabled"`
	RoleAssigneeType                 types.String     `tfsdk:"role_assignee_type"`
	RecipientWriteScope              types.String     `tfsdk:"recipient_write_scope"`
}

// model is the resource.
type model struct {
	object
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

type identityModel struct {
	GUID types.String `tfsdk:"guid"`
}

func (o *object) identity() identityModel {
	return identityModel{GUID: o.ID}
}

// assigneeAttribute is one of the attributes that name the assignee, of which a configuration has exactly one.
type assigneeAttribute struct {
	name  string
	kind  exchange.AssigneeKind
	value *customtype.Value
}

func (o *object) assignees() []assigneeAttribute {
	return []assigneeAttribute{
		{"app", exchange.App, &o.App},
		{"user", exchange.User, &o.User},
		{"security_group", exchange.SecurityGroup, &o.SecurityGroup},
		{"policy", exchange.Policy, &o.Policy},
	}
}

// scopeAttribute is one of the attributes that confine an assignment, of which a configuration has at most one.
type scopeAttribute struct {
	name  string
	kind  exchange.ScopeKind
	value *customtype.Value
}

func (o *object) scopes() []scopeAttribute {
	return []scopeAttribute{
		{"custom_resource_scope", exchange.CustomResourceScope, &o.CustomResourceScope},
		{"custom_recipient_write_scope", exchange.CustomRecipientWriteScope, &o.CustomRecipientWriteScope},
		{"exclusive_recipient_write_scope", exchange.ExclusiveRecipientWriteScope, &o.ExclusiveRecipientWriteScope},
		{"recipient_administrative_unit_scope", exchange.RecipientAdministrativeUnitScope, &o.RecipientAdministrativeUnitScope},
		{"recipient_group_scope", exchange.RecipientGroupScope, &o.RecipientGroupScope},
		{"recipient_organizational_unit_scope", exchange.RecipientOrganizationalUnitScope, &o.RecipientOrganizationalUnitScope},
		{"recipient_relative_write_scope", exchange.RecipientRelativeWriteScope, &o.RecipientRelativeWriteScope},
	}
}

// assignee returns the assignee that is set. Only for values that are all known.
func (o *object) assignee() assigneeAttribute {
	for _, attribute := range o.assignees() {
		if !attribute.value.IsNull() {
			return attribute
		}
	}
	return assigneeAttribute{}
}

// scope returns the scope that is set; its kind is RoleScope where none is. Only for values that are all known.
func (o *object) scope() scopeAttribute {
	for _, attribute := range o.scopes() {
		if !attribute.value.IsNull() {
			return attribute
		}
	}
	return scopeAttribute{}
}

func (a scopeAttribute) toAPI() exchange.Scope {
	if a.value == nil {
		return exchange.Scope{}
	}
	return exchange.Scope{Kind: a.kind, Value: a.value.ValueString()}
}

func (o *object) toAPI() exchange.NewRoleAssignment {
	assignee := o.assignee()
	return exchange.NewRoleAssignment{
		Name:       o.Name.ValueString(),
		Role:       o.Role.ValueString(),
		Assignee:   exchange.Assignee{Kind: assignee.kind, Identity: assignee.value.ValueString()},
		Scope:      o.scope().toAPI(),
		Delegating: o.Delegating.ValueBool(),
	}
}

// fromAPI takes over what Exchange answers, but for the references of which keeps says that they are the same by
// another spelling.
func (o *object) fromAPI(from exchange.RoleAssignment, keeps kept) {
	o.ID = types.StringValue(from.GUID)
	o.Name = customtype.Name.Known(from.Name)
	if !keeps.role {
		o.Role = customtype.Name.Known(from.Role)
	}
	if !keeps.assignee {
		for _, attribute := range o.assignees() {
			*attribute.value = customtype.Name.Null()
			if attribute.kind == from.Assignee.Kind {
				*attribute.value = customtype.Name.Known(from.Assignee.Identity)
			}
		}
	}
	if !keeps.scope {
		for _, attribute := range o.scopes() {
			*attribute.value = customtype.Name.Null()
			if attribute.kind == from.Scope.Kind {
				*attribute.value = customtype.Name.Known(from.Scope.Value)
			}
		}
	}
	o.Delegating = types.BoolValue(from.Delegating)
	o.Enabled = types.BoolValue(from.Enabled)
	o.RoleAssigneeType = types.StringValue(from.AssigneeType)
	o.RecipientWriteScope = types.StringValue(from.WriteScope)
}

// kept says which references state keeps in the user's spelling.
type kept struct{ role, assignee, scope bool }

// keptAll is what holds right after a write: what was sent is what is there, however Exchange spells it.
var keptAll = kept{role: true, assignee: true, scope: true}

// spellingKey is where private state keeps the spelling.
const spellingKey = "spelling"

// spelling is how Exchange answered the scope when state was written last. While the answer stays, so does the scope,
// in whatever form either side writes it.
type spelling struct {
	WriteScope string             `json:"recipient_write_scope"`
	Kind       exchange.ScopeKind `json:"kind"`
	Value      string             `json:"value"`
}

func spellingOf(from exchange.RoleAssignment) spelling {
	return spelling{WriteScope: from.WriteScope, Kind: from.Scope.Kind, Value: from.Scope.Value}
}

// sameScope reports whether what Exchange answers is the scope that state has, as far as the answer alone tells.
func (o *object) sameScope(from exchange.RoleAssignment, written spelling) bool {
	if spellingOf(from) == written {
		return true
	}
	has := o.scope().toAPI()
	if has.Kind == exchange.RecipientRelativeWriteScope {
		// Organization is what a role without a scope of its own shows, too.
		return strings.EqualFold(has.Value, from.WriteScope)
	}
	return has.Kind != exchange.RoleScope && has.Kind == from.Scope.Kind && strings.EqualFold(has.Value, from.Scope.Value)
}
