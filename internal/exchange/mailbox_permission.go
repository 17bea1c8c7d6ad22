// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// AllInheritance is the inheritance type of entries for which none is given: for the mailbox and all that is in it.
const AllInheritance = "All"

// MailboxPermissionID tells one entry of one mailbox's permission list.
type MailboxPermissionID struct {
	MailboxGUID string // lower case
	UserSID     string // of the trustee, which a renamed user keeps
	Deny        bool   // allowing and denying entries of one trustee are two
}

// MailboxPermission is what a mailbox's permission list allows or denies a trustee. Exchange may hold it in several
// rows; they are one permission here.
type MailboxPermission struct {
	MailboxPermissionID
	// User is the trustee as Exchange shows it: a user's principal name, a group's or an application's display name,
	// or the SID where nobody has that any more.
	User         string
	AccessRights []string // sorted
	// InheritanceType is that of the rows. Where they differ, which only changes from elsewhere bring about, it names
	// all of theirs.
	InheritanceType string

	rows []permissionRow
}

// permissionRow is the part of a permission that is removed by one request, which must name the inheritance type.
type permissionRow struct {
	accessRights    []string
	inheritanceType string
}

// Unresolved reports whether the trustee is gone: only its SID is left in the list, and nobody gets in by it.
func (p MailboxPermission) Unresolved() bool { return IsSID(p.User) }

// Has reports whether the permission holds just these rights, in any order and letter case.
func (p MailboxPermission) Has(accessRights []string) bool {
	return len(without(accessRights, p.AccessRights)) == 0 && len(without(p.AccessRights, accessRights)) == 0
}

