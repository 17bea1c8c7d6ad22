// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package mailboxpermission_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

func TestMailboxPermissionIsImported(t *testing.T) {
	t.Parallel()
	seed := tenant.Contoso()
	mailbox, user := recipient(seed, support), recipient(seed, adele)
	for name, test := range map[string]struct {
		deny string
		step resource.TestStep
	}{
		"by command":                {"false", resource.TestStep{ImportStateKind: resource.ImportCommandWithID, ImportStateId: support + "|" + adele, ImportStateVerify: true}},
		"by command, denying":       {"true", resource.TestStep{ImportStateKind: resource.ImportCommandWithID, ImportStateId: support + "|" + adele + "|deny", ImportStateVerify: true}},
		"by command, other names":   {"false", resource.TestStep{ImportStateKind: resource.ImportCommandWithID, ImportStateId: "SUPPORT | adele", ImportStateVerify: true, ImportStateVerifyIgnore: []string{"mailbox", "user"}}},
		"by the id, of its parts":   {"false", resource.TestStep{ImportStateKind: resource.ImportCommandWithID, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"mailbox", "user"}}},
		"by block":                  {"false", resource.TestStep{ImportStateKind: resource.ImportBlockWithID, ImportStateId: support + "|" + adele}},
		"by block, denying":         {"true", resource.TestStep{ImportStateKind: resource.ImportBlockWithID, ImportStateId: support + "|" + adele + "|DENY"}},
		"by block with ids":         {"false", resource.TestStep{ImportStateKind: resource.ImportBlockWithID, ImportStateId: mailbox.GUID + "|" + user.SID}},
		"by block and the identity": {"false", resource.TestStep{ImportStateKind: resource.ImportBlockWithResourceIdentity}},
		"by identity, denying":      {"true", resource.TestStep{ImportStateKind: resource.ImportBlockWithResourceIdentity}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			object := given(`["FullAccess", "ReadPermission"]`, "deny", test.deny)
			test.step.ResourceName, test.step.ImportState = address, true
			if test.step.ImportStateKind != resource.ImportCommandWithID {
				test.step.Config = object
			}
			steps := resource.TestCase{Steps: []resource.TestStep{{Config: object}, test.step}}
			if test.step.ImportStateKind == resource.ImportBlockWithResourceIdentity {
				steps.TerraformVersionChecks = []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)}
			}
			s.Test(steps)
		})
	}
}

// Auto-mapping is not to be seen, so an import takes the default, and a configuration without it makes it so.
func TestMailboxPermissionImportTakesAutoMappingForTheDefault(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Run("Add-MailboxPermission", map[string]any{"Identity": support, "User": adele, "AccessRights": []any{"FullAccess"}, "AutoMapping": false})
	imported := "import {\n  to = " + address + "\n  id = \"" + support + "|" + adele + "\"\n}\n"
	s.Test(resource.TestCase{
		CheckDestroy: noTrace(s),
		Steps: []resource.TestStep{
			{
				Config:            imported + given(full),
				ConfigPlanChecks:  action(plancheck.ResourceActionNoop),
				ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue(address, tfjsonpath.New("auto_mapping"), knownvalue.Bool(true))},
				Check:             resource.ComposeAggregateTestCheckFunc(has(s, support, entry{adele, "FullAccess", false, "All", false}), writes(s)),
			},
			{
				Config:           given(full, "auto_mapping", "false"),
				ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
				Check:            resource.ComposeAggregateTestCheckFunc(has(s, support, entry{adele, "FullAccess", false, "All", false}), writes(s, "Remove", "Add")),
			},
		},
	})
}

