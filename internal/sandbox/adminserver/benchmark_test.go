// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// largeTenant is a tenant with 10,000 role assignments, and the GUID of the last.
func largeTenant(b *testing.B) (large *tenant.Tenant, guid string) {
	b.Helper()
	large = tenant.Contoso()
	for n := range 10_000 {
		a, err := large.NewManagementRoleAssignment(tenant.Caller{Administrator: true}, tenant.RoleAssignmentSpec{
			Name: fmt.Sprintf("Assignment %05d", n), Role: "Application Mail.Read",
			AssigneeParameter: tenant.AppParameter, Assignee: payrollObjectID,
		})
		if err != nil {
			b.Fatal(err)
		}
		guid = a.GUID
	}
	return large, guid
}

func BenchmarkRoleAssignmentsOf10000(b *testing.B) {
	large, guid := largeTenant(b)
	server := wireOf(large).server
	for name, parameters := range map[string]string{
		"by name":    `"Identity":"Assignment 09999"`,
		"by GUID":    `"Identity":"` + guid + `"`,
		"missing":    `"Identity":"Nobody's"`,
		"first page": "",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, invokeURL,
					strings.NewReader(`{"CmdletInput":{"CmdletName":"Get-ManagementRoleAssignment","Parameters":{`+parameters+`}}}`))
				r.Header.Set("Authorization", "Bearer automation")
				r.Header.Set("X-AnchorMailbox", anchor)
				r.Header.Set("Accept-Encoding", "gzip")
				server.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
}
