// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// batchItem is one of the requests in a batch.
type batchItem struct {
	id, method string
	// address is the URL as it was sent, which may be relative to the batch's.
	address *url.URL
	header  map[string]string
	body    []byte
}

// usualBatchLimit is the most requests that known clients put into a batch.
const usualBatchLimit = 10

// decodeBatch reads {"requests":[{"id":…,"method":…,"url":…,"headers":{…},
// "body":{…}},…]}. All but headers and body must be there, and ids be unique. Any
// other key is refused: OData's dependsOn and atomicityGroup were seen of nobody.
func decodeBatch(body []byte) ([]batchItem, *bindingError) {
	var envelope map[string]json.RawMessage
	var requests []map[string]json.RawMessage
	if decodeStrict(body, &envelope) != nil || json.Unmarshal(envelope["requests"], &requests) != nil || len(requests) == 0 {
		return nil, payloadError("The body of a batch must be an object with requests, a list of requests.")
	}
	ids := map[string]bool{}
	items := make([]batchItem, 0, len(requests))
	for _, request := range requests {
		item, refusal := decodeItem(request)
		if refusal != nil {
			return nil, refusal
		}
		if ids[item.id] {
			return nil, payloadError("The ids of the requests in a batch must be unique.")
		}
		ids[item.id] = true
		items = append(items, item)
	}
	return items, nil
}

func decodeItem(request map[string]json.RawMessage) (batchItem, *bindingError) {
	var item batchItem
	var address string
	var body json.RawMessage
	into := map[string]any{"id": &item.id, "method": &item.method, "url": &address, "headers": &item.header, "body": &body}
	for _, key := range slices.Sorted(maps.Keys(request)) {
		if into[key] == nil || json.Unmarshal(request[key], into[key]) != nil {
			return batchItem{}, payloadError(fmt.Sprintf("A request in a batch can't have the key %q, or not with this value.", key))
		}
	}
	if item.id == "" || item.method == "" || address == "" {
		return batchItem{}, payloadError("A request in a batch must have an id, a method and a url.")
	}
	var err error
	if item.address, err = url.Parse(address); err != nil {
		return batchItem{}, payloadError("The url of a request in a batch can't be read.")
	}
	item.body = body
	return item, nil
}

// request is the item as if it had come alone. It has none of the batch's headers.
func (i batchItem) request(batch *http.Request) *http.Request {
	r := &http.Request{
		Method: i.method,
		URL:    batch.URL.ResolveReference(i.address),
		Host:   batch.Host,
		Header: http.Header{},
		Body:   io.NopCloser(bytes.NewReader(i.body)),
	}
	for _, name := range slices.Sorted(maps.Keys(i.header)) {
		r.Header.Set(name, i.header[name])
	}
	return r.WithContext(batch.Context())
}

// elsewhere reports whether the item is for another service than the batch's.
func (i batchItem) elsewhere(batch *http.Request) bool {
	return i.address.Scheme != "" && i.address.Scheme != "https" || i.address.Host != "" && !strings.EqualFold(i.address.Host, batch.Host)
}

// batchAnswer is the answer to one of the requests in a batch.
type batchAnswer struct {
	id     string
	header http.Header
	response
}

// batch answers a batch of requests with 200, whatever becomes of them. They are
// run one after the other in their order, which is inferred from clients that
// take the answers for being in that order. The texts of refusals are made up, as
// is the status of a batch that is too large.
func (s *Server) batch(r *http.Request, asked asked, injection *fault.Injection, seen *Request) response {
	behavior := s.tenant.Behavior()
	if behavior.NoBatch == http.StatusForbidden {
		return s.forbidden()
	}
	if asked.unreadable != nil {
		return s.refuse(asked.unreadable)
	}
	limit := behavior.BatchLimit
	if limit == 0 {
		limit = usualBatchLimit
	}
	if limit > 0 && len(asked.items) > limit {
		return s.refuse(payloadError(fmt.Sprintf("A batch can't have more than %d requests.", limit)))
	}
	goesOn := behavior.BatchFailure == tenant.BatchGoesOn || continuesOnError(r.Header.Values("Prefer"))
	var answers []batchAnswer
	failed := false
	for _, item := range asked.items {
		var answer response
		connected := true
		switch {
		case !failed || goesOn:
			answer, connected = s.item(r, item, injection, seen)
		case behavior.BatchFailure == tenant.BatchRefuses:
			answer = s.notRun(r, item, seen)
		default:
			continue
		}
		if !connected {
			return response{}
		}
		failed = failed || answer.status >= http.StatusBadRequest
		answers = append(answers, batchAnswer{id: item.id, header: s.header(answer), response: answer})
	}
	if behavior.BatchOrder == tenant.BatchReversed {
		slices.Reverse(answers)
	}
	if behavior.BatchForm == tenant.BatchAlwaysJSON || acceptsJSON(r) {
		return batchJSON(answers)
	}
	return batchMultipart(answers, "batchresponse_"+s.newID())
}

// item answers one of the requests in a batch, as if it had come alone. connected
// is false if a fault has taken the batch's connection.
func (s *Server) item(batch *http.Request, item batchItem, injection *fault.Injection, seen *Request) (answer response, connected bool) {
	r := item.request(batch)
	did := observed(r)
	asked := s.read(r, did)
	switch {
	case item.elsewhere(batch):
		asked.misled = s.badItem("A request in a batch must be for the service that the batch is sent to.")
	case asked.route.operation == batchOperation:
		asked.misled = s.badItem("A request in a batch can't be a batch.")
	}
	one := injection.Item(r, did.call())
	answer = s.answer(r, asked, one, did)
	connected = injection.Join(one)
	did.Status, did.Fault = answer.status, one.String()
	seen.Executed = seen.Executed || did.Executed
	seen.Items = append(seen.Items, *did)
	return answer, connected
}

// badItem refuses one of the requests in a batch that none may have.
func (s *Server) badItem(text string) *response {
	answer := s.refuse(payloadError(text))
	return &answer
}

// notRun answers one of the requests in a batch that is behind one that failed.
func (s *Server) notRun(batch *http.Request, item batchItem, seen *Request) response {
	r := item.request(batch)
	did := observed(r)
	s.read(r, did)
	did.Status = http.StatusFailedDependency
	seen.Items = append(seen.Items, *did)
	return failure{code: "FailedDependency", message: "A request before this one failed.", noWarnings: true}.response(did.Status, "")
}

// continuesOnError reports whether Prefer headers ask for the requests of a batch
// to be run that are behind one that failed.
func continuesOnError(prefer []string) bool {
	for _, name := range []string{"odata.continue-on-error", "continue-on-error"} {
		if value, given := preference(prefer, name); given && !strings.EqualFold(value, "false") {
			return true
		}
	}
	return false
}
