// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// connection watches for the connection that a request is to leave by.
type connection struct{ sought, found atomic.Bool }

// missing reports whether there surely was none, so that nothing was sent. A
// transport that does not tell leaves that open.
func (c *connection) missing() bool { return c.sought.Load() && !c.found.Load() }

func (c *connection) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { c.sought.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { c.found.Store(true) },
	})
}

// isDial reports whether err says of itself that no connection came about.
func isDial(err error) bool {
	var failed *net.OpError
	return errors.As(err, &failed) && failed.Op == "dial"
}

// isHopeless reports whether a further attempt to connect would fail like this
// one: there is no such host, it speaks no TLS, or it is not the one it should be.
func isHopeless(err error) bool {
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	var noTLS tls.RecordHeaderError
	return errors.As(err, &name) && name.IsNotFound || errors.As(err, &certificate) ||
		errors.As(err, &noTLS) || errors.Is(err, http.ErrSchemeMismatch)
}
