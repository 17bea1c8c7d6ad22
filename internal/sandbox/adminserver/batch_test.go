// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/adminserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const (
	invokeURL = "https://outlook.example/adminapi/beta/" + tenantID + "/InvokeCommand"
	batchURL  = "https://outlook.example/adminapi/beta/" + tenantID + "/$batch"
)

// item is one of the requests in a batch, as JSON has it.
type item map[string]any

// get is the item that runs a cmdlet as a good client sends it.
func get(id, cmdlet string, parameters map[string]any) item {
	if parameters == nil {
		parameters = map[string]any{}
	}
	return item{
		"id": id, "method": "POST", "url": invokeURL,
		"headers": map[string]string{
			"Authorization": "Bearer automation", "Content-Type": "application/json", "Accept": "application/json",
			"X-AnchorMailbox": anchor, "X-CmdletName": cmdlet, "client-request-id": "request " + id,
		},
		"body": map[string]any{"CmdletInput": map[string]any{"CmdletName": cmdlet, "Parameters": parameters}},
	}
}

// with is the item with another value under a key; nil takes the key away.
func (i item) with(key string, value any) item {
	changed := maps.Clone(i)
	changed[key] = value
	if value == nil {
		delete(changed, key)
	}
	return changed
}

// header is the item with another header.
func (i item) header(t *testing.T, name, value string) item {
	t.Helper()
	headers, ok := i["headers"].(map[string]string)
	if !ok {
		t.Fatal("the item has no headers")
	}
	headers = maps.Clone(headers)
	headers[name] = value
	return i.with("headers", headers)
}

// batch sends items to $batch.
func (w wire) batch(t *testing.T, items []item, changes ...request) reply {
	t.Helper()
	body, err := json.Marshal(map[string]any{"requests": items})
	if err != nil {
		t.Fatal(err)
	}
	return w.postBatch(t, string(body), changes...)
}

func (w wire) postBatch(t *testing.T, body string, changes ...request) reply {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, batchURL, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer automation")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	for _, change := range changes {
		change(r)
	}
	return w.send(t, r)
}

// itemReply is the answer to an item.
type itemReply struct {
	ID      string
	Status  int
	Headers map[string]string
	Body    json.RawMessage
}

// alone is the answer as if its item had been sent alone.
func (r itemReply) alone() reply {
	header := http.Header{}
	for name, value := range r.Headers {
		header.Set(name, value)
	}
	return reply{r.Status, header, string(r.Body)}
}

