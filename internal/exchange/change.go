// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"context"
	"fmt"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// set runs a Set cmdlet on an object that was there a moment ago. again reads it by what never changes, and returns what
// it is called by now.
//
// A server that does not find the object may lag behind the one that has it. And where a lost answer cannot be followed
// by the same command, because that gives the object another name, it is followed by another look.
func (c *Client) set(ctx context.Context, cmdlet string, parameters adminapi.Parameters, again func(context.Context) (identity string, err error)) error {
	lost := 0
	return c.settled(ctx, func(ctx context.Context) error {
		err := c.run(ctx, cmdlet, parameters)
		switch identity, _ := parameters["Identity"].(string); {
		case adminapi.MayHaveHappened(err) && !idempotent(cmdlet, parameters):
			if lost++; lost == maxSends {
				return err
			}
		case IsNotFound(err) && Names(err, identity):
		default:
			return err
		}
		identity, lookErr := again(ctx)
		if lookErr != nil {
			return fmt.Errorf("%w. What is there now could not be seen: %w", err, lookErr)
		}
		parameters["Identity"] = identity
		return notYet{err}
	})
}

// seen makes something of a refusal that misses an object which the command refers to. One that can be read is only not
// seen yet by the server that refused: a new service principal takes up to ten minutes to be seen by all.
func (c *Client) seen(ctx context.Context, err error, kind ReferenceKind, identity string) error {
	if !IsNotFound(err) || !Names(err, identity) {
		return err
	}
	lookErr := c.confirmed(ctx, identity, func(ctx context.Context) error {
		guid, err := c.resolve(ctx, c.list, kind, identity)
		if err == nil && guid == "" {
			return &adminapi.Error{Class: adminapi.NotFound, Message: fmt.Sprintf("'%s' cannot be found", identity)}
		}
		return err
	})
	if lookErr != nil {
		// The refusal is what matters.
		return err
	}
	return notYet{err}
}
