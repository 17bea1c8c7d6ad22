// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Recipient is a mailbox, mail user or group.
type Recipient struct {
	Entry
	// Type is the service's RecipientTypeDetails.
	Type RecipientType
	// ExternalDirectoryObjectID is the object id in Entra.
	ExternalDirectoryObjectID string
	// ExchangeGUID is the mailbox's own GUID; empty where there is no mailbox.
	ExchangeGUID string
	SID          string
	DisplayName  string
	Alias        string
	// UserPrincipalName is empty for groups.
	UserPrincipalName  string
	PrimarySMTPAddress string
	// EmailAddresses carry prefixes: SMTP: for the primary, smtp: for the
	// others, SIP:, SPO: and X500: besides.
	EmailAddresses       []string
	ExternalEmailAddress string

	FirstName, LastName, Title, Department, Office, Company string
	City, CountryOrRegion, UsageLocation                    string
	// CustomAttributes are CustomAttribute1 to CustomAttribute15.
	CustomAttributes [15]string
	// ExtensionCustomAttributes are ExtensionCustomAttribute1 to 5.
	ExtensionCustomAttributes [5][]string
	HiddenFromAddressLists    bool

	// Members are the GUIDs of a group's direct members.
	Members []string
	// Policy is the GUID of a mailbox's role assignment policy.
	Policy string
}

// RecipientType is a value of the service's RecipientTypeDetails.
type RecipientType string

// The types of recipients that a tenant holds.
const (
	UserMailbox       RecipientType = "UserMailbox"
	SharedMailbox     RecipientType = "SharedMailbox"
	RoomMailbox       RecipientType = "RoomMailbox"
	EquipmentMailbox  RecipientType = "EquipmentMailbox"
	MailUser          RecipientType = "MailUser"
	DistributionGroup RecipientType = "MailUniversalDistributionGroup"
	SecurityGroup     RecipientType = "MailUniversalSecurityGroup"
	Microsoft365Group RecipientType = "GroupMailbox"
)

// IsMailbox reports whether recipients of the type are what Get-Mailbox lists.
func (r RecipientType) IsMailbox() bool {
	switch r {
	case UserMailbox, SharedMailbox, RoomMailbox, EquipmentMailbox:
		return true
	default:
		return false
	}
}

// IsGroup reports whether recipients of the type have members.
func (r RecipientType) IsGroup() bool {
	switch r {
	case DistributionGroup, SecurityGroup, Microsoft365Group:
		return true
	default:
		return false
	}
}

// General is the service's RecipientType: the type without the details.
func (r RecipientType) General() string {
	switch {
	case r.IsMailbox():
		return "UserMailbox"
	case r == Microsoft365Group:
		return string(DistributionGroup)
	default:
		return string(r)
	}
}

// Identity is what the service shows as the recipient's identity: the Entra
// object id of a licensed user, and the name of any other.
func (r Recipient) Identity() string {
	if r.Type == UserMailbox && r.ExternalDirectoryObjectID != "" {
		return r.ExternalDirectoryObjectID
	}
	return r.Name
}

// legacyContainer is where recipients are in the directory of old.
const legacyContainer = "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn="

// LegacyExchangeDN is the recipient's name in the directory of old.
func (r Recipient) LegacyExchangeDN() string {
	return legacyContainer + cmp.Or(r.ExchangeGUID, r.Alias)
}

// SAMAccountName is the name of the recipient's account.
func (r Recipient) SAMAccountName() string {
	if r.Type.IsGroup() {
		return r.Alias
	}
	return "$" + r.Alias
}

func recipientKeys(keys []key, r *Recipient) []key {
	keys = append(r.entryKeys(keys), key{afterEntry, r.PrimarySMTPAddress})
	for _, a := range r.EmailAddresses {
		if address, ok := mailAddress(a); ok {
			keys = append(keys, key{afterEntry, address})
		}
	}
	return append(keys,
		key{afterEntry, r.UserPrincipalName}, key{afterEntry, r.ExternalDirectoryObjectID}, key{afterEntry, r.ExchangeGUID}, key{afterEntry, r.SID},
		key{afterEntry + 1, r.Alias}, key{afterEntry + 2, r.DisplayName}, key{afterEntry + 3, r.SAMAccountName()})
}

