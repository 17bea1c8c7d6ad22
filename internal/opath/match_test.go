// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package opath_test

import (
	"slices"
	"testing"
)

// recipient is a shared mailbox under the names a sandbox would look its properties up by.
func recipient(name string) []string {
	switch name {
	case "Alias":
		return []string{"sales.berlin"}
	case "Office":
		return []string{"Berlin"}
	case "City":
		return []string{"Zürich"}
	case "Department":
		return []string{""}
	case "RecipientTypeDetails":
		return []string{"SharedMailbox"}
	case "CustomAttribute1":
		return []string{"012332"}
	case "CustomAttribute2":
		return []string{"50*"}
	case "ExtensionCustomAttribute1":
		return []string{"red", "", "green"}
	case "HiddenFromAddressListsEnabled":
		return []string{"True"}
	case "EcpEnabled":
		return []string{"False"}
	case "ResourceCapacity":
		return []string{"9"}
	case "MaxSendSize":
		return []string{"900MB"}
	case "MaxReceiveSize":
		return []string{"Unlimited"}
	case "WhenCreated":
		return []string{"2026-03-01T10:00:00"}
	case "PrimarySmtpAddress":
		return []string{"sales@contoso.com"}
	case "EmailAddresses":
		return []string{"SMTP:sales@contoso.com", "smtp:Verkauf@fabrikam.com", "SIP:sales@contoso.com", "smtp:"}
	case "MemberOfGroup":
		return []string{"CN=Doe\\, Jane,OU=Groups,DC=contoso,DC=com", "CN=Sales,OU=Groups,DC=contoso,DC=com"}
	case "favouriteColour":
		return []string{"Blue"}
	default:
		return nil
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	tests := map[string]map[string]bool{
		"equality folds case": {
			`Alias -eq 'SALES.Berlin'`: true,
			`Alias -eq 'sales'`:        false,
			`Alias -ne 'SALES.Berlin'`: false,
			`Alias -ne 'sales'`:        true,
			`City -eq 'ZÜRICH'`:        true,
		},
		"names of properties fold case": {
			`ALIAS -eq 'sales.berlin'`:    true,
			`favouriteColour -eq 'blue'`:  true,
			`favouriteColour -like 'bl*'`: true,
			`noSuchProperty -eq 'blue'`:   false,
			`noSuchProperty -ne 'blue'`:   true,
		},
		"integers are compared as they are written": {
			`CustomAttribute1 -eq 012332`:  true,
			`CustomAttribute1 -eq '12332'`: false,
			`ResourceCapacity -eq 9`:       true,
			`ResourceCapacity -eq '9'`:     true,
		},
		"booleans": {
			`HiddenFromAddressListsEnabled -eq $true`:    true,
			`HiddenFromAddressListsEnabled -eq 'true'`:   true,
			`HiddenFromAddressListsEnabled -ne $false`:   true,
			`HiddenFromAddressListsEnabled -eq $false`:   false,
			`EcpEnabled -eq $false`:                      true,
			`EcpEnabled -eq 'False'`:                     true,
			`LitigationHoldEnabled -eq $true`:            false,
			`-not (HiddenFromAddressListsEnabled -eq 1)`: true,
		},
		"null is no value": {
			`Title -eq $null`:                     true,
			`Title -ne $null`:                     false,
			`Department -eq $null`:                true,
			`Department -ne $null`:                false,
			`Alias -eq $null`:                     false,
			`Alias -ne $null`:                     true,
			`ExtensionCustomAttribute1 -ne $null`: true,
			`ExtensionCustomAttribute2 -eq $null`: true,
			`EmailAddresses -ne $null`:            true,
			`Title -like $null`:                   true,
			`Alias -notlike $null`:                true,
			`Alias -gt $null`:                     false,
			`Title -le $null`:                     false,
			`Department -eq ''`:                   false,
		},
		"several values": {
			`ExtensionCustomAttribute1 -eq 'green'`:    true,
			`ExtensionCustomAttribute1 -eq 'blue'`:     false,
			`ExtensionCustomAttribute1 -ne 'green'`:    false,
			`ExtensionCustomAttribute1 -ne 'blue'`:     true,
			`ExtensionCustomAttribute1 -like 'gr*'`:    true,
			`ExtensionCustomAttribute1 -notlike 'gr*'`: false,
			`ExtensionCustomAttribute1 -notlike 'bl*'`: true,
		},
		"wildcard is for the end": {
			`Alias -like 'SALES*'`:          true,
			`Alias -like 'sales.berlin*'`:   true,
			`Alias -like 'sales.berlin-1*'`: false,
			`Alias -like 'sales**'`:         true,
			`Alias -like 'sales.berlin'`:    true,
			`Alias -like 'sales'`:           false,
			`City -like 'zÜ*'`:              true,
			`Alias -like '*'`:               true,
			`Title -like '*'`:               false,
			`Alias -like '*berlin'`:         false,
			`Alias -like '*sales*'`:         false,
			`Alias -like 's*n'`:             false,
			`Alias -notlike '*berlin'`:      true,
			`Alias -notlike 'sales*'`:       false,
			`Title -notlike 'sales*'`:       true,
		},
		"wildcard is for -like": {
			`Alias -eq 'sales*'`:          false,
			`CustomAttribute2 -eq '50*'`:  true,
			`CustomAttribute2 -ne '50*'`:  false,
			`CustomAttribute2 -like '5*'`: true,
		},
		"wildcard is for text": {
			`RecipientTypeDetails -eq 'sharedmailbox'`:   true,
			`RecipientTypeDetails -like 'SharedMailbox'`: true,
			`RecipientTypeDetails -like 'Shared*'`:       false,
			`MemberOfGroup -like 'CN=Sales*'`:            false,
		},
		"primary address is sought among all": {
			`PrimarySmtpAddress -eq 'Sales@Contoso.com'`:    true,
			`PrimarySmtpAddress -eq 'verkauf@fabrikam.com'`: true,
			`PrimarySmtpAddress -like 'verkauf@*'`:          true,
			`PrimarySmtpAddress -ne 'verkauf@fabrikam.com'`: false,
			`PrimarySmtpAddress -like '*@contoso.com'`:      false,
			`PrimarySmtpAddress -eq 'other@contoso.com'`:    false,
		},
		"addresses with and without prefix": {
			`EmailAddresses -eq 'smtp:sales@contoso.com'`: true,
			`EmailAddresses -eq 'sales@contoso.com'`:      true,
			`EmailAddresses -like 'smtp:verkauf@*'`:       true,
			`EmailAddresses -like 'verkauf@*'`:            true,
			`EmailAddresses -eq 'sip:sales@contoso.com'`:  true,
			`EmailAddresses -ne 'sales@contoso.com'`:      false,
			`EmailAddresses -eq 'other@contoso.com'`:      false,
			`WindowsEmailAddress -eq 'sales@contoso.com'`: false,
		},
		"distinguished names": {
			`MemberOfGroup -eq 'cn=sales, ou=groups, dc=contoso, dc=com'`:    true,
			`MemberOfGroup -eq 'CN=Doe\2c Jane,OU=Groups,DC=contoso,DC=com'`: true,
			`MemberOfGroup -ne 'CN=Sales,OU=Groups,DC=contoso,DC=com'`:       false,
			`MemberOfGroup -eq 'Sales'`:                                      false,
		},
		"order of numbers": {
			`ResourceCapacity -lt 10`:     true,
			`ResourceCapacity -lt '9'`:    false,
			`ResourceCapacity -le 9`:      true,
			`ResourceCapacity -gt '8.5'`:  true,
			`ResourceCapacity -gt -10`:    true,
			`ResourceCapacity -ge 10`:     false,
			`Title -lt 10`:                false,
			`MaxSendSize -lt '1.5GB'`:     true,
			`MaxSendSize -gt '921599 kb'`: true,
			`MaxSendSize -ge '900MB'`:     true,
			`MaxSendSize -lt '1TB'`:       true,
			`MaxSendSize -gt '1024B'`:     true,
			`MaxReceiveSize -gt '1TB'`:    true,
		},
		"order of text": {
			`Office -gt 'amsterdam'`:               true,
			`Office -lt 'AMSTERDAM'`:               false,
			`Office -ge 'berlin'`:                  true,
			`Office -le 'BERLIN'`:                  true,
			`WhenCreated -gt '2026-02-28'`:         true,
			`WhenCreated -lt '2026-03-01T09:00'`:   false,
			`CustomAttribute1 -lt '0x20'`:          true,
			`ResourceCapacity -lt '1-2'`:           false,
			`ResourceCapacity -lt 'ten'`:           true,
			`ResourceCapacity -lt '9xB'`:           true,
			`ResourceCapacity -lt '9BB'`:           true,
			`ResourceCapacity -gt 'MB'`:            false,
			`ExtensionCustomAttribute1 -lt 'h'`:    true,
			`ExtensionCustomAttribute1 -gt 'teal'`: false,
		},
		"operators": {
			`Alias -eq 'sales.berlin' -and Office -eq 'Berlin'`:                     true,
			`Alias -eq 'sales.berlin' -and Office -eq 'Hamburg'`:                    false,
			`Alias -eq 'x' -or Office -eq 'Berlin'`:                                 true,
			`Alias -eq 'x' -or Office -eq 'Hamburg'`:                                false,
			`-not Alias -eq 'x'`:                                                    true,
			`-not (Alias -eq 'x' -or Office -eq 'Berlin')`:                          false,
			`Office -eq 'Berlin' -or Office -eq 'Bonn' -and Alias -eq 'x'`:          true,
			`(Office -eq 'Berlin' -or Office -eq 'Bonn') -and Alias -eq 'x'`:        false,
			`(RecipientTypeDetails -eq 'SharedMailbox') -and (Office -eq 'Berlin')`: true,
		},
	}
	for name, filters := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for text, want := range filters {
				if got := mustParse(t, text).Match(recipient); got != want {
					t.Errorf("%s: got %t", text, got)
				}
			}
		})
	}
}

