// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package graph asks Microsoft Graph the few things that Exchange does not know,
// on Microsoft's own library for it. No type of that library leaves the package.
//
// The library is told to do little: it makes addresses and reads bodies. What a
// caller must be able to rely on is here: which hosts get a token, when a request
// is repeated, that an answer which is no list is an error, and what an error says.
package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/authentication"
	kiota "github.com/microsoft/kiota-http-go"
	jsonserialization "github.com/microsoft/kiota-serialization-json-go"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/cloud"
)

// concurrency is how many requests one call has in flight at most.
const concurrency = 8

// TokenSource hands out access tokens. It is called from many goroutines.
type TokenSource interface {
	// Token returns a token for scope. claims is the JSON of the claims that the
	// service asked for when it refused a token, or "". refused is the token it
	// refused, which must not be handed out again, or "".
	Token(ctx context.Context, scope, claims, refused string) (string, error)
}

// Config says how a client reaches Microsoft Graph.
type Config struct {
	// Cloud holds the endpoint, the scope of the tokens, and the hosts that may
	// be shown one.
	Cloud cloud.Cloud
	// Tokens hands out the access tokens.
	Tokens TokenSource
	// Transport carries the requests.
	Transport http.RoundTripper
	// UserAgent says who is asking, where not "".
	UserAgent string
	// Observe, where given, is told of every HTTP request when the head of its
	// answer is there. It is called from many goroutines.
	Observe func(ctx context.Context, o Observation)
}

// Observation is what one HTTP request came to. It holds no secret.
type Observation struct {
	// Path is the path that was asked for, without the query.
	Path string
	// Host is the host that was asked.
	Host string
	// Status is the answer's HTTP status, or 0 where none came.
	Status int
	// Duration runs from the request to the head of the answer.
	Duration time.Duration
	// RequestID is the service's id of the request, and ClientRequestID ours,
	// which all attempts at one request share.
	RequestID, ClientRequestID string
	// Err says why no answer came, or is "".
	Err string
}

// Client asks Microsoft Graph about one tenant. It is safe for use by many
// goroutines.
type Client struct {
	adapter *kiota.NetHttpRequestAdapter
}

// New returns a client. It sends nothing yet.
func New(config Config) (*Client, error) {
	endpoint, err := cloud.ParseEndpoint(config.Cloud.GraphEndpoint)
	switch {
	case err != nil:
		return nil, fmt.Errorf("Microsoft Graph cannot be reached: %w", err)
	case config.Tokens == nil:
		return nil, errors.New("Microsoft Graph needs a source of access tokens")
	case config.Transport == nil:
		return nil, errors.New("Microsoft Graph needs a transport")
	}
	if config.Observe == nil {
		config.Observe = func(context.Context, Observation) {}
	}
	retrying := new(throttle)
	// The library would choose handlers itself, in an order that differs from
	// client to client, and one that compresses bodies which others then repeat.
	pipeline := kiota.NewCustomTransportWithParentTransport(
		retrying.transport(observed{config.Transport, config.Observe}),
		refusals{},
		kiota.NewParametersNameDecodingHandler(),
		retrying,
		&bearer{cloud: config.Cloud, tokens: config.Tokens, userAgent: config.UserAgent},
	)
	// The client has no timeout, which would cut the waits that Graph asks for:
	// the caller's context ends a call, and each attempt has a limit of its own.
	client := &http.Client{Transport: pipeline, CheckRedirect: stay}
	// With factories of its own the client needs none of the library's global
	// registry, which is empty unless somebody filled it.
	adapter, err := kiota.NewNetHttpRequestAdapterWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(
		&authentication.AnonymousAuthenticationProvider{}, // bearer does it
		jsonserialization.NewJsonParseNodeFactory(), jsonserialization.NewJsonSerializationWriterFactory(), client)
	if err != nil {
		return nil, fmt.Errorf("the library for Microsoft Graph cannot be set up: %w", err)
	}
	adapter.SetBaseUrl(endpoint.String() + "/v1.0")
	return &Client{adapter: adapter}, nil
}

// stay keeps a redirect from carrying a token to another host.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// eventually returns the header that asks for what Graph's documentation calls
// advanced queries. They read an index that lags behind the directory, so no
// request has it that can do without.
func eventually() *abstractions.RequestHeaders {
	headers := abstractions.NewRequestHeaders()
	headers.Add("ConsistencyLevel", "eventual")
	return headers
}
