// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package sandbox runs an Exchange Online tenant on this machine: Microsoft
// Entra ID, Exchange's admin API and a part of Microsoft Graph behind one TLS
// listener on loopback, over a tenant that lives in memory. A test or a module author starts one, points the
// provider at it with the variables of Environment, and throws it away.
//
// Every sandbox is new: its own certificate authority, its own signing key and
// its own credentials for the application that signs in. Nothing in it reaches,
// or is of use to, a real tenant.
package sandbox

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/adminserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/entraserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/graphserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// closeGrace is how long Close waits for answers under way before it cuts them.
const closeGrace = 2 * time.Second

// An Option changes how Start sets a sandbox up.
type Option func(*options)

type options struct {
	port     int
	cloud    string
	clientID string
	lifetime time.Duration
}

// Port makes the sandbox listen on a port of the caller's choice. Without it,
// or with 0, the system picks a free one.
func Port(port int) Option { return func(o *options) { o.port = port } }

// Cloud puts the tenant into a Microsoft cloud: "global", which is the default,
// "usgovernment", "dod" or "china". Exchange then takes tokens of that cloud only.
func Cloud(name string) Option { return func(o *options) { o.cloud = name } }

// SignInAs chooses the application, by client id, that the sandbox makes
// credentials for. Without it that is the first app registration whose
// enterprise application holds Exchange.ManageAsApp.
func SignInAs(clientID string) Option { return func(o *options) { o.clientID = clientID } }

// TokenLifetime sets how long access tokens are valid. Without it that is
// entraserver.DefaultTokenLifetime.
func TokenLifetime(lifetime time.Duration) Option {
	return func(o *options) { o.lifetime = lifetime }
}

// A Sandbox is a running tenant. Any number of goroutines may use it at once.
type Sandbox struct {
	tenant   *tenant.Tenant
	entra    *entraserver.Server
	exchange *adminserver.Server
	graph    *graphserver.Server
	requests *fault.Recorder
	faults   *fault.Injector

	cloud       string
	url         string
	credentials credentials
	files       files
	client      *http.Client

	server *http.Server
	served chan error
	close  func() error
}

// Start serves t on a loopback port until Close. It fails when the port is
// taken, when the tenant has no application that could sign in, or when the
// temporary folder cannot be written.
func Start(t *tenant.Tenant, opts ...Option) (*Sandbox, error) {
	var chosen options
	for _, option := range opts {
		option(&chosen)
	}
	s := &Sandbox{tenant: t, cloud: chosen.cloud, requests: new(fault.Recorder), faults: new(fault.Injector), served: make(chan error, 1)}
	s.close = sync.OnceValue(s.stop)

	clientID, err := signInApplication(t, chosen.clientID)
	if err != nil {
		return nil, err
	}
	s.entra, err = entraserver.New(entraserver.Config{
		Tenant:        t,
		Cloud:         chosen.cloud,
		TokenLifetime: chosen.lifetime,
		Observe:       s.observeEntra,
		Faults:        s.faults,
	})
	if err != nil {
		return nil, err
	}
	s.exchange = adminserver.New(t, s.entra, s.observeExchange)
	s.exchange.InjectFrom(s.faults)
	s.graph = graphserver.New(t, s.entra, s.observeGraph)
	s.graph.InjectFrom(s.faults)

	now := time.Now()
	authority, err := newAuthority(now)
	if err != nil {
		return nil, err
	}
	s.credentials, err = newCredentials(t, clientID, now)
	if err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(chosen.port)))
	if err != nil {
		return nil, fmt.Errorf("opening the sandbox's port: %w", err)
	}
	s.files, err = writeFiles(authority.certificate, s.credentials)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	s.url = "https://" + listener.Addr().String()
	s.client = trustingClient(authority.certificate)
	s.serve(listener, authority.server)
	return s, nil
}

// serve starts the server. Its log would tell only of clients that do not trust
// the sandbox, and they have an error of their own.
func (s *Sandbox) serve(listener net.Listener, certificate tls.Certificate) {
	s.server = &http.Server{
		Handler:           s.route(),
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
	}
	go func() { s.served <- s.server.ServeTLS(listener, "", "") }()
}