// items decodes the answer to a batch.
func (r reply) items(t *testing.T) []itemReply {
	t.Helper()
	if r.status != http.StatusOK {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	var answer struct{ Responses []itemReply }
	if err := json.Unmarshal([]byte(r.body), &answer); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
	return answer.Responses
}

// verdicts are ids with statuses, in the order of the answers.
func verdicts(items []itemReply) string {
	var all []string
	for _, i := range items {
		all = append(all, i.ID+":"+strconv.Itoa(i.Status))
	}
	return strings.Join(all, " ")
}

func TestBatchAnswersEachItemAsIfItCameAlone(t *testing.T) {
	t.Parallel()
	calls := []struct {
		cmdlet     string
		parameters map[string]any
		token      string
		status     int
	}{
		{"Get-ManagementScope", map[string]any{"Identity": "Payroll mailboxes"}, "automation", 200},
		{"Get-ManagementScope", map[string]any{"Identity": "Nobody's"}, "automation", 404},
		{"Get-ManagementScope", map[string]any{"Orphan": "perhaps"}, "automation", 400},
		{"Get-ManagementScope", map[string]any{"Bogus": 1}, "automation", 400},
		{"Remove-ManagementScope", map[string]any{"Identity": "Executives"}, "reader", 403},
		{"Get-ManagementScope", nil, "forged", 401},
		{"Get-ManagementScope", nil, "nothing", 401},
		{"New-ManagementScope", map[string]any{"Name": "New", "RecipientRestrictionFilter": "Office -eq 'Berlin'"}, "automation", 200},
		{"Remove-ManagementScope", map[string]any{"Identity": "New", "Confirm": false}, "automation", 200},
	}
	batched, alone := newWire(t), newWire(t)
	for _, w := range []wire{batched, alone} {
		w.tenant.SetClock(func() time.Time { return time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC) })
	}
	var items []item
	for n, c := range calls {
		items = append(items, get(strconv.Itoa(n), c.cmdlet, c.parameters).header(t, "Authorization", "Bearer "+c.token))
	}
	answers := batched.batch(t, items).items(t)
	if len(answers) != len(calls) {
		t.Fatalf("got %s", verdicts(answers))
	}
	for n, c := range calls {
		want := alone.invoke(t, c.cmdlet, c.parameters, bearer(c.token))
		got := answers[n]
		if got.Status != c.status || want.status != c.status {
			t.Errorf("%s as %s: got %d in the batch and %d alone, want %d", c.cmdlet, c.token, got.Status, want.status, c.status)
		}
		wanted := steady(want.body)
		if c.status == http.StatusForbidden {
			wanted = quoted(base64.URLEncoding.EncodeToString([]byte(want.body)))
		}
		if diff := cmp.Diff(wanted, steady(string(got.Body))); diff != "" {
			t.Errorf("%s as %s (-alone +in the batch):\n%s", c.cmdlet, c.token, diff)
		}
		for name := range want.header {
			if got.Headers[name] == "" {
				t.Errorf("%s as %s: the header %s is missing in %v", c.cmdlet, c.token, name, got.Headers)
			}
		}
	}
}

func quoted(text string) string { return `"` + text + `"` }

func TestBatchRunsItemsInTheirOrder(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	scope := map[string]any{"Identity": "New"}
	answers := w.batch(t, []item{
		get("before", "Get-ManagementScope", scope),
		get("make", "New-ManagementScope", map[string]any{"Name": "New", "RecipientRestrictionFilter": "Office -eq 'Berlin'"}),
		get("after", "Get-ManagementScope", scope),
		get("remove", "Remove-ManagementScope", scope),
		get("gone", "Get-ManagementScope", scope),
	}).items(t)
	if got, want := verdicts(answers), "before:404 make:200 after:200 remove:200 gone:404"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestBatchTakesAddressesInEveryForm(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	organization := get("", "Get-OrganizationConfig", nil)
	items := []item{
		organization.with("url", "InvokeCommand"),
		organization.with("url", "/adminapi/beta/contoso.com/InvokeCommand?$select=Name"),
		organization.with("url", "HTTPS://OUTLOOK.EXAMPLE/AdminAPI/BETA/Contoso.com/invokecommand"),
		organization.with("url", "https://elsewhere.example/adminapi/beta/contoso.com/InvokeCommand"),
		organization.with("url", "http://outlook.example/adminapi/beta/contoso.com/InvokeCommand"),
		organization.with("url", "//elsewhere.example/adminapi/beta/contoso.com/InvokeCommand"),
		organization.with("url", "/adminapi/v1.0/contoso.com/InvokeCommand"),
		organization.with("url", "/adminapi/beta/fabrikam.com/InvokeCommand"),
		organization.with("url", "$batch"),
		organization.with("method", "GET"),
	}
	for n := range items {
		items[n]["id"] = strconv.Itoa(n)
	}
	answers := w.batch(t, items).items(t)
	if got, want := verdicts(answers), "0:200 1:200 2:200 3:400 4:400 5:400 6:405 7:401 8:400 9:405"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if rows := answers[1].alone().rows(t); len(rows) != 1 || len(rows[0]) != 1 || rows[0]["Name"] == "" {
		t.Errorf("$select: got %v", rows)
	}
	in := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://outlook.example/AdminApi/beta/contoso.com/%24BATCH",
		strings.NewReader(`{"requests":[{"id":"a","method":"GET","url":"EXOBanner('AutogenSession')?Version=3.9.2","headers":{"authorization":"bearer automation"}}]}`))
	in.Header.Set("Authorization", "Bearer automation")
	in.Header.Set("Accept", "text/plain, application/json; odata.metadata=minimal")
	if got := verdicts(w.send(t, in).items(t)); got != "a:200" {
		t.Errorf("a batch by another spelling: got %s", got)
	}
}