var sid = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?i:S)-1(-[0-9]+)+$`) })

// IsSID reports whether text is a security identifier.
func IsSID(text string) bool { return sid().MatchString(text) }

// selfSID is NT AUTHORITY\SELF, which every mailbox has an entry of: the owner's own access.
const selfSID = "S-1-5-10"

// IsSelf reports whether a trustee is the mailbox's own.
func IsSelf(trustee string) bool {
	return strings.EqualFold(trustee, selfSID) || strings.EqualFold(trustee, `NT AUTHORITY\SELF`)
}

// mailboxPermissionsFrom makes permissions of rows. It leaves out what nobody gave: the owner's own entry and inherited
// ones; and SendAs, which belongs to another list, that of the recipient.
func mailboxPermissionsFrom(mailboxGUID string, rows []adminapi.Row) []MailboxPermission {
	type key struct {
		trustee string
		deny    bool
	}
	permissions := map[key]*MailboxPermission{}
	for _, row := range rows {
		user, userSID := row.Text("User"), row.Text("UserSid")
		if userSID == "" && IsSID(user) {
			userSID = user
		}
		rights := accessRights(row)
		if row.Bool("IsInherited") || IsSelf(userSID) || IsSelf(user) || len(rights) == 0 {
			continue
		}
		id := MailboxPermissionID{MailboxGUID: mailboxGUID, UserSID: strings.ToUpper(userSID), Deny: row.Bool("Deny")}
		k := key{cmp.Or(id.UserSID, strings.ToLower(user)), id.Deny}
		if permissions[k] == nil {
			permissions[k] = &MailboxPermission{MailboxPermissionID: id, User: user}
		}
		permissions[k].merge(user, permissionRow{rights, cmp.Or(row.Text("InheritanceType"), AllInheritance)})
	}
	merged := make([]MailboxPermission, 0, len(permissions))
	for _, permission := range permissions {
		merged = append(merged, *permission)
	}
	slices.SortFunc(merged, compareMailboxPermissions)
	return merged
}

func compareMailboxPermissions(a, b MailboxPermission) int {
	if order := cmp.Or(strings.Compare(strings.ToLower(a.User), strings.ToLower(b.User)), strings.Compare(a.UserSID, b.UserSID)); order != 0 || a.Deny == b.Deny {
		return order
	}
	if b.Deny {
		return -1
	}
	return 1
}

func (p *MailboxPermission) merge(user string, row permissionRow) {
	if p.Unresolved() {
		p.User = user
	}
	p.AccessRights = append(p.AccessRights, without(row.accessRights, p.AccessRights)...)
	slices.Sort(p.AccessRights)
	for i := range p.rows {
		if strings.EqualFold(p.rows[i].inheritanceType, row.inheritanceType) {
			p.rows[i].accessRights = append(p.rows[i].accessRights, without(row.accessRights, p.rows[i].accessRights)...)
			return
		}
	}
	p.rows = append(p.rows, row)
	var types []string
	for _, row := range p.rows {
		types = append(types, row.inheritanceType)
	}
	slices.Sort(types)
	p.InheritanceType = strings.Join(types, ", ")
}

// accessRights reads a list whose elements were seen to hold several rights, joined by commas.
func accessRights(row adminapi.Row) []string {
	var rights []string
	for _, element := range row.Texts("AccessRights") {
		for right := range strings.SplitSeq(element, ",") {
			right = strings.TrimSpace(right)
			if right != "" && !strings.EqualFold(right, "SendAs") {
				rights = append(rights, without([]string{right}, rights)...)
			}
		}
	}
	return rights
}

// without returns the rights that are not among others, each once. Rights fold case.
func without(rights, others []string) []string {
	var rest []string
	for _, right := range rights {
		same := func(other string) bool { return strings.EqualFold(other, right) }
		if !slices.ContainsFunc(others, same) && !slices.ContainsFunc(rest, same) {
			rest = append(rest, right)
		}
	}
	return rest
}

// MailboxPermissions lists who holds what on the mailbox with this GUID, sorted by trustee. Among them are the entries
// that deleted trustees left behind; see Unresolved. A mailbox's list is read once a run, and anew after this client has
// written one.
func (c *Client) MailboxPermissions(ctx context.Context, mailboxGUID string) ([]MailboxPermission, error) {
	return c.mailboxPermissions(ctx, c.recall, mailboxGUID, "")
}

// mailboxPermissions lists what a mailbox's permission list has, of all trustees or of one.
func (c *Client) mailboxPermissions(ctx context.Context, ask asking, mailboxGUID, user string) ([]MailboxPermission, error) {
	if mailboxGUID == "" {
		return nil, fmt.Errorf("Get-MailboxPermission: %w", errEmptyIdentity)
	}
	parameters := permissionsOf(mailboxGUID)
	if user != "" {
		parameters["User"] = user
	}
	rows, err := ask(ctx, "Get-MailboxPermission", parameters)
	if err != nil {
		return nil, err
	}
	return c.mailboxPermissionsIn(ctx, mailboxGUID, rows)
}

// permissionsOf are the parameters by which all of a mailbox's permission list is read.
func permissionsOf(mailboxGUID string) adminapi.Parameters {
	return adminapi.Parameters{"Identity": mailboxGUID, "IncludeUnresolvedPermissions": true, "ResultSize": "Unlimited"}
}

// mailboxPermissionsIn makes permissions of what was answered for one mailbox.
func (c *Client) mailboxPermissionsIn(ctx context.Context, mailboxGUID string, rows []adminapi.Row) ([]MailboxPermission, error) {
	for _, row := range rows {
		if !strings.EqualFold(row.Text("Identity"), rows[0].Text("Identity")) {
			// The documentation warns that an identity which does not exist may be answered with all objects.
			if _, err := c.mailbox(ctx, c.list, mailboxGUID); err != nil {
				return nil, err
			}
			return nil, fmt.Errorf("Get-MailboxPermission: Exchange answers the permissions of several mailboxes for the mailbox '%s'", mailboxGUID)
		}
	}
	return mailboxPermissionsFrom(mailboxGUID, rows), nil
}

// MailboxPermission reads what the trustee that user names holds on a mailbox. Exchange resolves the trustee, in any of
// its identities: an address, name, GUID or SID of a user or group, an object id or application id of a service
// principal. The error is not found where it names nobody, or somebody without such a permission.
func (c *Client) MailboxPermission(ctx context.Context, mailboxGUID, user string, deny bool) (MailboxPermission, error) {
	return c.mailboxPermission(ctx, c.list, mailboxGUID, user, deny)
}

// TookAway reports whether this client has just taken the permission away, so that what a server still shows of it is none.
func (c *Client) TookAway(id MailboxPermissionID) bool { return c.recent.tookAway(id.key()) }

// mailboxPermission is MailboxPermission for those whom a remembered answer may be good enough.
func (c *Client) mailboxPermission(ctx context.Context, ask asking, mailboxGUID, user string, deny bool) (MailboxPermission, error) {
	if user == "" {
		return MailboxPermission{}, fmt.Errorf("Get-MailboxPermission: the trustee is empty, and Exchange would take that for every trustee, so nothing was sent")
	}
	permissions, err := c.mailboxPermissions(ctx, ask, mailboxGUID, user)
	if err != nil {
		return MailboxPermission{}, err
	}
	if IsSID(user) {
		return the(permissions, MailboxPermissionID{MailboxGUID: mailboxGUID, UserSID: user, Deny: deny})
	}
	for _, permission := range permissions {
		if permission.UserSID == "" {
			return MailboxPermission{}, fmt.Errorf("Get-MailboxPermission: Exchange does not tell the security identifier of '%s', by which permissions are known", permission.User)
		}
		if permission.UserSID != permissions[0].UserSID {
			return MailboxPermission{}, &adminapi.Error{
				Cmdlet:  "Get-MailboxPermission",
				Class:   adminapi.Ambiguous,
				Message: fmt.Sprintf("Exchange answers permissions of '%s' and of '%s' for the trustee '%s'", permissions[0].User, permission.User, user),
			}
		}
	}
	for _, permission := range permissions {
		if permission.Deny == deny {
			return permission, nil
		}
	}
	return MailboxPermission{}, noMailboxPermission(user, mailboxGUID)
}

// key is what the permission is known by.
func (id MailboxPermissionID) key() string {
	return fmt.Sprintf("%s|%s|%t", id.MailboxGUID, id.UserSID, id.Deny)
}

// FindMailboxPermission reads the permission with this id. The error is not found where the mailbox has no such entry
// or is not there itself, which is confirmed.
func (c *Client) FindMailboxPermission(ctx context.Context, id MailboxPermissionID) (permission MailboxPermission, err error) {
	err = c.confirmed(ctx, id.key(), func(ctx context.Context) error {
		permission, err = c.mailboxPermissionOf(ctx, id)
		return err
	})
	return permission, err
}

// ReadMailboxPermission is FindMailboxPermission for a refresh: the entry is the one that MailboxPermissions has of it.
// A mailbox whose list lacks some is read twice more, for all of them.
func (c *Client) ReadMailboxPermission(ctx context.Context, id MailboxPermissionID) (permission MailboxPermission, err error) {
	if c.uncached || id.MailboxGUID == "" {
		return c.FindMailboxPermission(ctx, id)
	}
	err = c.missing(ctx, "Get-MailboxPermission", permissionsOf(id.MailboxGUID), func(list *answer) error {
		permissions, err := c.mailboxPermissionsIn(ctx, id.MailboxGUID, list.rows)
		if err == nil {
			permission, err = the(permissions, id)
		}
		return err
	})
	if IsNotFound(err) && c.recent.wrote(id.key()) {
		return c.FindMailboxPermission(ctx, id)
	}
	return permission, err
}

func (c *Client) mailboxPermissionOf(ctx context.Context, id MailboxPermissionID) (MailboxPermission, error) {
	permissions, err := c.mailboxPermissions(ctx, c.list, id.MailboxGUID, "")
	if err != nil {
		return MailboxPermission{}, err
	}
	return the(permissions, id)
}

// the returns the permission with this id.
func the(permissions []MailboxPermission, id MailboxPermissionID) (MailboxPermission, error) {
	for _, permission := range permissions {
		if strings.EqualFold(permission.UserSID, id.UserSID) && permission.Deny == id.Deny {
			return permission, nil
		}
	}
	return MailboxPermission{}, noMailboxPermission(id.UserSID, id.MailboxGUID)
}

func noMailboxPermission(trustee, mailboxGUID string) error {
	return &adminapi.Error{
		Cmdlet:  "Get-MailboxPermission",
		Class:   adminapi.NotFound,
		Message: fmt.Sprintf("'%s' has no such entry in the permission list of the mailbox '%s'", trustee, mailboxGUID),
	}
}

// TrusteeName returns the name that Exchange shows for a permission's trustee where that names this trustee and nobody
// else, and the SID where it does not. Display names are not unique: an application can bear a user's address.
func (c *Client) TrusteeName(ctx context.Context, permission MailboxPermission) (string, error) {
	if permission.User == "" || permission.Unresolved() {
		return permission.UserSID, nil
	}
	found, err := c.mailboxPermission(ctx, c.recall, permission.MailboxGUID, permission.User, permission.Deny)
	switch {
	case IsNotFound(err), adminapi.ClassOf(err) == adminapi.Ambiguous, err == nil && found.UserSID != permission.UserSID:
		return permission.UserSID, nil
	case err != nil:
		return "", err
	default:
		return permission.User, nil
	}
}
