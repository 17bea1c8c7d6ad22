// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"context"
	"fmt"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// removal is the removal of one object.
type removal struct {
	cmdlet string
	// identity is what the object is called in the cmdlet.
	identity string
	// keys are the object's ids and names, which are free once it is gone.
	keys []string
	// again reads the object by what never changes, and returns what it is called by now.
	again func(context.Context) (identity string, err error)
}

// remove runs a Remove cmdlet until the object is gone. An object that is gone already is no error.
//
// A lost answer is followed by another look: the name in the command may be another object's by the time of a second
// one. And a server that does not find the object may lag behind the one that has it.
func (c *Client) remove(ctx context.Context, object removal) error {
	if object.identity == "" {
		return fmt.Errorf("%s: %w", object.cmdlet, errEmptyIdentity)
	}
	lost := 0
	return c.until(ctx, func(ctx context.Context) error {
		err := c.run(ctx, object.cmdlet, adminapi.Parameters{"Identity": object.identity, "Confirm": false})
		switch {
		case err == nil:
			c.recent.remove(object.keys...)
			return nil
		case adminapi.MayHaveHappened(err):
			if lost++; lost == maxSends {
				return err
			}
			c.report(ctx, fmt.Sprintf("looking whether it happened all the same: %v", err))
		case adminapi.ClassOf(err) != adminapi.NotFound:
			return err
		}
		// Should it be gone now, that is no news to wait for.
		c.recent.remove(object.keys...)
		looking, done := Afterwards(ctx)
		defer done()
		identity, lookErr := object.again(looking)
		if IsNotFound(lookErr) {
			return nil
		}
		if lookErr != nil {
			return fmt.Errorf("%w. Whether it is gone could not be seen: %w", err, lookErr)
		}
		object.identity = identity
		return notYet{err}
	})
}

// replaced says of an object that another one is in its place, so that itself is gone.
func replaced(cmdlet, guid, other string) error {
	return &adminapi.Error{
		Cmdlet:  cmdlet,
		Class:   adminapi.NotFound,
		Message: fmt.Sprintf("the object %s is gone, and %s is in its place", guid, other),
	}
}
