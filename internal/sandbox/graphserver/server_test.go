// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package graphserver_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/graphserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const (
	units     = "/v1.0/directory/administrativeUnits"
	europe    = "60f565a0-9a30-40e6-a34e-4023db4616c2"
	westCoast = "4d819ce9-9257-44d6-9f3c-1c1d2e3f4a5b"
	deleted   = "7c2e8a51-0d3b-4f6a-9e84-5b1f0c9d2a37"
	hidden    = "77777777-7777-7777-7777-777777777777"
)

// bearers is an Authorizer whose tokens are the permissions they stand for.
type bearers struct{}

func (bearers) AuthorizeGraph(bearer string) (graphserver.Caller, error) {
	if bearer == "expired" {
		return graphserver.Caller{}, errors.New("the token has expired")
	}
	if bearer == "forged" {
		return graphserver.Caller{}, errors.New("the token does not verify")
	}
	return graphserver.Caller{Roles: strings.Split(bearer, "+")}, nil
}

// everything is a token that may read all there is.
const everything = "AdministrativeUnit.Read.All+Application.Read.All+Organization.Read.All+User.Read.All+Group.Read.All+Member.Read.Hidden"

// graph is a server for a tenant, and what it told of its requests.
type graph struct {
	*graphserver.Server
	tenant *tenant.Tenant

	mu   sync.Mutex
	seen []graphserver.Request
}

func start(t *testing.T) *graph {
	t.Helper()
	g := &graph{tenant: tenant.Contoso()}
	_, err := g.tenant.AddAdministrativeUnit(tenant.AdministrativeUnitSpec{
		ID: hidden, DisplayName: "O'Brien's Board", Members: []string{"megan@contoso.com", "finance-team@contoso.com"},
		Visibility: tenant.HiddenMembership, MembershipRule: `(user.department -eq "Board")`, IsMemberManagementRestricted: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	g.Server = graphserver.New(g.tenant, bearers{}, func(r graphserver.Request) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.seen = append(g.seen, r)
	})
	return g
}

// reply is an answer, read.
type reply struct {
	status int
	header http.Header
	text   string
	body   struct {
		Context  string           `json:"@odata.context"`
		Count    *int             `json:"@odata.count"`
		NextLink string           `json:"@odata.nextLink"`
		Value    []map[string]any `json:"value"`
		Error    struct {
			Code, Message string
			InnerError    map[string]string `json:"innerError"`
		}
	}
}

// ids are the ids of the rows, or the addresses of references.
func (r reply) ids() []string {
	ids := []string{}
	for _, row := range r.body.Value {
		id, ok := row["id"].(string)
		if !ok {
			id = fmt.Sprint(row["@odata.id"])
		}
		ids = append(ids, id)
	}
	return ids
}

// get asks with a token; further headers come in pairs.
func (g *graph) get(t *testing.T, bearer, target string, header ...string) reply {
	t.Helper()
	return g.do(t, http.MethodGet, bearer, target, nil, header...)
}

func (g *graph) do(t *testing.T, method, bearer, target string, body io.Reader, header ...string) reply {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, "https://graph.microsoft.com"+target, body)
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	request.Header.Set("client-request-id", "0a0b0c0d-0000-0000-0000-000000000000")
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	recorder := httptest.NewRecorder()
	g.ServeHTTP(recorder, request)
	r := reply{status: recorder.Code, header: recorder.Header(), text: recorder.Body.String()}
	if strings.HasPrefix(recorder.Header().Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(recorder.Body.Bytes(), &r.body); err != nil {
			t.Fatalf("%s: %v\n%s", target, err, r.text)
		}
	}
	return r
}

// where writes a target with query options in pairs.
func where(path string, options ...string) string {
	values := url.Values{}
	for i := 0; i+1 < len(options); i += 2 {
		values.Set(options[i], options[i+1])
	}
	return path + "?" + values.Encode()
}

