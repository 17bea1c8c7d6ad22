// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package mailboxpermission_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const (
	// An app of the seeded tenant that has a pointer.
	scanner, scannerAppID = "33333333-3333-3333-3333-0000000000bb", "22222222-2222-2222-2222-0000000000bb"
	// A SID that nobody has.
	orphan = "S-1-5-21-1196097974-1292650839-4244031858-999999"
)

// pointerSID is the SID of an app that has a pointer.
func pointerSID(t *tenant.Tenant, objectID string) string {
	for _, pointer := range t.ServicePrincipals() {
		if pointer.ObjectID == objectID {
			return pointer.SID
		}
	}
	return ""
}

func TestMailboxPermissionIsGivenToEveryKindOfTrustee(t *testing.T) {
	t.Parallel()
	seed := tenant.Contoso()
	user, group, scannerSID := recipient(seed, adele), recipient(seed, "finance-team@contoso.com"), pointerSID(seed, scanner)
	for name, test := range map[string]struct {
		user, sid, shown string
		autoMapping      bool
	}{
		"user by its principal name":      {adele, user.SID, adele, true},
		"user by its alias":               {"ADELE", user.SID, adele, true},
		"user by its display name":        {"Adele Vance", user.SID, adele, true},
		"user by its GUID":                {user.GUID, user.SID, adele, true},
		"user by its object id":           {user.ExternalDirectoryObjectID, user.SID, adele, true},
		"user by its distinguished name":  {user.DistinguishedName, user.SID, adele, true},
		"user by its SID":                 {user.SID, user.SID, adele, true},
		"user without a mailbox":          {"auditor@contoso.com", recipient(seed, "auditor@contoso.com").SID, "auditor@contoso.com", true},
		"group by its name":               {"Finance Team", group.SID, "Finance Team", false},
		"group by its address":            {"finance-team@contoso.com", group.SID, "Finance Team", false},
		"group by its SID":                {group.SID, group.SID, "Finance Team", false},
		"application by its object id":    {scanner, scannerSID, "Legacy Scanner", false},
		"application by its app id":       {scannerAppID, scannerSID, "Legacy Scanner", false},
		"application by its display name": {"Legacy Scanner", scannerSID, "Legacy Scanner", false},
		"application by its SID":          {scannerSID, scannerSID, "Legacy Scanner", false},
		"nobody, by a SID":                {orphan, orphan, orphan, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			object := config("mailbox", support, "user", test.user, "access_rights", full)
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{
					Config: object,
					ConfigStateChecks: []statecheck.StateCheck{
						statecheck.ExpectKnownValue(address, tfjsonpath.New("user"), knownvalue.StringExact(test.user)),
						statecheck.ExpectKnownValue(address, tfjsonpath.New("user_sid"), knownvalue.StringExact(test.sid)),
					},
					Check: has(s, support, entry{test.shown, "FullAccess", false, "All", test.autoMapping}),
				},
				{
					Config: config("mailbox", support, "user", test.user, "access_rights", `["ReadPermission"]`),
					Check:  has(s, support, entry{test.shown, "ReadPermission", false, "All", false}),
				},
				{
					Config: object,
					Check:  has(s, support, entry{test.shown, "FullAccess", false, "All", test.autoMapping}),
				},
				{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID, ImportStateId: support + "|" + test.user, Config: object},
			}})
		})
	}
}

func TestMailboxPermissionOutlivesARenamedTrustee(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	const married = "adele.miller@contoso.com"
	rename := s.Does("Set-Mailbox", map[string]any{"Identity": adele, "MicrosoftOnlineServicesID": married})
	renamed := func(accessRights string) string {
		return config("mailbox", support, "user", married, "access_rights", accessRights)
	}
	s.Test(resource.TestCase{CheckDestroy: noTrace(s), Steps: []resource.TestStep{
		{Config: given(full), Check: writes(s, "Add")},
		{PreConfig: rename, Config: given(full), ConfigPlanChecks: emptyPlan(), Check: has(s, support, entry{married, "FullAccess", false, "All", true})},
		{Config: renamed(full), ConfigPlanChecks: emptyPlan(), Check: writes(s)},
		{
			Config:           renamed(`["ReadPermission"]`),
			ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
			Check:            resource.ComposeAggregateTestCheckFunc(has(s, support, entry{married, "ReadPermission", false, "All", false}), writes(s, "Add", "Remove")),
		},
	}})
}

