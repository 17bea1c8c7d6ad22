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
	// attemptTimeout bounds one HTTP request.
	attemptTimeout = 30 * time.Second
	// maxAttempts is how often a request is made at most.
	maxAttempts = 5
	// maxWait is the longest that a service may ask to be left alone and still be
	// asked again by us.
	maxWait = time.Minute
	// signInTimeout bounds a sign-in with all its attempts and waits.
	signInTimeout = 5 * time.Minute
)

// newEntraClient returns the client that speaks to Entra, and to the services
// whose tokens Entra trusts.
func newEntraClient(config Config) *http.Client {
	return newHTTPClient(guard{next: config.Transport, userAgent: config.UserAgent}, checkRetry)
}

// newHTTPClient returns a client that repeats what may pass: 429, 5xx and broken
// connections, after the time that Retry-After asks for. MSAL repeats nothing
// itself. Token requests change nothing, so repeating them is safe.
func newHTTPClient(transport http.RoundTripper, check retryablehttp.CheckRetry) *http.Client {
	retrying := retryablehttp.NewClient()
	retrying.Logger = nil
	retrying.HTTPClient = &http.Client{
		Transport:     transport,
		Timeout:       attemptTimeout,
		CheckRedirect: stay,
	}
	retrying.RetryMax = maxAttempts - 1
	retrying.RetryWaitMin = time.Second
	retrying.RetryWaitMax = 15 * time.Second
	retrying.CheckRetry = check
	// The last answer goes to the caller, which makes the error of it.
	retrying.ErrorHandler = retryablehttp.PassthroughErrorHandler
	client := retrying.StandardClient()
	client.CheckRedirect = stay
	return client
}

// stay keeps a redirect from carrying a secret to another host.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// checkRetry reports whether a request is worth repeating.
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

// guard sees to it that a credential leaves over TLS only, whatever the
// configuration says, and says who is asking.
type guard struct {
	next      http.RoundTripper
	userAgent string
	// plain, where not nil, reports which hosts may be spoken to without TLS.
	plain func(host string) bool
}

// RoundTrip implements [http.RoundTripper].
func (g guard) RoundTrip(request *http.Request) (*http.Response, error) {
	local := request.URL.Scheme == "http" && g.plain != nil && g.plain(request.URL.Hostname())
	if request.URL.Scheme != "https" && !local {
		return nil, &insecureError{host: request.URL.Host}
	}
	if g.userAgent != "" {
		request = request.Clone(request.Context())
		request.Header.Set("User-Agent", g.userAgent)
	}
	return g.next.RoundTrip(request)
}

// insecureError is a request that would have gone without TLS.
type insecureError struct{ host string }

func (e *insecureError) Error() string {
	return fmt.Sprintf("nothing was sent to %s, because credentials travel over TLS only", e.host)
}
