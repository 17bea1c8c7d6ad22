// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package authorization_test

import (
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

const (
	address = "data.exchange_service_principal_authorization.test"

	// Apps of the seeded tenant: with one assignment over payroll mailboxes, with three over other kinds of scope, and
	// with a pointer only.
	payroll = "33333333-3333-3333-3333-0000000000aa"
	booking = "33333333-3333-3333-3333-0000000000cc"
	scanner = "33333333-3333-3333-3333-0000000000bb"
)

func config(app, mailbox string) string {
	if mailbox != "" {
		mailbox = `mailbox = "` + mailbox + `"`
	}
	return "data \"exchange_service_principal_authorization\" \"test\" {\n  app = \"" + app + "\"\n  " + mailbox + "\n}\n"
}

func row(role, scope, scopeType string, inScope knownvalue.Check, permissions ...string) knownvalue.Check {
	var granted []knownvalue.Check
	for _, permission := range permissions {
		granted = append(granted, knownvalue.StringExact(permission))
	}
	return knownvalue.ObjectExact(map[string]knownvalue.Check{
		"role_name":              knownvalue.StringExact(role),
		"granted_permissions":    knownvalue.ListExact(granted),
		"allowed_resource_scope": knownvalue.StringExact(scope),
		"scope_type":             knownvalue.StringExact(scopeType),
		"in_scope":               inScope,
	})
}

func TestAuthorizationTellsWhatAnAppMayDoAndWhetherAMailboxIsInScope(t *testing.T) {
	t.Parallel()
	const europe = "60f565a0-9a30-40e6-a34e-4023db4616c2"
	for name, test := range map[string]struct {
		app, mailbox string
		want         []knownvalue.Check
	}{
		"in scope":       {payroll, "payroll@contoso.com", []knownvalue.Check{row("Application Mail.Read", "Payroll mailboxes", "CustomRecipientScope", knownvalue.Bool(true), "Mail.Read")}},
		"out of scope":   {payroll, "support@contoso.com", []knownvalue.Check{row("Application Mail.Read", "Payroll mailboxes", "CustomRecipientScope", knownvalue.Bool(false), "Mail.Read")}},
		"no mailbox":     {payroll, "", []knownvalue.Check{row("Application Mail.Read", "Payroll mailboxes", "CustomRecipientScope", knownvalue.Null(), "Mail.Read")}},
		"by app id":      {"22222222-2222-2222-2222-0000000000aa", "payroll@contoso.com", []knownvalue.Check{row("Application Mail.Read", "Payroll mailboxes", "CustomRecipientScope", knownvalue.Bool(true), "Mail.Read")}},
		"no assignments": {scanner, "payroll@contoso.com", nil},
		"several kinds of scope": {booking, "adele@contoso.com", []knownvalue.Check{
			row("Application Calendars.ReadWrite", europe, "AdministrativeUnit", knownvalue.Bool(true), "Calendars.ReadWrite"),
			row("Application Contacts.Read", "Finance Team", "Group", knownvalue.Bool(true), "Contacts.Read"),
			row("Application MailTips.ReadBasic.All", "Organization", "Organization", knownvalue.Bool(true), "MailTips.ReadBasic.All"),
		}},
	} {
		for form, behavior := range map[string]func(*tenant.Behavior){
			"": func(*tenant.Behavior) {},
			", answered in texts": func(b *tenant.Behavior) {
				b.InScope, b.Booleans, b.SingleLists = tenant.BooleansString, tenant.BooleansString, tenant.SingleString
			},
		} {
			t.Run(name+form, func(t *testing.T) {
				t.Parallel()
				s := acctest.Start(t, behavior)
				s.Test(resource.TestCase{Steps: []resource.TestStep{{
					Config: config(test.app, test.mailbox),
					ConfigStateChecks: []statecheck.StateCheck{
						statecheck.ExpectKnownValue(address, tfjsonpath.New("authorizations"), knownvalue.SetExact(test.want)),
						statecheck.ExpectKnownValue(address, tfjsonpath.New("app"), knownvalue.StringExact(test.app)),
					},
				}}})
			})
		}
	}
}

func TestAuthorizationOfACompositeRoleListsItsPermissions(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Run("New-ManagementRoleAssignment", map[string]any{"Name": "Everything", "Role": "Application Mail Full Access", "App": scanner})
	defer s.Run("Remove-ManagementRoleAssignment", map[string]any{"Identity": "Everything"})
	s.Test(resource.TestCase{
		CheckDestroy: s.Check(func(*tenant.Tenant) error { return nil }),
		Steps: []resource.TestStep{{
			Config: config(scanner, "info@contoso.com"),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("authorizations"), knownvalue.ListExact([]knownvalue.Check{
					row("Application Mail Full Access", "Organization", "Organization", knownvalue.Bool(true), "Mail.ReadWrite", "Mail.Send"),
				})),
			},
		}},
	})
}

func TestAuthorizationRefusesAnAppOrMailboxThatIsNotThere(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ app, mailbox, error string }{
		"app without a pointer": {"33333333-3333-3333-3333-333333333333", "", `(?s)does not know the application.*app = `},
		"missing mailbox":       {payroll, "nobody@contoso.com", `(?s)does not know the mailbox.*mailbox = .*nobody@contoso.com`},
		"one by an odd name":    {payroll, "Nobody  at  all", `(?s)does not know the mailbox.*mailbox = `},
		"empty app":             {"", "", `(?s)app.*length`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{Config: config(test.app, test.mailbox), ExpectError: regexp.MustCompile(strings.ReplaceAll(test.error, " ", `[\s│]+`))},
			}})
		})
	}
}