func TestBatchItemsHaveNoneOfTheBatchsHeaders(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.tenant.SetBehavior(tenant.Behavior{WriteNeedsDomainAnchor: true})
	scope := get("0", "New-ManagementScope", map[string]any{"Name": "New", "RecipientRestrictionFilter": "Office -eq 'Berlin'"})
	answers := w.batch(t, []item{
		get("0", "Get-OrganizationConfig", nil).with("headers", nil),
		scope.header(t, "X-AnchorMailbox", "APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@"+tenantID).with("id", "1"),
		scope.with("id", "2"),
	}, header("X-AnchorMailbox", anchor)).items(t)
	if got, want := verdicts(answers), "0:401 1:400 2:200"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if !strings.Contains(string(answers[1].Body), "InsufficientPermissionsException") {
		t.Errorf("got %s", answers[1].Body)
	}
	if answers[0].Body != nil || answers[0].Headers["Www-Authenticate"] == "" {
		t.Errorf("an item without a token: got %+v", answers[0])
	}
}

func TestBatchIsRefusedWithoutATokenOfTheTenant(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]request{
		"no token": header("Authorization", ""), "forged": bearer("forged"), "another tenant": path("/adminapi/beta/fabrikam.com/$batch"),
	} {
		if got := newWire(t).batch(t, []item{get("0", "Get-OrganizationConfig", nil)}, change).status; got != http.StatusUnauthorized {
			t.Errorf("%s: got %d", name, got)
		}
	}
}

func TestItemsOfABatchLinkToPages(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	list := func(id string) item {
		return get(id, "Get-Recipient", nil).header(t, "Prefer", "odata.maxpagesize=2;odata.continue-on-error")
	}
	first := w.batch(t, []item{list("0"), list("1")}).items(t)
	links := make([]string, len(first))
	for n, answer := range first {
		if rows := answer.alone().rows(t); len(rows) != 2 {
			t.Fatalf("item %d has %d rows", n, len(rows))
		}
		links[n] = answer.alone().page(t).Next
	}
	second := w.batch(t, []item{list("0").with("url", links[0]), list("1").with("url", "InvokeCommand?%24skiptoken=nobody")}).items(t)
	if got := verdicts(second); got != "0:200 1:400" {
		t.Errorf("got %s", got)
	}
	alone := w.invoke(t, "Get-Recipient", nil, func(r *http.Request) { _, r.URL.RawQuery, _ = strings.Cut(links[1], "?") },
		header("Prefer", "odata.maxpagesize=2"))
	if diff := cmp.Diff(alone.rows(t)[0]["Name"], second[0].alone().rows(t)[0]["Name"]); diff != "" {
		t.Errorf("the second page differs (-alone +in a batch):\n%s", diff)
	}
}