// The identity holds ids only: state begins with the names of the mailbox and, where the name is the trustee's alone,
// of the trustee.
func TestMailboxPermissionImportByIdentityFindsNames(t *testing.T) {
	t.Parallel()
	const booking = "33333333-3333-3333-3333-0000000000cc"
	for name, test := range map[string]struct {
		user  string
		bears string // the application's display name in the meantime
		want  func(*tenant.Tenant) string
	}{
		"user":                          {adele, "", func(*tenant.Tenant) string { return adele }},
		"group":                         {"Finance Team", "", func(*tenant.Tenant) string { return "Finance Team" }},
		"app":                           {booking, "Room Booking", func(*tenant.Tenant) string { return "Room Booking" }},
		"nobody":                        {orphan, "", func(*tenant.Tenant) string { return orphan }},
		"app that bears a user's name":  {booking, megan, func(t *tenant.Tenant) string { return pointerSID(t, booking) }},
		"app that bears a group's name": {booking, "Finance Team", func(t *tenant.Tenant) string { return pointerSID(t, booking) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Run("Add-MailboxPermission", map[string]any{"Identity": support, "User": test.user, "AccessRights": []any{"FullAccess"}})
			if test.bears != "" {
				s.Run("Set-ServicePrincipal", map[string]any{"Identity": booking, "DisplayName": test.bears})
			}
			user := test.want(s.Tenant())
			var identity string
			for _, p := range s.Tenant().MailboxPermissions() {
				if p.MailboxGUID == recipient(s.Tenant(), support).GUID {
					identity = "import {\n  to = " + address + "\n  identity = {\n    mailbox_guid = \"" + p.MailboxGUID + "\"\n    user_sid = \"" + p.UserSID + "\"\n  }\n}\n"
				}
			}
			s.Test(resource.TestCase{
				TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
				CheckDestroy:           noTrace(s),
				Steps: []resource.TestStep{{
					Config: identity + config("mailbox", support, "user", user, "access_rights", full),
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(address, plancheck.ResourceActionNoop),
						plancheck.ExpectKnownValue(address, tfjsonpath.New("user"), knownvalue.StringExact(user)),
						plancheck.ExpectKnownValue(address, tfjsonpath.New("mailbox"), knownvalue.StringExact(support)),
					}},
				}},
			})
		})
	}
}

func TestMailboxPermissionImportRefusesWhatIsNotThere(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ id, error string }{
		"no separator":           {"support@contoso.com", `(?s)Not the id of a mailbox permission.*info@contoso.com\|adele@contoso.com`},
		"another third part":     {"support@contoso.com|adele@contoso.com|allow", `(?s)Not the id of a mailbox permission.*allow`},
		"mailbox that is not":    {"nobody@contoso.com|adele@contoso.com", `(?s)mailbox of the permission to import could not be read.*nobody@contoso.com`},
		"trustee that is not":    {"info@contoso.com|nobody@contoso.com", `(?s)permission to import could not be read.*nobody@contoso.com`},
		"trustee without rights": {"info@contoso.com|megan@contoso.com", `(?s)permission to import could not be read.*no such entry`},
		"denial where it allows": {"info@contoso.com|adele@contoso.com|deny", `(?s)permission to import could not be read.*no such entry`},
		"the owner's own entry":  {`info@contoso.com|NT AUTHORITY\\SELF`, `(?s)permission to import could not be read.*no such entry`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{{
				Config:      "import {\n  to = " + address + "\n  id = \"" + test.id + "\"\n}\n" + given(full),
				PlanOnly:    true,
				ExpectError: wrapped(test.error),
			}}})
		})
	}
}

func TestMailboxPermissionIdentityIsMailboxTrusteeAndDeny(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	identity := func(deny bool) []statecheck.StateCheck {
		return []statecheck.StateCheck{statecheck.ExpectIdentity(address, map[string]knownvalue.Check{
			"mailbox_guid": knownvalue.StringExact(recipient(s.Tenant(), support).GUID),
			"user_sid":     knownvalue.StringExact(recipient(s.Tenant(), adele).SID),
			"deny":         knownvalue.Bool(deny),
		})}
	}
	s.Test(resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{Config: given(full), ConfigStateChecks: identity(false)},
			{Config: given(`["ReadPermission"]`), ConfigStateChecks: identity(false)},
			{Config: given(full, "deny", "true"), ConfigStateChecks: identity(true)},
		},
	})
}

func TestMailboxPermissionAdoptsAnIdenticalEntry(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Run("Add-MailboxPermission", map[string]any{"Identity": support, "User": adele, "AccessRights": []any{"FullAccess", "ReadPermission"}, "AutoMapping": false})
	s.Test(resource.TestCase{
		CheckDestroy: noTrace(s),
		Steps: []resource.TestStep{{
			Config: given(`["ReadPermission", "FULLACCESS"]`),
			// Auto-mapping stays as it was: nothing is written.
			Check: resource.ComposeAggregateTestCheckFunc(has(s, support, entry{adele, "FullAccess ReadPermission", false, "All", false}), writes(s)),
		}},
	})
}

