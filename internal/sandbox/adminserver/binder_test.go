// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestBinderRefuses(t *testing.T) {
	t.Parallel()
	const (
		sets    = "Parameter set cannot be resolved using the specified named parameters. Invalid cmdlet parameters specified. "
		missing = "Cannot process command because of one or more missing mandatory parameters: "
	)
	app := func(more map[string]any) map[string]any {
		parameters := map[string]any{"Role": "Application Mail.Read", "App": payrollObjectID}
		for name, value := range more {
			parameters[name] = value
		}
		return parameters
	}
	for name, test := range map[string]struct {
		cmdlet     string
		parameters map[string]any
		want       string
	}{
		"two unknown parameters":         {"Get-ManagementScope", map[string]any{"Zeta": 1, "Alpha": 1}, sets + "Alpha, Zeta"},
		"a parameter of Exchange Server": {"New-ManagementScope", map[string]any{"Name": "x", "ServerRestrictionFilter": "y"}, sets + "ServerRestrictionFilter"},
		"Confirm on a Get":               {"Get-ManagementScope", map[string]any{"Confirm": false}, sets + "Confirm"},
		"App on a Get":                   {"Get-ManagementRoleAssignment", map[string]any{"App": payrollObjectID}, sets + "App"},
		"Enabled on New":                 {"New-ManagementRoleAssignment", app(map[string]any{"Enabled": false}), sets + "Enabled"},
		"two assignees":                  {"New-ManagementRoleAssignment", app(map[string]any{"User": "adele@contoso.com"}), sets + "App, User"},
		"app and recipient write scope":  {"New-ManagementRoleAssignment", app(map[string]any{"CustomRecipientWriteScope": "Payroll mailboxes"}), sets + "App, CustomRecipientWriteScope"},
		"app and exclusive scope":        {"New-ManagementRoleAssignment", app(map[string]any{"ExclusiveRecipientWriteScope": "Executives"}), sets + "App, ExclusiveRecipientWriteScope"},
		"user and resource scope":        {"New-ManagementRoleAssignment", map[string]any{"Role": "Mail Recipients", "User": "adele@contoso.com", "CustomResourceScope": "Payroll mailboxes"}, sets + "User, CustomResourceScope"},
		"delegating to a policy":         {"New-ManagementRoleAssignment", map[string]any{"Role": "MyVoiceMail", "Policy": "Default Role Assignment Policy", "Delegating": true}, sets + "Policy, Delegating"},
		"two scopes":                     {"New-ManagementRoleAssignment", app(map[string]any{"CustomResourceScope": "Payroll mailboxes", "RecipientGroupScope": "Finance Team"}), sets + "CustomResourceScope, RecipientGroupScope"},
		"two scopes on Set":              {"Set-ManagementRoleAssignment", map[string]any{"Identity": "x", "CustomResourceScope": "a", "RecipientGroupScope": "b"}, sets + "CustomResourceScope, RecipientGroupScope"},
		"role on Set":                    {"Set-ManagementRoleAssignment", map[string]any{"Identity": "x", "Role": "b"}, sets + "Role"},
		"both ids":                       {"New-ServicePrincipal", map[string]any{"AppId": invoiceAppID, "ObjectId": invoiceObjectID, "ServiceId": invoiceObjectID}, sets + "ObjectId, ServiceId"},
		"identity and assignee":          {"Get-ManagementRoleAssignment", map[string]any{"Identity": "x", "RoleAssignee": "y"}, sets + "Identity, RoleAssignee"},
		"exclusive on Set":               {"Set-ManagementScope", map[string]any{"Identity": "x", "Exclusive": true}, sets + "Exclusive"},
		"no id":                          {"New-ServicePrincipal", map[string]any{"AppId": invoiceAppID}, missing + "ObjectId."},
		"no name":                        {"New-ManagementScope", nil, missing + "Name RecipientRestrictionFilter."},
		"no assignee":                    {"New-ManagementRoleAssignment", map[string]any{"Role": "x"}, missing + "App."},
		"no role":                        {"New-ManagementRoleAssignment", map[string]any{"App": "x"}, missing + "Role."},
		"no identity":                    {"Remove-ManagementScope", map[string]any{"Confirm": false}, missing + "Identity."},
		"null identity":                  {"Remove-ManagementScope", map[string]any{"Identity": nil}, "Cannot bind argument to parameter 'Identity' because it is null."},
		"empty identity":                 {"Set-ServicePrincipal", map[string]any{"Identity": ""}, "Cannot bind argument to parameter 'Identity' because it is an empty string."},
		"null group":                     {"Set-ManagementRoleAssignment", map[string]any{"Identity": "x", "RecipientGroupScope": nil}, "Cannot bind argument to parameter 'RecipientGroupScope' because it is null."},
		"a parameter twice":              {"Get-ManagementScope", map[string]any{"Identity": "x", "identity": "y"}, "Cannot bind parameter because parameter 'Identity' is specified more than once."},
		"a text for a boolean":           {"Set-ManagementRoleAssignment", map[string]any{"Identity": "x", "Enabled": "yes"}, `Cannot process argument transformation on parameter 'Enabled'. Cannot convert value "yes" to type "System.Boolean".`},
		"a list for a text":              {"Get-ManagementScope", map[string]any{"Identity": []string{"x"}}, "Cannot process argument transformation on parameter 'Identity'."},
		"an object for a text":           {"Get-ManagementScope", map[string]any{"Identity": map[string]any{"a": "b"}}, "Cannot process argument transformation on parameter 'Identity'."},
		"a relative scope":               {"New-ManagementRoleAssignment", map[string]any{"Role": "x", "User": "y", "RecipientRelativeWriteScope": "Elsewhere"}, "Unable to match the identifier name Elsewhere to a valid enumerator name."},
		"an ambiguous beginning":         {"Get-Recipient", map[string]any{"RecipientTypeDetails": "Shared"}, "SharedMailbox, SharedWithMailUser"},
		"a result size of nothing":       {"Get-Recipient", map[string]any{"ResultSize": 0}, "The value must be a positive number or Unlimited."},
		"two filters":                    {"Get-Recipient", map[string]any{"Filter": "Alias -eq 'x'", "RecipientPreviewFilter": "Alias -eq 'x'"}, sets + "Filter, RecipientPreviewFilter"},
		"what the sandbox lacks":         {"Get-Recipient", map[string]any{"anr": "x"}, "The sandbox tenant does not carry out the parameter anr of Get-Recipient."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t)
			before := w.tenant.Counts()
			answer := w.invoke(t, test.cmdlet, test.parameters)
			want := strings.ReplaceAll(test.want, `"`, `\"`)
			if answer.status != http.StatusBadRequest || !strings.Contains(answer.body, want) || !strings.Contains(answer.body, `"message":"Invalid Operation"`) {
				t.Errorf("got %d %s, want %s", answer.status, answer.body, want)
			}
			for kind, count := range w.tenant.Counts() {
				if before[kind] != count {
					t.Errorf("there are %d %s now", count, kind)
				}
			}
		})
	}
}

