// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// The security identifier of whoever a mailbox belongs to, and its name.
const (
	selfSID  = "S-1-5-10"
	selfName = `NT AUTHORITY\SELF`
)

// trustee is whom a permission is for.
type trustee struct {
	sid string
	// person says that the trustee is somebody with a mailbox or an address, and
	// neither a group nor an application.
	person bool
}

var securityIdentifier = regexp.MustCompile(`(?i)^S-1(-\d+){2,}$`)

// resolveTrustee finds whom an identity stands for: a person, a mail-enabled
// security group, a role group or a service principal, by any of its
// identities, or a bare SID that stands for nobody.
func (t *Tenant) resolveTrustee(identity string) (trustee, error) {
	if strings.EqualFold(identity, selfName) {
		return trustee{sid: selfSID}, nil
	}
	var found []trustee
	for _, r := range find(t.recipients, identity, recipientRanks) {
		if !r.Type.IsMailbox() && !r.IsValidSecurityPrincipal() {
			return trustee{}, invalid(typeInvalid, "Couldn't resolve the user or group \"%s.\" If the user or group is a foreign forest principal, you must have either a two-way trust or an outgoing trust.", identity)
		}
		found = append(found, trustee{sid: r.SID, person: !r.Type.IsGroup()})
	}
	for _, p := range find(t.servicePrincipals, identity, pointerTrusteeRanks) {
		found = append(found, trustee{sid: p.SID})
	}
	for _, g := range find(t.roleGroups, identity, roleGroupTrusteeRanks) {
		found = append(found, trustee{sid: g.SID})
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return trustee{}, ambiguous(identity)
	case securityIdentifier.MatchString(identity):
		return trustee{sid: strings.ToUpper(identity)}, nil
	default:
		return trustee{}, t.notFound(identity)
	}
}

func pointerTrusteeRanks(p *pointer) [][]string {
	return append(pointerRanks(p), []string{p.SID})
}

func roleGroupTrusteeRanks(g *RoleGroup) [][]string {
	return append(roleGroupRanks(g), []string{g.SID})
}

// trusteeEcho is the text by which a SID reads back: the user principal name of
// a person, and the display name of a group or application. A SID that stands
// for nobody is its own text, and not resolved.
func (t *Tenant) trusteeEcho(sid string) (text string, resolved bool) {
	if sid == selfSID {
		return selfName, true
	}
	for _, r := range t.recipients {
		if r.SID == sid {
			return cmp.Or(r.UserPrincipalName, r.DisplayName), true
		}
	}
	for _, p := range t.servicePrincipals {
		if p.SID == sid {
			return cmp.Or(p.DisplayName, p.Name), true
		}
	}
	for _, g := range t.roleGroups {
		if g.SID == sid {
			return g.DisplayName, true
		}
	}
	return sid, false
}

// MailboxPermission is an entry of a mailbox's access control list.
type MailboxPermission struct {
	// MailboxGUID is the GUID of the mailbox, and Identity what the service
	// names it by in the entry.
	MailboxGUID, Identity string
	// User is the trustee as it reads back now, and UserSID what the entry
	// holds of it.
	User, UserSID string
	// AccessRights are in the order of their values, as .NET writes flags.
	AccessRights []string
	Deny         bool
	// InheritanceType is None, All, Children, Descendents or SelfAndChildren.
	InheritanceType string
	IsInherited     bool
	// AutoMapping says that Outlook opens the mailbox by itself. No cmdlet
	// answers it.
	AutoMapping bool
}

// ace is an entry of an access control list in the store.
type ace struct {
	sid         string
	rights      []string
	deny        bool
	inheritance string
	autoMapping bool
}

// The rights that have rules of their own.
const (
	fullAccess   = "FullAccess"
	inheritToAll = "All"
)

// mailboxRights are the rights in the order of their values.
var mailboxRights = []string{fullAccess, "SendAs", "ExternalAccount", "DeleteItem", "ReadPermission", "ChangePermission", "ChangeOwner"}

// inheritanceTypes has a typing error of .NET's.
var inheritanceTypes = []string{"None", inheritToAll, "Descendents", "SelfAndChildren", "Children"}

// MaxPermissions is the most entries that a mailbox can have.
const MaxPermissions = 500

// MailboxPermissionSpec is what Add-MailboxPermission and
// Remove-MailboxPermission are given.
type MailboxPermissionSpec struct {
	Mailbox, User string
	AccessRights  []string
	Deny          bool
	// InheritanceType is All if empty.
	InheritanceType string
	// AutoMapping is true if nil. Remove ignores it.
	AutoMapping *bool
	// GroupMailbox says that the mailbox is a Microsoft 365 group's.
	GroupMailbox bool
}

