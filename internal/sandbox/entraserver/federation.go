// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package entraserver

import (
	"crypto/rsa"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// errUnknownSigner is why a token of an issuer does not verify.
var errUnknownSigner = errors.New("the issuer has no key of that id")

// checkFederatedToken verifies the token of another issuer: one that a federated
// credential of the application accepts, signed by its issuer, and valid now.
// Issuer, subject and audience are compared exactly. That they are compared
// before the signature is verified is a guess.
func (s *Server) checkFederatedToken(r *http.Request, registration tenant.AppRegistration) *refusal {
	if refused := checkAssertionType(r); refused != nil {
		return refused
	}
	assertion := r.PostForm.Get("client_assertion")
	var claims jwt.RegisteredClaims
	if _, _, err := jwt.NewParser().ParseUnverified(assertion, &claims); err != nil {
		return badAssertion(err)
	}
	if refused := matchFederatedCredential(claims, registration); refused != nil {
		return refused
	}
	var keys map[string]*rsa.PublicKey
	if s.issuerKeys != nil {
		keys = s.issuerKeys(claims.Issuer)
	}
	if keys == nil {
		return badRequest("invalid_request", 90061, "Request to External OIDC endpoint failed.")
	}
	_, err := jwt.NewParser(
		jwt.WithValidMethods([]string{"RS256"}),
		jwt.WithTimeFunc(s.clock),
		jwt.WithExpirationRequired(),
	).ParseWithClaims(assertion, &claims, func(token *jwt.Token) (any, error) {
		keyID, _ := token.Header["kid"].(string)
		if key, found := keys[keyID]; found {
			return key, nil
		}
		return nil, errUnknownSigner
	})
	switch {
	case errors.Is(err, jwt.ErrTokenExpired), errors.Is(err, jwt.ErrTokenNotValidYet):
		return s.outOfTime(claims)
	case err != nil:
		return badAssertion(err)
	}
	return nil
}

// matchFederatedCredential finds the credential that accepts a token, or says
// which of the token's claims none of them fits.
func matchFederatedCredential(claims jwt.RegisteredClaims, registration tenant.AppRegistration) *refusal {
	credentials := registration.FederatedCredentials
	if len(credentials) == 0 {
		return badClient(70025, "The client '%s'(%s) has no configured federated identity credentials.",
			registration.AppID, registration.DisplayName)
	}
	credentials = slices.DeleteFunc(credentials, func(c tenant.FederatedCredential) bool { return c.Issuer != claims.Issuer })
	if len(credentials) == 0 {
		return noFederatedMatch(700211, "issuer", claims.Issuer)
	}
	folded := false
	credentials = slices.DeleteFunc(credentials, func(c tenant.FederatedCredential) bool {
		folded = folded || strings.EqualFold(c.Subject, claims.Subject)
		return c.Subject != claims.Subject
	})
	switch {
	case len(credentials) == 0 && folded:
		return badClient(7002138,
			"No matching federated identity record found for presented assertion subject '%s'. The subject matches with "+
				"case-insensitive comparison, but not with case-sensitive comparison. Check your federated identity credential "+
				"Subject, Audience and Issuer against the presented assertion. "+federationPage, claims.Subject)
	case len(credentials) == 0:
		return noFederatedMatch(700213, "subject", claims.Subject)
	case !slices.ContainsFunc(credentials, func(c tenant.FederatedCredential) bool {
		return slices.ContainsFunc(c.Audiences, func(audience string) bool { return slices.Contains(claims.Audience, audience) })
	}):
		return noFederatedMatch(700212, "audience", strings.Join(claims.Audience, " "))
	}
	return nil
}

// federationPage ends Entra's texts about federated credentials.
const federationPage = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation"

// noFederatedMatch refuses a token that no federated credential accepts. The
// text for a subject was seen of Entra; the others follow it.
func noFederatedMatch(code int, claim, value string) *refusal {
	return badClient(code,
		"No matching federated identity record found for presented assertion %s '%s'. Check your federated identity credential "+
			"Subject, Audience and Issuer against the presented assertion. "+federationPage, claim, value)
}
