// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"

	kiota "github.com/microsoft/kiota-http-go"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/cloud"
)

// bearer puts the token on a request. It stands behind everything that could
// choose another host, and lets none pass that is not Graph's in this cloud.
type bearer struct {
	cloud     cloud.Cloud
	tokens    TokenSource
	userAgent string
}

// Intercept sends the request with a token, and once more with a new one where
// Graph refused the first.
func (b *bearer) Intercept(pipeline kiota.Pipeline, index int, request *http.Request) (*http.Response, error) {
	if request.URL.Scheme != "https" || !b.cloud.OwnsGraphHost(request.URL.Host) {
		return nil, fmt.Errorf("nothing was sent to %q, which is no host of Microsoft Graph in this cloud", request.URL.Scheme+"://"+request.URL.Host)
	}
	ctx := request.Context()
	token, err := b.tokens.Token(ctx, b.cloud.GraphScope, "", "")
	if err != nil {
		return nil, fmt.Errorf("there is no access token for Microsoft Graph: %w", err)
	}
	response, err := pipeline.Next(b.with(token, request), index)
	if err != nil || response.StatusCode != http.StatusUnauthorized {
		return response, err
	}
	fresh, err := b.tokens.Token(ctx, b.cloud.GraphScope, claimsChallenge(response.Header), token)
	if err != nil {
		refused := newError(response)
		drain(response)
		refused.Err = fmt.Errorf("there is no other access token: %w", err)
		return nil, refused
	}
	drain(response)
	return pipeline.Next(b.with(fresh, request), index)
}

func (b *bearer) with(token string, request *http.Request) *http.Request {
	request = request.Clone(request.Context())
	request.Header.Set("Authorization", "Bearer "+token)
	if b.userAgent != "" {
		request.Header.Set("User-Agent", b.userAgent)
	}
	return request
}

// drain reads what is left of an answer, so that its connection can be used again.
func drain(response *http.Response) {
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxErrorBody))
	_ = response.Body.Close()
}

var quotedClaims = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)\bclaims="([^"]+)"`) })

// claimsChallenge returns the JSON of the claims that a refusal asks the next
// token to have, or "". Continuous access evaluation sends them in base64.
func claimsChallenge(header http.Header) string {
	found := quotedClaims().FindStringSubmatch(strings.Join(header.Values("WWW-Authenticate"), ", "))
	if found == nil {
		return ""
	}
	for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if claims, err := alphabet.DecodeString(strings.TrimRight(found[1], "=")); err == nil && json.Valid(claims) {
			return string(claims)
		}
	}
	return ""
}
