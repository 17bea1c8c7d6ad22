// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/auth"
)

const (
	gitHubURL    = "https://run-actions.contoso.test/idtoken//00/1?api-version=2.0"
	azureURI     = "https://devops.contoso.test/fabrikam/_apis/oidctoken"
	requestToken = "r3quest-t0ken"
	connectionID = "33333333-3333-3333-3333-333333333333"
)

// pipelineConfig returns a configuration whose pipeline is answered by ci.
func pipelineConfig(t *testing.T, e *entra, ci http.Handler, credential auth.Credential) auth.Config {
	t.Helper()
	config := configInMemory(t, nil)
	config.Credential = credential
	config.UserAgent = "test/1"
	config.Transport = inMemory{hosts{"login.contoso.test": e, "run-actions.contoso.test": ci, "devops.contoso.test": ci}}
	return config
}

func TestPipelineIsAskedAsItsServiceWants(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		credential auth.Credential
		cloud      string
		answer     map[string]any
		want       string
		headers    map[string]string
	}{
		{
			name:       "GitHub",
			credential: auth.GitHubActions(gitHubURL, requestToken, ""),
			answer:     map[string]any{"count": 1, "value": "assertion"},
			want:       "GET " + gitHubURL + "&audience=api%3A%2F%2FAzureADTokenExchange",
			headers:    map[string]string{"Accept": "application/json", "Content-Type": "", "X-TFS-FedAuthRedirect": ""},
		},
		{
			name:       "GitHub, own audience",
			credential: auth.GitHubActions(gitHubURL, requestToken+"\n", "api://AzureADTokenExchangeUSGov"),
			answer:     map[string]any{"value": "assertion"},
			want:       "GET " + gitHubURL + "&audience=api%3A%2F%2FAzureADTokenExchangeUSGov",
		},
		{
			name:       "GitHub, audience in the URL",
			credential: auth.GitHubActions("https://run-actions.contoso.test/?audience=a:b", requestToken, "another"),
			answer:     map[string]any{"value": "assertion"},
			want:       "GET https://run-actions.contoso.test/?audience=a:b",
		},
		{
			name:       "GitHub, no query",
			credential: auth.GitHubActions("https://run-actions.contoso.test/token", requestToken, "a"),
			answer:     map[string]any{"value": "assertion"},
			want:       "GET https://run-actions.contoso.test/token?audience=a",
		},
		{
			name:       "Azure Pipelines",
			credential: auth.AzurePipelines(azureURI, requestToken, connectionID, ""),
			answer:     map[string]any{"oidcToken": "assertion"},
			want:       "POST " + azureURI + "?api-version=7.1&serviceConnectionId=" + connectionID,
			headers:    map[string]string{"Accept": "application/json", "Content-Type": "application/json", "X-TFS-FedAuthRedirect": "Suppress"},
		},
		{
			name:       "Azure Pipelines, own audience",
			credential: auth.AzurePipelines(azureURI, requestToken, connectionID, "api://x"),
			answer:     map[string]any{"oidcToken": "assertion"},
			want:       "POST " + azureURI + "?api-version=7.1&audience=api%3A%2F%2Fx&serviceConnectionId=" + connectionID,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := &entra{federated: func(assertion string) bool { return assertion == "assertion" }}
			ci := answering(http.StatusOK, test.answer)
			if got := token(t, source(t, pipelineConfig(t, e, ci, test.credential)), "", ""); got != "token-1" {
				t.Errorf("token = %q", got)
			}
			request := ci.asked()[0]
			if got := request.Method + " " + request.URL.String(); got != test.want {
				t.Errorf("request = %s, want %s", got, test.want)
			}
			if got := request.Header.Get("Authorization"); got != "Bearer "+requestToken {
				t.Errorf("Authorization = %q", got)
			}
			if got := request.UserAgent(); got != "test/1" {
				t.Errorf("User-Agent = %q", got)
			}
			if request.ContentLength != 0 {
				t.Errorf("the body has %d bytes", request.ContentLength)
			}
			for name, want := range test.headers {
				if got := request.Header.Get(name); got != want {
					t.Errorf("%s = %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestPipelineGivesANewTokenForEachRenewal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ci := &recorder{}
		ci.HandlerFunc = func(w http.ResponseWriter, _ *http.Request) {
			reply(w, http.StatusOK, map[string]any{"value": fmt.Sprintf("assertion-%d", len(ci.asked()))})
		}
		e := &entra{federated: func(string) bool { return true }}
		s := source(t, pipelineConfig(t, e, ci, auth.GitHubActions(gitHubURL, requestToken, "")))
		token(t, s, "", "")
		<-time.After(54 * time.Minute)
		token(t, s, "", "")
		<-time.After(2 * time.Minute)
		token(t, s, "", "")
		if got := strings.Join(e.assertions(), ","); got != "assertion-1,assertion-2" {
			t.Errorf("assertions = %s", got)
		}
	})
}

func TestBusyPipelineIsAskedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ci := &recorder{}
		ci.HandlerFunc = func(w http.ResponseWriter, _ *http.Request) {
			if len(ci.asked()) == 1 {
				w.Header().Set("Retry-After", "7")
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			reply(w, http.StatusOK, map[string]any{"oidcToken": "assertion"})
		}
		e := &entra{federated: func(string) bool { return true }}
		began := time.Now()
		token(t, source(t, pipelineConfig(t, e, ci, auth.AzurePipelines(azureURI, requestToken, connectionID, ""))), "", "")
		if got := time.Since(began); got != 7*time.Second {
			t.Errorf("waited %s", got)
		}
	})
}

