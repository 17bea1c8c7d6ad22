// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver_test

import (
	"encoding/json"
	"maps"
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

// Whatever the body of a batch is, it is refused as a whole and changes nothing, or
// every request in it has one answer.
func FuzzBatch(f *testing.F) {
	const one = `"method":"POST","url":"InvokeCommand","headers":{"Authorization":"Bearer automation"},"body":{"CmdletInput":{"CmdletName":"Get-ManagementScope"}}`
	for _, seed := range []string{
		`{"requests":[{"id":"0",` + one + `},{"id":"1",` + one + `}]}`,
		`{"requests":[{"id":"0",` + one + `},{"id":"0",` + one + `}]}`,
		`{"requests":[{"id":"\u0000\ud800<","method":"POST","url":"https://outlook.example/adminapi/beta/contoso.com/InvokeCommand?$select=Name&%24skiptoken=x","headers":{"authorization":"bearer automation","X-AnchorMailbox":"a\r\nb"},"body":{"CmdletInput":{"CmdletName":"New-ManagementScope","Parameters":{"Name":"x","RecipientRestrictionFilter":"Office -eq 'y'"}}}}]}`,
		`{"requests":[{"id":"0","method":"GET","url":"//[::1]:0/","body":"text"},{"id":"1","method":"\n","url":"mailto:x","headers":null,"body":null}]}`,
		`{"requests":[{"id":"0","method":"POST","url":"$batch","body":{"requests":[]}},{"id":"1","method":"GET","url":"../../v1.0/x/EXOModuleFile"}]}`,
		`{"requests":[null]}`, `{"requests":[]}`, `{}`, `[]`, `null`, ``,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		w := newWire(t)
		before := w.tenant.Counts()
		answer := w.postBatch(t, body)
		if answer.status == http.StatusBadRequest {
			if after := w.tenant.Counts(); !maps.Equal(before, after) {
				t.Errorf("before %v, after %v", before, after)
			}
			return
		}
		var asked map[string]json.RawMessage
		var requests []json.RawMessage
		if json.Unmarshal([]byte(body), &asked) != nil || json.Unmarshal(asked["requests"], &requests) != nil {
			t.Fatalf("no list of requests was answered %d", answer.status)
		}
		items := answer.items(t)
		if len(items) != len(requests) {
			t.Fatalf("%d requests have %d answers: %s", len(requests), len(items), answer.body)
		}
		ids := map[string]bool{}
		for _, item := range items {
			if ids[item.ID] || item.Status < 200 || item.Status > 599 {
				t.Errorf("got %+v", item)
			}
			ids[item.ID] = true
		}
	})
}
