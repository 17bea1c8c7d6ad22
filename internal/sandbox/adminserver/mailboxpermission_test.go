// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// warned is the beginning of an envelope with a warning.
func warned(warning string) string {
	quoted := strings.ReplaceAll(warning, `"`, `\"`)
	return strings.Replace(head, `"@adminapi.warnings":[]`, `"@adminapi.warnings":["`+quoted+`"]`, 1)
}

const (
	// permissionTail is what an entry of support@contoso.com ends in.
	permissionTail = `"UserSid":"SID","PrimarySmtpAddress":"","InheritanceType":"All","Identity":"Support","IsValid":true,"ObjectState":"Unchanged"}`
	// supportDN is that mailbox in warnings.
	supportDN = "CN=Support,OU=contoso.onmicrosoft.com,OU=Microsoft Exchange Hosted Organizations,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM"
)

// permissionRow is the row of an entry.
func permissionRow(user, rights, deny, inherited string) string {
	return `{"User":"` + user + `","AccessRights@odata.type":"#Collection(String)","AccessRights":[` + rights + `],"Deny":` + deny + `,"IsInherited":` + inherited + `,` + permissionTail
}

func TestMailboxPermissionBodies(t *testing.T) {
	t.Parallel()
	self := func(rights string) string {
		return strings.Replace(permissionRow(`NT AUTHORITY\\SELF`, `"`+rights+`"`, "false", "false"), `"SID"`, `"S-1-5-10"`, 1)
	}
	own := self("FullAccess, ReadPermission") + "," + self("FullAccess, ExternalAccount, ReadPermission")
	alex := permissionRow("alex@contoso.com", `"FullAccess, ReadPermission"`, "false", "false")
	const (
		servers       = "S-1-5-21-1196097974-1292650839-4244031858-1103"
		administrator = "S-1-5-21-1196097974-1292650839-4244031858-500"
	)
	inherited := strings.Replace(permissionRow(`EURPR01A001\\Exchange Servers`, `"FullAccess, ReadPermission"`, "false", "true"), "SID", servers, 1) + "," +
		strings.Replace(permissionRow(`EURPR01A001\\Administrator`, `"FullAccess"`, "true", "true"), "SID", administrator, 1)
	get := map[string]any{"Identity": "support@contoso.com"}
	for name, test := range map[string]struct {
		behavior   tenant.Behavior
		cmdlet     string
		parameters map[string]any
		want       string
	}{
		"read":                  {tenant.Behavior{}, "Get-MailboxPermission", get, head + `"value":[` + own + "," + alex + "]}"},
		"one own entry":         {tenant.Behavior{OwnPermissions: tenant.OwnOnce}, "Get-MailboxPermission", get, head + `"value":[` + self("FullAccess, ReadPermission") + "," + alex + "]}"},
		"own entry with SendAs": {tenant.Behavior{OwnPermissions: tenant.OwnWithSendAs}, "Get-MailboxPermission", get, head + `"value":[` + self("FullAccess, ReadPermission") + "," + self("FullAccess, SendAs, ExternalAccount, ReadPermission") + "," + alex + "]}"},
		"inherited entries":     {tenant.Behavior{InheritedPermissions: tenant.InheritedShown}, "Get-MailboxPermission", get, head + `"value":[` + own + "," + alex + "," + inherited + "]}"},
		"of one trustee":        {tenant.Behavior{}, "Get-MailboxPermission", map[string]any{"Identity": "support", "User": "ALEX"}, head + `"value":[` + alex + "]}"},
		"separate rights": {
			tenant.Behavior{AccessRights: tenant.RightsSeparate},
			"Get-MailboxPermission",
			map[string]any{"Identity": "support", "User": "alex"},
			head + `"value":[` + permissionRow("alex@contoso.com", `"FullAccess","ReadPermission"`, "false", "false") + "]}",
		},
		"rights as a text": {
			tenant.Behavior{SingleLists: tenant.SingleString},
			"Get-MailboxPermission",
			map[string]any{"Identity": "support", "User": "alex"},
			head + `"value":[` + strings.Replace(alex, `"AccessRights@odata.type":"#Collection(String)","AccessRights":["FullAccess, ReadPermission"]`, `"AccessRights":"FullAccess, ReadPermission"`, 1) + "]}",
		},
		"a further right": {
			tenant.Behavior{},
			"Add-MailboxPermission",
			map[string]any{"Identity": "support", "User": "alex", "AccessRights": "ChangeOwner, deleteitem"},
			head + `"value":[` + permissionRow("alex@contoso.com", `"FullAccess, DeleteItem, ReadPermission, ChangeOwner"`, "false", "false") + "]}",
		},
		"a further right in its own row": {
			tenant.Behavior{RepeatedPermission: tenant.RepeatedSeparate},
			"Add-MailboxPermission",
			map[string]any{"Identity": "support", "User": "alex", "AccessRights": []string{"DeleteItem"}},
			head + `"value":[` + permissionRow("alex@contoso.com", `"DeleteItem"`, "false", "false") + "]}",
		},
		"an application": {
			tenant.Behavior{},
			"Add-MailboxPermission",
			map[string]any{"Identity": "support", "User": payrollObjectID, "AccessRights": []string{"FullAccess"}, "Deny": true},
			head + `"value":[` + permissionRow("Payroll Archive", `"FullAccess"`, "true", "false") + "]}",
		},
		"a right that is there": {
			tenant.Behavior{},
			"Add-MailboxPermission",
			map[string]any{"Identity": "support", "User": "alex", "AccessRights": []string{"FullAccess"}, "AutoMapping": false},
			warned(`The appropriate access control entry is already present on the object "`+supportDN+`" for account "alex@contoso.com".`) + `"value":[` + alex + "]}",
		},
		"an answer that got lost": {
			tenant.Behavior{NewOutput: tenant.NewEmpty},
			"Add-MailboxPermission",
			map[string]any{"Identity": "support", "User": "megan", "AccessRights": []string{"FullAccess"}},
			head + `"value":[]}`,
		},
		"removal": {tenant.Behavior{}, "Remove-MailboxPermission", map[string]any{"Identity": "support", "User": "alex", "AccessRights": []string{"FullAccess"}, "Confirm": false}, head + `"value":[]}`},
		"removal of a right that is absent": {
			tenant.Behavior{},
			"Remove-MailboxPermission",
			map[string]any{"Identity": "support", "User": "megan", "AccessRights": []string{"FullAccess", "SendAs"}},
			warned(`Can't remove the access control entry on the object "`+supportDN+`" for account "megan@contoso.com" because the ACE doesn't exist on the object.`) + `"value":[]}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := with(t, test.behavior)
			if _, _, err := w.server.Run("Add-MailboxPermission", map[string]any{"Identity": "support", "User": "alex", "AccessRights": []string{"ReadPermission", "FullAccess"}}); err != nil {
				t.Fatal(err)
			}
			answer := w.invoke(t, test.cmdlet, test.parameters)
			if answer.status != http.StatusOK {
				t.Errorf("the status is %d", answer.status)
			}
			sameBody(t, answer.body, test.want)
		})
	}
}

func TestMailboxPermissionRefusals(t *testing.T) {
	t.Parallel()
	const (
		sets  = "Parameter set cannot be resolved using the specified named parameters. Invalid cmdlet parameters specified. "
		names = "FullAccess, ExternalAccount, DeleteItem, ReadPermission, ChangePermission, ChangeOwner"
	)
	spec := func(change string, value any) map[string]any {
		parameters := map[string]any{"Identity": "support", "User": "alex", "AccessRights": []string{"FullAccess"}}
		parameters[change] = value
		return parameters
	}
	checkRefusals(t, map[string]refusal{
		"no mailbox to read":        {"Get-MailboxPermission", nil, 400, `"message":"Invalid Operation"`},
		"an empty mailbox to read":  {"Get-MailboxPermission", map[string]any{"Identity": ""}, 400, `"message":"Invalid Operation"`},
		"an unknown mailbox":        {"Get-MailboxPermission", map[string]any{"Identity": "x"}, 404, "Ex6F9304|"},
		"an unknown trustee":        {"Get-MailboxPermission", map[string]any{"Identity": "support", "User": "x"}, 404, "Ex6F9304|"},
		"no right":                  {"Add-MailboxPermission", spec("AccessRights", []string{"FullAccess", "Everything"}), 400, `Cannot process argument transformation on parameter 'AccessRights'. Cannot convert value \"Everything\" to type \"Microsoft.Exchange.Management.RecipientTasks.MailboxRights[]\". Error: \"Unable to match the identifier name Everything to a valid enumerator name. Specify one of the following enumerator names and try again: ` + names},
		"SendAs":                    {"Add-MailboxPermission", spec("AccessRights", "FullAccess, SendAs"), 400, "Unable to match the identifier name SendAs"},
		"rights that are none":      {"Add-MailboxPermission", spec("AccessRights", []any{map[string]any{}}), 400, "Cannot process argument transformation on parameter 'AccessRights'."},
		"no rights":                 {"Add-MailboxPermission", spec("AccessRights", []string{}), 400, "Cannot bind argument to parameter 'AccessRights' because it is an empty array."},
		"an inheritance":            {"Add-MailboxPermission", spec("InheritanceType", "Descendants"), 400, "None, All, Descendents, SelfAndChildren, Children"},
		"a text for AutoMapping":    {"Add-MailboxPermission", spec("AutoMapping", "yes"), 400, "Cannot process argument transformation on parameter 'AutoMapping'."},
		"an unknown mailbox to add": {"Add-MailboxPermission", spec("Identity", "x"), 404, "Ex6F9304|"},
		"an unknown trustee to add": {"Add-MailboxPermission", spec("User", "x"), 404, "Ex6F9304|"},
		"a distribution group":      {"Add-MailboxPermission", spec("User", "newsletter"), 400, "Couldn't resolve the user or group"},
		"what the sandbox lacks":    {"Add-MailboxPermission", map[string]any{"Identity": "support", "Owner": "alex"}, 400, "does not carry out the parameter Owner of Add-MailboxPermission"},
		"AutoMapping on Remove":     {"Remove-MailboxPermission", spec("AutoMapping", true), 400, sets + "AutoMapping"},
		"two kinds of removal":      {"Remove-MailboxPermission", spec("ClearAutoMapping", true), 400, sets},
		"two other kinds":           {"Remove-MailboxPermission", map[string]any{"Identity": "x", "ClearAutoMapping": true, "ResetDefault": true}, 400, sets + "ClearAutoMapping, ResetDefault"},
		"nothing to remove":         {"Remove-MailboxPermission", map[string]any{"Identity": "support"}, 400, "missing mandatory parameters: User AccessRights."},
		"a deleted trustee by name": {"Remove-MailboxPermission", spec("User", "gone@contoso.com"), 404, "Ex6F9304|"},
	})
}

