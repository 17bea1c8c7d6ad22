// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package auth turns a credential into access tokens, on Microsoft's
// authentication library (MSAL).
//
// MSAL signs in with secrets, certificates, other providers' tokens and managed
// identities, and keeps the tokens until shortly before they end. What it lacks is
// here: the tokens of pipelines and of Azure CLI, one request for all who need the
// same token, repetition when a service is busy, a new token in place of one that
// a service refused, and errors that say what to do.
package auth

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"golang.org/x/sync/singleflight"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/cloud"
)

// Config says who signs in where, and with what.
type Config struct {
	// Cloud holds the authority host.
	Cloud cloud.Cloud
	// TenantID is the tenant's GUID, or one of its domains. It may be "" with
	// [AzureCLI], [ManagedIdentity] and [AccessTokens].
	TenantID string
	// ClientID is the application's id. The same three need none, and use none.
	ClientID string
	// Credential is the way to sign in.
	Credential Credential
	// Transport carries the requests.
	Transport http.RoundTripper
	// UserAgent says who is asking, where not "".
	UserAgent string
	// DisableInstanceDiscovery keeps MSAL from asking the authority for the other
	// names it goes by. Authorities that are not Microsoft's are never asked.
	DisableInstanceDiscovery bool
}

// TokenSource hands out access tokens. It is safe for use by many goroutines, and
// is made to be shared by all that act as the same application.
type TokenSource struct {
	config Config
	issuer issuer
	tried  string

	flights      singleflight.Group // by scope
	tenantFlight singleflight.Group

	mu      sync.Mutex
	refused map[fingerprint]string // claims asked for, by the token refused
	signIns map[string]*signIn     // by scope
	tenant  string                 // GUID, or "" while it is not known
}

// fingerprint is a token's hash, which may be kept where a token may not.
type fingerprint [sha256.Size]byte

func fingerprintOf(token string) fingerprint { return sha256.Sum256([]byte(token)) }

