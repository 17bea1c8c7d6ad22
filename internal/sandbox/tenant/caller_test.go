// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

func TestCallersHoldTheRolesOfTheirRoleGroups(t *testing.T) {
	t.Parallel()
	contoso, err := tenant.Load(strings.NewReader("role_groups:\n- {name: Help Desk, members: [" + scannerObjectID + "]}\n"))
	ok(t, err)
	for name, test := range map[string]struct {
		caller    tenant.Caller
		has, lack string
	}{
		"Exchange Administrator": {automation, "Role Management", "Application Mail.Read"},
		"Global Administrator":   {tenant.Caller{DirectoryRoles: []string{strings.ToUpper(tenant.GlobalAdministrator)}}, "Role Management", "MyVoiceMail"},
		"Global Reader":          {tenant.Caller{DirectoryRoles: []string{tenant.GlobalReader}}, "View-Only Configuration", "Role Management"},
		"recipient administrator": {
			tenant.Caller{DirectoryRoles: []string{tenant.RecipientAdministrator}}, "Mail Recipients", "Role Management",
		},
		"member by name": {tenant.Caller{ObjectID: scannerObjectID}, "User Options", "Role Management"},
		"administrator":  {administrator, "Role Management", "MyVoiceMail"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			held := contoso.CallerRoles(test.caller)
			if !slices.Contains(held, test.has) || slices.Contains(held, test.lack) {
				t.Errorf("got %v, want %s and not %s", held, test.has, test.lack)
			}
		})
	}
	for _, nobody := range []tenant.Caller{{}, {ObjectID: payrollObjectID}, {DirectoryRoles: []string{"0997a1d0-0d1d-4acb-b408-d5ca73121e90"}}} {
		if held := contoso.CallerRoles(nobody); len(held) != 0 {
			t.Errorf("%+v holds %v", nobody, held)
		}
	}
}

func TestRemovedPointersLeaveTheirRoleGroups(t *testing.T) {
	t.Parallel()
	contoso, err := tenant.Load(strings.NewReader("role_groups:\n- {name: Help Desk, members: [" + scannerObjectID + "]}\n"))
	ok(t, err)
	ok(t, contoso.RemoveServicePrincipal(scannerObjectID))
	for _, g := range contoso.RoleGroups() {
		if len(g.Members) != 0 {
			t.Errorf("%s has the members %v", g.Name, g.Members)
		}
	}
}
