// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// aliases lists whom a query finds.
func aliases(t *testing.T, query tenant.RecipientQuery) string {
	t.Helper()
	var found []string
	for _, r := range must[[]tenant.Recipient](t)(tenant.Contoso().GetRecipient(query)) {
		found = append(found, r.Alias)
	}
	return strings.Join(found, ", ")
}

func TestGetRecipientByEveryIdentity(t *testing.T) {
	t.Parallel()
	adele := must[[]tenant.Recipient](t)(tenant.Contoso().GetRecipient(tenant.RecipientQuery{Identity: "adele@contoso.com"}))[0]
	for _, identity := range []string{
		adele.Name, adele.GUID, adele.DistinguishedName, adele.Alias, adele.DisplayName, adele.ExternalDirectoryObjectID,
		adele.ExchangeGUID, adele.SID, "ADELE@CONTOSO.COM", "adele@contoso.onmicrosoft.com",
	} {
		if got := aliases(t, tenant.RecipientQuery{Identity: identity}); got != "adele" {
			t.Errorf("%s found %s", identity, got)
		}
	}
	_, err := tenant.Contoso().GetRecipient(tenant.RecipientQuery{Identity: "nobody@contoso.com"})
	wantKind(t, err, tenant.NotFound)
}

func TestGetRecipientFilters(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		query tenant.RecipientQuery
		want  string
	}{
		"type":              {tenant.RecipientQuery{Types: []string{"sharedmailbox"}}, "info, invoices, payroll, support"},
		"filter":            {tenant.RecipientQuery{Filter: "Office -eq 'Hamburg'", FilterParameter: "Filter"}, "alex, lynne, support"},
		"both":              {tenant.RecipientQuery{Filter: "Office -eq 'Hamburg'", FilterParameter: "Filter", Types: []string{"UserMailbox"}}, "alex, lynne"},
		"mailboxes":         {tenant.RecipientQuery{Filter: "Office -eq 'Berlin'", FilterParameter: "Filter", Among: tenant.RecipientType.IsMailbox}, "adele, berlin-1, diego, invoices, payroll, projector"},
		"groups":            {tenant.RecipientQuery{Among: tenant.RecipientType.IsGroup}, "all-apps-scope, finance-team, newsletter, project-x"},
		"integer":           {tenant.RecipientQuery{Filter: "ResourceType -eq 'Room'", FilterParameter: "Filter"}, "berlin-1"},
		"boolean":           {tenant.RecipientQuery{Filter: "HiddenFromAddressListsEnabled -eq 'True'", FilterParameter: "Filter"}, ""},
		"department":        {tenant.RecipientQuery{Filter: "Department -like 'Fin*'", FilterParameter: "Filter"}, "adele, invoices, lynne"},
		"member of a group": {tenant.RecipientQuery{Filter: "Members -ne $null", FilterParameter: "Filter"}, "all-apps-scope, finance-team, newsletter, project-x"},
		"policy":            {tenant.RecipientQuery{Filter: "RoleAssignmentPolicy -eq $null", FilterParameter: "Filter", Types: []string{"MailUser"}}, "auditor"},
		"external address":  {tenant.RecipientQuery{Filter: "ExternalEmailAddress -like 'SMTP:auditor*'", FilterParameter: "Filter"}, "auditor"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := aliases(t, test.query); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestGetRecipientRefusesABadFilterUnderItsParametersName(t *testing.T) {
	t.Parallel()
	_, err := tenant.Contoso().GetRecipient(tenant.RecipientQuery{Filter: "Office", FilterParameter: "RecipientPreviewFilter"})
	if text := wantKind(t, err, tenant.InvalidParameter); !strings.HasPrefix(text, "Cannot bind parameter 'RecipientPreviewFilter' to the target.") {
		t.Errorf("got %s", text)
	}
}

func TestSetMailboxReportsWhetherAnythingChanged(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	finance, none := "finance", ""
	change := tenant.MailboxChange{}
	change.CustomAttributes[0] = &finance
	if changed, err := contoso.SetMailbox("invoices@contoso.com", change); changed || err != nil {
		t.Errorf("got %v, %v", changed, err)
	}
	change.CustomAttributes[0] = &none
	if changed, err := contoso.SetMailbox("invoices@contoso.com", change); !changed || err != nil {
		t.Errorf("got %v, %v", changed, err)
	}
	_, err := contoso.SetMailbox("newsletter@contoso.com", change)
	wantKind(t, err, tenant.NotFound)
}

func TestAdministrativeUnitsWithTheSameDisplayNameAreAmbiguous(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	_, err := contoso.GetAdministrativeUnit("West Coast")
	wantKind(t, err, tenant.Ambiguous)
	for _, identity := range []string{europe, "europe"} {
		if units := must[[]tenant.AdministrativeUnit](t)(contoso.GetAdministrativeUnit(identity)); len(units) != 1 || units[0].Name != europe || units[0].GUID == europe {
			t.Errorf("got %+v", units)
		}
	}
}

func TestGetRoleGroupShowsWhatRefersToIt(t *testing.T) {
	t.Parallel()
	groups := must[[]tenant.RoleGroupDetail](t)(tenant.Contoso().GetRoleGroup("help desk"))
	if len(groups) != 1 || strings.Join(groups[0].Roles, ", ") != "Reset Password, User Options, View-Only Recipients" {
		t.Errorf("got %+v", groups)
	}
}

func TestGetManagementRole(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	if roles := must[[]tenant.Role](t)(contoso.GetManagementRole(tenant.RoleQuery{Identity: "application mail.*"})); len(roles) != 4 {
		t.Errorf("the wildcard found %d", len(roles))
	}
	if roles := must[[]tenant.Role](t)(contoso.GetManagementRole(tenant.RoleQuery{RoleType: "applicationmailread"})); len(roles) != 1 || roles[0].Name != "Application Mail.Read" {
		t.Errorf("got %+v", roles)
	}
}

func TestGetRoleAssignmentPolicyShowsWhatRefersToIt(t *testing.T) {
	t.Parallel()
	policies := must[[]tenant.RoleAssignmentPolicyDetail](t)(tenant.Contoso().GetRoleAssignmentPolicy(""))
	if len(policies) != 1 || !policies[0].IsDefault || len(policies[0].AssignedRoles) != 6 || len(policies[0].RoleAssignments) != 7 {
		t.Errorf("got %+v", policies)
	}
	_, err := tenant.Contoso().GetRoleAssignmentPolicy("nothing")
	wantKind(t, err, tenant.NotFound)
}

func TestSetMailboxRefusesASignInNameThatIsTaken(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]tenant.Kind{"MEGAN@contoso.com": tenant.AlreadyExists, "megan": tenant.InvalidParameter, "": tenant.InvalidParameter} {
		contoso := tenant.Contoso()
		office := "Bonn"
		_, err := contoso.SetMailbox("alex", tenant.MailboxChange{UserPrincipalName: &name, Office: &office})
		wantKind(t, err, kind)
		if got := recipient(t, contoso, "alex"); got.UserPrincipalName != "alex@contoso.com" || got.Office == office {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	contoso := tenant.Contoso()
	own := "Alex@contoso.com"
	if changed, err := contoso.SetMailbox("alex", tenant.MailboxChange{UserPrincipalName: &own}); !changed || err != nil {
		t.Errorf("the own name in other case: got %v, %v", changed, err)
	}
}

func TestDeleteRecipientTakesItsMailboxAndItsMemberships(t *testing.T) {
	t.Parallel()
	contoso := must[*tenant.Tenant](t)(tenant.Load(strings.NewReader("role_groups: [{name: Help Desk, members: [adele@contoso.com]}]")))
	adele := recipient(t, contoso, "adele")
	add(t, contoso, tenant.MailboxPermissionSpec{Mailbox: "adele", User: "alex", AccessRights: []string{"FullAccess"}})
	ok(t, contoso.DeleteRecipient("adele@contoso.com"))
	wantKind(t, contoso.DeleteRecipient("adele@contoso.com"), tenant.NotFound)
	for _, r := range contoso.Recipients() {
		if r.GUID == adele.GUID || slices.Contains(r.Members, adele.GUID) {
			t.Errorf("%s still has her", r.Name)
		}
	}
	for _, u := range contoso.AdministrativeUnits() {
		if slices.Contains(u.Members, adele.GUID) {
			t.Errorf("%s still has her", u.DisplayName)
		}
	}
	for _, g := range contoso.RoleGroups() {
		if slices.Contains(g.Members, adele.GUID) {
			t.Errorf("%s still has her", g.Name)
		}
	}
	for _, p := range contoso.MailboxPermissions() {
		if p.MailboxGUID == adele.GUID {
			t.Errorf("there is %+v", p)
		}
	}
}

func TestAddRecipientsFillsInWhatIsEmpty(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	member := recipient(t, contoso, "adele").GUID
	added := must[[]tenant.Recipient](t)(contoso.AddRecipients(
		tenant.Recipient{Type: tenant.SharedMailbox, PrimarySMTPAddress: "ledger@contoso.com"},
		tenant.Recipient{
			Type: tenant.SecurityGroup, PrimarySMTPAddress: "clerks@contoso.com", Entry: tenant.Entry{Name: "Clerks"},
			EmailAddresses: []string{"smtp:clerk@contoso.com"}, Members: []string{member},
		},
		tenant.Recipient{Type: tenant.MailUser, PrimarySMTPAddress: "guest@contoso.com", DisplayName: "Guest", UserPrincipalName: "visitor@contoso.com"},
	))
	ledger, clerks, guest := added[0], added[1], added[2]
	if ledger.Name != "ledger" || ledger.DisplayName != "ledger" || ledger.Alias != "ledger" || ledger.UserPrincipalName != "ledger@contoso.com" || ledger.ExchangeGUID == "" ||
		ledger.ExternalDirectoryObjectID == "" || ledger.SID == "" || ledger.GUID == "" || contoso.PolicyName(ledger.Policy) == "" {
		t.Errorf("got %+v", ledger)
	}
	if clerks.Name != "Clerks" || clerks.DisplayName != "Clerks" || clerks.UserPrincipalName != "" || clerks.ExchangeGUID != "" ||
		!slices.Equal(clerks.EmailAddresses, []string{"SMTP:clerks@contoso.com", "smtp:clerk@contoso.com"}) || !slices.Equal(clerks.Members, []string{member}) {
		t.Errorf("got %+v", clerks)
	}
	if guest.Name != "Guest" || guest.UserPrincipalName != "visitor@contoso.com" || guest.Policy != "" {
		t.Errorf("got %+v", guest)
	}
	for _, r := range added {
		if diff := cmp.Diff(r, recipient(t, contoso, r.PrimarySMTPAddress)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestAddRecipientsAddsAllOrNone(t *testing.T) {
	t.Parallel()
	good := tenant.Recipient{Type: tenant.SharedMailbox, PrimarySMTPAddress: "ledger@contoso.com"}
	for want, bad := range map[string]tenant.Recipient{
		`the type "Mailbox" is none of [UserMailbox `:                            {Type: "Mailbox", PrimarySMTPAddress: "x@contoso.com"},
		`the address "contoso.com" is no e-mail address`:                         {Type: tenant.SharedMailbox, PrimarySMTPAddress: "contoso.com"},
		`the address "@contoso.com" is no e-mail address`:                        {Type: tenant.SharedMailbox, PrimarySMTPAddress: "@contoso.com"},
		"there is a recipient with the address Adele@contoso.com already":        {Type: tenant.MailUser, PrimarySMTPAddress: "Adele@contoso.com"},
		"there is a recipient with the address LEDGER@contoso.com already":       {Type: tenant.MailUser, PrimarySMTPAddress: "LEDGER@contoso.com"},
		"there is a recipient with the address adele@contoso.onmicrosoft.com al": {Type: tenant.MailUser, PrimarySMTPAddress: "x@contoso.com", EmailAddresses: []string{"smtp:adele@contoso.onmicrosoft.com"}},
	} {
		contoso := tenant.Contoso()
		_, err := contoso.AddRecipients(good, bad)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
		if n := len(contoso.Recipients()); n != 16 {
			t.Errorf("there are %d recipients", n)
		}
	}
}
