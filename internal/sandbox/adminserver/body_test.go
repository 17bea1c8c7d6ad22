// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const (
	invoiceAppID    = "22222222-2222-2222-2222-222222222222"
	invoiceObjectID = "33333333-3333-3333-3333-333333333333"
	payrollAppID    = "22222222-2222-2222-2222-0000000000aa"
	payrollObjectID = "33333333-3333-3333-3333-0000000000aa"
	bookingObjectID = "33333333-3333-3333-3333-0000000000cc"
)

// volatile are the parts of a body that differ from call to call, or follow
// from the order in which the tenant's objects were made.
var volatile = []struct {
	pattern     *regexp.Regexp
	replacement string
}{
	{regexp.MustCompile(`AM0PR01A001DC\d\d\d\.EURPR01A001`), "DC.EURPR01A001"},
	{regexp.MustCompile(`("(?:ExchangeObjectId|Guid|ExchangeGuid)":)"[0-9a-f-]{36}"`), `$1"GUID"`},
	{regexp.MustCompile(`S-1-5-21-724521725-2336880675-2689004279-\d+`), "SID"},
	{regexp.MustCompile(`(skiptoken=)[\w-]+`), "${1}TOKEN"},
	{regexp.MustCompile(`,"stacktrace":"   at [^"]+"`), `,"stacktrace":"…"`},
}

// sameBody compares bodies byte by byte, but for what is volatile.
func sameBody(t *testing.T, got, want string) {
	t.Helper()
	if !json.Valid([]byte(got)) {
		t.Fatalf("not JSON: %s", got)
	}
	if diff := cmp.Diff(want, steady(got)); diff != "" {
		t.Errorf("the body is not as expected (-want +got):\n%s", diff)
	}
}

// steady is a body with signs in the place of what is volatile.
func steady(body string) string {
	for _, v := range volatile {
		body = v.pattern.ReplaceAllString(body, v.replacement)
	}
	return body
}

const (
	head = `{"@odata.context":"https://outlook.example/adminapi/beta/11111111-1111-1111-1111-111111111111/$metadata#Collection(Exchange.GenericHashTable)",` +
		`"adminapi.warnings@odata.type":"#Collection(String)","@adminapi.warnings":[],`
	seedTail = `"WhenChanged@data.type":"System.DateTime","WhenChanged":"2026-01-05T09:00:00.0000000+00:00",` +
		`"WhenCreated@data.type":"System.DateTime","WhenCreated":"2026-01-05T09:00:00.0000000+00:00",` +
		`"WhenChangedUTC@data.type":"System.DateTime","WhenChangedUTC":"2026-01-05T09:00:00.0000000Z",` +
		`"WhenCreatedUTC@data.type":"System.DateTime","WhenCreatedUTC":"2026-01-05T09:00:00.0000000Z",` +
		`"ExchangeObjectId@data.type":"System.Guid","ExchangeObjectId@odata.type":"#Guid","ExchangeObjectId":"GUID",` +
		`"OrganizationalUnitRoot":"contoso.onmicrosoft.com",` +
		`"OrganizationId":"EURPR01A001.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/contoso.onmicrosoft.com - EURPR01A001.PROD.OUTLOOK.COM/ConfigurationUnits/contoso.onmicrosoft.com/Configuration",` +
		`"Guid@data.type":"System.Guid","Guid@odata.type":"#Guid","Guid":"GUID",` +
		`"OriginatingServer":"DC.EURPR01A001.PROD.OUTLOOK.COM","ObjectState":"Unchanged"}`
)

