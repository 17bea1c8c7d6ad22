// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/cloud"
)

// AccessTokens are access tokens that somebody else got, by the scope that each is
// for. They are used as they are until they end, and cannot be renewed.
func AccessTokens(tokens map[string]string) Credential {
	given := map[string]string{}
	for scope, token := range tokens {
		if token = strings.TrimSpace(token); token != "" {
			given[scope] = token
		}
	}
	return Credential{
		method: "access token",
		alone:  true,
		open: func(config Config) (issuer, error) {
			if len(given) == 0 {
				return nil, errors.New("there is no access token")
			}
			return &accessTokens{cloud: config.Cloud, byScope: given}, nil
		},
	}
}

// accessTokens hands out the tokens it was given.
type accessTokens struct {
	cloud   cloud.Cloud
	byScope map[string]string
}

func (a *accessTokens) issue(_ context.Context, scope, claims string) (string, error) {
	token, ok := a.byScope[scope]
	if !ok {
		return "", &Error{
			Err:    fmt.Errorf("no access token for %s was given (scope %s)", a.service(scope), scope),
			Advice: "Give one, or sign in by a way that gets tokens for all services",
		}
	}
	if claims != "" {
		return "", &Error{
			Err:     fmt.Errorf("%s refused the access token", a.service(scope)),
			Advice:  a.adviceOnStale(claims),
			Refused: true,
		}
	}
	known, ok := decodeClaims(token)
	if !ok {
		return token, nil
	}
	if known.ExpiresAt != nil && !time.Now().Before(known.ExpiresAt.Time) {
		return "", &Error{
			Err:    fmt.Errorf("the access token for %s ended at %s", a.service(scope), known.ExpiresAt.UTC().Format(time.RFC3339)),
			Advice: "Give a new one, or sign in by a way that renews tokens",
		}
	}
	if len(known.Audience) > 0 && !a.isFor(known.Audience, scope) {
		return "", &Error{
			Err:    fmt.Errorf("the access token for %s is for another service: its audience is %q", a.service(scope), oneLine(strings.Join(known.Audience, ", "))),
			Advice: "Give a token whose resource is " + resourceOf(scope),
		}
	}
	return token, nil
}

func (a *accessTokens) adviceOnStale(string) string {
	return "Give a new token, of an identity with the permission and the role that are needed, or sign in by a way that renews tokens"
}

// service returns the name of the service that a scope is of.
func (a *accessTokens) service(scope string) string {
	switch scope {
	case a.cloud.ExchangeScope:
		return "Exchange Online"
	case a.cloud.GraphScope:
		return "Microsoft Graph"
	default:
		return resourceOf(scope)
	}
}

// The applications that the services are in every tenant. Tokens name their
// audience by these, or by a URL of the service.
const (
	exchangeApplication = "00000002-0000-0ff1-ce00-000000000000"
	graphApplication    = "00000003-0000-0000-c000-000000000000"
)

// isFor reports whether one of a token's audiences is the service of a scope.
func (a *accessTokens) isFor(audiences []string, scope string) bool {
	for _, audience := range audiences {
		// The slash at the end comes and goes with who asked for the token.
		if strings.EqualFold(strings.TrimRight(audience, "/"), strings.TrimRight(resourceOf(scope), "/")) {
			return true
		}
		var host string
		if u, err := url.Parse(audience); err == nil && u.Scheme == "https" {
			host = u.Host
		}
		switch {
		case scope == a.cloud.ExchangeScope && (strings.EqualFold(audience, exchangeApplication) || a.cloud.OwnsExchangeHost(host)),
			scope == a.cloud.GraphScope && (strings.EqualFold(audience, graphApplication) || a.cloud.OwnsGraphHost(host)):
			return true
		}
	}
	return false
}
