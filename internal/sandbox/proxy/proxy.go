// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package proxy is an HTTP proxy that goes nowhere: what is sent through it to
// some hosts is answered on this machine, and all else is refused and written
// down. A test gives it to a program that uses the real names of a cloud, and
// sees whether the program tried to reach anything else.
package proxy

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
)

// A Config describes a Proxy.
type Config struct {
	// Tunnels reports whether CONNECT to port 443 of a host leads to the Proxy's
	// Listener.
	Tunnels func(host string) bool
	// Handlers answer plain requests, by the host and port in their URL: a host
	// alone, as in "169.254.169.254", is port 80.
	Handlers map[string]http.Handler
}

// A Request is one request to the proxy.
type Request struct {
	Method string
	// Destination is host and port of a CONNECT, and of other requests the URL
	// without its query, which may hold secrets.
	Destination string
	// Refused says that the destination is none that the proxy answers for.
	Refused bool
}

// A Proxy is an http.Handler. Any number of goroutines may use it at once.
type Proxy struct {
	config   Config
	tunnels  chan net.Conn
	closed   chan struct{}
	close    func()
	address  net.Addr
	mu       sync.Mutex
	requests []Request
}

// New returns a proxy whose Listener has the given address.
func New(config Config, address net.Addr) *Proxy {
	closed := make(chan struct{})
	return &Proxy{
		config:  config,
		tunnels: make(chan net.Conn),
		closed:  closed,
		close:   sync.OnceFunc(func() { close(closed) }),
		address: address,
	}
}

// Listener is where the connections arrive that were made through the proxy, at
// their first byte of TLS. A server for the proxy's hosts takes them from there.
func (p *Proxy) Listener() net.Listener { return listener{p} }

// Requests returns every request to the proxy, the first one first.
func (p *Proxy) Requests() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

func (p *Proxy) record(request Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests = append(p.requests, request)
}

// ServeHTTP answers one request of a client that takes this for a proxy.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		p.connect(w, r)
		return
	}
	handler, known := p.config.Handlers[r.URL.Host]
	destination := *r.URL
	destination.RawQuery, destination.User = "", nil
	p.record(Request{Method: r.Method, Destination: destination.String(), Refused: !known})
	if !known {
		refuse(w, r.URL.Host)
		return
	}
	handler.ServeHTTP(w, r)
}

// connect makes a tunnel, or refuses to.
func (p *Proxy) connect(w http.ResponseWriter, r *http.Request) {
	host, port, err := net.SplitHostPort(r.Host)
	known := err == nil && port == "443" && p.config.Tunnels(host)
	p.record(Request{Method: r.Method, Destination: r.Host, Refused: !known})
	if !known {
		refuse(w, r.Host)
		return
	}
	connection, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "the proxy could not make a tunnel: "+err.Error(), http.StatusInternalServerError)
		return
	}
	if _, err := fmt.Fprint(connection, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		// The client has gone, and there is nobody left to tell.
		_ = connection.Close()
		return
	}
	select {
	case p.tunnels <- tunnel{connection, buffered.Reader}:
	case <-p.closed:
		_ = connection.Close() // As above.
	}
}

// refuse answers a request for a host that the proxy does not stand for.
func refuse(w http.ResponseWriter, host string) {
	http.Error(w, "The sandbox's proxy does not lead to "+host+".", http.StatusForbidden)
}

// A tunnel is a client's connection, from what the proxy has read of it but
// not used.
type tunnel struct {
	net.Conn
	reader *bufio.Reader
}

func (t tunnel) Read(p []byte) (int, error) { return t.reader.Read(p) }

// A listener hands out the tunnels of a proxy.
type listener struct{ proxy *Proxy }

func (l listener) Accept() (net.Conn, error) {
	select {
	case connection := <-l.proxy.tunnels:
		return connection, nil
	case <-l.proxy.closed:
		return nil, net.ErrClosed
	}
}

func (l listener) Addr() net.Addr { return l.proxy.address }

func (l listener) Close() error {
	l.proxy.close()
	return nil
}
