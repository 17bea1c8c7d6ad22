// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver_test

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/adminserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const (
	tenantID = "11111111-1111-1111-1111-111111111111"
	anchor   = "UPN:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@contoso.onmicrosoft.com"
)

// tokens maps bearer tokens to callers.
type tokens map[string]adminserver.Caller

func (t tokens) Authorize(bearer string) (adminserver.Caller, error) {
	caller, ok := t[bearer]
	if !ok {
		return adminserver.Caller{}, errors.New("the token is unknown")
	}
	return caller, nil
}

var knownTokens = tokens{
	"automation": {
		AppID: tenant.AutomationAppID, ObjectID: tenant.AutomationObjectID,
		Roles: []string{tenant.ManageAsApp}, DirectoryRoles: []string{tenant.ExchangeAdministrator},
	},
	"role only": {AppID: tenant.AutomationAppID, ObjectID: tenant.AutomationObjectID, Roles: []string{tenant.ManageAsApp}},
	"nothing":   {AppID: tenant.AutomationAppID, ObjectID: tenant.AutomationObjectID},
	"reader": {
		AppID: tenant.AutomationAppID, ObjectID: tenant.AutomationObjectID,
		Roles: []string{tenant.ManageAsApp}, DirectoryRoles: []string{tenant.GlobalReader},
	},
}

// wire is a server under test with its tenant.
type wire struct {
	tenant *tenant.Tenant
	server *adminserver.Server
}

func newWire(t *testing.T) wire {
	t.Helper()
	return wireOf(tenant.Contoso())
}

func wireOf(in *tenant.Tenant) wire {
	return wire{tenant: in, server: adminserver.New(in, knownTokens, nil)}
}

// reply is a response as a client sees it.
type reply struct {
	status int
	header http.Header
	body   string
}

// request is what a test changes of the request that a good client sends.
type request func(*http.Request)

func header(name, value string) request {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func query(raw string) request {
	return func(r *http.Request) { r.URL.RawQuery = raw }
}

// post sends a body to InvokeCommand.
func (w wire) post(t *testing.T, body string, changes ...request) reply {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://outlook.example/adminapi/beta/"+tenantID+"/InvokeCommand", strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer automation")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-AnchorMailbox", anchor)
	for _, change := range changes {
		change(r)
	}
	return w.send(t, r)
}

func (w wire) send(t *testing.T, r *http.Request) reply {
	t.Helper()
	recorder := httptest.NewRecorder()
	w.server.ServeHTTP(recorder, r)
	answer := recorder.Result()
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{answer.StatusCode, answer.Header, string(body)}
}

// invoke runs a cmdlet over the wire.
func (w wire) invoke(t *testing.T, cmdlet string, parameters map[string]any, changes ...request) reply {
	t.Helper()
	if parameters == nil {
		parameters = map[string]any{}
	}
	body, err := json.Marshal(map[string]any{"CmdletInput": map[string]any{"CmdletName": cmdlet, "Parameters": parameters}})
	if err != nil {
		t.Fatal(err)
	}
	return w.post(t, string(body), changes...)
}

// rows decodes the rows of a success.
func (r reply) rows(t *testing.T) []map[string]any {
	t.Helper()
	if r.status != http.StatusOK {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	var envelope struct {
		Value []map[string]any `json:"value"`
	}
	if err := json.Unmarshal([]byte(r.body), &envelope); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
	return envelope.Value
}

// refusal is a call that is refused, and a part of the answer.
type refusal struct {
	cmdlet     string
	parameters map[string]any
	status     int
	want       string
}

// checkRefusals checks that calls are refused, and change nothing.
func checkRefusals(t *testing.T, refusals map[string]refusal) {
	t.Helper()
	for name, test := range refusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t)
			before := w.tenant.Counts()
			answer := w.invoke(t, test.cmdlet, test.parameters)
			if answer.status != test.status || !strings.Contains(answer.body, test.want) {
				t.Errorf("got %d %s, want %d with %s", answer.status, answer.body, test.status, test.want)
			}
			if after := w.tenant.Counts(); !maps.Equal(before, after) {
				t.Errorf("before %v, after %v", before, after)
			}
		})
	}
}

func TestScopedApplicationReachesItsMailboxesOnly(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	const object = "33333333-3333-3333-3333-333333333333"
	for _, step := range []struct {
		cmdlet     string
		parameters map[string]any
	}{
		{"New-ServicePrincipal", map[string]any{"AppId": "22222222-2222-2222-2222-222222222222", "ObjectId": object, "DisplayName": "Invoice Reader"}},
		{"New-ManagementScope", map[string]any{"Name": "Finance", "RecipientRestrictionFilter": "CustomAttribute1 -eq 'finance'"}},
		{"New-ManagementRoleAssignment", map[string]any{"App": object, "Role": "Application Mail.Read", "CustomResourceScope": "Finance"}},
	} {
		if got := w.invoke(t, step.cmdlet, step.parameters).rows(t); len(got) != 1 {
			t.Fatalf("%s answered %d rows, want the object", step.cmdlet, len(got))
		}
	}
	for mailbox, want := range map[string]bool{"invoices@contoso.com": true, "payroll@contoso.com": false} {
		rows := w.invoke(t, "Test-ServicePrincipalAuthorization", map[string]any{"Identity": object, "Resource": mailbox}).rows(t)
		if len(rows) != 1 || rows[0]["InScope"] != want {
			t.Errorf("%s: got %v, want InScope %v", mailbox, rows, want)
		}
	}
}
