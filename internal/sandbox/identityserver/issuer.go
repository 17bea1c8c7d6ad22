// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package identityserver

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

// The subjects of the issuers' tokens: a branch of a repository, a service
// connection and a service account.
const (
	GitHubSubject     = "repo:contoso/mail:ref:refs/heads/main"
	PipelineSubject   = "sc://contoso/mail/exchange"
	KubernetesSubject = "system:serviceaccount:exchange:terraform"
)

// GitHubIssuer is the issuer of the tokens of GitHub Actions.
func (s *Server) GitHubIssuer() string { return s.url + "/github" }

// AzureDevOpsIssuer is the issuer of the tokens of Azure Pipelines.
func (s *Server) AzureDevOpsIssuer() string { return s.url + "/azure-devops" }

// KubernetesIssuer is the issuer of a cluster's service account tokens. Those
// of Azure's clusters have a slash at the end, which counts.
func (s *Server) KubernetesIssuer() string { return s.url + "/kubernetes/" }

// An issuer signs tokens and publishes the key to verify them with. The key is
// made when it is first needed, since that takes long and most tests need none.
type issuer struct {
	url  string
	keys func() (signingKey, error)
}

type signingKey struct {
	*rsa.PrivateKey
	id string
}

func newIssuer(url string) *issuer {
	return &issuer{url: url, keys: sync.OnceValues(func() (signingKey, error) {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return signingKey{}, fmt.Errorf("making the key of the issuer %s: %w", url, err)
		}
		digest := sha256.Sum256(key.N.Bytes())
		return signingKey{key, base64.RawURLEncoding.EncodeToString(digest[:20])}, nil
	})}
}

// IssuerKeys returns the keys of one of the server's issuers by their ids, or
// nil for any other issuer.
func (s *Server) IssuerKeys(url string) map[string]*rsa.PublicKey {
	i, found := s.issuers[url]
	if !found {
		return nil
	}
	key, err := i.keys()
	if err != nil {
		return nil
	}
	return map[string]*rsa.PublicKey{key.id: &key.PublicKey}
}

// A Token is what an issuer may be made to sign.
type Token struct {
	// Issuer is one of the server's issuers.
	Issuer string
	// Subject is the token's sub claim.
	Subject string
	// Audience is the token's aud claim.
	Audience string
}

// Sign makes a token that is valid from now for the server's token lifetime. It
// fails for an issuer that is not the server's.
func (s *Server) Sign(token Token) (string, error) {
	i, found := s.issuers[token.Issuer]
	if !found {
		return "", errors.New("the sandbox has no key of the issuer " + token.Issuer)
	}
	key, err := i.keys()
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	lifetime := s.lifetime
	s.mu.Unlock()
	now := s.clock()
	// A token that is over when it is made has begun before it ended.
	begin := now.Add(min(0, lifetime) - time.Second)
	unsigned := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": i.url, "sub": token.Subject, "aud": token.Audience, "jti": uuid.NewString(),
		"iat": begin.Unix(), "nbf": begin.Unix(), "exp": now.Add(lifetime).Unix(),
	})
	unsigned.Header["kid"] = key.id
	signed, err := unsigned.SignedString(key.PrivateKey)
	if err != nil {
		return "", fmt.Errorf("signing a token of %s: %w", i.url, err)
	}
	return signed, nil
}

// configuration publishes where the issuer's keys are, as OpenID Connect has it.
func (i *issuer) configuration(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer":                                i.url,
		"jwks_uri":                              strings.TrimSuffix(i.url, "/") + "/jwks",
		"response_types_supported":              []string{"id_token"},
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"claims_supported":                      []string{"iss", "sub", "aud", "jti", "iat", "nbf", "exp"},
		"scopes_supported":                      []string{"openid"},
	})
}

// jwks publishes the issuer's key, as RFC 7517 has it.
func (i *issuer) jwks(w http.ResponseWriter, _ *http.Request) {
	key, err := i.keys()
	if err != nil {
		writeJSON(w, http.StatusInternalServerError, nil)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"keys": []map[string]string{{
			"kty": "RSA",
			"use": "sig",
			"alg": "RS256",
			"kid": key.id,
			"n":   base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
			"e":   base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
		}},
	})
}
