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

// maxListings bounds how often a list is read from its beginning.
const maxListings = 3

// Invoke runs a cmdlet and returns the whole of its output: all pages, or an
// error.
//
// A request that Exchange refuses for there being too many is sent again, and so
// is one that surely never left. Of an idempotent command all failures that pass
// are made good like that, and a list that breaks between two pages is read from
// its beginning. All of that ends with ctx or, where ctx has no deadline, five
// minutes after the page was first asked for.
//
// The error is an [*Error] when Exchange answered, or when the answer was lost.
// It wraps the context's error when the context ended the call, and the token
// source's when there was no token. None of these says that an object does not
// exist but an [*Error] of the class [NotFound]. [MayHaveHappened] tells whether
// the command may have been carried out.
func (c *Client) Invoke(ctx context.Context, command Command) (*Result, error) {
	call, err := newCall(command, c.cookies)
	if err != nil {
		return nil, err
	}
	if err := c.address(ctx, call); err != nil {
		return nil, err
	}
	call.turn = c.turns.Add(1)
	result, err := c.run(ctx, call, nil)
	c.kinds.mark(err)
	if call.writes() {
		c.sharing.forget()
	}
	return result, err
}

// address gives a call its path and its anchor.
func (c *Client) address(ctx context.Context, call *call) error {
	tenantID, err := c.tenant(ctx)
	if err != nil {
		return fmt.Errorf("%s was not sent: %w", call.cmdlet, err)
	}
	operation := "InvokeCommand"
	if call.items != nil {
		operation = "$batch"
	}
	call.path = c.root + "/adminapi/beta/" + url.PathEscape(tenantID) + "/" + operation
	call.anchor = c.anchor(ctx, call, tenantID)
	return nil
}

// run returns the whole of a cmdlet's output. first is its first page where that
// has been read already, and else nil.
func (c *Client) run(ctx context.Context, call *call, first *firstPage) (*Result, error) {
	for n := 1; ; n++ {
		result, err := c.list(ctx, call, first)
		var broken brokenList
		switch {
		case err == nil:
			return result, nil
		case !errors.As(err, &broken):
			return nil, err
		case !call.idempotent:
			return nil, broken.reason
		case n == maxListings:
			return nil, fmt.Errorf("%w (the list was read from its beginning %d times)", broken.reason, n)
		case !pause(ctx, jitter(backoff(n))):
			return nil, fmt.Errorf("%w (the wait before the list is read from its beginning ended: %w)", broken.reason, inWords(ctx.Err()))
		}
		// Another session, which may be one to another server.
		call.cookies = newCallCookies(c.cookies)
		first = nil
	}
}

// brokenList is the error of a list that is worth reading from its beginning.
type brokenList struct{ reason error }

func (e brokenList) Error() string { return e.reason.Error() }
func (e brokenList) Unwrap() error { return e.reason }

// firstPage is the first page of a cmdlet's output, and where it came from.
type firstPage struct {
	output *output
	from   *url.URL
}

// list reads all pages of a cmdlet's output, but the first where that is given.
func (c *Client) list(ctx context.Context, call *call, first *firstPage) (*Result, error) {
	result := &Result{}
	target := c.endpoint(call)
	seen := map[string]bool{target.RequestURI(): true}
	for page := 1; ; page++ {
		var output *output
		var from *url.URL
		if page == 1 && first != nil {
			output, from = first.output, first.from
		} else {
			var err error
			if output, from, err = c.fetch(ctx, call, target, page); err != nil {
				return nil, onPage(page, err)
			}
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
		var err error
		if target, err = c.nextPage(from, output.nextLink); err != nil {
			return nil, fmt.Errorf("%s: page %d cannot be read: %w", call.cmdlet, page+1, err)
		}
		if seen[target.RequestURI()] {
			return nil, brokenList{fmt.Errorf("%s: Exchange's page %d leads back to a page already read, so the list was given up", call.cmdlet, page)}
		}
		seen[target.RequestURI()] = true
	}
}

// onPage says of an error behind the first page that it was there: what was read
// before is not the list. A cmdlet whose first page came has no fault of its own,
// so that what Exchange then refuses or garbles is the way from page to page: its
// pages expire, and only the server that made them knows them.
func onPage(page int, err error) error {
	if page == 1 {
		return err
	}
	var failed *Error
	broken := errors.As(err, &failed)
	err = fmt.Errorf("reading page %d of the output: %w", page, err)
	if !broken {
		return err
	}
	switch failed.Class {
	case Throttled, Transient, Unauthenticated, Forbidden:
		return err
	}
	if failed.Err != nil || failed.tooMuch {
		return err
	}
	return brokenList{err}
}

// endpoint returns the URL of InvokeCommand on the host that redirects have led
// to so far.
func (c *Client) endpoint(call *call) *url.URL {
	c.mu.Lock()
	defer c.mu.Unlock()
	return call.on(c.host)
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
