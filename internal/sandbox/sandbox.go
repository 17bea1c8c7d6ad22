// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package sandbox runs an Exchange Online tenant on this machine: Microsoft
// Entra ID, Exchange's admin API and a part of Microsoft Graph behind one TLS
// listener on loopback, over a tenant that lives in memory. A test or a module
// author starts one, points the provider at it with the variables of
// Environment, or of SignIn for another way to sign in, and throws it away.
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
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/identityserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/nationalcloud"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/proxy"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// closeGrace is how long Close waits for answers under way before it cuts them.
const closeGrace = 2 * time.Second

// An Option changes how Start sets a sandbox up.
type Option func(*options)

type options struct {
	port     int
	listen   func(port int) (net.Listener, error)
	keys     *Keys
	cloud    string
	clientID string
	lifetime time.Duration
}

// Port makes the sandbox listen on a port of the caller's choice. Without it,
// or with 0, the system picks a free one.
func Port(port int) Option { return func(o *options) { o.port = port } }

// ListenBy has another function open the sandbox's ports, such as one whose
// connections never leave the process. Of port 0 it makes one that is free.
func ListenBy(listen func(port int) (net.Listener, error)) Option {
	return func(o *options) { o.listen = listen }
}

// WithKeys gives the sandbox keys that others have, too. Tests start hundreds of
// sandboxes, whose keys nobody attacks.
func WithKeys(keys *Keys) Option { return func(o *options) { o.keys = keys } }

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
	identity *identityserver.Server
	proxy    *proxy.Proxy
	requests *fault.Recorder
	faults   *fault.Injector

	cloud nationalcloud.Cloud
	// named says that the caller has chosen the cloud.
	named bool
	// url is where the services are, plainURL the address without TLS of the
	// proxy and of what Azure's hosts offer their programs.
	url, plainURL string
	credentials   credentials
	files         files
	client        *http.Client
	// signIns is held while a way to sign in is prepared.
	signIns sync.Mutex

	server, plain *http.Server
	// served has the end of each listener.
	served    chan error
	listeners int
	close     func() error
}

// Start serves t on a loopback port until Close. It fails when the port is
// taken, when the tenant has no application that could sign in, or when the
// temporary folder cannot be written.
func Start(t *tenant.Tenant, opts ...Option) (*Sandbox, error) {
	chosen := options{listen: listen}
	for _, option := range opts {
		option(&chosen)
	}
	cloud, err := nationalcloud.Lookup(chosen.cloud)
	if err != nil {
		return nil, err
	}
	clientID, err := signInApplication(t, chosen.clientID)
	if err != nil {
		return nil, err
	}
	s := &Sandbox{tenant: t, cloud: cloud, named: chosen.cloud != "", requests: new(fault.Recorder), faults: new(fault.Injector), served: make(chan error)}
	s.close = sync.OnceValue(s.stop)

	if chosen.keys == nil {
		if chosen.keys, err = NewKeys(); err != nil {
			return nil, err
		}
	}
	listener, err := chosen.listen(chosen.port)
	if err != nil {
		return nil, err
	}
	plain, err := chosen.listen(0)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	s.url, s.plainURL = "https://"+listener.Addr().String(), "http://"+plain.Addr().String()
	authority, err := s.assemble(clientID, chosen, listener.Addr())
	if err != nil {
		return nil, errors.Join(err, listener.Close(), plain.Close())
	}
	s.serve(listener, plain, authority)
	return s, nil
}

// listen opens a port on loopback; 0 is any free one.
func listen(port int) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, fmt.Errorf("opening the sandbox's port: %w", err)
	}
	return listener, nil
}

// assemble makes the services, and what they and their clients prove themselves
// with. It returns the authority that the clients trust.
func (s *Sandbox) assemble(clientID string, chosen options, address net.Addr) (authority, error) {
	s.identity = identityserver.New(identityserver.Config{
		URL:    s.url,
		Tenant: s.tenant,
		IssueToken: func(appID, resource string) (string, time.Time, error) {
			return s.entra.IssueToken(appID, resource)
		},
	})
	var err error
	s.entra, err = entraserver.New(entraserver.Config{
		Tenant:        s.tenant,
		Cloud:         s.cloud.Name,
		Key:           chosen.keys.token,
		TokenLifetime: chosen.lifetime,
		IssuerKeys:    s.identity.IssuerKeys,
		Observe:       s.observeEntra,
		Faults:        s.faults,
	})
	if err != nil {
		return authority{}, err
	}
	s.exchange = adminserver.New(s.tenant, s.entra, s.observeExchange)
	s.exchange.InjectFrom(s.faults)
	s.graph = graphserver.New(s.tenant, s.entra, s.observeGraph)
	s.graph.InjectFrom(s.faults)
	s.proxy = proxy.New(proxy.Config{
		Tunnels:  func(host string) bool { return s.cloud.Host(host) != nationalcloud.Unknown },
		Handlers: map[string]http.Handler{"169.254.169.254": s.identity.Host()},
	}, address)

	now := time.Now()
	trusted, err := newAuthority(now, s.cloud.CertificateNames())
	if err != nil {
		return authority{}, err
	}
	s.credentials, err = s.newCredentials(clientID, chosen.keys.client, now)
	if err != nil {
		return authority{}, err
	}
	s.files, err = writeFiles(trusted.certificate)
	if err != nil {
		return authority{}, err
	}
	s.client = trustingClient(trusted.certificate)
	return trusted, nil
}

