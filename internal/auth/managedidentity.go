// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	msalerrors "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/managedidentity"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/cloud"
)

// managedIdentityService is who answers for managed identities.
const managedIdentityService = "the managed identity endpoint"

// ManagedIdentity is the identity that Azure gives the host. clientID selects one
// of its user-assigned identities; "" is the system-assigned one.
//
// Where endpoint is "" MSAL finds what the host offers by its environment
// (IDENTITY_ENDPOINT, MSI_ENDPOINT, and else the instance metadata service at
// 169.254.169.254). Otherwise endpoint is the URL of a service that answers as the
// instance metadata service does, as ARM_MSI_ENDPOINT names one. It is https, or
// http on this host's loopback or link-local network.
func ManagedIdentity(clientID, endpoint string) Credential {
	method := "system-assigned managed identity"
	if clientID != "" {
		method = "managed identity with the client id " + clientID
	}
	return Credential{
		method: method,
		alone:  true,
		open: func(config Config) (issuer, error) {
			if endpoint == "" {
				return newManagedIdentity(config, clientID)
			}
			return newIdentityEndpoint(config, clientID, endpoint)
		},
	}
}

// managedIdentity gets tokens by MSAL, which keeps them in one cache for the
// process.
type managedIdentity struct {
	client   managedidentity.Client
	clientID string
}

func newManagedIdentity(config Config, clientID string) (issuer, error) {
	id := managedidentity.SystemAssigned()
	if clientID != "" {
		id = managedidentity.UserAssignedClientID(clientID)
	}
	// Platforms put their endpoints on addresses that only this host reaches, the
	// private ones included.
	client, err := managedidentity.New(id,
		managedidentity.WithHTTPClient(pinnableClient{newIdentityClient(config, isHostLocal), direct(config.Transport)}),
		managedidentity.WithRetryPolicyDisabled())
	if err != nil {
		return nil, fmt.Errorf("the managed identity cannot be used: %w", err)
	}
	return &managedIdentity{client: client, clientID: clientID}, nil
}

func (m *managedIdentity) issue(ctx context.Context, scope, claims string) (string, error) {
	var options []managedidentity.AcquireTokenOption
	if claims != "" {
		options = append(options, managedidentity.WithClaims(claims))
	}
	result, err := m.client.AcquireToken(ctx, scope, options...)
	var call msalerrors.CallErr
	switch {
	case errors.As(err, &call) && call.Resp != nil:
		// MSAL has read the body, and repeats it behind the first line of its text.
		_, body, _ := strings.Cut(call.Err.Error(), "\n")
		return "", identityRefusal(call.Resp.StatusCode, []byte(body), m.clientID)
	case err != nil:
		return "", identityFailure(err)
	}
	return result.AccessToken, nil
}

func (m *managedIdentity) adviceOnStale(string) string { return adviceOnStaleIdentity }

// adviceOnStaleIdentity is about a cache that is Azure's.
const adviceOnStaleIdentity = "Azure keeps the tokens of managed identities for up to a day: " +
	"a role that was granted shortly before gets into them only then, so try again later"

// identityEndpoint gets tokens from an endpoint of the instance metadata service's
// kind.
type identityEndpoint struct {
	client   *http.Client
	url      *url.URL
	clientID string
	kept     keptTokens
}

func newIdentityEndpoint(config Config, clientID, endpoint string) (issuer, error) {
	target, err := url.Parse(endpoint)
	if err != nil {
		return nil, errors.New("the managed identity endpoint is not a URL: it should look like http://169.254.169.254/metadata/identity/oauth2/token")
	}
	if _, err := cloud.ParseEndpoint("https://" + target.Host); err != nil || target.User != nil {
		return nil, fmt.Errorf("the managed identity endpoint %q needs a host, and no user name", target.Redacted())
	}
	if target.Scheme != "https" && (target.Scheme != "http" || !isLinkLocal(target.Hostname())) {
		return nil, fmt.Errorf("the managed identity endpoint %q must be https: "+
			"tokens travel without TLS only on this host's loopback (127.0.0.1) or link-local (169.254.169.254) network", target.Redacted())
	}
	return &identityEndpoint{client: newIdentityClient(config, isLinkLocal), url: target, clientID: clientID}, nil
}

