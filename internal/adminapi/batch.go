// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

const (
	// batchSize is how many cmdlets go into one batch: as many as the PowerShell
	// module sends. What Exchange would take, nobody has published.
	batchSize = 10
	// maxBatchTries bounds how often a batch is sent whose failure may pass. Behind
	// that its cmdlets are sent one by one: it may be the batch that fails.
	maxBatchTries = 3
	// continueOnError has the items behind one that failed run as well.
	continueOnError = "odata.continue-on-error"
)

// newBatch returns the call that carries others.
func newBatch(items []*call, cookies http.CookieJar) *call {
	var cmdlets []string
	for _, item := range items {
		if !slices.Contains(cmdlets, item.cmdlet) {
			cmdlets = append(cmdlets, item.cmdlet)
		}
	}
	return &call{
		cmdlet:     strings.Join(cmdlets, ", "),
		id:         uuid.NewString(),
		cookies:    newCallCookies(cookies),
		idempotent: true,
		turn:       items[0].turn,
		items:      items,
	}
}

// errorOf returns the error of a batch as one of its items has it: under the name
// of the item's own cmdlet, as the others are of no concern to who asked for it.
// The ids stay the batch's, by which the request is found.
func (c *call) errorOf(item *call, err error) error {
	named := itemError{text: strings.ReplaceAll(err.Error(), c.cmdlet, item.cmdlet), err: err}
	var failed *Error
	if errors.As(err, &failed) {
		own := *failed
		own.Cmdlet = item.cmdlet
		named.failed = &own
	}
	return named
}

// itemError is the error of a batch as one of its items has it.
type itemError struct {
	text   string
	failed *Error // Exchange's part, if any
	err    error
}

func (e itemError) Error() string { return e.text }

func (e itemError) Unwrap() []error {
	if e.failed == nil {
		return []error{e.err}
	}
	return []error{e.failed, e.err}
}

// name is what a call is called where its requests are told of.
func (c *call) name() string {
	if c.items != nil {
		return "$batch"
	}
	return c.cmdlet
}

// batchItem is one cmdlet within a batch: a request of its own, with its token.
type batchItem struct {
	ID      string            `json:"id"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`
}

// body returns the body of a request to target. A batch's holds the token and the
// host, which may both change from one request to the next.
func (c *Client) body(call *call, target *url.URL, token string) ([]byte, error) {
	if call.items == nil {
		return call.body, nil
	}
	requests := make([]batchItem, len(call.items))
	for i, item := range call.items {
		headers := c.headers(item)
		headers["Authorization"] = "Bearer " + token
		headers["Prefer"] += ";" + continueOnError
		// These two are the connection's. An item's body is JSON within the batch's.
		delete(headers, "Accept-Encoding")
		delete(headers, "User-Agent")
		requests[i] = batchItem{strconv.Itoa(i), http.MethodPost, item.on(target.Host).String(), headers, item.body}
	}
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(map[string][]batchItem{"requests": requests})
	return bytes.TrimSuffix(body.Bytes(), []byte("\n")), err
}

// unpack makes the answer to a batch the answers to its items.
func (a *answer) unpack(batch *call) {
	if a.status < 200 || a.status > 299 {
		return
	}
	a.items, a.noItems = decodeBatch(a.body, len(batch.items))
	for i, item := range a.items {
		if item == nil {
			continue
		}
		item.url = batch.items[i].on(a.url.Host)
		item.token = a.token
		// What the item does not say, the batch does: the server's clock, and the
		// id to find the request by.
		for _, name := range []string{"Date", "request-id"} {
			if item.header.Get(name) == "" && a.header.Get(name) != "" {
				item.header.Set(name, a.header.Get(name))
			}
		}
	}
}