// serve starts the servers. Their log would tell only of clients that do not
// trust the sandbox, and they have an error of their own.
func (s *Sandbox) serve(listener, plain net.Listener, authority authority) {
	silent := log.New(io.Discard, "", 0)
	s.server = &http.Server{
		Handler:           s.route(),
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          silent,
		TLSConfig: &tls.Config{
			MinVersion: tls.VersionTLS12,
			GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
				// What comes through the proxy has the proxy's address.
				if hello.Conn.LocalAddr().String() == plain.Addr().String() {
					return &authority.cloud, nil
				}
				return &authority.server, nil
			},
		},
	}
	s.plain = &http.Server{Handler: s.routePlain(), ReadHeaderTimeout: 10 * time.Second, ErrorLog: silent}
	for _, serve := range []func() error{
		func() error { return s.server.ServeTLS(listener, "", "") },
		func() error { return s.server.ServeTLS(s.proxy.Listener(), "", "") },
		func() error { return s.plain.Serve(plain) },
	} {
		s.listeners++
		go func() { s.served <- serve() }()
	}
}

// route sends a request to the service it is for: by its host when it came
// through the proxy, and else by its path. Exchange takes its paths in any letter
// case; what is nobody else's is Entra's.
func (s *Sandbox) route() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch s.servedBy(r.Host) {
		case nationalcloud.Exchange:
			s.exchange.ServeHTTP(w, r)
			return
		case nationalcloud.Graph:
			s.graph.ServeHTTP(w, r)
			return
		case nationalcloud.Entra:
			s.entra.ServeHTTP(w, r)
			return
		case nationalcloud.Unknown:
		}
		first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		switch strings.ToLower(first) {
		case "adminapi":
			s.exchange.ServeHTTP(w, r)
		case "v1.0", "beta":
			s.graph.ServeHTTP(w, r)
		default:
			if identityserver.IsIssuerPath(r.URL.Path) {
				s.identity.Issuers().ServeHTTP(w, r)
				return
			}
			s.entra.ServeHTTP(w, r)
		}
	})
}

// routePlain tells requests to a proxy, which name a host, from those to the
// endpoints of Azure's hosts.
func (s *Sandbox) routePlain() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodConnect || r.URL.IsAbs() {
			s.proxy.ServeHTTP(w, r)
			return
		}
		s.identity.Host().ServeHTTP(w, r)
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
	now := time.Now()
	if request.Cmdlet != fault.Batch {
		s.requests.Record(recorded(request, now))
		return
	}
	var items []fault.Request
	for _, item := range request.Items {
		items = append(items, recorded(item, now))
	}
	s.requests.RecordBatch(recorded(request, now), items)
}

// recorded is a request to Exchange as the recorder keeps it.
func recorded(request adminserver.Request, at time.Time) fault.Request {
	return fault.Request{
		Service:  fault.Exchange,
		Cmdlet:   request.Cmdlet,
		Identity: request.Identity,
		Status:   request.Status,
		Page:     request.Page,
		Fault:    request.Fault,
		Executed: request.Executed,
		At:       at,
	}
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

// Identity returns what gives out federated tokens and managed identities, for
// tests that shorten their lives or look at what was asked.
func (s *Sandbox) Identity() *identityserver.Server { return s.identity }

// ProxyRequests returns every request to the proxy, the first one first.
func (s *Sandbox) ProxyRequests() []proxy.Request { return s.proxy.Requests() }

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
	err := errors.Join(shutDown(ctx, s.plain), shutDown(ctx, s.server))
	for range s.listeners {
		if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
	}
	return errors.Join(err, os.RemoveAll(s.files.folder))
}

// shutDown lets a server's answers end, and cuts those that take too long.
func shutDown(ctx context.Context, server *http.Server) error {
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return server.Close()
	}
	return err
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
