// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// invoke runs a cmdlet over HTTP, at the address of InvokeCommand or at a link to
// a further page, and returns what a plain client gets.
func invoke(t *testing.T, s *sandbox.Sandbox, address, bearer, cmdlet string, parameters map[string]any) (status int, body string, err error) {
	t.Helper()
	content, err := json.Marshal(map[string]any{"CmdletInput": map[string]any{"CmdletName": cmdlet, "Parameters": parameters}})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(string(content)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{
		"Content-Type":    {"application/json"},
		"Authorization":   {"Bearer " + bearer},
		"Prefer":          {"odata.maxpagesize=5"},
		"X-Anchormailbox": {"UPN:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@contoso.onmicrosoft.com"},
	}
	response, err := s.Client().Do(request)
	if err != nil {
		return 0, "", err
	}
	read, err := io.ReadAll(response.Body)
	return response.StatusCode, string(read), errors.Join(err, response.Body.Close())
}

// hasScope reports whether the tenant has a scope.
func hasScope(s *sandbox.Sandbox, name string) bool {
	return slices.ContainsFunc(s.Tenant().ManagementScopes(), func(scope tenant.ManagementScope) bool { return scope.Name == name })
}

func TestFaultsLetAWriteBeDoneOrNot(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault    fault.Fault
		answered int // the status, or 0 for a connection that was cut
		executed bool
	}{
		"503":                        {fault.Status(503, fault.HTML), 503, false},
		"429":                        {fault.Throttled(), 429, false},
		"401":                        {fault.Unauthorized(), 401, false},
		"404 of another object":      {fault.NotFound("somebody else"), 404, false},
		"reset":                      {fault.Reset(), 0, false},
		"500 when it is done":        {fault.ADTransient().AfterExecution(), 500, true},
		"502 when it is done":        {fault.Status(502, fault.HTML).AfterExecution(), 502, true},
		"reset when it is done":      {fault.Reset().AfterExecution(), 0, true},
		"body cut off":               {fault.CutBody(), 0, true},
		"half a body":                {fault.Truncated(), 200, true},
		"a body that is no JSON":     {fault.Garbled(), 200, true},
		"no body":                    {fault.Empty(), 200, true},
		"gzip that is not":           {fault.FalseGzip(), 200, true},
		"gzip that nobody spoke of":  {fault.UndeclaredGzip(), 200, true},
		"NUL bytes, declared gzip":   {fault.NULBody(), 200, true},
		"401 with everything undone": {fault.ClaimsChallenge(), 401, false},
	}
	s := start(t)
	bearer := token(t, s)
	for name, test := range tests {
		id := s.Faults().Add(fault.Rule{Service: fault.Exchange, Cmdlet: "New-*", Count: 1, Fault: test.fault})
		s.Requests().Reset()
		parameters := map[string]any{"Name": name, "RecipientRestrictionFilter": "Office -eq 'Berlin'"}
		status, body, err := invoke(t, s, s.URL()+invokePath, bearer, "New-ManagementScope", parameters)
		// Of a body that lies about its encoding, the status was read before the error.
		if cut := test.answered == 0; cut != (err != nil && !strings.Contains(err.Error(), "gzip")) || !cut && status != test.answered {
			t.Errorf("%s: answered %d: %v", name, status, err)
		}
		if json.Valid([]byte(body)) && strings.Contains(body, "@odata.context") {
			t.Errorf("%s: the answer arrived unharmed: %s", name, body)
		}
		if hasScope(s, name) != test.executed {
			t.Errorf("%s: the tenant has the scope: %t, want %t", name, !test.executed, test.executed)
		}
		all := s.Requests().All()
		if len(all) != 1 || all[0].Executed != test.executed || all[0].Fault != test.fault.String() || s.Faults().Hits(id) != 1 {
			t.Errorf("%s: recorded %+v", name, all)
		}
		want := http.StatusOK
		if test.executed {
			want = http.StatusBadRequest // It exists.
		}
		if status, _, err = invoke(t, s, s.URL()+invokePath, bearer, "New-ManagementScope", parameters); err != nil || status != want {
			t.Errorf("%s: asked again, answered %d: %v, want %d", name, status, err, want)
		}
	}
}

// pages follows a list and returns the names in it, page by page, until a page
// is refused or there are too many.
func pages(t *testing.T, s *sandbox.Sandbox, bearer string) (names [][]string, refused int) {
	t.Helper()
	address := s.URL() + invokePath
	for range 6 {
		status, body, err := invoke(t, s, address, bearer, "Get-Recipient", map[string]any{"ResultSize": "Unlimited"})
		if err != nil {
			t.Fatal(err)
		}
		if status != http.StatusOK {
			return names, status
		}
		var page struct {
			Next  string `json:"@odata.nextLink"`
			Value []struct{ Name string }
		}
		if err := json.Unmarshal([]byte(body), &page); err != nil {
			t.Fatal(err)
		}
		var rows []string
		for _, row := range page.Value {
			rows = append(rows, row.Name)
		}
		names = append(names, rows)
		if address = page.Next; address == "" {
			return names, 0
		}
	}
	return names, 0
}

