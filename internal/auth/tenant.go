// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
)

// TenantID returns the GUID of the tenant that the tokens are of: the configured
// one, or that of the configured domain, which Microsoft Entra ID is asked for.
// Where no tenant is configured, it is the one in the token for Exchange, or the
// one of Azure CLI's account.
//
// It is asked for once. Those who wait for it wait for one request, and each may
// give up by its own context. The error is an [*Error].
func (s *TokenSource) TenantID(ctx context.Context) (string, error) {
	s.mu.Lock()
	known := s.tenant
	s.mu.Unlock()
	if known != "" {
		return known, nil
	}
	if ctx.Err() != nil {
		return "", s.failure(ctx.Err())
	}
	flight := s.tenantFlight.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), signInTimeout)
		defer cancel()
		found, err := s.findTenant(ctx)
		if err != nil {
			return "", s.failure(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.tenant = found
		return found, nil
	})
	select {
	case <-ctx.Done():
		return "", s.failure(ctx.Err())
	case landed := <-flight:
		found, _ := landed.Val.(string)
		return found, landed.Err
	}
}

// findTenant returns the tenant's GUID, which the configuration does not hold.
func (s *TokenSource) findTenant(ctx context.Context) (string, error) {
	if s.config.TenantID != "" {
		return discoverTenant(ctx, s.config)
	}
	if cli, ok := s.issuer.(*azureCLI); ok {
		return cli.tenant(ctx)
	}
	token, err := s.Token(ctx, s.config.Cloud.ExchangeScope, "", "")
	if err != nil {
		return "", err
	}
	claims, _ := decodeClaims(token)
	if !isGUID(claims.TenantID) {
		return "", &Error{Err: errors.New("the token for Exchange does not say which tenant it is of"), Advice: "Give the tenant id"}
	}
	return claims.TenantID, nil
}

// discoverTenant returns the GUID of the tenant that has a domain. Entra's public
// description of the tenant has it in the issuer.
func discoverTenant(ctx context.Context, config Config) (string, error) {
	keep := func(text string) string { return text }
	authority, err := authorityOf(config)
	if err != nil {
		return "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, authority.JoinPath(config.TenantID, "v2.0/.well-known/openid-configuration").String(), http.NoBody)
	if err != nil {
		return "", newError(keep, err)
	}
	response, err := newEntraClient(config).Do(request)
	if err != nil {
		return "", newError(keep, err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return "", newError(keep, err)
	}
	if response.StatusCode != http.StatusOK {
		return "", newRefusal(entraService, response.StatusCode, body, keep)
	}
	found, ok := parseIssuer(body)
	if !ok {
		return "", &Error{
			Service: entraService, Err: fmt.Errorf("its answer does not hold the GUID of the tenant %s", config.TenantID),
			Advice: "Give the tenant's GUID, and check the authority host",
		}
	}
	return found, nil
}

// parseIssuer returns the GUID in the issuer of an openid-configuration, such as
// https://login.microsoftonline.com/{tenant}/v2.0.
func parseIssuer(body []byte) (tenantID string, ok bool) {
	var description struct {
		Issuer string `json:"issuer"`
	}
	if json.Unmarshal(body, &description) != nil {
		return "", false
	}
	issuer, err := url.Parse(description.Issuer)
	if err != nil {
		return "", false
	}
	for segment := range strings.SplitSeq(issuer.Path, "/") {
		if isGUID(segment) {
			return segment, true
		}
	}
	return "", false
}

// isGUID reports whether text is a GUID with hyphens and without braces.
func isGUID(text string) bool {
	return len(text) == 36 && uuid.Validate(text) == nil
}
