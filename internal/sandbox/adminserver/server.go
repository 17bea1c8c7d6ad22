// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package adminserver puts a [tenant.Tenant] on the wire as the Exchange Online
// admin REST API does: POST /adminapi/beta/{tenant}/InvokeCommand runs a cmdlet
// and answers its objects, or its refusal, in the service's own envelopes.
//
// The package never looks at a client of that API. Names of properties, order
// of keys, annotations and error bodies are those that were seen of the
// service; where nothing was seen, a comment says so.
package adminserver

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// Server serves the admin API of one tenant. It is an [http.Handler] for all
// of /adminapi/ and safe for concurrent use.
type Server struct {
	tenant  *tenant.Tenant
	tokens  Authorizer
	observe func(Request)
	faults  *fault.Injector
	pages   cursors
	// compressors are of *gzip.Writer, which is costly to make.
	compressors sync.Pool

	mu     sync.Mutex
	random *rand.Rand
}

// Authorizer checks access tokens.
type Authorizer interface {
	// Authorize returns whom a bearer token stands for. An error means that the
	// token is not to be trusted, and is answered with 401.
	Authorize(bearer string) (Caller, error)
}

// Caller is the application that a token was issued to.
type Caller struct {
	// AppID is the client id, and ObjectID the enterprise application's object
	// id.
	AppID, ObjectID string
	// Roles are the values of the application permissions in the token, such as
	// Exchange.ManageAsApp.
	Roles []string
	// DirectoryRoles are the template ids of the Entra directory roles in the
	// token.
	DirectoryRoles []string
}

// Request is what the server tells of a request.
type Request struct {
	// Cmdlet is the cmdlet's name as it was asked for, or the route where there
	// is no cmdlet.
	Cmdlet string
	// Identity is the value of the Identity parameter, if it was a text.
	Identity string
	// Parameters are the names of the parameters, sorted.
	Parameters []string
	// Page counts the pages of one answer from 1.
	Page int
	// Status is the HTTP status; zero if a fault left the request unanswered.
	Status int
	// Fault names the faults that were injected; empty if there was none.
	Fault string
	// Executed says that the cmdlet ran, or that the next page of its output was
	// looked up, whatever the answer.
	Executed bool
	// Anchor is the X-AnchorMailbox header.
	Anchor string
	// ClientRequestID is the client-request-id header.
	ClientRequestID string
	// Items are the requests in a batch, in the order in which they were run. The
	// batch itself is of the cmdlet [fault.Batch] and has no page.
	Items []Request
}

// observed is what is known of a request before it is read.
func observed(r *http.Request) *Request {
	return &Request{
		Cmdlet:          r.URL.Path,
		Page:            1,
		Anchor:          r.Header.Get("X-AnchorMailbox"),
		ClientRequestID: r.Header.Get("client-request-id"),
	}
}

// call is the request as the rules of faults look at it.
func (r *Request) call() fault.Call {
	return fault.Call{Service: fault.Exchange, Cmdlet: r.Cmdlet, Identity: r.Identity, Page: r.Page}
}

// New returns a server for t. It asks tokens about every request. observe, if
// not nil, is called for every request before its answer is sent, so that who
// has the answer finds the request recorded; calls may be concurrent.
func New(t *tenant.Tenant, tokens Authorizer, observe func(Request)) *Server {
	if observe == nil {
		observe = func(Request) {}
	}
	return &Server{tenant: t, tokens: tokens, observe: observe, faults: new(fault.Injector), random: rand.New(rand.NewPCG(3, 4))}
}

// InjectFrom makes the server's answers go wrong by the rules of an injector.
// It must be called before the server serves.
func (s *Server) InjectFrom(faults *fault.Injector) { s.faults = faults }

// ServeHTTP answers a request to the admin API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	seen := observed(r)
	asked := s.read(r, seen)
	injection := s.faults.Begin(r, seen.call())
	defer injection.End()
	answer := s.answer(r, asked, injection, seen)
	seen.Status, seen.Fault = answer.status, injection.String()
	s.observe(*seen)
	injection.Processed()
	s.write(w, r, answer, injection)
}

