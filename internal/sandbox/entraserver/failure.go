// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package entraserver

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// A Failure is a way for a token request to go wrong, whatever the request was.
// The functions that return one say where its form is a guess.
type Failure struct {
	name string
	// refuse makes an answer in Entra's own form. If it is nil, the other fields
	// are the answer.
	refuse func(s *Server, clientID string) *refusal
	// retryAfter is the Retry-After header; empty leaves it out.
	retryAfter string
	status     int
	kind       string // of the body, as a media type
	body       string
	// missing is how many bytes of the announced body are not sent.
	missing int
}

// String is the failure's name, for the name of a test.
func (f Failure) String() string { return f.name }

// WrongSecret refuses a secret that the application does not have.
func WrongSecret() Failure {
	return Failure{name: "wrong secret", refuse: func(_ *Server, clientID string) *refusal { return wrongSecret(clientID) }}
}

// ExpiredSecret refuses a secret that has ended.
func ExpiredSecret() Failure {
	return Failure{name: "expired secret", refuse: func(_ *Server, clientID string) *refusal { return expiredSecret(clientID) }}
}

// UnknownCertificate refuses an assertion whose certificate is not registered.
func UnknownCertificate() Failure {
	return Failure{name: "unknown certificate", refuse: func(*Server, string) *refusal { return badAssertion(errUnknownKey) }}
}

// ExpiredCertificate refuses an assertion whose certificate has ended.
func ExpiredCertificate() Failure {
	return Failure{name: "expired certificate", refuse: func(*Server, string) *refusal { return badAssertion(errExpiredKey) }}
}

// DisabledApplication refuses an application that was switched off.
func DisabledApplication() Failure {
	return Failure{name: "disabled application", refuse: (*Server).disabledApplication}
}

// UnknownApplication refuses an application that is not in the tenant.
func UnknownApplication() Failure {
	return Failure{name: "unknown application", refuse: (*Server).unknownApplication}
}

// MissingConsent refuses an application that nobody has consented to. For an
// application without a user this is rare: Entra gives it a token without
// permissions instead. That the refusal has the same form is a guess.
func MissingConsent() Failure {
	return Failure{name: "missing consent", refuse: func(_ *Server, clientID string) *refusal {
		return badRequest("invalid_grant", 65001,
			"The user or administrator has not consented to use the application with ID '%s'. Send an interactive authorization "+
				"request for this user and resource.", clientID)
	}}
}

// ConditionalAccess refuses an application that a policy keeps out. The text is
// Entra's; OAuth's error code is a guess for applications without a user.
func ConditionalAccess() Failure {
	return Failure{name: "conditional access", refuse: func(*Server, string) *refusal {
		return badRequest("invalid_grant", 53003,
			"Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.")
	}}
}

// Throttled answers 429. The Retry-After header holds retryAfter, which is
// seconds or an HTTP date; if it is empty there is none. The body is a guess.
func Throttled(retryAfter string) Failure {
	return Failure{name: "throttled", retryAfter: retryAfter, refuse: func(*Server, string) *refusal {
		return &refusal{
			status: http.StatusTooManyRequests, kind: "temporarily_unavailable", code: 90055,
			text: "The server is busy: there are too many incoming requests.",
		}
	}}
}

// Unavailable answers 503, with a Retry-After header like that of [Throttled].
// The body is a guess.
func Unavailable(retryAfter string) Failure {
	return Failure{name: "unavailable", retryAfter: retryAfter, refuse: func(*Server, string) *refusal {
		return &refusal{
			status: http.StatusServiceUnavailable, kind: "temporarily_unavailable", code: 90033,
			text: "A transient error has occurred. Please try again.",
		}
	}}
}

// ServerError answers 500 without a body.
func ServerError() Failure {
	return Failure{name: "server error", status: http.StatusInternalServerError}
}

// BadGateway answers 502 with a page for people, as a proxy on the way does.
func BadGateway() Failure {
	return Failure{
		name: "bad gateway", status: http.StatusBadGateway, kind: "text/html",
		body: "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n",
	}
}

// CutOff answers 200, and breaks the connection in the middle of the token.
func CutOff() Failure {
	return Failure{
		name: "cut off", status: http.StatusOK, kind: "application/json; charset=utf-8",
		body: `{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"eyJ0eXAiOiJKV1Qi`, missing: 1000,
	}
}

// EmptyObject answers 200 with {} instead of a token.
func EmptyObject() Failure {
	return Failure{name: "empty object", status: http.StatusOK, kind: "application/json; charset=utf-8", body: "{}"}
}

// Refusal answers in Entra's form with a status, OAuth's error code, and the
// number and text of an AADSTS error of the caller's choice.
func Refusal(status int, kind string, code int, text string) Failure {
	return Failure{name: fmt.Sprintf("AADSTS%d", code), refuse: func(*Server, string) *refusal {
		return &refusal{status: status, kind: kind, code: code, text: text}
	}}
}

// plannedFailure is a failure of requests to come.
type plannedFailure struct {
	Failure
	left int
}

// Fail makes the next n requests to the token endpoint go wrong, after those of
// earlier calls.
func (s *Server) Fail(failure Failure, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n > 0 {
		s.failures = append(s.failures, plannedFailure{failure, n})
	}
}

// Recover forgets the failures that have not happened yet.
func (s *Server) Recover() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = nil
}

// nextFailure takes the failure that is due, if there is one.
func (s *Server) nextFailure() (Failure, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.failures) == 0 {
		return Failure{}, false
	}
	planned := &s.failures[0]
	failure := planned.Failure
	if planned.left--; planned.left == 0 {
		s.failures = s.failures[1:]
	}
	return failure, true
}

// write sends an answer that is not in Entra's form.
func (f Failure) write(w http.ResponseWriter) {
	header := w.Header()
	if f.kind != "" {
		header.Set("Content-Type", f.kind)
	}
	header.Set("Content-Length", strconv.Itoa(len(f.body)+f.missing))
	w.WriteHeader(f.status)
	// A client that has gone is no fault of the server, and there is nobody left to tell.
	_, _ = io.WriteString(w, f.body)
	if f.missing > 0 {
		_ = http.NewResponseController(w).Flush() // As above.
		// The server breaks the connection off, and says nothing of it.
		panic(http.ErrAbortHandler)
	}
}
