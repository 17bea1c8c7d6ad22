// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync/atomic"
	"time"
)

// probeTimeout bounds the first request to a managed identity endpoint. Where
// there is none, as anywhere but on Azure, packets to it vanish without an answer.
const probeTimeout = 10 * time.Second

// newIdentityClient returns the client that speaks to a managed identity endpoint,
// without TLS where plain reports that a host allows it.
func newIdentityClient(config Config, plain func(host string) bool) *http.Client {
	return newHTTPClient(&probe{next: guard{next: direct(config.Transport), userAgent: config.UserAgent, plain: plain}}, checkIdentityRetry)
}

// direct returns the transport that uses no proxy, where that can be had: a proxy
// reaches its own identity endpoint, not this host's, and would read the token.
func direct(transport http.RoundTripper) http.RoundTripper {
	standard, ok := transport.(*http.Transport)
	if !ok {
		return transport
	}
	standard = standard.Clone()
	standard.Proxy = nil
	return standard
}

// checkIdentityRetry is [checkRetry] for the instance metadata service, which
// answers 404 and 410 while it is being updated.
func checkIdentityRetry(ctx context.Context, response *http.Response, err error) (bool, error) {
	var absent *noEndpointError
	if errors.As(err, &absent) {
		return false, err
	}
	if again, err := checkRetry(ctx, response, err); again || err != nil {
		return again, err
	}
	return response != nil && slices.Contains([]int{http.StatusNotFound, http.StatusGone}, response.StatusCode), nil
}

// probe gives up early as long as nobody has answered.
type probe struct {
	next     http.RoundTripper
	answered atomic.Bool
}

// RoundTrip implements [http.RoundTripper].
func (p *probe) RoundTrip(request *http.Request) (*http.Response, error) {
	if p.answered.Load() {
		return p.next.RoundTrip(request)
	}
	ctx, cancel := context.WithTimeout(request.Context(), probeTimeout)
	defer cancel()
	response, err := p.next.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return nil, absentUnlessCancelled(request.Context(), err)
	}
	defer func() { _ = response.Body.Close() }()
	// The body is read here, as it cannot be once the context has ended.
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, absentUnlessCancelled(request.Context(), err)
	}
	p.answered.Store(true)
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

func absentUnlessCancelled(ctx context.Context, err error) error {
	var insecure *insecureError
	if ctx.Err() != nil || errors.As(err, &insecure) {
		return err
	}
	return &noEndpointError{err}
}

// noEndpointError is the first request that nobody answered. It does not wrap the
// cause: the deadline is not the caller's.
type noEndpointError struct{ err error }

func (e *noEndpointError) Error() string {
	text := "no managed identity endpoint answered: is this an Azure host with an identity?"
	if errors.Is(e.err, context.DeadlineExceeded) {
		return fmt.Sprintf("%s (waited %s)", text, probeTimeout)
	}
	return fmt.Sprintf("%s (%v)", text, e.err)
}

// pinnableClient is the client of MSAL's managed identities. Service Fabric's
// endpoint proves itself by a certificate that MSAL pins, for which it needs a
// plain client on the transport itself.
type pinnableClient struct {
	*http.Client

	transport http.RoundTripper
}

// ConfigureClient implements [managedidentity.ClientConfigurer], for Service
// Fabric alone.
func (c pinnableClient) ConfigureClient(augment func(*http.Client) (*http.Client, error)) error {
	pinned, err := augment(&http.Client{Transport: c.transport, Timeout: attemptTimeout, CheckRedirect: stay})
	if err != nil {
		return err
	}
	*c.Client = *pinned
	return nil
}
