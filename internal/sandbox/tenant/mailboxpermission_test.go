// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// support is a permission on a mailbox that nobody has any on.
func support(user string, rights ...string) tenant.MailboxPermissionSpec {
	return tenant.MailboxPermissionSpec{Mailbox: "support@contoso.com", User: user, AccessRights: rights}
}

// add gives a permission, and returns it with the warning.
func add(t *testing.T, in *tenant.Tenant, spec tenant.MailboxPermissionSpec) (tenant.MailboxPermission, string) {
	t.Helper()
	p, warnings, err := in.AddMailboxPermission(automation, spec)
	if err != nil {
		t.Fatal(err)
	}
	return p, strings.Join(warnings, "|")
}

// remove takes a permission, and returns the warning.
func remove(t *testing.T, in *tenant.Tenant, spec tenant.MailboxPermissionSpec) string {
	t.Helper()
	return strings.Join(must[[]string](t)(in.RemoveMailboxPermission(spec)), "|")
}

// entries writes what Get-MailboxPermission shows of support@contoso.com, in
// few words.
func entries(t *testing.T, in *tenant.Tenant, query tenant.MailboxPermissionQuery) []string {
	t.Helper()
	query.Identity = "support@contoso.com"
	var all []string
	for _, p := range must[[]tenant.MailboxPermission](t)(in.GetMailboxPermission(query)) {
		text := p.User + ": " + strings.Join(p.AccessRights, " ")
		for mark, is := range map[string]bool{" denied": p.Deny, " inherited": p.IsInherited, " " + p.InheritanceType: p.InheritanceType != "All"} {
			if is {
				text += mark
			}
		}
		all = append(all, text)
	}
	return all
}

