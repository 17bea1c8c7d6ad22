// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package administrativeunit_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const (
	address   = "data.exchange_administrative_units.test"
	europe    = "60f565a0-9a30-40e6-a34e-4023db4616c2"
	westCoast = "4d819ce9-9257-44d6-9f3c-1c1d2e3f4a5b"
	board     = "77777777-7777-7777-7777-777777777777"

	// members is a path of Graph, by which requests are counted.
	members = "/directory/administrativeUnits/{id}/members"
)

func config(arguments ...string) string {
	return "data \"exchange_administrative_units\" \"test\" {\n  " + strings.Join(arguments, "\n  ") + "\n}\n"
}

// start serves the seeded tenant with one more unit, which sets all there is to set.
func start(t *testing.T, visibility string) *acctest.Sandbox {
	t.Helper()
	s := acctest.Start(t)
	add(t, s, tenant.AdministrativeUnitSpec{
		ID: board, DisplayName: "O'Brien's \"Board\"", Description: "Board", Visibility: visibility, MembershipRule: `(user.department -eq "Board")`,
		IsMemberManagementRestricted: true, Members: []string{"megan@contoso.com", "finance-team@contoso.com"},
	})
	return s
}

func add(t *testing.T, s *acctest.Sandbox, spec tenant.AdministrativeUnitSpec) {
	t.Helper()
	if _, err := s.Tenant().AddAdministrativeUnit(spec); err != nil {
		t.Fatal(err)
	}
}

func unit(id, name, description string, members knownvalue.Check) map[string]knownvalue.Check {
	return map[string]knownvalue.Check{
		"id":                              knownvalue.StringExact(id),
		"display_name":                    knownvalue.StringExact(name),
		"description":                     knownvalue.StringExact(description),
		"visibility":                      knownvalue.Null(),
		"membership_type":                 knownvalue.Null(),
		"membership_rule":                 knownvalue.Null(),
		"is_member_management_restricted": knownvalue.Bool(false),
		"members":                         members,
	}
}

func member(s *acctest.Sandbox, alias, kind, name string, userPrincipalName knownvalue.Check) knownvalue.Check {
	id := ""
	for _, r := range s.Tenant().Recipients() {
		if r.Alias == alias {
			id = r.ExternalDirectoryObjectID
		}
	}
	return knownvalue.ObjectExact(map[string]knownvalue.Check{
		"id": knownvalue.StringExact(id), "type": knownvalue.StringExact(kind), "display_name": knownvalue.StringExact(name), "user_principal_name": userPrincipalName,
	})
}

func units(all ...map[string]knownvalue.Check) statecheck.StateCheck {
	checks := []knownvalue.Check{}
	for _, u := range all {
		checks = append(checks, knownvalue.ObjectExact(u))
	}
	return statecheck.ExpectKnownValue(address, tfjsonpath.New("administrative_units"), knownvalue.ListExact(checks))
}

func TestUnitsAreListedByName(t *testing.T) {
	t.Parallel()
	s := start(t, "Public")
	full := unit(board, "O'Brien's \"Board\"", "Board", knownvalue.Null())
	full["visibility"], full["membership_type"] = knownvalue.StringExact("Public"), knownvalue.StringExact("Dynamic")
	full["membership_rule"], full["is_member_management_restricted"] = knownvalue.StringExact(`(user.department -eq "Board")`), knownvalue.Bool(true)
	inEurope := unit(europe, "Europe", "Offices in Europe", knownvalue.Null())
	west := unit(westCoast, "West Coast", "Offices on the West Coast", knownvalue.Null())
	asked := s.CheckRequests(map[string]int{members: 0})
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: config(), ConfigStateChecks: []statecheck.StateCheck{units(inEurope, full, west)}, Check: asked},
		{Config: config(`display_name = "O'Brien's \"Board\""`), ConfigStateChecks: []statecheck.StateCheck{units(full)}, Check: asked},
		{Config: config(`display_name = "europe"`, `include_members = false`), ConfigStateChecks: []statecheck.StateCheck{units(inEurope)}, Check: asked},
		{Config: config(`display_name_prefix = "o'b"`), ConfigStateChecks: []statecheck.StateCheck{units(full)}, Check: asked},
		{Config: config(`display_name = "Eur"`), ConfigStateChecks: []statecheck.StateCheck{units()}, Check: asked},
	}})
}

func TestMembersAreListedOnRequest(t *testing.T) {
	t.Parallel()
	s := start(t, "Public")
	const nobody = "88888888-8888-8888-8888-888888888888"
	add(t, s, tenant.AdministrativeUnitSpec{ID: nobody, DisplayName: "Ozone", Description: "Nobody"})
	full := unit(board, "O'Brien's \"Board\"", "Board", knownvalue.ListExact([]knownvalue.Check{
		member(s, "finance-team", "group", "Finance Team", knownvalue.Null()),
		member(s, "megan", "user", "Megan Bowen", knownvalue.StringExact("megan@contoso.com")),
	}))
	full["visibility"], full["membership_type"] = knownvalue.StringExact("Public"), knownvalue.StringExact("Dynamic")
	full["membership_rule"], full["is_member_management_restricted"] = knownvalue.StringExact(`(user.department -eq "Board")`), knownvalue.Bool(true)
	s.Test(resource.TestCase{Steps: []resource.TestStep{{
		Config: config(`display_name_prefix = "O"`, `include_members = true`),
		ConfigStateChecks: []statecheck.StateCheck{
			units(full, unit(nobody, "Ozone", "Nobody", knownvalue.ListExact([]knownvalue.Check{}))),
		},
	}}})
}

