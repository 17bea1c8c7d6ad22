// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// with is Contoso with a behavior.
func with(t *testing.T, b tenant.Behavior) wire {
	t.Helper()
	w := newWire(t)
	w.tenant.SetBehavior(b)
	return w
}

// detail is the message of the details of an error.
func (r reply) detail(t *testing.T) string {
	t.Helper()
	var body struct {
		Error struct {
			Details []struct{ Message string }
		}
	}
	if err := json.Unmarshal([]byte(r.body), &body); err != nil || len(body.Error.Details) != 1 {
		t.Fatalf("%v: %s", err, r.body)
	}
	return body.Error.Details[0].Message
}

func TestFilterEcho(t *testing.T) {
	t.Parallel()
	const filter = `office  -EQ "Berlin" -and MemberOfGroup -eq 'CN=Finance Team,OU=contoso.onmicrosoft.com,DC=COM'`
	for behavior, want := range map[tenant.FilterEcho]string{
		tenant.FilterVerbatim:    filter,
		tenant.FilterParentheses: `((Office -eq 'Berlin') -and (MemberOfGroup -eq 'CN=Finance Team,OU=contoso.onmicrosoft.com,DC=COM'))`,
		tenant.FilterDNLowercase: `office  -EQ "Berlin" -and MemberOfGroup -eq 'cn=finance team,ou=contoso.onmicrosoft.com,dc=com'`,
	} {
		w := with(t, tenant.Behavior{FilterEcho: behavior})
		rows := w.invoke(t, "New-ManagementScope", map[string]any{"Name": "x", "RecipientRestrictionFilter": filter}).rows(t)
		if rows[0]["RecipientFilter"] != want {
			t.Errorf("New: got %v, want %s", rows[0]["RecipientFilter"], want)
		}
		rows = w.invoke(t, "Get-ManagementScope", map[string]any{"Identity": "x"}).rows(t)
		if rows[0]["RecipientFilter"] != want {
			t.Errorf("Get: got %v, want %s", rows[0]["RecipientFilter"], want)
		}
		if rows[0]["RecipientRestrictionFilter"] != nil {
			t.Error("the filter comes under its parameter's name too")
		}
	}
}

func TestErrorFormats(t *testing.T) {
	t.Parallel()
	const (
		class = "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException"
		text  = "The operation couldn't be performed because object 'x' couldn't be found on "
	)
	for format, want := range map[tenant.ErrorFormat]string{
		tenant.ErrorPipe:      "Ex6F9304|" + class + "|" + text,
		tenant.ErrorJSON:      `{"Message":"` + text,
		tenant.ErrorException: `{"ClassName":"` + class + `","Message":"` + text,
	} {
		detail := with(t, tenant.Behavior{ErrorFormat: format}).invoke(t, "Get-ManagementScope", map[string]any{"Identity": "x"}).detail(t)
		if !strings.HasPrefix(detail, want) {
			t.Errorf("got %s, want %s", detail, want)
		}
		if format != tenant.ErrorPipe && !json.Valid([]byte(detail)) {
			t.Errorf("not JSON: %s", detail)
		}
	}
	detail := with(t, tenant.Behavior{ErrorFormat: tenant.ErrorJSON}).invoke(t, "Get-ManagementScope", map[string]any{"Identity": "x"}).detail(t)
	if !strings.HasSuffix(detail, `","TypeName":"`+class+`","StackTrace":null,"InnerError":null}`) {
		t.Errorf("got %s", detail)
	}
	detail = with(t, tenant.Behavior{ErrorFormat: tenant.ErrorException}).invoke(t, "Get-ManagementScope", map[string]any{"Identity": "x"}).detail(t)
	if !strings.HasSuffix(detail, `"localizedString":{"stringId":"Ex6F9304"}}`) {
		t.Errorf("got %s", detail)
	}
}

func TestNotFoundStatus(t *testing.T) {
	t.Parallel()
	for status, code := range map[int]string{404: "NotFound", 400: "BadRequest", 500: "InternalServerError"} {
		w := with(t, tenant.Behavior{NotFoundStatus: status})
		answer := w.invoke(t, "Remove-ManagementScope", map[string]any{"Identity": "x"})
		if answer.status != status || !strings.HasPrefix(answer.body, `{"error":{"code":"`+code+`",`) {
			t.Errorf("got %d %s", answer.status, answer.body)
		}
		if got := w.invoke(t, "Enable-OrganizationCustomization", nil).status; got != http.StatusBadRequest {
			t.Errorf("another error: got %d", got)
		}
	}
}

func TestNotFoundWrapped(t *testing.T) {
	t.Parallel()
	detail := with(t, tenant.Behavior{NotFoundWrapped: true}).invoke(t, "Get-ManagementScope", map[string]any{"Identity": "x"}).detail(t)
	for _, want := range []string{
		"|Microsoft.Exchange.Configuration.CmdletProxyException|Error on proxy command", "Proxy method PSWS:  NotFound: Error executing cmdlet : {",
		"Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|",
	} {
		if !strings.Contains(detail, want) {
			t.Errorf("got %s, want it to contain %s", detail, want)
		}
	}
	_, inner, _ := strings.Cut(detail, "cmdlet : ")
	if !json.Valid([]byte(inner)) {
		t.Errorf("not JSON: %s", inner)
	}
}

