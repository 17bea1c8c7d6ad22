// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package graph_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/cloud"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/graph"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/graphserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// tokens hands out numbered tokens, a new one after each refusal.
type tokens struct {
	mu      sync.Mutex
	number  int
	scope   string
	claims  []string
	failing error
}

func (s *tokens) Token(_ context.Context, scope, claims, refused string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scope = scope
	if refused != "" {
		if refused == s.token() {
			s.number++
		}
		s.claims = append(s.claims, claims)
		if s.failing != nil {
			return "", s.failing
		}
	}
	return s.token(), nil
}

func (s *tokens) token() string { return fmt.Sprintf("token-%d", s.number) }

// authorizer lets every token through, as one with these permissions.
type authorizer []string

func (a authorizer) AuthorizeGraph(string) (graphserver.Caller, error) {
	return graphserver.Caller{Roles: a}, nil
}

// readers are the permissions of a caller that may read all there is.
var readers = authorizer{"AdministrativeUnit.Read.All", "User.Read.All", "Group.Read.All"}

// sandbox serves a tenant's Graph and counts what it is asked.
type sandbox struct {
	*graphserver.Server
	mu   sync.Mutex
	seen map[string]int
}

func newSandbox(t *tenant.Tenant, caller graphserver.Authorizer) *sandbox {
	s := &sandbox{seen: map[string]int{}}
	s.Server = graphserver.New(t, caller, func(r graphserver.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.seen[r.Path]++
	})
	return s
}

func (s *sandbox) count(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[path]
}

// served is a client of a handler on loopback.
type served struct {
	*graph.Client
	url    string
	tokens *tokens

	mu       sync.Mutex
	observed []graph.Observation
}

func serve(t *testing.T, handler http.Handler) *served {
	t.Helper()
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	return newClient(t, server.URL, server.Client().Transport)
}

func newClient(t *testing.T, endpoint string, transport http.RoundTripper) *served {
	t.Helper()
	place, err := cloud.Lookup("global")
	if err != nil {
		t.Fatal(err)
	}
	place.GraphEndpoint = endpoint
	s := &served{url: endpoint, tokens: new(tokens)}
	s.Client, err = graph.New(graph.Config{
		Cloud: place, Tokens: s.tokens, Transport: transport, UserAgent: "test/1",
		Observe: func(_ context.Context, o graph.Observation) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.observed = append(s.observed, o)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// observations returns what the client told so far.
func (s *served) observations() []graph.Observation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]graph.Observation(nil), s.observed...)
}

// answering is a handler that writes one answer to everything.
func answering(status int, contentType, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// asError fails the test where err is no error of the package.
func asError(t *testing.T, err error) *graph.Error {
	t.Helper()
	var e *graph.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a *graph.Error", err)
	}
	return e
}

// inSequence answers with each handler in turn, and with the last one from then on.
func inSequence(handlers ...http.Handler) http.HandlerFunc {
	var mu sync.Mutex
	next := 0
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		handler := handlers[next]
		next = min(next+1, len(handlers)-1)
		mu.Unlock()
		handler.ServeHTTP(w, r)
	}
}