func TestHiddenMembersNeedAPermissionOfTheirOwn(t *testing.T) {
	t.Parallel()
	count := func(n int) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(address, tfjsonpath.New("administrative_units").AtSliceIndex(0).AtMapKey("members"), knownvalue.ListSizeExact(n))
	}
	s := start(t, tenant.HiddenMembership)
	grant := func() {
		if err := s.Tenant().SetGraphRoles(tenant.AutomationAppID, "AdministrativeUnit.Read.All", "Member.Read.Hidden"); err != nil {
			t.Error(err)
		}
	}
	hidden := config(`display_name_prefix = "O'Brien"`, `include_members = true`)
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: hidden, ConfigStateChecks: []statecheck.StateCheck{count(0)}},
		{PreConfig: grant, Config: hidden, ConfigStateChecks: []statecheck.StateCheck{
			count(2),
			// The names need permissions that were taken away above.
			statecheck.ExpectKnownValue(address, tfjsonpath.New("administrative_units").AtSliceIndex(0).AtMapKey("members").AtSliceIndex(0).AtMapKey("display_name"), knownvalue.Null()),
		}},
	}})
}

func TestTwoThousandUnitsPageThrough(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	for i := range 2000 {
		add(t, s, tenant.AdministrativeUnitSpec{
			ID: fmt.Sprintf("88888888-8888-8888-8888-%012d", 2000-i), DisplayName: fmt.Sprintf("Unit %04d", i), Members: []string{"adele@contoso.com"},
		})
	}
	s.Test(resource.TestCase{Steps: []resource.TestStep{{
		Config: config(`display_name_prefix = "Unit"`, `include_members = true`) + `
locals {
  units = data.exchange_administrative_units.test.administrative_units
  names = local.units[*].display_name
}

output "whole" {
  value = (
    length(distinct(local.names)) == 2000 && local.names == sort(local.names) &&
    local.names[0] == "Unit 0000" && local.names[1999] == "Unit 1999" &&
    alltrue([for unit in local.units : unit.members[*].user_principal_name == tolist(["adele@contoso.com"])])
  )
}
`,
		ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("whole", knownvalue.Bool(true))},
	}}})
}

func TestThrottledListingTakesLonger(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{{
		PreConfig:         func() { s.Graph().Throttle(3, 0) },
		Config:            config(`include_members = true`),
		ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue(address, tfjsonpath.New("administrative_units"), knownvalue.ListSizeExact(2))},
	}}})
}

func TestUnitsThatCannotBeListedAreAnError(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before func(*testing.T, *acctest.Sandbox)
		config string
		error  string
	}{
		"no permission": {
			func(t *testing.T, s *acctest.Sandbox) {
				if err := s.Tenant().SetGraphRoles(tenant.AutomationAppID, "User.Read.All"); err != nil {
					t.Error(err)
				}
			},
			config(), `Authorization_RequestDenied.*Insufficient privileges.*HTTP 403, request id.*AdministrativeUnit.Read.All \(134fd756-38ce-4afd-ba33-e9623dbe66c2\)`,
		},
		"throttled for longer than there is time": {
			func(_ *testing.T, s *acctest.Sandbox) { s.Graph().Throttle(1, 2*time.Hour) },
			config(`timeouts = { read = "1h" }`), `TooManyRequests.*HTTP 429, try again in 2h.*limits how much`,
		},
		"application without a place to sign in": {
			func(t *testing.T, s *acctest.Sandbox) {
				if err := s.Tenant().DeleteEnterpriseApplication(tenant.AutomationObjectID); err != nil {
					t.Error(err)
				}
			},
			config(), `no access token for Microsoft Graph.*sign-in failed`,
		},
		"two ways to name them": {
			func(*testing.T, *acctest.Sandbox) {}, config(`display_name = "a"`, `display_name_prefix = "a"`), `display_name_prefix`,
		},
		"empty name":   {func(*testing.T, *acctest.Sandbox) {}, config(`display_name = ""`), `display_name.*length`},
		"empty prefix": {func(*testing.T, *acctest.Sandbox) {}, config(`display_name_prefix = ""`), `display_name_prefix.*length`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{{
				PreConfig:   func() { test.before(t, s) },
				Config:      test.config,
				ExpectError: regexp.MustCompile("(?s)" + strings.ReplaceAll(test.error, " ", `[\s│]+`)),
			}}})
		})
	}
}

func TestGraphEndpointThatIsWrongIsNamed(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{
		ProtoV6ProviderFactories: s.Providers("EXCHANGE_GRAPH_ENDPOINT", "http://127.0.0.1:1"),
		Steps:                    []resource.TestStep{{Config: config(), ExpectError: regexp.MustCompile(`(?s)Not[\s│]+an[\s│]+endpoint.*https`)}},
	})
}

func TestUnitIsAScopeOfAnAssignment(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{{
		Config: config(`display_name = "West Coast"`) + `
resource "exchange_role_assignment" "test" {
  name                                = "Contacts in the West"
  role                                = "Application Contacts.Read"
  app                                 = "33333333-3333-3333-3333-0000000000aa"
  recipient_administrative_unit_scope = one(data.exchange_administrative_units.test.administrative_units).id
}
`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("exchange_role_assignment.test", tfjsonpath.New("recipient_administrative_unit_scope"), knownvalue.StringExact(westCoast)),
		},
	}}})
}
