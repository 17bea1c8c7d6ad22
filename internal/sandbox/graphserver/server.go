// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package graphserver puts a [tenant.Tenant] on the wire as Microsoft Graph
// does, as far as the provider's users need it: administrative units with their
// members, service principals and the organization, to be read.
//
// The package never looks at a client. Shapes are those that Microsoft documents
// or that were seen; where neither says, a comment does.
package graphserver

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// Server serves Graph's part of one tenant. It is an [http.Handler] for all of
// /v1.0/ and /beta/ and safe for concurrent use.
type Server struct {
	tenant  *tenant.Tenant
	tokens  Authorizer
	observe func(Request)
	faults  *fault.Injector

	mu         sync.Mutex
	throttled  int
	retryAfter time.Duration
}

// Authorizer checks access tokens.
type Authorizer interface {
	// AuthorizeGraph returns whom a bearer token stands for. An error means that
	// the token is not to be trusted, and is answered with 401.
	AuthorizeGraph(bearer string) (Caller, error)
}

// Caller is the application that a token was issued to.
type Caller struct {
	// Roles are the values of the application permissions in the token, such as
	// AdministrativeUnit.Read.All.
	Roles []string
}

// holds reports whether the caller holds one of the permissions.
func (c Caller) holds(permissions ...string) bool {
	return slices.ContainsFunc(permissions, func(p string) bool { return slices.Contains(c.Roles, p) })
}

// Request is what the server tells of a request.
type Request struct {
	// Path is the path without the version and with {id} in the place of an id,
	// as in /directory/administrativeUnits/{id}/members. A path that the server
	// does not know is told as it was asked for.
	Path string
	// ID is the id in the path, or empty.
	ID string
	// Page counts the pages of one list from 1.
	Page int
	// Status is the HTTP status; zero if a fault left the request unanswered.
	Status int
	// Fault names the faults that were injected; empty if there was none.
	Fault string
	// Executed says that the resource, or the batch, was looked up, whatever the
	// answer.
	Executed bool
	// ClientRequestID is the client-request-id header.
	ClientRequestID string
}

// New returns a server for t. It asks tokens about every request. observe, if
// not nil, is called for every request before its answer is sent, so that who
// has the answer finds the request recorded; calls may be concurrent.
func New(t *tenant.Tenant, tokens Authorizer, observe func(Request)) *Server {
	if observe == nil {
		observe = func(Request) {}
	}
	return &Server{tenant: t, tokens: tokens, observe: observe, faults: new(fault.Injector)}
}

// InjectFrom makes the server's answers go wrong by the rules of an injector.
// It must be called before the server serves.
func (s *Server) InjectFrom(faults *fault.Injector) { s.faults = faults }

// Throttle answers the next requests with 429, which asks to be left alone for a
// time in whole seconds. With a negative time there is no Retry-After header.
func (s *Server) Throttle(requests int, retryAfter time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.throttled, s.retryAfter = requests, retryAfter
}

// takeThrottle reports whether this request is one too many.
func (s *Server) takeThrottle() (time.Duration, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.throttled == 0 {
		return 0, false
	}
	s.throttled--
	return s.retryAfter, true
}

// answer is a response before it is written: a value for JSON, or a plain text.
type answer struct {
	body any
	text string
}

// ServeHTTP answers a request to Graph.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	seen := &Request{Path: withoutVersion(r.URL.Path), Page: 1, ClientRequestID: r.Header.Get("client-request-id")}
	if resource, id, found := lookup(seen.Path); found {
		seen.Path, seen.ID = resource.path, id
	}
	if query, unread := readQuery(r); unread == nil {
		seen.Page = query.page
	}
	injection := s.faults.Begin(r, fault.Call{Service: fault.Graph, Cmdlet: seen.Path, Identity: seen.ID, Page: seen.Page})
	defer injection.End()
	response := s.respond(r, injection, seen)
	seen.Status, seen.Fault = response.Status, injection.String()
	s.observe(*seen)
	injection.Processed()
	header := w.Header()
	header.Set("Cache-Control", "no-cache")
	header.Set("client-request-id", seen.ClientRequestID)
	header.Set("request-id", uuid.NewString())
	for name, value := range response.Header {
		header.Set(name, value)
	}
	injection.Send(w, response.Status, response.Body)
}

