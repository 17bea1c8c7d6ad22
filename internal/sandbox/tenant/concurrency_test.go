// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// Run with -race. Every worker makes, changes, reads and removes objects of
// its own, and all of them fight for one name.
func TestParallelWritersLeaveNoTrace(t *testing.T) {
	t.Parallel()
	contoso := withPointer(t)
	before := contoso.Counts()
	var workers sync.WaitGroup
	won := make(chan string, 16)
	for n := range 16 {
		workers.Go(func() {
			name := fmt.Sprintf("worker %d", n)
			if _, err := contoso.NewManagementScope(automation, tenant.ManagementScopeSpec{Name: "one for all", RecipientFilter: "Alias -eq 'x'"}); err == nil {
				won <- name
			}
			for range 10 {
				work(t, contoso, name)
			}
		})
	}
	workers.Wait()
	close(won)
	if len(won) != 1 {
		t.Errorf("%d workers made a scope of the same name", len(won))
	}
	ok(t, contoso.RemoveManagementScope(automation, "one for all"))
	if after := contoso.Counts(); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("before %v, after %v", before, after)
	}
}

func work(t *testing.T, in *tenant.Tenant, name string) {
	if _, err := in.NewManagementScope(automation, tenant.ManagementScopeSpec{Name: name, RecipientFilter: "Office -eq 'Berlin'"}); err != nil {
		t.Error(err)
	}
	_, err := in.NewManagementRoleAssignment(automation, appAssignment(name, tenant.ScopeReference{Parameter: tenant.CustomResourceScope, Identity: name}))
	if err != nil {
		t.Error(err)
	}
	if _, err := in.TestServicePrincipalAuthorization(invoiceObjectID, "invoices@contoso.com"); err != nil {
		t.Error(err)
	}
	workOnPermissions(t, in, name)
	in.SetBehavior(in.Behavior())
	_ = in.RoleAssignments()
	if err := in.RemoveManagementRoleAssignment(automation, name); err != nil {
		t.Error(err)
	}
	if err := in.RemoveManagementScope(automation, name); err != nil {
		t.Error(err)
	}
}

// workOnPermissions does so with a policy and an entry of one mailbox that all
// workers share.
func workOnPermissions(t *testing.T, in *tenant.Tenant, name string) {
	t.Helper()
	spec := policySpec(tenant.DenyAccess, "Finance Team")
	spec.AppIDs = []string{name}
	made, err := in.NewApplicationAccessPolicy(automation, spec)
	if err != nil {
		t.Error(err)
		return
	}
	if check, err := in.TestApplicationAccessPolicy(automation, "invoices@contoso.com", name); err != nil || check.Granted {
		t.Errorf("%s: %+v, %v", name, check, err)
	}
	if err := in.RemoveApplicationAccessPolicy(made[0].Identity); err != nil {
		t.Error(err)
	}
	sid := "S-1-5-21-1-2-3-" + strings.TrimPrefix(name, "worker ")
	if _, warnings, err := in.AddMailboxPermission(automation, support(sid, "FullAccess")); err != nil || len(warnings) > 0 {
		t.Errorf("%s: %v, %v", name, warnings, err)
	}
	rows, err := in.GetMailboxPermission(tenant.MailboxPermissionQuery{Identity: "support", User: sid, IncludeUnresolved: true})
	if err != nil || len(rows) != 1 {
		t.Errorf("%s: %+v, %v", name, rows, err)
	}
	_ = in.MailboxPermissions()
	if warnings, err := in.RemoveMailboxPermission(support(sid, "FullAccess")); err != nil || len(warnings) > 0 {
		t.Errorf("%s: %v, %v", name, warnings, err)
	}
}