// Whoever imports or takes over an entry is told that its auto-mapping may be another than state says, where there can
// be any.
func TestMailboxPermissionSaysThatAutoMappingIsNotKnown(t *testing.T) {
	t.Parallel()
	const (
		id       = support + "|" + adele
		imported = "Auto-mapping of imported mailbox permissions is not known"
		adopted  = "The mailbox permission was there already"
	)
	provider := acctest.BuildProvider(t)
	for name, test := range map[string]struct {
		right   string
		deny    bool
		command []string
		says    string // the warning, or nothing
	}{
		"import":                      {"FullAccess", false, []string{"import", address, id}, imported},
		"import without FullAccess":   {"ReadPermission", false, []string{"import", address, id}, ""},
		"import of a denial":          {"FullAccess", true, []string{"import", address, id + "|deny"}, ""},
		"adoption":                    {"FullAccess", false, []string{"apply", "-auto-approve"}, adopted},
		"adoption without FullAccess": {"ReadPermission", false, []string{"apply", "-auto-approve"}, ""},
		"adoption of a denial":        {"FullAccess", true, []string{"apply", "-auto-approve"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Run("Add-MailboxPermission", ofAdele([]any{test.right}, "Deny", test.deny))
			object := given(`["`+test.right+`"]`, "deny", strconv.FormatBool(test.deny))
			said := s.Command(provider, object)(t, append(test.command, "-no-color")...)
			for _, warning := range []string{imported, adopted} {
				if got, want := strings.Contains(said, warning), test.says == warning; got != want {
					t.Errorf("%q is said: %t, want %t:\n%s", warning, got, want, said)
				}
			}
		})
	}
}

func TestImportsSayOnceARunThatAutoMappingIsNotKnown(t *testing.T) {
	t.Parallel()
	acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
		var config core.Config
		var imports []core.Import
		for name, user := range map[string]string{"adele": adele, "megan": megan} {
			s.Run("Add-MailboxPermission", map[string]any{"Identity": support, "User": user, "AccessRights": []any{"FullAccess"}})
			block := core.Block{
				Address: "exchange_mailbox_permission." + name, Attributes: core.Attributes{"mailbox": support, "user": user, "access_rights": []string{"FullAccess"}},
			}
			config = append(config, block)
			imports = append(imports, core.Import{Address: block.Address, ID: support + "|" + user})
		}
		s.TestCore(func(w *core.Workspace) {
			if _, err := w.Plan(t.Context(), config, imports...); err != nil {
				t.Fatal(err)
			}
			warnings := w.Warnings()
			if len(warnings) != 1 || !strings.Contains(warnings[0].Detail, "@contoso.com' on 'support@contoso.com' is the first.") {
				t.Errorf("the warnings are %+v", warnings)
			}
		})
	})
}

func TestMailboxPermissionThatDiffersIsReportedWithItsImportBlock(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		there  map[string]any
		user   string
		config []string
		id     string
	}{
		"more rights":              {map[string]any{"AccessRights": []any{"FullAccess", "ReadPermission"}}, adele, nil, `support@contoso.com\|adele@contoso.com`},
		"less rights":              {map[string]any{"AccessRights": []any{"ReadPermission"}}, adele, nil, `support@contoso.com\|adele@contoso.com`},
		"another inheritance type": {map[string]any{"AccessRights": []any{"FullAccess"}, "InheritanceType": "None"}, adele, nil, `support@contoso.com\|adele@contoso.com`},
		"denied":                   {map[string]any{"AccessRights": []any{"DeleteItem"}, "Deny": true}, adele, []string{"deny", "true"}, `support@contoso.com\|adele@contoso.com\|deny`},
		"name with a bar in it":    {map[string]any{"AccessRights": []any{"ReadPermission"}}, "Adele | Finance", nil, `[0-9a-f-]{36}\|S-1-5-21-[0-9-]+`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Run("Set-Mailbox", map[string]any{"Identity": adele, "DisplayName": "Adele | Finance"})
			test.there["Identity"], test.there["User"] = support, adele
			s.Run("Add-MailboxPermission", test.there)
			s.Test(resource.TestCase{Steps: []resource.TestStep{{
				Config:      config(append(attributes{"mailbox", support, "user", test.user, "access_rights", full}, test.config...)...),
				ExpectError: regexp.MustCompile(`(?s)another entry for this trustee.*on\s+the\s+mailbox\s+'support@contoso\.com'\s+already.*import \{\s+to = ` + address[:len(address)-len("test")] + `example\s+id = "` + test.id + `"\s+\}`),
			}}})
			if err := writes(s)(&terraform.State{}); err != nil {
				t.Error(err)
			}
		})
	}
}