func TestSuccessBodies(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cmdlet     string
		parameters map[string]any
		want       string
	}{
		"no rows": {
			"Get-ManagementScope",
			map[string]any{"Identity": "Redmond*"},
			head + `"value":[]}`,
		},
		"no output": {
			"Set-ManagementScope",
			map[string]any{"Identity": "Executives", "Force": true},
			head + `"value":[]}`,
		},
		"management scope": {
			"Get-ManagementScope",
			map[string]any{"Identity": "Payroll mailboxes"},
			head + `"value":[{"RecipientRoot":null,"RecipientFilter":"CustomAttribute1 -eq 'payroll'","ServerFilter":"","DatabaseFilter":"","TenantOrganizationFilter":"",` +
				`"ScopeRestrictionType":"RecipientScope","Exclusive":false,"AdminDisplayName":"",` +
				`"Identity":"Payroll mailboxes","Id":"Payroll mailboxes","IsValid":true,"ExchangeVersion":"0.11 (14.0.550.0)",` +
				`"DirectoryObjectVersion@data.type":"System.Int32","DirectoryObjectVersion":1,"Name":"Payroll mailboxes",` +
				`"DistinguishedName":"CN=Payroll mailboxes,CN=Scopes,CN=RBAC,CN=Configuration,CN=contoso.onmicrosoft.com,CN=ConfigurationUnits,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM",` +
				`"ObjectCategory":"EURPR01A001.PROD.OUTLOOK.COM/Configuration/Schema/ms-Exch-Scope","ObjectClass@odata.type":"#Collection(String)","ObjectClass":["top","msExchScope"],` +
				seedTail + `]}`,
		},
		"role assignment": {
			"Get-ManagementRoleAssignment",
			map[string]any{"Identity": "Payroll Archive Mail.Read"},
			head + `"value":[{"DataObject":"Payroll Archive Mail.Read","User":"` + payrollObjectID + `","App":null,"AssignmentMethod":"Direct",` +
				`"Identity":"Payroll Archive Mail.Read","EffectiveUserName":"` + payrollObjectID + `","AssignmentChain":null,` +
				`"RoleAssigneeType":"ServicePrincipal","RoleAssignee":"` + payrollObjectID + `","Role":"Application Mail.Read","RoleAssignmentDelegationType":"Regular",` +
				`"CustomRecipientWriteScope":null,"CustomResourceScope":"Payroll mailboxes","CustomConfigWriteScope":null,` +
				`"RecipientReadScope":"Organization","ConfigReadScope":"None","RecipientWriteScope":"CustomRecipientScope","ConfigWriteScope":"None",` +
				`"Enabled":true,"RoleAssigneeName":"` + payrollObjectID + `","Id":"Payroll Archive Mail.Read","IsValid":true,"ExchangeVersion":"0.11 (14.0.550.0)",` +
				`"DirectoryObjectVersion@data.type":"System.Int32","DirectoryObjectVersion":1,"Name":"Payroll Archive Mail.Read",` +
				`"DistinguishedName":"CN=Payroll Archive Mail.Read,CN=Role Assignments,CN=RBAC,CN=Configuration,CN=contoso.onmicrosoft.com,CN=ConfigurationUnits,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM",` +
				`"ObjectCategory":"EURPR01A001.PROD.OUTLOOK.COM/Configuration/Schema/ms-Exch-Role-Assignment","ObjectClass@odata.type":"#Collection(String)","ObjectClass":["top","msExchRoleAssignment"],` +
				seedTail + `]}`,
		},
		"authorization": {
			"Test-ServicePrincipalAuthorization",
			map[string]any{"Identity": payrollObjectID, "Resource": "payroll@contoso.com"},
			head + `"value":[{"RoleName":"Application Mail.Read","GrantedPermissions":"Mail.Read","AllowedResourceScope":"Payroll mailboxes","ScopeType":"CustomRecipientScope","InScope":true}]}`,
		},
		"authorization, not run": {
			"Test-ServicePrincipalAuthorization",
			map[string]any{"Identity": payrollObjectID},
			head + `"value":[{"RoleName":"Application Mail.Read","GrantedPermissions":"Mail.Read","AllowedResourceScope":"Payroll mailboxes","ScopeType":"CustomRecipientScope","InScope":"Not Run"}]}`,
		},
		"administrative unit": {
			"Get-AdministrativeUnit",
			map[string]any{"Identity": "Europe"},
			head + `"value":[{"DisplayName":"Europe","ExternalDirectoryObjectId":"60f565a0-9a30-40e6-a34e-4023db4616c2","AdminDisplayName":"",` +
				`"Identity":"60f565a0-9a30-40e6-a34e-4023db4616c2","Id":"60f565a0-9a30-40e6-a34e-4023db4616c2","IsValid":true,"ExchangeVersion":"0.20 (15.0.0.0)",` +
				`"DirectoryObjectVersion@data.type":"System.Int32","DirectoryObjectVersion":1,"Name":"60f565a0-9a30-40e6-a34e-4023db4616c2",` +
				`"DistinguishedName":"CN=60f565a0-9a30-40e6-a34e-4023db4616c2,OU=contoso.onmicrosoft.com,OU=Microsoft Exchange Hosted Organizations,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM",` +
				`"ObjectCategory":"EURPR01A001.PROD.OUTLOOK.COM/Configuration/Schema/ms-Exch-Administrative-Unit","ObjectClass@odata.type":"#Collection(String)","ObjectClass":["top","msExchAdministrativeUnit"],` +
				seedTail + `]}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := newWire(t).invoke(t, test.cmdlet, test.parameters)
			if answer.status != http.StatusOK {
				t.Errorf("the status is %d", answer.status)
			}
			sameBody(t, answer.body, test.want)
		})
	}
}

func TestServicePrincipalBody(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	const want = `{"@odata.context":"https://outlook.example/adminapi/beta/11111111-1111-1111-1111-111111111111/$metadata#Collection(Exchange.GenericHashTable)",` +
		`"adminapi.warnings@odata.type":"#Collection(String)","@adminapi.warnings":["The ServiceId parameter and property are deprecated. Use ObjectId instead."],` +
		`"value":[{"AppId":"22222222-2222-2222-2222-0000000000aa","ObjectId":"` + payrollObjectID + `","DisplayName":"Payroll Archive","Sid":"SID",` +
		`"RecipientType":"User","RecipientTypeDetails":"ServicePrinciple","Identity":"` + payrollObjectID + `","Id":"` + payrollObjectID + `","IsValid":true,"ExchangeVersion":"0.20 (15.0.0.0)",` +
		`"DirectoryObjectVersion@data.type":"System.Int32","DirectoryObjectVersion":1,"Name":"` + payrollObjectID + `",` +
		`"DistinguishedName":"CN=` + payrollObjectID + `,OU=contoso.onmicrosoft.com,OU=Microsoft Exchange Hosted Organizations,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM",` +
		`"ObjectCategory":"EURPR01A001.PROD.OUTLOOK.COM/Configuration/Schema/Person","ObjectClass@odata.type":"#Collection(String)","ObjectClass":["top","user"],` + seedTail + `]}`
	sameBody(t, w.invoke(t, "Get-ServicePrincipal", map[string]any{"Identity": payrollObjectID}).body, want)
}

func TestErrorBodies(t *testing.T) {
	t.Parallel()
	const (
		exception = `"innererror":{"message":"Error executing cmdlet","type":"Microsoft.Exchange.Admin.OData.Core.ODataServiceException","stacktrace":"…",` +
			`"internalexception":{"message":"Exception of type 'Microsoft.Exchange.Management.PSDirectInvoke.DirectInvokeCmdletExecutionException' was thrown.",` +
			`"type":"Microsoft.Exchange.Management.PSDirectInvoke.DirectInvokeCmdletExecutionException","stacktrace":"…"}},` +
			`"adminapi.warnings@odata.type":"#Collection(String)","@adminapi.warnings":[]}}`
		binder = `"innererror":{"message":"Invalid Operation","type":"Microsoft.Exchange.Admin.OData.Core.ODataServiceException","stacktrace":"","internalexception":{`
	)
	for name, test := range map[string]struct {
		cmdlet     string
		parameters map[string]any
		status     int
		class      string
		want       string
	}{
		"missing object": {
			"Get-ManagementScope",
			map[string]any{"Identity": "x"},
			http.StatusNotFound, "ManagementObjectNotFoundException",
			`{"error":{"code":"NotFound","message":"Error executing cmdlet","details":[{"code":"Client","target":"","message":"Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|` +
				`The operation couldn't be performed because object 'x' couldn't be found on 'DC.EURPR01A001.PROD.OUTLOOK.COM'."}],` + exception,
		},
		"unknown parameter": {
			"Get-ManagementScope",
			map[string]any{"BogusParameter": 1},
			http.StatusBadRequest, "AmbiguousParameterSetException",
			`{"error":{"code":"BadRequest","message":"Invalid Operation","details":[{"code":"Client","target":"","message":"|Microsoft.Exchange.AdminApi.CommandInvocation.AmbiguousParameterSetException|` +
				`Parameter set cannot be resolved using the specified named parameters. Invalid cmdlet parameters specified. BogusParameter"}],` + binder +
				`"message":"Parameter set cannot be resolved using the specified named parameters. Invalid cmdlet parameters specified. BogusParameter",` +
				`"type":"Microsoft.Exchange.AdminApi.CommandInvocation.AmbiguousParameterSetException","stacktrace":""}}}}`,
		},
		"bad member of an enumeration": {
			"Get-ManagementRoleAssignment",
			map[string]any{"RoleAssignee": payrollObjectID, "AssignmentMethod": []string{"Nonsense"}},
			http.StatusBadRequest, "ParameterTransformationException",
			`{"error":{"code":"BadRequest","message":"Invalid Operation",` + binder +
				`"message":"Cannot process argument transformation on parameter 'AssignmentMethod'. Cannot convert value \"Nonsense\" to type \"Microsoft.Exchange.Data.Directory.SystemConfiguration.AssignmentMethod[]\". ` +
				`Error: \"Unable to match the identifier name Nonsense to a valid enumerator name. Specify one of the following enumerator names and try again: Direct, SecurityGroup, RoleGroup, RoleAssignmentPolicy\"",` +
				`"type":"Microsoft.Exchange.AdminApi.CommandInvocation.ParameterTransformationException","stacktrace":""}},"adminapi.warnings@odata.type":"#Collection(String)","@adminapi.warnings":[]}}`,
		},
		"existing object": {
			"New-ManagementScope",
			map[string]any{"Name": "Executives", "RecipientRestrictionFilter": "Alias -eq 'x'"},
			http.StatusBadRequest, "ADObjectAlreadyExistsException",
			`{"error":{"code":"BadRequest","message":"Error executing cmdlet","details":[{"code":"Context","target":"","message":"|Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException|` +
				`Active Directory operation failed on DC.EURPR01A001.PROD.OUTLOOK.COM. The object 'CN=Executives,CN=Scopes,CN=RBAC,CN=Configuration,CN=contoso.onmicrosoft.com,CN=ConfigurationUnits,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM' already exists."}],` + exception,
		},
		"ambiguous identity": {
			"Get-AdministrativeUnit",
			map[string]any{"Identity": "West Coast"},
			http.StatusBadRequest, "ManagementObjectAmbiguousException",
			`{"error":{"code":"BadRequest","message":"Error executing cmdlet","details":[{"code":"Context","target":"","message":"Ex9E65A2|Microsoft.Exchange.Configuration.Tasks.ManagementObjectAmbiguousException|` +
				`The operation couldn't be performed because object: 'West Coast' matches multiple entries."}],` + exception,
		},
		"customization that is not required": {
			"Enable-OrganizationCustomization", nil,
			http.StatusBadRequest, "InvalidOperationException",
			`{"error":{"code":"BadRequest","message":"Error executing cmdlet","details":[{"code":"Client","target":"","message":"|System.InvalidOperationException|` +
				`This operation is not required. Organization is already enabled for customization."}],` + exception,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := newWire(t).invoke(t, test.cmdlet, test.parameters)
			if answer.status != test.status || answer.header.Get("X-ExceptionType") != test.class {
				t.Errorf("got %d %s, want %d %s", answer.status, answer.header.Get("X-ExceptionType"), test.status, test.class)
			}
			sameBody(t, answer.body, test.want)
		})
	}
}

func TestDehydratedBody(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.tenant.SetBehavior(tenant.Behavior{Dehydrated: true})
	answer := w.invoke(t, "New-ManagementScope", map[string]any{"Name": "x", "RecipientRestrictionFilter": "Alias -eq 'x'"})
	if answer.status != http.StatusBadRequest || answer.header.Get("X-ExceptionType") != "InvalidOperationInDehydratedContextException" {
		t.Errorf("got %d %s", answer.status, answer.body)
	}
	if rows := w.invoke(t, "Get-OrganizationConfig", nil).rows(t); rows[0]["IsDehydrated"] != true {
		t.Errorf("got %v", rows)
	}
	w.invoke(t, "Enable-OrganizationCustomization", nil).rows(t)
	if rows := w.invoke(t, "Get-OrganizationConfig", nil).rows(t); rows[0]["IsDehydrated"] != false {
		t.Errorf("got %v", rows)
	}
}

func TestHeadersOfASuccess(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	first := w.invoke(t, "Get-OrganizationConfig", nil)
	for name, want := range map[string]string{
		"Content-Type":         "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
		"OData-Version":        "4.0",
		"Preference-Applied":   `odata.include-annotations="*"`,
		"OrganizationStatus":   "Active",
		"Vary":                 "Accept-Encoding",
		"X-BackEndHttpStatus":  "200,200",
		"X-ExceptionType":      "",
		"X-ConcurrencyCount":   "0",
		"Rate-Limit-Remaining": "",
	} {
		if got := first.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	second := w.invoke(t, "Get-OrganizationConfig", nil)
	if id := first.header.Get("request-id"); len(id) != 36 || id == second.header.Get("request-id") {
		t.Errorf("the request ids are %s and %s", id, second.header.Get("request-id"))
	}
	if first.header.Get("X-CalculatedBETarget") == "" {
		t.Error("there is no X-CalculatedBETarget")
	}
}
