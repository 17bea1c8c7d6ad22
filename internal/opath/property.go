// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package opath

import (
	"strings"
	"sync"
)

// Property is a property of recipients that filters can compare.
type Property struct {
	Name string
	Kind Kind
	// LDAPName is the name of the attribute in the directory, or empty where the property is none.
	LDAPName string
	// ServerOnly says that the property exists in Exchange Server but not in Exchange Online. Nothing but its name is
	// known of it then.
	ServerOnly bool
}

// Kind is the kind of values a property has.
type Kind int

// The kinds of properties.
const (
	UnknownKind  Kind = iota
	WildcardText      // Text; -like takes a * at its end.
	ExactText         // Text that is compared as a whole.
	Boolean           // $true or $false.
	DN                // Distinguished name; no other name or address of the object matches.
	GUID
	Number      // Integer; for some properties also Unlimited.
	Date        // Date and time, in the format and time zone of the server.
	TimeSpan    // dd.hh:mm:ss.
	Size        // Number of bytes or a number with a unit, such as 1.5GB; for some properties also Unlimited.
	Enumeration // One of some names, or the number that stands for it.
	Binary      // Bytes.
	Presence    // Can be compared with $null only.
)

// propertyByName has the properties under their names in lower case.
var propertyByName = sync.OnceValue(func() map[string]Property {
	byName := make(map[string]Property, len(properties))
	for _, property := range properties {
		byName[strings.ToLower(property.Name)] = property
	}
	return byName
})

// LookupProperty returns the property of the given name, in any letter case. Properties of Exchange Server are among them:
// see [Property.ServerOnly].
func LookupProperty(name string) (Property, bool) {
	property, ok := propertyByName()[strings.ToLower(name)]
	return property, ok
}

// NearestProperty returns the name of the Exchange Online property that a wrong name was probably meant to be: the
// property that other products call so, the one whose LDAP attribute is called so, or the one with the most similar name.
// It returns "" if there is none, and the usual spelling of a name that is right.
func NearestProperty(name string) string {
	if property, ok := propertyByName()[strings.ToLower(name)]; ok {
		if property.ServerOnly {
			return ""
		}
		return property.Name
	}
	if property := nameElsewhere(name); property != "" {
		return property
	}
	for _, property := range properties {
		if property.LDAPName != "" && strings.EqualFold(property.LDAPName, name) {
			return property.Name
		}
	}
	return mostSimilar(name)
}

// nameElsewhere returns the property that PowerShell, Microsoft Graph or the directory knows under another name and that
// no LDAP attribute or similar name leads to.
func nameElsewhere(name string) string {
	switch strings.ToLower(name) {
	case "mail", "email", "smtp", "smtpaddress", "primaryemail", "primaryemailaddress":
		// The attribute mail is WindowsEmailAddress, but who writes mail means the address that mail is sent to.
		return "PrimarySmtpAddress"
	case "emailalias", "emailaliases", "aliases", "proxyaddress":
		return "EmailAddresses"
	case "upn", "userprincipal":
		return "UserPrincipalName"
	case "dn":
		return "DistinguishedName"
	case "objectid", "entraid":
		return "ExternalDirectoryObjectId"
	case "surname":
		return "LastName"
	case "country":
		return "CountryOrRegion"
	case "state", "province":
		return "StateOrProvince"
	case "street":
		return "StreetAddress"
	case "zip", "zipcode":
		return "PostalCode"
	case "jobtitle":
		return "Title"
	case "companyname":
		return "Company"
	case "officelocation":
		return "Office"
	case "phonenumber", "businessphones":
		return "Phone"
	case "group", "groups":
		return "MemberOfGroup"
	case "au":
		return "AdministrativeUnits"
	case "type", "recipienttypedetailsvalue":
		// Exchange writes the latter into the filters of dynamic groups itself.
		return "RecipientTypeDetails"
	case "hidden", "hiddenfromaddresslists", "hiddenfromaddresslist":
		return "HiddenFromAddressListsEnabled"
	default:
		return ""
	}
}

// mostSimilar returns the property whose name is the fewest edits away from a wrong one, and "" if that is more than one
// edit in every four characters. Names of fewer than four are too short to tell.
func mostSimilar(name string) string {
	const shortest, longest = 4, 64
	if len(name) < shortest || len(name) > longest {
		return ""
	}
	wrong := strings.ToLower(name)
	nearest, fewest := "", len(name)/4+1
	for _, property := range properties {
		if property.ServerOnly {
			continue
		}
		if needed := edits(wrong, strings.ToLower(property.Name)); needed < fewest {
			nearest, fewest = property.Name, needed
		}
	}
	return nearest
}

// edits returns how many bytes must be inserted, deleted, replaced or swapped with their neighbour to make b of a.
func edits(a, b string) int {
	// The rows of the table of distances between the beginnings of a and those of b, of which three are ever needed.
	beforeLast := make([]int, len(b)+1)
	last := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		beforeLast, last, row = last, row, beforeLast
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replaced := last[j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			row[j] = min(replaced, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], beforeLast[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
