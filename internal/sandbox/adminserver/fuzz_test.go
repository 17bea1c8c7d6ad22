// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// Whatever the body is, the answer is an envelope or an error that says which
// of the two it is, and a body that is refused before a cmdlet runs changes
// nothing.
func FuzzInvokeCommand(f *testing.F) {
	for _, seed := range []string{
		`{"CmdletInput":{"CmdletName":"Get-Mailbox","Parameters":{"ResultSize":"Unlimited"}}}`,
		`{"CmdletInput":{"CmdletName":"Get-Recipient","Parameters":{"Filter":"Office -eq 'Berlin' -and -not (Alias -like 'in*')","ResultSize":2}}}`,
		`{"CmdletInput":{"CmdletName":"New-ServicePrincipal","Parameters":{"AppId":"22222222-2222-2222-2222-222222222222","ObjectId":"33333333-3333-3333-3333-333333333333","DisplayName":"é\u0000\ud800"}}}`,
		`{"CmdletInput":{"CmdletName":"New-ManagementScope","Parameters":{"Name":"x","RecipientRestrictionFilter":"CustomAttribute1 -eq 'O''Neil'","Exclusive":true}}}`,
		`{"CmdletInput":{"CmdletName":"New-ManagementRoleAssignment","Parameters":{"Role":"Application Mail.Read","App":"33333333-3333-3333-3333-0000000000aa","RecipientGroupScope":"Finance Team","Delegating":true}}}`,
		`{"CmdletInput":{"CmdletName":"Set-ManagementRoleAssignment","Parameters":{"Identity":"Payroll Archive Mail.Read","CustomResourceScope":null,"Enabled":0}}}`,
		`{"CmdletInput":{"CmdletName":"Remove-ServicePrincipal","Parameters":{"Identity":"33333333-3333-3333-3333-0000000000aa","Confirm":true}}}`,
		`{"CmdletInput":{"CmdletName":"Test-ServicePrincipalAuthorization","Parameters":{"Identity":"Payroll Archive","Resource":"payroll@contoso.com"}}}`,
		`{"CmdletInput":{"CmdletName":"Get-ManagementRoleAssignment","Parameters":{"RoleAssignee":"adele@contoso.com","AssignmentMethod":["Dir"],"GetEffectiveUsers":{"IsPresent":true}}}}`,
		`{"CmdletInput":{"CmdletName":"Set-Mailbox","Parameters":{"Identity":["x"],"GrantSendOnBehalfTo":{"@odata.type":"#Exchange.GenericHashTable","add":["y"]}}}}`,
		`{"CmdletInput":{"CmdletName":"New-ApplicationAccessPolicy","Parameters":{"AppId":["22222222-2222-2222-2222-222222222222","*",""],"AccessRight":"Deny","PolicyScopeGroupId":"Finance Team"}}}`,
		`{"CmdletInput":{"CmdletName":"Add-MailboxPermission","Parameters":{"Identity":"support","User":"S-1-5-21-1-2-3-4","AccessRights":"FullAccess, ReadPermission","InheritanceType":"Child","AutoMapping":0}}}`,
		`{"CmdletInput":{"CmdletName":"Remove-MailboxPermission","Parameters":{"Identity":"info","ResetDefault":{"IsPresent":true}}}}`,
		`{"CmdletInput":{"CmdletName":"Get-MailboxPermission","Parameters":{"Identity":"/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=","User":"contoso.onmicrosoft.com\\\\"}}}`,
		`{"CmdletInput":{"CmdletName":"Get-ManagementScope","Parameters":null}}`,
		`{"CmdletInput":null}`, `{}`, `[]`, `null`, ``, `{"CmdletInput":{"CmdletName":"Get-ManagementScope","Parameters":{"Identity":"***"}}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		w := newWire(t)
		w.tenant.SetBehavior(tenant.Behavior{FilterEcho: tenant.FilterParentheses})
		before := w.tenant.Counts()
		answer := w.post(t, body)
		if answer.status == http.StatusForbidden {
			return
		}
		var got struct {
			Value []map[string]any
			Error *struct{ Message string }
		}
		if err := json.Unmarshal([]byte(answer.body), &got); err != nil {
			t.Fatalf("%d: %v in %s", answer.status, err, answer.body)
		}
		switch answer.status {
		case http.StatusOK:
			if got.Error != nil || got.Value == nil {
				t.Errorf("a success says %s", answer.body)
			}
		case http.StatusBadRequest, http.StatusNotFound:
			if got.Error == nil || got.Error.Message == "" {
				t.Errorf("a refusal says %s", answer.body)
			}
			for kind, count := range w.tenant.Counts() {
				if before[kind] != count {
					t.Errorf("a refusal made or removed %s", kind)
				}
			}
		default:
			t.Errorf("got %d", answer.status)
		}
	})
}
