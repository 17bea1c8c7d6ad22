// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// mailboxes plays a tenant of mailboxes, each with one permission that is named
// like it. Whom it asks for an answer, a test may replace.
type mailboxes struct {
	single http.RoundTripper                           // answers a cmdlet that comes alone
	batch  func(n int, items []item) http.RoundTripper // answers the nth batch, from 0

	mu      sync.Mutex
	batches [][]item
	singles []item
}

// item is a cmdlet that was asked for, alone or in a batch.
type item struct {
	ID, Method, URL string
	Headers         map[string]string
	Body            struct {
		CmdletInput struct {
			CmdletName string
			Parameters map[string]any
		}
	}
}

func (i item) identity() string { return fmt.Sprint(i.Body.CmdletInput.Parameters["Identity"]) }

func (m *mailboxes) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if !strings.HasSuffix(r.URL.Path, "/$batch") {
		alone := item{Method: r.Method, URL: r.URL.String(), Headers: map[string]string{}}
		for name := range r.Header {
			alone.Headers[name] = r.Header.Get(name)
		}
		if err := json.Unmarshal(body, &alone.Body); err != nil {
			return nil, err
		}
		m.mu.Lock()
		m.singles = append(m.singles, alone)
		m.mu.Unlock()
		if m.single != nil {
			return m.single.RoundTrip(r)
		}
		return says(http.StatusOK, permissions(alone.identity())).RoundTrip(r)
	}
	var batch struct{ Requests []item }
	if err := json.Unmarshal(body, &batch); err != nil {
		return nil, err
	}
	m.mu.Lock()
	n := len(m.batches)
	m.batches = append(m.batches, batch.Requests)
	m.mu.Unlock()
	if m.batch != nil {
		return m.batch(n, batch.Requests).RoundTrip(r)
	}
	return granted(batch.Requests).RoundTrip(r)
}

// sizes returns how many items each batch had, in ascending order, and how many
// cmdlets came alone.
func (m *mailboxes) sizes() (batches []int, singles int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, batch := range m.batches {
		batches = append(batches, len(batch))
	}
	slices.Sort(batches)
	return batches, len(m.singles)
}

// alone returns the identities of the cmdlets that came alone, sorted.
func (m *mailboxes) alone() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var identities []string
	for _, single := range m.singles {
		identities = append(identities, single.identity())
	}
	slices.Sort(identities)
	return identities
}

// permissions is the output for a mailbox.
func permissions(mailbox string) string { return `{"value":[{"Name":` + strconv.Quote(mailbox) + `}]}` }

// granted answers a batch.
func granted(items []item) http.RoundTripper {
	var responses []string
	for _, item := range items {
		responses = append(responses, response(item, http.StatusOK, permissions(item.identity())))
	}
	return responded(responses...)
}

// response is the answer to an item. An empty body is none.
func response(to item, status int, body string, headers ...string) string {
	fields := map[string]string{}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		fields[name] = value
	}
	encoded, _ := json.Marshal(fields) // Texts have a form in JSON.
	if body != "" {
		body = `,"body":` + body
	}
	return fmt.Sprintf(`{"id":%q,"status":%d,"headers":%s%s}`, to.ID, status, encoded, body)
}

// responded is the answer to a batch that is made of those to its items.
func responded(responses ...string) http.RoundTripper {
	return says(http.StatusOK, `{"responses":[`+strings.Join(responses, ",")+`]}`, "request-id: of-the-batch")
}

// permissionsOf reads the permissions of a mailbox.
func permissionsOf(mailbox string) adminapi.Command {
	return adminapi.Command{
		Cmdlet: "Get-MailboxPermission", Parameters: adminapi.Parameters{"Identity": mailbox}, Idempotent: true,
	}
}

// landing is what a shared read came to.
type landing struct {
	result *adminapi.Result
	err    error
}

// together reads the permissions of mailboxes, all at once.
func together(ctx context.Context, client *adminapi.Client, mailboxes ...string) []landing {
	landings := make([]landing, len(mailboxes))
	var reading sync.WaitGroup
	for i, mailbox := range mailboxes {
		reading.Go(func() {
			landings[i].result, landings[i].err = client.InvokeShared(ctx, permissionsOf(mailbox))
		})
	}
	reading.Wait()
	return landings
}

// allRead reads the permissions of mailboxes and checks that each is its own.
func allRead(t *testing.T, client *adminapi.Client, mailboxes ...string) {
	t.Helper()
	for i, landing := range together(t.Context(), client, mailboxes...) {
		if landing.err != nil {
			t.Errorf("%s: %v", mailboxes[i], landing.err)
		} else if got := names(landing.result); got != mailboxes[i] {
			t.Errorf("%s: the permissions of %q", mailboxes[i], got)
		}
	}
}

// numbered returns the names of n mailboxes.
func numbered(n int) []string {
	var mailboxes []string
	for i := range n {
		mailboxes = append(mailboxes, fmt.Sprintf("mailbox%02d@contoso.com", i))
	}
	return mailboxes
}
