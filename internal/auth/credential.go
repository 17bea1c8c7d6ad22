// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
)

// Credential is what an application proves with that it is itself. Its secret is
// in no text that is made of it. The zero Credential proves nothing.
type Credential struct {
	// method says in words what kind of credential it is.
	method string
	// msal makes the library's form of it. Being a function it hides the secret
	// from fmt, which prints the fields of whatever struct holds a Credential.
	msal func() (confidential.Credential, error)
	// redact takes the secret out of a text.
	redact func(string) string
}

// ClientSecret is the credential of an application's client secret: its value,
// not its id. White space around it, as a file's closing newline, is no part of
// it.
func ClientSecret(secret string) Credential {
	secret = strings.TrimSpace(secret)
	return Credential{
		method: "client secret",
		msal: func() (confidential.Credential, error) {
			if secret == "" {
				return confidential.Credential{}, errors.New("the client secret is empty")
			}
			return confidential.NewCredFromSecret(secret)
		},
		redact: func(text string) string {
			if secret == "" {
				return text
			}
			return strings.ReplaceAll(text, secret, "[secret]")
		},
	}
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