func TestFormsOfValues(t *testing.T) {
	t.Parallel()
	scope := func(b tenant.Behavior) map[string]any {
		return with(t, b).invoke(t, "Get-ManagementScope", map[string]any{"Identity": "Payroll mailboxes"}).rows(t)[0]
	}
	if row := scope(tenant.Behavior{}); row["Exclusive"] != false {
		t.Errorf("got %v", row["Exclusive"])
	}
	if root, there := scope(tenant.Behavior{})["RecipientRoot"]; !there || root != nil {
		t.Errorf("got %v, %v", root, there)
	}
	if _, there := scope(tenant.Behavior{NullProperties: tenant.NullsAbsent})["RecipientRoot"]; there {
		t.Error("a null property is there")
	}
	if row := scope(tenant.Behavior{Booleans: tenant.BooleansString}); row["Exclusive"] != "False" || row["IsValid"] != "True" {
		t.Errorf("got %v, %v", row["Exclusive"], row["IsValid"])
	}
	upper := scope(tenant.Behavior{GUIDCase: tenant.GUIDUpper})
	if guid, _ := upper["Guid"].(string); guid != strings.ToUpper(guid) || strings.ToLower(guid) != scope(tenant.Behavior{})["Guid"] {
		t.Errorf("got %v", upper["Guid"])
	}
	if dn, _ := scope(tenant.Behavior{DNCase: tenant.DNLower})["DistinguishedName"].(string); !strings.HasPrefix(dn, "cn=payroll mailboxes,cn=scopes,") {
		t.Errorf("got %s", dn)
	}
}

func TestUpperCaseReachesTheIDsOfApplications(t *testing.T) {
	t.Parallel()
	w := with(t, tenant.Behavior{GUIDCase: tenant.GUIDUpper})
	row := w.invoke(t, "Get-ServicePrincipal", map[string]any{"Identity": payrollObjectID}).rows(t)[0]
	for _, name := range []string{"ObjectId", "AppId", "Identity", "Name"} {
		if id, _ := row[name].(string); id != strings.ToUpper(id) || !strings.HasSuffix(id, "AA") {
			t.Errorf("%s is %v", name, row[name])
		}
	}
}

