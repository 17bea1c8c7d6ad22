// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/auth"
)

// identities plays the instance metadata service: it answers each request with a
// new token that lives an hour.
func identities() *recorder {
	r := &recorder{}
	r.HandlerFunc = func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusOK, map[string]any{
			"access_token": fmt.Sprintf("token-%d", len(r.asked())), "token_type": "Bearer",
			"expires_in": "3600", "expires_on": strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10),
		})
	}
	return r
}

// identityConfig returns a configuration of a managed identity that handler
// answers for on all hosts.
func identityConfig(t *testing.T, handler http.Handler, clientID, endpoint string) auth.Config {
	t.Helper()
	config := configInMemory(t, nil)
	config.TenantID, config.ClientID = "", ""
	config.Credential = auth.ManagedIdentity(clientID, endpoint)
	config.Transport, config.UserAgent = inMemory{handler}, "test/1"
	return config
}

// ownIdentity returns a client id that no other test has: MSAL keeps the tokens of
// managed identities for the whole process.
func ownIdentity() string { return uuid.NewString() }

func TestManagedIdentityIsAskedForAsItsServiceWants(t *testing.T) {
	t.Parallel()
	host := uuid.NewString() + ".contoso.test" // No token is kept for it yet.
	const ownEndpoint = "http://127.0.0.1:8080/metadata/identity/oauth2/token"
	for _, test := range []struct{ name, clientID, endpoint, scope, want string }{
		{
			"system-assigned", "", "", "https://" + host + "/.default",
			"GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2F" + host,
		},
		{
			"user-assigned", clientID, "", "https://" + host + "/.default",
			"GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&client_id=" + clientID + "&resource=https%3A%2F%2F" + host,
		},
		{
			"system-assigned at an endpoint", "", ownEndpoint, scope,
			"GET " + ownEndpoint + "?api-version=2018-02-01&resource=https%3A%2F%2Foutlook.office365.com",
		},
		{
			"user-assigned at an endpoint", clientID, ownEndpoint + "?x=1", scope,
			"GET " + ownEndpoint + "?api-version=2018-02-01&client_id=" + clientID + "&resource=https%3A%2F%2Foutlook.office365.com&x=1",
		},
		{
			"at an endpoint with TLS", "", "https://identity.contoso.test/token", scope,
			"GET https://identity.contoso.test/token?api-version=2018-02-01&resource=https%3A%2F%2Foutlook.office365.com",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			service := identities()
			got, err := source(t, identityConfig(t, service, test.clientID, test.endpoint)).Token(t.Context(), test.scope, "", "")
			if err != nil || got != "token-1" {
				t.Fatalf("token = %q, %v", got, err)
			}
			request := service.asked()[0]
			if got := request.Method + " " + request.URL.String(); got != test.want {
				t.Errorf("request = %s, want %s", got, test.want)
			}
			if request.Header.Get("Metadata") != "true" || request.UserAgent() != "test/1" {
				t.Errorf("headers = %v", request.Header)
			}
		})
	}
}

func TestManagedIdentityOfAppService(t *testing.T) {
	t.Setenv("IDENTITY_ENDPOINT", "http://172.16.0.4:8081/msi/token")
	t.Setenv("IDENTITY_HEADER", "h3ader")
	service := identities()
	if got := token(t, source(t, identityConfig(t, service, ownIdentity(), "")), "", ""); got != "token-1" {
		t.Errorf("token = %q", got)
	}
	request := service.asked()[0]
	if request.URL.Host != "172.16.0.4:8081" || request.Header.Get("X-Identity-Header") != "h3ader" {
		t.Errorf("request = %s, %v", request.URL, request.Header)
	}
}

func TestManagedIdentityElsewhereNeedsTLS(t *testing.T) {
	t.Setenv("IDENTITY_ENDPOINT", "http://identity.contoso.test/msi/token")
	t.Setenv("IDENTITY_HEADER", "h3ader")
	service := identities()
	err := signInError(t, identityConfig(t, service, ownIdentity(), ""))
	if len(service.asked()) != 0 || !strings.Contains(err.Error(), "TLS only") {
		t.Errorf("%d requests were made, error = %v", len(service.asked()), err)
	}
	holdsNone(t, err.Error(), "h3ader")
}