func TestMatchAsksForUsualNames(t *testing.T) {
	t.Parallel()
	var asked []string
	mustParse(t, `emailaddresses -eq 'a' -or PRIMARYSMTPADDRESS -eq 'a' -or customAttribute3 -eq 'a' -or favouriteColour -eq 'a'`).
		Match(func(name string) []string {
			asked = append(asked, name)
			return nil
		})
	slices.Sort(asked)
	want := []string{"CustomAttribute3", "EmailAddresses", "PrimarySmtpAddress", "favouriteColour"}
	if got := slices.Compact(asked); !slices.Equal(got, want) {
		t.Errorf("asked for %q, want %q", got, want)
	}
}

func TestMatchLeavesValuesAlone(t *testing.T) {
	t.Parallel()
	addresses := []string{"SMTP:sales@contoso.com"}
	want := slices.Clone(addresses)
	mustParse(t, `EmailAddresses -like 'sales*'`).Match(func(string) []string { return addresses })
	if !slices.Equal(addresses, want) {
		t.Errorf("the recipient's addresses became %q", addresses)
	}
}

func TestMatchCountsPrefixInCharacters(t *testing.T) {
	t.Parallel()
	// The Kelvin sign takes three bytes and folds to the k that takes one.
	filter := mustParse(t, "Office -like '\u212aiel*'")
	if !filter.Match(func(string) []string { return []string{"Kiel West"} }) {
		t.Error("a letter that is longer in the pattern than in the value keeps the two apart")
	}
}

func BenchmarkMatch(b *testing.B) {
	benchmarks := map[string]string{
		"text":               `(RecipientTypeDetails -eq 'SharedMailbox') -and (Office -like 'Ber*') -and (CustomAttribute1 -ne 'x')`,
		"distinguished name": `MemberOfGroup -eq 'cn=sales,ou=groups,dc=contoso,dc=com'`,
		"address":            `PrimarySmtpAddress -eq 'verkauf@fabrikam.com'`,
	}
	for name, text := range benchmarks {
		b.Run(name, func(b *testing.B) {
			filter := mustParse(b, text)
			b.ReportAllocs()
			for b.Loop() {
				if !filter.Match(recipient) {
					b.Fatal("no match")
				}
			}
		})
	}
}