func TestPipelineRefusals(t *testing.T) {
	t.Parallel()
	gitHub := auth.GitHubActions(gitHubURL, requestToken, "")
	azure := auth.AzurePipelines(azureURI, requestToken, connectionID, "")
	leak := unsigned(t, map[string]any{"sub": "x"})
	for _, test := range []struct {
		name       string
		credential auth.Credential
		status     int
		body       any
		want       []string
	}{
		{"GitHub, 401", gitHub, http.StatusUnauthorized, map[string]any{"message": "Bad credentials"}, []string{"GitHub Actions answered \"Bad credentials\"", "id-token: write"}},
		{"GitHub, 403", gitHub, http.StatusForbidden, "no object", []string{"GitHub Actions answered HTTP 403", "id-token: write"}},
		{"GitHub, repeating what it got", gitHub, http.StatusBadRequest, map[string]any{"message": "Bearer " + requestToken + " and " + leak}, []string{"[secret] and [token]"}},
		{"GitHub, no token", gitHub, http.StatusOK, map[string]any{"count": 0}, []string{"no usable answer came from GitHub Actions", "holds no token"}},
		{"GitHub, no JSON", gitHub, http.StatusOK, "text", []string{"holds no token"}},
		{"GitHub, teapot", gitHub, http.StatusTeapot, nil, []string{"HTTP 418", "Check the URL"}},
		{"Azure Pipelines, 401", azure, http.StatusUnauthorized, nil, []string{"Azure Pipelines answered HTTP 401", "SYSTEM_ACCESSTOKEN"}},
		{"Azure Pipelines, 404", azure, http.StatusNotFound, map[string]any{"message": "TF400813"}, []string{"TF400813", "service connection"}},
		{"Azure Pipelines, the other's answer", azure, http.StatusOK, map[string]any{"value": "assertion"}, []string{"holds no token"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := &entra{}
			err := signInError(t, pipelineConfig(t, e, answering(test.status, test.body), test.credential))
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error = %v, want one with %q", err, want)
				}
			}
			holdsNone(t, err.Error(), requestToken, leak)
			if test.status != http.StatusOK && err.Status != test.status {
				t.Errorf("status = %d, want %d", err.Status, test.status)
			}
			if got := len(e.asked()); got != 0 {
				t.Errorf("Entra got %d requests", got)
			}
		})
	}
}

func TestRedirectedPipelineRequestIsNotFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusFound, http.StatusTemporaryRedirect} {
		ci := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/token" {
				t.Error("the redirect was followed")
			}
			http.Redirect(w, r, "/elsewhere", status)
		}))
		t.Cleanup(ci.Close)
		config := configInMemory(t, nil)
		config.Transport = ci.Client().Transport
		config.Cloud.AuthorityHost = serve(t, &entra{}).Cloud.AuthorityHost
		// Both servers show httptest's one certificate.
		config.Credential = auth.AzurePipelines(ci.URL+"/token", requestToken, connectionID, "")
		err := signInError(t, config)
		if err.Status != status || !strings.Contains(err.Advice, "SYSTEM_ACCESSTOKEN") {
			t.Errorf("error = %#v", err)
		}
	}
}