// decodeBatch reads the answer to a batch of n items. An item that is answered
// twice, not at all, or without a status or a body, is nil: what the answer to it
// is, nobody knows. The order of the answers says nothing.
func decodeBatch(body []byte, n int) ([]*answer, error) {
	var envelope struct{ Responses []json.RawMessage }
	if err := json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &envelope); err != nil || envelope.Responses == nil {
		return nil, errors.New("it holds no list of responses")
	}
	items := make([]*answer, n)
	answered := make([]int, n)
	known := false
	for _, response := range envelope.Responses {
		var parts struct{ ID, Status, Headers, Body json.RawMessage }
		if json.Unmarshal(response, &parts) != nil {
			continue
		}
		id, err := strconv.Atoi(plain(parts.ID))
		if err != nil || id < 0 || id >= n || strconv.Itoa(id) != plain(parts.ID) {
			continue
		}
		known = true
		answered[id]++
		items[id] = newItem(plain(parts.Status), parts.Headers, parts.Body)
	}
	if !known {
		return nil, errors.New("none of its responses is to one of the requests")
	}
	for id, times := range answered {
		if times != 1 {
			items[id] = nil
		}
	}
	return items, nil
}

// newItem returns the answer to an item, or nil where it is not whole.
func newItem(status string, headers, body json.RawMessage) *answer {
	code, err := strconv.Atoi(status)
	if err != nil || code < 100 || code > 599 {
		return nil
	}
	item := &answer{status: code, header: http.Header{}, body: body}
	// An item without headers is one like those that have some.
	fields, _ := decodeObject(headers)
	for name := range fields {
		if texts := fields.Texts(name); len(texts) > 0 {
			item.header[http.CanonicalHeaderKey(name)] = texts
		}
	}
	var text string
	switch {
	case len(body) == 0 || string(body) == "null":
		item.body = nil
		if code == http.StatusOK {
			return nil
		}
	case json.Unmarshal(body, &text) == nil:
		// A body that is not JSON: text, or in base64 what is none, such as the NUL
		// bytes of a refusal.
		item.body = []byte(text)
		if decoded, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "=")); err == nil && bytes.Contains(decoded, []byte{0}) {
			item.body = decoded
		}
	}
	return item
}

// plain returns a JSON string or number as text.
func plain(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}

// observed returns what became of a batch's items, and nil of another call.
func observed(call *call, received *answer) []Item {
	var items []Item
	for i, each := range call.items {
		item := Item{Cmdlet: each.cmdlet, ClientRequestID: each.id}
		if received != nil && received.items != nil && received.items[i] != nil {
			item.Status = received.items[i].status
			item.RequestID = received.items[i].requestID()
		}
		items = append(items, item)
	}
	return items
}

// reading is what came of one item of a batch. The zero value is none: the item
// is still to be asked.
type reading struct {
	answer *answer
	output *output
	err    error
}

// readings returns what came of each item, or an error where the answer is not
// that of a batch.
func (a *answer) readings(batch *call) ([]reading, error) {
	switch {
	case a.status < 200 || a.status > 299:
		return nil, a.failure(batch)
	case a.noItems != nil:
		return nil, a.reject("the answer to a batch could not be read, " + a.noItems.Error() + ": " + clean(string(a.body), maxRawLength, a.token)).of(batch)
	}
	readings := make([]reading, len(a.items))
	for i, item := range a.items {
		if item == nil {
			continue
		}
		call := batch.items[i]
		call.cookies = batch.cookies.branch(item.url)
		call.cookies.SetCookies(item.url, (&http.Response{Header: item.header}).Cookies())
		readings[i].answer = item
		readings[i].output, readings[i].err = item.output(call)
	}
	return readings, nil
}