// asked is a request as far as it can be read before anybody is known to ask.
type asked struct {
	route route
	// misled is the answer to an address that the API does not have.
	misled  *response
	command command
	// items are the requests in a batch.
	items      []batchItem
	unreadable *bindingError
}

// read reads the address and the body of a request.
func (s *Server) read(r *http.Request, seen *Request) asked {
	var a asked
	a.route, a.misled = s.route(r)
	if a.route.operation == batchOperation {
		seen.Cmdlet, seen.Page = fault.Batch, 0
	}
	if a.misled != nil || !a.route.operation.hasBody() {
		return a
	}
	body, unreadable := readBody(r)
	switch {
	case unreadable != nil:
		a.unreadable = unreadable
	case a.route.operation == batchOperation:
		a.items, a.unreadable = decodeBatch(body)
	default:
		a.command, a.unreadable = decodeCommand(body)
		seen.describe(a.command)
		seen.Page = s.pages.number(r.URL.Query().Get("$skiptoken"))
	}
	return a
}

// answer works out the response to a request, with what the rules of faults make
// of it.
func (s *Server) answer(r *http.Request, asked asked, injection *fault.Injection, seen *Request) response {
	if instead, ok := injection.AtDoor(); ok {
		return injected(instead)
	}
	if asked.misled != nil {
		return *asked.misled
	}
	caller, refused := s.authenticate(r, asked.route, asked.command)
	if refused != nil {
		return *refused
	}
	if instead, ok := injection.Admit(); ok {
		return injected(instead)
	}
	return injected(injection.Change(s.carryOut(r, caller, asked, injection, seen).answer()))
}

// carryOut does what an authenticated caller asks for.
func (s *Server) carryOut(r *http.Request, caller tenant.Caller, asked asked, injection *fault.Injection, seen *Request) response {
	switch {
	case asked.route.operation == batchOperation:
		return s.batch(r, asked, injection, seen)
	case asked.route.operation == banner:
		return s.banner(r)
	case asked.route.operation == moduleFile:
		return s.moduleFile(r, caller)
	case asked.unreadable != nil:
		return s.refuse(asked.unreadable)
	default:
		return s.invokeCommand(r, caller, asked.command, seen)
	}
}

// describe notes what a command asks for.
func (r *Request) describe(c command) {
	if c.name == "" {
		return
	}
	r.Cmdlet = c.name
	r.Identity, _ = c.parameter("Identity").(string)
	r.Parameters = c.parameterNames()
}

// authenticate checks the token and that it is one for the tenant in the
// address, and then whether Entra has granted the application anything here. Of a
// batch that is asked for each of its requests, by the token of its own.
func (s *Server) authenticate(r *http.Request, route route, command command) (tenant.Caller, *response) {
	scheme, bearer, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || bearer == "" {
		return tenant.Caller{}, s.unauthenticated("the request has no bearer token")
	}
	caller, err := s.tokens.Authorize(bearer)
	if err != nil {
		return tenant.Caller{}, s.unauthenticated(err.Error())
	}
	if !s.isTenant(route.tenant) {
		return tenant.Caller{}, s.unauthenticated("the token is for another tenant")
	}
	if route.operation == batchOperation {
		return tenant.Caller{}, nil
	}
	if !slices.Contains(caller.Roles, tenant.ManageAsApp) || s.tenant.RolePropagating() {
		return tenant.Caller{}, s.notAllowed(command.name)
	}
	return tenant.Caller{ObjectID: caller.ObjectID, DirectoryRoles: caller.DirectoryRoles}, nil
}