func TestUnitsAreShownAsDocumented(t *testing.T) {
	t.Parallel()
	g := start(t)
	got := g.get(t, everything, units)
	if got.status != http.StatusOK || got.body.Context != "https://graph.microsoft.com/v1.0/$metadata#directory/administrativeUnits" || got.body.NextLink != "" {
		t.Errorf("%d, %+v", got.status, got.body)
	}
	if want := []string{westCoast, europe, hidden}; !slices.Equal(got.ids(), want) {
		t.Errorf("got %q, want %q: all but the deleted one", got.ids(), want)
	}
	want := map[string]any{
		"id": europe, "deletedDateTime": nil, "displayName": "Europe", "description": "Offices in Europe", "isMemberManagementRestricted": false,
		"membershipRule": nil, "membershipType": nil, "membershipRuleProcessingState": nil, "visibility": nil,
	}
	if difference := cmp.Diff(want, got.body.Value[1]); difference != "" {
		t.Errorf("a unit that sets nothing (-want +got):\n%s", difference)
	}
	want = map[string]any{
		"id": hidden, "deletedDateTime": nil, "displayName": "O'Brien's Board", "description": nil, "isMemberManagementRestricted": true,
		"membershipRule": `(user.department -eq "Board")`, "membershipType": "Dynamic", "membershipRuleProcessingState": "On", "visibility": "HiddenMembership",
	}
	if difference := cmp.Diff(want, got.body.Value[2]); difference != "" {
		t.Errorf("a unit that sets all (-want +got):\n%s", difference)
	}
	one := g.get(t, everything, "/beta/directory/administrativeunits/"+strings.ToUpper(europe)+"?$select=id,displayName")
	if one.status != http.StatusOK || one.body.Context != "https://graph.microsoft.com/beta/$metadata#directory/administrativeUnits/$entity" ||
		strings.Contains(one.text, "visibility") || !strings.Contains(one.text, `"displayName":"Europe"`) {
		t.Errorf("one unit: %d, %s", one.status, one.text)
	}
}

func TestMembersAreDirectoryObjects(t *testing.T) {
	t.Parallel()
	g := start(t)
	adele, megan, finance := g.entraID(t, "adele"), g.entraID(t, "megan"), g.entraID(t, "finance-team")
	members := units + "/" + hidden + "/members"
	for name, test := range map[string]struct {
		target string
		header []string
		want   []string
	}{
		"all":        {target: members, want: []string{megan, finance}},
		"users":      {target: members + "/microsoft.graph.user", want: []string{megan}},
		"groups":     {target: members + "/microsoft.graph.group", want: []string{finance}},
		"devices":    {target: members + "/microsoft.graph.device", want: []string{}},
		"references": {target: members + "/$ref", want: []string{"https://graph.microsoft.com/v1.0/directoryObjects/" + megan, "https://graph.microsoft.com/v1.0/directoryObjects/" + finance}},
		"by name": {
			target: where(members, "$filter", "startswith(displayName,'fin')", "$count", "true"),
			header: []string{"ConsistencyLevel", "eventual"}, want: []string{finance},
		},
		"another unit": {target: units + "/" + europe + "/members/microsoft.graph.user", want: []string{adele, g.entraID(t, "invoices")}},
	} {
		got := g.get(t, everything, test.target, test.header...)
		ids := got.ids()
		slices.Sort(ids)
		slices.Sort(test.want)
		if got.status != http.StatusOK || !slices.Equal(ids, test.want) {
			t.Errorf("%s: %d, %q, want %q", name, got.status, ids, test.want)
		}
	}
	got := g.get(t, everything, members)
	for _, row := range got.body.Value {
		want := map[string]any{"@odata.type": "#microsoft.graph.group", "id": finance, "displayName": "Finance Team", "mail": "finance-team@contoso.com"}
		if row["id"] == megan {
			want = map[string]any{
				"@odata.type": "#microsoft.graph.user", "id": megan, "displayName": "Megan Bowen", "mail": "megan@contoso.com", "userPrincipalName": "megan@contoso.com",
			}
		}
		if difference := cmp.Diff(want, row); difference != "" {
			t.Errorf("a member (-want +got):\n%s", difference)
		}
	}
}

