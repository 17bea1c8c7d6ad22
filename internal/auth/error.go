// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode"

	msalerrors "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"
)

// Error is a sign-in that failed. It holds neither the credential nor a token.
type Error struct {
	// Tried says who was to be signed in where, and with what.
	Tried string
	// Service says who was asked: Microsoft Entra ID, or one that goes before it,
	// such as GitHub Actions. It is "" where nobody was.
	Service string
	// Status is the HTTP status of the service's answer, or 0 where none came.
	Status int
	// Code is Entra's error code, such as AADSTS7000215, or "".
	Code string
	// Description is what the service said, in one line and without its ids.
	Description string
	// TraceID and CorrelationID are Entra's ids of the request.
	TraceID, CorrelationID string
	// Advice says what to do next.
	Advice string
	// Refused reports that there is a token, and no other than the one that the
	// service has refused. Why it was refused, the service's answer tells.
	Refused bool
	// Err is the cause where the service gave no answer of its own: the context's
	// end, the network's error, or what was found before anybody was asked.
	Err error
}

// entraService is Microsoft Entra ID in [Error.Service].
const entraService = "Microsoft Entra ID"

// Error returns what was tried, what the service answered, its ids, and what to do.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "sign-in failed: %s: ", e.Tried)
	switch {
	case e.Description != "":
		fmt.Fprintf(&b, "%s answered %q", e.Service, e.Description)
		if e.Code != "" && !strings.Contains(e.Description, e.Code) {
			fmt.Fprintf(&b, " (%s)", e.Code)
		}
	case e.Status != 0:
		fmt.Fprintf(&b, "%s answered HTTP %d and gave no reason", e.Service, e.Status)
	case e.Service != "":
		fmt.Fprintf(&b, "no usable answer came from %s: %v", e.Service, e.Err)
	default:
		fmt.Fprintf(&b, "%v", e.Err)
	}
	var ids []string
	if e.TraceID != "" {
		ids = append(ids, "trace id "+e.TraceID)
	}
	if e.CorrelationID != "" {
		ids = append(ids, "correlation id "+e.CorrelationID)
	}
	if len(ids) > 0 {
		fmt.Fprintf(&b, " (%s)", strings.Join(ids, ", "))
	}
	if e.Advice != "" {
		b.WriteString(". " + e.Advice)
	}
	return b.String()
}

// Unwrap returns the cause where the service gave no answer of its own.
func (e *Error) Unwrap() error { return e.Err }

// refusal is the body of Entra's refusals.
type refusal struct {
	Code          string `json:"error"`
	Description   string `json:"error_description"`
	ErrorCodes    []int  `json:"error_codes"`
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`
}

var entraCode = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bAADSTS\d+\b`) })

// newError returns MSAL's error in our words. MSAL's own is not wrapped: it holds
// the request, and with it the secret or the assertion.
func newError(redact func(string) string, err error) *Error {
	var call msalerrors.CallErr
	if !errors.As(err, &call) || call.Resp == nil {
		return &Error{
			Service: entraService,
			Err:     cause(err, redact),
			Advice:  "Check the authority host, the tenant id, and that Microsoft Entra ID can be reached from here (proxy, firewall, certificates)",
		}
	}
	// What cannot be read of the body is not told.
	body, _ := io.ReadAll(io.LimitReader(call.Resp.Body, maxAnswer))
	return newRefusal(entraService, call.Resp.StatusCode, body, redact)
}

// newRefusal returns the error of an answer of Entra, or of one that answers alike.
func newRefusal(service string, status int, body []byte, redact func(string) string) *Error {
	e := &Error{Service: service, Status: status}
	var refused refusal
	if json.Unmarshal(body, &refused) == nil {
		e.Code = entraCode().FindString(refused.Description)
		if e.Code == "" && len(refused.ErrorCodes) > 0 {
			e.Code = fmt.Sprintf("AADSTS%d", refused.ErrorCodes[0])
		}
		e.Description = hideTokens(redact(describe(refused)))
		e.TraceID = hideTokens(redact(oneLine(refused.TraceID)))
		e.CorrelationID = hideTokens(redact(oneLine(refused.CorrelationID)))
	}
	e.Advice = advise(e.Code, e.Status)
	return e
}

