// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package entraserver

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// A ProofKind is a kind of credential.
type ProofKind string

// The kinds of credentials a client may send.
const (
	NoProof          ProofKind = ""
	SecretProof      ProofKind = "secret"
	CertificateProof ProofKind = "certificate"
	FederatedProof   ProofKind = "federated token"
)

// A Proof describes the credential a token request carried, right or wrong. Of
// the credential itself it holds nothing.
type Proof struct {
	Kind ProofKind
	// Thumbprint names the certificate an assertion was signed with, in
	// hexadecimal: the header's x5t#S256 or, where there is none, its x5t.
	Thumbprint string
	// ChainLength is how many certificates the assertion's x5c header held.
	ChainLength int
	// Issuer, Subject, Audience and ID are the assertion's iss, sub, aud and jti.
	// Several audiences are separated by spaces.
	Issuer, Subject, Audience, ID string
}

// proofOf looks at a token request. An assertion by an https URL is the token of
// another issuer; any other is taken for the application's own.
func proofOf(form url.Values) Proof {
	assertion := form.Get("client_assertion")
	switch {
	case assertion != "":
	case form.Get("client_secret") != "":
		return Proof{Kind: SecretProof}
	default:
		return Proof{}
	}
	proof := Proof{Kind: CertificateProof}
	var claims jwt.RegisteredClaims
	token, _, err := jwt.NewParser().ParseUnverified(assertion, &claims)
	if err != nil {
		return proof
	}
	if strings.HasPrefix(claims.Issuer, "https://") {
		proof.Kind = FederatedProof
	}
	proof.Issuer, proof.Subject, proof.ID = claims.Issuer, claims.Subject, claims.ID
	proof.Audience = strings.Join(claims.Audience, " ")
	for _, name := range []string{"x5t#S256", "x5t"} {
		text, _ := token.Header[name].(string)
		if digest, err := decodeThumbprint(text); err == nil && len(digest) > 0 {
			proof.Thumbprint = hex.EncodeToString(digest)
			break
		}
	}
	if chain, isList := token.Header["x5c"].([]any); isList {
		proof.ChainLength = len(chain)
	}
	return proof
}

// decodeThumbprint reads a thumbprint of a header. RFC 7515 writes it in base64
// for URLs; MSAL for Go writes x5t#S256 in the standard alphabet with padding,
// and Entra takes both.
func decodeThumbprint(text string) ([]byte, error) {
	text = strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(text, "="))
	return base64.RawURLEncoding.DecodeString(text)
}

// credentialKind is how the appidacr claim of a token tells how its client
// signed in.
func (k ProofKind) credentialKind() string {
	switch k {
	case SecretProof:
		return "1"
	case NoProof:
		return "0"
	default:
		return "2"
	}
}
