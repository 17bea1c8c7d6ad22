// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
)

// application gets the tokens of an application that signs in to Microsoft Entra
// ID by itself. MSAL keeps them until five minutes before they end.
type application struct {
	client confidential.Client
	// check, where not nil, finds before a sign-in what would make it fail.
	check func() error
	// redact takes the secret out of a text.
	redact func(string) string
	// assertion, where not nil, is what the application signs in with.
	assertion *assertion
}

// newApplication returns an application as configured, on MSAL's form of its
// credential.
func newApplication(config Config, credential confidential.Credential, a application) (*application, error) {
	authority, err := authorityOf(config)
	if err != nil {
		return nil, err
	}
	options := []confidential.Option{
		confidential.WithHTTPClient(newEntraClient(config)),
		// For a host it does not know MSAL would ask Microsoft's public cloud.
		confidential.WithInstanceDiscovery(isMicrosoft(authority.Host) && !config.DisableInstanceDiscovery),
		// We answer a demand for claims, and say so.
		confidential.WithClientCapabilities([]string{"CP1"}),
		// MSAL_FORCE_REGION would move the sign-in to another host unseen.
		confidential.WithAzureRegion("DisableMsalForceRegion"),
	}
	if config.Credential.sendsChain {
		options = append(options, confidential.WithX5C())
	}
	a.client, err = confidential.New(authority.String()+"/"+config.TenantID, config.ClientID, credential, options...)
	if err != nil {
		return nil, fmt.Errorf("the sign-in cannot be set up: %w", err)
	}
	return &a, nil
}

func (a *application) issue(ctx context.Context, scope, claims string) (string, error) {
	if a.check != nil {
		if err := a.check(); err != nil {
			return "", err
		}
	}
	var options []confidential.AcquireByCredentialOption
	if claims != "" {
		// Claims, even none, are what makes MSAL ask Entra and not its cache.
		options = append(options, confidential.WithClaims(claims))
	}
	result, err := a.client.AcquireTokenByCredential(ctx, []string{scope}, options...)
	if err != nil {
		return "", a.explain(err)
	}
	return result.AccessToken, nil
}

// explain returns MSAL's error in our words.
func (a *application) explain(err error) error {
	redact := a.redact
	if a.assertion != nil {
		redact = a.assertion.redact
	}
	// What was to bring the assertion has found its own words.
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	e := newError(redact, err)
	if a.assertion != nil {
		if advice := a.assertion.advise(e.Code); advice != "" {
			e.Advice = advice
		}
	}
	return e
}

func (a *application) adviceOnStale(string) string {
	return "A role that was granted shortly before takes time to get into the tokens: try again later"
}

// isMicrosoft reports whether host is one of Entra's own.
func isMicrosoft(host string) bool {
	switch host {
	case "login.microsoftonline.com", "login.microsoft.com", "login.windows.net", "sts.windows.net",
		"login.microsoftonline.us", "login.chinacloudapi.cn", "login.partner.microsoftonline.cn":
		return true
	}
	return false
}
