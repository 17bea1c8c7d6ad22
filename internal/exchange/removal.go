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
	// byGUID is whether that is the object's GUID, in the place of what the cmdlet is known to take.
	byGUID bool
	// byName is whether it is to be called by its name all the same.
	byName bool
	// reusable is whether another object may come to have the identity: one that is made anew of the same things.
	reusable bool
	// keys are the object's ids and names, which are free once it is gone.
	keys []string
	// again reads the object by what never changes, and returns what it is called by now, but for its GUID.
	again func(context.Context) (identity string, err error)
}

// remove runs a Remove cmdlet until the object is gone. An object that is gone already is no error.
//
// Nobody looks for the object first: what the command calls it does not become another object's, unless somebody names an
// object by the GUID of another, or makes one anew that has the same identity. Where that is not found, or a name has to
// be given, or the answer is lost, the object is looked for before a further command: a server that does not find it may
// lag behind the one that has it, and what it is called may be another object's by then.
func (c *Client) remove(ctx context.Context, object removal) error {
	if object.identity == "" {
		return fmt.Errorf("%s: %w", object.cmdlet, errEmptyIdentity)
	}
	identity, byGUID := object.identity, object.byGUID
	if byGUID && (object.byName || c.memory.goesByName(object.cmdlet)) {
		byGUID = false
		name, err := object.again(ctx)
		if IsNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		identity = name
	}
	// look looks whether the object is gone, once a command came to refusal.
	look := func(ctx context.Context, refusal error) (gone bool, err error) {
		called, err := object.again(ctx)
		switch {
		case IsNotFound(err):
			c.recent.remove(object.keys...)
			return true, nil
		case err != nil:
			return false, fmt.Errorf("%w. Whether it is gone could not be seen: %w", refusal, err)
		case !byGUID:
			identity = called
		}
		return false, nil
	}
	lost := 0
	var refusal error
	return c.until(ctx, func(ctx context.Context) error {
		if refusal != nil && object.reusable {
			// What was seen was seen before a pause.
			if gone, err := look(ctx, refusal); gone || err != nil {
				return err
			}
		}
		err := c.run(ctx, object.cmdlet, adminapi.Parameters{"Identity": identity, "Confirm": false})
		switch {
		case err == nil:
			if object.byGUID && !byGUID {
				c.memory.goByName(object.cmdlet)
			}
			c.recent.remove(object.keys...)
			return nil
		case adminapi.ClassOf(err) == adminapi.NotFound, byGUID && misunderstood(err):
			byGUID = false
		case adminapi.MayHaveHappened(err):
			if lost++; lost == maxSends {
				return err
			}
			c.report(ctx, fmt.Sprintf("looking whether it happened all the same: %v", err))
		default:
			return err
		}
		refusal = err
		looking, done := Afterwards(ctx)
		defer done()
		if gone, err := look(looking, refusal); gone || err != nil {
			return err
		}
		return notYet{refusal}
	})
}

// misunderstood reports whether a command may have been refused for the form of the identity in it. In what words that
// would be is not known, so every refusal without a class of its own counts.
func misunderstood(err error) bool {
	switch adminapi.ClassOf(err) {
	case adminapi.Ambiguous, adminapi.InvalidInput, adminapi.Other:
		return isAnswer(err) && !adminapi.MayHaveHappened(err)
	default:
		return false
	}
}

// replaced says of an object that another one is in its place, so that itself is gone.
func replaced(cmdlet, guid, other string) error {
	return &adminapi.Error{
		Cmdlet:  cmdlet,
		Class:   adminapi.NotFound,
		Message: fmt.Sprintf("the object %s is gone, and %s is in its place", guid, other),
	}
}
