// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package entraserver

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // RFC 7515 makes x5t a SHA-1 digest. It names a certificate; the signature proves it.
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const (
	// assertionType is RFC 7523's name for a JWT that proves who the client is.
	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	// maxAssertionLifetime is how long an assertion may be valid. Microsoft
	// advises 5 to 10 minutes; Entra takes longer ones, and the sandbox holds
	// clients to the advice.
	maxAssertionLifetime = 10 * time.Minute
)

// Why no key of the application verifies an assertion.
var (
	errNoThumbprint = errors.New("the header has no certificate thumbprint")
	errUnknownKey   = errors.New("the key was not found")
	errExpiredKey   = errors.New("the key used is expired")
)

// checkAssertion verifies a client assertion as RFC 7523 asks: signed with a
// certificate registered for the application, made by the application about
// itself, meant for this endpoint, and recent.
func (s *Server) checkAssertion(r *http.Request, registration tenant.AppRegistration) *refusal {
	if kind := r.PostForm.Get("client_assertion_type"); kind != assertionType {
		return badClient(70002, "Error validating credentials. The 'client_assertion_type' '%s' is not supported.", kind)
	}
	clientID := r.PostForm.Get("client_id")
	var claims jwt.RegisteredClaims
	_, err := jwt.NewParser(
		jwt.WithValidMethods([]string{"PS256", "RS256"}),
		jwt.WithTimeFunc(s.clock),
		jwt.WithExpirationRequired(),
		jwt.WithNotBeforeRequired(),
		jwt.WithIssuer(clientID),
		jwt.WithSubject(clientID),
	).ParseWithClaims(r.PostForm.Get("client_assertion"), &claims, func(token *jwt.Token) (any, error) {
		return s.assertionKey(token.Header, registration.Certificates)
	})
	switch {
	case errors.Is(err, jwt.ErrTokenExpired), errors.Is(err, jwt.ErrTokenNotValidYet):
		return s.outOfTime(claims)
	case err != nil:
		return badAssertion(err)
	case claims.ExpiresAt.Sub(claims.NotBefore.Time) > maxAssertionLifetime:
		return badAssertion(fmt.Errorf("the assertion is valid for more than %s", maxAssertionLifetime))
	case !slices.ContainsFunc(claims.Audience, func(audience string) bool { return s.isTokenEndpoint(audience, r.Host) }):
		return badAssertion(jwt.ErrTokenInvalidAudience)
	}
	return nil
}

// assertionKey finds the certificate whose thumbprint the header carries, as
// x5t#S256 or x5t, and returns its key.
func (s *Server) assertionKey(header map[string]any, certificates [][]byte) (*rsa.PublicKey, error) {
	sha256Print, bySHA256 := header["x5t#S256"].(string)
	sha1Print, bySHA1 := header["x5t"].(string)
	if !bySHA256 && !bySHA1 {
		return nil, errNoThumbprint
	}
	for _, der := range certificates {
		long, short := sha256.Sum256(der), sha1.Sum(der) //nolint:gosec // As above.
		if bySHA256 && !isThumbprint(sha256Print, long[:]) || bySHA1 && !isThumbprint(sha1Print, short[:]) {
			continue
		}
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("reading the registered certificate: %w", err)
		}
		if s.clock().After(certificate.NotAfter) {
			return nil, errExpiredKey
		}
		if key, isRSA := certificate.PublicKey.(*rsa.PublicKey); isRSA {
			return key, nil
		}
	}
	return nil, errUnknownKey
}

// isThumbprint compares a thumbprint with a digest. RFC 7515 writes it in
// base64 for URLs; MSAL for Go writes x5t#S256 in the standard alphabet with
// padding, and Entra takes both.
func isThumbprint(text string, digest []byte) bool {
	text = strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(text, "="))
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && bytes.Equal(decoded, digest)
}

// isTokenEndpoint reports whether audience is this tenant's token endpoint,
// under any of the tenant's names, at the host the client asked.
func (s *Server) isTokenEndpoint(audience, host string) bool {
	name, found := strings.CutPrefix(audience, "https://"+host+"/")
	if !found {
		return false
	}
	name, found = strings.CutSuffix(name, "/oauth2/v2.0/token")
	return found && s.knowsTenant(name)
}

// outOfTime refuses an assertion that is too old or too young.
func (s *Server) outOfTime(claims jwt.RegisteredClaims) *refusal {
	const layout = "2006-01-02T15:04:05.0000000Z"
	format := func(date *jwt.NumericDate) string {
		if date == nil {
			date = jwt.NewNumericDate(time.Unix(0, 0))
		}
		return date.UTC().Format(layout)
	}
	return badClient(700024,
		"Client assertion is not within its valid time range. Current time: %s, assertion valid from %s, expiry time of assertion %s. "+
			"Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
		s.clock().UTC().Format(layout), format(claims.NotBefore), format(claims.ExpiresAt))
}

// badAssertion refuses an assertion that proves nothing.
func badAssertion(reason error) *refusal {
	return badClient(700027, "Client assertion failed signature validation. [Reason - %s.]", reason)
}
