// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// exported asks the server for the names of its cmdlets.
func (w wire) exported(t *testing.T) []string {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://outlook.example/adminapi/v1.0/"+tenantID+"/EXOModuleFile", http.NoBody)
	r.Header.Set("Authorization", "Bearer automation")
	names, _ := w.send(t, r).rows(t)[0]["exportedCmdlets"].(string)
	return slices.Sorted(strings.SplitSeq(names, ","))
}

// Each cmdlet is run with arguments that suit it, and what it did is looked at
// by another.
func TestEveryCmdletRoundTrips(t *testing.T) {
	t.Parallel()
	type step struct {
		cmdlet     string
		parameters map[string]any
		// rows is the number of rows, and property one that the first has.
		rows     int
		property string
		value    any
	}
	const berlin = "Berlin mailboxes for Finance"
	tests := map[string][]step{
		"Get-AdministrativeUnit": {{"Get-AdministrativeUnit", nil, 3, "ExternalDirectoryObjectId", "4d819ce9-9257-44d6-9f3c-1c1d2e3f4a5b"}},
		"Get-Group":              {{"Get-Group", map[string]any{"Identity": "Finance Team"}, 1, "GroupType", "Universal, SecurityEnabled"}},
		"Get-Mailbox":            {{"Get-Mailbox", map[string]any{"Identity": "invoices@contoso.com"}, 1, "CustomAttribute1", "finance"}},
		"Get-ManagementRole":     {{"Get-ManagementRole", map[string]any{"Identity": "Application Mail.Read"}, 1, "IsServicePrincipalRole", true}},
		"Get-OrganizationConfig": {{"Get-OrganizationConfig", nil, 1, "IsDehydrated", false}},
		"Get-Recipient": {
			{"Get-Recipient", map[string]any{"RecipientPreviewFilter": "CustomAttribute1 -eq 'payroll'"}, 1, "PrimarySmtpAddress", "payroll@contoso.com"},
			{"Get-Recipient", map[string]any{"Identity": "adele@contoso.com"}, 1, "RecipientType", "UserMailbox"},
		},
		"Get-User": {
			{"Get-User", map[string]any{"Identity": "adele@contoso.com"}, 1, "UserPrincipalName", "adele@contoso.com"},
			{"Get-User", map[string]any{"RecipientTypeDetails": "MailUser"}, 1, "DisplayName", "Fabrikam Auditor"},
		},
		"Get-RoleAssignmentPolicy": {{"Get-RoleAssignmentPolicy", map[string]any{"Identity": "Default Role Assignment Policy"}, 1, "IsDefault", true}},
		"Get-RoleGroup":            {{"Get-RoleGroup", map[string]any{"Identity": "Organization Management"}, 1, "RoleGroupType", "Standard"}},
		"Set-Mailbox": {
			{"Set-Mailbox", map[string]any{"Identity": "info@contoso.com", "CustomAttribute15": "x", "DisplayName": "Information"}, 0, "", nil},
			{"Get-Mailbox", map[string]any{"Filter": "CustomAttribute15 -eq 'X'"}, 1, "DisplayName", "Information"},
		},
		"New-ServicePrincipal": {
			{"New-ServicePrincipal", map[string]any{"AppId": invoiceAppID, "ObjectId": invoiceObjectID}, 1, "DisplayName", ""},
			{"Get-ServicePrincipal", map[string]any{"Identity": invoiceAppID}, 1, "Name", invoiceObjectID},
		},
		"Get-ServicePrincipal": {{"Get-ServicePrincipal", nil, 3, "Name", payrollObjectID}},
		"Set-ServicePrincipal": {
			{"Set-ServicePrincipal", map[string]any{"Identity": payrollObjectID, "DisplayName": "Archive"}, 0, "", nil},
			{"Get-ServicePrincipal", map[string]any{"Identity": "Archive"}, 1, "ObjectId", payrollObjectID},
		},
		"Remove-ServicePrincipal": {
			{"Remove-ServicePrincipal", map[string]any{"Identity": payrollObjectID, "Confirm": false}, 0, "", nil},
			{"Get-ServicePrincipal", nil, 2, "DisplayName", "Legacy Scanner"},
		},
		"New-ManagementScope": {
			{"New-ManagementScope", map[string]any{"Name": "x", "RecipientRestrictionFilter": "Alias -eq 'x'", "RecipientRoot": "contoso.com", "Exclusive": true, "Force": true}, 1, "ObjectState", "New"},
			{"Get-ManagementScope", map[string]any{"Exclusive": true, "Orphan": true}, 1, "RecipientRoot", "contoso.com"},
		},
		"Get-ManagementScope": {{"Get-ManagementScope", map[string]any{"Identity": "P*"}, 1, "ScopeRestrictionType", "RecipientScope"}},
		"Set-ManagementScope": {
			{"Set-ManagementScope", map[string]any{"Identity": "Payroll mailboxes", "Name": "Wages", "RecipientRestrictionFilter": "Alias -eq 'x'"}, 0, "", nil},
			{"Get-ManagementScope", map[string]any{"Identity": "Wages"}, 1, "RecipientFilter", "Alias -eq 'x'"},
			{"Get-ManagementRoleAssignment", map[string]any{"CustomRecipientWriteScope": "Wages"}, 1, "CustomResourceScope", "Wages"},
		},
		"Remove-ManagementScope": {
			{"New-ManagementScope", map[string]any{"Name": "x", "RecipientRestrictionFilter": "Alias -eq 'x'"}, 1, "ObjectState", "New"},
			{"Remove-ManagementScope", map[string]any{"Identity": "x", "Force": true}, 0, "", nil},
			{"Get-ManagementScope", nil, 3, "Name", "Berlin recipients"},
		},
		"New-ManagementRoleAssignment": {
			{"New-ManagementRoleAssignment", map[string]any{"Role": "Application Mail.Send", "App": payrollObjectID, "RecipientGroupScope": "Finance Team"}, 1, "RecipientWriteScope", "Group"},
			{"New-ManagementRoleAssignment", map[string]any{"Role": "User Options", "User": "adele@contoso.com", "RecipientRelativeWriteScope": "myg", "Delegating": true}, 1, "RecipientWriteScope", "MyGAL"},
			{"New-ManagementRoleAssignment", map[string]any{"Role": "User Options", "SecurityGroup": "Help Desk", "Name": "x"}, 1, "RoleAssigneeType", "RoleGroup"},
			{"New-ManagementRoleAssignment", map[string]any{"Role": "MyVoiceMail", "Policy": "Default Role Assignment Policy"}, 1, "Name", "MyVoiceMail-Default Role Assignment Policy-1"},
		},
		"Get-ManagementRoleAssignment": {
			{"Get-ManagementRoleAssignment", map[string]any{"RoleAssignee": bookingObjectID, "Role": "Application Contacts.Read", "AssignmentMethod": []string{"Direct"}}, 1, "Name", "Room Booking Contacts.Read"},
			{"Get-ManagementRoleAssignment", map[string]any{"RoleAssigneeType": "ServicePrincipal", "Enabled": true, "Delegating": false}, 4, "RoleAssigneeType", "ServicePrincipal"},
			{"Get-ManagementRoleAssignment", map[string]any{"Identity": berlin, "GetEffectiveUsers": true}, 2, "EffectiveUserName", "Adele Vance"},
		},
		"Set-ManagementRoleAssignment": {
			{"Set-ManagementRoleAssignment", map[string]any{"Identity": "Payroll Archive Mail.Read", "Enabled": false, "CustomResourceScope": "Berlin recipients"}, 0, "", nil},
			{"Get-ManagementRoleAssignment", map[string]any{"Identity": "Payroll Archive Mail.Read", "Enabled": false}, 1, "CustomResourceScope", "Berlin recipients"},
			{"Set-ManagementRoleAssignment", map[string]any{"Identity": berlin, "RecipientAdministrativeUnitScope": "60f565a0-9a30-40e6-a34e-4023db4616c2"}, 0, "", nil},
			{"Get-ManagementRoleAssignment", map[string]any{"Identity": berlin}, 1, "RecipientWriteScope", "AdministrativeUnit"},
			{"Set-ManagementRoleAssignment", map[string]any{"Identity": berlin, "ExclusiveRecipientWriteScope": nil}, 0, "", nil},
			{"Get-ManagementRoleAssignment", map[string]any{"Identity": berlin}, 1, "RecipientWriteScope", "Organization"},
		},
		"Remove-ManagementRoleAssignment": {
			{"Remove-ManagementRoleAssignment", map[string]any{"Identity": "Payroll Archive Mail.Read", "Confirm": false, "Force": true}, 0, "", nil},
			{"Get-ManagementScope", map[string]any{"Orphan": true}, 1, "Name", "Payroll mailboxes"},
		},
		"Test-ServicePrincipalAuthorization": {
			{"Test-ServicePrincipalAuthorization", map[string]any{"Identity": bookingObjectID, "Resource": "adele@contoso.com"}, 3, "InScope", true},
		},
		"New-ApplicationAccessPolicy": {
			{"New-ApplicationAccessPolicy", map[string]any{"AccessRight": "denyaccess", "AppId": []string{invoiceAppID, "*"}, "PolicyScopeGroupId": "finance-team@contoso.com", "Description": "x"}, 2, "ScopeIdentity", "Finance Team"},
			{"Get-ApplicationAccessPolicy", nil, 3, "ShardType", "All"},
		},
		"Get-ApplicationAccessPolicy": {{"Get-ApplicationAccessPolicy", nil, 1, "AccessRight", "RestrictAccess"}},
		"Set-ApplicationAccessPolicy": {
			{"Set-ApplicationAccessPolicy", map[string]any{"Identity": payrollPolicy(), "Description": "Payroll only"}, 0, "", nil},
			{"Get-ApplicationAccessPolicy", map[string]any{"Identity": payrollPolicy()}, 1, "Description", "Payroll only"},
		},
		"Remove-ApplicationAccessPolicy": {
			{"Remove-ApplicationAccessPolicy", map[string]any{"Identity": payrollPolicy(), "Confirm": false}, 0, "", nil},
			{"Get-ApplicationAccessPolicy", nil, 0, "", nil},
		},
		"Test-ApplicationAccessPolicy": {
			{"Test-ApplicationAccessPolicy", map[string]any{"Identity": "adele@contoso.com", "AppId": payrollAppID}, 1, "AccessCheckResult", "Granted"},
			{"Test-ApplicationAccessPolicy", map[string]any{"Identity": "payroll@contoso.com", "AppId": payrollAppID}, 1, "AccessCheckResult", "Denied"},
		},
		"Add-MailboxPermission": {
			{"Add-MailboxPermission", map[string]any{"Identity": "info@contoso.com", "user": "alex@contoso.com", "accessRights": []string{"FullAccess"}, "automapping": true, "InheritanceType": "all", "Confirm": false}, 1, "User", "alex@contoso.com"},
			{"Get-MailboxPermission", map[string]any{"Identity": "info@contoso.com"}, 4, "UserSid", "S-1-5-10"},
		},
		"Get-MailboxPermission": {{"Get-MailboxPermission", map[string]any{"Identity": "info@contoso.com", "User": "adele"}, 1, "User", "adele@contoso.com"}},
		"Remove-MailboxPermission": {
			{"Remove-MailboxPermission", map[string]any{"Identity": "info@contoso.com", "User": "adele@contoso.com", "AccessRights": "FullAccess"}, 0, "", nil},
			{"Get-MailboxPermission", map[string]any{"Identity": "info@contoso.com"}, 2, "User", `NT AUTHORITY\SELF`},
			{"Remove-MailboxPermission", map[string]any{"Identity": "info@contoso.com", "ClearAutoMapping": true}, 0, "", nil},
			{"Remove-MailboxPermission", map[string]any{"Identity": "invoices@contoso.com", "ResetDefault": true}, 0, "", nil},
			{"Get-MailboxPermission", map[string]any{"Identity": "invoices@contoso.com"}, 2, "IsInherited", false},
		},
		"Enable-OrganizationCustomization": {{"Enable-OrganizationCustomization", map[string]any{"WhatIf": true}, 0, "", nil}},
	}
	if names := newWire(t).exported(t); !slices.Equal(names, slices.Sorted(maps.Keys(tests))) {
		t.Errorf("the server has %v", names)
	}
	for name, steps := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t)
			for _, s := range steps {
				rows := w.invoke(t, s.cmdlet, s.parameters).rows(t)
				if len(rows) != s.rows {
					t.Fatalf("%s %v: got %d rows, want %d", s.cmdlet, s.parameters, len(rows), s.rows)
				}
				if s.rows > 0 && rows[0][s.property] != s.value {
					t.Errorf("%s %v: %s is %v, want %v", s.cmdlet, s.parameters, s.property, rows[0][s.property], s.value)
				}
			}
		})
	}
}