// isTenant reports whether a name in an address means the server's tenant: its
// id or one of its domains.
func (s *Server) isTenant(name string) bool {
	o := s.tenant.Organization()
	names := append(o.AllDomains(), o.TenantID)
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// invokeCommand runs the cmdlet that a command names.
func (s *Server) invokeCommand(r *http.Request, caller tenant.Caller, command command, seen *Request) response {
	cmdlet, known := cmdletByName(command.name)
	if !known || !cmdlet.heldBy(s.tenant.CallerRoles(caller)) {
		return s.forbidden()
	}
	request := pageRequest{command: command, anchor: seen.Anchor, host: r.Host, path: r.URL.Path, query: r.URL.Query(), prefer: r.Header.Values("Prefer")}
	if token := request.query.Get("$skiptoken"); token != "" {
		seen.Executed = true
		return s.nextPage(token, request)
	}
	arguments, refusal := cmdlet.bind(command.parameters)
	if refusal != nil {
		return s.refuse(refusal)
	}
	if arguments.asksOnly() {
		return s.confirmation(r, cmdlet, arguments)
	}
	if cmdlet.createsInForest && s.tenant.Behavior().WriteNeedsDomainAnchor && !s.anchoredByDomain(seen.Anchor) {
		return s.refuseCmdlet(s.wrongForest())
	}
	seen.Executed = true
	call := s.call(caller, arguments)
	if cmdlet.reads() {
		call.tenant = s.tenant.Replica()
	}
	result, err := s.run(cmdlet, call)
	if err != nil {
		return s.refuseCmdlet(err)
	}
	return s.success(cmdlet, arguments, result, request)
}

// run runs a cmdlet, and lets the tenant know of what it writes.
func (s *Server) run(c cmdlet, call call) (result, error) {
	if c.reads() {
		return c.run(call)
	}
	written := s.tenant.BeginWrite()
	res, err := c.run(call)
	if err == nil {
		written()
	}
	return res, err
}

// anchoredByDomain reports whether an anchor leads to the tenant by one of its
// domains, and not by its id.
func (s *Server) anchoredByDomain(anchor string) bool {
	at := max(strings.LastIndex(anchor, "@"), strings.LastIndex(anchor, ":"))
	o := s.tenant.Organization()
	return slices.ContainsFunc(o.AllDomains(), func(domain string) bool { return strings.EqualFold(domain, anchor[at+1:]) })
}

// call is what a cmdlet's code is given.
func (s *Server) call(caller tenant.Caller, arguments arguments) call {
	return call{
		tenant: s.tenant, organization: s.tenant.Organization(), behavior: s.tenant.Behavior(), caller: caller,
		server: s.tenant.DomainController(), arguments: arguments,
	}
}

// Run runs a cmdlet as the tenant's administrator would in a PowerShell window
// elsewhere: with the same binder and the same rules, but past HTTP, the
// observer and every delay of [tenant.Behavior]: it reads what was written last,
// while what it writes may be unknown to others for a while. It returns the objects, the
// warnings and the refusal, which is a [*tenant.Error] unless the binder
// refused. Values are strings, booleans, int32, []string and nil.
func (s *Server) Run(cmdlet string, parameters map[string]any) ([]map[string]any, []string, error) {
	c, known := cmdletByName(cmdlet)
	if !known {
		return nil, nil, fmt.Errorf("the sandbox has no cmdlet %s", cmdlet)
	}
	body, err := json.Marshal(parameters)
	if err != nil {
		return nil, nil, fmt.Errorf("the parameters of %s are not ones that JSON can hold: %w", cmdlet, err)
	}
	if parameters == nil {
		body = []byte("{}")
	}
	decoded, refusal := decodeParameters(body)
	if refusal != nil {
		return nil, nil, refusal
	}
	arguments, refusal := c.bind(decoded)
	if refusal != nil {
		return nil, nil, refusal
	}
	if arguments.asksOnly() {
		return nil, nil, nil
	}
	result, err := s.run(c, s.call(tenant.Caller{Administrator: true}, arguments))
	if err != nil {
		return nil, nil, err
	}
	rows := make([]map[string]any, 0, len(result.objects))
	for _, o := range result.objects {
		rows = append(rows, o.plain())
	}
	return rows, result.warnings, nil
}
