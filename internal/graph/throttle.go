// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	kiota "github.com/microsoft/kiota-http-go"
)

const (
	// attemptTimeout bounds one attempt at a request, from the first byte sent to
	// the last one read.
	attemptTimeout = 100 * time.Second
	// maxAttempts is how often a request is made at most. Waits that Graph asks
	// for are bounded by the caller's context alone.
	maxAttempts = 8
	// minWait and maxWait bound the wait between attempts where Graph does not
	// say how long; it doubles from the one to the other.
	minWait = time.Second
	maxWait = 30 * time.Second
)

// throttle repeats what may pass, when Graph says so, and until then holds back
// every other request of the client: Graph counts what a whole tenant asks for.
//
// All requests of this package only read, so each may be repeated.
type throttle struct {
	mu    sync.Mutex
	opens time.Time
}

// Intercept waits until Graph takes requests again. It is not asked about the
// repetitions of a request, which have waits of their own.
func (t *throttle) Intercept(pipeline kiota.Pipeline, index int, request *http.Request) (*http.Response, error) {
	t.mu.Lock()
	wait := time.Until(t.opens)
	t.mu.Unlock()
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-request.Context().Done():
			return nil, request.Context().Err()
		}
	}
	return pipeline.Next(request, index)
}

// transport returns a transport that repeats requests over another one.
func (t *throttle) transport(next http.RoundTripper) http.RoundTripper {
	retrying := retryablehttp.NewClient()
	retrying.Logger = nil
	retrying.HTTPClient = &http.Client{Transport: next, Timeout: attemptTimeout, CheckRedirect: stay}
	retrying.RetryMax = maxAttempts - 1
	retrying.RetryWaitMin, retrying.RetryWaitMax = minWait, maxWait
	retrying.CheckRetry = t.check
	// The last answer is an answer, and what it says is worth telling.
	retrying.ErrorHandler = retryablehttp.PassthroughErrorHandler
	return &retryablehttp.RoundTripper{Client: retrying}
}

// check reports whether a request is worth repeating: after 429, 5xx and broken
// connections, but not where the wait that Graph asks for is longer than the
// caller has time.
func (t *throttle) check(ctx context.Context, response *http.Response, err error) (bool, error) {
	if response != nil {
		wait := retryAfter(response)
		if deadline, ok := ctx.Deadline(); wait > 0 && ok && time.Now().Add(wait).After(deadline) {
			return false, nil
		}
		t.hold(wait)
	}
	return retryablehttp.DefaultRetryPolicy(ctx, response, err)
}

// hold lets no request start for a time.
func (t *throttle) hold(wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if opens := time.Now().Add(wait); wait > 0 && opens.After(t.opens) {
		t.opens = opens
	}
}

// retryAfter returns how long a 429 or 503 asks to be left alone, or 0. The
// library's backoff is that time, where its own bounds leave none.
func retryAfter(response *http.Response) time.Duration {
	return retryablehttp.DefaultBackoff(0, 0, 0, response)
}