// given writes the entries that somebody added.
func given(t *testing.T, in *tenant.Tenant) []string {
	t.Helper()
	return slices.DeleteFunc(entries(t, in, tenant.MailboxPermissionQuery{IncludeUnresolved: true}), func(e string) bool {
		return strings.HasPrefix(e, `NT AUTHORITY\SELF: `)
	})
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestContosoHasMailboxPermissionsToAdopt(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	adele, info, invoices := recipient(t, contoso, "adele"), recipient(t, contoso, "info"), recipient(t, contoso, "invoices")
	var scanner tenant.ServicePrincipal
	for _, p := range contoso.ServicePrincipals() {
		if p.ObjectID == scannerObjectID {
			scanner = p
		}
	}
	want := []tenant.MailboxPermission{
		{MailboxGUID: info.GUID, Identity: "Info", User: "adele@contoso.com", UserSID: adele.SID, AccessRights: []string{"FullAccess"}, InheritanceType: "All", AutoMapping: true},
		{MailboxGUID: invoices.GUID, Identity: "Invoices", User: "Legacy Scanner", UserSID: scanner.SID, AccessRights: []string{"FullAccess"}, InheritanceType: "All"},
	}
	if diff := cmp.Diff(want, contoso.MailboxPermissions()); diff != "" {
		t.Error(diff)
	}
}

func TestAddMailboxPermissionAnswersTheEntry(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	alex, mailbox := recipient(t, contoso, "alex"), recipient(t, contoso, "support")
	want := tenant.MailboxPermission{
		MailboxGUID: mailbox.GUID, Identity: "Support", User: "alex@contoso.com", UserSID: alex.SID,
		AccessRights: []string{"FullAccess", "ReadPermission"}, InheritanceType: "All", AutoMapping: true,
	}
	got, warning := add(t, contoso, support("alex", "readpermission", "FULLACCESS", "FullAccess"))
	if diff := cmp.Diff(want, got); diff != "" || warning != "" {
		t.Error(diff, warning)
	}
}

func TestMailboxPermissionsOfALicensedUserNameItByItsEntraID(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	spec := support("alex", "FullAccess")
	spec.Mailbox = "megan@contoso.com"
	if p, _ := add(t, contoso, spec); p.Identity != recipient(t, contoso, "megan").ExternalDirectoryObjectID {
		t.Errorf("got %s", p.Identity)
	}
}

func TestAddMailboxPermissionAgainChangesNothingAndWarns(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	no := false
	spec := support("alex@contoso.com", "FullAccess", "ReadPermission")
	spec.AutoMapping, spec.InheritanceType = &no, "Children"
	add(t, contoso, spec)
	before := contoso.MailboxPermissions()
	const want = `The appropriate access control entry is already present on the object "CN=Support,OU=contoso.onmicrosoft.com,OU=Microsoft Exchange Hosted Organizations,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM" for account "alex@contoso.com".`
	yes := true
	for _, again := range []tenant.MailboxPermissionSpec{
		spec, support("alex", "FullAccess"), support("alex", "ReadPermission", "FullAccess"),
		{Mailbox: "support", User: "alex", AccessRights: []string{"FullAccess"}, AutoMapping: &yes, InheritanceType: "All"},
	} {
		p, warning := add(t, contoso, again)
		if warning != want || p.InheritanceType != "Children" || p.AutoMapping {
			t.Errorf("%+v: got %+v, %s", again, p, warning)
		}
		if diff := cmp.Diff(before, contoso.MailboxPermissions()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestAddMailboxPermissionMergesRights(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	add(t, contoso, support("alex", "ReadPermission"))
	add(t, contoso, support("megan", "FullAccess"))
	p, warning := add(t, contoso, support("alex@contoso.com", "DeleteItem", "ReadPermission"))
	if warning != "" || !slices.Equal(p.AccessRights, []string{"DeleteItem", "ReadPermission"}) {
		t.Errorf("got %+v, %s", p, warning)
	}
	add(t, contoso, support("alex", "ExternalAccount", "FullAccess", "ChangeOwner", "ChangePermission"))
	same(t, given(t, contoso), "alex@contoso.com: FullAccess ExternalAccount DeleteItem ReadPermission ChangePermission ChangeOwner", "megan@contoso.com: FullAccess")
}

func TestAddMailboxPermissionKeepsApartWhatIsPassedOnOtherwise(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	add(t, contoso, support("alex", "ReadPermission"))
	children := support("alex", "DeleteItem")
	children.InheritanceType = "children"
	add(t, contoso, children)
	denied := support("alex", "ReadPermission")
	denied.Deny = true
	add(t, contoso, denied)
	same(t, given(t, contoso), "alex@contoso.com: ReadPermission", "alex@contoso.com: DeleteItem Children", "alex@contoso.com: ReadPermission denied")
	// Two entries together may hold what is asked for.
	if _, warning := add(t, contoso, support("alex", "ReadPermission", "DeleteItem")); warning == "" {
		t.Error("there is no warning")
	}
}

func TestRepeatedPermissionMayMakeItsOwnRow(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	contoso.SetBehavior(tenant.Behavior{RepeatedPermission: tenant.RepeatedSeparate})
	add(t, contoso, support("alex", "ReadPermission"))
	if p, _ := add(t, contoso, support("alex", "FullAccess", "ReadPermission")); len(p.AccessRights) != 2 || !p.AutoMapping {
		t.Errorf("got %+v", p)
	}
	same(t, given(t, contoso), "alex@contoso.com: ReadPermission", "alex@contoso.com: FullAccess ReadPermission")
	if _, warning := add(t, contoso, support("alex", "ReadPermission")); warning == "" {
		t.Error("there is no warning")
	}
	if warning := remove(t, contoso, support("alex", "ReadPermission")); warning != "" {
		t.Error(warning)
	}
	same(t, given(t, contoso), "alex@contoso.com: FullAccess")
}

func TestAutoMappingIsForPeopleWithFullAccess(t *testing.T) {
	t.Parallel()
	no, yes := false, true
	with := func(spec tenant.MailboxPermissionSpec, mapping *bool) tenant.MailboxPermissionSpec {
		spec.AutoMapping = mapping
		return spec
	}
	denied := support("alex", "FullAccess")
	denied.Deny = true
	for name, test := range map[string]struct {
		spec tenant.MailboxPermissionSpec
		want bool
	}{
		"not said":             {support("alex", "FullAccess"), true},
		"wanted":               {with(support("alex", "FullAccess"), &yes), true},
		"not wanted":           {with(support("alex", "FullAccess"), &no), false},
		"a lesser right":       {with(support("alex", "ReadPermission"), &yes), false},
		"a denial":             {with(denied, &yes), false},
		"a group":              {with(support("Finance Team", "FullAccess"), &yes), false},
		"an application":       {with(support(scannerObjectID, "FullAccess"), &yes), false},
		"somebody unknown":     {with(support("S-1-5-21-1-2-3-4", "FullAccess"), &yes), false},
		"another mailbox":      {support("payroll@contoso.com", "FullAccess"), true},
		"somebody without one": {support("auditor@contoso.com", "FullAccess"), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if p, _ := add(t, tenant.Contoso(), test.spec); p.AutoMapping != test.want {
				t.Errorf("got %v, want %v", p.AutoMapping, test.want)
			}
		})
	}
}

func TestAutoMappingComesAndGoesWithFullAccess(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	mapped := func() bool {
		for _, p := range contoso.MailboxPermissions() {
			if p.Identity == "Support" {
				return p.AutoMapping
			}
		}
		t.Fatal("there is no permission")
		return false
	}
	add(t, contoso, support("alex", "ReadPermission"))
	if mapped() {
		t.Error("ReadPermission maps")
	}
	add(t, contoso, support("alex", "FullAccess"))
	if !mapped() {
		t.Error("FullAccess does not map")
	}
	no := false
	spec := support("alex", "DeleteItem")
	spec.AutoMapping = &no
	if add(t, contoso, spec); !mapped() {
		t.Error("another right ends it")
	}
	if remove(t, contoso, support("alex", "FullAccess")); mapped() {
		t.Error("it stays without FullAccess")
	}
	add(t, contoso, support("alex", "FullAccess"))
	ok(t, contoso.ClearAutoMapping("support@contoso.com", false))
	if mapped() {
		t.Error("it is not cleared")
	}
	same(t, given(t, contoso), "alex@contoso.com: FullAccess DeleteItem ReadPermission")
}

func TestMailboxPermissionRefuses(t *testing.T) {
	t.Parallel()
	elsewhere := func(mailbox string) tenant.MailboxPermissionSpec {
		spec := support("alex", "FullAccess")
		spec.Mailbox = mailbox
		return spec
	}
	downwards := support("alex", "FullAccess")
	downwards.InheritanceType = "Descendants"
	group := elsewhere("support@contoso.com")
	group.GroupMailbox = true
	for name, test := range map[string]struct {
		spec tenant.MailboxPermissionSpec
		kind tenant.Kind
		text string
	}{
		"a mailbox that is not there":          {elsewhere("nothing@contoso.com"), tenant.NotFound, "object 'nothing@contoso.com'"},
		"a group for a mailbox":                {elsewhere("finance-team@contoso.com"), tenant.NotFound, "object 'finance-team@contoso.com'"},
		"a mail user for a mailbox":            {elsewhere("auditor@contoso.com"), tenant.NotFound, "object 'auditor@contoso.com'"},
		"a Microsoft 365 group, not asked for": {elsewhere("project-x@contoso.com"), tenant.NotFound, "object 'project-x@contoso.com'"},
		"a mailbox for a group's":              {group, tenant.NotFound, "object 'support@contoso.com'"},
		"nobody":                               {support("nobody@contoso.com", "FullAccess"), tenant.NotFound, "object 'nobody@contoso.com'"},
		"an app without a pointer":             {support(invoiceObjectID, "FullAccess"), tenant.NotFound, "object '" + invoiceObjectID + "'"},
		"a distribution group":                 {support("newsletter", "FullAccess"), tenant.InvalidParameter, `Couldn't resolve the user or group "newsletter." If the user or group is a foreign forest principal`},
		"a Microsoft 365 group":                {support("project-x@contoso.com", "FullAccess"), tenant.InvalidParameter, `Couldn't resolve the user or group "project-x@contoso.com."`},
		"the owner":                            {support(`nt authority\self`, "FullAccess"), tenant.InvalidParameter, "The sandbox tenant does not change the entries of NT AUTHORITY\\SELF."},
		"the owner by its SID":                 {support("S-1-5-10", "FullAccess"), tenant.InvalidParameter, "The sandbox tenant does not change the entries of NT AUTHORITY\\SELF."},
		"no right":                             {support("alex"), tenant.InvalidParameter, "'AccessRights'"},
		"no such right":                        {support("alex", "FullAccess", "Everything"), tenant.InvalidParameter, "'Everything'"},
		"no such inheritance":                  {downwards, tenant.InvalidParameter, "'Descendants'"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contoso := tenant.Contoso()
			_, _, err := contoso.AddMailboxPermission(automation, test.spec)
			if text := wantKind(t, err, test.kind); !strings.Contains(text, test.text) {
				t.Errorf("Add: got %s, want it to contain %s", text, test.text)
			}
			_, err = contoso.RemoveMailboxPermission(test.spec)
			if text := wantKind(t, err, test.kind); !strings.Contains(text, test.text) {
				t.Errorf("Remove: got %s, want it to contain %s", text, test.text)
			}
			if n := len(contoso.MailboxPermissions()); n != 2 {
				t.Errorf("there are %d permissions, want the seeded ones", n)
			}
		})
	}
}

func TestSendAsIsNotAMailboxPermissionToAdd(t *testing.T) {
	t.Parallel()
	_, _, err := tenant.Contoso().AddMailboxPermission(automation, support("alex", "FullAccess", "sendas"))
	wantKind(t, err, tenant.InvalidParameter)
}

func TestRemoveMailboxPermissionTakesRightsFromTheEntryThatMatches(t *testing.T) {
	t.Parallel()
	const absent = `Can't remove the access control entry on the object "CN=Support,OU=contoso.onmicrosoft.com,OU=Microsoft Exchange Hosted Organizations,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM" for account "alex@contoso.com" because the ACE doesn't exist on the object.`
	start := []string{"alex@contoso.com: FullAccess ReadPermission Children", "alex@contoso.com: FullAccess denied", "megan@contoso.com: FullAccess"}
	spec := func(deny bool, inheritance string, rights ...string) tenant.MailboxPermissionSpec {
		s := support("alex", rights...)
		s.Deny, s.InheritanceType = deny, inheritance
		return s
	}
	for name, test := range map[string]struct {
		spec    tenant.MailboxPermissionSpec
		warning string
		left    []string
	}{
		"one right":              {spec(false, "Children", "ReadPermission"), "", []string{"alex@contoso.com: FullAccess Children", start[1], start[2]}},
		"all rights":             {spec(false, "Children", "ReadPermission", "FullAccess"), "", start[1:]},
		"some that are there":    {spec(false, "Children", "ReadPermission", "ChangeOwner"), "", []string{"alex@contoso.com: FullAccess Children", start[1], start[2]}},
		"a denial":               {spec(true, "All", "FullAccess"), "", []string{start[0], start[2]}},
		"another inheritance":    {spec(false, "All", "FullAccess"), absent, start},
		"no inheritance":         {spec(false, "", "FullAccess"), absent, start},
		"a denial that is none":  {spec(true, "Children", "FullAccess"), absent, start},
		"a right that is absent": {spec(false, "Children", "ChangeOwner"), absent, start},
		"SendAs":                 {spec(false, "Children", "SendAs"), absent, start},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contoso := tenant.Contoso()
			add(t, contoso, spec(false, "Children", "FullAccess", "ReadPermission"))
			add(t, contoso, spec(true, "", "FullAccess"))
			add(t, contoso, support("megan", "FullAccess"))
			if got := remove(t, contoso, test.spec); got != test.warning {
				t.Errorf("got %q, want %q", got, test.warning)
			}
			same(t, given(t, contoso), test.left...)
		})
	}
}