// route sends a request to the service it is for. Exchange takes its paths in
// any letter case; what is neither Exchange's nor Graph's is Entra's.
func (s *Sandbox) route() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		switch strings.ToLower(first) {
		case "adminapi":
			s.exchange.ServeHTTP(w, r)
		case "v1.0", "beta":
			s.graph.ServeHTTP(w, r)
		default:
			s.entra.ServeHTTP(w, r)
		}
	})
}

// signInApplication returns the client id to make credentials for.
func signInApplication(t *tenant.Tenant, clientID string) (string, error) {
	applications := t.EnterpriseApplications()
	for _, registration := range t.AppRegistrations() {
		if clientID != "" {
			if strings.EqualFold(clientID, registration.AppID) {
				return registration.AppID, nil
			}
			continue
		}
		if slices.ContainsFunc(applications, func(a tenant.EnterpriseApplication) bool {
			return strings.EqualFold(a.AppID, registration.AppID) && slices.Contains(a.AppRoles, tenant.ManageAsApp)
		}) {
			return registration.AppID, nil
		}
	}
	if clientID != "" {
		return "", fmt.Errorf("the tenant has no app registration with the client id %q to sign in as", clientID)
	}
	return "", errors.New("the tenant has no app registration to sign in as: give one the application permission Exchange.ManageAsApp")
}

func (s *Sandbox) observeEntra(request entraserver.Request) {
	s.requests.Record(fault.Request{
		Service:  fault.Entra,
		Cmdlet:   request.Endpoint,
		Identity: request.ClientID,
		Status:   request.Status,
		Fault:    request.Fault,
		Executed: request.Executed,
		At:       time.Now(),
	})
}

func (s *Sandbox) observeExchange(request adminserver.Request) {
	s.requests.Record(fault.Request{
		Service:  fault.Exchange,
		Cmdlet:   request.Cmdlet,
		Identity: request.Identity,
		Status:   request.Status,
		Page:     request.Page,
		Fault:    request.Fault,
		Executed: request.Executed,
		At:       time.Now(),
	})
}

func (s *Sandbox) observeGraph(request graphserver.Request) {
	s.requests.Record(fault.Request{
		Service:  fault.Graph,
		Cmdlet:   request.Path,
		Identity: request.ID,
		Status:   request.Status,
		Page:     request.Page,
		Fault:    request.Fault,
		Executed: request.Executed,
		At:       time.Now(),
	})
}

// URL is where the sandbox listens: https, 127.0.0.1 and a port, without a
// slash at the end. It is the endpoint of Exchange and of Graph, and the
// authority host of Entra.
func (s *Sandbox) URL() string { return s.url }

// Tenant returns the tenant behind the services.
func (s *Sandbox) Tenant() *tenant.Tenant { return s.tenant }

// Entra returns the sign-in service, for tests that shorten its tokens' lives.
func (s *Sandbox) Entra() *entraserver.Server { return s.entra }

// Graph returns the service that speaks as Microsoft Graph, for tests that make
// it refuse requests for a while.
func (s *Sandbox) Graph() *graphserver.Server { return s.graph }

// Requests returns the record of what the sandbox was asked over HTTP.
func (s *Sandbox) Requests() *fault.Recorder { return s.requests }

// Faults returns the rules by which the answers of the sandbox go wrong, for
// tests that make them.
func (s *Sandbox) Faults() *fault.Injector { return s.faults }

// Client returns an HTTP client that trusts the sandbox and nobody else, and
// uses no proxy. Its idle connections are closed by Close.
func (s *Sandbox) Client() *http.Client { return s.client }

// Run runs a cmdlet as the tenant's administrator would in a window elsewhere,
// without HTTP and without a record. Tests use it to make drift, or to look.
func (s *Sandbox) Run(cmdlet string, parameters map[string]any) ([]map[string]any, error) {
	rows, _, err := s.exchange.Run(cmdlet, parameters)
	return rows, err
}

// Close stops the sandbox and removes its files. Answers under way have two
// seconds to end. Closing again does nothing and returns the same error.
func (s *Sandbox) Close() error { return s.close() }

func (s *Sandbox) stop() error {
	s.client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(context.Background(), closeGrace)
	defer cancel()
	err := s.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.server.Close()
	}
	if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return errors.Join(err, os.RemoveAll(s.files.folder))
}

// trustingClient returns a client for servers whose certificate the authority
// has signed.
func trustingClient(authority *x509.Certificate) *http.Client {
	roots := x509.NewCertPool()
	roots.AddCert(authority)
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true,
	}}
}
