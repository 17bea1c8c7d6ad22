// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
)

// FederatedToken is the credential of a token that another identity provider
// issued, and that a federated credential of the application trusts. It serves for
// as long as the token lives, which in pipelines is minutes: [FederatedTokenFile],
// [GitHubActions] and [AzurePipelines] get a new one when they need it.
func FederatedToken(token string) Credential {
	token = strings.TrimSpace(token)
	return Credential{
		method: "federated token",
		open: func(config Config) (issuer, error) {
			if token == "" {
				return nil, errors.New("the federated token is empty")
			}
			return newFederated(config, &assertion{
				renewal: "let the token be read from a file or requested from the pipeline, so that it is renewed",
				fetch:   func(context.Context) (string, error) { return token, nil },
			})
		},
	}
}

// FederatedTokenFile is [FederatedToken] with the token in a file, which is read
// again whenever the application signs in: whoever wrote the file may renew it, as
// the workload identity of Azure Kubernetes Service does.
func FederatedTokenFile(path string) Credential {
	return Credential{
		method: "federated token file",
		open: func(config Config) (issuer, error) {
			if path == "" {
				return nil, errors.New("there is no path of a federated token file")
			}
			return newFederated(config, &assertion{
				renewal: fmt.Sprintf("check that what writes %q still renews it", path),
				fetch:   func(context.Context) (string, error) { return readToken(path) },
			})
		},
	}
}

func readToken(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", &Error{Err: fmt.Errorf("the federated token file cannot be read: %w", err), Advice: "Check the path, and that this process may read the file"}
	}
	token := strings.TrimSpace(string(data))
	if token == "" {
		return "", &Error{Err: fmt.Errorf("the federated token file %q is empty", path), Advice: "Check that what is to write it has run"}
	}
	return token, nil
}

// assertion is another identity provider's token, and the way to a new one.
type assertion struct {
	// fetch returns a token. Its errors are of [*Error].
	fetch func(context.Context) (string, error)
	// renewal says what to do when the token has ended.
	renewal string
	// secret, where not "", is what fetch proves its right with.
	secret string

	mu   sync.Mutex
	last string
}

// newFederated returns the application that signs in with an assertion.
func newFederated(config Config, a *assertion) (issuer, error) {
	return newApplication(config, confidential.NewCredFromAssertionCallback(a.give), application{assertion: a})
}

// give fetches an assertion. MSAL calls it for every sign-in.
func (a *assertion) give(ctx context.Context, _ confidential.AssertionRequestOptions) (string, error) {
	token, err := a.fetch(ctx)
	if err != nil {
		return "", err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last = token
	return token, nil
}

func (a *assertion) lastGiven() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.last
}

// redact takes the assertion, and what it was fetched with, out of a text.
func (a *assertion) redact(text string) string {
	return without(a.lastGiven())(without(a.secret)(text))
}

// advise returns what to do about a code of Entra's that the assertion's own
// claims explain, or "". They are no secrets: a person must compare them with the
// federated credential, letter by letter.
func (a *assertion) advise(code string) string {
	claims, ok := decodeClaims(a.lastGiven())
	switch code {
	case "AADSTS700211", "AADSTS700212", "AADSTS700213", "AADSTS7002138", "AADSTS70021", "AADSTS70025":
		if !ok {
			return ""
		}
		return fmt.Sprintf("Add a federated credential to the application, or correct it: its issuer, subject and audience must be, letter by letter, "+
			"those of the token that was sent, which are issuer %q, subject %q and audience %q",
			oneLine(claims.Issuer), oneLine(claims.Subject), oneLine(strings.Join(claims.Audience, ", ")))
	case "AADSTS700024":
		var ended string
		if ok && claims.ExpiresAt != nil {
			ended = fmt.Sprintf(" (it ends at %s)", claims.ExpiresAt.UTC().Format(time.RFC3339))
		}
		return "The federated token is not valid at this time" + ended + ": " + a.renewal
	}
	return ""
}
