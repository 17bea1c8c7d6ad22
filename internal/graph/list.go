// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"errors"
	"net/url"
)

// pageSize is the most that a page of directory objects can have.
const pageSize int32 = 999

// object is what the library's directory objects have.
type object interface {
	GetId() *string
}

// page is what all of the library's pages have.
type page[T object] interface {
	GetValue() []T
	GetOdataNextLink() *string
	GetAdditionalData() map[string]any
}

// list returns the objects of all pages, each once, though what changes while
// pages are read can be on two of them. get asks for the page that a link leads
// to, and for the first where the link is "". A page that is not whole is an
// error: a list without its rows would be taken for what is there.
func list[T object](get func(link string) (page[T], error)) ([]T, error) {
	var all []T
	seen, asked := map[string]bool{}, map[string]bool{}
	for link := ""; ; {
		asked[link] = true
		p, err := get(link)
		if err != nil {
			return nil, err
		}
		if p == nil || p.GetValue() == nil || p.GetAdditionalData()["error"] != nil {
			return nil, errors.New("Microsoft Graph answered a page without a list, or one that broke off")
		}
		for _, row := range p.GetValue() {
			if any(row) == nil || row.GetId() == nil || *row.GetId() == "" {
				return nil, errors.New("Microsoft Graph answered a list with an object that has no id")
			}
			if id := *row.GetId(); !seen[id] {
				seen[id] = true
				all = append(all, row)
			}
		}
		next := p.GetOdataNextLink()
		if next == nil {
			return all, nil
		}
		if target, err := url.Parse(*next); err != nil || target.Host == "" {
			return nil, errors.New("Microsoft Graph's link to a further page leads nowhere")
		}
		if link = *next; asked[link] {
			return nil, errors.New("Microsoft Graph's link to a further page leads back to one that was read")
		}
	}
}
