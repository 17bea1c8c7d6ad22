// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package entraserver

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/adminserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/graphserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/nationalcloud"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// everyDirectoryObject is the template id Entra puts into the wids of every
// token, besides those of the roles the application really holds.
const everyDirectoryObject = "0997a1d0-0d1d-4acb-b408-d5ca73121e90"

// accessClaims are the claims of an application's access token in its first
// version, the one that Exchange and Graph are given.
type accessClaims struct {
	jwt.RegisteredClaims
	// Audience hides the field of the same name: Entra writes one string where
	// the library would write a list.
	Audience         string   `json:"aud"`
	AppID            string   `json:"appid"`
	CredentialKind   string   `json:"appidacr"`
	IdentityProvider string   `json:"idp"`
	IdentityType     string   `json:"idtyp"`
	ObjectID         string   `json:"oid"`
	Roles            []string `json:"roles,omitempty"`
	TenantID         string   `json:"tid"`
	TokenID          string   `json:"uti"`
	Version          string   `json:"ver"`
	DirectoryRoles   []string `json:"wids"`
	Capabilities     []string `json:"xms_cc,omitempty"`
}

// issue makes a token that says what the application holds now. What it is
// granted later is not in the token; it needs a new one.
func (s *Server) issue(application tenant.EnterpriseApplication, audience string, kind ProofKind, capabilities []string) (*tokenResponse, *refusal) {
	now, lifetime := s.clock(), s.TokenLifetime()
	tenantID := s.tenant.Organization().TenantID
	issuer := s.cloud.TokenIssuer + tenantID + "/"
	// A token carries the permissions on its own resource only.
	roles := application.AppRoles
	if nationalcloud.LookupResource(audience) == nationalcloud.Graph {
		roles = application.GraphRoles
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, accessClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    issuer,
			Subject:   application.ObjectID,
			IssuedAt:  jwt.NewNumericDate(now),
			NotBefore: jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(lifetime)),
		},
		Audience:         audience,
		AppID:            application.AppID,
		CredentialKind:   kind.credentialKind(),
		IdentityProvider: issuer,
		IdentityType:     "app",
		ObjectID:         application.ObjectID,
		Roles:            roles,
		TenantID:         tenantID,
		TokenID:          newTokenID(),
		Version:          "1.0",
		DirectoryRoles:   append(slices.Clone(application.DirectoryRoles), everyDirectoryObject),
		Capabilities:     capabilities,
	})
	token.Header["kid"] = s.keyID
	signed, err := token.SignedString(s.key)
	if err != nil {
		return nil, &refusal{
			status: http.StatusInternalServerError,
			kind:   "server_error",
			code:   90033,
			text:   "A transient error has occurred. Please try again.",
		}
	}
	seconds := int64(lifetime.Seconds())
	return &tokenResponse{TokenType: "Bearer", ExpiresIn: seconds, ExtExpiresIn: seconds, AccessToken: signed}, nil
}

// IssueToken gives the application with the client id appID a token for
// resource without a request to the token endpoint: to Azure for a managed
// identity, or to a tool that somebody has signed in with before. It also tells
// when the token ends. Its error is the refusal in Entra's words.
func (s *Server) IssueToken(appID, resource string) (token string, expires time.Time, err error) {
	application, found := s.enterpriseApplication(appID)
	refused := s.checkResource(resource)
	switch {
	case !found:
		refused = s.unknownApplication(appID)
	case application.Disabled:
		refused = s.disabledApplication(appID)
	}
	if refused != nil {
		return "", time.Time{}, refused
	}
	expires = s.clock().Add(s.TokenLifetime())
	issued, refused := s.issue(application, resource, CertificateProof, nil)
	if refused != nil {
		return "", time.Time{}, refused
	}
	return issued.AccessToken, expires, nil
}

// newTokenID makes a uti claim, by which a sign-in is found in Entra's logs.
func newTokenID() string {
	id := make([]byte, 16)
	rand.Read(id)
	return base64.RawURLEncoding.EncodeToString(id)
}

// Authorize verifies a bearer token as Exchange does before it looks at the
// request: signed by this server, of this tenant, for Exchange in the tenant's
// cloud, and neither too old nor too young. The error says what is wrong
// without a part of the token.
func (s *Server) Authorize(bearer string) (adminserver.Caller, error) {
	claims, err := s.verify(bearer)
	switch {
	case err != nil:
		return adminserver.Caller{}, err
	case s.cloud.Resource(claims.Audience) != nationalcloud.Exchange:
		return adminserver.Caller{}, fmt.Errorf("the token is for %q, which is not Exchange in the %s cloud", claims.Audience, s.cloud.Name)
	}
	return adminserver.Caller{
		AppID:          claims.AppID,
		ObjectID:       claims.ObjectID,
		Roles:          claims.Roles,
		DirectoryRoles: claims.DirectoryRoles,
	}, nil
}

// AuthorizeGraph verifies a bearer token as Microsoft Graph does: like
// [Server.Authorize], for Graph in the tenant's cloud.
func (s *Server) AuthorizeGraph(bearer string) (graphserver.Caller, error) {
	claims, err := s.verify(bearer)
	switch {
	case err != nil:
		return graphserver.Caller{}, err
	case s.cloud.Resource(claims.Audience) != nationalcloud.Graph:
		return graphserver.Caller{}, fmt.Errorf("the token is for %q, which is not Microsoft Graph in the %s cloud", claims.Audience, s.cloud.Name)
	}
	return graphserver.Caller{Roles: claims.Roles}, nil
}

// verify reads a token of this server's and this tenant's that is valid now.
func (s *Server) verify(bearer string) (accessClaims, error) {
	var claims accessClaims
	_, err := jwt.NewParser(
		jwt.WithValidMethods([]string{"RS256"}),
		jwt.WithTimeFunc(s.clock),
		jwt.WithExpirationRequired(),
		jwt.WithNotBeforeRequired(),
	).ParseWithClaims(bearer, &claims, func(*jwt.Token) (any, error) { return &s.key.PublicKey, nil })
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return accessClaims{}, errors.New("the token has expired")
	case errors.Is(err, jwt.ErrTokenMalformed):
		return accessClaims{}, errors.New("the token is malformed")
	case err != nil:
		return accessClaims{}, fmt.Errorf("the token does not verify: %w", err)
	case !strings.EqualFold(claims.TenantID, s.tenant.Organization().TenantID):
		return accessClaims{}, errors.New("the token is of another tenant")
	}
	return claims, nil
}
