// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
)

// callCookies are the cookies of one call. A cookie of Exchange's holds a session
// to one server, and only that server knows the next page: a call keeps the
// cookies it began with and those of its own answers, whatever other calls are
// told meanwhile, and tells the client's jar of its own.
type callCookies struct {
	shared http.CookieJar
	own    http.CookieJar
	begun  map[string][]*http.Cookie // the shared cookies as first seen, by host
}

func newCallCookies(shared http.CookieJar) *callCookies {
	own, _ := cookiejar.New(nil) // Its error is documented to be always nil.
	return &callCookies{shared: shared, own: own, begun: map[string][]*http.Cookie{}}
}

// branch returns the cookies of a call that was answered together with others: it
// goes on in the session that they began at u.
func (c *callCookies) branch(u *url.URL) *callCookies {
	branch := newCallCookies(c.shared)
	branch.begun[u.Host] = c.Cookies(u)
	return branch
}

// Cookies implements [http.CookieJar].
func (c *callCookies) Cookies(u *url.URL) []*http.Cookie {
	begun, ok := c.begun[u.Host]
	if !ok {
		begun = c.shared.Cookies(u)
		c.begun[u.Host] = begun
	}
	cookies := c.own.Cookies(u)
	for _, cookie := range begun {
		named := func(own *http.Cookie) bool { return own.Name == cookie.Name }
		if !slices.ContainsFunc(cookies, named) {
			cookies = append(cookies, cookie)
		}
	}
	return cookies
}

// SetCookies implements [http.CookieJar].
func (c *callCookies) SetCookies(u *url.URL, cookies []*http.Cookie) {
	c.own.SetCookies(u, cookies)
	c.shared.SetCookies(u, cookies)
}