// mapping says whether a mailbox opens by itself for whoever has a permission
// on it.
func (w wire) mapping(t *testing.T, identity string) bool {
	t.Helper()
	for _, p := range w.tenant.MailboxPermissions() {
		if p.Identity == identity {
			return p.AutoMapping
		}
	}
	t.Fatalf("%s has no permission", identity)
	return false
}

func TestAutoMappingIsKeptAndNeverAnswered(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	add := map[string]any{"Identity": "support", "User": "alex", "AccessRights": "FullAccess"}
	for _, want := range []bool{true, false} {
		add["AutoMapping"] = want
		w.invoke(t, "Add-MailboxPermission", add).rows(t)
		if got := w.mapping(t, "Support"); got != want {
			t.Errorf("AutoMapping is %v, want %v", got, want)
		}
		if body := w.invoke(t, "Get-MailboxPermission", map[string]any{"Identity": "support"}).body; strings.Contains(strings.ToLower(body), "automapping") {
			t.Errorf("got %s", body)
		}
		w.invoke(t, "Remove-MailboxPermission", map[string]any{"Identity": "support", "User": "alex", "AccessRights": "FullAccess"}).rows(t)
	}
	if !w.mapping(t, "Info") {
		t.Error("the seeded permission does not map")
	}
	w.invoke(t, "Remove-MailboxPermission", map[string]any{"Identity": "info", "ClearAutoMapping": false}).rows(t)
	if !w.mapping(t, "Info") {
		t.Error("false clears")
	}
	w.invoke(t, "Remove-MailboxPermission", map[string]any{"Identity": "info", "ClearAutoMapping": true}).rows(t)
	if w.mapping(t, "Info") {
		t.Error("it is not cleared")
	}
}

