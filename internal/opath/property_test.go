// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package opath_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/opath"
)

func TestLookupProperty(t *testing.T) {
	t.Parallel()
	tests := map[string]opath.Property{
		"Alias":                     {Name: "Alias", Kind: opath.WildcardText, LDAPName: "mailNickname"},
		"memberofgroup":             {Name: "MemberOfGroup", Kind: opath.DN, LDAPName: "memberOf"},
		"ADMINISTRATIVEUNITS":       {Name: "AdministrativeUnits", Kind: opath.DN, LDAPName: "msExchAdministrativeUnitLink"},
		"CustomAttribute1":          {Name: "CustomAttribute1", Kind: opath.WildcardText, LDAPName: "extensionAttribute1"},
		"customattribute15":         {Name: "CustomAttribute15", Kind: opath.WildcardText, LDAPName: "extensionAttribute15"},
		"ExtensionCustomAttribute5": {Name: "ExtensionCustomAttribute5", Kind: opath.WildcardText, LDAPName: "msExchExtensionCustomAttribute5"},
		"DistinguishedName":         {Name: "DistinguishedName", Kind: opath.ExactText, LDAPName: "distinguishedName"},
		"EcpEnabled":                {Name: "EcpEnabled", Kind: opath.Boolean},
		"ExchangeGuid":              {Name: "ExchangeGuid", Kind: opath.GUID, LDAPName: "msExchMailboxGuid"},
		"ResourceCapacity":          {Name: "ResourceCapacity", Kind: opath.Number, LDAPName: "msExchResourceCapacity"},
		"WhenCreated":               {Name: "WhenCreated", Kind: opath.Date, LDAPName: "whenCreated"},
		"RetainDeletedItemsFor":     {Name: "RetainDeletedItemsFor", Kind: opath.TimeSpan, LDAPName: "garbageCollPeriod"},
		"MaxSendSize":               {Name: "MaxSendSize", Kind: opath.Size, LDAPName: "submissionContLength"},
		"ResourceType":              {Name: "ResourceType", Kind: opath.Enumeration},
		"Certificate":               {Name: "Certificate", Kind: opath.Binary, LDAPName: "userCertificate"},
		"AcceptMessagesOnlyFrom":    {Name: "AcceptMessagesOnlyFrom", Kind: opath.Presence, LDAPName: "authOrig"},
		"umEnabled":                 {Name: "UMEnabled", ServerOnly: true},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := opath.LookupProperty(name)
			if !ok {
				t.Fatal("not found")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLookupPropertyRefusesUnknownName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "Mail", "CustomAttribute", "CustomAttribute0", "CustomAttribute16", "ExtensionCustomAttribute6", "Alias "} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, ok := opath.LookupProperty(name); ok {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestNearestProperty(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		// Right already.
		"Alias":         "Alias",
		"memberOfGroup": "MemberOfGroup",
		// Other products' names.
		"Mail":                      "PrimarySmtpAddress",
		"email":                     "PrimarySmtpAddress",
		"upn":                       "UserPrincipalName",
		"jobTitle":                  "Title",
		"officeLocation":            "Office",
		"Group":                     "MemberOfGroup",
		"RecipientTypeDetailsValue": "RecipientTypeDetails",
		"aliases":                   "EmailAddresses",
		"dn":                        "DistinguishedName",
		"objectId":                  "ExternalDirectoryObjectId",
		"surname":                   "LastName",
		"country":                   "CountryOrRegion",
		"state":                     "StateOrProvince",
		"street":                    "StreetAddress",
		"zipCode":                   "PostalCode",
		"companyName":               "Company",
		"businessPhones":            "Phone",
		"AU":                        "AdministrativeUnits",
		"HiddenFromAddressLists":    "HiddenFromAddressListsEnabled",
		// LDAP attributes.
		"extensionAttribute1":  "CustomAttribute1",
		"ExtensionAttribute15": "CustomAttribute15",
		"proxyAddresses":       "EmailAddresses",
		"mailNickname":         "Alias",
		"memberOf":             "MemberOfGroup",
		"givenName":            "FirstName",
		"sn":                   "LastName",
		// Slips.
		"CustomAtribute1":     "CustomAttribute1",
		"CustomAttribute":     "CustomAttribute1",
		"Custom_Attribute7":   "CustomAttribute7",
		"Depatrment":          "Department",
		"Titel":               "Title",
		"EmailAddress":        "EmailAddresses",
		"PrimarySMTPAdress":   "PrimarySmtpAddress",
		"RecipientTypeDetail": "RecipientTypeDetails",
		"AdministrativeUnit":  "AdministrativeUnits",
		"MemberOfGroups":      "MemberOfGroup",
		"ManagedByy":          "ManagedBy",
		// Nothing near.
		"":                                    "",
		strings.Repeat("CustomAttribute", 10): "",
		"x":                                   "",
		"Favourite":                           "",
		"UMEnabled":                           "",
		"PhoneticCompany":                     "",
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := opath.NearestProperty(name); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
