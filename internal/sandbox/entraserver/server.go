// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package entraserver speaks as Microsoft Entra ID for a sandbox tenant: it
// publishes the OpenID configuration, checks the credentials of applications
// and issues signed access tokens, which the sandbox's other services then ask
// it to verify.
//
// It knows one grant, client credentials, because applications without a user
// are what signs in to Exchange's admin API.
package entraserver

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/nationalcloud"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// DefaultTokenLifetime is how long a token is valid unless the Config says
// otherwise. Entra draws 60 to 90 minutes at random; the sandbox always gives
// the least.
const DefaultTokenLifetime = time.Hour

// A Config describes a Server.
type Config struct {
	// Tenant is the tenant whose applications sign in. Required.
	Tenant *tenant.Tenant
	// Cloud is the Microsoft cloud the tenant lives in: "global", "usgovernment",
	// "dod" or "china". Empty means "global". Tokens for another cloud's Exchange
	// or Graph are issued, but Authorize and AuthorizeGraph refuse them.
	Cloud string
	// Key signs the tokens. Nil means a new one.
	Key *rsa.PrivateKey
	// TokenLifetime is how long a token is valid. Zero means DefaultTokenLifetime.
	TokenLifetime time.Duration
	// Clock tells the time for tokens, secrets and assertions. Nil means time.Now.
	Clock func() time.Time
	// IssuerKeys returns the keys that verify the tokens of another issuer, by
	// their ids. It returns nil for an issuer that cannot be asked. A nil function
	// knows no issuer.
	IssuerKeys func(issuer string) map[string]*rsa.PublicKey
	// Observe, if set, is called for each answer, from the request's goroutine and
	// before the answer is sent: whoever has an answer finds it observed.
	Observe func(Request)
	// Faults, if set, makes answers go wrong by rule. The service looks at a token
	// request as a whole, so that faults come before that or after it.
	Faults *fault.Injector
}

// A Request is one request and its outcome, as told to Config.Observe.
type Request struct {
	// Endpoint is "token", "openid-configuration", "instance-discovery" or "keys".
	Endpoint string
	// ClientID is the client id that asked for a token; empty at the other endpoints.
	ClientID string
	// Scope is what a token was asked for, as the client wrote it.
	Scope string
	// Audience is the resource that a token was granted for; empty when none was.
	Audience string
	// Proof is the credential the client sent to the token endpoint.
	Proof Proof
	// Code is the number of the AADSTS error of the answer; zero when it has none.
	Code int
	// Failure is the name of the [Failure] that was the answer, if one was.
	Failure string
	// Fault names the faults that were injected by rule; empty if there was none.
	Fault string
	// Executed says that the endpoint looked at the request, whatever it answered.
	Executed bool
	// Status is the HTTP status of the answer; zero if a fault left the request
	// unanswered.
	Status int
}

// A Server is Entra's part of a sandbox. It is an http.Handler, and any number
// of goroutines may use it at once.
type Server struct {
	tenant     *tenant.Tenant
	cloud      nationalcloud.Cloud
	clock      func() time.Time
	observe    func(Request)
	faults     *fault.Injector
	mux        *http.ServeMux
	issuerKeys func(issuer string) map[string]*rsa.PublicKey
	key        *rsa.PrivateKey
	keyID      string

	mu       sync.Mutex
	lifetime time.Duration
	requests []Request
	failures []plannedFailure
}

// New returns a Server. It fails when the cloud is unknown or no key can be made.
func New(config Config) (*Server, error) {
	cloud, err := nationalcloud.Lookup(config.Cloud)
	if err != nil {
		return nil, err
	}
	key := config.Key
	if key == nil {
		if key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			return nil, fmt.Errorf("making the key that signs tokens: %w", err)
		}
	}
	digest := sha256.Sum256(key.N.Bytes())
	s := &Server{
		tenant:     config.Tenant,
		cloud:      cloud,
		clock:      config.Clock,
		observe:    config.Observe,
		faults:     config.Faults,
		mux:        http.NewServeMux(),
		issuerKeys: config.IssuerKeys,
		key:        key,
		keyID:      base64.RawURLEncoding.EncodeToString(digest[:20]),
		lifetime:   config.TokenLifetime,
	}
	if s.faults == nil {
		s.faults = new(fault.Injector)
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	if s.lifetime == 0 {
		s.lifetime = DefaultTokenLifetime
	}
	s.handle("GET /{tenant}/v2.0/.well-known/openid-configuration", "openid-configuration", s.openIDConfiguration)
	s.handle("GET /{tenant}/discovery/v2.0/keys", "keys", s.keys)
	s.handle("GET /common/discovery/instance", "instance-discovery", s.instanceDiscovery)
	s.handle("/{tenant}/oauth2/v2.0/token", "token", s.token)
	return s, nil
}

