// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/opath"
)

// parseFilter reads a filter, and refuses it in the service's words. parameter
// is the one that it came in.
func parseFilter(parameter, text string) (*opath.Filter, error) {
	filter, err := opath.Parse(text)
	if err != nil {
		position := 1
		if syntax, ok := errors.AsType[*opath.SyntaxError](err); ok {
			position = syntax.Position
		}
		return nil, invalid(typeBinding,
			"Cannot bind parameter '%[1]s' to the target. Exception setting \"%[1]s\": \"Invalid filter syntax. For a description of the filter parameter syntax see the command help. \"%[2]s\" at position %[3]d.\"",
			parameter, text, position)
	}
	for _, c := range filter.Comparisons() {
		if p, known := opath.LookupProperty(c.Property); !known || p.ServerOnly {
			return nil, invalid(typeBinding,
				"Cannot bind parameter '%[1]s' to the target. Exception setting \"%[1]s\": \"\"%[2]s\" is not a recognized filterable property. Valid property names are: %[3]s\"",
				parameter, c.Property, "Alias, CustomAttribute1, DisplayName, EmailAddresses, Guid, MemberOfGroup, Name, Office, PrimarySmtpAddress, RecipientTypeDetails, …")
		}
	}
	return filter, nil
}

// properties returns a recipient's filterable properties by name. Those that
// the sandbox does not keep have no value.
func (t *Tenant) properties(r *Recipient) func(name string) []string {
	return func(name string) []string {
		name = strings.ToLower(name)
		if n, ok := attributeNumber(name, "customattribute", len(r.CustomAttributes)); ok {
			return values(r.CustomAttributes[n])
		}
		if n, ok := attributeNumber(name, "extensioncustomattribute", len(r.ExtensionCustomAttributes)); ok {
			return r.ExtensionCustomAttributes[n]
		}
		if get, ok := recipientProperties[name]; ok {
			return values(get(r))
		}
		switch name {
		case "emailaddresses":
			return r.EmailAddresses
		case "memberofgroup":
			return t.groupsOf(r)
		case "administrativeunits":
			return t.unitsOf(r)
		case "members":
			return t.memberDNs(r)
		case "roleassignmentpolicy":
			return t.policyDN(r)
		default:
			return nil
		}
	}
}