func (g *graph) entraID(t *testing.T, alias string) string {
	t.Helper()
	for _, r := range g.tenant.Recipients() {
		if r.Alias == alias {
			return r.ExternalDirectoryObjectID
		}
	}
	t.Fatalf("there is no %s", alias)
	return ""
}

func TestMembersThatTheCallerMayNotRead(t *testing.T) {
	t.Parallel()
	g := start(t)
	got := g.get(t, "AdministrativeUnit.Read.All+Group.Read.All+Member.Read.Hidden", units+"/"+hidden+"/members")
	for _, row := range got.body.Value {
		if isUser := row["@odata.type"] == "#microsoft.graph.user"; isUser != (len(row) == 2) {
			t.Errorf("a caller that may read groups alone is shown %v", row)
		}
	}
	if got := g.get(t, "AdministrativeUnit.Read.All+Directory.Read.All", units+"/"+hidden+"/members"); got.status != http.StatusOK || len(got.body.Value) != 0 {
		t.Errorf("hidden members: %d, %q", got.status, got.ids())
	}
}

func TestFiltersSelectAndCount(t *testing.T) {
	t.Parallel()
	g := start(t)
	eventual := []string{"ConsistencyLevel", "Eventual"}
	for _, test := range []struct {
		options []string
		header  []string
		want    []string
	}{
		{options: []string{"$filter", "displayName eq 'europe'"}, want: []string{europe}},
		{options: []string{"filter", "displayName eq 'Europe'"}, want: []string{europe}},
		{options: []string{"$filter", "displayName eq 'O''Brien''s Board'"}, want: []string{hidden}},
		{options: []string{"$filter", "displayName eq 'nobody'"}, want: []string{}},
		{options: []string{"$filter", "startswith(displayName,'west')"}, want: []string{westCoast}},
		{options: []string{"$filter", "startsWith(displayName, 'E') and description eq 'Offices in Europe'"}, want: []string{europe}},
		{options: []string{"$filter", "description eq null"}, want: []string{hidden}},
		{options: []string{"$filter", "description ne null", "$count", "true"}, header: eventual, want: []string{westCoast, europe}},
		{options: []string{"$filter", "displayName ne 'Europe'", "$count", "true"}, header: eventual, want: []string{westCoast, hidden}},
		{options: []string{"$filter", "endswith(displayName,'board')", "$count", "true"}, header: eventual, want: []string{hidden}},
	} {
		got := g.get(t, everything, where(units, test.options...), test.header...)
		if got.status != http.StatusOK || !slices.Equal(got.ids(), test.want) {
			t.Errorf("%q: %d, %q, want %q %s", test.options, got.status, got.ids(), test.want, got.body.Error.Message)
		}
		if counted := got.body.Count != nil; counted != (test.header != nil) || counted && *got.body.Count != len(test.want) {
			t.Errorf("%q: the count is %v", test.options, got.body.Count)
		}
	}
	if got := g.get(t, everything, where(units, "$count", "true")); got.body.Count != nil {
		t.Error("a $count without ConsistencyLevel is not ignored")
	}
	if got := g.get(t, everything, where(units, "$select", "displayName,ID")); len(got.body.Value[0]) != 2 {
		t.Errorf("selected are %v", got.body.Value[0])
	}
	if got := g.get(t, everything, units+"/$count", eventual...); got.status != http.StatusOK || got.text != "3" {
		t.Errorf("$count: %d, %q", got.status, got.text)
	}
}