func TestAMailboxHasFiveHundredEntriesAtMost(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	for n := range tenant.MaxPermissions {
		add(t, contoso, support(fmt.Sprintf("S-1-5-21-1-2-3-%d", n), "FullAccess"))
	}
	_, _, err := contoso.AddMailboxPermission(automation, support("alex", "FullAccess"))
	if text := wantKind(t, err, tenant.InvalidParameter); !strings.Contains(text, "500") {
		t.Errorf("got %s", text)
	}
	// A further right of somebody who is in needs no entry.
	add(t, contoso, support("S-1-5-21-1-2-3-0", "ReadPermission"))
	remove(t, contoso, support("S-1-5-21-1-2-3-1", "FullAccess"))
	add(t, contoso, support("alex", "FullAccess"))
	if n := len(given(t, contoso)); n != tenant.MaxPermissions {
		t.Errorf("got %d entries", n)
	}
}

func TestResetMailboxPermissionsLeavesTheOwner(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	add(t, contoso, support("alex", "FullAccess"))
	ok(t, contoso.ResetMailboxPermissions("support@contoso.com", false))
	if rows := entries(t, contoso, tenant.MailboxPermissionQuery{}); len(rows) != 2 || len(contoso.MailboxPermissions()) != 2 {
		t.Errorf("got %v", rows)
	}
	wantKind(t, contoso.ResetMailboxPermissions("nothing", false), tenant.NotFound)
	wantKind(t, contoso.ClearAutoMapping("nothing", false), tenant.NotFound)
}

