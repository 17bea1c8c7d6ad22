// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"fmt"
	"slices"
	"strings"
)

// AdministrativeUnitSpec is what an administrative unit is made of in Entra.
type AdministrativeUnitSpec struct {
	// ID is the unit's object id in Entra, a GUID.
	ID, DisplayName, Description string
	// Members are identities of recipients.
	Members                      []string
	SoftDeleted                  bool
	Visibility                   string
	MembershipRule               string
	IsMemberManagementRestricted bool
}

// AddAdministrativeUnit makes a unit in Entra, which Exchange knows at once.
func (t *Tenant) AddAdministrativeUnit(spec AdministrativeUnitSpec) (AdministrativeUnit, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case !isGUID(spec.ID):
		return AdministrativeUnit{}, fmt.Errorf("the id %q is not a GUID", spec.ID)
	case t.entraUnit(spec.ID) != nil:
		return AdministrativeUnit{}, fmt.Errorf("there is an administrative unit with the id %s already", spec.ID)
	case spec.Visibility != "" && spec.Visibility != "Public" && spec.Visibility != HiddenMembership:
		return AdministrativeUnit{}, fmt.Errorf("the visibility %q is neither Public nor %s", spec.Visibility, HiddenMembership)
	}
	added := &AdministrativeUnit{
		DisplayName: spec.DisplayName, Description: spec.Description, SoftDeleted: spec.SoftDeleted, Visibility: spec.Visibility,
		MembershipRule: spec.MembershipRule, IsMemberManagementRestricted: spec.IsMemberManagementRestricted,
	}
	for _, identity := range spec.Members {
		r, err := one(t, t.recipients, identity, recipientKeys)
		if err != nil {
			return AdministrativeUnit{}, fmt.Errorf("member %q: %w", identity, err)
		}
		added.Members = append(added.Members, r.GUID)
	}
	added.Entry = t.newEntry(spec.ID, recipientContainer)
	t.administrativeUnits = append(t.administrativeUnits, added)
	return added.clone(), nil
}

// HiddenMembership is the visibility of a unit whose members few may see.
const HiddenMembership = "HiddenMembership"

// EntraUnits returns the administrative units that Entra has, in no order that
// means anything.
func (t *Tenant) EntraUnits() []AdministrativeUnit {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []AdministrativeUnit
	for _, u := range t.administrativeUnits {
		if !u.SoftDeleted {
			all = append(all, u.clone())
		}
	}
	return all
}

// EntraUnit returns the administrative unit with an object id and its members,
// and whether Entra has it.
func (t *Tenant) EntraUnit(id string) (unit AdministrativeUnit, members []Recipient, found bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	u := t.entraUnit(id)
	if u == nil || u.SoftDeleted {
		return AdministrativeUnit{}, nil, false
	}
	for _, guid := range u.Members {
		if r := t.recipientByGUID(guid); r != nil {
			members = append(members, r.clone())
		}
	}
	return u.clone(), members, true
}

func (t *Tenant) entraUnit(id string) *AdministrativeUnit {
	i := slices.IndexFunc(t.administrativeUnits, func(u *AdministrativeUnit) bool { return strings.EqualFold(u.Name, id) })
	if i < 0 {
		return nil
	}
	return t.administrativeUnits[i]
}

// SetGraphRoles replaces the permissions on Microsoft Graph of the enterprise
// application with the client id appID. They are in the tokens issued afterwards.
func (t *Tenant) SetGraphRoles(appID string, roles ...string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range t.enterpriseApplications {
		if strings.EqualFold(e.AppID, appID) {
			e.GraphRoles = slices.Clone(roles)
			return nil
		}
	}
	return fmt.Errorf("the tenant has no enterprise application with the client id %s", appID)
}
