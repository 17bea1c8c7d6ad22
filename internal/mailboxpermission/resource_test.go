// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package mailboxpermission_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
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
	address = "exchange_mailbox_permission.test"

	// A mailbox of the seeded tenant that nobody has rights on, and one on which adele has FullAccess.
	support, info = "support@contoso.com", "info@contoso.com"
	adele, megan  = "adele@contoso.com", "megan@contoso.com"

	full = `["FullAccess"]`
)

// attributes of a configuration, in the order of writing.
type attributes []string

func config(pairs ...string) string {
	var b strings.Builder
	b.WriteString("resource \"exchange_mailbox_permission\" \"test\" {\n")
	for i := 0; i+1 < len(pairs); i += 2 {
		value := pairs[i+1]
		if value != "true" && value != "false" && !strings.HasPrefix(value, "exchange_") && !strings.HasPrefix(value, "[") {
			value = fmt.Sprintf("%q", value)
		}
		fmt.Fprintf(&b, "  %s = %s\n", pairs[i], value)
	}
	b.WriteString("}\n")
	return b.String()
}

// given is a permission of adele's on the mailbox of the support.
func given(accessRights string, further ...string) string {
	return config(append(attributes{"mailbox", support, "user", adele, "access_rights", accessRights}, further...)...)
}

// entry is what the tenant has of a permission.
type entry struct {
	user            string
	rights          string // sorted, with spaces between them
	deny            bool
	inheritanceType string
	autoMapping     bool
}

// has checks that the tenant has these entries on a mailbox and no others. Rows that differ in their rights only are one
// entry, however the tenant stores them.
func has(s *acctest.Sandbox, mailbox string, want ...entry) resource.TestCheckFunc {
	return s.Check(func(t *tenant.Tenant) error {
		guid := recipient(t, mailbox).GUID
		merged := map[entry][]string{}
		mapped := map[entry]bool{}
		for _, p := range t.MailboxPermissions() {
			if p.MailboxGUID == guid {
				key := entry{user: p.User, deny: p.Deny, inheritanceType: p.InheritanceType}
				merged[key] = append(merged[key], p.AccessRights...)
				mapped[key] = mapped[key] || p.AutoMapping
			}
		}
		var got []entry
		for key, rights := range merged {
			key.autoMapping = mapped[key]
			key.rights = strings.Join(slices.Sorted(slices.Values(rights)), " ")
			got = append(got, key)
		}
		inOrder := func(a, b entry) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }
		slices.SortFunc(got, inOrder)
		slices.SortFunc(want, inOrder)
		if !slices.Equal(got, want) {
			return fmt.Errorf("%s has the entries %+v, want %+v", mailbox, got, want)
		}
		return nil
	})
}

// recipient finds the tenant's recipient with an address.
func recipient(t *tenant.Tenant, address string) tenant.Recipient {
	for _, recipient := range t.Recipients() {
		if strings.EqualFold(recipient.PrimarySMTPAddress, address) {
			return recipient
		}
	}
	return tenant.Recipient{}
}

// writes checks which changes the sandbox was asked for, in order, since this was last checked.
func writes(s *acctest.Sandbox, want ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		var got []string
		for _, request := range s.Requests().All() {
			if verb, _, _ := strings.Cut(request.Cmdlet, "-"); verb == "Add" || verb == "Remove" {
				got = append(got, verb)
			}
		}
		s.Requests().Reset()
		if !slices.Equal(got, want) {
			return fmt.Errorf("the changes asked for were %q, want %q", got, want)
		}
		return nil
	}
}

func action(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}}
}

func emptyPlan() resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
}

// refreshed is a step that refreshes after something was changed elsewhere, and plans an action.
func refreshed(change func(), action plancheck.ResourceActionType) resource.TestStep {
	return resource.TestStep{
		PreConfig: change, RefreshState: true, ExpectNonEmptyPlan: true,
		RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}},
	}
}

func rights(names ...string) knownvalue.Check {
	checks := make([]knownvalue.Check, 0, len(names))
	for _, name := range names {
		checks = append(checks, knownvalue.StringExact(name))
	}
	return knownvalue.SetExact(checks)
}

// wrapped matches an error that Terraform broke into lines.
func wrapped(pattern string) *regexp.Regexp {
	return regexp.MustCompile(strings.ReplaceAll(pattern, " ", `[\s│]+`))
}

