// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package identityserver speaks as the places where a program runs that signs in
// without a secret of its own: GitHub Actions, Azure DevOps and a Kubernetes
// cluster, which give out tokens that Entra exchanges, and Azure's hosts with
// their managed identities.
//
// [Server.Issuers] is what is reached over https, and [Server.Host] what Azure
// serves without TLS on the machine itself.
package identityserver

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// DefaultTokenLifetime is how long a token of an issuer is valid: that of
// Kubernetes, which is the longest of the three.
const DefaultTokenLifetime = time.Hour

// A Config describes a Server.
type Config struct {
	// URL is where Issuers is served: https, without a slash at the end. Issuers
	// are called by it.
	URL string
	// Tenant is the tenant whose managed identities the host has. Required.
	Tenant *tenant.Tenant
	// IssueToken gets a token for a managed identity by its client id. Required.
	IssueToken func(appID, resource string) (token string, expires time.Time, err error)
	// Clock tells the time for tokens. Nil means time.Now.
	Clock func() time.Time
}

// A Request is one request and its outcome.
type Request struct {
	// Endpoint is "github", "azure-devops", "app-service", "imds" or "cloud-shell".
	Endpoint string
	// Audience is the audience or the resource that was asked for.
	Audience string
	// ClientID selects a user-assigned managed identity.
	ClientID string
	// Status is the HTTP status of the answer.
	Status int
}

// A Server has an http.Handler for each of its two sides. Any number of
// goroutines may use it at once.
type Server struct {
	url        string
	tenant     *tenant.Tenant
	issueToken func(appID, resource string) (string, time.Time, error)
	clock      func() time.Time
	issuers    map[string]*issuer

	// These prove to an endpoint that the caller is the job, or is on the host.
	githubToken, pipelineToken, identityHeader string

	issuerMux, hostMux *http.ServeMux

	mu       sync.Mutex
	lifetime time.Duration
	requests []Request
	failures []Failure
	kept     map[string]keptToken // by identity and resource; nil where none are
}

// A Failure is an answer that has no token in it.
type Failure struct {
	// Status is the HTTP status.
	Status int
	// RetryAfter is the Retry-After header; empty leaves it out.
	RetryAfter string
	// Body is sent as JSON; nil is no body.
	Body any
}

// New returns a Server with keys and request tokens of its own.
func New(config Config) *Server {
	s := &Server{
		url:            config.URL,
		tenant:         config.Tenant,
		issueToken:     config.IssueToken,
		clock:          config.Clock,
		issuers:        map[string]*issuer{},
		githubToken:    rand.Text(),
		pipelineToken:  rand.Text(),
		identityHeader: rand.Text(),
		issuerMux:      http.NewServeMux(),
		hostMux:        http.NewServeMux(),
		lifetime:       DefaultTokenLifetime,
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	for _, url := range []string{s.GitHubIssuer(), s.AzureDevOpsIssuer(), s.KubernetesIssuer()} {
		added := newIssuer(url)
		s.issuers[url] = added
		path := "/" + strings.Trim(strings.TrimPrefix(url, s.url), "/")
		s.issuerMux.HandleFunc("GET "+path+"/.well-known/openid-configuration", added.configuration)
		s.issuerMux.HandleFunc("GET "+path+"/jwks", added.jwks)
	}
	s.issuerMux.HandleFunc(gitHubPath, s.record("github", s.gitHub))
	s.issuerMux.HandleFunc(pipelinePath, s.record("azure-devops", s.azurePipelines))
	s.hostMux.HandleFunc(appServicePath, s.record("app-service", s.appService))
	s.hostMux.HandleFunc(metadataPath, s.record("imds", s.instanceMetadata))
	s.hostMux.HandleFunc(cloudShellPath, s.record("cloud-shell", s.cloudShell))
	return s
}

// Issuers is the handler of GitHub's, Azure DevOps' and Kubernetes' endpoints.
func (s *Server) Issuers() http.Handler { return s.issuerMux }

// Host is the handler of the endpoints an Azure host has for its own programs.
func (s *Server) Host() http.Handler { return s.hostMux }

// IsIssuerPath reports whether a request for path is for Issuers.
func IsIssuerPath(path string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return slices.Contains([]string{"github", "azure-devops", "kubernetes"}, first)
}

// SetTokenLifetime changes how long tokens of the issuers are valid that are
// made from now on. It may be negative: they are then over when they are made.
func (s *Server) SetTokenLifetime(lifetime time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lifetime = lifetime
}

// Fail makes the next n requests for a token go wrong, whichever endpoint they
// are for, after those of earlier calls.
func (s *Server) Fail(failure Failure, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.failures = append(s.failures, failure)
	}
}

// nextFailure takes the failure that is due, if there is one.
func (s *Server) nextFailure() (Failure, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.failures) == 0 {
		return Failure{}, false
	}
	failure := s.failures[0]
	s.failures = s.failures[1:]
	return failure, true
}

// Requests returns every request for a token and its outcome, the first one first.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// An answer is what an endpoint says: a value to be sent as JSON.
type answer struct {
	status int
	header map[string]string
	body   any
	// request is the part of the record that the endpoint knows.
	request Request
}

// record makes a handler of an endpoint that sends and keeps what it answers.
func (s *Server) record(name string, endpoint func(*http.Request) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		given := endpoint(r)
		if failure, due := s.nextFailure(); due {
			given.status, given.body, given.header = failure.Status, failure.Body, nil
			if failure.RetryAfter != "" {
				given.header = map[string]string{"Retry-After": failure.RetryAfter}
			}
		}
		given.request.Endpoint, given.request.Status = name, given.status
		s.mu.Lock()
		s.requests = append(s.requests, given.request)
		s.mu.Unlock()
		for name, value := range given.header {
			w.Header().Set(name, value)
		}
		writeJSON(w, given.status, given.body)
	}
}

// writeJSON sends a body as JSON, or none if it is nil.
func writeJSON(w http.ResponseWriter, status int, body any) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	content, err := json.Marshal(body)
	if err != nil {
		http.Error(w, "the sandbox could not encode its answer: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	// A client that has gone is no fault of the server, and there is nobody left to tell.
	_, _ = w.Write(content)
}
