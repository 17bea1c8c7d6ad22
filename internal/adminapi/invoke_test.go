// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

var get = adminapi.Command{Cmdlet: "Get-ManagementScope"}

// apiError returns the [*adminapi.Error] that a command ends with.
func apiError(t *testing.T, client *adminapi.Client, command adminapi.Command) *adminapi.Error {
	t.Helper()
	result, err := client.Invoke(t.Context(), command)
	var e *adminapi.Error
	if !errors.As(err, &e) || result != nil {
		t.Fatalf("result %v with a %T, want an *adminapi.Error: %v", result, err, err)
	}
	return e
}

func TestErrorIsASentenceWithAllThatIsKnown(t *testing.T) {
	t.Parallel()
	s := serve(t, answer(http.StatusNotFound, `{"error":{"code":"NotFound","message":"Error executing cmdlet","details":[{"code":"Client","target":"","message":"Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The operation couldn't be performed because object 'x' couldn't be found on 'DC'."}]}}`))
	e := apiError(t, s.client(t), get)
	want := "Get-ManagementScope failed, not found: The operation couldn't be performed because object 'x' couldn't be found on 'DC'. " +
		"(HTTP 404, Ex6F9304, ManagementObjectNotFoundException, request id 99999999-9999-9999-9999-999999999999)"
	if e.Error() != want {
		t.Errorf("error = %s\nwant    %s", e, want)
	}
	if e.ClientRequestID == "" || e.ClientRequestID != s.asked()[0].header.Get("client-request-id") {
		t.Errorf("client request id = %q", e.ClientRequestID)
	}
	if got := adminapi.ClassOf(fmt.Errorf("wrapped: %w", e)); got != adminapi.NotFound {
		t.Errorf("class = %q", got)
	}
}

func TestReasonOfAForbiddenWhoseBodyLiesIsInItsDiagnostics(t *testing.T) {
	t.Parallel()
	for diagnostics, want := range map[string]string{
		`2000003;reason="role required"`: `Get-ManagementScope failed, forbidden: role required (HTTP 403, diagnostics 2000003;reason="role required", request id 99999999-9999-9999-9999-999999999999)`,
		`2000008; Reason = "The user's role is missing.";error_category="invalid"`: `Get-ManagementScope failed, forbidden: The user's role is missing. ` +
			`(HTTP 403, diagnostics 2000008; Reason = "The user's role is missing.";error_category="invalid", request id 99999999-9999-9999-9999-999999999999)`,
		`2000003;reason=""`: `Get-ManagementScope failed, forbidden: Exchange gave no readable reason (HTTP 403, diagnostics 2000003;reason="", request id 99999999-9999-9999-9999-999999999999)`,
		"":                  `Get-ManagementScope failed, forbidden: Exchange gave no readable reason (HTTP 403, request id 99999999-9999-9999-9999-999999999999)`,
	} {
		s := serve(t, answer(http.StatusForbidden, strings.Repeat("\x00", 4096), "Content-Encoding: gzip", "x-ms-diagnostics: "+diagnostics))
		if e := apiError(t, s.client(t), get); e.Error() != want || e.Message != "" {
			t.Errorf("error = %s\nwant    %s", e, want)
		}
	}
}

func TestSuccessWithoutOutput(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"204":         answer(http.StatusNoContent, ""),
		"no body":     answer(http.StatusOK, ""),
		"no value":    answer(http.StatusOK, "{}"),
		"null value":  answer(http.StatusOK, `{"value":null}`),
		"empty value": page(""),
	} {
		result, err := serve(t, handler).client(t).Invoke(t.Context(), adminapi.Command{Cmdlet: "Set-Mailbox", Idempotent: true})
		if err != nil || len(result.Rows) != 0 {
			t.Errorf("%s: %v, %v", name, result, err)
		}
	}
}

// Of an answer without a list nobody knows what it has lost on the way.
func TestAReadWithoutAListIsNoEmptyList(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.RoundTripper{
		"204": says(http.StatusNoContent, ""), "no body": says(http.StatusOK, ""), "no value": says(http.StatusOK, "{}"),
	} {
		synctest.Test(t, func(t *testing.T) {
			result, err := wired(t, &wire{answers: []http.RoundTripper{answer}}).Invoke(t.Context(), read)
			if err == nil {
				t.Errorf("%s: %v", name, result)
			}
		})
	}
	for name, body := range map[string]string{"null": `{"value":null}`, "empty": `{"value":[]}`} {
		synctest.Test(t, func(t *testing.T) {
			result, err := wired(t, &wire{answers: []http.RoundTripper{says(http.StatusOK, body)}}).Invoke(t.Context(), read)
			if err != nil || len(result.Rows) != 0 {
				t.Errorf("%s: %v, %v", name, result, err)
			}
		})
	}
}

func TestSuccessByStatusAloneIsAnError(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body, want string
		class      adminapi.Class
	}{
		"HTML":            {"<html>Sign in to this network</html>", "Sign in to this network", adminapi.Other},
		"errors":          {`{"@adminapi.errors":["It failed."],"value":[]}`, "It failed.", adminapi.Other},
		"absence":         {`{"@adminapi.errors":["Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|x"],"value":[]}`, "Ex6F9304", adminapi.Other},
		"confirmation":    {`{"@adminapi.confirmationmessage":"Are you sure?","value":[]}`, "Are you sure?", adminapi.Other},
		"an error object": {`{"error":{"code":"NotFound","details":[{"message":"Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|Gone."}]}}`, "Gone.", adminapi.Other},
		"throttled":       {"You have reached the maximum number of concurrent requests per tenant. Please wait and try again.", "concurrent", adminapi.Throttled},
		"the token":       {"<html>token-1</html>", "[token]", adminapi.Other},
	} {
		// A wait that nobody has the time for is not begun.
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := serve(t, answer(http.StatusOK, test.body, "Retry-After: 3600")).client(t).Invoke(ctx, get)
		var e *adminapi.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if e.Class != test.class || e.Status != http.StatusOK || !strings.Contains(e.Error(), test.want) {
			t.Errorf("%s: class %q, error %v", name, e.Class, e)
		}
		if strings.Contains(e.Error(), "token-1") {
			t.Errorf("%s: %q shows the token", name, e)
		}
	}
}