func TestMailboxPermissionIsGivenChangedInPlaceAndTaken(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	mailbox, user := recipient(s.Tenant(), support), recipient(s.Tenant(), adele)
	same := statecheck.CompareValue(compare.ValuesSame())
	state := func(autoMapping bool, names ...string) []statecheck.StateCheck {
		checks := []statecheck.StateCheck{same.AddStateValue(address, tfjsonpath.New("id"))}
		for attribute, check := range map[string]knownvalue.Check{
			"id":               knownvalue.StringExact(mailbox.GUID + "|" + user.SID),
			"mailbox":          knownvalue.StringExact(support),
			"user":             knownvalue.StringExact(adele),
			"access_rights":    rights(names...),
			"deny":             knownvalue.Bool(false),
			"inheritance_type": knownvalue.StringExact("All"),
			"auto_mapping":     knownvalue.Bool(autoMapping),
			"mailbox_guid":     knownvalue.StringExact(mailbox.GUID),
			"user_sid":         knownvalue.StringExact(user.SID),
			"timeouts":         knownvalue.Null(),
		} {
			checks = append(checks, statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), check))
		}
		return checks
	}
	update := func(config string, checks []statecheck.StateCheck, check ...resource.TestCheckFunc) resource.TestStep {
		return resource.TestStep{
			Config: config, ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
			ConfigStateChecks: checks, Check: resource.ComposeAggregateTestCheckFunc(check...),
		}
	}
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{
			Config:            given(full),
			ConfigStateChecks: state(true, "FullAccess"),
			Check: resource.ComposeAggregateTestCheckFunc(
				has(s, support, entry{adele, "FullAccess", false, "All", true}), writes(s, "Add")),
		},
		// A right that is missing is added.
		update(given(`["FullAccess", "ReadPermission"]`), state(true, "FullAccess", "ReadPermission"),
			has(s, support, entry{adele, "FullAccess ReadPermission", false, "All", true}), writes(s, "Add")),
		// Rights that are too many are taken after others were added: auto-mapping goes with FullAccess.
		update(given(`["ReadPermission", "DeleteItem"]`), state(true, "DeleteItem", "ReadPermission"),
			has(s, support, entry{adele, "DeleteItem ReadPermission", false, "All", false}), writes(s, "Add", "Remove")),
		update(given(`["DeleteItem"]`), state(true, "DeleteItem"),
			has(s, support, entry{adele, "DeleteItem", false, "All", false}), writes(s, "Remove")),
		// Auto-mapping means nothing without FullAccess, and is set as FullAccess is given.
		update(given(`["DeleteItem"]`, "auto_mapping", "false"), state(false, "DeleteItem"), writes(s)),
		update(given(full, "auto_mapping", "false"), state(false, "FullAccess"),
			has(s, support, entry{adele, "FullAccess", false, "All", false}), writes(s, "Add", "Remove")),
		// It can be changed only by taking the rights and giving them anew.
		update(given(`["FullAccess", "ReadPermission"]`, "auto_mapping", "true"), state(true, "FullAccess", "ReadPermission"),
			has(s, support, entry{adele, "FullAccess ReadPermission", false, "All", true}), writes(s, "Remove", "Add")),
		update(given(`["FullAccess", "ReadPermission"]`, "auto_mapping", "false"), state(false, "FullAccess", "ReadPermission"),
			has(s, support, entry{adele, "FullAccess ReadPermission", false, "All", false}), writes(s, "Remove", "Add")),
	}})
}

func TestMailboxPermissionIsReplacedWhereItCannotBeChanged(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		after   string
		mailbox string
		want    entry
	}{
		"mailbox":          {config("mailbox", "payroll@contoso.com", "user", adele, "access_rights", full), "payroll@contoso.com", entry{adele, "FullAccess", false, "All", true}},
		"user":             {config("mailbox", support, "user", megan, "access_rights", full), support, entry{megan, "FullAccess", false, "All", true}},
		"deny":             {given(full, "deny", "true"), support, entry{adele, "FullAccess", true, "All", false}},
		"inheritance type": {given(full, "inheritance_type", "None"), support, entry{adele, "FullAccess", false, "None", true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{Config: given(full), Check: writes(s, "Add")},
				{
					Config:           test.after,
					ConfigPlanChecks: action(plancheck.ResourceActionDestroyBeforeCreate),
					Check:            resource.ComposeAggregateTestCheckFunc(has(s, test.mailbox, test.want), writes(s, "Remove", "Add")),
				},
				{
					Config:           given(full),
					ConfigPlanChecks: action(plancheck.ResourceActionDestroyBeforeCreate),
					Check: resource.ComposeAggregateTestCheckFunc(
						has(s, support, entry{adele, "FullAccess", false, "All", true}), writes(s, "Remove", "Add")),
				},
			}})
		})
	}
}

