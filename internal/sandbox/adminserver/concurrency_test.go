// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/adminserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// Run with -race.
func TestParallelClientsDoNotDisturbEachOther(t *testing.T) {
	t.Parallel()
	var observed sync.Map
	contoso := tenant.Contoso()
	w := wire{tenant: contoso, server: adminserver.New(contoso, knownTokens, func(r adminserver.Request) { observed.Store(r.ClientRequestID, r.Status) })}
	before := contoso.Counts()
	var clients sync.WaitGroup
	for n := range 12 {
		clients.Go(func() {
			name := fmt.Sprintf("client %d", n)
			for range 5 {
				for _, step := range []struct {
					cmdlet     string
					parameters map[string]any
				}{
					{"New-ManagementScope", map[string]any{"Name": name, "RecipientRestrictionFilter": "Office -eq 'Berlin'"}},
					{"New-ManagementRoleAssignment", map[string]any{"Name": name, "Role": "Application Mail.Read", "App": payrollObjectID, "CustomResourceScope": name}},
					{"Get-ManagementRoleAssignment", map[string]any{"Identity": name}},
					{"Get-Recipient", map[string]any{"ResultSize": 3}},
					{"Remove-ManagementRoleAssignment", map[string]any{"Identity": name}},
					{"Remove-ManagementScope", map[string]any{"Identity": name}},
				} {
					if answer := w.invoke(t, step.cmdlet, step.parameters, header("client-request-id", name)); answer.status != http.StatusOK {
						t.Errorf("%s %s: %d %s", name, step.cmdlet, answer.status, answer.body)
					}
				}
			}
		})
	}
	clients.Wait()
	if after := contoso.Counts(); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("before %v, after %v", before, after)
	}
}