// entry is the entry that a spec asks for.
func (s MailboxPermissionSpec) entry(by trustee) (*ace, error) {
	e := &ace{sid: by.sid, deny: s.Deny}
	for _, right := range mailboxRights {
		if containsFold(s.AccessRights, right) {
			e.rights = append(e.rights, right)
		}
	}
	for _, right := range s.AccessRights {
		if !containsFold(mailboxRights, right) {
			return nil, invalid(typeInvalid, "There is no mailbox right '%s'.", right)
		}
	}
	wanted := cmp.Or(s.InheritanceType, inheritToAll)
	i := slices.IndexFunc(inheritanceTypes, func(name string) bool { return strings.EqualFold(name, wanted) })
	if i < 0 {
		return nil, invalid(typeInvalid, "There is no inheritance type '%s'.", wanted)
	}
	e.inheritance = inheritanceTypes[i]
	e.autoMapping = by.person && !s.Deny && e.has(fullAccess) && (s.AutoMapping == nil || *s.AutoMapping)
	return e, nil
}

func (e *ace) has(right string) bool { return slices.Contains(e.rights, right) }

// lacks returns those of the rights that the entry does not have.
func (e *ace) lacks(rights []string) []string {
	return slices.DeleteFunc(slices.Clone(rights), e.has)
}

// merge adds the rights of another entry of the same trustee.
func (e *ace) merge(other *ace) {
	if !e.has(fullAccess) {
		e.autoMapping = other.autoMapping
	}
	rights := slices.Concat(e.rights, other.rights)
	e.rights = slices.DeleteFunc(slices.Clone(mailboxRights), func(right string) bool { return !slices.Contains(rights, right) })
}

// mailboxesOf are the mailboxes that the permission cmdlets know: those of
// Microsoft 365 groups only when asked for them.
func (t *Tenant) mailboxesOf(group bool) []*Recipient {
	if group {
		return t.recipientsOf(Microsoft365Group)
	}
	return t.recipientsOf(UserMailbox, SharedMailbox, RoomMailbox, EquipmentMailbox)
}

// MailboxPermissions returns the entries that somebody added to mailboxes,
// ordered by mailbox and trustee: without the service's own.
func (t *Tenant) MailboxPermissions() []MailboxPermission {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []MailboxPermission
	for _, mailbox := range t.recipients {
		for _, e := range t.permissions[mailbox.GUID] {
			p, _ := t.describePermission(mailbox, e)
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b MailboxPermission) int {
		return cmp.Or(
			compareFold(a.Identity, b.Identity), cmp.Compare(a.MailboxGUID, b.MailboxGUID), cmp.Compare(a.UserSID, b.UserSID),
			cmp.Compare(truth(a.Deny), truth(b.Deny)), cmp.Compare(a.InheritanceType, b.InheritanceType),
		)
	})
	return all
}

// describePermission shows an entry; resolved is false where its SID stands for
// nobody.
func (t *Tenant) describePermission(mailbox *Recipient, e *ace) (p MailboxPermission, resolved bool) {
	user, resolved := t.trusteeEcho(e.sid)
	return MailboxPermission{
		MailboxGUID:     mailbox.GUID,
		Identity:        mailbox.Identity(),
		User:            user,
		UserSID:         e.sid,
		AccessRights:    slices.Clone(e.rights),
		Deny:            e.deny,
		InheritanceType: e.inheritance,
		AutoMapping:     e.autoMapping,
	}, resolved
}

// MailboxPermissionQuery is what Get-MailboxPermission is given.
type MailboxPermissionQuery struct {
	// Identity is a mailbox. The cmdlet lists no tenant as a whole.
	Identity string
	// User keeps the entries of one trustee only, if set.
	User         string
	GroupMailbox bool
	// IncludeUnresolved shows entries whose SID stands for nobody.
	IncludeUnresolved bool
}

// GetMailboxPermission returns the entries of a mailbox: the owner's own first,
// and then in the order in which they were added.
func (t *Tenant) GetMailboxPermission(query MailboxPermissionQuery) ([]MailboxPermission, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if query.Identity == "" {
		return nil, invalid(typeBinding, "Cannot bind argument to parameter 'Identity' because it is an empty string.")
	}
	mailboxes, err := list(t, t.mailboxesOf(query.GroupMailbox), query.Identity, false, recipientRanks)
	if err != nil {
		return nil, err
	}
	var of trustee
	if query.User != "" {
		if of, err = t.resolveTrustee(query.User); err != nil {
			return nil, err
		}
	}
	var rows []MailboxPermission
	for _, mailbox := range mailboxes {
		for _, e := range slices.Concat(ownEntries(), t.permissions[mailbox.GUID]) {
			if query.User != "" && e.sid != of.sid {
				continue
			}
			if row, resolved := t.describePermission(mailbox, e); resolved || query.IncludeUnresolved {
				rows = append(rows, row)
			}
		}
	}
	return rows, nil
}