// Every identity that stands for the same mailbox or trustee, and every spelling of a right.
func TestMailboxPermissionTakesAnotherSpellingForNoChange(t *testing.T) {
	t.Parallel()
	seed := tenant.Contoso()
	mailbox, user := recipient(seed, support), recipient(seed, adele)
	for name, after := range map[string]string{
		"letter case": config("mailbox", strings.ToUpper(support), "user", strings.ToUpper(adele), "access_rights", `["readpermission", "FULLACCESS"]`, "inheritance_type", "all"),
		"names":       config("mailbox", "Support", "user", "Adele Vance", "access_rights", `["FullAccess", "ReadPermission", "fullaccess"]`),
		"aliases":     config("mailbox", "support", "user", "adele", "access_rights", `["FullAccess", "ReadPermission"]`),
		"other addresses": config("mailbox", "support@contoso.onmicrosoft.com", "user", "adele@contoso.onmicrosoft.com",
			"access_rights", `["FullAccess", "ReadPermission"]`),
		"ids": config("mailbox", strings.ToUpper(mailbox.GUID), "user", strings.ToLower(user.SID), "access_rights", `["FullAccess", "ReadPermission"]`),
		"other ids": config("mailbox", mailbox.ExternalDirectoryObjectID, "user", user.GUID,
			"access_rights", `["FullAccess", "ReadPermission"]`),
		"distinguished names": config("mailbox", mailbox.DistinguishedName, "user", user.DistinguishedName,
			"access_rights", `["FullAccess", "ReadPermission"]`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{Config: given(`["FullAccess", "ReadPermission"]`), Check: writes(s, "Add")},
				{Config: after, ConfigPlanChecks: emptyPlan(), Check: writes(s)},
				// The same spelling from the start.
				{Config: after, Destroy: true},
				{Config: after, Check: has(s, support, entry{adele, "FullAccess ReadPermission", false, "All", true})},
				{Config: given(`["FullAccess", "ReadPermission"]`), ConfigPlanChecks: emptyPlan()},
			}})
		})
	}
}

func TestMailboxPermissionRoundTripsEveryInheritanceTypeAndRight(t *testing.T) {
	t.Parallel()
	for _, inheritanceType := range []string{"All", "None", "Children", "Descendents", "SelfAndChildren"} {
		for _, deny := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, deny %t", inheritanceType, deny), func(t *testing.T) {
				t.Parallel()
				s := acctest.Start(t)
				object := given(`["FullAccess", "ExternalAccount", "DeleteItem", "ReadPermission", "ChangePermission", "ChangeOwner"]`,
					"inheritance_type", inheritanceType, "deny", fmt.Sprint(deny))
				s.Test(resource.TestCase{Steps: []resource.TestStep{
					{
						Config: object,
						ConfigStateChecks: []statecheck.StateCheck{
							statecheck.ExpectKnownValue(address, tfjsonpath.New("inheritance_type"), knownvalue.StringExact(inheritanceType)),
							statecheck.ExpectKnownValue(address, tfjsonpath.New("deny"), knownvalue.Bool(deny)),
						},
						Check: has(s, support, entry{
							adele, "ChangeOwner ChangePermission DeleteItem ExternalAccount FullAccess ReadPermission",
							deny, inheritanceType, !deny,
						}),
					},
					{
						Config: given(`["ReadPermission"]`, "inheritance_type", inheritanceType, "deny", fmt.Sprint(deny)),
						Check:  has(s, support, entry{adele, "ReadPermission", deny, inheritanceType, false}),
					},
				}})
			})
		}
	}
}

func TestMailboxPermissionAllowsAndDeniesOneTrusteeSideBySide(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	denied := strings.Replace(given(`["DeleteItem"]`, "deny", "true"), `"test"`, `"denied"`, 1)
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{
			Config: given(full) + denied,
			Check:  has(s, support, entry{adele, "FullAccess", false, "All", true}, entry{adele, "DeleteItem", true, "All", false}),
		},
		{Config: given(full), Check: has(s, support, entry{adele, "FullAccess", false, "All", true})},
	}})
}

