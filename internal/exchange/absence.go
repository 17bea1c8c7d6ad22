// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"context"
	"fmt"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

const (
	// looks is how many times in a row an object must be missing before its absence is believed.
	looks = 3

	// apart is how long after one answer in which it is missing the next is asked for, at least.
	apart = 250 * time.Millisecond
)

// confirmed runs look, which reads the object that key stands for, and has absence confirmed before it believes it.
//
// A tenant's servers lag behind one another, and requests go to one or another of them: a server that does not have an
// object yet says that there is none. So an object that this client wrote is looked for until settleTime has passed
// since, and any other must be missing several times in a row.
func (c *Client) confirmed(ctx context.Context, key string, look func(context.Context) error) error {
	misses := 0
	return c.until(ctx, func(ctx context.Context) error {
		err := look(ctx)
		if !IsNotFound(err) {
			return err
		}
		if misses++; misses < looks || c.recent.wrote(key) {
			return notYet{err}
		}
		return err
	})
}

// refreshed reads, for a refresh, an object of a kind that can be listed: the one that same accepts, one of whose
// identities is id, and which the cmdlet may find by its name. Without an error, found is false where the object is to be
// found by itself: where this client has just written it, for example.
//
// What the listing of this run lacks is asked for by its name, and is absent where that finds nothing and two further
// listings lack it, too. Those serve for all that is missing. So however many objects are gone, each costs one Get, which
// leaves with those of others, and all of them three listings.
//
// That is no weaker than to read each of them as confirmed does: the object is missing at as many moments. A Get and a
// listing of one moment tell little more than one of them, for what one server does not have, it has for neither. Nor
// does it matter that the listings may be older than the Get. An object in state was there before this run, or before the
// listings, which a write has forgotten. So any answer that lacks it is wrong if it is there still; an early one, if at
// all, sooner than a late one.
func (c *Client) refreshed(ctx context.Context, cmdlet, id, name string, same func(adminapi.Row) bool) (row adminapi.Row, found bool, err error) {
	if row, found = c.listed(ctx, cmdlet, id, same); found {
		return row, true, nil
	}
	if c.uncached || id == "" || name == "" || c.recent.wrote(id) {
		return nil, false, nil
	}
	rows, err := c.patiently(ctx, cmdlet, adminapi.Parameters{"Identity": name})
	if err != nil && !IsNotFound(err) {
		return nil, false, err
	}
	if row, found, err = only(cmdlet, id, rows, same); found || err != nil {
		return row, found, err
	}
	err = c.missing(ctx, cmdlet, nil, func(listing *answer) error {
		row, found, err = only(cmdlet, id, listing.by(id), same)
		if err == nil && !found {
			err = unlisted(cmdlet, id, len(listing.rows))
		}
		return err
	})
	return row, err == nil, err
}

// missing runs look on one answer after another to a command that reads, until one has what look is after, which takes
// another for not found, or as many lack it as absence takes. The answers are remembered, the first of them as that of
// recall, so they are the same for all who miss something in them. They are apart from one another.
func (c *Client) missing(ctx context.Context, cmdlet string, parameters adminapi.Parameters, look func(*answer) error) error {
	var came time.Time
	var absent error
	for number := range looks {
		key := commandKey(cmdlet, parameters)
		if number > 0 {
			key = fmt.Sprintf("%s, answer %d", key, number+1)
		}
		var err error
		known, _ := c.memory.recall(cmdlet, key)
		if known == nil {
			if err := pause(ctx, time.Until(came.Add(apart))); err != nil {
				return waitEnded{absent, err}
			}
			known, err = c.remembered(ctx, key, cmdlet, parameters)
		} else if number == 0 {
			c.api.Came()
		}
		came = time.Now()
		if err == nil {
			came = known.came
			err = look(known)
		}
		if !IsNotFound(err) {
			return err
		}
		absent = err
	}
	return absent
}

// pause waits for a while, and returns why it could not.
func pause(ctx context.Context, while time.Duration) error {
	timer := time.NewTimer(while)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// unlisted says that an object is not among those of a listing.
func unlisted(cmdlet, identity string, listed int) error {
	message := fmt.Sprintf("'%s' is not among the %d objects that Exchange lists", identity, listed)
	if listed == 1 {
		message = fmt.Sprintf("'%s' is not the one object that Exchange lists", identity)
	}
	return &adminapi.Error{Cmdlet: cmdlet, Class: adminapi.NotFound, Message: message}
}
