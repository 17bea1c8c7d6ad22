// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import "slices"

// AdministrativeUnit is an Entra administrative unit and Exchange's copy of it.
type AdministrativeUnit struct {
	// Entry's name is the unit's object id in Entra; its GUID is another one.
	Entry
	DisplayName string
	Description string
	// Members are the GUIDs of recipients.
	Members []string
	// SoftDeleted marks a unit that was deleted in Entra and lingers in
	// Exchange, where it is found by its display name like any other.
	SoftDeleted bool

	// What follows only Entra knows.

	// Visibility is Public, HiddenMembership or, where it was never set, empty.
	Visibility string
	// MembershipRule makes the unit a dynamic one. The sandbox does not follow
	// the rule: Members are whom it finds.
	MembershipRule string
	// IsMemberManagementRestricted keeps all but the unit's own administrators
	// from changing its members.
	IsMemberManagementRestricted bool
}

func unitKeys(keys []key, u *AdministrativeUnit) []key {
	return append(u.entryKeys(keys), key{afterEntry, u.DisplayName})
}

// unitScopeKeys leaves out the display name, which role assignments were seen
// to refuse although the documentation gives it.
func unitScopeKeys(keys []key, u *AdministrativeUnit) []key { return u.entryKeys(keys) }

func (u *AdministrativeUnit) clone() AdministrativeUnit {
	c := *u
	c.Members = slices.Clone(u.Members)
	return c
}

// AdministrativeUnits returns the administrative units, ordered by name, with
// the deleted ones that linger.
func (t *Tenant) AdministrativeUnits() []AdministrativeUnit {
	t.mu.Lock()
	defer t.mu.Unlock()
	return snapshotUnits(t.administrativeUnits)
}

func snapshotUnits(units []*AdministrativeUnit) []AdministrativeUnit {
	all := make([]AdministrativeUnit, 0, len(units))
	for _, u := range units {
		all = append(all, u.clone())
	}
	slices.SortFunc(all, func(a, b AdministrativeUnit) int { return byName(a.Entry, b.Entry) })
	return all
}

// GetAdministrativeUnit returns the unit that answers to identity, or all of
// them when identity is empty. A display name that a deleted unit shares is
// ambiguous.
func (t *Tenant) GetAdministrativeUnit(identity string) ([]AdministrativeUnit, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, err := list(t, t.administrativeUnits, identity, false, unitKeys)
	if err != nil {
		return nil, err
	}
	return snapshotUnits(found), nil
}
