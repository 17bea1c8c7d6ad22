// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDecodeBatchReadsItems(t *testing.T) {
	t.Parallel()
	body := "\ufeff" + `{"responses":[
		{"id":"2","status":404,"headers":{"retry-AFTER":7,"Set-Cookie":["a=1","b=2"],"X":null},"body":{"error":{}}},
		{"ID":1,"Status":"200","body":"text","more":1},
		{"id":"4","status":204},
		{"id":"5","status":200,"headers":"none","body":{"value":[]}},
		{"id":"6","status":200,"body":null},
		{"id":"7","status":200,"body":1},{"id":"7","status":200,"body":1},
		{"id":"8","status":99,"body":1},
		{"id":"10","status":200,"body":1},{"id":"-1","status":200,"body":1},{"id":"","status":200},{"status":200},null,3
	]}`
	items, err := decodeBatch([]byte(body), 10)
	if err != nil {
		t.Fatal(err)
	}
	want := []*answer{
		1: {status: 200, header: http.Header{}, body: []byte("text")},
		2: {status: 404, header: http.Header{"Retry-After": {"7"}, "Set-Cookie": {"a=1", "b=2"}}, body: []byte(`{"error":{}}`)},
		4: {status: 204, header: http.Header{}},
		5: {status: 200, header: http.Header{}, body: []byte(`{"value":[]}`)},
		9: nil,
	}
	if diff := cmp.Diff(want, items, cmp.AllowUnexported(answer{})); diff != "" {
		t.Error(diff)
	}
}

func TestItemWhoseBodyIsNoTextIsReadFromBase64(t *testing.T) {
	t.Parallel()
	for encoded, want := range map[string]string{
		"AAAAAAAA": "\x00\x00\x00\x00\x00\x00", "AAAAAA==": "\x00\x00\x00\x00", "Forbidden": "Forbidden", "Nope": "Nope", "A": "A",
	} {
		item := newItem("403", nil, []byte(strconv.Quote(encoded)))
		if string(item.body) != want {
			t.Errorf("%s is read as %q", encoded, item.body)
		}
	}
	refused := newItem("403", json.RawMessage(`{"x-ms-diagnostics":"2000003;reason=\"role required\""}`), []byte(strconv.Quote(strings.Repeat("AAAA", 1000))))
	want := `Get-Mailbox failed, forbidden: role required (HTTP 403, diagnostics 2000003;reason="role required")`
	if got := refused.failure(&call{cmdlet: "Get-Mailbox"}).Error(); got != want {
		t.Errorf("error = %s\nwant    %s", got, want)
	}
}

func FuzzDecodeBatch(f *testing.F) {
	for _, seed := range []string{
		`{"responses":[{"id":"0","status":200,"headers":{"request-id":"a"},"body":{"value":[{"Name":"x"}]}},{"id":"1","status":404,"body":{"error":{"code":"NotFound"}}}]}`,
		`{"responses":[{"id":"1","status":200,"body":"text"},{"id":"1","status":200,"body":null}]}`,
		`{"responses":[{"id":0,"status":"429","headers":{"Retry-After":[1.5]}},{"id":"9","status":401}]}`,
		`{"responses":[{"ID":"0","id":"1","status":1e2}]}`,
		`{"responses":[null,[],7,{}]}`, `{"responses":{}}`, `{"Responses":[{"id":"\u0030","status":204}]}`, `[]`, ``, "--b\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		const n = 3
		items, err := decodeBatch(body, n)
		if err != nil {
			if items != nil {
				t.Errorf("items %v beside the error %v", items, err)
			}
			return
		}
		if len(items) != n {
			t.Fatalf("%d answers to %d items", len(items), n)
		}
		said := statuses(t, body)
		for id, item := range items {
			if item == nil {
				continue
			}
			// What an item is believed to say, exactly one response says.
			of := said[strconv.Itoa(id)]
			if status, err := strconv.Atoi(strings.Join(of, "")); len(of) != 1 || err != nil || status != item.status {
				t.Errorf("item %d has the status %d, and its responses %q", id, item.status, of)
			}
			if item.status < 100 || item.status > 599 || item.status == http.StatusOK && item.body == nil {
				t.Errorf("item %d is not whole: %d %q", id, item.status, item.body)
			}
			_, _ = item.output(&call{cmdlet: "Get-Mailbox"})
		}
	})
}

// statuses returns the statuses of the responses to each id.
func statuses(t *testing.T, body []byte) map[string][]string {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))
	decoder.UseNumber()
	var batch struct{ Responses []any }
	if err := decoder.Decode(&batch); err != nil {
		t.Fatalf("%q was read: %v", body, err)
	}
	said := map[string][]string{}
	for _, response := range batch.Responses {
		fields, _ := response.(map[string]any)
		id, status, names := "", "", 0
		for name, value := range fields {
			switch {
			case strings.EqualFold(name, "id"):
				id = scalar(value)
				names++
			case strings.EqualFold(name, "status"):
				status = scalar(value)
				names++
			}
		}
		if names > 2 {
			t.Skip("which of a name's spellings counts, the order decides, and that is lost here")
		}
		said[id] = append(said[id], status)
	}
	return said
}

// scalar returns a JSON string or number as text.
func scalar(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	}
	return ""
}
