// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
)

// maxPage is the most rows that one page can have.
const maxPage = 1000

// defaultPageLifetime is how long a further page can be asked for, as the
// service's own error says.
const defaultPageLifetime = 30 * time.Minute

// moreResults is the service's warning that a list was cut short.
const moreResults = "There are more results available than are currently displayed. To view them, increase the value for the ResultSize parameter."

// pageRequest is what of a request decides its pages.
type pageRequest struct {
	command command
	anchor  string
	host    string
	path    string
	query   url.Values
	prefer  []string
}

// selected are the properties that the address asks for.
func (r pageRequest) selected() []string {
	var names []string
	for name := range strings.SplitSeq(r.query.Get("$select"), ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// pageSize is the number of rows that the Prefer header asks for.
func (r pageRequest) pageSize() int {
	value, _ := preference(r.prefer, "odata.maxpagesize")
	if n, err := strconv.Atoi(value); err == nil && n > 0 {
		return min(n, maxPage)
	}
	return maxPage
}

// preference finds a preference by its name in Prefer headers. Clients separate
// preferences by semicolons as well as by commas.
func preference(headers []string, name string) (value string, given bool) {
	for _, header := range headers {
		for one := range strings.FieldsFuncSeq(header, func(c rune) bool { return c == ';' || c == ',' }) {
			n, value, _ := strings.Cut(strings.TrimSpace(one), "=")
			if strings.EqualFold(n, name) {
				return strings.Trim(value, `"`), true
			}
		}
	}
	return "", false
}

// cursor is a list of which some rows were given.
type cursor struct {
	rows     []object
	warnings []string
	// size is the number of rows on a page, and page the number of pages given.
	size, page int
	command    command
	anchor     string
	expires    time.Time
}

// cursors keep the lists whose pages are still being fetched. The service keeps
// them on the back end that the anchor mailbox leads to.
type cursors struct {
	mu   sync.Mutex
	last int
	open map[string]cursor
}

// keep stores a cursor under a new token, and forgets those whose time is up.
func (c *cursors) keep(rest cursor, server string, now time.Time) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil {
		c.open = map[string]cursor{}
	}
	for token, o := range c.open {
		if now.After(o.expires) {
			delete(c.open, token)
		}
	}
	c.last++
	token := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s;%d", server, c.last))
	c.open[token] = rest
	return token
}

func (c *cursors) find(token string) (cursor, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.open[token]
	return found, ok
}

// number is the number of the page that a token leads to: the first without a
// token, and the second with one that leads nowhere.
func (c *cursors) number(token string) int {
	if token == "" {
		return 1
	}
	found, ok := c.find(token)
	if !ok {
		return 2
	}
	return found.page + 1
}

// firstPage answers the first rows of a list. A page has as many as Prefer and
// ResultSize both allow; where there are more, the answer links to them, even
// past ResultSize: so it was seen.
func (s *Server) firstPage(c cmdlet, a arguments, res result, request pageRequest) response {
	rest := cursor{rows: res.objects, size: request.pageSize(), command: request.command, anchor: request.anchor}
	if c.takes("ResultSize") {
		size := maxPage
		if n, err := strconv.Atoi(a.text("ResultSize")); err == nil {
			size = n
		}
		if a.text("ResultSize") != unlimited {
			rest.size = min(rest.size, size)
		}
		if len(res.objects) > rest.size {
			rest.warnings = []string{moreResults}
		}
	}
	return s.page(rest, res.warnings, request)
}

// nextPage answers the page that a link leads to. The link works from the same
// anchor mailbox, for the same command and for a time; a first call without an
// anchor was seen to leave it useless.
func (s *Server) nextPage(token string, request pageRequest) response {
	rest, ok := s.pages.find(token)
	same := ok && rest.anchor != "" && strings.EqualFold(rest.anchor, request.anchor) &&
		strings.EqualFold(rest.command.name, request.command.name) &&
		reflect.DeepEqual(rest.command.parameters, request.command.parameters)
	if !same || s.tenant.Now().After(rest.expires) {
		return s.refuse(&bindingError{class: "System.Exception", text: "Expired or Invalid pagination request. Default Expiry time is 00:30:00", bare: true})
	}
	return s.page(rest, nil, request)
}

// page answers the next rows of a list.
func (s *Server) page(rest cursor, warnings []string, request pageRequest) response {
	behavior := s.tenant.Behavior()
	rows := rest.rows[:min(rest.size, len(rest.rows))]
	rest.rows = rest.rows[len(rows):]
	body := envelope{context: contextURL(request.host, request.path), warnings: warnings}
	if len(rest.rows) > 0 {
		now := s.tenant.Now()
		lifetime := behavior.PageLifetime
		if lifetime == 0 {
			lifetime = defaultPageLifetime
		}
		rest.expires = now.Add(lifetime)
		rest.page++
		body.warnings = append(body.warnings, rest.warnings...)
		token := s.pages.keep(rest, s.tenant.DomainController(), now)
		next := url.URL{Scheme: "https", Host: request.host, Path: request.path}
		body.nextLink = next.String() + "?" + s.nextQuery(token, request)
	}
	for _, row := range rows {
		body.rows = append(body.rows, row.selected(request.selected()))
	}
	return ok(body, behavior)
}

// nextQuery keeps $select in the link to the next page.
func (s *Server) nextQuery(token string, request pageRequest) string {
	query := "%24skiptoken=" + token
	if names := request.query.Get("$select"); names != "" {
		query = "%24select=" + url.QueryEscape(names) + "&" + query
	}
	return query
}
