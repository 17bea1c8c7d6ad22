// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"net/http"
	"time"
)

// observed tells of every request that goes over a transport.
type observed struct {
	next    http.RoundTripper
	observe func(context.Context, Observation)
}

// RoundTrip implements [http.RoundTripper].
func (o observed) RoundTrip(request *http.Request) (*http.Response, error) {
	began := time.Now()
	response, err := o.next.RoundTrip(request)
	seen := Observation{
		Path:            request.URL.Path,
		Host:            request.URL.Host,
		Duration:        time.Since(began),
		ClientRequestID: request.Header.Get(clientRequestID),
	}
	if response != nil {
		seen.Status = response.StatusCode
		seen.RequestID = printable(response.Header.Get("request-id"))
	}
	if err != nil {
		seen.Err = err.Error()
	}
	o.observe(request.Context(), seen)
	return response, err
}
