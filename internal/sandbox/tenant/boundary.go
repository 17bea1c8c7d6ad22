// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"slices"
	"strings"
)

// ScopeParameter is a parameter that limits a role assignment.
type ScopeParameter string

// The parameters that limit a role assignment.
const (
	CustomResourceScope              ScopeParameter = "CustomResourceScope"
	CustomRecipientWriteScope        ScopeParameter = "CustomRecipientWriteScope"
	ExclusiveRecipientWriteScope     ScopeParameter = "ExclusiveRecipientWriteScope"
	RecipientAdministrativeUnitScope ScopeParameter = "RecipientAdministrativeUnitScope"
	RecipientGroupScope              ScopeParameter = "RecipientGroupScope"
	RecipientOrganizationalUnitScope ScopeParameter = "RecipientOrganizationalUnitScope"
	RecipientRelativeWriteScope      ScopeParameter = "RecipientRelativeWriteScope"
)

// ScopeReference names a scope by one of those parameters. The zero value
// stands for no scope.
type ScopeReference struct {
	Parameter ScopeParameter
	// Identity is a management scope, administrative unit, group or
	// organizational unit, or the value of a relative scope.
	Identity string
}

// boundary is the scope of a stored assignment.
type boundary struct {
	// parameter is empty where the role's implicit scope holds.
	parameter ScopeParameter
	// guid is the scope, unit or group; empty for the other two kinds.
	guid string
	// text is the organizational unit or the relative scope.
	text string
}

// relativeScopes are the values of RecipientRelativeWriteScope that may be
// given. The service has more, which it only shows.
var relativeScopes = []string{"None", "Organization", "MyGAL", "Self", "MyDistributionGroups"}

// resolveBoundary finds the scope that a parameter names, for an assignee of
// the given kind.
func (t *Tenant) resolveBoundary(ref ScopeReference, assignee AssigneeType) (boundary, error) {
	if ref.Parameter == "" {
		return boundary{}, nil
	}
	if err := checkScopeParameter(ref.Parameter, assignee); err != nil {
		return boundary{}, err
	}
	switch ref.Parameter {
	case RecipientAdministrativeUnitScope:
		u, err := one(t, t.administrativeUnits, ref.Identity, unitScopeKeys)
		if err != nil {
			return boundary{}, err
		}
		return boundary{parameter: ref.Parameter, guid: u.GUID}, nil
	case RecipientGroupScope:
		g, err := one(t, t.recipientsOf(DistributionGroup, SecurityGroup, Microsoft365Group), ref.Identity, groupScopeKeys)
		if err != nil {
			return boundary{}, err
		}
		return boundary{parameter: ref.Parameter, guid: g.GUID}, nil
	case RecipientOrganizationalUnitScope:
		if !t.isOrganizationalUnit(ref.Identity) {
			return boundary{}, t.notFound(ref.Identity)
		}
		return boundary{parameter: ref.Parameter, text: ref.Identity}, nil
	case RecipientRelativeWriteScope:
		i := slices.IndexFunc(relativeScopes, func(v string) bool { return strings.EqualFold(v, ref.Identity) })
		if i < 0 {
			return boundary{}, invalid(typeInvalid, "The value '%s' can't be specified as parameter RecipientRelativeWriteScope.", ref.Identity)
		}
		return boundary{parameter: ref.Parameter, text: relativeScopes[i]}, nil
	default:
		s, err := one(t, t.scopes, ref.Identity, scopeKeys)
		if err != nil {
			return boundary{}, err
		}
		if err := t.checkExclusive(s, ref.Parameter); err != nil {
			return boundary{}, err
		}
		return boundary{parameter: ref.Parameter, guid: s.GUID}, nil
	}
}

// groupScopeKeys are the documented forms of a group scope; an address is
// none of them.
func groupScopeKeys(keys []key, r *Recipient) []key {
	return append(r.entryKeys(keys), key{afterEntry, r.DisplayName})
}

// checkScopeParameter refuses scope parameters of the other kind of assignee.
func checkScopeParameter(p ScopeParameter, assignee AssigneeType) error {
	app := assignee == ServicePrincipalAssignee
	switch p {
	case RecipientAdministrativeUnitScope, RecipientGroupScope:
		return nil
	case CustomResourceScope:
		if !app {
			return invalid(typeInvalid, "The parameter %s can be used with role assignments to applications only.", p)
		}
	default:
		if app {
			return invalid(typeInvalid, "The parameter %s can't be used with role assignments to applications.", p)
		}
	}
	return nil
}

// checkExclusive keeps exclusive and regular scopes apart. The text of the
// first refusal is the service's; that of the second is made after it.
func (t *Tenant) checkExclusive(s *scope, p ScopeParameter) error {
	refuseExclusive := p == CustomRecipientWriteScope ||
		p == CustomResourceScope && t.behavior.ExclusiveResourceScope == ValueRefused
	switch {
	case s.Exclusive && refuseExclusive:
		return invalid(typeInvalid, "The management scope object %s is an exclusive scope, and it can't be specified as parameter %s.", s.Name, p)
	case !s.Exclusive && p == ExclusiveRecipientWriteScope:
		return invalid(typeInvalid, "The management scope object %s isn't an exclusive scope, and it can't be specified as parameter %s.", s.Name, p)
	default:
		return nil
	}
}

