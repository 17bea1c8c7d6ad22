// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const serviceException = "Microsoft.Exchange.Admin.OData.Core.ODataServiceException"

// failure is the body of an error.
type failure struct {
	// code is the name of the status.
	code    string
	message string
	// detail is the message with class and id, empty if the body has no
	// details; category goes with it.
	category, detail string
	// stack is the stack trace; binder errors were seen with an empty one.
	stack string
	// inner is the exception in the exception; class empty if there is none.
	innerClass, innerText string
	// noWarnings leaves out the list of warnings.
	noWarnings bool
}

func (f failure) bytes() []byte {
	inner := object{{"message", f.message}, {"type", serviceException}}
	if f.innerClass != "" {
		inner = append(inner, property{"stacktrace", f.stack}, property{"internalexception", object{
			{"message", f.innerText}, {"type", f.innerClass}, {"stacktrace", f.stack},
		}})
	}
	body := object{{"code", f.code}, {"message", f.message}}
	if f.detail != "" {
		body = append(body, property{"details", []object{{{"code", f.category}, {"target", ""}, {"message", f.detail}}}})
	}
	body = append(body, property{"innererror", inner})
	if !f.noWarnings {
		body = append(body, listOfWarnings(nil)...)
	}
	var w objectWriter
	w.object(object{{"error", body}})
	return w.Bytes()
}

func (f failure) response(status int, class string) response {
	header := jsonHeader()
	if class != "" {
		header["X-ExceptionType"] = class[strings.LastIndex(class, ".")+1:]
	}
	return response{status: status, header: header, body: f.bytes()}
}

// unauthenticated answers a request whose token is missing or worthless.
func (s *Server) unauthenticated(reason string) *response {
	return &response{
		status: http.StatusUnauthorized,
		header: map[string]string{
			"WWW-Authenticate": `Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="00000001-0000-0000-c000-000000000000@*", token_types="app_asserted_user_v1 service_asserted_app_v1", error="invalid_token"`,
			"x-ms-diagnostics": fmt.Sprintf(`2000001;reason="%s";error_category="invalid_token"`, sanitize(reason)),
		},
	}
}

// sanitize makes text fit for a quoted header value.
func sanitize(text string) string {
	clean := make([]rune, 0, len(text))
	for _, r := range text {
		if r >= ' ' && r != '"' && r != '\\' && r < 0x7f {
			clean = append(clean, r)
		}
	}
	return string(clean)
}

// notAllowed answers an application that Entra has granted nothing, or whose
// grant has not arrived. The body was seen so of a neighbouring address.
func (s *Server) notAllowed(cmdlet string) *response {
	answer := failure{code: "Unauthorized", message: "User is not allowed to call " + cmp.Or(cmdlet, "InvokeCommand"), noWarnings: true}.response(http.StatusUnauthorized, "")
	return &answer
}

// forbidden answers a cmdlet that does not exist, and one that the caller does
// not hold, alike: with a run of NUL bytes that claims to be compressed.
func (s *Server) forbidden() response {
	header := jsonHeader()
	header["Content-Encoding"] = "gzip"
	header["x-ms-diagnostics"] = `2000003;reason="role required"`
	return response{status: http.StatusForbidden, header: header, body: make([]byte, 4096), raw: true}
}

func (s *Server) noRoute() *response {
	return &response{
		status: http.StatusNotFound,
		header: map[string]string{"Content-Type": "text/html"},
		body:   []byte("<html><head><title>404 - Not Found</title></head><body><h1>404 - Not Found</h1></body></html>"),
	}
}

func (s *Server) wrongMethod(allowed string) *response {
	header := map[string]string{"Content-Type": "text/plain"}
	if allowed != "" {
		header["Allow"] = allowed
	}
	return &response{status: http.StatusMethodNotAllowed, header: header, body: []byte("The requested resource does not support the http method.")}
}

// refuse answers what was refused before a cmdlet ran.
func (s *Server) refuse(e *bindingError) response {
	f := failure{
		code: "BadRequest", message: "Invalid Operation", innerClass: e.class, innerText: e.text,
		noWarnings: e.detailed || e.bare,
	}
	if e.detailed {
		f.category, f.detail = "Client", "|"+e.class+"|"+e.text
	}
	return f.response(http.StatusBadRequest, e.class)
}

const (
	directInvokeException = "Microsoft.Exchange.Management.PSDirectInvoke.DirectInvokeCmdletExecutionException"
	proxyException        = "Microsoft.Exchange.Configuration.CmdletProxyException"
	// stackTrace stands for the service's, which is long and says nothing.
	stackTrace = "   at Microsoft.Exchange.AdminApi.CommandInvocation.CommandInvocation.InvokeCommand(CmdletInvokeInputType cmdletInput)"
)

// refuseCmdlet answers what a cmdlet refused.
func (s *Server) refuseCmdlet(err error) response {
	refusal, ok := errors.AsType[*tenant.Error](err)
	if !ok {
		refusal = &tenant.Error{Type: "System.Exception", Text: err.Error(), Category: "Client"}
	}
	behavior := s.tenant.Behavior()
	status := http.StatusBadRequest
	if refusal.Kind == tenant.NotFound {
		status = http.StatusNotFound
		if behavior.NotFoundStatus != 0 {
			status = behavior.NotFoundStatus
		}
	}
	f := failure{
		code:       codes[status],
		message:    "Error executing cmdlet",
		category:   refusal.Category,
		detail:     detail(refusal, behavior.ErrorFormat),
		stack:      stackTrace,
		innerClass: directInvokeException,
		innerText:  "Exception of type '" + directInvokeException + "' was thrown.",
	}
	if refusal.Kind == tenant.NotFound && behavior.NotFoundWrapped {
		return s.proxied(f).response(status, proxyException)
	}
	return f.response(status, refusal.Type)
}

// codes are the names that bodies give to statuses.
var codes = map[int]string{
	http.StatusBadRequest:          "BadRequest",
	http.StatusNotFound:            "NotFound",
	http.StatusInternalServerError: "InternalServerError",
}

// detail puts id, class and text of a refusal together.
func detail(e *tenant.Error, format tenant.ErrorFormat) string {
	var w objectWriter
	switch format {
	case tenant.ErrorJSON:
		w.object(object{{"Message", e.Text}, {"TypeName", e.Type}, {"StackTrace", nil}, {"InnerError", nil}})
	case tenant.ErrorException:
		w.object(object{{"ClassName", e.Type}, {"Message", e.Text}, {"localizedString", object{{"stringId", e.ID}}}})
	default:
		return e.ID + "|" + e.Type + "|" + e.Text
	}
	return w.String()
}

// proxied wraps an error in the text of the server that passed the call on.
func (s *Server) proxied(f failure) failure {
	f.detail = fmt.Sprintf("|%s|Error on proxy command to server %s: Server version 15.20.9478.0000, Proxy method PSWS:  %s: %s : %s",
		proxyException, s.tenant.DomainController(), f.code, f.message, f.bytes())
	return f
}

// wrongForest is the refusal of a write that the anchor mailbox led to a
// server outside the tenant's forest.
func (s *Server) wrongForest() error {
	class := "Microsoft.Exchange.Data.Directory.InsufficientPermissionsException"
	return &tenant.Error{
		Type: class, Category: "Client",
		Text: fmt.Sprintf("Source server:%s doesn't have write permission to target DC:%s. Usually it indicates that target forest isn't an account partition of source forest. The user has insufficient access rights.",
			s.tenant.DomainController(), s.tenant.DomainController()),
	}
}