func TestSingleLists(t *testing.T) {
	t.Parallel()
	file := "recipients: [{type: MailUniversalDistributionGroup, address: one@contoso.com, members: [adele@contoso.com]}]"
	loaded, err := tenant.Load(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	w := wireOf(loaded)
	group := map[string]any{"Identity": "one"}
	if row := w.invoke(t, "Get-Group", group).rows(t)[0]; len(row["Members"].([]any)) != 1 { //nolint:forcetypeassert // A test may panic.
		t.Errorf("got %v", row["Members"])
	}
	loaded.SetBehavior(tenant.Behavior{SingleLists: tenant.SingleString})
	row := w.invoke(t, "Get-Group", group).rows(t)[0]
	if row["Members"] != "Adele Vance" || row["Members@odata.type"] != nil {
		t.Errorf("got %v", row["Members"])
	}
	if _, list := row["ObjectClass"].([]any); !list {
		t.Errorf("a list of two is %v", row["ObjectClass"])
	}
}

func TestInScopeForms(t *testing.T) {
	t.Parallel()
	test := func(b tenant.Behavior, resource any) any {
		return with(t, b).invoke(t, "Test-ServicePrincipalAuthorization", map[string]any{"Identity": payrollObjectID, "Resource": resource}).rows(t)[0]["InScope"]
	}
	for name, check := range map[string]struct{ got, want any }{
		"in":              {test(tenant.Behavior{}, "payroll@contoso.com"), true},
		"out":             {test(tenant.Behavior{}, "info@contoso.com"), false},
		"in, string":      {test(tenant.Behavior{InScope: tenant.BooleansString}, "payroll@contoso.com"), "True"},
		"out, string":     {test(tenant.Behavior{InScope: tenant.BooleansString}, "info@contoso.com"), "False"},
		"not run":         {test(tenant.Behavior{}, nil), "Not Run"},
		"not run, string": {test(tenant.Behavior{InScope: tenant.BooleansString}, nil), "Not Run"},
	} {
		if check.got != check.want {
			t.Errorf("%s: got %v, want %v", name, check.got, check.want)
		}
	}
}

func TestWritesNeedTheDomainInTheAnchor(t *testing.T) {
	t.Parallel()
	const system = "SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@"
	w := with(t, tenant.Behavior{WriteNeedsDomainAnchor: true})
	writes := map[string]map[string]any{
		"New-ServicePrincipal":         {"AppId": invoiceAppID, "ObjectId": invoiceObjectID},
		"New-ManagementScope":          {"Name": "x", "RecipientRestrictionFilter": "Alias -eq 'x'"},
		"New-ManagementRoleAssignment": {"Role": "Application Mail.Send", "App": payrollObjectID},
		"New-ApplicationAccessPolicy":  {"AppId": invoiceAppID, "AccessRight": "DenyAccess", "PolicyScopeGroupId": "Finance Team"},
	}
	for _, anchor := range []string{"APP:" + system + tenantID, "TID:" + tenantID, "UPN:" + system + "fabrikam.onmicrosoft.com", "UPN:" + system + "contoso", ""} {
		for cmdlet, parameters := range writes {
			answer := w.invoke(t, cmdlet, parameters, header("X-AnchorMailbox", anchor))
			if answer.status != http.StatusBadRequest || !strings.HasPrefix(answer.detail(t), "|Microsoft.Exchange.Data.Directory.InsufficientPermissionsException|Source server:") {
				t.Errorf("%s as %s: got %d %s", cmdlet, anchor, answer.status, answer.body)
			}
		}
		if got := w.invoke(t, "Get-ManagementScope", nil, header("X-AnchorMailbox", anchor)).status; got != http.StatusOK {
			t.Errorf("a read: got %d", got)
		}
	}
	for cmdlet, parameters := range writes {
		w.invoke(t, cmdlet, parameters, header("X-AnchorMailbox", "UPN:"+system+"contoso.onmicrosoft.com")).rows(t)
	}
}

func TestWrongIdentityOnTheWire(t *testing.T) {
	t.Parallel()
	for behavior, want := range map[tenant.WrongIdentity]int{tenant.WrongIdentityEmpty: 0, tenant.WrongIdentityAll: 3} {
		w := with(t, tenant.Behavior{WrongIdentity: behavior})
		if rows := w.invoke(t, "Get-ManagementScope", map[string]any{"Identity": "x"}).rows(t); len(rows) != want {
			t.Errorf("got %d rows, want %d", len(rows), want)
		}
	}
}

func TestSetOutput(t *testing.T) {
	t.Parallel()
	for behavior, want := range map[tenant.SetOutput]string{
		tenant.SetEmpty: head + `"value":[]}`, tenant.SetNoContent: "", tenant.SetNull: head + `"value":null}`,
	} {
		w := with(t, tenant.Behavior{SetOutput: behavior, NullProperties: tenant.NullsAbsent})
		answer := w.invoke(t, "Remove-ManagementRoleAssignment", map[string]any{"Identity": "Payroll Archive Mail.Read"})
		status := http.StatusOK
		if behavior == tenant.SetNoContent {
			status = http.StatusNoContent
		}
		if answer.status != status || answer.body != want {
			t.Errorf("got %d %s, want %d %s", answer.status, answer.body, status, want)
		}
	}
}

func TestNewOutput(t *testing.T) {
	t.Parallel()
	w := with(t, tenant.Behavior{NewOutput: tenant.NewEmpty})
	if rows := w.invoke(t, "New-ManagementScope", map[string]any{"Name": "x", "RecipientRestrictionFilter": "Alias -eq 'x'"}).rows(t); len(rows) != 0 {
		t.Errorf("got %v", rows)
	}
	if rows := w.invoke(t, "Get-ManagementScope", map[string]any{"Identity": "x"}).rows(t); len(rows) != 1 {
		t.Errorf("it was not made: %v", rows)
	}
}

func TestLagsOnTheWire(t *testing.T) {
	t.Parallel()
	w := with(t, tenant.Behavior{ServicePrincipalLag: tenant.Lag{Calls: 1}, AssignmentLag: tenant.Lag{Calls: 1}, ScopeInUseLag: tenant.Lag{Calls: 1}})
	w.invoke(t, "New-ServicePrincipal", map[string]any{"AppId": invoiceAppID, "ObjectId": invoiceObjectID}).rows(t)
	assign := map[string]any{"Name": "x", "Role": "Application Mail.Read", "App": invoiceObjectID, "CustomResourceScope": "Berlin recipients"}
	if got := w.invoke(t, "New-ManagementRoleAssignment", assign).status; got != http.StatusNotFound {
		t.Errorf("got %d", got)
	}
	w.invoke(t, "New-ManagementRoleAssignment", assign).rows(t)
	if got := w.invoke(t, "Get-ManagementRoleAssignment", map[string]any{"Identity": "x"}).status; got != http.StatusNotFound {
		t.Errorf("got %d", got)
	}
	w.invoke(t, "Get-ManagementRoleAssignment", map[string]any{"Identity": "x"}).rows(t)
	w.invoke(t, "Remove-ManagementRoleAssignment", map[string]any{"Identity": "Payroll Archive Mail.Read"}).rows(t)
	if got := w.invoke(t, "Remove-ManagementScope", map[string]any{"Identity": "Payroll mailboxes"}).status; got != http.StatusBadRequest {
		t.Errorf("got %d", got)
	}
	w.invoke(t, "Remove-ManagementScope", map[string]any{"Identity": "Payroll mailboxes"}).rows(t)
}
