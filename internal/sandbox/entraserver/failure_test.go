// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package entraserver_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/entraserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const retryDate = "Mon, 02 Mar 2026 12:00:05 GMT"

func TestFailureIsTheAnswerToTheNextRequests(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		failure    entraserver.Failure
		status     int
		kind       string // of the body
		retryAfter string
		text       string // in the body
	}{
		{entraserver.WrongSecret(), 401, "application/json; charset=utf-8", "", "AADSTS7000215: "},
		{entraserver.ExpiredSecret(), 401, "application/json; charset=utf-8", "", "AADSTS7000222: "},
		{entraserver.UnknownCertificate(), 401, "application/json; charset=utf-8", "", "AADSTS700027: "},
		{entraserver.ExpiredCertificate(), 401, "application/json; charset=utf-8", "", "The key used is expired"},
		{entraserver.DisabledApplication(), 400, "application/json; charset=utf-8", "", "AADSTS7000112: Application '" + automation + "'(Terraform) is disabled."},
		{entraserver.UnknownApplication(), 400, "application/json; charset=utf-8", "", "AADSTS700016: "},
		{entraserver.MissingConsent(), 400, "application/json; charset=utf-8", "", "AADSTS65001: "},
		{entraserver.ConditionalAccess(), 400, "application/json; charset=utf-8", "", "AADSTS53003: "},
		{entraserver.Throttled("5"), 429, "application/json; charset=utf-8", "5", "AADSTS90055: "},
		{entraserver.Throttled(retryDate), 429, "application/json; charset=utf-8", retryDate, "AADSTS90055: "},
		{entraserver.Throttled(""), 429, "application/json; charset=utf-8", "", "AADSTS90055: "},
		{entraserver.Unavailable("1"), 503, "application/json; charset=utf-8", "1", "AADSTS90033: "},
		{entraserver.ServerError(), 500, "", "", ""},
		{entraserver.BadGateway(), 502, "text/html", "", "<h1>502 Bad Gateway</h1>"},
		{entraserver.EmptyObject(), 200, "application/json; charset=utf-8", "", "{}"},
		{entraserver.Refusal(400, "invalid_grant", 50173, "The grant was revoked."), 400, "application/json; charset=utf-8", "", "AADSTS50173: The grant was revoked. "},
	} {
		t.Run(test.failure.String(), func(t *testing.T) {
			t.Parallel()
			e := start(t, entraserver.Config{})
			e.Fail(test.failure, 2)
			for range 2 {
				response, err := e.client.Do(e.tokenRequest(t, secretForm(automation)))
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(response.Body)
				if err = errors.Join(err, response.Body.Close()); err != nil {
					t.Fatal(err)
				}
				if response.StatusCode != test.status || response.Header.Get("Content-Type") != test.kind ||
					response.Header.Get("Retry-After") != test.retryAfter || !strings.Contains(string(body), test.text) {
					t.Errorf("answered %s %v %s", response.Status, response.Header, body)
				}
				if test.text == "" && len(body) != 0 {
					t.Errorf("the body is %q", body)
				}
			}
			e.token(t, secretForm(automation))
			var failures []string
			for _, request := range e.Requests() {
				failures = append(failures, request.Failure)
			}
			if !slices.Equal(failures, []string{test.failure.String(), test.failure.String(), ""}) {
				t.Errorf("recorded %q", failures)
			}
		})
	}
}

func TestCutOffBreaksTheConnectionInTheToken(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	e.Fail(entraserver.CutOff(), 1)
	response, err := e.client.Do(e.tokenRequest(t, secretForm(automation)))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err == nil || !strings.HasPrefix(string(body), `{"token_type":"Bearer"`) {
		t.Errorf("read %q, error %v", body, err)
	}
	_ = response.Body.Close()
	e.token(t, secretForm(automation))
}

func TestFailuresWaitForOneAnotherUntilRecover(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	e.Fail(entraserver.ConditionalAccess(), 1)
	e.Fail(entraserver.WrongSecret(), 0)
	e.Fail(entraserver.ExpiredSecret(), 100)
	for _, code := range []int{53003, 7000222, 7000222} {
		if got := e.post(t, secretForm(automation)).body.Codes; !slices.Equal(got, []int{code}) {
			t.Errorf("answered %v, want %d", got, code)
		}
	}
	e.Recover()
	e.token(t, secretForm(automation))
}

func TestTokenRefusesADisabledApplication(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	if err := e.tenant.ChangeEnterpriseApplication(automation, func(a *tenant.EnterpriseApplication) { a.Disabled = true }); err != nil {
		t.Fatal(err)
	}
	if got := e.post(t, secretForm(automation)); got.status != http.StatusBadRequest || !slices.Equal(got.body.Codes, []int{7000112}) {
		t.Errorf("answered %d %v", got.status, got.body.Codes)
	}
	if _, _, err := e.IssueToken(automation, "https://outlook.office365.com"); err == nil || !strings.HasPrefix(err.Error(), "AADSTS7000112: ") {
		t.Errorf("IssueToken fails with %v", err)
	}
}

func TestIssueTokenSaysWhyNot(t *testing.T) {
	t.Parallel()
	e := start(t, entraserver.Config{})
	token, expires, err := e.IssueToken(automation, "https://outlook.office365.com/")
	if err != nil || !expires.Equal(noon.Add(entraserver.DefaultTokenLifetime)) {
		t.Fatalf("the token ends at %s, error %v", expires, err)
	}
	if _, err := e.Authorize(token); err != nil {
		t.Error(err)
	}
	for want, arguments := range map[string][2]string{
		"AADSTS700016: ": {"99999999-9999-9999-9999-999999999999", "https://outlook.office365.com"},
		"AADSTS500011: ": {automation, "https://vault.azure.net"},
	} {
		if _, _, err := e.IssueToken(arguments[0], arguments[1]); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("IssueToken(%q) fails with %v, want %s", arguments, err, want)
		}
	}
}
