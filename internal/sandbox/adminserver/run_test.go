// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/adminserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

func TestRunMakesDrift(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	if _, _, err := w.server.Run("Set-ManagementScope", map[string]any{"Identity": "Payroll mailboxes", "RecipientRestrictionFilter": "Alias -eq 'x'"}); err != nil {
		t.Fatal(err)
	}
	if row := w.invoke(t, "Get-ManagementScope", map[string]any{"Identity": "Payroll mailboxes"}).rows(t)[0]; row["RecipientFilter"] != "Alias -eq 'x'" {
		t.Errorf("got %v", row["RecipientFilter"])
	}
}

func TestRunAnswersPlainValues(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.tenant.SetBehavior(tenant.Behavior{Booleans: tenant.BooleansString, GUIDCase: tenant.GUIDUpper, NullProperties: tenant.NullsAbsent, SetOutput: tenant.SetNoContent})
	rows, warnings, err := w.server.Run("get-managementroleassignment", map[string]any{"Identity": "Payroll Archive Mail.Read"})
	if err != nil || len(rows) != 1 || len(warnings) != 0 {
		t.Fatalf("got %v, %v, %v", rows, warnings, err)
	}
	row := rows[0]
	if row["Enabled"] != true || row["RoleAssignee"] != payrollObjectID || fmt.Sprint(row["ObjectClass"]) != "[top msExchRoleAssignment]" || row["WhenCreatedUTC"] != "2026-01-05T09:00:00.0000000Z" {
		t.Errorf("got %v", row)
	}
	if value, there := row["App"]; !there || value != nil {
		t.Errorf("App is %v, %v", value, there)
	}
	for name := range row {
		if strings.Contains(name, "@") {
			t.Errorf("there is an annotation %s", name)
		}
	}
	if _, warnings, err = w.server.Run("Get-ServicePrincipal", nil); err != nil || len(warnings) != 1 {
		t.Errorf("got %v, %v", warnings, err)
	}
}

func TestRunIsPastEveryDelay(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.tenant.SetBehavior(tenant.Behavior{
		ServicePrincipalLag: tenant.Lag{Calls: 9}, AssignmentLag: tenant.Lag{Calls: 9}, ScopeInUseLag: tenant.Lag{Calls: 9}, RoleNotPropagated: 9, WriteNeedsDomainAnchor: true,
		TrusteeLag: tenant.Lag{Calls: 9}, AccessPolicyLag: tenant.Lag{Calls: 9},
	})
	for _, step := range []struct {
		cmdlet     string
		parameters map[string]any
	}{
		{"New-ServicePrincipal", map[string]any{"AppId": invoiceAppID, "ObjectId": invoiceObjectID}},
		{"New-ManagementRoleAssignment", map[string]any{"Name": "x", "Role": "Application Mail.Read", "App": invoiceObjectID, "CustomResourceScope": "Berlin recipients"}},
		{"Get-ManagementRoleAssignment", map[string]any{"Identity": "x"}},
		{"Add-MailboxPermission", map[string]any{"Identity": "support", "User": invoiceObjectID, "AccessRights": "FullAccess"}},
		{"Remove-ManagementRoleAssignment", map[string]any{"Identity": "Payroll Archive Mail.Read"}},
		{"Remove-ManagementScope", map[string]any{"Identity": "Payroll mailboxes"}},
	} {
		if _, _, err := w.server.Run(step.cmdlet, step.parameters); err != nil {
			t.Errorf("%s: %v", step.cmdlet, err)
		}
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	_, _, err := w.server.Run("Get-ManagementScope", map[string]any{"Identity": "nothing"})
	if refusal, ok := errors.AsType[*tenant.Error](err); !ok || refusal.Kind != tenant.NotFound {
		t.Errorf("got %v", err)
	}
	for cmdlet, parameters := range map[string]map[string]any{
		"Get-Nonsense":           nil,
		"Get-ManagementScope":    {"Nonsense": 1},
		"Remove-ManagementScope": nil,
		"Get-ServicePrincipal":   {"Identity": func() {}},
	} {
		if rows, _, err := w.server.Run(cmdlet, parameters); err == nil {
			t.Errorf("%s: got %v", cmdlet, rows)
		}
	}
	if _, _, err := w.server.Run("Remove-ServicePrincipal", map[string]any{"Identity": payrollObjectID, "WhatIf": true}); err != nil || len(w.tenant.ServicePrincipals()) != 3 {
		t.Errorf("WhatIf: %v", err)
	}
}

func TestRunIsNotObserved(t *testing.T) {
	t.Parallel()
	seen := 0
	server := adminserver.New(tenant.Contoso(), knownTokens, func(adminserver.Request) { seen++ })
	if _, _, err := server.Run("Get-ManagementScope", nil); err != nil || seen != 0 {
		t.Errorf("saw %d, %v", seen, err)
	}
}
