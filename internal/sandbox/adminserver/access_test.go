// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/adminserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

func bearer(token string) request { return header("Authorization", "Bearer "+token) }

func path(p string) request {
	return func(r *http.Request) { r.URL.Path = p }
}

func TestAccessTakesBothGrants(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]int{"nothing": 401, "role only": 403, "automation": 200, "reader": 200, "forged": 401} {
		if got := newWire(t).invoke(t, "Get-OrganizationConfig", nil, bearer(token)).status; got != want {
			t.Errorf("%s: got %d, want %d", token, got, want)
		}
	}
}

func TestReadersMayNotWrite(t *testing.T) {
	t.Parallel()
	answer := newWire(t).invoke(t, "Remove-ManagementScope", map[string]any{"Identity": "Executives"}, bearer("reader"))
	if answer.status != http.StatusForbidden {
		t.Errorf("got %d", answer.status)
	}
}

func TestMembersOfARoleGroupNeedNoDirectoryRole(t *testing.T) {
	t.Parallel()
	contoso, err := tenant.Load(strings.NewReader(`
applications:
- {name: Operator, app_id: 55555555-5555-5555-5555-555555555555, object_id: 66666666-6666-6666-6666-666666666666}
service_principals:
- {app_id: 55555555-5555-5555-5555-555555555555, object_id: 66666666-6666-6666-6666-666666666666}
role_groups:
- {name: View-Only Organization Management, members: [66666666-6666-6666-6666-666666666666]}
`))
	if err != nil {
		t.Fatal(err)
	}
	operator := tokens{"operator": adminserver.Caller{ObjectID: "66666666-6666-6666-6666-666666666666", Roles: []string{tenant.ManageAsApp}}}
	w := wire{tenant: contoso, server: adminserver.New(contoso, operator, nil)}
	if got := w.invoke(t, "Get-ManagementScope", nil, bearer("operator")).status; got != http.StatusOK {
		t.Errorf("Get answered %d", got)
	}
	if got := w.invoke(t, "Remove-ManagementScope", map[string]any{"Identity": "Executives"}, bearer("operator")).status; got != http.StatusForbidden {
		t.Errorf("Remove answered %d", got)
	}
}

func TestMissingAndWorthlessTokens(t *testing.T) {
	t.Parallel()
	for name, authorization := range map[string]string{"none": "", "another scheme": "Basic YTpi", "empty": "Bearer ", "forged": "Bearer forged\"\n"} {
		answer := newWire(t).invoke(t, "Get-OrganizationConfig", nil, header("Authorization", authorization))
		if answer.status != http.StatusUnauthorized || !strings.HasPrefix(answer.header.Get("WWW-Authenticate"), "Bearer ") {
			t.Errorf("%s: got %d %v", name, answer.status, answer.header)
		}
		if !strings.HasSuffix(answer.header.Get("x-ms-diagnostics"), `;error_category="invalid_token"`) {
			t.Errorf("%s: x-ms-diagnostics is %s", name, answer.header.Get("x-ms-diagnostics"))
		}
	}
	if got := newWire(t).invoke(t, "Get-OrganizationConfig", nil, header("Authorization", "bearer automation")).status; got != http.StatusOK {
		t.Errorf("the scheme in lower case: got %d", got)
	}
}

func TestNotPropagatedRoleIsRefusedByName(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.tenant.SetBehavior(tenant.Behavior{RoleNotPropagated: 1})
	answer := w.invoke(t, "Get-ManagementScope", nil)
	if answer.status != http.StatusUnauthorized {
		t.Errorf("got %d", answer.status)
	}
	sameBody(t, answer.body, `{"error":{"code":"Unauthorized","message":"User is not allowed to call Get-ManagementScope","innererror":{"message":"User is not allowed to call Get-ManagementScope","type":"Microsoft.Exchange.Admin.OData.Core.ODataServiceException"}}}`)
	if got := w.invoke(t, "Get-ManagementScope", nil).status; got != http.StatusOK {
		t.Errorf("the second call: got %d", got)
	}
}