func TestBinderTakes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cmdlet     string
		parameters map[string]any
		rows       int
	}{
		"names in any case":        {"GET-managementSCOPE", map[string]any{"IDENTITY": "Executives"}, 1},
		"common parameters":        {"Get-ManagementScope", map[string]any{"Identity": "Executives", "ErrorAction": "Stop", "verbose": "true", "WarningAction": ""}, 1},
		"annotations":              {"Get-ManagementScope", map[string]any{"Identity": "Executives", "Identity@odata.type": "#String"}, 1},
		"a null identity":          {"Get-ManagementScope", map[string]any{"Identity": nil}, 3},
		"an empty identity":        {"Get-ManagementScope", map[string]any{"Identity": ""}, 3},
		"a beginning of a member":  {"Get-Recipient", map[string]any{"RecipientTypeDetails": []string{"SharedM", "roommailbox"}}, 5},
		"a member for a list":      {"Get-Recipient", map[string]any{"RecipientTypeDetails": "sharedmailbox"}, 4},
		"a number for a size":      {"Get-Recipient", map[string]any{"ResultSize": 2}, 2},
		"a text for a size":        {"Get-Recipient", map[string]any{"ResultSize": "2"}, 2},
		"no limit":                 {"Get-Recipient", map[string]any{"ResultSize": "unlimited"}, 16},
		"a switch that is off":     {"Get-ManagementScope", map[string]any{"Orphan": false}, 3},
		"a switch as an object":    {"Get-ManagementScope", map[string]any{"Orphan": map[string]any{"IsPresent": true}}, 0},
		"a number for a boolean":   {"Get-ManagementScope", map[string]any{"Exclusive": 1}, 1},
		"the deprecated parameter": {"New-ServicePrincipal", map[string]any{"AppId": invoiceAppID, "ServiceId": invoiceObjectID}, 1},
		"no confirmation":          {"New-ServicePrincipal", map[string]any{"AppId": invoiceAppID, "ObjectId": invoiceObjectID, "Confirm": false, "WhatIf": false}, 1},
		"a null scope on New":      {"New-ManagementRoleAssignment", map[string]any{"Role": "Application Mail.Send", "App": payrollObjectID, "CustomResourceScope": nil}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if rows := newWire(t).invoke(t, test.cmdlet, test.parameters).rows(t); len(rows) != test.rows {
				t.Errorf("got %d rows, want %d", len(rows), test.rows)
			}
		})
	}
}

