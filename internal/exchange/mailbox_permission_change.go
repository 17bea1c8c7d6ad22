// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// NewMailboxPermission is what CreateMailboxPermission sends.
type NewMailboxPermission struct {
	MailboxGUID     string
	User            string // any identity of the trustee
	Deny            bool
	AccessRights    []string
	InheritanceType string
	// AutoMapping has Outlook open the mailbox by itself. It matters to users who get FullAccess; it cannot be read,
	// and giving rights that are there already does not change it.
	AutoMapping bool
}

const fullAccess = "FullAccess"

// MayAutoMap reports whether auto-mapping is of any meaning to an entry.
func MayAutoMap(deny bool, accessRights []string) bool {
	return !deny && len(without([]string{fullAccess}, accessRights)) == 0
}

// CreateMailboxPermission gives rights to a trustee that had none on the mailbox when the caller looked. It is refused, as
// already existing, where Exchange's answer shows others beside them, which were given since: two that manage one entry
// take away each other's. What was given stays then, as it may be what was given by the other.
//
// A service principal that was registered a moment ago is not seen by this cmdlet for up to ten minutes; while it can
// be read, a refusal that misses it is tried again until ctx ends.
// The answer may lack the trustee's SID, and may precede the entry's appearance in reads; AwaitMailboxPermission waits
// for that.
func (c *Client) CreateMailboxPermission(ctx context.Context, object NewMailboxPermission) (MailboxPermission, error) {
	return c.give(ctx, object, func(given MailboxPermission) error {
		others := without(given.AccessRights, object.AccessRights)
		if len(others) == 0 || c.recent.tookAway(given.key()) {
			return nil
		}
		return &adminapi.Error{
			Cmdlet: "Add-MailboxPermission",
			Class:  adminapi.AlreadyExists,
			Message: fmt.Sprintf("'%s' holds %s on the mailbox '%s' now: another resource, or somebody else, gave %s at the same time. Nothing was taken away. "+
				"One resource must hold all the rights of a trustee on a mailbox",
				given.User, strings.Join(given.AccessRights, ", "), object.MailboxGUID, strings.Join(others, ", ")),
		}
	})
}

// give gives rights. To Exchange, those that are there already are no error. check says what is wrong about the entry that
// they were added to, as Exchange answers it.
func (c *Client) give(ctx context.Context, object NewMailboxPermission, check func(MailboxPermission) error) (MailboxPermission, error) {
	if object.MailboxGUID == "" {
		return MailboxPermission{}, fmt.Errorf("Add-MailboxPermission: %w", errEmptyIdentity)
	}
	parameters := adminapi.Parameters{
		"Identity":        object.MailboxGUID,
		"User":            object.User,
		"AccessRights":    object.AccessRights,
		"InheritanceType": object.InheritanceType,
		"Confirm":         false,
	}
	if object.Deny {
		parameters["Deny"] = true
	}
	if MayAutoMap(object.Deny, object.AccessRights) {
		parameters["AutoMapping"] = object.AutoMapping
	}
	// Whoever takes rights on the mailbox may see these before they are answered.
	defer c.recent.begin(givingOn(object.MailboxGUID))()
	// Exchange may answer no row.
	permission := MailboxPermission{MailboxPermissionID: MailboxPermissionID{MailboxGUID: object.MailboxGUID, Deny: object.Deny}}
	err := c.until(ctx, func(ctx context.Context) error {
		result, err := c.invoke(ctx, "Add-MailboxPermission", parameters)
		if err != nil {
			return c.seen(ctx, err, ServicePrincipalReference, object.User)
		}
		for _, answered := range mailboxPermissionsFrom(object.MailboxGUID, result.Rows) {
			permission = answered
			// No answer to a denying entry is recorded, so what was asked for is believed of that.
			permission.Deny = object.Deny
		}
		return nil
	})
	if adminapi.MayHaveHappened(err) {
		// The command was sent again and again, or the operation was interrupted.
		looking, done := Afterwards(ctx)
		defer done()
		if found, lookErr := c.MailboxPermission(looking, object.MailboxGUID, object.User, object.Deny); lookErr == nil && found.holds(object) {
			permission, err = found, nil
		}
	}
	if err == nil {
		err = check(permission)
		c.recent.write(permission.key())
	}
	return permission, err
}

// givingOn stands for the giving of rights on a mailbox.
func givingOn(mailboxGUID string) string { return "giving on " + mailboxGUID }