// respond works out the response to a request, with what the rules of faults
// make of it.
func (s *Server) respond(r *http.Request, injection *fault.Injection, seen *Request) fault.Answer {
	if instead, ok := injection.AtDoor(); ok {
		return instead
	}
	caller, refused := s.authenticate(r)
	if refused != nil {
		return s.encode(answer{}, refused, seen)
	}
	if instead, ok := injection.Admit(); ok {
		return instead
	}
	var given answer
	if isBatch(r) {
		seen.Executed = true
		given, refused = s.batch(r, caller)
	} else {
		given, refused = s.answer(r, caller, seen)
	}
	return injection.Change(s.encode(given, refused, seen))
}

// encode writes an answer, or what was refused.
func (s *Server) encode(given answer, refused *refusal, seen *Request) fault.Answer {
	response := fault.Answer{Status: http.StatusOK, Header: map[string]string{}}
	if refused != nil {
		response.Status = refused.status
		requestID := uuid.NewString()
		response.Header["request-id"] = requestID
		given = answer{body: refused.body(s.tenant.Now(), requestID, seen.ClientRequestID)}
		maps.Copy(response.Header, refused.header)
	}
	if given.body == nil {
		response.Header["Content-Type"] = "text/plain"
		response.Body = []byte(given.text)
		return response
	}
	response.Header["Content-Type"] = contentType
	response.Header["OData-Version"] = "4.0"
	var body bytes.Buffer
	_ = json.NewEncoder(&body).Encode(given.body) // Bodies are maps and lists of texts, numbers and booleans.
	response.Body = body.Bytes()
	return response
}

const contentType = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

// authenticate checks the token, before anything else is looked at.
func (s *Server) authenticate(r *http.Request) (Caller, *refusal) {
	scheme, bearer, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || bearer == "" {
		return Caller{}, unauthenticated("Access token is empty.")
	}
	caller, err := s.tokens.AuthorizeGraph(bearer)
	if err != nil {
		return Caller{}, unauthenticated(err.Error())
	}
	if wait, throttled := s.takeThrottle(); throttled {
		return Caller{}, tooManyRequests(wait)
	}
	return caller, nil
}

// answer works out the response to a request for one resource.
func (s *Server) answer(r *http.Request, caller Caller, seen *Request) (answer, *refusal) {
	resource, id, found := lookup(withoutVersion(r.URL.Path))
	if !found {
		return answer{}, unknownSegment(r.URL.Path)
	}
	if r.Method != http.MethodGet {
		return answer{}, methodNotAllowed()
	}
	if !caller.holds(resource.permissions...) {
		return answer{}, insufficientPrivileges()
	}
	query, refused := readQuery(r)
	if refused != nil {
		return answer{}, refused
	}
	seen.Executed = true
	return resource.answer(s, call{id: id, caller: caller, query: query, request: r})
}

// call is what a resource is asked with.
type call struct {
	id      string
	caller  Caller
	query   query
	request *http.Request
}

// root is the address of the service with the version that was asked for.
func (c call) root() string {
	version, _, _ := strings.Cut(strings.TrimPrefix(c.request.URL.Path, "/"), "/")
	return "https://" + c.request.Host + "/" + version
}

// maxBody is more than any request needs.
const maxBody = 1 << 20

// readBody returns a request's body. Clients of Graph compress theirs.
func readBody(r *http.Request) ([]byte, error) {
	body := io.Reader(r.Body)
	switch strings.ToLower(r.Header.Get("Content-Encoding")) {
	case "", "identity":
	case "gzip":
		unpacked, err := gzip.NewReader(body)
		if err != nil {
			return nil, err
		}
		body = unpacked
	default:
		return nil, errors.New("the content encoding is unknown")
	}
	text, err := io.ReadAll(io.LimitReader(body, maxBody+1))
	if err == nil && len(text) > maxBody {
		err = errors.New("the body is longer than " + strconv.Itoa(maxBody) + " bytes")
	}
	return text, err
}

// withoutVersion returns a path without /v1.0 or /beta.
func withoutVersion(path string) string {
	_, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return "/" + strings.TrimSuffix(rest, "/")
}
