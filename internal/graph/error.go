// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	kiota "github.com/microsoft/kiota-http-go"
)

const (
	// maxErrorBody is more than the body of any error of Graph's.
	maxErrorBody = 64 << 10
	// maxPageBody is more than any page of the objects that are asked for.
	maxPageBody = 16 << 20
)

// Error is an answer of Microsoft Graph's that is not what was asked for, or the
// loss of one. It holds no token.
type Error struct {
	// Operation says what was tried, as in "listing administrative units".
	Operation string
	// Permission is the least application permission that the operation needs,
	// with its id, as in "AdministrativeUnit.Read.All (134fd756-…)".
	Permission string
	// Status is the HTTP status, or 0 where no answer came.
	Status int
	// Code is Graph's error code, such as Authorization_RequestDenied, or "".
	Code string
	// Message is what Graph said, or "" where it said nothing readable.
	Message string
	// RequestID is Graph's id of the request, and ClientRequestID is ours.
	// Microsoft's support asks for them.
	RequestID, ClientRequestID string
	// RetryAfter is how long Graph asks to be left alone, or 0.
	RetryAfter time.Duration
	// Err is why there is no usable answer, besides what Graph said: the context's
	// end, a sign-in that failed, the network's error or a broken page.
	Err error
}

// Error returns a sentence: what was tried, what Graph said, and what support
// needs to find the request.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s failed: ", e.Operation)
	switch {
	case e.Message != "" && e.Code != "":
		fmt.Fprintf(&b, "Microsoft Graph answered %s: %q", e.Code, e.Message)
	case e.Message != "":
		fmt.Fprintf(&b, "Microsoft Graph answered %q", e.Message)
	case e.Code != "":
		fmt.Fprintf(&b, "Microsoft Graph answered %s", e.Code)
	case e.Err != nil:
		fmt.Fprintf(&b, "%v", e.Err)
	default:
		b.WriteString("Microsoft Graph gave no readable reason")
	}
	if e.Err != nil && (e.Message != "" || e.Code != "") {
		fmt.Fprintf(&b, ", and %v", e.Err)
	}
	var facts []string
	if e.Status != 0 {
		facts = append(facts, fmt.Sprintf("HTTP %d", e.Status))
	}
	if e.RetryAfter > 0 {
		facts = append(facts, fmt.Sprintf("try again in %s", e.RetryAfter))
	}
	if e.RequestID != "" {
		facts = append(facts, "request id "+e.RequestID)
	}
	if e.ClientRequestID != "" {
		facts = append(facts, "client request id "+e.ClientRequestID)
	}
	if len(facts) > 0 {
		fmt.Fprintf(&b, " (%s)", strings.Join(facts, ", "))
	}
	return b.String()
}

// Unwrap returns why there is no usable answer, besides what Graph said.
func (e *Error) Unwrap() error { return e.Err }

// refusals makes an [*Error] of every answer but a 200, before the library sees
// it: of a page that is not JSON the library loses the status, of a redirect it
// makes an empty list, and its own error panics where Graph gave no message.
type refusals struct{}

// Intercept names the request, sends it on and lets only a 200 pass.
func (refusals) Intercept(pipeline kiota.Pipeline, index int, request *http.Request) (*http.Response, error) {
	id := uuid.NewString()
	request.Header.Set(clientRequestID, id)
	response, err := pipeline.Next(request, index)
	if err != nil {
		var answered *Error
		if !errors.As(err, &answered) {
			answered = &Error{Err: cause(request.Context(), err)}
		}
		answered.ClientRequestID = id
		return nil, answered
	}
	if response.StatusCode == http.StatusOK {
		response.Body = http.MaxBytesReader(nil, response.Body, maxPageBody)
		return response, nil
	}
	defer drain(response)
	refused := newError(response)
	refused.ClientRequestID = id
	return nil, refused
}

const clientRequestID = "client-request-id"

// newError returns the error that an answer tells of. It reads the body.
func newError(response *http.Response) *Error {
	e := &Error{
		Status:     response.StatusCode,
		RequestID:  printable(response.Header.Get("request-id")),
		RetryAfter: retryAfter(response),
	}
	var body struct {
		Error struct {
			Code       string `json:"code"`
			Message    string `json:"message"`
			InnerError struct {
				RequestID string `json:"request-id"`
			} `json:"innerError"`
		} `json:"error"`
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxErrorBody))
	if err != nil || json.Unmarshal(text, &body) != nil {
		return e
	}
	e.Code = printable(body.Error.Code)
	e.Message = strings.TrimSpace(withoutToken(body.Error.Message, response.Request))
	if e.RequestID == "" {
		e.RequestID = printable(body.Error.InnerError.RequestID)
	}
	return e
}

// printable returns a name or an id as it is, or "" where it is neither.
func printable(name string) string {
	if len(name) > 100 || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return name
}

// withoutToken takes the request's token out of a text that may repeat it.
func withoutToken(text string, request *http.Request) string {
	if request == nil {
		return text
	}
	_, token, _ := strings.Cut(request.Header.Get("Authorization"), " ")
	if token == "" {
		return text
	}
	return strings.ReplaceAll(text, token, "[token]")
}

// cause returns the context's error where the caller's context ended the request,
// and else the cause below the URL, which is long and says nothing new. An
// attempt's own deadline is no business of the caller's context.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var request *url.Error
	if errors.As(err, &request) {
		err = request.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("there was no answer within %s", attemptTimeout)
	}
	return err
}

// failure returns the error of an operation: Graph's, with what was tried, or
// what kept its answer from being read.
func failure(ctx context.Context, operation, permission string, err error) *Error {
	var answered *Error
	if !errors.As(err, &answered) {
		answered = &Error{Err: cause(ctx, err)}
	}
	named := *answered
	named.Operation, named.Permission = operation, permission
	return &named
}