func TestPagesAreLinkedToTheEnd(t *testing.T) {
	t.Parallel()
	g := start(t)
	want := []string{europe, westCoast, hidden}
	for i := range 250 {
		id := fmt.Sprintf("88888888-8888-8888-8888-%012d", i)
		if _, err := g.tenant.AddAdministrativeUnit(tenant.AdministrativeUnitSpec{ID: id, DisplayName: fmt.Sprint("Unit ", i)}); err != nil {
			t.Fatal(err)
		}
		want = append(want, id)
	}
	slices.Sort(want)
	for top, sizes := range map[string][]int{"": {100, 100, 53}, "200": {200, 53}, "253": {253}, "999": {253}} {
		options := []string{"$select", "id"}
		if top != "" {
			options = append(options, "$top", top)
		}
		var ids []string
		var pages []int
		for target := where(units, options...); target != ""; {
			got := g.get(t, everything, target)
			if got.status != http.StatusOK {
				t.Fatalf("$top=%s: %d, %s", top, got.status, got.text)
			}
			pages = append(pages, len(got.body.Value))
			ids = append(ids, got.ids()...)
			link, ok := strings.CutPrefix(got.body.NextLink, "https://graph.microsoft.com")
			if got.body.NextLink != "" && !ok {
				t.Fatalf("the link is %s", got.body.NextLink)
			}
			target = link
		}
		if !slices.Equal(pages, sizes) || !slices.Equal(ids, want) {
			t.Errorf("$top=%s: pages of %v, want %v; %d ids", top, pages, sizes, len(ids))
		}
	}
	if last := g.seen[len(g.seen)-1]; last.Path != "/directory/administrativeUnits" || last.Status != http.StatusOK {
		t.Errorf("the server told of %+v", last)
	}
	if !slices.ContainsFunc(g.seen, func(r graphserver.Request) bool { return r.Page == 3 }) {
		t.Error("the server did not tell of a third page")
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	advanced := []string{"ConsistencyLevel", "eventual"}
	members := units + "/" + europe + "/members"
	for name, test := range map[string]struct {
		bearer, target string
		header         []string
		status         int
		code, message  string
	}{
		"no token":                 {bearer: "", target: units, status: 401, code: "InvalidAuthenticationToken", message: "Access token is empty."},
		"expired token":            {bearer: "expired", target: units, status: 401, code: "InvalidAuthenticationToken", message: "Lifetime validation failed, the token is expired."},
		"forged token":             {bearer: "forged", target: units, status: 401, code: "InvalidAuthenticationToken", message: "The token does not verify"},
		"no permission":            {bearer: "User.Read.All", target: units, status: 403, code: "Authorization_RequestDenied", message: "Insufficient privileges to complete the operation."},
		"permission for others":    {bearer: "AdministrativeUnit.Read.All", target: "/v1.0/servicePrincipals", status: 403, code: "Authorization_RequestDenied"},
		"unknown unit":             {target: units + "/" + deleted, status: 404, code: "Request_ResourceNotFound", message: "Resource '" + deleted + "' does not exist"},
		"members of unknown":       {target: units + "/" + deleted + "/members", status: 404, code: "Request_ResourceNotFound"},
		"unknown principal":        {target: "/v1.0/servicePrincipals(appId='" + deleted + "')", status: 404, code: "Request_ResourceNotFound"},
		"unknown path":             {target: "/v1.0/users", status: 400, code: "BadRequest", message: "segment 'users'"},
		"unknown cast":             {target: members + "/microsoft.graph.contact", status: 400, code: "BadRequest"},
		"too large a page":         {target: where(units, "$top", "1000"), status: 400, code: "Request_BadRequest", message: "between 1 and 999"},
		"no page":                  {target: where(units, "$top", "0"), status: 400, code: "Request_BadRequest"},
		"broken token":             {target: where(units, "$skiptoken", "abc"), status: 400, code: "Directory_ExpiredPageToken"},
		"broken count":             {target: where(units, "$count", "many"), status: 400, code: "BadRequest"},
		"broken query":             {target: units + "?a;b", status: 400, code: "BadRequest"},
		"search alone":             {target: where(units, "$search", `"displayName:Europe"`), status: 400, code: "Request_UnsupportedQuery", message: "'ConsistencyLevel: eventual'"},
		"search":                   {target: where(units, "$search", `"displayName:Europe"`), header: advanced, status: 400, code: "Request_UnsupportedQuery", message: "sandbox does not search"},
		"order":                    {target: where(units, "$orderby", "displayName"), status: 400, code: "Request_UnsupportedQuery", message: "$orderby"},
		"endswith alone":           {target: where(units, "$filter", "endswith(displayName,'e')"), status: 400, code: "Request_UnsupportedQuery", message: "Operator 'endsWith' is not supported"},
		"endswith without count":   {target: where(units, "$filter", "endswith(displayName,'e')"), header: advanced, status: 400, code: "Request_UnsupportedQuery"},
		"ne alone":                 {target: where(units, "$filter", "displayName ne 'e'"), status: 400, code: "Request_UnsupportedQuery"},
		"count segment alone":      {target: units + "/$count", status: 400, code: "Request_BadRequest", message: "$count is not currently supported."},
		"filter by what is not":    {target: where(units, "$filter", "membershipRule eq 'x'"), status: 400, code: "Request_UnsupportedQuery", message: "property 'membershipRule'"},
		"filter with a lone quote": {target: where(units, "$filter", "displayName eq 'O'Brien'"), status: 400, code: "BadRequest", message: "position 18"},
		"filter without a value":   {target: where(units, "$filter", "displayName eq"), status: 400, code: "BadRequest"},
		"members with options":     {target: where(members, "$select", "id"), status: 400, code: "Request_UnsupportedQuery", message: "advanced query parameters"},
		"members without count":    {target: where(members, "$select", "id"), header: advanced, status: 400, code: "Request_UnsupportedQuery"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := start(t)
			bearer := test.bearer
			if bearer == "" && name != "no token" {
				bearer = everything
			}
			got := g.get(t, bearer, test.target, test.header...)
			if got.status != test.status || got.body.Error.Code != test.code || !strings.Contains(got.body.Error.Message, test.message) {
				t.Errorf("got %d, %s", got.status, got.text)
			}
			inner := got.body.Error.InnerError
			if _, err := time.Parse("2006-01-02T15:04:05", inner["date"]); err != nil || inner["request-id"] == "" || inner["request-id"] != got.header.Get("request-id") ||
				inner["client-request-id"] != "0a0b0c0d-0000-0000-0000-000000000000" {
				t.Errorf("the inner error is %v", inner)
			}
			if (got.status == http.StatusUnauthorized) != (got.header.Get("WWW-Authenticate") != "") {
				t.Errorf("WWW-Authenticate is %q", got.header.Get("WWW-Authenticate"))
			}
		})
	}
	if got := start(t).do(t, http.MethodPost, everything, units, strings.NewReader("{}")); got.status != http.StatusMethodNotAllowed || got.body.Error.Code != "Request_BadRequest" {
		t.Errorf("POST: %d, %s", got.status, got.text)
	}
}

