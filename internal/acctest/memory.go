// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"context"
	"fmt"
	"net"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// InVirtualTime runs a test on a fresh contoso tenant in a bubble of testing/synctest: where everybody waits, the clock
// jumps, so that hours of waits and limits pass in no time and always in the same way. The provider of Providers reaches
// the tenant by connections that never leave the process, because no bubble can wait for those that do.
func InVirtualTime(t *testing.T, test func(t *testing.T, s *Sandbox), behaviors ...func(*tenant.Behavior)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		memory := &memory{listeners: map[string]*memoryListener{}}
		s := start(t, behaviors, sandbox.ListenBy(memory.listen))
		s.dial = memory.dial
		test(t, s)
	})
}

// memory is a network within the process.
type memory struct {
	mu        sync.Mutex
	listeners map[string]*memoryListener
}

// listen opens a port; 0 is any free one.
func (m *memory) listen(port int) (net.Listener, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if port == 0 {
		port = len(m.listeners) + 1
	}
	address := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}
	if m.listeners[address.String()] != nil {
		return nil, fmt.Errorf("listening on %s: %w", address, syscall.EADDRINUSE)
	}
	l := &memoryListener{address: address, connections: make(chan net.Conn), closed: make(chan struct{})}
	m.listeners[address.String()] = l
	return l, nil
}

// dial connects to a listener.
func (m *memory) dial(ctx context.Context, _, address string) (net.Conn, error) {
	m.mu.Lock()
	l := m.listeners[address]
	m.mu.Unlock()
	if l == nil {
		return nil, &net.OpError{Op: "dial", Net: "memory", Err: syscall.ECONNREFUSED}
	}
	near, far := net.Pipe()
	select {
	case l.connections <- memoryConnection{far, l.address}:
		return memoryConnection{near, l.address}, nil
	case <-l.closed:
		return nil, &net.OpError{Op: "dial", Net: "memory", Addr: l.address, Err: syscall.ECONNREFUSED}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// memoryConnection is one end of a connection. Both have the listener's address, by which the sandbox tells its ports
// apart.
type memoryConnection struct {
	net.Conn
	address net.Addr
}

func (c memoryConnection) LocalAddr() net.Addr  { return c.address }
func (c memoryConnection) RemoteAddr() net.Addr { return c.address }

type memoryListener struct {
	address     net.Addr
	connections chan net.Conn
	closed      chan struct{}
	once        sync.Once
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case connection := <-l.connections:
		return connection, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *memoryListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *memoryListener) Addr() net.Addr { return l.address }
