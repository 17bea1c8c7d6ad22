// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"unicode/utf8"
)

// acceptsJSON reports whether the Accept header names JSON. Any type at all was
// seen not to do.
func acceptsJSON(r *http.Request) bool {
	for _, header := range r.Header.Values("Accept") {
		for media := range strings.SplitSeq(header, ",") {
			name, _, _ := strings.Cut(media, ";")
			if strings.EqualFold(strings.TrimSpace(name), "application/json") {
				return true
			}
		}
	}
	return false
}

// batchJSON puts the answers to a batch into {"responses":[…]}.
func batchJSON(answers []batchAnswer) response {
	type item struct {
		ID      string            `json:"id"`
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers"`
		Body    json.RawMessage   `json:"body,omitempty"`
	}
	items := make([]item, 0, len(answers))
	for _, a := range answers {
		headers := make(map[string]string, len(a.header))
		for name := range a.header {
			headers[name] = a.header.Get(name)
		}
		items = append(items, item{ID: a.id, Status: a.status, Headers: headers, Body: a.inJSON()})
	}
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(map[string]any{"responses": items}) // All of it is text, or JSON already.
	return response{status: http.StatusOK, header: jsonHeader(), body: bytes.TrimSpace(body.Bytes())}
}

// inJSON is the body of an answer as a JSON value: itself if it is JSON, and else
// a string, of base64 where it is no text. So OData's JSON format has it; of the
// service it was not seen.
func (r response) inJSON() json.RawMessage {
	switch {
	case len(r.body) == 0:
		return nil
	case json.Valid(r.body):
		return r.body
	case r.header["Content-Encoding"] == "" && utf8.Valid(r.body):
		return json.RawMessage(quote(string(r.body)))
	default:
		return json.RawMessage(quote(base64.URLEncoding.EncodeToString(r.body)))
	}
}

// batchMultipart puts the answers to a batch into the parts of multipart/mixed,
// each an HTTP answer with head and body. Clients tell of that form; the form of
// its parts is OData's.
func batchMultipart(answers []batchAnswer, boundary string) response {
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	_ = parts.SetBoundary(boundary) // It has no character that a boundary cannot have.
	for _, a := range answers {
		part, err := parts.CreatePart(textproto.MIMEHeader{
			"Content-Type":              {"application/http"},
			"Content-Transfer-Encoding": {"binary"},
			"Content-ID":                {sanitize(a.id)},
		})
		if err != nil {
			continue // A buffer takes everything.
		}
		_, _ = fmt.Fprintf(part, "HTTP/1.1 %d %s\r\n", a.status, http.StatusText(a.status))
		_ = a.header.Write(part)
		_, _ = fmt.Fprintf(part, "\r\n%s", a.body)
	}
	_ = parts.Close()
	header := jsonHeader()
	header["Content-Type"] = "multipart/mixed; boundary=" + boundary
	return response{status: http.StatusOK, header: header, body: body.Bytes()}
}