// describe returns what a refusal says, without the ids that follow it in the
// same text.
func describe(refused refusal) string {
	text := strings.TrimSpace(refused.Description)
	if text == "" {
		text = refused.Code
	}
	text, _, _ = strings.Cut(text, "\n")
	text, _, _ = strings.Cut(text, " Trace ID: ")
	return oneLine(text)
}

// cause returns the part of err that is worth telling and safe to wrap: the
// network's error as such, anything else as text. A deadline is our own here, and
// no business of the caller's context.
func cause(err error, redact func(string) string) error {
	var request *url.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("it did not come in time")
	case errors.As(err, &request):
		return request.Err
	default:
		return errors.New(hideTokens(redact(oneLine(err.Error()))))
	}
}

var jwtLike = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\beyJ[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*)+`) })

// hideTokens takes whatever looks like a JWT out of a text.
func hideTokens(text string) string { return jwtLike().ReplaceAllString(text, "[token]") }

// maxDescription is how much is told of a text that is not known to be short.
const maxDescription = 500

// shorten cuts a text that is too long to be told.
func shorten(text string) string {
	runes := []rune(text)
	if len(runes) <= maxDescription {
		return text
	}
	return string(runes[:maxDescription]) + "..."
}

// oneLine makes white space single spaces and drops control characters.
func oneLine(text string) string {
	printable := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	return strings.Join(strings.Fields(printable), " ")
}

// manageAsApp is the permission that an application needs for Exchange.
const manageAsApp = "Exchange.ManageAsApp (dc50a0fb-09a3-484d-be87-e023b12c6440) of \"Office 365 Exchange Online\""

// advise returns what to do about a code of Entra's, or failing that about an HTTP
// status.
func advise(code string, status int) string {
	switch code {
	case "AADSTS7000215":
		return "Give the client secret's value, not its id, and check that it belongs to this application"
	case "AADSTS7000222":
		return "The client secret has expired: add a new one to the application, and give that"
	case "AADSTS7000216":
		return "Give the application a client secret or a certificate to sign in with"
	case "AADSTS700027":
		return "Check that this certificate is uploaded to the application and has not expired"
	case "AADSTS700016":
		return "Check the client id and the tenant id: the application must exist in that tenant, and have been consented to there"
	case "AADSTS7000112":
		return "The application is disabled in the tenant: enable it there"
	case "AADSTS90002", "AADSTS900021", "AADSTS900023", "AADSTS90038", "AADSTS900382":
		return "Check the tenant id, and that the environment is the tenant's cloud"
	case "AADSTS7000229":
		return "The application has no service principal in the tenant: an administrator must consent to it there"
	case "AADSTS65001":
		return "Nobody has consented to the application's permissions: let an administrator grant " + manageAsApp + " in the tenant"
	case "AADSTS501051":
		return "The application lacks a permission for the service: grant it " + manageAsApp + ", and let an administrator consent"
	case "AADSTS500011", "AADSTS70011":
		return "The tenant does not know the service that the token is for: check that the environment is the tenant's cloud, and that the tenant has Exchange Online"
	case "AADSTS700024":
		return "What the application signs in with is not valid at this time: check this machine's clock"
	case "AADSTS700211", "AADSTS700212", "AADSTS700213", "AADSTS7002138", "AADSTS70021", "AADSTS70025":
		return "Add a federated credential to the application whose issuer, subject and audience are those of the assertion"
	case "AADSTS90061":
		return "Microsoft Entra ID must reach the issuer of the federated token from the internet, to read its keys: check that issuer, or try again"
	case "AADSTS53003", "AADSTS530003":
		return "A Conditional Access policy blocks the application: look at the tenant's sign-in logs"
	}
	switch {
	case status == http.StatusTooManyRequests || status >= http.StatusInternalServerError:
		return "Microsoft Entra ID is busy or failing: try again later"
	case code != "":
		return "The code is explained at https://login.microsoftonline.com/error?code=" + strings.TrimPrefix(code, "AADSTS")
	default:
		return "Check the tenant id and the authority host"
	}
}