func TestGroupMailboxesAreAskedForAsSuch(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	spec := tenant.MailboxPermissionSpec{Mailbox: "project-x@contoso.com", User: "adele", AccessRights: []string{"FullAccess"}, GroupMailbox: true}
	if p, _ := add(t, contoso, spec); p.Identity != "project-x" {
		t.Errorf("got %+v", p)
	}
	rows := must[[]tenant.MailboxPermission](t)(contoso.GetMailboxPermission(tenant.MailboxPermissionQuery{Identity: "project-x", User: "adele", GroupMailbox: true}))
	if len(rows) != 1 || rows[0].User != "adele@contoso.com" {
		t.Errorf("got %+v", rows)
	}
	ok(t, contoso.ClearAutoMapping("project-x", true))
	if warning := remove(t, contoso, spec); warning != "" {
		t.Error(warning)
	}
	ok(t, contoso.ResetMailboxPermissions("project-x", true))
}

func TestGetMailboxPermissionOfOneTrustee(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	alex := recipient(t, contoso, "alex")
	add(t, contoso, support("alex", "FullAccess"))
	add(t, contoso, support("megan", "FullAccess"))
	add(t, contoso, support("S-1-5-21-1-2-3-4", "FullAccess"))
	of := func(user string, unresolved bool) []string {
		return entries(t, contoso, tenant.MailboxPermissionQuery{User: user, IncludeUnresolved: unresolved})
	}
	for _, user := range []string{"alex@contoso.com", "ALEX@contoso.com", alex.SID, alex.GUID, alex.ExternalDirectoryObjectID} {
		same(t, of(user, false), "alex@contoso.com: FullAccess")
	}
	same(t, of("diego", false))
	same(t, of(`NT AUTHORITY\SELF`, false), `NT AUTHORITY\SELF: FullAccess ReadPermission`, `NT AUTHORITY\SELF: FullAccess ExternalAccount ReadPermission`)
	same(t, of("S-1-5-21-1-2-3-4", false))
	same(t, of("S-1-5-21-1-2-3-4", true), "S-1-5-21-1-2-3-4: FullAccess")
	_, err := contoso.GetMailboxPermission(tenant.MailboxPermissionQuery{Identity: "support", User: "nobody"})
	wantKind(t, err, tenant.NotFound)
	_, err = contoso.GetMailboxPermission(tenant.MailboxPermissionQuery{Identity: "nothing"})
	wantKind(t, err, tenant.NotFound)
	_, err = contoso.GetMailboxPermission(tenant.MailboxPermissionQuery{})
	wantKind(t, err, tenant.InvalidParameter)
}