// holds reports whether the permission has, at least, what was to be given.
func (p MailboxPermission) holds(given NewMailboxPermission) bool {
	return len(without(given.AccessRights, p.AccessRights)) == 0 && strings.EqualFold(p.InheritanceType, given.InheritanceType)
}

// AwaitMailboxPermission returns the permission that was given to the trustee once reads show its rights. It asks for
// the trustee by the words that the rights were given by: the answer to the giving is not checked by anything else.
func (c *Client) AwaitMailboxPermission(ctx context.Context, object NewMailboxPermission) (MailboxPermission, error) {
	defer c.recent.begin(givingOn(object.MailboxGUID))()
	var permission MailboxPermission
	err := c.settled(ctx, func(ctx context.Context) error {
		var err error
		permission, err = c.MailboxPermission(ctx, object.MailboxGUID, object.User, object.Deny)
		if IsNotFound(err) {
			return notYet{err}
		}
		if err != nil {
			return err
		}
		return permission.unsettled(object.AccessRights, nil)
	})
	if err == nil {
		c.gave(permission.MailboxPermissionID)
	}
	return permission, err
}

// unsettled says which rights do not show yet, or show still. Other rights may be somebody else's doing.
func (p MailboxPermission) unsettled(added, removed []string) error {
	if missing := without(added, p.AccessRights); len(missing) > 0 {
		return notYet{fmt.Errorf("Exchange accepted the rights %s and does not show them", strings.Join(missing, ", "))}
	}
	if gone := without(removed, p.AccessRights); len(gone) < len(removed) {
		return notYet{fmt.Errorf("Exchange accepted that %s are removed and still shows %s", strings.Join(removed, ", "), strings.Join(p.AccessRights, ", "))}
	}
	return nil
}

// UpdateMailboxPermission gives what rights are missing of those in object and then takes those that are too many, so
// that the trustee never has less than it had and is to have. It returns once Exchange shows the change.
//
// With renew, everything is taken first and then given anew, which is the only way to change auto-mapping; in between
// the trustee has no access. given reports, also with an error, whether rights were given, with object's auto-mapping.
func (c *Client) UpdateMailboxPermission(ctx context.Context, id MailboxPermissionID, object NewMailboxPermission, renew bool) (given bool, err error) {
	before, err := c.FindMailboxPermission(ctx, id)
	switch {
	case err == nil:
		// What is configured may be the name that the trustee had once.
		object.User = id.UserSID
	case !IsNotFound(err):
		return false, err
	}
	if renew && len(before.rows) > 0 {
		if err := c.takeAll(ctx, before); err != nil {
			return false, err
		}
		before = MailboxPermission{MailboxPermissionID: id}
	}
	wanted, surplus := object.AccessRights, without(before.AccessRights, object.AccessRights)
	if object.AccessRights = without(wanted, before.AccessRights); len(object.AccessRights) > 0 {
		if _, err := c.give(ctx, object, func(MailboxPermission) error { return nil }); err != nil {
			return false, err
		}
		given = true
	}
	if _, err := c.take(ctx, before, surplus); err != nil {
		return given, err
	}
	c.gave(id)
	return given, c.settled(ctx, func(ctx context.Context) error {
		after, err := c.mailboxPermissionOf(ctx, id)
		if IsNotFound(err) {
			return notYet{err}
		}
		if err != nil {
			return err
		}
		return after.unsettled(wanted, surplus)
	})
}

// DeleteMailboxPermission takes all rights of a permission. last is what is known of it: its id, rights and inheritance
// type, of which the latter may have changed since. A permission that is gone already is no error. The trustee is named by
// its SID, which works for deleted ones too.
func (c *Client) DeleteMailboxPermission(ctx context.Context, last MailboxPermission) error {
	last.rows = nil
	for inheritanceType := range strings.SplitSeq(last.InheritanceType, ", ") {
		last.rows = append(last.rows, permissionRow{last.AccessRights, inheritanceType})
	}
	err := c.takeAll(ctx, last)
	if err != nil {
		// It may have been done all the same.
		looking, done := Afterwards(ctx)
		defer done()
		if _, lookErr := c.FindMailboxPermission(looking, last.MailboxPermissionID); !IsNotFound(lookErr) {
			return err
		}
		c.recent.remove(last.key())
	}
	return nil
}