func TestUnresolvedPermissionsAreShownWhenAskedFor(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	sid := w.tenant.MailboxPermissions()[0].UserSID
	if err := w.tenant.DeleteRecipient("adele@contoso.com"); err != nil {
		t.Fatal(err)
	}
	for ask, want := range map[bool]int{false: 0, true: 1} {
		rows := w.invoke(t, "Get-MailboxPermission", map[string]any{"Identity": "info", "User": sid, "IncludeUnresolvedPermissions": ask}).rows(t)
		if len(rows) != want {
			t.Fatalf("%v: got %v", ask, rows)
		}
		if want == 1 && (rows[0]["User"] != sid || rows[0]["UserSid"] != sid) {
			t.Errorf("got %v", rows)
		}
	}
}

func TestARenamedUserReadsBackByTheNewName(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	before := w.invoke(t, "Get-MailboxPermission", map[string]any{"Identity": "info", "User": "adele"}).rows(t)[0]
	w.invoke(t, "Set-Mailbox", map[string]any{"Identity": "adele@contoso.com", "MicrosoftOnlineServicesID": "adele.vance@contoso.com"}).rows(t)
	after := w.invoke(t, "Get-MailboxPermission", map[string]any{"Identity": "info", "User": "adele"}).rows(t)[0]
	if before["User"] != "adele@contoso.com" || after["User"] != "adele.vance@contoso.com" || before["UserSid"] != after["UserSid"] {
		t.Errorf("got %v and %v", before, after)
	}
}

