// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// body returns a file of testdata: a whole answer as Exchange has given it.
func body(t testing.TB, name string) []byte {
	t.Helper()
	return seed(t, filepath.Join("testdata", "errors", name))
}

func seed(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestParseErrorReadsWholeAnswers(t *testing.T) {
	t.Parallel()
	const (
		tasks      = "Microsoft.Exchange.Configuration.Tasks."
		invocation = "Microsoft.Exchange.AdminApi.CommandInvocation."
		missing    = "The operation couldn't be performed because object 'x@contoso.onmicrosoft.com' couldn't be found on 'AM0PR01A01DC001.EURPR01A001.PROD.OUTLOOK.COM'."
	)
	for _, test := range []struct {
		file   string
		status int
		want   Error
	}{
		{"enum_value.json", 400, Error{
			Class: InvalidInput, Code: "BadRequest", Type: invocation + "ParameterTransformationException",
			Message: `Cannot process argument transformation on parameter 'QuarantineTypes'. Cannot convert value "Nonsense" to type "Microsoft.Exchange.Management.FfoQuarantine.QuarantineMessageTypeEnum[]". Error: "Unable to match the identifier name Nonsense to a valid enumerator name. Specify one of the following enumerator names and try again: Spam, TransportRule, Bulk, Phish, HighConfPhish, Malware, SPOMalware, DataLossPrevention, FileTypeBlock, AdminTriggered, PPI"`,
		}},
		{"unknown_parameter.json", 400, Error{
			Class: InvalidInput, Code: "BadRequest", Type: invocation + "AmbiguousParameterSetException",
			Message: "Parameter set cannot be resolved using the specified named parameters. Invalid cmdlet parameters specified. BogusParameter",
		}},
		{"not_found.json", 404, Error{
			Class: NotFound, Code: "NotFound", ID: "Ex6F9304", Type: tasks + "ManagementObjectNotFoundException", Message: missing,
		}},
		{"not_found.json", 400, Error{
			Class: NotFound, Code: "NotFound", ID: "Ex6F9304", Type: tasks + "ManagementObjectNotFoundException", Message: missing,
		}},
		{"not_found.json", 500, Error{
			Class: NotFound, Code: "NotFound", ID: "Ex6F9304", Type: tasks + "ManagementObjectNotFoundException", Message: missing,
		}},
		{"not_found.json", 401, Error{
			Class: Unauthenticated, Code: "NotFound", ID: "Ex6F9304", Type: tasks + "ManagementObjectNotFoundException", Message: missing,
		}},
		{"not_found.json", 403, Error{
			Class: Forbidden, Code: "NotFound", ID: "Ex6F9304", Type: tasks + "ManagementObjectNotFoundException", Message: missing,
		}},
		{"not_found.json", 503, Error{
			Class: Transient, Code: "NotFound", ID: "Ex6F9304", Type: tasks + "ManagementObjectNotFoundException", Message: missing,
		}},
		{"not_found_json_detail.json", 404, Error{
			Class: NotFound, Code: "NotFound", Type: tasks + "ManagementObjectNotFoundException", Message: missing,
		}},
		{"not_found_dotnet_detail.json", 404, Error{
			Class: NotFound, Code: "NotFound", ID: "Ex6F9304", Type: tasks + "ManagementObjectNotFoundException", Message: missing,
		}},
		{"not_found_nested_detail.json", 404, Error{
			Class: NotFound, Code: "NotFound", ID: "Ex6F9304", Type: tasks + "ManagementObjectNotFoundException", Message: missing,
		}},
		{"not_found_proxied.json", 500, Error{
			Class: NotFound, Code: "InternalServerError", ID: "Ex6F9304", Type: tasks + "ManagementObjectNotFoundException", Message: missing,
		}},
		{"not_found_proxied_cut.json", 500, Error{
			Class: NotFound, Code: "InternalServerError", Type: "Microsoft.Exchange.Configuration.CmdletProxyException",
			Message: `Error on proxy command 'Get-Mailbox ' to server AM0PR01MB0001: Server version 15.20, Proxy method PSWS: NotFound: Error executing cmdlet : {"error":{"code":"NotFound","details":[{"message":"Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The operation couldn't be performed`,
		}},
		{"already_exists.json", 400, Error{
			Class: AlreadyExists, Code: "BadRequest", Type: "Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException",
			Message: "The object 'CN=rg,OU=x' already exists.",
		}},
		{"forbidden.json", 403, Error{
			Class: Forbidden, Code: "Forbidden", Message: "User is not allowed to call Get-RoleGroup",
		}},
		{"unauthorized.json", 401, Error{
			Class: Unauthenticated, Code: "Unauthorized", Type: "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
			Message: "User is not allowed to call Get-Mailbox",
		}},
		{"page_expired.json", 400, Error{
			Class: Other, Code: "BadRequest", Type: "System.Exception",
			Message: "Expired or Invalid pagination request. Default Expiry time is 00:30:00",
		}},
		{"directory_down.json", 500, Error{
			Class: Transient, Code: "InternalServerError", Type: "Microsoft.Exchange.Data.Directory.ADTransientException",
			Message: "The call to Microsoft Exchange Active Directory Topology service on server 'TopologyClientTcpEndpoint (localhost)' returned an error. Error details Active Directory server is not available. Error message: Active directory response: The LDAP server is unavailable..",
		}},
		{"no_permissions.json", 404, Error{
			Class: Other, Code: "NotFound", Message: "No permissions were found for the user:X",
		}},
		{"concurrency.txt", 503, Error{
			Class: Throttled, Message: "You have reached the maximum number of concurrent requests per tenant. Please wait and try again after a while.",
		}},
		{"concurrency.txt", 500, Error{
			Class: Throttled, Message: "You have reached the maximum number of concurrent requests per tenant. Please wait and try again after a while.",
		}},
		{"dehydrated.json", 400, Error{
			Class: Dehydrated, Code: "BadRequest", Type: tasks + "InvalidOperationInDehydratedContextException",
			Message: "The command you tried to run isn't currently allowed in your organization. To run this command, you first need to run the command: Enable-OrganizationCustomization.",
		}},
		{"no_delegation.json", 400, Error{
			Class: NoDelegation, Code: "BadRequest",
			Message: `You don't have access to create, change, or remove the "contoso.onmicrosoft.com\Application Mail.Read-33333333-3333-3333-3333-333333333333" management role assignment. You must be assigned a delegating role assignment to the management role or its parent in the hierarchy without a scope restriction.`,
		}},
		{"read_only_forest.json", 400, Error{
			Class: ReadOnlyForest, Code: "BadRequest", Type: "Microsoft.Exchange.Data.Directory.InsufficientPermissionsException",
			Message: "Source server:AM0PR01MB0001.eurprd01.prod.exchangelabs.com doesn't have write permission to target DC:NAMPR01A001DC001.NAMPR01A001.PROD.OUTLOOK.COM. Usually it indicates that target forest isn't an account partition of source forest. The user has insufficient access rights.",
		}},
		{"ambiguous.json", 400, Error{
			Class: Ambiguous, Code: "BadRequest", ID: "Ex9E65A2", Type: tasks + "ManagementObjectNotFoundException",
			Message: "The operation couldn't be performed because object: 'finance' matches multiple entries.",
		}},
	} {
		t.Run(strings.TrimSuffix(test.file, ".json")+" "+http.StatusText(test.status), func(t *testing.T) {
			t.Parallel()
			test.want.Status = test.status
			got := parseError(test.status, http.Header{}, body(t, test.file), "token")
			if diff := cmp.Diff(test.want, *got, cmpopts.IgnoreUnexported(Error{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseErrorReadsTheHeaders(t *testing.T) {
	t.Parallel()
	header := http.Header{}
	for name, value := range map[string]string{
		"request-id": "99999999-9999-9999-9999-999999999999", "x-ms-diagnostics": `2000003;reason="role required"`,
		"X-ExceptionType": "UnableToWriteToAadException", "Retry-After": "2.5",
	} {
		header.Set(name, value)
	}
	want := Error{
		Status: 403, Class: Forbidden, Type: "UnableToWriteToAadException",
		RequestID: "99999999-9999-9999-9999-999999999999", Diagnostics: `2000003;reason="role required"`,
		RetryAfter: 2500 * time.Millisecond,
	}
	got := parseError(403, header, make([]byte, 4096), "token")
	if diff := cmp.Diff(want, *got, cmpopts.IgnoreUnexported(Error{})); diff != "" {
		t.Error(diff)
	}
}

// detail is an error body with a message in its details.
func detail(message string) []byte {
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(message)
	return []byte(`{"error":{"code":"BadRequest","message":"Error executing cmdlet","details":[{"code":"Client","target":"","message":"` + quoted + `"}]}}`)
}

func TestParseErrorReadsEveryFormOfDetails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		message                string
		id, typeName, wantText string
	}{
		{"Ex6F9304|A.BException|Some text.", "Ex6F9304", "A.BException", "Some text."},
		{"|A.BException|Some text.", "", "A.BException", "Some text."},
		{"||Some text.", "", "", "Some text."},
		{"Ex6F9304||Some text.", "Ex6F9304", "", "Some text."},
		{"|A.BException|Some | text | with bars.", "", "A.BException", "Some | text | with bars."},
		{"Some text.", "", "", "Some text."},
		{"Some text | with | bars.", "", "", "Some text | with | bars."},
		{"Two|bars", "", "", "Two|bars"},
		{"Group 'a|b|c' is odd.", "", "", "Group 'a|b|c' is odd."},
		{`{"Message":"Some text.","TypeName":"A.BException","InnerError":null}`, "", "A.BException", "Some text."},
		{`{"message":"Some text.","ClassName":"A.BException","localizedString":{"stringId":"Ex6F9304"}}`, "Ex6F9304", "A.BException", "Some text."},
		{`{"Message":"Ex6F9304|A.BException|Some text."}`, "Ex6F9304", "A.BException", "Some text."},
		{`{"Message":"","TypeName":"A.Outer","InnerError":{"Message":"Some text.","TypeName":"A.Inner"}}`, "", "A.Inner", "Some text."},
		{`{"Message":"Outer.","TypeName":"A.Outer","InnerError":{"Message":"Some text.","TypeName":"A.Inner"}}`, "", "A.Outer", "Outer."},
		{`{not JSON`, "", "", `{not JSON`},
		{"  line one\n  line two  ", "", "", "line one line two"},
	} {
		got := parseError(400, http.Header{}, detail(test.message), "token")
		if got.ID != test.id || got.Type != test.typeName || got.Message != test.wantText {
			t.Errorf("%s\nis read as id %q, type %q, text %q\nwant    id %q, type %q, text %q",
				test.message, got.ID, got.Type, got.Message, test.id, test.typeName, test.wantText)
		}
	}
}

func TestParseErrorFallsBack(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, typeName, text string }{
		"empty details":          {`{"error":{"message":"Generic","details":[],"innererror":{"internalexception":{"message":"Real","type":"A.B"}}}}`, "A.B", "Real"},
		"null details":           {`{"error":{"message":"Generic","details":null,"innererror":{"internalexception":{"message":"Real","type":"A.B"}}}}`, "A.B", "Real"},
		"details as an object":   {`{"error":{"message":"Generic","details":{"message":"|A.B|Real"}}}`, "A.B", "Real"},
		"empty detail message":   {`{"error":{"message":"Real","details":[{"message":""}]}}`, "", "Real"},
		"deeper cause":           {`{"error":{"innererror":{"internalexception":{"message":"Outer","type":"A.O","internalexception":{"message":"Real","type":"A.B"}}}}}`, "A.B", "Real"},
		"inner message alone":    {`{"error":{"innererror":{"message":"Real","type":"A.B"}}}`, "A.B", "Real"},
		"type from the cause":    {`{"error":{"details":[{"message":"Real"}],"innererror":{"internalexception":{"message":"x","type":"A.B"}}}}`, "A.B", "Real"},
		"no type from a wrapper": {`{"error":{"details":[{"message":"Real"}],"innererror":{"internalexception":{"message":"x","type":"X.DirectInvokeCmdletExecutionException"}}}}`, "", "Real"},
		"numbers for texts":      {`{"error":{"code":5,"message":7}}`, "", "7"},
		"empty error":            {`{"error":{}}`, "", ""},
		"error as text":          {`{"error":"Real"}`, "", `{"error":"Real"}`},
		"HTML":                   {"<html>\r\n<body>Real</body></html>", "", "<html> <body>Real</body></html>"},
		"byte order mark":        {"\ufeff" + `{"error":{"message":"Real"}}`, "", "Real"},
		"nothing":                {"", "", ""},
	} {
		got := parseError(400, http.Header{}, []byte(test.body), "token")
		if got.Type != test.typeName || got.Message != test.text {
			t.Errorf("%s: type %q, text %q, want %q and %q", name, got.Type, got.Message, test.typeName, test.text)
		}
	}
}

func TestClassesByTextAndType(t *testing.T) {
	t.Parallel()
	const notFound = "|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|"
	for _, test := range []struct {
		message string
		want    Class
	}{
		{notFound + "Couldn't find object \"x\".", NotFound},
		{notFound + "The scope named 'never in use' couldn't be found on 'DC'.", NotFound},
		{notFound + "The operation couldn't be performed because 'x' matches multiple entries.", Ambiguous},
		{"Ex6F9304||Das Objekt wurde nicht gefunden.", NotFound},
		{"Ex41BAF5||The specified mailbox \"x\" doesn't exist.", NotFound},
		{"The operation couldn't be performed because object 'x' couldn't be found on 'DC'.", NotFound},
		{"The specified mailbox \"x\" doesn't exist.", NotFound},
		{"Couldn't find 'x' as a recipient.", NotFound},
		{"|System.Exception|The operation couldn't be performed because object 'x' couldn't be found on 'DC'.", NotFound},
		{"|A.SomethingElseException|The operation couldn't be performed because object 'x' couldn't be found on 'DC'.", Other},
		{"The page couldn't be found.", Other},
		{"Not found", Other},
		{"A domain controller couldn't be found.", Other},
		{"The name 'ManagementObjectNotFoundException' isn't valid.", Other},
		{"|Microsoft.Exchange.Data.Directory.ADTransientException|The object 'x' couldn't be found on 'DC'.", Transient},
		{"|Microsoft.Exchange.Data.Directory.SuitabilityDirectoryException|x", Transient},
		{"|Microsoft.Exchange.Data.Storage.StorageTransientException|x", Transient},
		{"|X.DCOverloadedException|x", Transient},
		{"|X.ServerInMMException|x", Transient},
		{"|X.ADServerSettingsChangedException|x", Transient},
		{"|X.ManagementObjectAmbiguousException|x", Ambiguous},
		{"|Microsoft.Exchange.Management.Tasks.MemberAlreadyExistsException|x", AlreadyExists},
		{"Active Directory operation failed on DC. The object 'CN=x' already exists.", AlreadyExists},
		{"The recipient \"x\" is already a member of the group \"y\".", AlreadyExists},
		{"|Microsoft.Exchange.Management.Tasks.ValidationException|x", InvalidInput},
		{"Cannot bind parameter 'Filter' to the target. Exception setting \"Filter\": \"Invalid filter syntax.\"", InvalidInput},
		{"|System.InvalidOperationException|The operation on mailbox \"x\" failed because it's out of the current user's write scope. 'x' isn't within your current write scopes. Can't perform save operation.", OutOfScope},
		{"|System.InvalidOperationException|This operation is not required. Organization is already enabled for customization.", Other},
		{"The management scope 'x' can't be removed because it's in use by a management role assignment.", InUse},
		{"|X.CmdletAccessDeniedException|x", Forbidden},
		{"The cmdlet is not present in the role definition of the current user.", Forbidden},
		{"The proxy address \"SMTP:a@contoso.com\" is already being used by the proxy addresses or LegacyExchangeDN of \"x\". Please choose another proxy address.", Other},
		{"The total size of App Access Policies exceeded the limit.", Other},
	} {
		if got := parseError(400, http.Header{}, detail(test.message), "token").Class; got != test.want {
			t.Errorf("%s\nis %q, want %q", test.message, got, test.want)
		}
	}
}

func TestNotFoundNeedsEvidence(t *testing.T) {
	t.Parallel()
	whole := string(body(t, "not_found.json"))
	for name, text := range map[string]string{
		"nothing":          "",
		"NUL bytes":        strings.Repeat("\x00", 4096),
		"HTML":             "<html>ManagementObjectNotFoundException: object 'x' couldn't be found on 'DC'</html>",
		"plain text":       "The operation couldn't be performed because object 'x' couldn't be found on 'DC'.",
		"cut JSON":         whole[:len(whole)-3],
		"JSON and more":    whole + "<html>",
		"a list":           "[" + whole + "]",
		"no error object":  `{"value":[],"message":"Ex6F9304|A.ManagementObjectNotFoundException|x"}`,
		"status in words":  `{"error":{"code":"NotFound","message":"Not Found"}}`,
		"generic message":  `{"error":{"code":"NotFound","message":"Error executing cmdlet","details":[]}}`,
		"error is no text": `{"error":{"code":"NotFound","message":{"a":"Ex6F9304|"}}}`,
	} {
		for _, status := range []int{400, 404, 500} {
			if got := parseError(status, http.Header{}, []byte(text), "token"); got.Class == NotFound {
				t.Errorf("%s with status %d is NotFound", name, status)
			}
		}
	}
	for _, status := range []int{0, 200, 204, 302, 400, 401, 403, 404, 405, 408, 409, 410, 429, 500, 501, 502, 503, 504} {
		got := parseError(status, http.Header{}, []byte(whole), "token").Class == NotFound
		if want := status == 400 || status == 404 || status == 500; got != want {
			t.Errorf("status %d: NotFound is %t", status, got)
		}
	}
}

func TestClassesByStatus(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]Class{
		400: Other, 401: Unauthenticated, 403: Forbidden, 404: Other, 405: Other, 408: Transient, 409: Other, 429: Throttled,
		500: Transient, 501: Other, 502: Transient, 503: Transient, 504: Transient,
	} {
		if got := parseError(status, http.Header{}, nil, "token").Class; got != want {
			t.Errorf("status %d is %q, want %q", status, got, want)
		}
	}
	for file, want := range map[string]Class{"read_only_forest.json": ReadOnlyForest, "dehydrated.json": Dehydrated, "no_delegation.json": NoDelegation} {
		if got := parseError(403, http.Header{}, body(t, file), "token").Class; got != want {
			t.Errorf("%s with status 403 is %q, want %q", file, got, want)
		}
	}
}

func TestEveryClassHasItsOwnText(t *testing.T) {
	t.Parallel()
	seen := map[string]Class{}
	for class := Other; class <= InvalidInput; class++ {
		if other, ok := seen[class.String()]; ok {
			t.Errorf("classes %d and %d are both %q", other, class, class)
		}
		seen[class.String()] = class
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		value, date string
		want        time.Duration
	}{
		{"", "", 0},
		{"5", "", 5 * time.Second},
		{" 0.25 ", "", 250 * time.Millisecond},
		{"-3", "", 0},
		{"NaN", "", 0},
		{"Inf", "", 24 * time.Hour},
		{"1e300", "", 24 * time.Hour},
		{"soon", "", 0},
		{"Thu, 01 Jan 2026 00:01:30 GMT", "Thu, 01 Jan 2026 00:00:00 GMT", 90 * time.Second},
		{"Thu, 01 Jan 2026 00:00:00 GMT", "Thu, 01 Jan 2026 00:01:30 GMT", 0},
		{"Thu, 01 Jan 2026 00:00:00 GMT", "", 0},
		{"Thu, 01 Jan 2099 00:00:00 GMT", "", 24 * time.Hour},
	} {
		header := http.Header{"Retry-After": {test.value}, "Date": {test.date}}
		if got := retryAfter(header); got != test.want {
			t.Errorf("Retry-After %q at %q is %s, want %s", test.value, test.date, got, test.want)
		}
	}
}

func TestClaimsChallenge(t *testing.T) {
	t.Parallel()
	const claims = `{"access_token":{"nbf":{"essential":true,"value":"1700000000"}},"x":"??>"}`
	for _, test := range []struct{ name, header, want string }{
		{"as Exchange sends it", `Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNzAwMDAwMDAwIn19LCJ4IjoiPz8+In0="`, claims},
		{"without padding, in the other alphabet", `Bearer claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNzAwMDAwMDAwIn19LCJ4IjoiPz8-In0"`, claims},
		{"none", `Bearer realm="", error="invalid_token"`, ""},
		{"not base64", `Bearer claims="{}"`, ""},
		{"not JSON", `Bearer claims="eA=="`, ""},
		{"no object", `Bearer claims="W10="`, ""},
		{"null", `Bearer claims="bnVsbA=="`, ""},
	} {
		if got := claimsChallenge(http.Header{"Www-Authenticate": {"Negotiate", test.header}}); got != test.want {
			t.Errorf("%s: claims = %q, want %q", test.name, got, test.want)
		}
	}
}

func TestTextsOfAnErrorAreFitToShow(t *testing.T) {
	t.Parallel()
	const token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl"
	for _, test := range []struct{ text, want string }{
		{"a\x00b\x1b[31mc\u202ed\u200be", "ab[31mcde"},
		{" a\t b\r\n\u2028c ", "a b c"},
		{"a\xff\xfeb", "ab"},
		{"the token opaque-token is bad", "the token [token] is bad"},
		{"opaque\x00-token", "[token]"},
		{"Bearer " + token + ".", "Bearer [token]."},
		{strings.Repeat("ä", 50), strings.Repeat("ä", 29) + "…"},
	} {
		if got := clean(test.text, 30, "opaque-token"); got != test.want {
			t.Errorf("clean(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

// fit fails if an error's text must not be shown.
func fit(t *testing.T, text, token string) {
	t.Helper()
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) || strings.Contains(text, token) {
		t.Errorf("%q is not fit to be shown", text)
	}
}

func FuzzParseError(f *testing.F) {
	files, err := filepath.Glob("testdata/errors/*")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range files {
		for _, status := range []int{400, 401, 403, 404, 500, 503} {
			f.Add(status, body(f, filepath.Base(file)), "", "")
		}
	}
	f.Add(403, make([]byte, 64), `2000003;reason="role required"`, "UnableToWriteToAadException")
	f.Add(200, []byte("token-0123456789"), "to\x00ken-0123456789", "token-0123456789")
	f.Fuzz(func(t *testing.T, status int, body []byte, diagnostics, exceptionType string) {
		const token = "token-0123456789"
		header := http.Header{"X-Ms-Diagnostics": {diagnostics}, "X-Exceptiontype": {exceptionType}}
		e := parseError(status, header, body, token)
		e.Cmdlet = "Get-Mailbox"
		for _, text := range []string{e.Message, e.Code, e.ID, e.Type, e.Diagnostics, e.Error()} {
			fit(t, text, token)
		}
		if utf8.RuneCountInString(e.Message) > maxTextLength {
			t.Errorf("the message has %d runes", utf8.RuneCountInString(e.Message))
		}
		if e.Class != NotFound {
			return
		}
		if status != 400 && status != 404 && status != 500 {
			t.Errorf("status %d is NotFound", status)
		}
		envelope, err := decodeObject(body)
		if err != nil || envelope.object("error") == nil {
			t.Errorf("%q is NotFound", body)
		}
		if !evident(envelope, exceptionType) {
			t.Errorf("%q is NotFound without the service saying so", body)
		}
	})
}

// evident reports whether one of the service's words for absence is somewhere in
// an answer.
func evident(envelope Row, exceptionType string) bool {
	found := false
	var search func(value any)
	search = func(value any) {
		switch value := value.(type) {
		case map[string]any:
			for _, element := range value {
				search(element)
			}
		case []any:
			for _, element := range value {
				search(element)
			}
		case string:
			for _, word := range []string{
				"ManagementObjectNotFoundException", "Ex6F9304", "Ex41BAF5", "Ex94914C", "be found on", "exist", "as a recipient",
				`\u`, // A JSON text within the text may spell any of them by their code points.
			} {
				found = found || strings.Contains(value, word)
			}
		}
	}
	search(map[string]any(envelope))
	return found || strings.Contains(exceptionType, "ManagementObjectNotFoundException")
}
