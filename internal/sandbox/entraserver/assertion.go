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
	errBadChain     = errors.New("the header's certificate chain cannot be read")
)

// checkAssertion verifies an application's own assertion as RFC 7523 asks:
// signed with a certificate the application may use, made by the application
// about itself, meant for this endpoint, and recent.
func (s *Server) checkAssertion(r *http.Request, registration tenant.AppRegistration) *refusal {
	if refused := checkAssertionType(r); refused != nil {
		return refused
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
		return s.assertionKey(token.Header, registration)
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

func checkAssertionType(r *http.Request) *refusal {
	if kind := r.PostForm.Get("client_assertion_type"); kind != assertionType {
		return badClient(70002, "Error validating credentials. The 'client_assertion_type' '%s' is not supported.", kind)
	}
	return nil
}

// assertionKey returns the key of the certificate whose thumbprint the header
// carries, as x5t#S256 or x5t. The certificate is registered, or one that the
// application trusts by its subject and authority.
func (s *Server) assertionKey(header map[string]any, registration tenant.AppRegistration) (*rsa.PublicKey, error) {
	sha256Print, bySHA256 := header["x5t#S256"].(string)
	sha1Print, bySHA1 := header["x5t"].(string)
	if !bySHA256 && !bySHA1 {
		return nil, errNoThumbprint
	}
	isNamed := func(der []byte) bool {
		long, short := sha256.Sum256(der), sha1.Sum(der) //nolint:gosec // As above.
		return (!bySHA256 || isThumbprint(sha256Print, long[:])) && (!bySHA1 || isThumbprint(sha1Print, short[:]))
	}
	for _, der := range registration.Certificates {
		if !isNamed(der) {
			continue
		}
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("reading the registered certificate: %w", err)
		}
		return s.usableKey(certificate)
	}
	chain, err := sentChain(header)
	if err != nil {
		return nil, err
	}
	if len(chain) == 0 || !isNamed(chain[0].Raw) || !s.isTrusted(chain, registration.TrustedSubjects) {
		return nil, errUnknownKey
	}
	return s.usableKey(chain[0])
}

// usableKey is the key of a certificate that has not ended.
func (s *Server) usableKey(certificate *x509.Certificate) (*rsa.PublicKey, error) {
	if s.clock().After(certificate.NotAfter) {
		return nil, errExpiredKey
	}
	if key, isRSA := certificate.PublicKey.(*rsa.PublicKey); isRSA {
		return key, nil
	}
	return nil, errUnknownKey
}

// sentChain reads the x5c header, in which the certificate that has signed comes
// first.
func sentChain(header map[string]any) ([]*x509.Certificate, error) {
	texts, _ := header["x5c"].([]any)
	var chain []*x509.Certificate
	for _, text := range texts {
		encoded, _ := text.(string)
		der, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return nil, errBadChain
		}
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, errBadChain
		}
		chain = append(chain, certificate)
	}
	return chain, nil
}

// isTrusted reports whether one of the trusted subjects is that of the chain's
// first certificate, and its authority has signed it. Whether the certificate
// has ended is another question.
func (s *Server) isTrusted(chain []*x509.Certificate, trusted []tenant.TrustedSubject) bool {
	between := x509.NewCertPool()
	for _, certificate := range chain[1:] {
		between.AddCert(certificate)
	}
	return slices.ContainsFunc(trusted, func(subject tenant.TrustedSubject) bool {
		authority, err := x509.ParseCertificate(subject.Authority)
		if err != nil || chain[0].Subject.CommonName != subject.CommonName {
			return false
		}
		roots := x509.NewCertPool()
		roots.AddCert(authority)
		_, err = chain[0].Verify(x509.VerifyOptions{
			Roots: roots, Intermediates: between, CurrentTime: chain[0].NotBefore,
			KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
		})
		return err == nil
	})
}

// isThumbprint compares a thumbprint with a digest.
func isThumbprint(text string, digest []byte) bool {
	decoded, err := decodeThumbprint(text)
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

// badAssertion refuses an assertion that proves nothing. Entra's own texts are
// longer where they name the certificate.
func badAssertion(reason error) *refusal {
	const certificate = "The certificate with identifier used to sign the client assertion is "
	switch {
	case errors.Is(reason, errExpiredKey):
		return badClient(700027, certificate+"expired on application. [Reason - The key used is expired.]")
	case errors.Is(reason, errUnknownKey):
		return badClient(700027, certificate+"not registered on application. [Reason - The key was not found.]")
	default:
		return badClient(700027, "Client assertion failed signature validation. [Reason - %s.]", reason)
	}
}
