// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"slices"
	"strings"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/opath"
)

// Authorization is a row of Test-ServicePrincipalAuthorization: what one role
// assignment lets an application do.
type Authorization struct {
	RoleName string
	// GrantedPermissions are joined by a comma and a space.
	GrantedPermissions string
	// AllowedResourceScope is the name or id of the scope.
	AllowedResourceScope string
	// ScopeType is the kind of scope: Organization, CustomRecipientScope,
	// AdministrativeUnit or Group.
	ScopeType string
	// InScope says whether the resource is in the scope; nil when none was
	// named.
	InScope *bool
}

// TestServicePrincipalAuthorization says what an application may do by its
// role assignments, and whether the mailbox resource is in their scopes. It
// looks at the directory itself, past every cache, and at nothing that Entra
// grants. Assignments that are disabled, and roles that grant no permission to
// applications, are left out.
func (t *Tenant) TestServicePrincipalAuthorization(identity, resource string) ([]Authorization, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p, err := one(t, t.servicePrincipals, identity, pointerKeys)
	if err != nil {
		return nil, err
	}
	var mailbox *Recipient
	if resource != "" {
		mailboxes := t.recipientsOf(UserMailbox, SharedMailbox, RoomMailbox, EquipmentMailbox, Microsoft365Group)
		if mailbox, err = one(t, mailboxes, resource, recipientKeys); err != nil {
			return nil, err
		}
	}
	var rows []Authorization
	for _, a := range t.assignments {
		if a.assignee != p.GUID || !a.enabled || a.delegating || !a.role.IsServicePrincipalRole {
			continue
		}
		row := Authorization{
			RoleName:             a.role.Name,
			GrantedPermissions:   strings.Join(a.role.Permissions, ", "),
			AllowedResourceScope: "Organization",
			ScopeType:            "Organization",
		}
		if kind, value := t.boundaryText(a.boundary); kind != "" {
			row.ScopeType, row.AllowedResourceScope = kind, value
		}
		if mailbox != nil {
			in := t.covers(a, mailbox)
			row.InScope = &in
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// covers reports whether a recipient is in the scope of an assignment. Groups
// count their direct members only.
func (t *Tenant) covers(a *assignment, r *Recipient) bool {
	b := a.boundary
	switch b.parameter {
	case CustomResourceScope, CustomRecipientWriteScope, ExclusiveRecipientWriteScope:
		s := t.scopeByGUID(b.guid)
		if s == nil {
			return false
		}
		filter, err := opath.Parse(s.RecipientFilter)
		return err == nil && filter.Match(t.properties(r))
	case RecipientAdministrativeUnitScope:
		for _, u := range t.administrativeUnits {
			if u.GUID == b.guid {
				return !u.SoftDeleted && slices.Contains(u.Members, r.GUID)
			}
		}
		return false
	case RecipientGroupScope:
		g := t.recipientByGUID(b.guid)
		return g != nil && slices.Contains(g.Members, r.GUID)
	case RecipientOrganizationalUnitScope:
		return true
	case RecipientRelativeWriteScope:
		return t.coversRelative(b.text, a, r)
	default:
		return t.coversRelative(a.role.ImplicitRecipientWriteScope, a, r)
	}
}

// coversRelative evaluates a scope that depends on the assignee.
func (t *Tenant) coversRelative(relative string, a *assignment, r *Recipient) bool {
	switch relative {
	case "Organization", "MyGAL":
		return true
	case "Self":
		return a.assignee == r.GUID
	default:
		return false
	}
}