func TestBatchesThatCannotBeReadAreRefused(t *testing.T) {
	t.Parallel()
	const one = `"method":"POST","url":"InvokeCommand"`
	for name, body := range map[string]string{
		"empty":             "",
		"no JSON":           `{"requests":[`,
		"text after it":     `{"requests":[{"id":"0",` + one + `}]} more`,
		"no requests":       `{}`,
		"requests in caps":  `{"Requests":[{"id":"0",` + one + `}]}`,
		"null":              `{"requests":null}`,
		"no list":           `{"requests":{}}`,
		"empty list":        `{"requests":[]}`,
		"null in the list":  `{"requests":[null]}`,
		"missing id":        `{"requests":[{` + one + `}]}`,
		"empty id":          `{"requests":[{"id":"",` + one + `}]}`,
		"id is a number":    `{"requests":[{"id":0,` + one + `}]}`,
		"same id twice":     `{"requests":[{"id":"0",` + one + `},{"id":"0",` + one + `}]}`,
		"missing method":    `{"requests":[{"id":"0","url":"InvokeCommand"}]}`,
		"missing url":       `{"requests":[{"id":"0","method":"POST"}]}`,
		"unreadable url":    `{"requests":[{"id":"0","method":"POST","url":"https://[::1"}]}`,
		"headers in a list": `{"requests":[{"id":"0","headers":["a"],` + one + `}]}`,
		"unknown key":       `{"requests":[{"id":"0","dependsOn":["1"],` + one + `}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := newWire(t).postBatch(t, body); got.status != http.StatusBadRequest || !strings.Contains(got.body, `"code":"BadRequest"`) {
				t.Errorf("got %d %s", got.status, got.body)
			}
		})
	}
}

func TestBatchSwitches(t *testing.T) {
	t.Parallel()
	missing := map[string]any{"Identity": "Nobody's"}
	three := []item{get("a", "Get-ManagementScope", nil), get("b", "Get-ManagementScope", missing), get("c", "Get-ManagementScope", nil)}
	var eleven []item
	for n := range 11 {
		eleven = append(eleven, get(strconv.Itoa(n), "Get-OrganizationConfig", nil))
	}
	goOn := header("Prefer", "odata.maxpagesize=5; odata.continue-on-error")
	for name, test := range map[string]struct {
		behavior tenant.Behavior
		items    []item
		prefer   request
		status   int
		want     string
	}{
		"as sent":                      {items: three, status: 200, want: "a:200 b:404 c:200"},
		"reversed":                     {behavior: tenant.Behavior{BatchOrder: tenant.BatchReversed}, items: three, status: 200, want: "c:200 b:404 a:200"},
		"refuses behind a failure":     {behavior: tenant.Behavior{BatchFailure: tenant.BatchRefuses}, items: three, status: 200, want: "a:200 b:404 c:424"},
		"leaves off at a failure":      {behavior: tenant.Behavior{BatchFailure: tenant.BatchLeavesOff}, items: three, status: 200, want: "a:200 b:404"},
		"goes on if asked, refuses":    {behavior: tenant.Behavior{BatchFailure: tenant.BatchRefuses}, items: three, prefer: goOn, status: 200, want: "a:200 b:404 c:200"},
		"goes on if asked, leaves off": {behavior: tenant.Behavior{BatchFailure: tenant.BatchLeavesOff}, items: three, prefer: goOn, status: 200, want: "a:200 b:404 c:200"},
		"asked not to go on":           {behavior: tenant.Behavior{BatchFailure: tenant.BatchRefuses}, items: three, prefer: header("Prefer", "continue-on-error=false"), status: 200, want: "a:200 b:404 c:424"},
		"too large":                    {items: eleven, status: 400},
		"as large as can be":           {items: eleven[:10], status: 200, want: "0:200 1:200 2:200 3:200 4:200 5:200 6:200 7:200 8:200 9:200"},
		"too large by the switch":      {behavior: tenant.Behavior{BatchLimit: 2}, items: three, status: 400},
		"any number":                   {behavior: tenant.Behavior{BatchLimit: -1}, items: eleven, status: 200, want: "0:200 1:200 2:200 3:200 4:200 5:200 6:200 7:200 8:200 9:200 10:200"},
		"no batch, 404":                {behavior: tenant.Behavior{NoBatch: 404}, items: three, status: 404},
		"no batch, 405":                {behavior: tenant.Behavior{NoBatch: 405}, items: three, status: 405},
		"no batch, 403":                {behavior: tenant.Behavior{NoBatch: 403}, items: three, status: 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t)
			w.tenant.SetBehavior(test.behavior)
			prefer := test.prefer
			if prefer == nil {
				prefer = func(*http.Request) {}
			}
			answer := w.batch(t, test.items, prefer)
			if answer.status != test.status {
				t.Fatalf("got %d %s, want %d", answer.status, answer.body, test.status)
			}
			if test.status == http.StatusOK {
				if got := verdicts(answer.items(t)); got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
			}
		})
	}
}

func TestBatchIsMultipartUnlessJSONIsAccepted(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	items := []item{
		get("0", "Get-ManagementScope", map[string]any{"Identity": "Payroll mailboxes"}),
		get("1", "Get-ManagementScope", map[string]any{"Identity": "Nobody's"}),
	}
	answer := w.batch(t, items, header("Accept", "*/*"))
	media, parameters, err := mime.ParseMediaType(answer.header.Get("Content-Type"))
	if err != nil || media != "multipart/mixed" || answer.status != http.StatusOK {
		t.Fatalf("got %d %v, %v", answer.status, answer.header, err)
	}
	parts := multipart.NewReader(strings.NewReader(answer.body), parameters["boundary"])
	for n, status := range []int{http.StatusOK, http.StatusNotFound} {
		part, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		one, err := http.ReadResponse(bufio.NewReader(part), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(one.Body)
		if err != nil || one.Body.Close() != nil || one.StatusCode != status || !json.Valid(body) || part.Header.Get("Content-Id") != strconv.Itoa(n) || one.Header.Get("request-id") == "" {
			t.Errorf("part %d: got %v %d %s, %v", n, part.Header, one.StatusCode, body, err)
		}
	}
	if _, err := parts.NextRawPart(); !errors.Is(err, io.EOF) {
		t.Errorf("after the parts: %v", err)
	}
	w.tenant.SetBehavior(tenant.Behavior{BatchForm: tenant.BatchAlwaysJSON})
	if got := verdicts(w.batch(t, items, header("Accept", "*/*")).items(t)); got != "0:200 1:404" {
		t.Errorf("got %s", got)
	}
}

func TestBatchesAreObservedWithTheirItems(t *testing.T) {
	t.Parallel()
	var seen []adminserver.Request
	contoso := tenant.Contoso()
	contoso.SetBehavior(tenant.Behavior{BatchFailure: tenant.BatchRefuses})
	w := wire{tenant: contoso, server: adminserver.New(contoso, knownTokens, func(r adminserver.Request) { seen = append(seen, r) })}
	w.batch(t, []item{
		get("a", "Get-ManagementScope", map[string]any{"Identity": "Payroll mailboxes"}),
		get("b", "get-managementscope", map[string]any{"Identity": "Nobody's"}),
		get("c", "Remove-ManagementScope", map[string]any{"Identity": "Executives"}),
	})
	w.postBatch(t, "{")
	if len(seen) != 2 {
		t.Fatalf("saw %d requests", len(seen))
	}
	got := seen[0]
	items := got.Items
	got.Items = nil
	if diff := cmp.Diff(adminserver.Request{Cmdlet: "$batch", Status: 200, Executed: true}, got); diff != "" {
		t.Errorf("the batch differs (-want +got):\n%s", diff)
	}
	want := []adminserver.Request{
		{Cmdlet: "Get-ManagementScope", Identity: "Payroll mailboxes", Parameters: []string{"Identity"}, Page: 1, Status: 200, Executed: true, Anchor: anchor, ClientRequestID: "request a"},
		{Cmdlet: "get-managementscope", Identity: "Nobody's", Parameters: []string{"Identity"}, Page: 1, Status: 404, Executed: true, Anchor: anchor, ClientRequestID: "request b"},
		{Cmdlet: "Remove-ManagementScope", Identity: "Executives", Parameters: []string{"Identity"}, Page: 1, Status: 424, Anchor: anchor, ClientRequestID: "request c"},
	}
	if diff := cmp.Diff(want, items); diff != "" {
		t.Errorf("the items differ (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(adminserver.Request{Cmdlet: "$batch", Status: 400}, seen[1]); diff != "" {
		t.Errorf("the unreadable batch differs (-want +got):\n%s", diff)
	}
}