var tenantID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`) })

// NewTokenSource returns a token source. It sends nothing yet.
func NewTokenSource(config Config) (*TokenSource, error) {
	authority, err := authorityOf(config)
	if err != nil {
		return nil, err
	}
	needed := !config.Credential.alone
	switch {
	case config.Credential.open == nil:
		return nil, errors.New("there is no credential to sign in with")
	case needed && config.TenantID == "":
		return nil, errors.New("there is no tenant id to sign in to")
	case config.TenantID != "" && !tenantID().MatchString(config.TenantID):
		return nil, fmt.Errorf("%q is not a tenant id: give the tenant's GUID or one of its domains", config.TenantID)
	case isNoTenant(config.TenantID):
		return nil, fmt.Errorf("an application signs in to one tenant, not to %q: give the tenant's GUID or one of its domains", config.TenantID)
	case needed && config.ClientID == "":
		return nil, errors.New("there is no client id to sign in with")
	case config.Transport == nil:
		return nil, errors.New("there is no transport to sign in over")
	}
	opened, err := config.Credential.open(config)
	if err != nil {
		return nil, err
	}
	s := &TokenSource{
		config: config,
		issuer: opened,
		tried: fmt.Sprintf("application %s with its %s in tenant %s at %s",
			config.ClientID, config.Credential, config.TenantID, authority.Host),
		refused: map[fingerprint]string{},
		signIns: map[string]*signIn{},
	}
	if !needed {
		s.tried = config.Credential.String()
		if config.TenantID != "" {
			s.tried += " in tenant " + config.TenantID
		}
	}
	if isGUID(config.TenantID) {
		s.tenant = config.TenantID
	}
	return s, nil
}

// authorityOf returns the URL of Microsoft Entra ID, without a tenant.
func authorityOf(config Config) (*url.URL, error) {
	authority, err := cloud.ParseEndpoint(config.Cloud.AuthorityHost)
	if err != nil {
		return nil, fmt.Errorf("the authority host cannot be used: %w", err)
	}
	if authority.Path != "" {
		return nil, fmt.Errorf("the authority host %q has a path: give the host alone, the tenant id follows it", authority)
	}
	return authority, nil
}

// isNoTenant reports whether a tenant id is one of the words that stand for
// several tenants, or that MSAL takes for another kind of authority.
func isNoTenant(tenantID string) bool {
	switch strings.ToLower(tenantID) {
	case "common", "organizations", "consumers", "adfs", "dstsv2":
		return true
	}
	return false
}

// Token returns an access token for a scope such as
// "https://outlook.office365.com/.default".
//
// refused, where not "", is a token that the service answered 401 to. It is not
// handed out again: the first to report it has a new one made, and whoever
// reports it later gets that. claims is the JSON of the claims that the service
// asked for in its refusal, or "".
//
// Those who wait for the same token wait for one request. Each may give up by its
// own context, which does not end the request for the others. Where the very first
// sign-in is refused for a reason that does not pass, such as a wrong secret, all
// who ask within a minute get that refusal. The error is an [*Error].
func (s *TokenSource) Token(ctx context.Context, scope, claims, refused string) (string, error) {
	if ctx.Err() != nil {
		return "", s.failure(ctx.Err())
	}
	if refused != "" {
		s.refuse(refused, claims)
	}
	for {
		flight := s.flights.DoChan(scope, func() (any, error) { return s.acquire(ctx, scope) })
		select {
		case <-ctx.Done():
			return "", s.failure(ctx.Err())
		case landed := <-flight:
			if landed.Err != nil {
				return "", landed.Err
			}
			token, _ := landed.Val.(string)
			// A flight that took off before the refusal was known may bring the
			// refused token back. The next one cannot.
			if token != refused {
				return token, nil
			}
		}
	}
}

// refuse remembers that a service refused a token, and the claims it asked for.
func (s *TokenSource) refuse(token, claims string) {
	if !usable(claims) {
		claims = ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if key := fingerprintOf(token); s.refused[key] == "" {
		s.refused[key] = claims
	}
}

// usable reports whether MSAL can add the claim of our capabilities to claims. It
// panics where there is no object to add to, and fails where the claim is there.
func usable(claims string) bool {
	var object map[string]map[string]any
	if json.Unmarshal([]byte(claims), &object) != nil || object["access_token"] == nil {
		return false
	}
	_, conflict := object["access_token"]["xms_cc"]
	return !conflict
}

// wasRefused reports whether a service refused a token, and the claims that its
// successor needs.
func (s *TokenSource) wasRefused(token string) (claims string, refused bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	claims, refused = s.refused[fingerprintOf(token)]
	return claims, refused
}

// acquire returns the issuer's token for a scope, and a new one where that was
// refused. It outlives the caller that it runs for, as others wait for it too.
func (s *TokenSource) acquire(ctx context.Context, scope string) (string, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), signInTimeout)
	defer cancel()
	if known := s.refusal(scope); known != nil {
		return "", known
	}
	token, err := s.issuer.issue(ctx, scope, "")
	if err != nil {
		failed := s.failure(err)
		s.failed(scope, failed)
		return "", failed
	}
	s.succeeded(scope)
	claims, refused := s.wasRefused(token)
	if !refused {
		return token, nil
	}
	if claims == "" {
		claims = "{}"
	}
	token, err = s.issuer.issue(ctx, scope, claims)
	if err != nil {
		return "", s.failure(err)
	}
	if _, refused := s.wasRefused(token); refused {
		return "", s.failure(&Error{
			Err:     errors.New("the token that the service had refused was handed out again"),
			Advice:  s.issuer.adviceOnStale(claims),
			Refused: true,
		})
	}
	return token, nil
}

// failure returns an issuer's error with what was tried.
func (s *TokenSource) failure(err error) *Error {
	failed := Error{Err: err}
	var told *Error
	if errors.As(err, &told) {
		failed = *told
	}
	failed.Tried = s.tried
	return &failed
}

// String says whose tokens they are. It holds no token.
func (s *TokenSource) String() string { return "tokens of " + s.tried }

// GoString is [TokenSource.String].
func (s *TokenSource) GoString() string { return s.String() }

// Format writes [TokenSource.String], whatever the verb.
func (s *TokenSource) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, s.String())
}
