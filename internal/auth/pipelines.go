// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/cloud"
)

// GitHubActions is the credential of a GitHub Actions job, which gets a token for
// each sign-in from GitHub. requestURL and requestToken are what GitHub gives a job
// with the permission "id-token: write" in ACTIONS_ID_TOKEN_REQUEST_URL and
// ACTIONS_ID_TOKEN_REQUEST_TOKEN. audience is whom the token is for, where not ""
// and the URL has none; the default is the cloud's federated audience.
func GitHubActions(requestURL, requestToken, audience string) Credential {
	const advice = "give the workflow or the job the permission \"id-token: write\""
	return Credential{
		method: "token of GitHub Actions",
		open: func(config Config) (issuer, error) {
			target, err := parseRequestURL("GitHub Actions", requestURL, requestToken, advice)
			if err != nil {
				return nil, err
			}
			if !target.Query().Has("audience") {
				addQuery(target, "audience", cmp.Or(audience, config.Cloud.FederatedAudience))
			}
			pipeline := &pipeline{
				service: "GitHub Actions", advice: advice,
				client: newEntraClient(config), method: http.MethodGet, url: target.String(),
				requestToken: strings.TrimSpace(requestToken),
				token:        func(answer pipelineAnswer) string { return answer.Value },
			}
			return newFederated(config, pipeline.assertion())
		},
	}
}

// AzurePipelines is the credential of a job of Azure Pipelines, which gets a token
// for each sign-in from Azure DevOps. requestURI is its SYSTEM_OIDCREQUESTURI,
// requestToken its SYSTEM_ACCESSTOKEN, and serviceConnectionID the GUID of the
// service connection whose token it is. audience is whom the token is for; where it
// is "", Azure DevOps decides.
func AzurePipelines(requestURI, requestToken, serviceConnectionID, audience string) Credential {
	const advice = "map SYSTEM_ACCESSTOKEN into the step's environment (env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)), " +
		"and let the pipeline use the service connection"
	return Credential{
		method: "token of Azure Pipelines",
		open: func(config Config) (issuer, error) {
			if serviceConnectionID == "" {
				return nil, errors.New("there is no id of the service connection to get a token for from Azure Pipelines")
			}
			target, err := parseRequestURL("Azure Pipelines", requestURI, requestToken, advice)
			if err != nil {
				return nil, err
			}
			query := target.Query()
			query.Set("api-version", "7.1")
			query.Set("serviceConnectionId", serviceConnectionID)
			if audience != "" {
				query.Set("audience", audience)
			}
			target.RawQuery = query.Encode()
			pipeline := &pipeline{
				service: "Azure Pipelines", advice: advice,
				client: newEntraClient(config), method: http.MethodPost, url: target.String(),
				requestToken: strings.TrimSpace(requestToken),
				token:        func(answer pipelineAnswer) string { return answer.OIDCToken },
			}
			return newFederated(config, pipeline.assertion())
		},
	}
}

// parseRequestURL checks where a pipeline's tokens are requested and with what.
func parseRequestURL(service, requestURL, requestToken, advice string) (*url.URL, error) {
	if requestURL == "" {
		return nil, fmt.Errorf("there is no URL to request a token of %s from: %s", service, advice)
	}
	if strings.TrimSpace(requestToken) == "" {
		return nil, fmt.Errorf("there is no token to make requests to %s with: %s", service, advice)
	}
	target, err := url.Parse(requestURL)
	if err != nil {
		// The parser's error quotes the whole URL.
		return nil, fmt.Errorf("the URL to request a token of %s from cannot be read", service)
	}
	if _, err := cloud.ParseEndpoint("https://" + target.Host); err != nil || target.Scheme != "https" || target.User != nil {
		return nil, fmt.Errorf("the URL %q to request a token of %s from must be https, with a host and without a user name", target.Scheme+"://"+target.Host, service)
	}
	return target, nil
}

// addQuery adds a parameter behind those that a URL has, which stay as they are.
func addQuery(u *url.URL, name, value string) {
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += url.Values{name: {value}}.Encode()
}

// pipeline requests tokens of a job from the service that runs it.
type pipeline struct {
	service string
	client  *http.Client
	method  string
	url     string
	// requestToken proves the job's right to a token.
	requestToken string
	// token returns the token in an answer.
	token func(pipelineAnswer) string
	// advice says what gives a job its right to a token.
	advice string
}

// pipelineAnswer is what a service answers: GitHub a value, Azure DevOps an
// oidcToken. Both explain refusals in a message.
type pipelineAnswer struct {
	Value     string `json:"value"`
	OIDCToken string `json:"oidcToken"`
	Message   string `json:"message"`
}

// maxAnswer is the most that is read of an answer: tokens have some kilobytes.
const maxAnswer = 1 << 20

// assertion returns the way to a new token for each sign-in.
func (p *pipeline) assertion() *assertion {
	return &assertion{fetch: p.fetch, secret: p.requestToken, renewal: "check the clocks of this machine and of " + p.service}
}

func (p *pipeline) fetch(ctx context.Context) (string, error) {
	redact := without(p.requestToken)
	request, err := http.NewRequestWithContext(ctx, p.method, p.url, http.NoBody)
	if err != nil {
		return "", &Error{Err: fmt.Errorf("the request to %s cannot be made: %w", p.service, cause(err, redact))}
	}
	request.Header.Set("Authorization", "Bearer "+p.requestToken)
	request.Header.Set("Accept", "application/json")
	if p.method == http.MethodPost {
		request.Header.Set("Content-Type", "application/json")
		// Azure DevOps would answer a wrong token with a redirect to a page to sign
		// in on.
		request.Header.Set("X-TFS-FedAuthRedirect", "Suppress")
	}
	response, err := p.client.Do(request)
	if err != nil {
		return "", &Error{Service: p.service, Err: cause(err, redact), Advice: "Check that " + p.service + " can be reached from here (proxy, firewall)"}
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return "", &Error{Service: p.service, Err: cause(err, redact), Advice: "Try again"}
	}
	var answer pipelineAnswer
	parsed := json.Unmarshal(body, &answer) == nil
	if response.StatusCode != http.StatusOK {
		return "", &Error{
			Service: p.service, Status: response.StatusCode,
			Description: shorten(hideTokens(redact(oneLine(answer.Message)))),
			Advice:      p.adviseOn(response.StatusCode),
		}
	}
	token := strings.TrimSpace(p.token(answer))
	if !parsed || token == "" {
		return "", &Error{Service: p.service, Err: errors.New("the answer holds no token"), Advice: "Check the URL that tokens are requested from"}
	}
	return token, nil
}

// adviseOn returns what to do about an HTTP status.
func (p *pipeline) adviseOn(status int) string {
	switch {
	case status == http.StatusTooManyRequests || status >= http.StatusInternalServerError:
		return p.service + " is busy or failing: try again later"
	case status == http.StatusUnauthorized || status == http.StatusForbidden || 300 <= status && status < 400:
		return "The request token is not accepted, or has ended with its job: " + p.advice
	case status == http.StatusNotFound || status == http.StatusBadRequest:
		return "Check the URL that tokens are requested from, the audience, and the id of a service connection"
	default:
		return "Check the URL that tokens are requested from"
	}
}
