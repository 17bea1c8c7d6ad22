// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// deleted is the unit that only Exchange still knows.
const deleted = "7c2e8a51-0d3b-4f6a-9e84-5b1f0c9d2a37"

func TestEntraHasNoUnitThatWasDeleted(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	units := contoso.EntraUnits()
	if len(units) != 2 || slices.ContainsFunc(units, func(u tenant.AdministrativeUnit) bool { return u.Name == deleted }) {
		t.Errorf("Entra has %d units: %v", len(units), units)
	}
	if _, _, found := contoso.EntraUnit(deleted); found {
		t.Error("the deleted unit is found")
	}
	unit, members, found := contoso.EntraUnit(strings.ToUpper(europe))
	if !found || unit.DisplayName != "Europe" || len(members) != 2 || members[0].Alias != "adele" {
		t.Errorf("got %t, %s with %d members", found, unit.DisplayName, len(members))
	}
}

func TestAddedUnitIsKnownToEntraAndExchange(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	const id = "77777777-7777-7777-7777-777777777777"
	_, err := contoso.AddAdministrativeUnit(tenant.AdministrativeUnitSpec{
		ID: id, DisplayName: "Board", Members: []string{"megan@contoso.com", "Finance Team"}, Visibility: tenant.HiddenMembership,
		MembershipRule: `(user.department -eq "Board")`, IsMemberManagementRestricted: true,
	})
	ok(t, err)
	unit, members, found := contoso.EntraUnit(id)
	if !found || unit.Visibility != tenant.HiddenMembership || unit.MembershipRule == "" || !unit.IsMemberManagementRestricted || len(members) != 2 {
		t.Errorf("Entra has %t, %+v with %d members", found, unit, len(members))
	}
	if units, err := contoso.GetAdministrativeUnit("Board"); err != nil || len(units) != 1 || units[0].Name != id {
		t.Errorf("Exchange has %v, %v", units, err)
	}
}

func TestUnitsThatEntraRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spec tenant.AdministrativeUnitSpec
		want string
	}{
		"no id":              {tenant.AdministrativeUnitSpec{ID: "Board"}, "is not a GUID"},
		"taken id":           {tenant.AdministrativeUnitSpec{ID: strings.ToUpper(europe)}, "already"},
		"unknown visibility": {tenant.AdministrativeUnitSpec{ID: "77777777-7777-7777-7777-777777777777", Visibility: "Private"}, "neither Public nor HiddenMembership"},
		"unknown member":     {tenant.AdministrativeUnitSpec{ID: "77777777-7777-7777-7777-777777777777", Members: []string{"nobody"}}, `member "nobody"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contoso := tenant.Contoso()
			if _, err := contoso.AddAdministrativeUnit(test.spec); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
			if got := len(contoso.EntraUnits()); got != 2 {
				t.Errorf("there are %d units", got)
			}
		})
	}
}

func TestGraphRolesAreReplaced(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	ok(t, contoso.SetGraphRoles(tenant.AutomationAppID, "Directory.Read.All"))
	for _, a := range contoso.EnterpriseApplications() {
		if a.AppID == tenant.AutomationAppID && !slices.Equal(a.GraphRoles, []string{"Directory.Read.All"}) {
			t.Errorf("the roles are %q", a.GraphRoles)
		}
	}
	if contoso.SetGraphRoles("nobody") == nil {
		t.Error("an application that does not exist took them")
	}
}