func TestSetMailboxThatChangesNothingWarns(t *testing.T) {
	t.Parallel()
	p := newWire(t).invoke(t, "Set-Mailbox", map[string]any{"Identity": "invoices@contoso.com", "CustomAttribute1": "finance"}).page(t)
	if want := "The command completed successfully but no settings of 'invoices@contoso.com' have been modified."; len(p.Warnings) != 1 || p.Warnings[0] != want {
		t.Errorf("got %v", p.Warnings)
	}
}

func TestMailboxesAreNamedByWhetherTheyAreLicensed(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	user := w.invoke(t, "Get-Mailbox", map[string]any{"Identity": "adele@contoso.com"}).rows(t)[0]
	if user["Identity"] != user["ExternalDirectoryObjectId"] || user["Id"] != user["Identity"] || user["AccountDisabled"] != false {
		t.Errorf("got %v", user["Identity"])
	}
	shared := w.invoke(t, "Get-Mailbox", map[string]any{"Identity": "invoices@contoso.com"}).rows(t)[0]
	if shared["Identity"] != "Invoices" || shared["IsShared"] != true || shared["AccountDisabled"] != true {
		t.Errorf("got %v", shared["Identity"])
	}
}

func TestOriginatingServerChangesFromCallToCall(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	servers := map[any]bool{}
	for range 20 {
		rows := w.invoke(t, "Get-ManagementScope", nil).rows(t)
		if rows[0]["OriginatingServer"] != rows[1]["OriginatingServer"] {
			t.Error("one answer names two servers")
		}
		servers[rows[0]["OriginatingServer"]] = true
	}
	if len(servers) < 2 {
		t.Errorf("all calls name %v", servers)
	}
}

// payrollPolicy is the identity of the seeded application access policy.
func payrollPolicy() string {
	return tenant.Contoso().ApplicationAccessPolicies()[0].Identity
}
