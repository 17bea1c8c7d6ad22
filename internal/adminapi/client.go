// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package adminapi speaks the admin REST API of Exchange Online, which the
// Exchange Online PowerShell module is built on: one POST carries the name of a
// cmdlet and its parameters, and the answer carries the objects it wrote.
//
// The package knows the wire (requests, pages, redirects, errors) and no
// cmdlet's meaning. A [Client] is made once and shared.
package adminapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/singleflight"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/cloud"
)

// DefaultConcurrency is how many requests a client has in flight at most when
// its configuration does not say.
const DefaultConcurrency = 8

// TokenSource hands out access tokens. It is called from many goroutines.
type TokenSource interface {
	// Token returns a token for scope. claims is the JSON of the claims that the
	// service asked for when it refused a token, or "". refused is the token it
	// refused, which must not be handed out again, or "".
	Token(ctx context.Context, scope, claims, refused string) (string, error)
}

// Config says how a client reaches a tenant.
type Config struct {
	// Cloud holds the endpoint, the scope of the tokens, and the hosts that may
	// be shown one.
	Cloud cloud.Cloud
	// TenantID is the tenant's GUID, as it stands in the URL.
	TenantID string
	// Tenant finds the GUID out where TenantID is "". It is called before the
	// first request, and again only after it has failed.
	Tenant func(ctx context.Context) (string, error)
	// Organization is the tenant's initial domain ("contoso.onmicrosoft.com").
	// Where it is "", the client learns it from the service's answers, and asks
	// for it before the first write if none has named it by then.
	Organization string
	// Tokens hands out the access tokens.
	Tokens TokenSource
	// Transport carries the requests.
	Transport http.RoundTripper
	// UserAgent and Application say who is calling, in the headers User-Agent
	// and X-ClientApplication. An empty one is not sent.
	UserAgent, Application string
	// MaxConcurrency bounds the requests in flight: [DefaultConcurrency] where 0.
	MaxConcurrency int
	// RolePropagation is how long, from the first refusal of the caller on, a
	// refusal is taken for a role that has not reached the service yet: the request
	// is sent again with a new token. Where it is 0, a refusal is an error at once.
	RolePropagation time.Duration
	// Observe, where given, is told of every HTTP request when its answer has
	// been read. It is called from many goroutines.
	Observe func(ctx context.Context, o Observation)
}

// Observation is what one HTTP request came to. It holds no secret.
type Observation struct {
	// Cmdlet is the cmdlet that was invoked, or "$batch" where the request carried
	// several, which are Items then.
	Cmdlet string
	// Items are the cmdlets of a batch, each with what became of it there.
	Items []Item
	// Page counts the pages of the cmdlet's output from 1. Requests that were
	// redirected or replayed with a new token bear the same page.
	Page int
	// Attempt counts the attempts to read the page from 1. Redirects and replays
	// with a new token belong to the same attempt.
	Attempt int
	// Waited is how long the request was held back: for its turn, for a limit of
	// the service's, or before another attempt.
	Waited time.Duration
	// Limit is how many requests may be in flight, and PerSecond how many may
	// leave in a second, or 0 where the service has not yet refused one.
	Limit     int
	PerSecond float64
	// Host is the host that was asked.
	Host string
	// Status is the answer's HTTP status, or 0 where none came.
	Status int
	// Duration runs from the request to the end of the answer's body.
	Duration time.Duration
	// RequestID is the service's id of the request.
	RequestID string
	// ClientRequestID is our id of the call, shared by all its requests.
	ClientRequestID string
	// Err says why no complete answer came, or is "".
	Err string
}

// Item is one cmdlet of a batch.
type Item struct {
	// Cmdlet is the cmdlet.
	Cmdlet string
	// Status is the status of the cmdlet's own answer, or 0 where the batch's
	// answer held none that is certain to be the cmdlet's.
	Status int
	// RequestID is the service's id, where it gave the item one.
	RequestID string
	// ClientRequestID is our id of the call.
	ClientRequestID string
}

// Client invokes cmdlets in one tenant. It is safe for use by many goroutines.
type Client struct {
	config       Config
	root         string // of the endpoint's path
	http         *http.Client
	cookies      http.CookieJar
	gate         *gate
	propagation  *propagation
	turns        atomic.Uint64 // counts the calls
	connectionID string

	flights   singleflight.Group // what is asked once for all calls
	sharing   sharing            // reads that several callers may wait for
	singly    atomic.Bool        // Exchange takes no batches
	kinds     kinds              // of errors
	forbidden forbidden          // cmdlets that the caller may not use, alone or in a batch

	mu                 sync.Mutex
	host               string // where the endpoint's redirects lead, with its port
	tenantID           string // "" until it is known
	organization       string // the initial domain, "" until it is known
	organizationHidden bool   // asking for it is no use
}

// New returns a client. It sends nothing yet.
func New(config Config) (*Client, error) {
	endpoint, err := cloud.ParseEndpoint(config.Cloud.ExchangeEndpoint)
	if err != nil {
		return nil, fmt.Errorf("the admin API cannot be reached: %w", err)
	}
	switch {
	case config.TenantID == "" && config.Tenant == nil:
		return nil, errors.New("the admin API needs the tenant's id")
	case config.Tokens == nil:
		return nil, errors.New("the admin API needs a source of access tokens")
	case config.Transport == nil:
		return nil, errors.New("the admin API needs a transport")
	case config.MaxConcurrency < 0:
		return nil, fmt.Errorf("%d requests in flight cannot be: use 1 or more, or 0 for %d", config.MaxConcurrency, DefaultConcurrency)
	}
	if config.MaxConcurrency == 0 {
		config.MaxConcurrency = DefaultConcurrency
	}
	// The jar knows no public suffixes, and need not: every host that is ever
	// asked belongs to Exchange.
	cookies, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("the admin API cannot be reached: %w", err)
	}
	return &Client{
		config: config,
		root:   endpoint.Path,
		http: &http.Client{
			Transport: config.Transport,
			// Redirects are followed by hand: net/http would turn the POST into
			// a GET and drop the token on the way to another host.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		cookies:      cookies,
		gate:         newGate(config.MaxConcurrency),
		propagation:  &propagation{limit: config.RolePropagation},
		connectionID: uuid.NewString(),
		host:         endpoint.Host,
		tenantID:     config.TenantID,
		organization: config.Organization,
	}, nil
}