// ownEntries are the entries by which a mailbox belongs to somebody. Two of
// them for the same SID were seen.
func ownEntries() []*ace {
	return []*ace{
		{sid: selfSID, rights: []string{fullAccess, "ReadPermission"}, inheritance: inheritToAll},
		{sid: selfSID, rights: []string{fullAccess, "ExternalAccount", "ReadPermission"}, inheritance: inheritToAll},
	}
}

// AddMailboxPermission gives a trustee rights on a mailbox, and returns the
// entry that holds them. Where the trustee has all of them already, nothing
// changes, and a warning says so: the words of its beginning are the service's.
func (t *Tenant) AddMailboxPermission(spec MailboxPermissionSpec) (MailboxPermission, []string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	mailbox, added, err := t.resolvePermission(spec)
	if err != nil {
		return MailboxPermission{}, nil, err
	}
	missing := added.rights
	for _, e := range t.permissions[mailbox.GUID] {
		if e.sid != added.sid || e.deny != added.deny {
			continue
		}
		if missing = e.lacks(missing); len(missing) == 0 {
			present, _ := t.describePermission(mailbox, e)
			return present, []string{fmt.Sprintf("The appropriate access control entry is already present on the object \"%s\" for account \"%s\".", mailbox.DistinguishedName, present.User)}, nil
		}
	}
	e, err := t.storePermission(mailbox, added)
	if err != nil {
		return MailboxPermission{}, nil, err
	}
	row, _ := t.describePermission(mailbox, e)
	return row, nil, nil
}

// resolvePermission finds the mailbox of a spec and makes the entry it asks
// for.
func (t *Tenant) resolvePermission(spec MailboxPermissionSpec) (*Recipient, *ace, error) {
	mailbox, err := one(t, t.mailboxesOf(spec.GroupMailbox), spec.Mailbox, recipientRanks)
	if err != nil {
		return nil, nil, err
	}
	of, err := t.resolveTrustee(spec.User)
	if err != nil {
		return nil, nil, err
	}
	if of.sid == selfSID {
		return nil, nil, invalid("System.NotSupportedException", "The sandbox tenant does not change the entries of %s.", selfName)
	}
	e, err := spec.entry(of)
	return mailbox, e, err
}

// storePermission puts an entry into a mailbox's list: into the trustee's entry
// that passes on the same way, if there is one.
func (t *Tenant) storePermission(mailbox *Recipient, added *ace) (*ace, error) {
	entries := t.permissions[mailbox.GUID]
	for _, e := range entries {
		if e.sid == added.sid && e.deny == added.deny && e.inheritance == added.inheritance {
			e.merge(added)
			return e, nil
		}
	}
	if len(entries) >= MaxPermissions {
		return nil, invalid(typeInvalid, "The mailbox '%s' can't have more than %d access control entries.", mailbox.Name, MaxPermissions)
	}
	t.permissions[mailbox.GUID] = append(entries, added)
	return added, nil
}

// RemoveMailboxPermission takes rights on a mailbox from a trustee. Only
// entries with the same Deny and InheritanceType count. Where there is nothing
// to take, a warning says so, in the service's words.
func (t *Tenant) RemoveMailboxPermission(spec MailboxPermissionSpec) ([]string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	mailbox, removed, err := t.resolvePermission(spec)
	if err != nil {
		return nil, err
	}
	taken := false
	entries := t.permissions[mailbox.GUID]
	for _, e := range entries {
		if e.sid != removed.sid || e.deny != removed.deny || e.inheritance != removed.inheritance {
			continue
		}
		kept := removed.lacks(e.rights)
		taken = taken || len(kept) < len(e.rights)
		e.rights = kept
		e.autoMapping = e.autoMapping && e.has(fullAccess)
	}
	t.permissions[mailbox.GUID] = slices.DeleteFunc(entries, func(e *ace) bool { return len(e.rights) == 0 })
	if taken {
		return nil, nil
	}
	user, _ := t.trusteeEcho(removed.sid)
	return []string{fmt.Sprintf("Can't remove the access control entry on the object \"%s\" for account \"%s\" because the ACE doesn't exist on the object.", mailbox.DistinguishedName, user)}, nil
}

// ClearAutoMapping stops Outlook from opening a mailbox by itself, for
// everybody who has it.
func (t *Tenant) ClearAutoMapping(mailbox string, groupMailbox bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	r, err := one(t, t.mailboxesOf(groupMailbox), mailbox, recipientRanks)
	if err != nil {
		return err
	}
	for _, e := range t.permissions[r.GUID] {
		e.autoMapping = false
	}
	return nil
}

// ResetMailboxPermissions takes a mailbox away from everybody but its owner.
func (t *Tenant) ResetMailboxPermissions(mailbox string, groupMailbox bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	r, err := one(t, t.mailboxesOf(groupMailbox), mailbox, recipientRanks)
	if err != nil {
		return err
	}
	delete(t.permissions, r.GUID)
	return nil
}
