// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package entraserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
)

// A refusal is an answer of Entra's that gives no token: an OAuth error with
// one of Entra's own AADSTS codes.
type refusal struct {
	status int    // HTTP status
	kind   string // OAuth's error code
	code   int    // the number after AADSTS
	text   string // what follows the code in the description
}

// Error is the refusal's code and text.
func (f *refusal) Error() string { return fmt.Sprintf("AADSTS%d: %s", f.code, f.text) }

// body is the refusal as Entra writes it. The ids are those an administrator
// finds the attempt by in the sign-in logs.
func (f *refusal) body(now time.Time, trace, correlation string) any {
	timestamp := now.UTC().Format("2006-01-02 15:04:05Z")
	return struct {
		Error         string `json:"error"`
		Description   string `json:"error_description"`
		Codes         []int  `json:"error_codes"`
		Timestamp     string `json:"timestamp"`
		TraceID       string `json:"trace_id"`
		CorrelationID string `json:"correlation_id"`
		URI           string `json:"error_uri"`
	}{
		Error: f.kind,
		Description: fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s",
			f.code, f.text, trace, correlation, timestamp),
		Codes:         []int{f.code},
		Timestamp:     timestamp,
		TraceID:       trace,
		CorrelationID: correlation,
		URI:           fmt.Sprintf("https://login.microsoftonline.com/error?code=%d", f.code),
	}
}

// badRequest refuses a request that is wrong whoever sends it.
func badRequest(kind string, code int, format string, arguments ...any) *refusal {
	return &refusal{status: http.StatusBadRequest, kind: kind, code: code, text: fmt.Sprintf(format, arguments...)}
}

// badClient refuses a client that has not proved who it is.
func badClient(code int, format string, arguments ...any) *refusal {
	return &refusal{status: http.StatusUnauthorized, kind: "invalid_client", code: code, text: fmt.Sprintf(format, arguments...)}
}

// tenantNotFound refuses a tenant this server does not hold.
func tenantNotFound(name string) *refusal {
	return badRequest("invalid_tenant", 90002,
		"Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. "+
			"Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.", name)
}

// missingParameter refuses a form without a field it must have.
func missingParameter(name string) *refusal {
	return badRequest("invalid_request", 900144, "The request body must contain the following parameter: '%s'.", name)
}

// newTraceID names one answer.
func newTraceID() string { return uuid.NewString() }

// correlationID is the id the client chose for its request, or a new one when
// it chose none or none that is a GUID.
func correlationID(r *http.Request) string {
	if id, err := uuid.Parse(r.Header.Get("client-request-id")); err == nil {
		return id.String()
	}
	return uuid.NewString()
}

// jsonAnswer is the answer with a value as JSON.
func jsonAnswer(status int, body any) fault.Answer {
	content, err := json.Marshal(body)
	if err != nil {
		return fault.Answer{
			Status: http.StatusInternalServerError, Header: map[string]string{"Content-Type": "text/plain"},
			Body: []byte("the sandbox could not encode its answer: " + err.Error()),
		}
	}
	return fault.Answer{Status: status, Header: map[string]string{"Content-Type": "application/json; charset=utf-8"}, Body: content}
}

// write sends an answer with the headers Entra gives it: tokens must not stay in
// a cache.
func write(w http.ResponseWriter, r *http.Request, injection *fault.Injection, answer fault.Answer, trace, correlation string) {
	header := w.Header()
	header.Set("Cache-Control", "no-store, no-cache")
	header.Set("Pragma", "no-cache")
	header.Set("x-ms-request-id", trace)
	if r.Header.Get("return-client-request-id") == "true" {
		header.Set("client-request-id", correlation)
	}
	for name, value := range answer.Header {
		header.Set(name, value)
	}
	injection.Send(w, answer.Status, answer.Body)
}
