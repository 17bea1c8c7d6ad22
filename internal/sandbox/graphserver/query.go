// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package graphserver

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The sizes of pages of directory objects.
const (
	defaultPage = 100
	maxPage     = 999
)

// query is what the query options of a request ask for.
type query struct {
	// values are the options as they came, for the link to the next page.
	values url.Values
	filter string
	fields []string
	top    int
	// eventual says that the request asks for eventual consistency, and count
	// that it asks for the number of all rows.
	eventual, count bool
	// after is the id of the last row of the page before, and page the number of
	// this one.
	after string
	page  int
}

// advanced reports whether the request is what Graph calls an advanced query.
func (q query) advanced() bool { return q.eventual && q.count }

// plain reports whether the query asks for nothing but rows, or more of them.
func (q query) plain() bool {
	return len(q.values) == 0 || len(q.values) == 1 && q.page > 1
}

func readQuery(r *http.Request) (query, *refusal) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return query{}, badRequest("BadRequest", "The query string cannot be read.")
	}
	q := query{values: values, top: defaultPage, page: 1, eventual: strings.EqualFold(r.Header.Get("ConsistencyLevel"), "eventual")}
	for name := range values {
		if refused := q.read(name, values.Get(name)); refused != nil {
			return query{}, refused
		}
	}
	return q, nil
}

// read takes in one option. The service takes names with and without the $.
func (q *query) read(name, value string) *refusal {
	switch option := strings.ToLower(strings.TrimPrefix(name, "$")); option {
	case "filter":
		q.filter = value
	case "select":
		for field := range strings.SplitSeq(value, ",") {
			q.fields = append(q.fields, strings.TrimSpace(field))
		}
	case "count":
		count, err := strconv.ParseBool(value)
		if err != nil {
			return badRequest("BadRequest", "Invalid value '%s' for $count query option found. Valid values are 'true' or 'false'.", value)
		}
		q.count = count
	case "top":
		top, err := strconv.Atoi(value)
		if err != nil || top < 1 || top > maxPage {
			return badRequest("Request_BadRequest", "Invalid page size specified: '%s'. Must be between 1 and %d inclusive.", value, maxPage)
		}
		q.top = top
	case "skiptoken":
		return q.readToken(value)
	case "search":
		if !q.eventual {
			return unsupported("Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'")
		}
		return unsupported("The sandbox does not search: use $filter.")
	default:
		return unsupported("The sandbox does not answer the query option '%s'.", name)
	}
	return nil
}

// token returns the skip token for the page that begins behind a row.
func token(after string, page int) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d;%s", page, after))
}

func (q *query) readToken(value string) *refusal {
	text, err := base64.RawURLEncoding.DecodeString(value)
	page, after, found := strings.Cut(string(text), ";")
	number, badNumber := strconv.Atoi(page)
	if err != nil || !found || badNumber != nil || number < 2 {
		return badRequest("Directory_ExpiredPageToken", "The specified page token value has expired and can no longer be included in your request.")
	}
	q.after, q.page = after, number
	return nil
}

// object is one row in JSON.
type object map[string]any

// id returns a row's id.
func (o object) id() string {
	id, _ := o["id"].(string)
	return id
}

// selected returns the properties of a row that a query asks for. What is known
// of the row's type stays.
func (o object) selected(fields []string) object {
	if len(fields) == 0 {
		return o
	}
	chosen := object{}
	for name, value := range o {
		if strings.HasPrefix(name, "@odata.") || slices.ContainsFunc(fields, func(f string) bool { return strings.EqualFold(f, name) }) {
			chosen[name] = value
		}
	}
	return chosen
}

// collection is a list before the query is applied to it.
type collection struct {
	// context is what the list is of, as in directory/administrativeUnits.
	context string
	// kind is the type of the rows as errors name it.
	kind string
	// filterable are the properties that $filter takes.
	filterable []string
	rows       []object
}

// envelope is the body of a list.
type envelope struct {
	Context  string   `json:"@odata.context"`
	Count    *int     `json:"@odata.count,omitempty"`
	NextLink string   `json:"@odata.nextLink,omitempty"`
	Value    []object `json:"value"`
}

// list answers the rows that a query asks for, a page of them. A count that is
// not asked for as an advanced query is left out in silence, as documented.
func (c call) list(of collection) (answer, *refusal) {
	matching, refused := c.matching(of)
	if refused != nil {
		return answer{}, refused
	}
	slices.SortFunc(matching, func(a, b object) int { return strings.Compare(a.id(), b.id()) })
	page := envelope{Context: c.root() + "/$metadata#" + of.context, Value: []object{}}
	if c.query.advanced() {
		page.Count = new(len(matching))
	}
	for _, row := range matching {
		if row.id() <= c.query.after {
			continue
		}
		if len(page.Value) == c.query.top {
			page.NextLink = c.nextLink(page.Value[len(page.Value)-1].id())
			break
		}
		page.Value = append(page.Value, row)
	}
	for i, row := range page.Value {
		page.Value[i] = row.selected(c.query.fields)
	}
	return answer{body: page}, nil
}

// count answers the number of rows that a query asks for, as a text.
func (c call) count(of collection) (answer, *refusal) {
	if !c.query.eventual {
		return answer{}, badRequest("Request_BadRequest", "$count is not currently supported.")
	}
	matching, refused := c.matching(of)
	return answer{text: strconv.Itoa(len(matching))}, refused
}

func (c call) matching(of collection) ([]object, *refusal) {
	filter, refused := parseFilter(c.query.filter, of, c.query.advanced())
	if refused != nil {
		return nil, refused
	}
	return slices.DeleteFunc(of.rows, func(row object) bool { return !filter.matches(row) }), nil
}

// nextLink is the address of the page that begins behind a row. It is absolute,
// and repeats the options of the request.
func (c call) nextLink(after string) string {
	values := url.Values{}
	for name, value := range c.query.values {
		if !strings.EqualFold(strings.TrimPrefix(name, "$"), "skiptoken") {
			values[name] = value
		}
	}
	values.Set("$skiptoken", token(after, c.query.page+1))
	return "https://" + c.request.Host + c.request.URL.EscapedPath() + "?" + values.Encode()
}
