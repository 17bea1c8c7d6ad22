// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package mailboxpermission_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const dataAddress = "data.exchange_mailbox_permissions.test"

func list(mailboxes string) string {
	return "data \"exchange_mailbox_permissions\" \"test\" {\n  mailboxes = " + mailboxes + "\n}\n"
}

func TestMailboxPermissionsAreListedInOrder(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(*tenant.Behavior){
		"canonical": func(*tenant.Behavior) {},
		"with all that is nobody's": func(b *tenant.Behavior) {
			b.OwnPermissions, b.InheritedPermissions = tenant.OwnWithSendAs, tenant.InheritedShown
		},
		"in other forms": func(b *tenant.Behavior) {
			b.SingleLists, b.GUIDCase, b.Booleans, b.RepeatedPermission = tenant.SingleString, tenant.GUIDUpper, tenant.BooleansString, tenant.RepeatedSeparate
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t, answer)
			for _, p := range []map[string]any{
				{"Identity": support, "User": megan, "AccessRights": []any{"ReadPermission"}},
				{"Identity": support, "User": megan, "AccessRights": []any{"FullAccess"}},
				{"Identity": support, "User": adele, "AccessRights": []any{"FullAccess"}, "InheritanceType": "None"},
				{"Identity": support, "User": adele, "AccessRights": []any{"DeleteItem"}, "Deny": true},
				{"Identity": support, "User": "Finance Team", "AccessRights": []any{"FullAccess"}},
				{"Identity": support, "User": "diego@contoso.com", "AccessRights": []any{"FullAccess"}},
			} {
				s.Run("Add-MailboxPermission", p)
			}
			row := func(mailbox, user, sid string, deny bool, inheritanceType string, accessRights ...string) knownvalue.Check {
				guid := recipient(s.Tenant(), mailbox).GUID
				id := guid + "|" + sid
				if deny {
					id += "|deny"
				}
				var granted []knownvalue.Check
				for _, right := range accessRights {
					granted = append(granted, knownvalue.StringExact(right))
				}
				return knownvalue.ObjectExact(map[string]knownvalue.Check{
					"id": knownvalue.StringExact(id), "mailbox": knownvalue.StringExact(mailbox), "mailbox_guid": knownvalue.StringExact(guid),
					"user": knownvalue.StringExact(user), "user_sid": knownvalue.StringExact(sid), "access_rights": knownvalue.ListExact(granted),
					"deny": knownvalue.Bool(deny), "inheritance_type": knownvalue.StringExact(inheritanceType),
				})
			}
			sid := func(address string) string { return recipient(s.Tenant(), address).SID }
			want := knownvalue.ListExact([]knownvalue.Check{
				row(support, adele, sid(adele), false, "None", "FullAccess"),
				row(support, adele, sid(adele), true, "All", "DeleteItem"),
				row(support, "Finance Team", sid("finance-team@contoso.com"), false, "All", "FullAccess"),
				row(support, megan, sid(megan), false, "All", "FullAccess", "ReadPermission"),
				row(info, adele, sid(adele), false, "All", "FullAccess"),
			})
			// What a deleted user left behind is left out.
			if err := s.Tenant().DeleteRecipient("diego@contoso.com"); err != nil {
				t.Fatal(err)
			}
			s.Test(resource.TestCase{Steps: []resource.TestStep{{
				Config:            list(`["` + support + `", "payroll@contoso.com", "` + info + `"]`),
				ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue(dataAddress, tfjsonpath.New("permissions"), want)},
			}}})
		})
	}
}

func TestMailboxPermissionsOfNoMailboxAreNone(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{{
		Config:            list("[]"),
		ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue(dataAddress, tfjsonpath.New("permissions"), knownvalue.ListExact(nil))},
		Check:             s.CheckRequests(map[string]int{"Get-Mailbox": 0, "Get-MailboxPermission": 0}),
	}}})
}

func TestMailboxPermissionsRefuseAMailboxThatIsNone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ mailboxes, error string }{
		"missing":  {`["support@contoso.com", "nobody@contoso.com"]`, `(?s)does not know a mailbox.*nobody@contoso.com`},
		"a group":  {`["Finance Team"]`, `(?s)does not know a mailbox.*Finance Team`},
		"twice":    {`["support@contoso.com", "support@contoso.com"]`, `(?s)mailboxes.*duplicate`},
		"empty":    {`[""]`, `(?s)mailboxes.*length`},
		"wildcard": {`["*"]`, `(?s)mailboxes.*asterisk`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{{Config: list(test.mailboxes), PlanOnly: true, ExpectError: wrapped(test.error)}}})
		})
	}
}
