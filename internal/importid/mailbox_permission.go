// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package importid

import (
	"fmt"
	"strings"
)

const (
	separator = "|"
	deny      = "deny"
)

// MailboxPermissionID names an entry of a mailbox's permission list.
type MailboxPermissionID struct {
	Mailbox, User string // any identity of either
	Deny          bool
}

// MailboxPermission reads mailbox|user, or mailbox|user|deny for an entry that denies.
func MailboxPermission(id string) (MailboxPermissionID, error) {
	parts := strings.Split(id, separator)
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	switch {
	case len(parts) == 3 && !strings.EqualFold(parts[2], deny):
		return MailboxPermissionID{}, fmt.Errorf("%q ends in %q, and the only third part there can be is %s; name a mailbox or user whose name holds a %s by its address, GUID or SID", id, parts[2], deny, separator)
	case len(parts) != 2 && len(parts) != 3:
		return MailboxPermissionID{}, fmt.Errorf("%q is not of the form mailbox%suser or mailbox%suser%s%s, such as info@contoso.com|adele@contoso.com", id, separator, separator, separator, deny)
	}
	for _, part := range parts {
		if err := NameOrGUID(part); err != nil {
			return MailboxPermissionID{}, fmt.Errorf("a part of %q cannot be: %w", id, err)
		}
	}
	return MailboxPermissionID{Mailbox: parts[0], User: parts[1], Deny: len(parts) == 3}, nil
}

// String writes the id as MailboxPermission reads it.
func (id MailboxPermissionID) String() string {
	text := id.Mailbox + separator + id.User
	if id.Deny {
		text += separator + deny
	}
	return text
}
