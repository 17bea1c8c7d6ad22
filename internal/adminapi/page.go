// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxPages ends a listing that would go on for ever: a million objects.
const maxPages = 1000

// Result is what a cmdlet wrote.
type Result struct {
	// Rows are the objects of all pages. A cmdlet that writes none, such as
	// every Set and Remove, has no rows.
	Rows []Row
	// Warnings are the service's warnings, each once.
	Warnings []string
}

// Invoke runs a cmdlet and returns the whole of its output: all pages, or an
// error.
//
// The error is an [*Error] when Exchange answered, or when the answer was lost.
// It wraps the context's error when the context ended the call, and the token
// source's when there was no token. None of these says that an object does not
// exist but an [*Error] of the class [NotFound].
func (c *Client) Invoke(ctx context.Context, command Command) (*Result, error) {
	call, err := newCall(command, c.cookies)
	if err != nil {
		return nil, err
	}
	tenantID, err := c.tenant(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s was not sent: %w", call.cmdlet, err)
	}
	call.path = c.root + "/adminapi/beta/" + url.PathEscape(tenantID) + "/InvokeCommand"
	call.anchor = c.anchor(ctx, call, tenantID)
	result := &Result{}
	seen := map[string]bool{}
	target := c.endpoint(call)
	for page := 1; ; page++ {
		answer, err := c.post(ctx, call, target, page)
		if err != nil {
			return nil, onPage(page, err)
		}
		output, err := answer.output(call)
		if err != nil {
			return nil, onPage(page, err)
		}
		c.learn(call.cmdlet, output.rows)
		result.Rows = append(result.Rows, output.rows...)
		result.addWarnings(output)
		if output.nextLink == "" {
			return result, nil
		}
		if page == maxPages {
			return nil, fmt.Errorf("%s: Exchange has more than %d pages of output, so the list was given up", call.cmdlet, maxPages)
		}
		if seen[output.nextLink] {
			return nil, fmt.Errorf("%s: Exchange's page %d leads back to a page already read, so the list was given up", call.cmdlet, page)
		}
		seen[output.nextLink] = true
		target, err = c.nextPage(answer.url, output.nextLink)
		if err != nil {
			return nil, fmt.Errorf("%s: page %d cannot be read: %w", call.cmdlet, page+1, err)
		}
	}
}

// onPage says of an error behind the first page that it was there: what was read
// before is not the list.
func onPage(page int, err error) error {
	if page == 1 {
		return err
	}
	return fmt.Errorf("reading page %d of the output: %w", page, err)
}

// endpoint returns the URL of InvokeCommand on the host that redirects have led
// to so far.
func (c *Client) endpoint(call *call) *url.URL {
	c.mu.Lock()
	defer c.mu.Unlock()
	return &url.URL{Scheme: "https", Host: c.host, Path: call.path, RawQuery: call.query}
}

// nextPage returns the URL of a page's successor, which is asked like the page
// itself: by POST, with the same body, headers and cookies.
func (c *Client) nextPage(page *url.URL, nextLink string) (*url.URL, error) {
	target, err := page.Parse(nextLink)
	if err != nil {
		return nil, errors.New("its link is not a URL")
	}
	if err := c.mayHaveToken(target); err != nil {
		return nil, fmt.Errorf("its link was not followed: %w", err)
	}
	return target, nil
}

// moreResults begins the warning that a page was not the last, in the answer of
// each page but that one.
const moreResults = "There are more results available"

func (r *Result) addWarnings(output *output) {
	for _, warning := range output.warnings {
		followed := output.nextLink != "" && strings.HasPrefix(warning, moreResults)
		if !followed && !slices.Contains(r.Warnings, warning) {
			r.Warnings = append(r.Warnings, warning)
		}
	}
}

// mayHaveToken reports as an error why a token may not go to a URL.
func (c *Client) mayHaveToken(target *url.URL) error {
	if target.Scheme != "https" {
		return fmt.Errorf("%q is not an https URL, and tokens travel over TLS only", target.Scheme+"://"+target.Host)
	}
	if target.User != nil {
		return fmt.Errorf("the URL on %q carries a user name, which none of Exchange's does", target.Host)
	}
	if !c.config.Cloud.OwnsExchangeHost(target.Host) {
		return fmt.Errorf("%q is no host of Exchange in the cloud %q, so it was not shown the token", target.Host, c.config.Cloud.Name)
	}
	return nil
}

// redirected reports whether an answer sends its request elsewhere.
func redirected(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}
