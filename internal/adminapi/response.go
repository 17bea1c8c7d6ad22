// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxBodySize is the largest body that is read, before and after unpacking: 64
// MiB. A batch's is bounded like a page's, though it may carry pages of listings, of
// a thousand objects each. Where that is too much, its items are asked for alone.
const maxBodySize = 64 << 20

var errBodyTooLarge = errors.New("the answer is larger than 64 MiB, and was not read")

// answer is one HTTP response, its body read and unpacked.
type answer struct {
	url    *url.URL
	status int
	header http.Header
	body   []byte
	token  string // the request's, to be kept out of what the body says

	// items are the answers to the items of a batch, each nil where there is none
	// that is certain, and noItems is why the body is no batch's.
	items   []*answer
	noItems error
}

// output is the body of a successful answer.
type output struct {
	nextLink     string
	rows         []Row
	whole        bool // there is a "value", if only null
	warnings     []string
	errors       []string
	confirmation string
	failure      Row // the "error" object, which has no place in a success
}

func (a *answer) requestID() string {
	return clean(a.header.Get("request-id"), maxNameLength, a.token)
}

// failure returns the answer as an error.
func (a *answer) failure(call *call) *Error {
	return parseError(a.status, a.header, a.body, a.token).of(call)
}

// output returns the page that the answer carries, or the error that it is.
func (a *answer) output(call *call) (*output, error) {
	if a.status < 200 || a.status > 299 {
		return nil, a.failure(call)
	}
	output, err := decodeOutput(a.body)
	if err != nil {
		e := a.reject("the answer could not be read, " + err.Error() + ": " + clean(string(a.body), maxRawLength, a.token))
		e.garbled = e.Class == Other
		return nil, e.of(call)
	}
	switch {
	case output.failure != nil:
		return nil, a.failure(call)
	case len(output.errors) > 0:
		return nil, a.reject(strings.Join(output.errors, "; ")).of(call)
	case output.confirmation != "":
		e := a.reject("nothing was done, because Exchange asks for a confirmation: " + output.confirmation)
		e.refused = true
		return nil, e.of(call)
	}
	if !output.whole && !call.writes() {
		// What reads answers a list, though it be empty. Of no list it cannot be
		// told from an answer that lost it on the way, and is no proof of absence.
		e := a.reject("the answer holds no list of objects")
		e.garbled = e.Class == Other
		return nil, e.of(call)
	}
	return output, nil
}

// reject returns an answer that is a success by its status alone as an error.
func (a *answer) reject(message string) *Error {
	e := newError(a.status, a.header, a.token)
	e.Message = clean(message, maxTextLength, a.token)
	e.Class = classify(e, statement{text: message, raw: message})
	return e
}

// readBody reads a body whole and unpacks it where it is gzip. The bytes decide:
// Exchange answers 403 with a run of NUL bytes declared gzip. A body of more than
// limit bytes, packed or not, is an error.
func readBody(body io.Reader, limit int64) ([]byte, error) {
	raw, err := readLimited(body, limit)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(raw, []byte{0x1f, 0x8b}) {
		return raw, nil
	}
	unpacker, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("the answer's gzip is damaged: %w", err)
	}
	unpacked, err := readLimited(unpacker, limit)
	if err != nil && !errors.Is(err, errBodyTooLarge) {
		return nil, fmt.Errorf("the answer's gzip is damaged: %w", err)
	}
	return unpacked, err
}

func readLimited(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, errBodyTooLarge
	}
	return data, nil
}

// decodeOutput reads the body of a successful answer. No body at all is no
// output. Its errors are whole clauses, without the JSON decoder's words.
func decodeOutput(body []byte) (*output, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return &output{}, nil
	}
	envelope, err := decodeObject(body)
	if err != nil {
		return nil, err
	}
	rows, err := rowsOf(envelope["value"])
	if err != nil {
		return nil, err
	}
	nextLink, ok := envelope["@odata.nextLink"].(string)
	if !ok && envelope["@odata.nextLink"] != nil {
		return nil, errors.New("its link to the next page is not text")
	}
	out := &output{
		nextLink:     nextLink,
		rows:         rows,
		whole:        envelope.listed(),
		warnings:     envelope.statements("@adminapi.warnings"),
		errors:       envelope.statements("@adminapi.errors"),
		confirmation: envelope.Text("@adminapi.confirmationmessage"),
	}
	if envelope.Has("error") {
		out.failure = envelope
	}
	return out, nil
}

// listed reports whether the envelope has a "value".
func (r Row) listed() bool {
	_, ok := r["value"]
	return ok
}

// decodeObject reads one JSON object.
func decodeObject(body []byte) (Row, error) {
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))
	decoder.UseNumber()
	var object map[string]any
	if decoder.Decode(&object) != nil || object == nil {
		return nil, errors.New("it is not a JSON object")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something behind its JSON object")
	}
	return object, nil
}

// rowsOf returns the objects of the envelope's "value". Null is no object, as
// $null is no output.
func rowsOf(value any) ([]Row, error) {
	if value == nil {
		return nil, nil
	}
	elements, ok := value.([]any)
	if !ok {
		return nil, errors.New("its output is not a list")
	}
	var rows []Row
	texts := texts{}
	for i, element := range elements {
		switch element := element.(type) {
		case nil:
		case map[string]any:
			rows = append(rows, texts.compact(element))
			elements[i] = nil
		default:
			return nil, errors.New("its output holds something that is not an object")
		}
	}
	return rows, nil
}

// statements returns the warnings or errors under a key of the envelope. What is
// not text is kept as JSON: nobody has documented the form of the errors.
func (r Row) statements(key string) []string {
	elements, ok := r[key].([]any)
	if !ok && r[key] != nil {
		elements = []any{r[key]}
	}
	var texts []string
	for _, element := range elements {
		text := textOf(element)
		if object, ok := element.(map[string]any); ok {
			text = Row(object).Text("message", "Message")
		}
		if text == "" && element != nil && element != "" {
			encoded, err := json.Marshal(element)
			if err != nil {
				continue
			}
			text = string(encoded)
		}
		if text = clean(text, maxTextLength, ""); text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

var claimsParameter = pattern(`(?i)\bclaims\s*=\s*"([^"]*)"`)

// claimsChallenge returns the claims that a 401 asks the next token to have, as
// JSON, or "". They come base64 encoded, in either alphabet, when continuous
// access evaluation has revoked a token.
func claimsChallenge(header http.Header) string {
	for _, challenge := range header.Values("WWW-Authenticate") {
		match := claimsParameter().FindStringSubmatch(challenge)
		if match == nil {
			continue
		}
		encoded := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(match[1], "="))
		claims, err := base64.RawStdEncoding.DecodeString(encoded)
		if err != nil {
			continue
		}
		if _, err := decodeObject(claims); err == nil {
			return string(claims)
		}
	}
	return ""
}