func TestManagedIdentityOfServiceFabricIsPinned(t *testing.T) {
	service := identities()
	server := httptest.NewUnstartedServer(service)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of the handshake that fails
	server.StartTLS()
	t.Cleanup(server.Close)
	t.Setenv("IDENTITY_ENDPOINT", server.URL+"/metadata/identity/oauth2/token")
	t.Setenv("IDENTITY_HEADER", "h3ader")
	t.Setenv("IDENTITY_SERVER_THUMBPRINT", strings.Repeat("00", 20))
	config := identityConfig(t, nil, "", "")
	config.Transport = server.Client().Transport
	if _, err := source(t, config).Token(t.Context(), "https://fabric.contoso.test/.default", "", ""); err == nil || len(service.asked()) != 0 {
		t.Errorf("%d requests were made, error = %v", len(service.asked()), err)
	}
}

func TestManagedIdentityTokenIsReusedForItsLife(t *testing.T) {
	t.Parallel()
	for name, endpoint := range map[string]string{"MSAL": "", "endpoint": "http://localhost/token"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clientID := ownIdentity()
			synctest.Test(t, func(t *testing.T) {
				s := source(t, identityConfig(t, identities(), clientID, endpoint))
				for _, want := range []string{"token-1", "token-1", "token-2"} {
					if got := token(t, s, "", ""); got != want {
						t.Errorf("token = %s, want %s", got, want)
					}
					<-time.After(28 * time.Minute)
				}
			})
		})
	}
}

func TestRefusedManagedIdentityTokenIsReplaced(t *testing.T) {
	t.Parallel()
	for name, endpoint := range map[string]string{"MSAL": "", "endpoint": "http://[::1]/token"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := source(t, identityConfig(t, identities(), ownIdentity(), endpoint))
			refused := token(t, s, "", "")
			for range 2 {
				if got := token(t, s, "", refused); got != "token-2" {
					t.Errorf("token = %s, want token-2", got)
				}
			}
			if got := token(t, s, "", ""); got != "token-2" {
				t.Errorf("token = %s, want token-2", got)
			}
		})
	}
}

func TestManagedIdentityTokenThatAzureKeepsIsExplained(t *testing.T) {
	t.Parallel()
	for name, endpoint := range map[string]string{"MSAL": "", "endpoint": "http://127.0.0.1/token"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			always := answering(http.StatusOK, map[string]any{"access_token": "always", "expires_in": "3600"})
			s := source(t, identityConfig(t, always, ownIdentity(), endpoint))
			_, err := s.Token(t.Context(), scope, "", token(t, s, "", ""))
			var e *auth.Error
			if !errors.As(err, &e) || !strings.Contains(e.Advice, "up to a day") || !e.Refused {
				t.Errorf("error = %v", err)
			}
		})
	}
}

func TestManagedIdentityRefusals(t *testing.T) {
	t.Parallel()
	notFound := map[string]any{"error": "invalid_request", "error_description": "Identity not found"}
	for _, test := range []struct {
		name     string
		clientID string
		status   int
		body     any
		want     []string
	}{
		{"unknown user-assigned", clientID, 400, notFound, []string{"Identity not found", "ARM_CLIENT_ID", "unset client_id", clientID}},
		{
			"unknown user-assigned at App Service", clientID, 400,
			map[string]any{"statusCode": 400, "message": "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId."},
			[]string{"No User Assigned", "unset client_id"},
		},
		{"no system-assigned", "", 400, notFound, []string{"has no system-assigned identity"}},
		{
			"unknown resource", "", 400,
			map[string]any{"error": "invalid_resource", "error_description": "AADSTS500011: The resource principal was not found."},
			[]string{"AADSTS500011", "has Exchange Online"},
		},
		{"anything else", "", 403, nil, []string{"HTTP 403", "has a managed identity"}},
		{"no token", "", 200, map[string]any{}, nil},
		{"no JSON", "", 200, "text", []string{"no usable answer"}},
	} {
		for name, endpoint := range map[string]string{"MSAL": "", "endpoint": "http://127.0.0.1/token"} {
			t.Run(test.name+", "+name, func(t *testing.T) {
				t.Parallel()
				s := source(t, identityConfig(t, answering(test.status, test.body), test.clientID, endpoint))
				_, err := s.Token(t.Context(), "https://"+uuid.NewString()+".contoso.test/.default", "", "")
				var e *auth.Error
				if !errors.As(err, &e) {
					t.Fatalf("error = %v", err)
				}
				for _, want := range append(test.want, "managed identity") {
					if !strings.Contains(e.Error(), want) {
						t.Errorf("error = %v, want one with %q", e, want)
					}
				}
			})
		}
	}
}

