// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// page is an answer with its link and warnings.
type page struct {
	Next     string           `json:"@odata.nextLink"`
	Warnings []string         `json:"@adminapi.warnings"`
	Value    []map[string]any `json:"value"`
}

func (r reply) page(t *testing.T) page {
	t.Helper()
	if r.status != http.StatusOK {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	var p page
	if err := json.Unmarshal([]byte(r.body), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

// follow makes a request one for the next page.
func (p page) follow(t *testing.T) request {
	t.Helper()
	next, err := url.Parse(p.Next)
	if err != nil {
		t.Fatal(err)
	}
	return func(r *http.Request) { r.URL = next }
}

var maxPageSize = func(n string) request { return header("Prefer", "odata.maxpagesize="+n) }

const moreResults = "There are more results available than are currently displayed. To view them, increase the value for the ResultSize parameter."

func TestPagesHaveEveryRowOnce(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	parameters := map[string]any{"ResultSize": "Unlimited"}
	seen := map[any]bool{}
	sizes := []int{}
	p := w.invoke(t, "Get-Recipient", parameters, maxPageSize("7")).page(t)
	for {
		sizes = append(sizes, len(p.Value))
		for _, row := range p.Value {
			if seen[row["Guid"]] {
				t.Errorf("%v comes twice", row["Name"])
			}
			seen[row["Guid"]] = true
		}
		if p.Next == "" {
			break
		}
		if !strings.HasPrefix(p.Next, "https://outlook.example/adminapi/beta/"+tenantID+"/InvokeCommand?%24skiptoken=") {
			t.Errorf("the link is %s", p.Next)
		}
		p = w.invoke(t, "Get-Recipient", parameters, maxPageSize("7"), p.follow(t)).page(t)
	}
	if len(seen) != 16 || len(sizes) != 3 || sizes[0] != 7 || sizes[2] != 2 {
		t.Errorf("got %d rows in pages of %v", len(seen), sizes)
	}
}

func TestResultSizeLimitsThePageAndWarns(t *testing.T) {
	t.Parallel()
	p := newWire(t).invoke(t, "Get-Mailbox", map[string]any{"ResultSize": 1}).page(t)
	if len(p.Value) != 1 || p.Next == "" || len(p.Warnings) != 1 || p.Warnings[0] != moreResults {
		t.Errorf("got %d rows, %q, %q", len(p.Value), p.Next, p.Warnings)
	}
	p = newWire(t).invoke(t, "Get-Mailbox", map[string]any{"ResultSize": 100}).page(t)
	if len(p.Value) != 11 || p.Next != "" || len(p.Warnings) != 0 {
		t.Errorf("got %d rows, %q, %q", len(p.Value), p.Next, p.Warnings)
	}
}

// crowded is Contoso with further shared mailboxes.
func crowded(t *testing.T, count int) wire {
	t.Helper()
	mailboxes := make([]tenant.Recipient, count)
	for n := range mailboxes {
		mailboxes[n] = tenant.Recipient{Type: tenant.SharedMailbox, PrimarySMTPAddress: fmt.Sprintf("shared-%05d@contoso.com", n)}
	}
	w := newWire(t)
	if _, err := w.tenant.AddRecipients(mailboxes...); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestTenThousandSharedMailboxesComeInElevenPages(t *testing.T) {
	t.Parallel()
	w := crowded(t, 10_000)
	parameters := map[string]any{"RecipientTypeDetails": "SharedMailbox", "ResultSize": "Unlimited"}
	seen, pages := map[any]bool{}, 1
	p := w.invoke(t, "Get-Mailbox", parameters, query("$select=ExternalDirectoryObjectId")).page(t)
	for ; p.Next != ""; pages++ {
		for _, row := range p.Value {
			seen[row["ExternalDirectoryObjectId"]] = true
		}
		p = w.invoke(t, "Get-Mailbox", parameters, p.follow(t)).page(t)
	}
	if len(seen) != 10_000 || pages != 11 || len(p.Value) != 4 {
		t.Errorf("got %d and %d mailboxes in %d pages", len(seen), len(p.Value), pages)
	}
}

func TestResultSizeIsAThousandUnlessGiven(t *testing.T) {
	t.Parallel()
	w := crowded(t, 1000)
	p := w.invoke(t, "Get-Mailbox", map[string]any{"RecipientTypeDetails": []string{"SharedMailbox"}}).page(t)
	if len(p.Value) != 1000 || p.Next == "" || len(p.Warnings) != 1 {
		t.Errorf("got %d rows, link %q, warnings %v", len(p.Value), p.Next, p.Warnings)
	}
	p = w.invoke(t, "Get-Mailbox", map[string]any{"ResultSize": "Unlimited"}, maxPageSize("5000")).page(t)
	if len(p.Value) != 1000 || p.Next == "" {
		t.Errorf("a page holds %d rows, want 1000 whatever Prefer says", len(p.Value))
	}
}

const expired = `{"error":{"code":"BadRequest","message":"Invalid Operation","innererror":{"message":"Invalid Operation","type":"Microsoft.Exchange.Admin.OData.Core.ODataServiceException","stacktrace":"",` +
	`"internalexception":{"message":"Expired or Invalid pagination request. Default Expiry time is 00:30:00","type":"System.Exception","stacktrace":""}}}}`

func TestPageLinksAreBound(t *testing.T) {
	t.Parallel()
	parameters := map[string]any{"ResultSize": "Unlimited"}
	for name, changes := range map[string][]request{
		"another anchor":    {header("X-AnchorMailbox", "UPN:adele@contoso.com")},
		"no anchor":         {header("X-AnchorMailbox", "")},
		"an invented token": {query("%24skiptoken=AAAA")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWire(t)
			first := w.invoke(t, "Get-Recipient", parameters, maxPageSize("5")).page(t)
			answer := w.invoke(t, "Get-Recipient", parameters, append([]request{first.follow(t)}, changes...)...)
			if answer.status != http.StatusBadRequest {
				t.Errorf("got %d", answer.status)
			}
			sameBody(t, answer.body, expired)
		})
	}
	t.Run("another command", func(t *testing.T) {
		t.Parallel()
		w := newWire(t)
		first := w.invoke(t, "Get-Recipient", parameters, maxPageSize("5")).page(t)
		if answer := w.invoke(t, "Get-Recipient", nil, first.follow(t)); answer.status != http.StatusBadRequest {
			t.Errorf("got %d", answer.status)
		}
	})
	t.Run("a first call without an anchor", func(t *testing.T) {
		t.Parallel()
		w := newWire(t)
		first := w.invoke(t, "Get-Recipient", parameters, maxPageSize("5"), header("X-AnchorMailbox", "")).page(t)
		if answer := w.invoke(t, "Get-Recipient", parameters, header("X-AnchorMailbox", ""), first.follow(t)); answer.status != http.StatusBadRequest {
			t.Errorf("got %d", answer.status)
		}
	})
	t.Run("the same again", func(t *testing.T) {
		t.Parallel()
		w := newWire(t)
		first := w.invoke(t, "Get-Recipient", parameters, maxPageSize("5")).page(t)
		for range 2 {
			if second := w.invoke(t, "Get-Recipient", parameters, first.follow(t)).page(t); len(second.Value) != 5 {
				t.Errorf("got %d rows", len(second.Value))
			}
		}
	})
}

func TestPageLinksExpire(t *testing.T) {
	t.Parallel()
	for _, lifetime := range []time.Duration{0, 5 * time.Minute} {
		w := newWire(t)
		var now atomic.Int64
		w.tenant.SetClock(func() time.Time { return time.Unix(now.Load(), 0) })
		w.tenant.SetBehavior(tenant.Behavior{PageLifetime: lifetime})
		if lifetime == 0 {
			lifetime = 30 * time.Minute
		}
		first := w.invoke(t, "Get-Recipient", nil, maxPageSize("5")).page(t)
		now.Add(int64(lifetime.Seconds()))
		second := w.invoke(t, "Get-Recipient", nil, first.follow(t)).page(t)
		now.Add(int64(lifetime.Seconds()) + 1)
		if answer := w.invoke(t, "Get-Recipient", nil, second.follow(t)); answer.status != http.StatusBadRequest {
			t.Errorf("%s: got %d", lifetime, answer.status)
		}
	}
}

func TestPagesKeepWhatTheListWas(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	first := w.invoke(t, "Get-ManagementScope", nil, maxPageSize("2")).page(t)
	if _, _, err := w.server.Run("Remove-ManagementScope", map[string]any{"Identity": "Nothing"}); err == nil {
		t.Fatal("removed nothing")
	}
	if _, _, err := w.server.Run("New-ManagementScope", map[string]any{"Name": "A", "RecipientRestrictionFilter": "Alias -eq 'x'"}); err != nil {
		t.Fatal(err)
	}
	if second := w.invoke(t, "Get-ManagementScope", nil, first.follow(t)).page(t); len(second.Value) != 1 || second.Value[0]["Name"] != "Payroll mailboxes" {
		t.Errorf("got %v", second.Value)
	}
}

func TestSelectTrimsProperties(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	parameters := map[string]any{"RecipientTypeDetails": "SharedMailbox"}
	answer := w.invoke(t, "Get-Recipient", parameters, query("$select=guid,Nonsense,Alias"), maxPageSize("3"))
	p := answer.page(t)
	for _, row := range p.Value {
		if len(row) != 4 || row["Alias"] == nil || row["Guid"] == nil || row["Guid@data.type"] == nil {
			t.Errorf("got %v", row)
		}
	}
	next, err := url.Parse(p.Next)
	if err != nil || next.Query().Get("$select") != "guid,Nonsense,Alias" {
		t.Errorf("the link is %s", p.Next)
	}
	if rows := w.invoke(t, "Get-Recipient", parameters, p.follow(t)).rows(t); len(rows) != 1 || len(rows[0]) != 4 {
		t.Errorf("the second page has %v", rows)
	}
}

func TestAnswersAreCompressedWhenAskedTo(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	answer := w.invoke(t, "Get-ManagementScope", nil, header("Accept-Encoding", "deflate, GZIP;q=0.5"))
	if answer.header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("got %v", answer.header)
	}
	reader, err := gzip.NewReader(bytes.NewReader([]byte(answer.body)))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(reader)
	if err != nil || !json.Valid(body) {
		t.Errorf("got %s, %v", body, err)
	}
	if plain := w.invoke(t, "Get-ManagementScope", nil); plain.header.Get("Content-Encoding") != "" || !json.Valid([]byte(plain.body)) {
		t.Errorf("got %v", plain.header)
	}
}
