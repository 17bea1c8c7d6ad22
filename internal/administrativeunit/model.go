// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package administrativeunit

import (
	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/graph"
)

type model struct {
	DisplayName         types.String   `tfsdk:"display_name"`
	DisplayNamePrefix   types.String   `tfsdk:"display_name_prefix"`
	IncludeMembers      types.Bool     `tfsdk:"include_members"`
	AdministrativeUnits []unitModel    `tfsdk:"administrative_units"`
	Timeouts            timeouts.Value `tfsdk:"timeouts"`
}

// unitModel is one administrative unit. Members are nil, which is null, where they were not asked for.
type unitModel struct {
	ID                           types.String  `tfsdk:"id"`
	DisplayName                  types.String  `tfsdk:"display_name"`
	Description                  types.String  `tfsdk:"description"`
	Visibility                   types.String  `tfsdk:"visibility"`
	MembershipType               types.String  `tfsdk:"membership_type"`
	MembershipRule               types.String  `tfsdk:"membership_rule"`
	IsMemberManagementRestricted types.Bool    `tfsdk:"is_member_management_restricted"`
	Members                      []memberModel `tfsdk:"members"`
}

type memberModel struct {
	ID                types.String `tfsdk:"id"`
	Type              types.String `tfsdk:"type"`
	DisplayName       types.String `tfsdk:"display_name"`
	UserPrincipalName types.String `tfsdk:"user_principal_name"`
}

// query is what the configuration asks for.
func (m *model) query() graph.AdministrativeUnitQuery {
	return graph.AdministrativeUnitQuery{
		DisplayName:       m.DisplayName.ValueString(),
		DisplayNamePrefix: m.DisplayNamePrefix.ValueString(),
		Members:           m.IncludeMembers.ValueBool(),
	}
}

func (m *model) fromAPI(units []graph.AdministrativeUnit) {
	m.AdministrativeUnits = make([]unitModel, 0, len(units))
	for _, unit := range units {
		mapped := unitModel{
			ID:                           types.StringValue(unit.ID),
			DisplayName:                  types.StringValue(unit.DisplayName),
			Description:                  types.StringPointerValue(unit.Description),
			Visibility:                   types.StringPointerValue(unit.Visibility),
			MembershipType:               types.StringPointerValue(unit.MembershipType),
			MembershipRule:               types.StringPointerValue(unit.MembershipRule),
			IsMemberManagementRestricted: types.BoolValue(unit.IsMemberManagementRestricted),
		}
		if unit.Members != nil {
			mapped.Members = make([]memberModel, 0, len(unit.Members))
		}
		for _, member := range unit.Members {
			mapped.Members = append(mapped.Members, memberModel{
				ID:                types.StringValue(member.ID),
				Type:              types.StringValue(member.Type),
				DisplayName:       types.StringPointerValue(member.DisplayName),
				UserPrincipalName: types.StringPointerValue(member.UserPrincipalName),
			})
		}
		m.AdministrativeUnits = append(m.AdministrativeUnits, mapped)
	}
}