func TestUnknownCmdletAnswersBytesThatLie(t *testing.T) {
	t.Parallel()
	for _, cmdlet := range []string{"Get-Nonsense", "Add-RecipientPermission"} {
		answer := newWire(t).invoke(t, cmdlet, nil, header("Accept-Encoding", "gzip"))
		if answer.status != http.StatusForbidden || answer.header.Get("Content-Encoding") != "gzip" || answer.header.Get("x-ms-diagnostics") == "" {
			t.Errorf("%s: got %d %v", cmdlet, answer.status, answer.header)
		}
		if len(answer.body) < 1000 || strings.Trim(answer.body, "\x00") != "" {
			t.Errorf("%s: the body is no run of NUL bytes", cmdlet)
		}
	}
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		method, path string
		want         int
	}{
		"tenant id":           {http.MethodPost, "/adminapi/beta/" + tenantID + "/InvokeCommand", 200},
		"initial domain":      {http.MethodPost, "/adminapi/beta/contoso.onmicrosoft.com/InvokeCommand", 200},
		"domain, other case":  {http.MethodPost, "/AdminApi/BETA/Contoso.COM/invokecommand", 200},
		"another tenant":      {http.MethodPost, "/adminapi/beta/fabrikam.com/InvokeCommand", 401},
		"v1.0":                {http.MethodPost, "/adminapi/v1.0/" + tenantID + "/InvokeCommand", 405},
		"GET":                 {http.MethodGet, "/adminapi/beta/" + tenantID + "/InvokeCommand", 405},
		"v2.0":                {http.MethodPost, "/adminapi/v2.0/" + tenantID + "/Mailbox", 404},
		"entity":              {http.MethodGet, "/adminapi/beta/" + tenantID + "/Mailbox", 404},
		"nothing":             {http.MethodGet, "/adminapi", 404},
		"elsewhere":           {http.MethodPost, "/ews/beta/" + tenantID + "/InvokeCommand", 404},
		"banner":              {http.MethodGet, "/adminapi/beta/" + tenantID + "/EXOBanner('AutogenSession')", 200},
		"banner by POST":      {http.MethodPost, "/adminapi/beta/" + tenantID + "/EXOBanner('AutogenSession')", 405},
		"module file":         {http.MethodGet, "/adminapi/v1.0/" + tenantID + "/EXOModuleFile", 200},
		"module file of beta": {http.MethodGet, "/adminapi/beta/" + tenantID + "/EXOModuleFile", 404},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := `{"CmdletInput":{"CmdletName":"Get-OrganizationConfig","Parameters":{}}}`
			r := httptest.NewRequestWithContext(t.Context(), test.method, "https://outlook.example/", strings.NewReader(body))
			r.URL.Path = test.path
			r.Header.Set("Authorization", "Bearer automation")
			if got := newWire(t).send(t, r); got.status != test.want {
				t.Errorf("got %d %s, want %d", got.status, got.body, test.want)
			}
		})
	}
}

func TestContextEchoesHostAndTenantAsWritten(t *testing.T) {
	t.Parallel()
	answer := newWire(t).invoke(t, "Get-OrganizationConfig", nil, path("/adminapi/beta/contoso.com/InvokeCommand"))
	if !strings.HasPrefix(answer.body, `{"@odata.context":"https://outlook.example/adminapi/beta/contoso.com/$metadata#`) {
		t.Errorf("got %s", answer.body)
	}
}

func TestModuleFileListsWhatTheCallerMayRun(t *testing.T) {
	t.Parallel()
	list := func(token string) reply {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://outlook.example/adminapi/v1.0/"+tenantID+"/EXOModuleFile?Version=3.9.2", http.NoBody)
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("CommandName", "*")
		return newWire(t).send(t, r)
	}
	if all, _ := list("automation").rows(t)[0]["exportedCmdlets"].(string); !strings.Contains(all, "New-ManagementScope,") {
		t.Errorf("the administrator may run %s", all)
	}
	if some, _ := list("reader").rows(t)[0]["exportedCmdlets"].(string); strings.Contains(some, "New-") || !strings.Contains(some, "Get-ManagementScope") {
		t.Errorf("the reader may run %s", some)
	}
	if answer := list("role only"); answer.status != http.StatusForbidden {
		t.Errorf("a caller without a role gets %d", answer.status)
	}
}

func TestRequestsAreObserved(t *testing.T) {
	t.Parallel()
	var seen []adminserver.Request
	contoso := tenant.Contoso()
	w := wire{tenant: contoso, server: adminserver.New(contoso, knownTokens, func(r adminserver.Request) { seen = append(seen, r) })}
	w.invoke(t, "get-managementscope", map[string]any{"identity": "x", "Orphan": false}, header("client-request-id", "id"))
	w.invoke(t, "Get-ManagementScope", nil, bearer("forged"))
	w.post(t, "{")
	if len(seen) != 3 {
		t.Fatalf("saw %d requests", len(seen))
	}
	first := seen[0]
	if first.Cmdlet != "get-managementscope" || first.Identity != "x" || first.Status != 404 || first.Page != 1 || first.Anchor != anchor ||
		first.ClientRequestID != "id" || strings.Join(first.Parameters, " ") != "Orphan identity" {
		t.Errorf("got %+v", first)
	}
	if seen[1].Cmdlet != "Get-ManagementScope" || seen[1].Status != 401 {
		t.Errorf("got %+v", seen[1])
	}
	if seen[2].Status != 400 || seen[2].Cmdlet != "/adminapi/beta/"+tenantID+"/InvokeCommand" {
		t.Errorf("got %+v", seen[2])
	}
}