func TestBusyManagedIdentityIsAskedAgain(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusNotFound, http.StatusGone, http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		for name, endpoint := range map[string]string{"MSAL": "", "endpoint": "http://127.0.0.1/token"} {
			t.Run(fmt.Sprintf("%d, %s", status, name), func(t *testing.T) {
				t.Parallel()
				clientID := ownIdentity()
				synctest.Test(t, func(t *testing.T) {
					service := identities()
					grant := service.HandlerFunc
					service.HandlerFunc = func(w http.ResponseWriter, r *http.Request) {
						if len(service.asked()) == 1 {
							w.WriteHeader(status)
							return
						}
						grant(w, r)
					}
					if got := token(t, source(t, identityConfig(t, service, clientID, endpoint)), "", ""); got != "token-2" {
						t.Errorf("token = %q", got)
					}
				})
			})
		}
	}
}

func TestHostWithoutManagedIdentityIsFoundOutSoon(t *testing.T) {
	t.Parallel()
	for name, endpoint := range map[string]string{"MSAL": "", "endpoint": "http://169.254.1.1/token"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clientID := ownIdentity()
			synctest.Test(t, func(t *testing.T) {
				vanished := make(chan struct{})
				service := &recorder{HandlerFunc: func(http.ResponseWriter, *http.Request) { <-vanished }}
				config := identityConfig(t, service, clientID, endpoint)
				began := time.Now()
				err := signInError(t, config)
				if got := time.Since(began); got != 10*time.Second {
					t.Errorf("waited %s", got)
				}
				if !strings.Contains(err.Error(), "no managed identity endpoint answered: is this an Azure host with an identity?") {
					t.Errorf("error = %v", err)
				}
				if got := len(service.asked()); got != 1 {
					t.Errorf("%d requests were made, want 1", got)
				}
				close(vanished)
				config.Transport = failing{errors.New("connection refused")}
				if err := signInError(t, config); !strings.Contains(err.Error(), "no managed identity endpoint answered") || !strings.Contains(err.Error(), "connection refused") {
					t.Errorf("error = %v", err)
				}
			})
		})
	}
}

func TestManagedIdentityThatAnsweredOnceIsGivenTime(t *testing.T) {
	t.Parallel()
	clientID := ownIdentity()
	synctest.Test(t, func(t *testing.T) {
		service := identities()
		grant := service.HandlerFunc
		service.HandlerFunc = func(w http.ResponseWriter, r *http.Request) {
			if len(service.asked()) > 1 {
				<-time.After(20 * time.Second)
			}
			grant(w, r)
		}
		s := source(t, identityConfig(t, service, clientID, ""))
		if got := token(t, s, "", token(t, s, "", "")); got != "token-2" {
			t.Errorf("token = %q", got)
		}
	})
}

func TestManagedIdentityIsAskedPastTheProxy(t *testing.T) {
	t.Parallel()
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the proxy was asked") }))
	t.Cleanup(proxy.Close)
	service := httptest.NewServer(identities())
	t.Cleanup(service.Close)
	to, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	config := identityConfig(t, nil, "", service.URL)
	config.Transport = &http.Transport{Proxy: http.ProxyURL(to), DisableKeepAlives: true}
	if got := token(t, source(t, config), "", ""); got != "token-1" {
		t.Errorf("token = %q", got)
	}
}

func TestManagedIdentityEndpointsThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []string{
		"http://identity.contoso.test/token", "http://10.0.0.1/token", "http://172.16.0.1/token", "http://[2001:db8::1]/token",
		"http://169.254.169.254.contoso.test/", "http://user@127.0.0.1/", "ftp://127.0.0.1/", "127.0.0.1", "http://", "http://%zz", "/token",
	} {
		if _, err := auth.NewTokenSource(identityConfig(t, nil, "", endpoint)); err == nil {
			t.Errorf("%s is an endpoint", endpoint)
		}
	}
}

func TestTenantIDOfAManagedIdentity(t *testing.T) {
	t.Parallel()
	granted := unsigned(t, map[string]any{"tid": tenantID})
	config := identityConfig(t, answering(http.StatusOK, map[string]any{"access_token": granted, "expires_in": "3600"}), ownIdentity(), "")
	if got, err := source(t, config).TenantID(t.Context()); err != nil || got != tenantID {
		t.Errorf("tenant id = %q, %v", got, err)
	}
}
