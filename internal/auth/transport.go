// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

const (
	// attemptTimeout bounds one HTTP request to Entra.
	attemptTimeout = 30 * time.Second
	// maxAttempts is how often a request to Entra is made at most.
	maxAttempts = 5
	// maxWait is the longest that Entra may ask to be left alone and still be
	// asked again by us.
	maxWait = time.Minute
	// signInTimeout bounds a sign-in with all its attempts and waits.
	signInTimeout = 5 * time.Minute
)

// newHTTPClient returns the client that MSAL speaks to Entra with. MSAL repeats
// nothing itself; this client repeats what may pass: 429, 5xx and broken
// connections, after the time that Retry-After asks for. Token requests change
// nothing, so repeating them is safe.
func newHTTPClient(transport http.RoundTripper, userAgent string) *http.Client {
	retrying := retryablehttp.NewClient()
	retrying.Logger = nil
	retrying.HTTPClient = &http.Client{
		Transport:     entraTransport{next: transport, userAgent: userAgent},
		Timeout:       attemptTimeout,
		CheckRedirect: stay,
	}
	retrying.RetryMax = maxAttempts - 1
	retrying.RetryWaitMin = time.Second
	retrying.RetryWaitMax = 15 * time.Second
	retrying.CheckRetry = checkRetry
	// The last answer goes to MSAL, which makes the error of it.
	retrying.ErrorHandler = retryablehttp.PassthroughErrorHandler
	client := retrying.StandardClient()
	client.CheckRedirect = stay
	return client
}

// stay keeps a redirect from carrying a secret to another host.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// checkRetry reports whether a request to Entra is worth repeating.
func checkRetry(ctx context.Context, response *http.Response, err error) (bool, error) {
	var notFound *net.DNSError
	var refused *insecureError
	if errors.As(err, &refused) || errors.As(err, &notFound) && notFound.IsNotFound {
		return false, err
	}
	// With no waits of its own the library's backoff is what Retry-After asks.
	if response != nil && retryablehttp.DefaultBackoff(0, 0, 0, response) > maxWait {
		return false, nil
	}
	return retryablehttp.DefaultRetryPolicy(ctx, response, err)
}

// entraTransport sees to it that a credential leaves over TLS only, whatever the
// authority's configuration says, and says who is asking.
type entraTransport struct {
	next      http.RoundTripper
	userAgent string
}

// RoundTrip implements [http.RoundTripper].
func (t entraTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Scheme != "https" {
		return nil, &insecureError{host: request.URL.Host}
	}
	if t.userAgent != "" {
		request = request.Clone(request.Context())
		request.Header.Set("User-Agent", t.userAgent)
	}
	return t.next.RoundTrip(request)
}

// insecureError is a request that would have gone without TLS.
type insecureError struct{ host string }

func (e *insecureError) Error() string {
	return fmt.Sprintf("nothing was sent to %s, because credentials travel over TLS only", e.host)
}

// defaultTransport carries the requests where the configuration names no other.
func defaultTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		ForceAttemptHTTP2:     true,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: attemptTimeout,
	}
}