func TestEntriesOfTheMailboxItself(t *testing.T) {
	t.Parallel()
	const (
		self   = `NT AUTHORITY\SELF: `
		first  = self + "FullAccess ReadPermission"
		second = self + "FullAccess ExternalAccount ReadPermission"
	)
	for name, test := range map[string]struct {
		behavior tenant.Behavior
		want     []string
	}{
		"canonical": {tenant.Behavior{}, []string{first, second}},
		"one":       {tenant.Behavior{OwnPermissions: tenant.OwnOnce}, []string{first}},
		"SendAs":    {tenant.Behavior{OwnPermissions: tenant.OwnWithSendAs}, []string{first, self + "FullAccess SendAs ExternalAccount ReadPermission"}},
		"inherited": {
			tenant.Behavior{InheritedPermissions: tenant.InheritedShown, OwnPermissions: tenant.OwnOnce},
			[]string{first, `EURPR01A001\Exchange Servers: FullAccess ReadPermission inherited`, `EURPR01A001\Administrator: FullAccess denied inherited`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contoso := tenant.Contoso()
			contoso.SetBehavior(test.behavior)
			rows := entries(t, contoso, tenant.MailboxPermissionQuery{})
			for i := range rows {
				rows[i] = strings.Replace(rows[i], " inherited denied", " denied inherited", 1)
			}
			same(t, rows, test.want...)
			if n := len(contoso.MailboxPermissions()); n != 2 {
				t.Errorf("the tenant counts %d permissions, want those that somebody added", n)
			}
		})
	}
}

func TestRemoveOfAnInheritedEntryWarns(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	contoso.SetBehavior(tenant.Behavior{InheritedPermissions: tenant.InheritedShown})
	const object = ` and was ignored on object "CN=Support,OU=contoso.onmicrosoft.com,OU=Microsoft Exchange Hosted Organizations,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM".`
	denied := support(`EURPR01A001\administrator`, "FullAccess")
	denied.Deny = true
	for want, spec := range map[string]tenant.MailboxPermissionSpec{
		"An inherited access control entry has been specified: [Rights: FullAccess, ControlType: Deny]" + object:                  denied,
		"An inherited access control entry has been specified: [Rights: FullAccess, ReadPermission, ControlType: Allow]" + object: support(`EURPR01A001\Exchange Servers`, "ReadPermission", "FullAccess"),
	} {
		if got := remove(t, contoso, spec); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := remove(t, contoso, support(`EURPR01A001\Exchange Servers`, "ChangeOwner")); !strings.HasPrefix(got, "Can't remove the access control entry") {
		t.Errorf("got %s", got)
	}
}