// changeBoundary is the scope of an assignment after a Set.
func (t *Tenant) changeBoundary(a *assignment, ref ScopeReference) (boundary, error) {
	if a.assigneeType == PolicyAssignee {
		return boundary{}, invalid(typeInvalid, "A role assignment to a role assignment policy can't have a scope.")
	}
	if err := checkScopeParameter(ref.Parameter, a.assigneeType); err != nil {
		return boundary{}, err
	}
	if ref.Identity == "" {
		return t.clearBoundary(a, ref.Parameter)
	}
	switched := a.boundary.parameter != "" && a.boundary.parameter != ref.Parameter
	if switched && t.behavior.SwitchScopeKind == Refused {
		return boundary{}, invalid(typeInvalid, "The parameter %s can't be used because the role assignment '%s' has a scope of another kind.", ref.Parameter, a.Name)
	}
	return t.resolveBoundary(ref, a.assigneeType)
}

// clearBoundary is what a null scope makes of an assignment's scope. That it
// clears is documented for three parameters; for CustomResourceScope it is a
// switch.
func (t *Tenant) clearBoundary(a *assignment, p ScopeParameter) (boundary, error) {
	switch p {
	case CustomRecipientWriteScope, ExclusiveRecipientWriteScope, RecipientOrganizationalUnitScope:
		return boundary{}, nil
	case CustomResourceScope:
		switch t.behavior.NullResourceScope {
		case NullScopeClears:
			return boundary{}, nil
		case NullScopeIgnored:
			return a.boundary, nil
		case NullScopeRefused:
		}
	case RecipientAdministrativeUnitScope, RecipientGroupScope, RecipientRelativeWriteScope:
	}
	return boundary{}, invalid(typeBinding, "Cannot bind argument to parameter '%s' because it is null.", p)
}

// release begins the time in which a scope that lost its last assignment still
// counts as used.
func (t *Tenant) release(b boundary) {
	if b.guid == "" || t.assignmentUsing(b.guid) != nil {
		return
	}
	for _, s := range t.scopes {
		if s.GUID == b.guid {
			s.released = t.behavior.ScopeInUseLag.begin(t.clock())
		}
	}
}

// assignmentUsing returns an assignment that is limited by the object guid.
func (t *Tenant) assignmentUsing(guid string) *assignment {
	for _, a := range t.assignments {
		if a.boundary.guid == guid {
			return a
		}
	}
	return nil
}

// describeBoundary fills in the scope properties of an assignment. The service
// has no property for groups, units, organizational units or relative scopes;
// RecipientWriteScope says the kind, and one of two properties has the value.
func (t *Tenant) describeBoundary(a *assignment, d *RoleAssignment) {
	b := a.boundary
	kind, value := t.boundaryText(b)
	if kind == "" {
		return
	}
	d.RecipientWriteScope = kind
	if a.assigneeType != ServicePrincipalAssignee {
		d.CustomRecipientWriteScope = value
		return
	}
	if b.parameter != RecipientAdministrativeUnitScope {
		d.CustomResourceScope = value
		return
	}
	if t.behavior.AdministrativeUnitProperty != UnitInRecipientWriteScope {
		d.CustomResourceScope = value
	}
	if t.behavior.AdministrativeUnitProperty != UnitInResourceScope {
		d.CustomRecipientWriteScope = value
	}
}

// boundaryText is the kind and value of a scope as they read back; the kind is
// empty where there is no scope.
func (t *Tenant) boundaryText(b boundary) (kind, value string) {
	switch b.parameter {
	case CustomResourceScope, CustomRecipientWriteScope:
		return "CustomRecipientScope", t.scopeName(b.guid)
	case ExclusiveRecipientWriteScope:
		return "ExclusiveRecipientScope", t.scopeName(b.guid)
	case RecipientAdministrativeUnitScope:
		for _, u := range t.administrativeUnits {
			if u.GUID == b.guid {
				return "AdministrativeUnit", u.Name
			}
		}
		return "AdministrativeUnit", ""
	case RecipientGroupScope:
		return "Group", t.groupEcho(b.guid)
	case RecipientOrganizationalUnitScope:
		return "OU", b.text
	case RecipientRelativeWriteScope:
		return b.text, ""
	default:
		return "", ""
	}
}

func (t *Tenant) scopeName(guid string) string {
	if s := t.scopeByGUID(guid); s != nil {
		return s.Name
	}
	return ""
}

func (t *Tenant) scopeByGUID(guid string) *scope {
	for _, s := range t.scopes {
		if s.GUID == guid {
			return s
		}
	}
	return nil
}

// groupEcho is the form in which a group scope reads back.
func (t *Tenant) groupEcho(guid string) string {
	g := t.recipientByGUID(guid)
	if g == nil {
		return ""
	}
	switch t.behavior.GroupScopeValue {
	case GroupByDN:
		return g.DistinguishedName
	case GroupByGUID:
		return g.GUID
	default:
		return g.Name
	}
}