// takeAll takes all rights that a permission is known to have, and then those that a look shows it to have beside, until
// Exchange shows none. It takes nothing that a look showed once another operation has given the permission anew: that may
// have been what the look showed.
func (c *Client) takeAll(ctx context.Context, permission MailboxPermission) error {
	id, begun := permission.MailboxPermissionID, time.Now()
	left, taken, looked := permission, MailboxPermission{}, false
	return c.settled(ctx, func(ctx context.Context) error {
		switch {
		case c.recent.wroteAfter(id.key(), begun):
			return nil
		case looked && c.givesOn(id, begun):
			left.rows = nil
		}
		now, err := c.take(ctx, left, left.AccessRights)
		if err != nil {
			return err
		}
		for _, row := range now {
			taken.merge("", row)
		}
		// Otherwise Exchange did not know the entry, or only the server that was asked did not.
		known := len(taken.rows) > 0 && len(left.beyond(taken).rows) == 0
		var shown MailboxPermission
		if known {
			shown, err = c.mailboxPermissionOf(ctx, id)
			var refusal *adminapi.Error
			// Where it is the mailbox that was not found, nobody has seen what else its list has.
			known = !IsNotFound(err) || !errors.As(err, &refusal) || refusal.Status == 0
		}
		if !known {
			shown, err = c.FindMailboxPermission(ctx, id)
		}
		looked = true
		switch {
		case c.recent.wroteAfter(id.key(), begun):
			// Another operation has found it gone, and given it anew.
			return nil
		case IsNotFound(err):
			c.recent.remove(id.key())
			return nil
		case err != nil:
			return err
		}
		if left = shown.beyond(taken); len(left.rows) == 0 {
			c.recent.remove(id.key())
			return shown.unsettled(nil, taken.AccessRights)
		}
		err = fmt.Errorf("'%s' still holds %s on the mailbox '%s'", shown.User, strings.Join(left.AccessRights, ", "), id.MailboxGUID)
		if c.recent.underWay(givingOn(id.MailboxGUID)) {
			// That may take longer than any change, and nothing is taken meanwhile.
			err = heldUp{fmt.Errorf("%w, where rights are being given", err)}
		}
		return notYet{err}
	})
}

// givesOn reports whether another operation may be giving a permission anew: it gives one on the mailbox, or has since a
// moment, and it is not known to whom.
func (c *Client) givesOn(id MailboxPermissionID, since time.Time) bool {
	return c.recent.underWay(givingOn(id.MailboxGUID)) || c.recent.wroteAfter(id.toSomebody().key(), since)
}

// gave notes that a permission was given.
func (c *Client) gave(id MailboxPermissionID) {
	c.recent.write(id.key())
	// It need not be told any more that one was given to somebody.
	c.recent.forget(id.toSomebody().key())
}

// toSomebody returns the id of a permission of which it is not known whose it is.
func (id MailboxPermissionID) toSomebody() MailboxPermissionID {
	return MailboxPermissionID{MailboxGUID: id.MailboxGUID, Deny: id.Deny}
}

// beyond returns the permission without the rights that other rows of its have.
func (p MailboxPermission) beyond(other MailboxPermission) MailboxPermission {
	rest := MailboxPermission{MailboxPermissionID: p.MailboxPermissionID, User: p.User}
	for _, row := range p.rows {
		for _, known := range other.rows {
			if strings.EqualFold(known.inheritanceType, row.inheritanceType) {
				row.accessRights = without(row.accessRights, known.accessRights)
			}
		}
		if len(row.accessRights) > 0 {
			rest.merge(p.User, row)
		}
	}
	return rest
}

// take takes some of a permission's rights, from each of its rows those that it has. It returns what it surely took: not
// what Exchange did not find, or had a warning about, as it has where a mailbox's list does not have the right.
func (c *Client) take(ctx context.Context, permission MailboxPermission, rights []string) (taken []permissionRow, err error) {
	for _, row := range permission.rows {
		row.accessRights = without(row.accessRights, without(row.accessRights, rights))
		if len(row.accessRights) == 0 {
			continue
		}
		parameters := adminapi.Parameters{
			"Identity": permission.MailboxGUID, "User": permission.UserSID, "AccessRights": row.accessRights, "Confirm": false,
		}
		if !strings.EqualFold(row.inheritanceType, AllInheritance) {
			parameters["InheritanceType"] = row.inheritanceType
		}
		if permission.Deny {
			parameters["Deny"] = true
		}
		result, err := c.invoke(ctx, "Remove-MailboxPermission", parameters)
		switch {
		case IsNotFound(err):
		case err != nil:
			return taken, err
		case len(result.Warnings) == 0:
			taken = append(taken, row)
		}
	}
	return taken, nil
}