func TestMembersNeedTheHeaderOnEachPage(t *testing.T) {
	t.Parallel()
	g := start(t)
	first := g.get(t, everything, where(units+"/"+europe+"/members", "$top", "1", "$count", "true"), "ConsistencyLevel", "eventual")
	link := strings.TrimPrefix(first.body.NextLink, "https://graph.microsoft.com")
	if got := g.get(t, everything, link); got.status != http.StatusBadRequest {
		t.Errorf("without it: %d", got.status)
	}
	second := g.get(t, everything, link, "ConsistencyLevel", "eventual")
	if second.status != http.StatusOK || len(second.body.Value) != 1 || second.body.NextLink != "" || *second.body.Count != 2 || slices.Equal(first.ids(), second.ids()) {
		t.Errorf("with it: %d, %s", second.status, second.text)
	}
}

func TestThrottledRequestsAreToldWhenToComeBack(t *testing.T) {
	t.Parallel()
	g := start(t)
	for _, test := range []struct {
		wait time.Duration
		want []string
	}{{30 * time.Second, []string{"30"}}, {0, []string{"0"}}, {-1, nil}} {
		g.Throttle(1, test.wait)
		got := g.get(t, everything, units+"/"+europe)
		if last := g.seen[len(g.seen)-1]; last.Path != "/directory/administrativeUnits/{id}" || last.ID != europe || last.Status != http.StatusTooManyRequests {
			t.Errorf("the server told of %+v", last)
		}
		if got.status != http.StatusTooManyRequests || !slices.Equal(got.header.Values("Retry-After"), test.want) || got.body.Error.Code != "TooManyRequests" {
			t.Errorf("%s: %d, Retry-After %q, %s", test.wait, got.status, got.header.Values("Retry-After"), got.text)
		}
		if again := g.get(t, everything, units); again.status != http.StatusOK {
			t.Errorf("the request after it: %d", again.status)
		}
	}
}