// addresses are the recipient's e-mail addresses.
func (r *Recipient) addresses() []string {
	addresses := []string{r.PrimarySMTPAddress}
	for _, a := range r.EmailAddresses {
		if address, ok := mailAddress(a); ok {
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// mailAddress takes the prefix off an e-mail address; ok is false for addresses
// of other kinds.
func mailAddress(text string) (address string, ok bool) {
	prefix, address, found := strings.Cut(text, ":")
	if !found {
		return text, true
	}
	return address, strings.EqualFold(prefix, "smtp")
}

func (r *Recipient) clone() Recipient {
	c := *r
	c.EmailAddresses = slices.Clone(r.EmailAddresses)
	c.Members = slices.Clone(r.Members)
	for i := range r.ExtensionCustomAttributes {
		c.ExtensionCustomAttributes[i] = slices.Clone(r.ExtensionCustomAttributes[i])
	}
	return c
}

// Recipients returns the recipients, ordered by name.
func (t *Tenant) Recipients() []Recipient {
	t.mu.Lock()
	defer t.mu.Unlock()
	return snapshotRecipients(t.recipients)
}

func snapshotRecipients(recipients []*Recipient) []Recipient {
	all := make([]Recipient, 0, len(recipients))
	for _, r := range recipients {
		all = append(all, r.clone())
	}
	slices.SortFunc(all, func(a, b Recipient) int { return byName(a.Entry, b.Entry) })
	return all
}

// recipientByGUID finds a recipient by the GUID that others refer to it by.
func (t *Tenant) recipientByGUID(guid string) *Recipient {
	for _, r := range t.recipients {
		if r.GUID == guid {
			return r
		}
	}
	return nil
}

// nameOf is the name of any object that can be a member or an assignee.
func (t *Tenant) nameOf(guid string) string {
	if r := t.recipientByGUID(guid); r != nil {
		return r.Name
	}
	for _, p := range t.servicePrincipals {
		if p.GUID == guid {
			return p.Name
		}
	}
	return guid
}

// NamesOf returns the names of the objects with these GUIDs.
func (t *Tenant) NamesOf(guids []string) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	names := make([]string, 0, len(guids))
	for _, guid := range guids {
		names = append(names, t.nameOf(guid))
	}
	return names
}

// PolicyName returns the name of the role assignment policy with this GUID, or
// nothing.
func (t *Tenant) PolicyName(guid string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.policyName(guid)
}

// UnitsOf returns the ids of the administrative units that the recipient with
// this GUID is a member of.
func (t *Tenant) UnitsOf(guid string) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var ids []string
	for _, u := range t.administrativeUnits {
		if !u.SoftDeleted && slices.Contains(u.Members, guid) {
			ids = append(ids, u.Name)
		}
	}
	return ids
}

// MailboxChange is what Set-Mailbox is given; nil leaves a property as it is,
// and an empty text clears it.
type MailboxChange struct {
	DisplayName, Office *string
	// UserPrincipalName is the name to sign in with; the service's parameter for
	// it is called MicrosoftOnlineServicesID.
	UserPrincipalName *string
	CustomAttributes  [15]*string
}

// SetMailbox changes a mailbox and reports whether anything changed.
func (t *Tenant) SetMailbox(identity string, change MailboxChange) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	mailboxes := t.recipientsOf(UserMailbox, SharedMailbox, RoomMailbox, EquipmentMailbox)
	r, err := one(t, mailboxes, identity, recipientKeys)
	if err != nil {
		return false, err
	}
	if name := change.UserPrincipalName; name != nil {
		if err := t.checkUserPrincipalName(*name, r); err != nil {
			return false, err
		}
	}
	changed := false
	set := func(property *string, value *string) {
		if value != nil && *property != *value {
			*property, changed = *value, true
		}
	}
	set(&r.DisplayName, change.DisplayName)
	set(&r.Office, change.Office)
	set(&r.UserPrincipalName, change.UserPrincipalName)
	for i, value := range change.CustomAttributes {
		set(&r.CustomAttributes[i], value)
	}
	if changed {
		t.touch(&r.Entry)
	}
	return changed, nil
}

// recipientTypes are the types of recipients that can be added.
var recipientTypes = []RecipientType{
	UserMailbox, SharedMailbox, RoomMailbox, EquipmentMailbox, MailUser, DistributionGroup, SecurityGroup, Microsoft365Group,
}

