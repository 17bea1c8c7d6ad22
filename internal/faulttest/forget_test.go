// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package faulttest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
)

// remembered are the subjects whose reads are fuzzed: one of each resource type.
func remembered() []subject {
	return slices.DeleteFunc(subjects(), func(u subject) bool { return u.principal[read] == "" })
}

// Whatever every read is answered, a refresh either fails or leaves the object in state, unless Exchange itself has said,
// in so many words or by a complete list, that there is no such object.
func FuzzReadNeverForgets(f *testing.F) {
	bodies, err := filepath.Glob(filepath.Join("..", "adminapi", "testdata", "*", "*"))
	if err != nil || len(bodies) == 0 {
		f.Fatalf("there are no bodies to begin with: %v", err)
	}
	for n, path := range bodies {
		body, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, status := range []int{200, 400, 404, 500} {
			f.Add(n, status, "Content-Type: application/json", body)
		}
	}
	for n, body := range []string{
		"", "null", "{}", "[]", `""`, "0", `{"value":null}`, `{"value":{}}`, `{"value":[null]}`, `{"value":[{}]}`, `{"value":[]}`, "\x00\x00\x00\x00", "\x1f\x8b",
		`{"value":[],"@odata.nextLink":"https://contoso.com/"}`, `{"value":[],"error":{}}`, `{"value":[],"@odata.count":7}`, "not found",
		`{"error":{"code":"NotFound","message":"Not Found"}}`, "<html><body><h1>404 - Not Found</h1></body></html>",
	} {
		for _, status := range []int{200, 204, 206, 404, 410} {
			f.Add(n, status, "", []byte(body))
		}
	}
	var priors []prior
	f.Fuzz(func(t *testing.T, n, status int, header string, body []byte) {
		all := remembered()
		if priors == nil {
			for _, u := range all {
				priors = append(priors, u.rehearse(t))
			}
		}
		if status < 200 || status > 599 || n < 0 {
			t.Skip("no server could answer that")
		}
		u, p := all[n%len(all)], priors[n%len(all)]
		answer := fault.Answer{Status: status, Header: map[string]string{}, Body: body}
		for line := range strings.Lines(header) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
			name = http.CanonicalHeaderKey(name)
			// The framing of the answer is the server's own business.
			framing := name == "Content-Length" || name == "Transfer-Encoding" || name == "Connection" || name == "Trailer" || name == "Upgrade"
			if headerName.MatchString(name) && headerValue.MatchString(value) && !framing {
				answer.Header[name] = strings.TrimSpace(value)
			}
		}
		u.on(t, func(s *stage) {
			s.prepare(read, p.state)
			before := s.inState()
			s.Faults().Add(fault.Rule{Service: fault.Exchange, Cmdlet: "Get-*", Fault: fault.Answering("fuzz", answer)})
			if err := s.w.Refresh(s.t.Context()); err == nil && s.w.State(s.address()) == nil && !deniesThat(before, status, body) {
				t.Errorf("the %s is forgotten after an answer that does not deny it", u.name)
			}
		})
	})
}

var (
	headerName  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`)
	headerValue = regexp.MustCompile(`^[ -~]*$`)
)

// deniesThat tells whether an answer says that an object does not exist.
func deniesThat(object map[string]any, status int, body []byte) bool {
	var envelope map[string]any
	if json.Unmarshal(body, &envelope) != nil {
		return false
	}
	if _, failed := envelope["error"]; !failed {
		// A list that is whole.
		rows, listed := envelope["value"].([]any)
		if dehydrated := len(rows) == 1; dehydrated {
			row, _ := rows[0].(map[string]any)
			if row["IsDehydrated"] != nil {
				return true
			}
		}
		_, null := envelope["value"]
		return (listed || null && envelope["value"] == nil) && envelope["@odata.nextLink"] == nil && status >= 200 && status <= 299
	}
	text := strings.ToLower(string(bytes.ToValidUTF8(body, nil)))
	named := false
	for _, attribute := range []string{"id", "name", "object_id", "mailbox_guid"} {
		id, _ := object[attribute].(string)
		named = named || id != "" && strings.Contains(text, strings.ToLower(id))
	}
	return named && status >= 400
}
