// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
)

// Credential is a way to sign in: what an application proves with that it is
// itself, or where tokens of an identity are had. Its secret is in no text that is
// made of it. The zero Credential proves nothing.
type Credential struct {
	// method says in words what kind of credential it is.
	method string
	// alone reports that the credential says itself who signs in, so that neither
	// a tenant id nor a client id is needed.
	alone bool
	// sendsChain is whether a certificate is sent along with what it signs.
	sendsChain bool
	// open makes the issuer of tokens. Being a function it hides the secret from
	// fmt, which prints the fields of whatever struct holds a Credential.
	open func(Config) (issuer, error)
}

// issuer gets the tokens of one identity, and keeps them for as long as they can be
// used. It is safe for use by many goroutines. Its errors are of [*Error], without
// what was tried.
type issuer interface {
	// issue returns a token for a scope: one that it keeps, or where claims is not
	// "" a new one, with these claims if it can ask for them.
	issue(ctx context.Context, scope, claims string) (string, error)
	// adviceOnStale says what to do when the new token is one that the service had
	// refused. claims are those that the service asked for, "{}" where none.
	adviceOnStale(claims string) string
}

// ClientSecret is the credential of an application's client secret: its value,
// not its id. White space around it, as a file's closing newline, is no part of
// it.
func ClientSecret(secret string) Credential {
	secret = strings.TrimSpace(secret)
	return Credential{
		method: "client secret",
		open: func(config Config) (issuer, error) {
			if secret == "" {
				return nil, errors.New("the client secret is empty")
			}
			credential, err := confidential.NewCredFromSecret(secret)
			if err != nil {
				return nil, err
			}
			return newApplication(config, credential, application{redact: without(secret)})
		},
	}
}

// without returns a function that takes a secret out of a text.
func without(secret string) func(string) string {
	return func(text string) string {
		if secret == "" {
			return text
		}
		return strings.ReplaceAll(text, secret, "[secret]")
	}
}

// SendingChain returns the credential of the same certificate that is sent along,
// with its chain, at each sign-in. Applications that trust a certificate by its
// subject name and issuer need that. Other credentials stay as they are.
func (c Credential) SendingChain() Credential {
	c.sendsChain = true
	return c
}

// String returns what kind of credential it is, and nothing of its secret.
func (c Credential) String() string {
	if c.method == "" {
		return "no credential"
	}
	return c.method
}

// GoString is [Credential.String].
func (c Credential) GoString() string { return c.String() }

// Format writes [Credential.String], whatever the verb.
func (c Credential) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, c.String())
}