func TestConfirmAndWhatIfChangeNothing(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Confirm", "WhatIf"} {
		w := newWire(t)
		answer := w.invoke(t, "Remove-ServicePrincipal", map[string]any{"Identity": payrollObjectID, name: true})
		sameBody(t, answer.body, head+`"@adminapi.confirmationmessage":"Are you sure you want to perform this action?\nRemove-ServicePrincipal on '`+payrollObjectID+`'.","value":[]}`)
		if len(w.tenant.ServicePrincipals()) != 3 {
			t.Errorf("%s removed it", name)
		}
	}
}

func TestBodiesThatAreNoCommand(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"empty":             ``,
		"no JSON":           `<xml/>`,
		"null":              `null`,
		"cut":               `{"CmdletInput":{"CmdletName":"Get-OrganizationConfig"`,
		"more":              `{"CmdletInput":{"CmdletName":"Get-OrganizationConfig","Parameters":{}}}{}`,
		"other case":        `{"cmdletinput":{"CmdletName":"Get-OrganizationConfig","Parameters":{}}}`,
		"name, other case":  `{"CmdletInput":{"cmdletName":"Get-OrganizationConfig","Parameters":{}}}`,
		"no name":           `{"CmdletInput":{"CmdletName":"","Parameters":{}}}`,
		"null parameters":   `{"CmdletInput":{"CmdletName":"Get-OrganizationConfig","Parameters":null}}`,
		"list of parameter": `{"CmdletInput":{"CmdletName":"Get-OrganizationConfig","Parameters":[]}}`,
		"too long":          `{"CmdletInput":{"CmdletName":"Get-OrganizationConfig","Parameters":{"ErrorAction":"` + strings.Repeat("x", 4<<20) + `"}}}`,
	} {
		if answer := newWire(t).post(t, body); answer.status != http.StatusBadRequest || !strings.HasPrefix(answer.body, `{"error":{"code":"BadRequest","message":"Invalid Operation",`) {
			t.Errorf("%s: got %d %s", name, answer.status, answer.body)
		}
	}
	if answer := newWire(t).post(t, `{"CmdletInput":{"CmdletName":"Get-OrganizationConfig"}}`); answer.status != http.StatusOK {
		t.Errorf("without parameters: got %d", answer.status)
	}
}
