// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package sharedmailbox_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const address = "data.exchange_shared_mailboxes.test"

func config(filter string) string {
	if filter != "" {
		filter = fmt.Sprintf("\n  filter = %q", filter)
	}
	return "data \"exchange_shared_mailboxes\" \"test\" {" + filter + "\n}\n\n" +
		"output \"addresses\" {\n  value = data.exchange_shared_mailboxes.test.mailboxes[*].primary_smtp_address\n}\n"
}

func texts(values ...string) knownvalue.Check {
	checks := make([]knownvalue.Check, 0, len(values))
	for _, value := range values {
		checks = append(checks, knownvalue.StringExact(value))
	}
	return knownvalue.ListExact(checks)
}

func TestSharedMailboxesAreListedByAddressAndByFilter(t *testing.T) {
	t.Parallel()
	for filter, want := range map[string][]string{
		"":                               {"info@contoso.com", "invoices@contoso.com", "payroll@contoso.com", "support@contoso.com"},
		"Office -eq 'Berlin'":            {"invoices@contoso.com", "payroll@contoso.com"},
		"CustomAttribute1 -eq 'finance'": {"invoices@contoso.com"},
		"HiddenFromAddressListsEnabled -eq $true": {},
		// User mailboxes match it, too, and are left out.
		"Alias -like 'a*' -or Alias -eq 'support'": {"support@contoso.com"},
	} {
		t.Run(filter, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{{
				Config:            config(filter),
				ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("addresses", texts(want...))},
			}}})
		})
	}
}

func TestSharedMailboxHasWhatModulesReferToAndSelectBy(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(*tenant.Behavior){
		"canonical": func(*tenant.Behavior) {},
		"in other forms": func(b *tenant.Behavior) {
			b.NullProperties, b.SingleLists, b.GUIDCase, b.Booleans = tenant.NullsAbsent, tenant.SingleString, tenant.GUIDUpper, tenant.BooleansString
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t, answer)
			added, err := s.Tenant().AddRecipients(tenant.Recipient{
				Type: tenant.SharedMailbox, DisplayName: "Archive", PrimarySMTPAddress: "archive@contoso.com", UserPrincipalName: "archive@contoso.com",
				EmailAddresses: []string{"SMTP:archive@contoso.com", "smtp:old@contoso.com"}, Office: "Hamburg", HiddenFromAddressLists: true,
				CustomAttributes:          [15]string{0: "finance", 14: "last"},
				ExtensionCustomAttributes: [5][]string{0: {"one"}, 4: {"b", "a"}},
			})
			if err != nil {
				t.Fatal(err)
			}
			archive := added[0]
			s.Test(resource.TestCase{Steps: []resource.TestStep{{
				Config: config("Alias -eq 'archive'"),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("mailboxes"), knownvalue.ListExact([]knownvalue.Check{
						knownvalue.ObjectExact(map[string]knownvalue.Check{
							"id":                   knownvalue.StringExact(archive.ExternalDirectoryObjectID),
							"guid":                 knownvalue.StringExact(archive.GUID),
							"exchange_guid":        knownvalue.StringExact(archive.ExchangeGUID),
							"name":                 knownvalue.StringExact(archive.Name),
							"display_name":         knownvalue.StringExact("Archive"),
							"alias":                knownvalue.StringExact("archive"),
							"primary_smtp_address": knownvalue.StringExact("archive@contoso.com"),
							"email_addresses":      texts("SMTP:archive@contoso.com", "smtp:old@contoso.com"),
							"user_principal_name":  knownvalue.StringExact("archive@contoso.com"),
							"distinguished_name":   knownvalue.StringExact(archive.DistinguishedName),
							"custom_attributes": knownvalue.MapExact(map[string]knownvalue.Check{
								"CustomAttribute1": knownvalue.StringExact("finance"), "CustomAttribute15": knownvalue.StringExact("last"),
							}),
							"extension_custom_attributes": knownvalue.MapExact(map[string]knownvalue.Check{
								"ExtensionCustomAttribute1": texts("one"), "ExtensionCustomAttribute5": texts("b", "a"),
							}),
							"office":                            knownvalue.StringExact("Hamburg"),
							"hidden_from_address_lists_enabled": knownvalue.Bool(true),
							"administrative_units":              texts(),
							"when_created":                      knownvalue.StringRegexp(regexp.MustCompile(`^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)),
						}),
					})),
				},
			}, {
				Config: config("CustomAttribute1 -eq 'finance' -and Alias -eq 'invoices'"),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("mailboxes").AtSliceIndex(0).AtMapKey("administrative_units"), texts("60f565a0-9a30-40e6-a34e-4023db4616c2")),
				},
			}}})
		})
	}
}

// Ten thousand mailboxes are ten pages of a thousand, which are asked for once in a plan.
func TestTenThousandSharedMailboxesPageThrough(t *testing.T) {
	t.Parallel()
	const all = 10_000
	s := acctest.Start(t)
	seeded := 0
	for _, recipient := range s.Tenant().Recipients() {
		if recipient.Type == tenant.SharedMailbox {
			seeded++
		}
	}
	var many []tenant.Recipient
	for n := range all - seeded {
		// Added from the last to the first, so that sorting has work to do.
		many = append(many, tenant.Recipient{Type: tenant.SharedMailbox, PrimarySMTPAddress: fmt.Sprintf("box-%05d@contoso.com", all-n)})
	}
	if _, err := s.Tenant().AddRecipients(many...); err != nil {
		t.Fatal(err)
	}
	terraform := s.Command(acctest.BuildProvider(t), config(""))
	terraform(t, "apply", "-auto-approve", "-no-color")
	if got := s.Requests().Count("Get-Mailbox"); got != all/1000 {
		t.Errorf("Get-Mailbox was requested %d times, want %d", got, all/1000)
	}
	var outputs struct {
		Addresses struct{ Value []string }
	}
	if err := json.Unmarshal([]byte(terraform(t, "output", "-json")), &outputs); err != nil {
		t.Fatal(err)
	}
	addresses := outputs.Addresses.Value
	if len(addresses) != all {
		t.Fatalf("%d mailboxes are listed, want %d", len(addresses), all)
	}
	for i := 1; i < len(addresses); i++ {
		if addresses[i-1] >= addresses[i] {
			t.Fatalf("%s stands before %s", addresses[i-1], addresses[i])
		}
	}
}

func TestSharedMailboxesRefuseAFilterThatExchangeCannotRead(t *testing.T) {
	t.Parallel()
	for filter, want := range map[string]string{
		"Office -eq":               `(?s)filter.*cannot read`,
		"{Office -eq 'Berlin'}":    `(?s)Braces around a recipient filter.*filter = `,
		"Ofice -eq 'Berlin'":       `(?s)filter.*Did you mean Office`,
		"MemberOfGroup -eq 'Team'": `(?s)filter.*distinguished name`,
	} {
		t.Run(filter, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{{
				Config: config(filter), PlanOnly: true,
				ExpectError: regexp.MustCompile(strings.ReplaceAll(want, " ", `[\s│]+`)),
			}}})
			if got := len(s.Requests().All()); got != 0 {
				t.Errorf("%d requests were made for a configuration that is refused while validating", got)
			}
		})
	}
}
