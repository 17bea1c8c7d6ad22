// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

const (
	// How often a cmdlet is sent whose answers get lost, where looking at the tenant each time tells that it did nothing.
	maxSends = 3

	// How long an object may take to show before the command that was to create it counts as not run, where Exchange
	// itself would refuse to create a second one.
	showTime = 10 * time.Second
)

// creation is the creation of one object by a cmdlet that cannot be repeated blindly: a second run would meet the object
// of the first, or make it twice.
type creation struct {
	cmdlet     string
	parameters adminapi.Parameters
	// key is the natural key: what Exchange allows one object of the kind only to have.
	key string
	// shows is how long to look for the object of a lost answer before the cmdlet is sent again.
	shows time.Duration
	// look reads the object that has the natural key, and returns its id and whether it is, in all that was asked for,
	// the object that is to be created.
	look func(context.Context) (id string, same bool, err error)
}

// create runs a New cmdlet so that there is one object in the end, whatever becomes of the answers. It returns the row
// that Exchange answered, or answered = false where the object is the one that look read last.
//
// Where an answer is lost, the object is looked for. One that is there and just as asked for is the one that was
// created; one that differs is somebody else's. Where none shows, the cmdlet is sent again.
func (c *Client) create(ctx context.Context, object creation) (row adminapi.Row, answered bool, err error) {
	row, answered, err = c.send(ctx, object)
	for sends := 1; adminapi.MayHaveHappened(err); sends++ {
		lost := err
		c.report(ctx, fmt.Sprintf("looking whether it happened all the same: %v", lost))
		found, lookErr := c.find(ctx, object, object.shows, lost)
		if found || lookErr != nil {
			return adminapi.Row{}, false, lookErr
		}
		if sends == maxSends || ctx.Err() != nil {
			return adminapi.Row{}, false, fmt.Errorf("%w. Exchange does not show that it happened", lost)
		}
		row, answered, err = c.send(ctx, object)
		if IsAlreadyExists(err) {
			// So the first was done, and does not show yet.
			if found, lookErr = c.find(ctx, object, settleTime, err); found || lookErr != nil {
				return adminapi.Row{}, false, lookErr
			}
		}
	}
	if err == nil && !answered {
		err = c.settled(ctx, func(ctx context.Context) error {
			_, _, err := object.look(ctx)
			if IsNotFound(err) {
				return notYet{err}
			}
			return err
		})
	}
	return row, answered, err
}

// send sends the cmdlet once, or until the name is free that this client itself has just freed: a server may not have
// seen the removal yet.
func (c *Client) send(ctx context.Context, object creation) (row adminapi.Row, answered bool, err error) {
	err = c.settled(ctx, func(ctx context.Context) error {
		result, err := c.invoke(ctx, object.cmdlet, object.parameters)
		if IsAlreadyExists(err) && c.recent.tookAway(object.key) {
			return notYet{err}
		}
		if err == nil && len(result.Rows) > 0 {
			row, answered = result.Rows[0], true
		}
		return err
	})
	return row, answered, err
}

// find looks for the object of a lost answer, for as long as it may take to show. Its error tells of an object that is
// there and is another one, or why none could be looked for.
func (c *Client) find(ctx context.Context, object creation, patience time.Duration, lost error) (found bool, err error) {
	// What was done although the operation was interrupted, or ran out of time, has to come into state.
	ended := ctx.Err() != nil
	alive := ctx
	if ended {
		var done context.CancelFunc
		alive, done = Afterwards(ctx)
		defer done()
		patience = min(patience, afterInterruption)
	}
	different := ""
	err = c.patient(alive, usualPace, patience, fmt.Errorf("nothing showed for %s", patience), func(ctx context.Context) error {
		different = ""
		id, same, err := object.look(ctx)
		switch {
		case IsNotFound(err), err == nil && c.recent.tookAway(id):
			return notYet{lost}
		case err != nil:
			return fmt.Errorf("%w. Whether it happened could not be seen: %w", lost, err)
		case same && !c.recent.owns(id):
			return nil
		}
		// It, or what it refers to, may be read from a server that lags behind.
		different = id
		return notYet{lost}
	})
	var over waitEnded
	switch {
	case err == nil:
		return true, nil
	case ctx.Err() != nil && !ended:
		return c.find(ctx, object, patience, lost)
	case !errors.As(err, &over):
		return false, err
	case different != "":
		return false, &adminapi.Error{
			Cmdlet:  object.cmdlet,
			Class:   adminapi.AlreadyExists,
			Message: fmt.Sprintf("the object %s has this name or these ids, and is not what was to be created (%v)", different, lost),
		}
	default:
		return false, nil
	}
}