// ServeHTTP answers one request as Entra would.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mux.ServeHTTP(w, r)
}

// TokenLifetime returns how long a token issued now is valid.
func (s *Server) TokenLifetime() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lifetime
}

// SetTokenLifetime changes the lifetime of tokens issued from now on. Tokens
// already issued keep theirs.
func (s *Server) SetTokenLifetime(lifetime time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lifetime = lifetime
}

// TokenRequests returns how many requests the token endpoint has answered,
// refused ones included.
func (s *Server) TokenRequests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, request := range s.requests {
		if request.Endpoint == "token" {
			n++
		}
	}
	return n
}

// Requests returns every request and its outcome, the first one first.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// An answer is what an endpoint says to a request: a value to be sent as JSON,
// and for the token endpoint what the client sent.
type answer struct {
	body    any
	request Request
	// failure, if set, goes before the body.
	failure *Failure
}

// handle routes pattern to an endpoint, sends what it answers and tells the
// observer.
func (s *Server) handle(pattern, name string, endpoint func(*http.Request) (answer, *refusal)) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		client := clientOf(r)
		injection := s.faults.Begin(r, fault.Call{Service: fault.Entra, Cmdlet: name, Identity: client})
		defer injection.End()
		trace, correlation := newTraceID(), correlationID(r)
		if instead, ok := beforehand(injection); ok {
			s.record(Request{Endpoint: name, ClientID: client, Fault: injection.String(), Status: instead.Status})
			injection.Processed()
			write(w, r, injection, instead, trace, correlation)
			return
		}
		answer, refused := endpoint(r)
		request, body := answer.request, answer.body
		request.Endpoint, request.Executed, request.Status = name, true, http.StatusOK
		if answer.failure != nil {
			request.Failure, request.Status = answer.failure.name, answer.failure.status
			if answer.failure.retryAfter != "" {
				w.Header().Set("Retry-After", answer.failure.retryAfter)
			}
		}
		if refused != nil {
			request.Code, request.Status = refused.code, refused.status
			body = refused.body(s.clock(), trace, correlation)
		}
		if answer.failure != nil && refused == nil {
			s.record(request)
			injection.Processed()
			answer.failure.write(w)
			return
		}
		response := injection.Change(jsonAnswer(request.Status, body))
		request.Fault, request.Status = injection.String(), response.Status
		s.record(request)
		injection.Processed()
		write(w, r, injection, response, trace, correlation)
	})
}

// beforehand returns the answer to give instead of looking at the request, if
// there is one.
func beforehand(injection *fault.Injection) (fault.Answer, bool) {
	if instead, ok := injection.AtDoor(); ok {
		return instead, true
	}
	return injection.Admit()
}

// clientOf returns the client id in a request's form, and leaves the body to be
// read by the endpoint.
func clientOf(r *http.Request) string {
	content, err := io.ReadAll(io.LimitReader(r.Body, maxForm))
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(content), r.Body), r.Body}
	if err != nil {
		return ""
	}
	form, err := url.ParseQuery(string(content))
	if err != nil {
		return ""
	}
	return form.Get("client_id")
}

func (s *Server) record(request Request) {
	s.mu.Lock()
	s.requests = append(s.requests, request)
	s.mu.Unlock()
	if s.observe != nil {
		s.observe(request)
	}
}

// knowsTenant reports whether name, a GUID or a domain in any letter case, is
// this server's tenant.
func (s *Server) knowsTenant(name string) bool {
	organization := s.tenant.Organization()
	return strings.EqualFold(name, organization.TenantID) ||
		strings.EqualFold(name, organization.InitialDomain) ||
		slices.ContainsFunc(organization.Domains, func(domain string) bool { return strings.EqualFold(name, domain) })
}
