// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import (
	"net/http"
	"strings"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

var organizationCmdlets = []cmdlet{
	{
		name:  "Get-OrganizationConfig",
		roles: []string{organizationConfiguration, viewOnlyConfiguration},
		run:   getOrganizationConfig,
	},
	{
		name:     "Enable-OrganizationCustomization",
		roles:    []string{organizationConfiguration},
		confirms: true,
		run:      enableOrganizationCustomization,
	},
}

// getOrganizationConfig shows the few of the service's many properties that
// the sandbox knows.
func getOrganizationConfig(c call) (result, error) {
	o := c.tenant.Organization()
	row := object{
		{"DisplayName", o.DisplayName},
		{"IsDehydrated", o.IsDehydrated},
		{"EnforceExoAppRbacPermissions", false},
		{"Identity", o.InitialDomain},
	}
	row = append(row, c.tail(o.InitialDomain, c.tenant.OrganizationEntry(), organizationClass)...)
	return result{objects: []object{append(row, objectUnchanged)}}, nil
}

func enableOrganizationCustomization(c call) (result, error) {
	return result{silent: true}, c.tenant.EnableOrganizationCustomization()
}

// banner answers what a PowerShell session asks first. The sandbox has nothing
// to announce.
func (s *Server) banner(r *http.Request) response {
	return ok(envelope{context: contextURL(r.Host, r.URL.Path)}, s.tenant.Behavior())
}

// moduleFile answers which cmdlets the caller may run.
func (s *Server) moduleFile(r *http.Request, caller tenant.Caller) response {
	held := s.tenant.CallerRoles(caller)
	var names []string
	for _, c := range table {
		if c.heldBy(held) {
			names = append(names, c.name)
		}
	}
	if len(names) == 0 {
		return s.forbidden()
	}
	rows := []object{{{"exportedCmdlets", strings.Join(names, ",")}}}
	return ok(envelope{context: contextURL(r.Host, r.URL.Path), rows: rows}, s.tenant.Behavior())
}