func TestMailboxPermissionLeavesOtherTrusteesAlone(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Run("Add-MailboxPermission", map[string]any{"Identity": support, "User": megan, "AccessRights": []any{"FullAccess"}})
	s.Run("Add-MailboxPermission", map[string]any{"Identity": support, "User": "Finance Team", "AccessRights": []any{"ReadPermission"}})
	s.Run("Add-MailboxPermission", map[string]any{"Identity": support, "User": adele, "AccessRights": []any{"DeleteItem"}, "Deny": true})
	others := []entry{
		{megan, "FullAccess", false, "All", true}, {"Finance Team", "ReadPermission", false, "All", false}, {adele, "DeleteItem", true, "All", false},
	}
	s.Test(resource.TestCase{Steps: []resource.TestStep{
		{Config: given(full), Check: has(s, support, append(others, entry{adele, "FullAccess", false, "All", true})...)},
		{Config: given(`["ReadPermission"]`), Check: has(s, support, append(others, entry{adele, "ReadPermission", false, "All", false})...)},
		{Config: given(`["ReadPermission"]`), Destroy: true, Check: has(s, support, others...)},
	}})
}

func TestMailboxPermissionRefusesWhatExchangeDoesNotTake(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config string
		error  string
	}{
		"no right":                     {given(`[]`), `(?s)access_rights.*at least 1`},
		"unknown right":                {given(`["ReadItems"]`), `(?s)access_rights.*FullAccess`},
		"SendAs, which is another's":   {given(`["FullAccess", "SendAs"]`), `(?s)access_rights.*FullAccess`},
		"the owner's own entry":        {config("mailbox", support, "user", `nt authority\self`, "access_rights", full), `(?s)user.*none of`},
		"the owner's own entry by SID": {config("mailbox", support, "user", "S-1-5-10", "access_rights", full), `(?s)user.*none of`},
		"wildcard for the trustee":     {config("mailbox", support, "user", "*", "access_rights", full), `(?s)user.*asterisk`},
		"wildcard for the mailbox":     {config("mailbox", "sup*", "user", adele, "access_rights", full), `(?s)mailbox.*asterisk`},
		"empty mailbox":                {config("mailbox", "", "user", adele, "access_rights", full), `(?s)mailbox.*length`},
		"empty trustee":                {config("mailbox", support, "user", "", "access_rights", full), `(?s)user.*length`},
		"unknown inheritance type":     {given(full, "inheritance_type", "Descendants"), `(?s)inheritance_type.*Descendents`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{Config: test.config, PlanOnly: true, ExpectError: wrapped(test.error)},
			}})
			if got := len(s.Requests().All()); got != 0 {
				t.Errorf("%d requests were made for a configuration that is refused while validating", got)
			}
		})
	}
}

func TestMailboxPermissionReportsAMailboxOrTrusteeThatIsNotThere(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		mailbox, user, error string
	}{
		"mailbox":                       {"nobody@contoso.com", adele, `(?s)does not know the mailbox.*nobody@contoso.com`},
		"Microsoft 365 group's mailbox": {"project-x@contoso.com", adele, `(?s)does not know the mailbox.*project-x@contoso.com`},
		"trustee":                       {support, "nobody@contoso.com", `(?s)does not know the trustee.*nobody@contoso.com`},
		"app without a pointer":         {support, "33333333-3333-3333-3333-333333333333", `(?s)does not know the trustee.*exchange_service_principal`},
		"group that holds no rights":    {support, "Newsletter", `(?s)resolve the user or group.*Newsletter`},
	} {
		for form, wrong := range map[string]tenant.WrongIdentity{
			"":                         tenant.WrongIdentityError,
			", answered with nothing":  tenant.WrongIdentityEmpty,
			", answered with all else": tenant.WrongIdentityAll,
		} {
			t.Run(name+form, func(t *testing.T) {
				t.Parallel()
				s := acctest.Start(t, func(b *tenant.Behavior) { b.WrongIdentity = wrong })
				s.Test(resource.TestCase{Steps: []resource.TestStep{
					{Config: config("mailbox", test.mailbox, "user", test.user, "access_rights", full), ExpectError: wrapped(test.error)},
				}})
				if got := s.Requests().Count("Add-MailboxPermission"); got > 1 {
					t.Errorf("the permission was tried %d times", got)
				}
			})
		}
	}
}
