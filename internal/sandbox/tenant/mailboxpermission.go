// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

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

// ace is an entry of an access control list.
type ace struct {
	sid         string
	rights      []string
	deny        bool
	inheritance string
	inherited   bool
	autoMapping bool
}

// The rights that have rules of their own.
const (
	fullAccess   = "FullAccess"
	sendAs       = "SendAs"
	inheritToAll = "All"
)

// mailboxRights are the rights in the order of their values.
var mailboxRights = []string{fullAccess, sendAs, "ExternalAccount", "DeleteItem", "ReadPermission", "ChangePermission", "ChangeOwner"}

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

// entry is the entry for a trustee that a spec asks for.
func (s MailboxPermissionSpec) entry(of trustee) (*ace, error) {
	if len(s.AccessRights) == 0 {
		return nil, invalid(typeBinding, "Cannot bind argument to parameter 'AccessRights' because it is an empty array.")
	}
	e := &ace{sid: of.sid, deny: s.Deny}
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
	e.autoMapping = of.person && !s.Deny && e.has(fullAccess) && (s.AutoMapping == nil || *s.AutoMapping)
	return e, nil
}

func (e *ace) has(right string) bool { return slices.Contains(e.rights, right) }

// alike reports whether two entries differ in their rights at most.
func (e *ace) alike(other *ace) bool {
	return e.sid == other.sid && e.deny == other.deny && e.inheritance == other.inheritance
}

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
		IsInherited:     e.inherited,
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
// then those that were added, in that order, and then the inherited ones.
func (t *Tenant) GetMailboxPermission(query MailboxPermissionQuery) ([]MailboxPermission, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if query.Identity == "" {
		return nil, invalid(typeBinding, "Cannot bind argument to parameter 'Identity' because it is an empty string.")
	}
	mailboxes, err := list(t, t.mailboxesOf(query.GroupMailbox), query.Identity, false, recipientKeys)
	if err != nil {
		return nil, err
	}
	var of trustee
	if query.User != "" {
		if of, err = t.resolveTrustee(query.User, noneHidden); err != nil {
			return nil, err
		}
	}
	var rows []MailboxPermission
	for _, mailbox := range mailboxes {
		for _, e := range slices.Concat(t.ownEntries(), t.permissions[mailbox.GUID], t.inheritedEntries()) {
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

// ownEntries are the entries by which a mailbox belongs to somebody.
func (t *Tenant) ownEntries() []*ace {
	first := &ace{sid: selfSID, rights: []string{fullAccess, "ReadPermission"}, inheritance: inheritToAll}
	second := &ace{sid: selfSID, rights: []string{fullAccess, "ExternalAccount", "ReadPermission"}, inheritance: inheritToAll}
	switch t.behavior.OwnPermissions {
	case OwnOnce:
		return []*ace{first}
	case OwnWithSendAs:
		second.rights = []string{fullAccess, sendAs, "ExternalAccount", "ReadPermission"}
	case OwnTwice:
	}
	return []*ace{first, second}
}

// inheritedEntries are the entries that mailboxes get from where they are
// stored.
func (t *Tenant) inheritedEntries() []*ace {
	if t.behavior.InheritedPermissions == InheritedHidden {
		return nil
	}
	return []*ace{
		{sid: serversSID, rights: []string{fullAccess, "ReadPermission"}, inheritance: inheritToAll, inherited: true},
		{sid: administratorSID, rights: []string{fullAccess}, deny: true, inheritance: inheritToAll, inherited: true},
	}
}

// AddMailboxPermission gives a trustee rights on a mailbox, and returns the
// entry that holds them. Where the trustee has all of them already, nothing
// changes, and a warning says so: the words of its beginning are the service's.
func (t *Tenant) AddMailboxPermission(by Caller, spec MailboxPermissionSpec) (MailboxPermission, []string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	mailbox, added, err := t.resolvePermission(spec, func(p *pointer) bool {
		return !by.Administrator && !p.unknown.lifted(t.clock())
	})
	if err != nil {
		return MailboxPermission{}, nil, err
	}
	if added.has(sendAs) {
		return MailboxPermission{}, nil, invalid(typeInvalid, "The mailbox right '%s' can't be added.", sendAs)
	}
	if _, resolved := t.trusteeEcho(added.sid); !resolved && t.behavior.UnknownTrustee == ValueRefused {
		return MailboxPermission{}, nil, t.notFound(spec.User)
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
// for. Service principals that are hidden are not found.
func (t *Tenant) resolvePermission(spec MailboxPermissionSpec, hidden func(*pointer) bool) (*Recipient, *ace, error) {
	mailbox, err := one(t, t.mailboxesOf(spec.GroupMailbox), spec.Mailbox, recipientKeys)
	if err != nil {
		return nil, nil, err
	}
	of, err := t.resolveTrustee(spec.User, hidden)
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
// that passes on the same way, if there is one, unless
// [Behavior.RepeatedPermission] keeps them apart. The words about the limit are
// invented.
func (t *Tenant) storePermission(mailbox *Recipient, added *ace) (*ace, error) {
	entries := t.permissions[mailbox.GUID]
	for _, e := range entries {
		if e.alike(added) && t.behavior.RepeatedPermission == RepeatedMerged {
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
// to take, or it is inherited, a warning says so in the service's words.
func (t *Tenant) RemoveMailboxPermission(spec MailboxPermissionSpec) ([]string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	mailbox, removed, err := t.resolvePermission(spec, noneHidden)
	if err != nil {
		return nil, err
	}
	taken := false
	entries := t.permissions[mailbox.GUID]
	for _, e := range entries {
		if !e.alike(removed) {
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
	for _, e := range t.inheritedEntries() {
		if e.alike(removed) && len(e.lacks(removed.rights)) < len(removed.rights) {
			return []string{fmt.Sprintf("An inherited access control entry has been specified: [Rights: %s, ControlType: %s] and was ignored on object \"%s\".",
				strings.Join(removed.rights, ", "), controlType(removed.deny), mailbox.DistinguishedName)}, nil
		}
	}
	user, _ := t.trusteeEcho(removed.sid)
	return []string{fmt.Sprintf("Can't remove the access control entry on the object \"%s\" for account \"%s\" because the ACE doesn't exist on the object.", mailbox.DistinguishedName, user)}, nil
}

func controlType(deny bool) string {
	if deny {
		return "Deny"
	}
	return "Allow"
}

// ClearAutoMapping stops Outlook from opening a mailbox by itself, for
// everybody who has it.
func (t *Tenant) ClearAutoMapping(mailbox string, groupMailbox bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	r, err := one(t, t.mailboxesOf(groupMailbox), mailbox, recipientKeys)
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
	r, err := one(t, t.mailboxesOf(groupMailbox), mailbox, recipientKeys)
	if err != nil {
		return err
	}
	delete(t.permissions, r.GUID)
	return nil
}