func TestFaultsBreakAListInTheMiddle(t *testing.T) {
	t.Parallel()
	s := start(t)
	bearer := token(t, s)
	all, _ := pages(t, s, bearer)
	if len(all) != 4 {
		t.Fatalf("the list has %d pages", len(all))
	}
	tests := map[string]struct {
		rule    fault.Rule
		want    [][]string
		refused int
	}{
		"a page expired":      {fault.Rule{Page: 3, Fault: fault.PageExpired()}, all[:2], 400},
		"a page fails":        {fault.Rule{Page: 2, Fault: fault.Status(500, fault.JSON)}, all[:1], 500},
		"a link is broken":    {fault.Rule{Page: 1, Fault: fault.BrokenLink()}, all[:1], 400},
		"a page comes twice":  {fault.Rule{Page: 2, Count: 1, Fault: fault.RepeatedPage()}, [][]string{all[0], all[1], all[1], all[2], all[3]}, 0},
		"the first again":     {fault.Rule{Page: 1, Count: 1, Fault: fault.RepeatedPage()}, [][]string{all[0], all[0], all[1], all[2], all[3]}, 0},
		"a page without end":  {fault.Rule{Page: 2, Fault: fault.RepeatedPage()}, [][]string{all[0], all[1], all[1], all[1], all[1], all[1]}, 0},
		"nothing is the same": {fault.Rule{Page: 9, Fault: fault.Reset()}, all, 0},
	}
	for name, test := range tests {
		id := s.Faults().Add(test.rule)
		got, refused := pages(t, s, bearer)
		if !slices.EqualFunc(got, test.want, slices.Equal) || refused != test.refused {
			t.Errorf("%s: got %q and then %d, want %q and then %d", name, got, refused, test.want, test.refused)
		}
		s.Faults().Remove(id)
	}
}

func TestFaultsStrikeSignInAndGraph(t *testing.T) {
	t.Parallel()
	s := start(t)
	signIn := func() int {
		t.Helper()
		form := url.Values{"grant_type": {"client_credentials"}, "client_id": {s.ClientID()}, "client_secret": {s.ClientSecret()}, "scope": {"https://graph.microsoft.com/.default"}}
		response, err := s.Client().PostForm(s.URL()+"/contoso.com/oauth2/v2.0/token", form) //nolint:noctx // The sandbox answers at once.
		if err != nil {
			t.Fatal(err)
		}
		if err := response.Body.Close(); err != nil {
			t.Fatal(err)
		}
		return response.StatusCode
	}
	graph := tokenFor(t, s, "https://graph.microsoft.com/.default")
	ask := func(path string) (int, string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/v1.0"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+graph)
		response, err := s.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err = errors.Join(err, response.Body.Close()); err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(body)
	}
	s.Faults().Add(fault.Rule{Service: fault.Entra, Cmdlet: "token", Identity: s.ClientID(), Count: 1, Fault: fault.Status(503, fault.JSON)})
	s.Faults().Add(fault.Rule{Service: fault.Entra, Cmdlet: "token", From: 2, Fault: fault.Truncated()}) // The second that gets so far.
	s.Faults().Add(fault.Rule{Service: fault.Graph, Cmdlet: "/directory/administrativeUnits/{id}", Count: 1, Fault: fault.Throttled()})
	s.Faults().Add(fault.Rule{Service: fault.Graph, Cmdlet: "/organization", Fault: fault.Garbled()})
	s.Requests().Reset()
	if got := []int{signIn(), signIn(), signIn()}; !slices.Equal(got, []int{503, 200, 200}) {
		t.Errorf("signing in was answered %v", got)
	}
	const europe = "/directory/administrativeUnits/60f565a0-9a30-40e6-a34e-4023db4616c2"
	if status, body := ask(europe); status != 429 || !strings.Contains(body, `"innerError"`) {
		t.Errorf("Graph answered %d %s", status, body)
	}
	if status, _ := ask(europe); status != 200 {
		t.Errorf("Graph answered %d", status)
	}
	if status, body := ask("/organization"); status != 200 || json.Valid([]byte(body)) {
		t.Errorf("Graph answered %d %s", status, body)
	}
	var got []string
	for _, request := range s.Requests().All() {
		executed := " not executed"
		if request.Executed {
			executed = " executed"
		}
		got = append(got, request.Cmdlet+" "+request.Fault+executed)
	}
	want := []string{
		"token 503 JSON not executed", "token  executed", "token truncated body executed",
		"/directory/administrativeUnits/{id} 429 JSON not executed", "/directory/administrativeUnits/{id}  executed", "/organization garbled body executed",
	}
	if !slices.Equal(got, want) {
		t.Errorf("recorded %q, want %q", got, want)
	}
}