// ask sends a batch, and returns what came of each item. A batch is one request
// to the gate. Whether Exchange counts it as one or as its items is unknown; where
// it counts items, it refuses some of them, which closes the gate like any other
// refusal. Batches do not get smaller by that: the same cmdlets would leave as
// more requests.
//
// Where Exchange does not take the batch as one, nothing came of the items, and
// batches are not sent any more.
func (c *Client) ask(ctx context.Context, batch *call) ([]reading, error) {
	tries := &tries{idle: time.Now()}
	for !c.singly.Load() {
		pass, err := c.gate.enter(ctx, batch.turn, func() time.Time { return tries.giveUp(ctx, batch) })
		if err != nil {
			return nil, tries.notSent(batch, err)
		}
		var readings []reading
		answer, err := c.post(ctx, batch, c.endpoint(batch), tries.begin(1, pass))
		if err == nil {
			readings, err = answer.readings(batch)
		}
		if err == nil {
			c.leave(pass, refusalAmong(readings))
			return readings, nil
		}
		c.leave(pass, err)
		var failed *Error
		if errors.As(err, &failed) && failed.tooMuch {
			break // Of the items' own answers each may be small enough.
		}
		if failed != nil && failed.refusesBatch(answer != nil) {
			c.singly.Store(true)
			break
		}
		if err := c.untilReplay(ctx, batch, tries, 1, err); err != nil {
			return nil, err
		}
		if tries.n >= maxBatchTries && failed.Class != Throttled && !failed.unsent {
			break
		}
	}
	return make([]reading, len(batch.items)), nil
}

// refusesBatch reports whether an answer says of batches, and not of the moment,
// that Exchange does not take them: it is neither a batch's nor one that passes.
func (e *Error) refusesBatch(whole bool) bool {
	return (whole || redirected(e.Status)) && e.Class != Throttled && e.Class != Transient
}

// refusalAmong returns the error of the item that was one too many, and of several
// that of the one which has the longest to wait. It returns nil where none was.
func refusalAmong(readings []reading) error {
	var longest *Error
	for _, reading := range readings {
		var failed *Error
		if errors.As(reading.err, &failed) && failed.tooMany() && (longest == nil || failed.RetryAfter > longest.RetryAfter) {
			longest = failed
		}
	}
	if longest == nil {
		return nil
	}
	return longest
}

// finish returns the whole of the output of a call that was part of a batch, where
// something came of it there, or asks for it alone.
func (c *Client) finish(ctx context.Context, call *call, got reading) (*Result, error) {
	var failed *Error
	switch {
	case got.answer == nil:
	case got.err == nil:
		return c.run(ctx, call, &firstPage{got.output, got.answer.url})
	case got.answer.status == http.StatusUnauthorized:
		call.refused, call.claims = got.answer.token, claimsChallenge(got.answer.header)
	case errors.As(got.err, &failed) && (failed.stands() || failed.Class == Forbidden && c.forbidden.has(call.cmdlet)):
		tries := &tries{token: got.answer.token}
		tries.begin(1, pass{})
		if err := c.untilReplay(ctx, call, tries, 1, got.err); err != nil {
			return nil, err
		}
	}
	result, err := c.run(ctx, call, nil)
	if err == nil || ClassOf(err) == Forbidden {
		c.forbidden.note(call.cmdlet, err != nil)
	}
	return result, err
}

// forbidden are the cmdlets that were forbidden to the caller when they came alone,
// and since then were not allowed. Where one of them is forbidden in a batch without
// a word, the batch is not to blame. The zero value is none.
type forbidden struct {
	mu      sync.Mutex
	cmdlets map[string]bool
}

func (f *forbidden) has(cmdlet string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.cmdlets[cmdlet]
}

func (f *forbidden) note(cmdlet string, is bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cmdlets == nil {
		f.cmdlets = map[string]bool{}
	}
	f.cmdlets[cmdlet] = is
}

// stands reports whether an item's error is the cmdlet's, or one that passes.
// Others may come of its being in a batch, such as a refusal without words by
// whatever stands in front.
func (e *Error) stands() bool {
	return e.formed || e.Class == Throttled || e.Class == Transient || e.Status >= 200 && e.Status <= 299
}
