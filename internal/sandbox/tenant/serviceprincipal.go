// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"slices"
	"strings"
)

// ServicePrincipal is Exchange's pointer to an enterprise application. It
// carries no permission; it is what a role can be assigned to. Its name is the
// object id as supplied.
type ServicePrincipal struct {
	Entry
	// AppID and ObjectID are the client id and the object id of the enterprise
	// application, in the letter case they were given in.
	AppID, ObjectID string
	// DisplayName is Exchange's own; it is never copied from Entra, and empty
	// unless given.
	DisplayName string
	// SID is the security identifier that mailbox permissions show.
	SID string
}

// pointer is a service principal in the store.
type pointer struct {
	ServicePrincipal
	// unseen holds the pointer back from New-ManagementRoleAssignment, and
	// unknown from Add-MailboxPermission.
	unseen, unknown veil
}

func pointerKeys(keys []key, p *pointer) []key {
	return append(p.entryKeys(keys), key{afterEntry, p.ObjectID}, key{afterEntry, p.AppID}, key{afterEntry + 1, p.DisplayName})
}

// ServicePrincipals returns the pointers, ordered by name.
func (t *Tenant) ServicePrincipals() []ServicePrincipal {
	t.mu.Lock()
	defer t.mu.Unlock()
	return snapshotPointers(t.servicePrincipals)
}

func snapshotPointers(pointers []*pointer) []ServicePrincipal {
	all := make([]ServicePrincipal, 0, len(pointers))
	for _, p := range pointers {
		all = append(all, p.ServicePrincipal)
	}
	slices.SortFunc(all, func(a, b ServicePrincipal) int { return byName(a.Entry, b.Entry) })
	return all
}

// ServicePrincipalSpec is what New-ServicePrincipal is given.
type ServicePrincipalSpec struct {
	AppID, ObjectID, DisplayName string
}

// NewServicePrincipal makes a pointer to an enterprise application. Exchange
// refuses a pair of ids that is none; its words for that are not known, so
// these are invented. It works in a dehydrated organization.
func (t *Tenant) NewServicePrincipal(by Caller, spec ServicePrincipalSpec) (ServicePrincipal, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range []string{spec.AppID, spec.ObjectID} {
		if !isGUID(id) {
			return ServicePrincipal{}, invalid(typeValidation, "The value '%s' isn't a GUID.", id)
		}
	}
	for _, p := range t.servicePrincipals {
		if strings.EqualFold(p.ObjectID, spec.ObjectID) || strings.EqualFold(p.AppID, spec.AppID) {
			return ServicePrincipal{}, t.alreadyExists(p.DistinguishedName)
		}
	}
	if t.enterpriseApplication(spec.AppID, spec.ObjectID) == nil {
		return ServicePrincipal{}, invalid(typeValidation,
			"The AppId '%s' and the ObjectId '%s' don't identify an enterprise application of this organization.", spec.AppID, spec.ObjectID)
	}
	p := &pointer{
		ServicePrincipal: ServicePrincipal{
			Entry:       t.newEntry(spec.ObjectID, recipientContainer),
			AppID:       spec.AppID,
			ObjectID:    spec.ObjectID,
			DisplayName: spec.DisplayName,
			SID:         t.newSID(),
		},
	}
	if !by.Administrator {
		p.unseen = t.behavior.ServicePrincipalLag.begin(t.clock())
		p.unknown = t.behavior.TrusteeLag.begin(t.clock())
	}
	t.servicePrincipals = append(t.servicePrincipals, p)
	return p.ServicePrincipal, nil
}

// GetServicePrincipal returns the pointer that answers to identity, or all of
// them when identity is empty.
func (t *Tenant) GetServicePrincipal(identity string) ([]ServicePrincipal, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, err := list(t, t.servicePrincipals, identity, false, pointerKeys)
	if err != nil {
		return nil, err
	}
	return snapshotPointers(found), nil
}

// SetServicePrincipal changes a pointer's display name; nil leaves it.
func (t *Tenant) SetServicePrincipal(identity string, displayName *string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	p, err := one(t, t.servicePrincipals, identity, pointerKeys)
	if err != nil {
		return err
	}
	if displayName != nil {
		p.DisplayName = *displayName
		t.touch(&p.Entry)
	}
	return nil
}

// RemoveServicePrincipal removes a pointer. What becomes of its role
// assignments is a switch: [Behavior.RemoveServicePrincipalInUse].
func (t *Tenant) RemoveServicePrincipal(identity string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	p, err := one(t, t.servicePrincipals, identity, pointerKeys)
	if err != nil {
		return err
	}
	switch t.behavior.RemoveServicePrincipalInUse {
	case RemoveCascade:
		t.dropAssignmentsOf(p.GUID)
	case RemoveRefuse:
		for _, a := range t.assignments {
			if a.assignee == p.GUID {
				return &Error{
					Kind: InUse, Type: typeInvalid, Category: "Context",
					Text: "The service principal '" + p.Name + "' can't be removed because it has the management role assignment '" + a.Name + "'.",
				}
			}
		}
	case RemoveOrphan:
	}
	t.dropPointer(p)
	return nil
}

// dropPointer takes a pointer out of the tenant and out of its role groups.
func (t *Tenant) dropPointer(p *pointer) {
	t.servicePrincipals = slices.DeleteFunc(t.servicePrincipals, func(o *pointer) bool { return o == p })
	for _, g := range t.roleGroups {
		g.Members = slices.DeleteFunc(g.Members, func(guid string) bool { return guid == p.GUID })
	}
}
