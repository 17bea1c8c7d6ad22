// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/cloud"
)

// wire is a transport without a network, for tests in which time is not real: it
// hands each request to the next of its answers, the last of which it repeats.
type wire struct {
	mu      sync.Mutex
	answers []http.RoundTripper
	sent    int
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	answer := w.answers[min(w.sent, len(w.answers)-1)]
	w.sent++
	w.mu.Unlock()
	return answer.RoundTrip(r)
}

func (w *wire) requests() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sent
}

// roundTrip is a transport that is a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// says answers with a status and a body, and headers as "Name: value".
func says(status int, body string, headers ...string) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		header := http.Header{}
		for _, each := range headers {
			name, value, _ := strings.Cut(each, ": ")
			header.Set(name, value)
		}
		return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	})
}

// fails is an exchange that came to nothing.
func fails(err error) http.RoundTripper {
	return roundTrip(func(*http.Request) (*http.Response, error) { return nil, err })
}

// wired returns a client whose requests a transport answers.
func wired(t *testing.T, transport http.RoundTripper, changes ...func(*adminapi.Config)) *adminapi.Client {
	t.Helper()
	global, err := cloud.Lookup("global")
	if err != nil {
		t.Fatal(err)
	}
	config := adminapi.Config{
		Cloud: global, TenantID: tenantID, Organization: "contoso.onmicrosoft.com", Tokens: &tokens{}, Transport: transport,
	}
	for _, change := range changes {
		change(&config)
	}
	client, err := adminapi.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}