func TestServicePrincipals(t *testing.T) {
	t.Parallel()
	g := start(t)
	const app, object = "22222222-2222-2222-2222-222222222222", "33333333-3333-3333-3333-333333333333"
	for _, target := range []string{
		where("/v1.0/servicePrincipals", "$filter", "appId eq '"+app+"'"),
		where("/beta/servicePrincipals", "$filter", "displayName eq 'Invoice Reader'", "$select", "id,appId"),
	} {
		if got := g.get(t, everything, target); got.status != http.StatusOK || !slices.Equal(got.ids(), []string{object}) {
			t.Errorf("%s: %d, %q", target, got.status, got.ids())
		}
	}
	for _, target := range []string{"/v1.0/servicePrincipals/" + object, "/v1.0/servicePrincipals(appId='" + app + "')"} {
		if got := g.get(t, everything, target); got.status != http.StatusOK || !strings.Contains(got.text, `"appId":"`+app+`"`) || !strings.Contains(got.text, `"servicePrincipalType":"Application"`) {
			t.Errorf("%s: %d, %s", target, got.status, got.text)
		}
	}
	want := len(g.tenant.EnterpriseApplications())
	if got := g.get(t, everything, "/v1.0/servicePrincipals/$count", "ConsistencyLevel", "eventual"); got.text != fmt.Sprint(want) {
		t.Errorf("$count is %s, want %d", got.text, want)
	}
}

func TestOrganizationTellsTheInitialDomain(t *testing.T) {
	t.Parallel()
	got := start(t).get(t, everything, "/v1.0/organization?$select=id,verifiedDomains")
	if got.status != http.StatusOK || len(got.body.Value) != 1 {
		t.Fatalf("%d, %s", got.status, got.text)
	}
	domains, _ := got.body.Value[0]["verifiedDomains"].([]any)
	want := map[string]any{"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": false, "isInitial": true, "name": "contoso.onmicrosoft.com", "type": "Managed"}
	if len(domains) != 2 || cmp.Diff(want, domains[0]) != "" {
		t.Errorf("the domains are %v", domains)
	}
}

