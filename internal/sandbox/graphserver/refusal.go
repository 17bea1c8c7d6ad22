// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package graphserver

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// refusal is an error answer.
type refusal struct {
	status        int
	code, message string
	header        map[string]string
}

// body is a refusal as Graph writes it. Its date has no zone.
func (f refusal) body(now time.Time, requestID, clientRequestID string) any {
	inner := map[string]string{"date": now.UTC().Format("2006-01-02T15:04:05"), "request-id": requestID, "client-request-id": clientRequestID}
	return map[string]any{"error": map[string]any{"code": f.code, "message": f.message, "innerError": inner}}
}

// unauthenticated refuses a token. The texts for tokens that are not just too
// old are made up.
func unauthenticated(reason string) *refusal {
	message := "Access token validation failure. " + strings.ToUpper(reason[:1]) + reason[1:]
	if strings.Contains(reason, "expired") {
		message = "Lifetime validation failed, the token is expired."
	}
	return &refusal{
		status: http.StatusUnauthorized, code: "InvalidAuthenticationToken", message: message,
		header: map[string]string{"WWW-Authenticate": `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`},
	}
}

func insufficientPrivileges() *refusal {
	return &refusal{status: http.StatusForbidden, code: "Authorization_RequestDenied", message: "Insufficient privileges to complete the operation."}
}

func notFound(id string) *refusal {
	return &refusal{
		status: http.StatusNotFound, code: "Request_ResourceNotFound",
		message: fmt.Sprintf("Resource '%s' does not exist or one of its queried reference-property objects are not present.", id),
	}
}

// tooManyRequests refuses a request for now. The code and the text are likely
// ones, and not documented.
func tooManyRequests(wait time.Duration) *refusal {
	refused := &refusal{
		status: http.StatusTooManyRequests, code: "TooManyRequests", message: "Too many requests. Please try again later.",
		header: map[string]string{"x-ms-throttle-scope": "Tenant_Application/ReadWrite", "x-ms-throttle-limit-percentage": "1.0"},
	}
	if wait >= 0 {
		refused.header["Retry-After"] = strconv.Itoa(int(wait.Seconds()))
	}
	return refused
}

func methodNotAllowed() *refusal {
	return &refusal{status: http.StatusMethodNotAllowed, code: "Request_BadRequest", message: "Specified HTTP method is not allowed for the request target."}
}

func unknownSegment(path string) *refusal {
	path = strings.TrimSuffix(path, "/")
	return badRequest("BadRequest", "Resource not found for the segment '%s'.", path[strings.LastIndex(path, "/")+1:])
}

func badRequest(code, format string, arguments ...any) *refusal {
	return &refusal{status: http.StatusBadRequest, code: code, message: fmt.Sprintf(format, arguments...)}
}

// unsupported refuses what a query asks for.
func unsupported(format string, arguments ...any) *refusal {
	return badRequest("Request_UnsupportedQuery", format, arguments...)
}

// needsAdvanced refuses what Graph answers only in what it calls an advanced
// query. The text was seen of endsWith; that it is the same of others is a guess.
func needsAdvanced(operator string) *refusal {
	return unsupported("Operator '%s' is not supported because the required parameters might be missing. "+
		"Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information", operator)
}
