// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package entraserver

import (
	"encoding/base64"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/nationalcloud"
)

// openIDConfiguration answers with the endpoints of the tenant. MSAL insists
// that the issuer has the host and port it asked at; so every URL is built on
// the host of the request. As Entra does, the URLs carry the tenant's id even
// when the request named a domain.
func (s *Server) openIDConfiguration(r *http.Request) (answer, *refusal) {
	if !s.knowsTenant(r.PathValue("tenant")) {
		return answer{}, tenantNotFound(r.PathValue("tenant"))
	}
	base := "https://" + r.Host + "/" + s.tenant.Organization().TenantID
	return answer{body: map[string]any{
		"issuer":                                base + "/v2.0",
		"authorization_endpoint":                base + "/oauth2/v2.0/authorize",
		"token_endpoint":                        base + "/oauth2/v2.0/token",
		"jwks_uri":                              base + "/discovery/v2.0/keys",
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt"},
		"grant_types_supported":                 []string{"client_credentials"},
		"response_modes_supported":              []string{"query", "fragment", "form_post"},
		"response_types_supported":              []string{"code"},
		"scopes_supported":                      []string{"openid", "profile", "email", "offline_access"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"tenant_region_scope":                   nil,
	}}, nil
}

// keys publishes the key that verifies the server's tokens, as RFC 7517 has it.
func (s *Server) keys(r *http.Request) (answer, *refusal) {
	if name := r.PathValue("tenant"); name != "common" && !s.knowsTenant(name) {
		return answer{}, tenantNotFound(name)
	}
	return answer{body: map[string]any{
		"keys": []map[string]string{{
			"kty": "RSA",
			"use": "sig",
			"alg": "RS256",
			"kid": s.keyID,
			"n":   base64.RawURLEncoding.EncodeToString(s.key.N.Bytes()),
			"e":   base64.RawURLEncoding.EncodeToString(big.NewInt(int64(s.key.E)).Bytes()),
		}},
	}}, nil
}

// instanceDiscovery tells which hosts are one and the same Entra: those of a
// cloud when the client asks at one of them, and else the sandbox itself.
func (s *Server) instanceDiscovery(r *http.Request) (answer, *refusal) {
	hosts := []string{r.Host}
	for _, cloud := range nationalcloud.All() {
		if slices.Contains(cloud.AuthorityHosts, strings.ToLower(r.Host)) {
			hosts = cloud.AuthorityHosts
		}
	}
	endpoint, err := url.Parse(r.URL.Query().Get("authorization_endpoint"))
	if err != nil || endpoint.Scheme != "https" ||
		!slices.ContainsFunc(hosts, func(host string) bool { return strings.EqualFold(host, endpoint.Host) }) {
		return answer{}, &refusal{
			status: http.StatusBadRequest,
			kind:   "invalid_instance",
			code:   50049,
			text:   "Unknown or invalid instance.",
		}
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(endpoint.Path, "/"), "/")
	return answer{body: map[string]any{
		"tenant_discovery_endpoint": "https://" + endpoint.Host + "/" + name + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata": []map[string]any{{
			"preferred_network": hosts[0],
			"preferred_cache":   hosts[0],
			"aliases":           hosts,
		}},
	}}, nil
}
