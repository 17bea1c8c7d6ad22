// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// firstReads is how many objects of a kind are read one by one before all of them are listed: a small configuration must
// not pay for the listing of a huge tenant.
const firstReads = 3

// identities are the properties by which objects are read that can be listed: by what state has of them, and by what they
// are imported by.
var identities = [...]string{"Guid", "ExchangeObjectId", "Name", "Identity", "ObjectId", "ServiceId", "AppId"}

// listed returns the object that same accepts, one of whose identities is identity, as a listing of all objects has it;
// found is false where the object has to be read by itself: where there is no listing, or not exactly one such object in
// it. So a listing never says that something is not there.
//
// The listing is made once a run, when firstReads objects were read by themselves. Once this client has written something
// that it may tell of, it is made anew, after twice as many further reads each time. What somebody else changes during
// the run may not show, so nothing is written by what it says.
func (c *Client) listed(ctx context.Context, cmdlet, identity string, same func(adminapi.Row) bool) (row adminapi.Row, found bool) {
	if c.uncached || identity == "" {
		return nil, false
	}
	listing, ok := c.listing(ctx, cmdlet)
	if !ok {
		return nil, false
	}
	row, found, err := only(cmdlet, identity, listing.by(identity), same)
	return row, found && err == nil
}

// listing returns the listing of a kind of object, once it is worth its cost.
func (c *Client) listing(ctx context.Context, cmdlet string) (*answer, bool) {
	known, attempt := c.memory.worthListing(cmdlet)
	if known != nil {
		c.api.Came()
		return known, true
	}
	if attempt == 0 {
		return nil, false
	}
	// A listing can take longer than any read has time. So some is left to read the object by itself.
	waiting, cancel := halfOf(ctx)
	defer cancel()
	listing, err := c.recalled(waiting, cmdlet, nil)
	if err != nil {
		if ctx.Err() == nil {
			c.memory.postpone(cmdlet, attempt)
		}
		return nil, false
	}
	return listing, true
}

// halfOf returns a context that has half of the time that is left to ctx.
func halfOf(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, limited := ctx.Deadline()
	if !limited {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(deadline)/2)
}

// by returns the rows that have identity among their identities, without regard to case.
func (a *answer) by(identity string) []adminapi.Row {
	a.indexing.Do(func() {
		a.index = make(map[string][]adminapi.Row, len(a.rows))
		for _, row := range a.rows {
			var keys [len(identities)]string
			for i, property := range identities {
				key := strings.ToLower(row.Text(property))
				if key != "" && !slices.Contains(keys[:i], key) {
					a.index[key] = append(a.index[key], row)
				}
				keys[i] = key
			}
		}
	})
	return a.index[strings.ToLower(identity)]
}

// untilListing is how long to read the objects of a kind one by one.
type untilListing struct {
	attempt int // counts the listings that were begun, or will be next, from 1
	left    int // the reads until then
}

// worthListing counts a read. It returns the listing to read from, or the number of the attempt to make one, which is 0
// while the object is to be read by itself.
func (m *memory) worthListing(cmdlet string) (known *answer, attempt int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if known := m.answers[cmdlet]; known != nil {
		return known, 0
	}
	if m.untilListing == nil {
		m.untilListing = map[string]*untilListing{}
	}
	p := m.untilListing[cmdlet]
	if p == nil {
		p = &untilListing{attempt: 1, left: firstReads}
		m.untilListing[cmdlet] = p
	}
	if p.left > 0 {
		p.left--
		return nil, 0
	}
	return nil, p.attempt
}

// postpone has the objects of a kind read one by one again, as the listing failed. Of many who waited for it, the first
// to say so counts.
func (m *memory) postpone(cmdlet string, attempt int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.untilListing[cmdlet]; p != nil && p.attempt == attempt {
		p.renew()
	}
}

// renew begins anew, with twice as many reads as before.
func (p *untilListing) renew() {
	p.left = firstReads << min(p.attempt, 10)
	p.attempt++
}