// values is a property with one value, or with none.
func values(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

// attributeNumber reads the index of a numbered attribute.
func attributeNumber(name, prefix string, count int) (int, bool) {
	digits, found := strings.CutPrefix(name, prefix)
	if !found {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	return n - 1, err == nil && n >= 1 && n <= count
}

// recipientProperties are the properties with one value.
var recipientProperties = map[string]func(*Recipient) string{
	"alias":                     func(r *Recipient) string { return r.Alias },
	"city":                      func(r *Recipient) string { return r.City },
	"commonname":                func(r *Recipient) string { return r.Name },
	"company":                   func(r *Recipient) string { return r.Company },
	"countryorregion":           func(r *Recipient) string { return r.CountryOrRegion },
	"department":                func(r *Recipient) string { return r.Department },
	"displayname":               func(r *Recipient) string { return r.DisplayName },
	"distinguishedname":         func(r *Recipient) string { return r.DistinguishedName },
	"exchangeguid":              func(r *Recipient) string { return r.ExchangeGUID },
	"externaldirectoryobjectid": func(r *Recipient) string { return r.ExternalDirectoryObjectID },
	"externalemailaddress":      func(r *Recipient) string { return r.ExternalEmailAddress },
	"firstname":                 func(r *Recipient) string { return r.FirstName },
	"guid":                      func(r *Recipient) string { return r.GUID },
	"hiddenfromaddresslistsenabled": func(r *Recipient) string {
		return truth(r.HiddenFromAddressLists)
	},
	"id":                   func(r *Recipient) string { return r.DistinguishedName },
	"isdirsynced":          func(*Recipient) string { return truth(false) },
	"ismailboxenabled":     func(r *Recipient) string { return truth(r.Type.IsMailbox()) },
	"lastname":             func(r *Recipient) string { return r.LastName },
	"name":                 func(r *Recipient) string { return r.Name },
	"office":               func(r *Recipient) string { return r.Office },
	"primarysmtpaddress":   func(r *Recipient) string { return r.PrimarySMTPAddress },
	"recipienttype":        func(r *Recipient) string { return r.Type.General() },
	"recipienttypedetails": func(r *Recipient) string { return string(r.Type) },
	"resourcetype": func(r *Recipient) string {
		switch r.Type {
		case RoomMailbox:
			return "Room"
		case EquipmentMailbox:
			return "Equipment"
		default:
			return ""
		}
	},
	"title":               func(r *Recipient) string { return r.Title },
	"usagelocation":       func(r *Recipient) string { return r.UsageLocation },
	"userprincipalname":   func(r *Recipient) string { return r.UserPrincipalName },
	"whenchanged":         func(r *Recipient) string { return r.WhenChanged.Format(time.RFC3339) },
	"whenchangedutc":      func(r *Recipient) string { return r.WhenChanged.Format(time.RFC3339) },
	"whencreated":         func(r *Recipient) string { return r.WhenCreated.Format(time.RFC3339) },
	"whencreatedutc":      func(r *Recipient) string { return r.WhenCreated.Format(time.RFC3339) },
	"whenmailboxcreated":  func(r *Recipient) string { return r.WhenCreated.Format(time.RFC3339) },
	"windowsemailaddress": func(r *Recipient) string { return r.PrimarySMTPAddress },
	"windowsliveid":       func(r *Recipient) string { return r.UserPrincipalName },
	"rawname":             func(r *Recipient) string { return r.Name },
	"issecurityprincipal": func(r *Recipient) string { return truth(r.IsValidSecurityPrincipal()) },
	"accountdisabled":     func(r *Recipient) string { return truth(r.Type != UserMailbox) },
}

func truth(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

// IsValidSecurityPrincipal reports whether permissions can be granted to the
// recipient by its security identifier.
func (r Recipient) IsValidSecurityPrincipal() bool {
	return slices.Contains([]RecipientType{UserMailbox, MailUser, SecurityGroup}, r.Type)
}

// groupsOf lists the distinguished names of the groups that a recipient is a
// direct member of. Filters see no further.
func (t *Tenant) groupsOf(r *Recipient) []string {
	var dns []string
	for _, g := range t.recipients {
		if slices.Contains(g.Members, r.GUID) {
			dns = append(dns, g.DistinguishedName)
		}
	}
	return dns
}

// unitsOf lists the distinguished names of the administrative units that a
// recipient is a member of.
func (t *Tenant) unitsOf(r *Recipient) []string {
	var dns []string
	for _, u := range t.administrativeUnits {
		if !u.SoftDeleted && slices.Contains(u.Members, r.GUID) {
			dns = append(dns, u.DistinguishedName)
		}
	}
	return dns
}

func (t *Tenant) memberDNs(r *Recipient) []string {
	var dns []string
	for _, guid := range r.Members {
		if m := t.recipientByGUID(guid); m != nil {
			dns = append(dns, m.DistinguishedName)
		}
	}
	return dns
}

func (t *Tenant) policyDN(r *Recipient) []string {
	for _, p := range t.policies {
		if p.GUID == r.Policy {
			return []string{p.DistinguishedName}
		}
	}
	return nil
}

// RecipientQuery is what Get-Recipient, Get-Mailbox and Get-Group are given.
type RecipientQuery struct {
	Identity string
	// Filter is OPATH; FilterParameter is the name of the parameter it came
	// in, for the refusal of a bad one.
	Filter, FilterParameter string
	// Types keeps recipients of those types only, if any are given.
	Types []string
	// Among limits what the cmdlet lists at all.
	Among func(RecipientType) bool
}

// GetRecipient returns the recipients a query asks for.
func (t *Tenant) GetRecipient(query RecipientQuery) ([]Recipient, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	candidates := t.recipients
	if query.Among != nil {
		candidates = slices.DeleteFunc(slices.Clone(candidates), func(r *Recipient) bool { return !query.Among(r.Type) })
	}
	found, err := list(t, candidates, query.Identity, false, recipientKeys)
	if err != nil {
		return nil, err
	}
	match := func(*Recipient) bool { return true }
	if query.Filter != "" {
		filter, err := parseFilter(query.FilterParameter, query.Filter)
		if err != nil {
			return nil, err
		}
		match = func(r *Recipient) bool { return filter.Match(t.properties(r)) }
	}
	var kept []*Recipient
	for _, r := range found {
		if len(query.Types) > 0 && !containsFold(query.Types, string(r.Type)) {
			continue
		}
		if match(r) {
			kept = append(kept, r)
		}
	}
	return snapshotRecipients(kept), nil
}
