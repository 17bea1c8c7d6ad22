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
	"time"

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

var sid = regexp.MustCompile(`^(?i:S)-1(-[0-9]+)+$`)

// IsSID reports whether text is a security identifier.
func IsSID(text string) bool { return sid.MatchString(text) }

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
	parameters := adminapi.Parameters{"Identity": mailboxGUID, "IncludeUnresolvedPermissions": true, "ResultSize": "Unlimited"}
	if user != "" {
		parameters["User"] = user
	}
	rows, err := ask(ctx, "Get-MailboxPermission", parameters)
	if err != nil {
		return nil, err
	}
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

// ReadMailboxPermission is FindMailboxPermission for a refresh: the entry is the one that MailboxPermissions has of it,
// and looked for by itself where that has none.
func (c *Client) ReadMailboxPermission(ctx context.Context, id MailboxPermissionID) (MailboxPermission, error) {
	if c.singly {
		return c.FindMailboxPermission(ctx, id)
	}
	permissions, err := c.MailboxPermissions(ctx, id.MailboxGUID)
	if err == nil {
		var permission MailboxPermission
		permission, err = the(permissions, id)
		if err == nil {
			return permission, nil
		}
	}
	if !IsNotFound(err) {
		return MailboxPermission{}, err
	}
	return c.FindMailboxPermission(ctx, id)
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

// CreateMailboxPermission gives the rights. To Exchange, rights that are there already are no error.
//
// A service principal that was registered a moment ago is not seen by this cmdlet for up to ten minutes; while it can
// be read, a refusal that misses it is tried again until ctx ends.
// The answer may lack the trustee's SID, and may precede the entry's appearance in reads; AwaitMailboxPermission waits
// for that.
func (c *Client) CreateMailboxPermission(ctx context.Context, object NewMailboxPermission) (MailboxPermission, error) {
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
	var permission MailboxPermission
	err := c.until(ctx, func(ctx context.Context) error {
		rows, err := c.invoke(ctx, "Add-MailboxPermission", parameters)
		if err != nil {
			return c.seen(ctx, err, ServicePrincipalReference, object.User)
		}
		for _, answered := range mailboxPermissionsFrom(object.MailboxGUID, rows) {
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
		c.recent.write(permission.key())
	}
	return permission, err
}

// holds reports whether the permission has, at least, what was to be given.
func (p MailboxPermission) holds(given NewMailboxPermission) bool {
	return len(without(given.AccessRights, p.AccessRights)) == 0 && strings.EqualFold(p.InheritanceType, given.InheritanceType)
}

// AwaitMailboxPermission returns the permission that was given to the trustee once reads show its rights. It asks for
// the trustee by the words that the rights were given by: the answer to the giving is not checked by anything else.
func (c *Client) AwaitMailboxPermission(ctx context.Context, object NewMailboxPermission) (MailboxPermission, error) {
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
		c.recent.write(permission.key())
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
	if renew {
		if err := c.takeAll(ctx, before); err != nil {
			return false, err
		}
		before = MailboxPermission{MailboxPermissionID: id}
	}
	wanted, surplus := object.AccessRights, without(before.AccessRights, object.AccessRights)
	if object.AccessRights = without(wanted, before.AccessRights); len(object.AccessRights) > 0 {
		if _, err := c.CreateMailboxPermission(ctx, object); err != nil {
			return false, err
		}
		given = true
	}
	if err := c.take(ctx, before, surplus); err != nil {
		return given, err
	}
	c.recent.write(id.key())
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

// DeleteMailboxPermission takes all rights of the permission with this id. One that is gone already is no error. The
// trustee is named by its SID, which works for deleted ones too.
func (c *Client) DeleteMailboxPermission(ctx context.Context, id MailboxPermissionID) error {
	permission, err := c.FindMailboxPermission(ctx, id)
	if IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if err = c.takeAll(ctx, permission); err != nil {
		// It may have been done all the same.
		looking, done := Afterwards(ctx)
		defer done()
		if _, lookErr := c.FindMailboxPermission(looking, id); !IsNotFound(lookErr) {
			return err
		}
		c.recent.remove(id.key())
	}
	return nil
}

// takeAll takes all rights, and returns once Exchange shows none.
func (c *Client) takeAll(ctx context.Context, permission MailboxPermission) error {
	if len(permission.AccessRights) == 0 {
		return nil
	}
	begun := time.Now()
	if err := c.take(ctx, permission, permission.AccessRights); err != nil {
		return err
	}
	if !c.recent.wroteSince(permission.key(), begun) {
		c.recent.remove(permission.key())
	}
	return c.settled(ctx, func(ctx context.Context) error {
		if c.recent.wroteSince(permission.key(), begun) {
			// Another operation has found it gone, and given it anew.
			return nil
		}
		left, err := c.mailboxPermissionOf(ctx, permission.MailboxPermissionID)
		if IsNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		return left.unsettled(nil, permission.AccessRights)
	})
}

// take takes some of a permission's rights, from each of its rows those that it has.
func (c *Client) take(ctx context.Context, permission MailboxPermission, rights []string) error {
	for _, row := range permission.rows {
		taken := without(row.accessRights, without(row.accessRights, rights))
		if len(taken) == 0 {
			continue
		}
		parameters := adminapi.Parameters{
			"Identity": permission.MailboxGUID, "User": permission.UserSID, "AccessRights": taken, "Confirm": false,
		}
		if !strings.EqualFold(row.inheritanceType, AllInheritance) {
			parameters["InheritanceType"] = row.inheritanceType
		}
		if permission.Deny {
			parameters["Deny"] = true
		}
		if err := c.run(ctx, "Remove-MailboxPermission", parameters); err != nil && !IsNotFound(err) {
			return err
		}
	}
	return nil
}