// AddRecipients adds recipients past every cmdlet, all of them or none, and
// returns them as they were added. It is made for tests that want thousands.
// Each needs a type and a primary address; its addresses must be free. Names and
// ids follow from the primary address where they are empty. The entry's GUID,
// place and times, and the SID, are always made here. Members are GUIDs.
func (t *Tenant) AddRecipients(recipients ...Recipient) ([]Recipient, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	taken := t.takenAddresses()
	for _, r := range recipients {
		if err := checkRecipient(r, taken); err != nil {
			return nil, err
		}
	}
	added := make([]Recipient, 0, len(recipients))
	for _, r := range recipients {
		added = append(added, t.insertRecipient(r.clone()).clone())
	}
	return added, nil
}

// takenAddresses is the set of all e-mail addresses, in lower case.
func (t *Tenant) takenAddresses() map[string]bool {
	taken := map[string]bool{}
	for _, r := range t.recipients {
		for _, address := range r.addresses() {
			taken[strings.ToLower(address)] = true
		}
	}
	return taken
}

// checkRecipient refuses a recipient that cannot be added where addresses are
// taken, and takes its own.
func checkRecipient(r Recipient, taken map[string]bool) error {
	if !slices.Contains(recipientTypes, r.Type) {
		return fmt.Errorf("the type %q is none of %v", r.Type, recipientTypes)
	}
	if alias, domain, ok := strings.Cut(r.PrimarySMTPAddress, "@"); !ok || alias == "" || domain == "" {
		return fmt.Errorf("the address %q is no e-mail address", r.PrimarySMTPAddress)
	}
	addresses := r.addresses()
	for _, address := range addresses {
		if taken[strings.ToLower(address)] {
			return fmt.Errorf("there is a recipient with the address %s already", address)
		}
	}
	for _, address := range addresses {
		taken[strings.ToLower(address)] = true
	}
	return nil
}

// insertRecipient puts a recipient into the store, and fills in what is empty.
func (t *Tenant) insertRecipient(r Recipient) *Recipient {
	address := r.PrimarySMTPAddress
	alias, _, _ := strings.Cut(address, "@")
	r.Alias = cmp.Or(r.Alias, alias)
	r.DisplayName = cmp.Or(r.DisplayName, r.Name, r.Alias)
	r.Entry = t.newEntry(cmp.Or(r.Name, r.DisplayName), recipientContainer)
	r.SID = t.newSID()
	r.ExternalDirectoryObjectID = cmp.Or(r.ExternalDirectoryObjectID, guidOf("entra "+address))
	if primary := "SMTP:" + address; !slices.Contains(r.EmailAddresses, primary) {
		r.EmailAddresses = slices.Insert(r.EmailAddresses, 0, primary)
	}
	if !r.Type.IsGroup() {
		r.UserPrincipalName = cmp.Or(r.UserPrincipalName, address)
	}
	if r.Type.IsMailbox() {
		r.ExchangeGUID = cmp.Or(r.ExchangeGUID, guidOf("mailbox "+address))
		r.Policy = cmp.Or(r.Policy, t.policies[0].GUID)
	}
	t.recipients = append(t.recipients, &r)
	return &r
}

// checkUserPrincipalName refuses a name that is none, or that another recipient
// than self has. The words are invented.
func (t *Tenant) checkUserPrincipalName(name string, self *Recipient) error {
	if !strings.Contains(name, "@") {
		return invalid(typeValidation, "The value '%s' isn't a user principal name.", name)
	}
	for _, r := range t.recipients {
		if r != self && strings.EqualFold(r.UserPrincipalName, name) {
			return t.alreadyExists(r.DistinguishedName)
		}
	}
	return nil
}

// DeleteRecipient deletes a recipient for good, with its mailbox and the
// permissions on it. Groups and administrative units lose it as a member. What
// was granted to it stays: permissions on other mailboxes show its SID from then
// on, application access policies lose the names of their scope, and role
// assignments keep the name they have.
func (t *Tenant) DeleteRecipient(identity string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	r, err := one(t, t.recipients, identity, recipientKeys)
	if err != nil {
		return err
	}
	t.recipients = slices.DeleteFunc(t.recipients, func(o *Recipient) bool { return o == r })
	delete(t.permissions, r.GUID)
	is := func(guid string) bool { return guid == r.GUID }
	for _, g := range t.recipients {
		g.Members = slices.DeleteFunc(g.Members, is)
	}
	for _, u := range t.administrativeUnits {
		u.Members = slices.DeleteFunc(u.Members, is)
	}
	for _, g := range t.roleGroups {
		g.Members = slices.DeleteFunc(g.Members, is)
	}
	return nil
}