func (i *identityEndpoint) issue(ctx context.Context, scope, claims string) (string, error) {
	if token, ok := i.kept.get(scope); ok && claims == "" {
		return token, nil
	}
	target := *i.url
	query := target.Query()
	query.Set("api-version", "2018-02-01")
	query.Set("resource", resourceOf(scope))
	if i.clientID != "" {
		query.Set("client_id", i.clientID)
	}
	target.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), http.NoBody)
	if err != nil {
		return "", identityFailure(err)
	}
	// The header keeps requests out that a server was tricked into making.
	request.Header.Set("Metadata", "true")
	response, err := i.client.Do(request)
	if err != nil {
		return "", identityFailure(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return "", identityFailure(err)
	}
	if response.StatusCode != http.StatusOK {
		return "", identityRefusal(response.StatusCode, body, i.clientID)
	}
	token, ends, err := parseIdentityToken(body, time.Now())
	if err != nil {
		return "", identityFailure(err)
	}
	i.kept.put(scope, token, ends)
	return token, nil
}

func (i *identityEndpoint) adviceOnStale(string) string { return adviceOnStaleIdentity }

// parseIdentityToken reads the instance metadata service's answer, which writes its
// numbers as strings.
func parseIdentityToken(body []byte, now time.Time) (token string, ends time.Time, err error) {
	var answer struct {
		AccessToken string  `json:"access_token"`
		ExpiresOn   seconds `json:"expires_on"`
		ExpiresIn   seconds `json:"expires_in"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.AccessToken == "" {
		return "", time.Time{}, errors.New("its answer holds no token")
	}
	switch {
	case answer.ExpiresOn > 0:
		ends = time.Unix(int64(answer.ExpiresOn), 0)
	case answer.ExpiresIn > 0:
		ends = now.Add(time.Duration(min(answer.ExpiresIn, 24*60*60)) * time.Second)
	}
	return answer.AccessToken, ends, nil
}

// identityRefusal is the error of an answer that is not 200. The instance metadata
// service answers as Entra does; App Service has a message of its own.
func identityRefusal(status int, body []byte, clientID string) *Error {
	e := newRefusal(managedIdentityService, status, body, func(text string) string { return text })
	var answer struct {
		Message string `json:"message"`
	}
	if e.Description == "" && json.Unmarshal(body, &answer) == nil {
		e.Description = shorten(hideTokens(oneLine(answer.Message)))
	}
	text := strings.ToLower(e.Description)
	unknown := status == http.StatusBadRequest && e.Code == "" &&
		(strings.Contains(text, "identity not found") || strings.Contains(text, "no user assigned") || strings.Contains(text, "no managed identity"))
	switch {
	case unknown && clientID != "":
		e.Advice = "The host has no user-assigned identity with the client id " + clientID + ". client_id (or ARM_CLIENT_ID, EXCHANGE_CLIENT_ID) selects a user-assigned identity: " +
			"assign that one to the host, or unset client_id to use the system-assigned identity"
	case unknown:
		e.Advice = "The host has no system-assigned identity: enable it, or select a user-assigned identity by client_id (or ARM_CLIENT_ID, EXCHANGE_CLIENT_ID)"
	case status == http.StatusTooManyRequests || status >= http.StatusInternalServerError:
		e.Advice = "The managed identity endpoint is busy or failing: try again later"
	case e.Code == "":
		e.Advice = "Check that the host has a managed identity, and the managed identity endpoint where one is configured"
	}
	return e
}

// identityFailure is the error where no answer came, or none that can be used.
func identityFailure(err error) *Error {
	keep := func(text string) string { return text }
	service := managedIdentityService
	var absent *noEndpointError
	if errors.As(err, &absent) {
		service = ""
	}
	return &Error{
		Service: service, Err: cause(err, keep),
		Advice: "Away from Azure sign in by another way: a certificate, a client secret, a federated token, or Azure CLI",
	}
}

// isLinkLocal reports whether host is this host's loopback or on its link-local
// network, where no packet passes a router.
func isLinkLocal(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip.IsLoopback() || ip.IsLinkLocalUnicast()
}

// isHostLocal is [isLinkLocal], or a private address: App Service has its endpoint
// on one.
func isHostLocal(host string) bool {
	return isLinkLocal(host) || net.ParseIP(host).IsPrivate()
}
