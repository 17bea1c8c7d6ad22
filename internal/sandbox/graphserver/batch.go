// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package graphserver

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// maxBatch is the most requests that a batch can have.
const maxBatch = 20

// batchRequest is one of a batch.
type batchRequest struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	DependsOn []string          `json:"dependsOn"`
}

// batchResponse is the answer to one of a batch.
type batchResponse struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    any               `json:"body"`
}

func isBatch(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.EqualFold(withoutVersion(r.URL.Path), "/$batch")
}

// batch answers several requests at once, and each with a status of its own. The
// texts of its refusals are made up; that they are 400 is documented.
func (s *Server) batch(r *http.Request, caller Caller) (answer, *refusal) {
	text, err := readBody(r)
	var asked struct {
		Requests []batchRequest `json:"requests"`
	}
	if err != nil || json.Unmarshal(text, &asked) != nil {
		return answer{}, badRequest("BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	if len(asked.Requests) > maxBatch {
		return answer{}, badRequest("BadRequest", "Number of batch request steps exceeds the maximum value of %d.", maxBatch)
	}
	statuses := map[string]int{}
	responses := []batchResponse{}
	for _, one := range asked.Requests {
		if _, again := statuses[one.ID]; again || one.ID == "" {
			return answer{}, badRequest("BadRequest", "Request Id has to be unique in a batch.")
		}
		response := s.batched(r, caller, one, statuses)
		statuses[one.ID] = response.Status
		responses = append(responses, response)
	}
	return answer{body: map[string]any{"responses": responses}}, nil
}

// batched answers one request of a batch, unless one that it depends on failed.
func (s *Server) batched(r *http.Request, caller Caller, one batchRequest, statuses map[string]int) batchResponse {
	given, refused := s.batchedAnswer(r, caller, one, statuses)
	response := batchResponse{ID: one.ID, Status: http.StatusOK, Headers: map[string]string{"Content-Type": "application/json"}, Body: given.body}
	if given.body == nil {
		response.Headers["Content-Type"], response.Body = "text/plain", given.text
	}
	if refused != nil {
		response.Status = refused.status
		response.Headers = map[string]string{"Content-Type": "application/json"}
		for name, value := range refused.header {
			response.Headers[name] = value
		}
		response.Body = refused.body(s.tenant.Now(), uuid.NewString(), r.Header.Get("client-request-id"))
	}
	return response
}

func (s *Server) batchedAnswer(r *http.Request, caller Caller, one batchRequest, statuses map[string]int) (answer, *refusal) {
	if slices.ContainsFunc(one.DependsOn, func(id string) bool { return statuses[id] != http.StatusOK }) {
		return answer{}, &refusal{status: http.StatusFailedDependency, code: "FailedDependency", message: "A request that this one depends on failed."}
	}
	version, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	request, err := http.NewRequestWithContext(r.Context(), one.Method, "/"+version+"/"+strings.TrimPrefix(one.URL, "/"), http.NoBody)
	if err != nil {
		return answer{}, badRequest("BadRequest", "The URL of the request cannot be read.")
	}
	request.Host = r.Host
	for name, value := range one.Headers {
		request.Header.Set(name, value)
	}
	return s.answer(request, caller, &Request{})
}