// Rights are changed by SID: the name in the configuration may be the one that somebody else has by now.
func TestMailboxPermissionIsNotGivenToWhoeverGetsTheName(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	const first, second, third = "first@contoso.com", "second@contoso.com", "third@contoso.com"
	if _, err := s.Tenant().AddRecipients(
		tenant.Recipient{Type: tenant.UserMailbox, PrimarySMTPAddress: "f@contoso.com", UserPrincipalName: first},
		tenant.Recipient{Type: tenant.UserMailbox, PrimarySMTPAddress: "s@contoso.com", UserPrincipalName: second},
	); err != nil {
		t.Fatal(err)
	}
	object := func(user, accessRights string) string {
		return config("mailbox", support, "user", user, "access_rights", accessRights)
	}
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: object(first, full), Check: has(s, support, entry{first, "FullAccess", false, "All", true})},
		{
			PreConfig: func() {
				s.Run("Set-Mailbox", map[string]any{"Identity": "f@contoso.com", "MicrosoftOnlineServicesID": third})
				s.Run("Set-Mailbox", map[string]any{"Identity": "s@contoso.com", "MicrosoftOnlineServicesID": first})
			},
			Config: object(first, `["ReadPermission"]`),
			Check:  has(s, support, entry{third, "ReadPermission", false, "All", false}),
		},
		{Config: object(third, `["ReadPermission"]`), ConfigPlanChecks: emptyPlan()},
	}})
}

// noTrace checks the end of a test that renames or deletes what the tenant had before: no entry is left.
func noTrace(s *acctest.Sandbox) resource.TestCheckFunc { return has(s, support) }

func TestMailboxPermissionOfADeletedTrusteeIsPlannedAnew(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		user   string
		delete func(s *acctest.Sandbox) error
	}{
		"user":  {adele, func(s *acctest.Sandbox) error { return s.Tenant().DeleteRecipient(adele) }},
		"group": {"Finance Team", func(s *acctest.Sandbox) error { return s.Tenant().DeleteRecipient("Finance Team") }},
		"app":   {scanner, func(s *acctest.Sandbox) error { return s.Tenant().DeleteEnterpriseApplication(scanner) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{
				CheckDestroy: func(*terraform.State) error { return nil },
				Steps: []resource.TestStep{
					{Config: config("mailbox", support, "user", test.user, "access_rights", full)},
					refreshed(func() {
						if err := test.delete(s); err != nil {
							t.Fatal(err)
						}
					}, plancheck.ResourceActionCreate),
				},
			})
		})
	}
}

// What a deleted user left behind is not what a new one of the same name has.
func TestMailboxPermissionOfASuccessorIsGivenAnew(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{
		CheckDestroy: func(*terraform.State) error { return nil },
		Steps: []resource.TestStep{
			{Config: given(full)},
			{
				PreConfig: func() {
					if err := s.Tenant().DeleteRecipient(adele); err != nil {
						t.Fatal(err)
					}
					if _, err := s.Tenant().AddRecipients(tenant.Recipient{Type: tenant.UserMailbox, DisplayName: "Another Adele", PrimarySMTPAddress: adele, UserPrincipalName: adele}); err != nil {
						t.Fatal(err)
					}
				},
				Config:           given(full),
				ConfigPlanChecks: action(plancheck.ResourceActionCreate),
				Check: s.Check(func(t *tenant.Tenant) error {
					successor := recipient(t, adele)
					for _, p := range t.MailboxPermissions() {
						if p.UserSID == successor.SID && p.MailboxGUID == recipient(t, support).GUID {
							return nil
						}
					}
					return fmt.Errorf("the new user %s has no permission", successor.SID)
				}),
			},
		},
	})
}

func TestMailboxPermissionIsTakenFromATrusteeThatIsGone(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	// By its SID the trustee is the same, gone or not.
	object := config("mailbox", support, "user", recipient(s.Tenant(), adele).SID, "access_rights", full)
	s.Test(resource.TestCase{
		CheckDestroy: noTrace(s),
		Steps: []resource.TestStep{
			{Config: object},
			{
				PreConfig: func() {
					if err := s.Tenant().DeleteRecipient(adele); err != nil {
						t.Fatal(err)
					}
				},
				Config: object, ConfigPlanChecks: emptyPlan(),
			},
			{Config: strings.Replace(object, full, `["ReadPermission"]`, 1), Check: writes(s, "Add", "Add", "Remove")},
		},
	})
}