func TestReadsCanComeToAServerThatLagsBehind(t *testing.T) {
	t.Parallel()
	s := start(t)
	bearer := token(t, s)
	s.Tenant().SetBehavior(tenant.Behavior{StaleReads: tenant.StaleReads{Every: 2, Writes: 1}})
	find := func() int {
		t.Helper()
		status, _, err := invoke(t, s, s.URL()+invokePath, bearer, "Get-ManagementScope", map[string]any{"Identity": "Berlin mailboxes"})
		if err != nil {
			t.Fatal(err)
		}
		return status
	}
	parameters := map[string]any{"Name": "Berlin mailboxes", "RecipientRestrictionFilter": "Office -eq 'Berlin'"}
	for _, want := range []int{200, 400} { // The second is refused, and no write.
		if status, body, err := invoke(t, s, s.URL()+invokePath, bearer, "New-ManagementScope", parameters); err != nil || status != want {
			t.Fatalf("answered %d %s: %v", status, body, err)
		}
	}
	if got := []int{find(), find(), find(), find()}; !slices.Equal(got, []int{200, 404, 200, 404}) {
		t.Errorf("after a write, reads were answered %v", got)
	}
	if rows, err := s.Run("Get-ManagementScope", map[string]any{"Identity": "Berlin mailboxes"}); err != nil || len(rows) != 1 {
		t.Errorf("the administrator's read gave %v, %v", rows, err)
	}
	if _, err := s.Run("Remove-ManagementScope", map[string]any{"Identity": "Berlin mailboxes"}); err != nil {
		t.Fatal(err)
	}
	if got := []int{find(), find()}; !slices.Equal(got, []int{404, 200}) {
		t.Errorf("after a removal, reads were answered %v", got)
	}
}

func TestAHookCanInterruptAfterAWrite(t *testing.T) {
	t.Parallel()
	s := start(t)
	bearer := token(t, s)
	var made bool
	s.Faults().After(fault.Exchange, 1, func() {
		made = hasScope(s, "Berlin mailboxes") && s.Requests().Count("New-ManagementScope") == 1
	})
	status, _, err := invoke(t, s, s.URL()+invokePath, bearer, "New-ManagementScope", map[string]any{"Name": "Berlin mailboxes", "RecipientRestrictionFilter": "Office -eq 'Berlin'"})
	if err != nil || status != http.StatusOK || !made {
		t.Errorf("answered %d: %v; the hook saw the scope and the record: %t", status, err, made)
	}
}

func TestBatchesAreRecordedWithTheirItems(t *testing.T) {
	t.Parallel()
	s := start(t)
	bearer := token(t, s)
	s.Requests().Reset()
	s.Faults().Add(fault.Rule{Cmdlet: "Get-Mailbox", Identity: "info@contoso.com", Fault: fault.Throttled()})
	item := func(id, mailbox string) string {
		return `{"id":"` + id + `","method":"POST","url":"InvokeCommand","headers":{"Authorization":"Bearer ` + bearer + `"},` +
			`"body":{"CmdletInput":{"CmdletName":"Get-Mailbox","Parameters":{"Identity":"` + mailbox + `"}}}}`
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/adminapi/beta/contoso.onmicrosoft.com/$batch",
		strings.NewReader(`{"requests":[`+item("0", "info@contoso.com")+`,`+item("1", "support@contoso.com")+`]}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+bearer)
	request.Header.Set("Accept", "application/json")
	response, err := s.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	var answer struct{ Responses []struct{ Status int } }
	if err := errors.Join(json.NewDecoder(response.Body).Decode(&answer), response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	if len(answer.Responses) != 2 || answer.Responses[0].Status != http.StatusTooManyRequests || answer.Responses[1].Status != http.StatusOK {
		t.Errorf("got %+v", answer)
	}
	if sent, mailboxes := s.Requests().HTTP(), s.Requests().Count("Get-Mailbox"); sent != 1 || mailboxes != 2 {
		t.Errorf("recorded %d HTTP requests and %d mailboxes", sent, mailboxes)
	}
	if last := s.Requests().All()[2]; last.Identity != "support@contoso.com" || !last.Executed || last.Batch != 1 || last.Item != 2 {
		t.Errorf("recorded %+v", last)
	}
}