func TestTrusteeLagOnTheWire(t *testing.T) {
	t.Parallel()
	w := with(t, tenant.Behavior{TrusteeLag: tenant.Lag{Calls: 1}})
	w.invoke(t, "New-ServicePrincipal", map[string]any{"AppId": invoiceAppID, "ObjectId": invoiceObjectID, "DisplayName": "Invoice Reader"}).rows(t)
	add := map[string]any{"Identity": "support", "User": invoiceObjectID, "AccessRights": "FullAccess"}
	if got := w.invoke(t, "Add-MailboxPermission", add).status; got != http.StatusNotFound {
		t.Errorf("got %d", got)
	}
	if row := w.invoke(t, "Add-MailboxPermission", add).rows(t)[0]; row["User"] != "Invoice Reader" {
		t.Errorf("got %v", row)
	}
}

func TestMailboxPermissionsComeInPages(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	for n := range 20 {
		parameters := map[string]any{"Identity": "support", "User": fmt.Sprintf("S-1-5-21-1-2-3-%d", n), "AccessRights": "FullAccess"}
		if _, _, err := w.server.Run("Add-MailboxPermission", parameters); err != nil {
			t.Fatal(err)
		}
	}
	get := map[string]any{"Identity": "support", "IncludeUnresolvedPermissions": true, "ResultSize": "Unlimited"}
	p := w.invoke(t, "Get-MailboxPermission", get, maxPageSize("12")).page(t)
	second := w.invoke(t, "Get-MailboxPermission", get, p.follow(t)).page(t)
	if len(p.Value) != 12 || len(second.Value) != 10 || second.Next != "" {
		t.Errorf("got %d and %d rows, and %q", len(p.Value), len(second.Value), second.Next)
	}
}