func TestBatchAnswersEachRequestByItself(t *testing.T) {
	t.Parallel()
	body := `{"requests":[
		{"id":"1","method":"GET","url":"/directory/administrativeUnits?$top=1"},
		{"id":"2","method":"GET","url":"directory/administrativeUnits/` + europe + `/members?$count=true&$select=id","headers":{"ConsistencyLevel":"eventual"}},
		{"id":"3","method":"GET","url":"/servicePrincipals"},
		{"id":"4","method":"GET","url":"/directory/administrativeUnits","dependsOn":["3"]},
		{"id":"5","method":"GET","url":"/directory/administrativeUnits/$count","headers":{"ConsistencyLevel":"eventual"},"dependsOn":["1"]}]}`
	var packed bytes.Buffer
	compressor := gzip.NewWriter(&packed)
	if _, err := io.WriteString(compressor, body); err != nil {
		t.Fatal(err)
	}
	if err := compressor.Close(); err != nil {
		t.Fatal(err)
	}
	for encoding, sent := range map[string]io.Reader{"": strings.NewReader(body), "gzip": &packed} {
		g := start(t)
		got := g.do(t, http.MethodPost, "AdministrativeUnit.Read.All", "/v1.0/$batch", sent, "Content-Encoding", encoding)
		var answered struct {
			Responses []struct {
				ID     string
				Status int
				Body   any
			}
		}
		if err := json.Unmarshal([]byte(got.text), &answered); err != nil || got.status != http.StatusOK {
			t.Fatalf("%d, %v: %s", got.status, err, got.text)
		}
		statuses := map[string]int{}
		for _, r := range answered.Responses {
			statuses[r.ID] = r.Status
		}
		if want := map[string]int{"1": 200, "2": 200, "3": 403, "4": 424, "5": 200}; cmp.Diff(want, statuses) != "" {
			t.Errorf("encoding %q: the statuses are %v, want %v", encoding, statuses, want)
		}
		if !strings.Contains(got.text, "https://graph.microsoft.com/v1.0/directory/administrativeUnits?%24skiptoken=") {
			t.Errorf("the first answer has no link: %s", got.text)
		}
		if len(g.seen) != 1 || g.seen[0].Path != "/$batch" {
			t.Errorf("the server told of %+v", g.seen)
		}
	}
}

func TestBatchesThatAreRefused(t *testing.T) {
	t.Parallel()
	twentyOne := strings.TrimSuffix(strings.Repeat(`{"id":"1","method":"GET","url":"/"},`, 21), ",")
	for name, test := range map[string]struct{ body, encoding string }{
		"no JSON":          {body: "requests"},
		"not compressed":   {body: "{}", encoding: "gzip"},
		"unknown encoding": {body: "{}", encoding: "br"},
		"too many":         {body: `{"requests":[` + twentyOne + `]}`},
		"one id twice":     {body: `{"requests":[{"id":"1","method":"GET","url":"/a"},{"id":"1","method":"GET","url":"/b"}]}`},
		"no id":            {body: `{"requests":[{"method":"GET","url":"/a"}]}`},
		"too long":         {body: `{"requests":[]` + strings.Repeat(" ", 1<<20) + `}`},
	} {
		got := start(t).do(t, http.MethodPost, everything, "/v1.0/$batch", strings.NewReader(test.body), "Content-Encoding", test.encoding)
		if got.status != http.StatusBadRequest || got.body.Error.Code != "BadRequest" {
			t.Errorf("%s: %d, %s", name, got.status, got.text)
		}
	}
}

func FuzzQuery(f *testing.F) {
	f.Add("displayName eq 'O''Brien'", "id,displayName", "Mg", "5")
	f.Add("startswith(displayName,'(') and not", "", "", "")
	f.Add("endswith( description , ''' )", ",,", "MjtY", "999")
	f.Add("displayName eq null and displayName ne 'x'", "ID", "\x00", "-1")
	server := graphserver.New(tenant.Contoso(), bearers{}, nil)
	f.Fuzz(func(t *testing.T, filter, fields, skip, top string) {
		for _, level := range []string{"", "eventual"} {
			target := where(units, "$filter", filter, "$select", fields, "$skiptoken", skip, "$top", top, "$count", "true")
			request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
			request.Header.Set("Authorization", "Bearer "+everything)
			request.Header.Set("ConsistencyLevel", level)
			recorder := httptest.NewRecorder()
			server.ServeHTTP(recorder, request)
			if recorder.Code != http.StatusOK && recorder.Code != http.StatusBadRequest {
				t.Errorf("%s: %d", target, recorder.Code)
			}
			if !json.Valid(recorder.Body.Bytes()) {
				t.Errorf("%s: %q is no JSON", target, recorder.Body)
			}
		}
	})
}
