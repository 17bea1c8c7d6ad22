// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

func TestLoadRefusesWithTheLine(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ file, want string }{
		"unknown key":          {"base: contoso\nbas: x\n", "line 2: there is no key bas"},
		"unknown key in item":  {"management_scopes:\n  - name: x\n    filter: y\n", "line 3: there is no key filter"},
		"wrong kind":           {"applications:\n- secrets: s3cret\n", "line 2: a value of type !!str cannot stand here"},
		"wrong kind of switch": {"behavior:\n  dehydrated: maybe\n", "line 2: dehydrated: the value must be true or false"},
		"unknown switch":       {"behavior:\n  filter: x\n", "line 2: behavior has no switch filter"},
		"unknown position":     {"behavior:\n  filter_echo: loud\n", "line 2: filter_echo: the value must be one of verbatim, parentheses, dn_lowercase"},
		"bad lag":              {"behavior:\n  assignment_lag: soon\n", "line 2: assignment_lag: the value must be a number of calls or a duration such as 30s"},
		"bad base":             {"base: fabrikam\n", `base is "fabrikam"`},
		"no YAML":              {"base: [\n", "line 1"},
		"bad filter":           {"management_scopes:\n  - name: a\n    recipient_filter: Alias -eq 'a'\n  - name: b\n    recipient_filter: Alias\n", "line 4: management_scopes: Cannot bind parameter"},
		"unknown member":       {"recipients:\n  - type: MailUniversalSecurityGroup\n    address: g@contoso.com\n    members: [nobody@contoso.com]\n", `line 2: recipients: member "nobody@contoso.com"`},
		"no recipient type":    {"recipients:\n- {type: Mailbox, address: a@contoso.com}\n", `line 2: recipients: the type "Mailbox" is none of`},
		"no address":           {"recipients:\n- {type: MailUser, address: a}\n", `line 2: recipients: the address "a" is no e-mail address`},
		"address taken":        {"recipients:\n- {type: MailUser, address: ADELE@contoso.com}\n", "there is a recipient with the address"},
		"attribute 16":         {"recipients:\n- {type: MailUser, address: a@contoso.com, custom_attributes: {16: x}}\n", "there is no CustomAttribute16"},
		"attribute 6":          {"recipients:\n- {type: MailUser, address: a@contoso.com, extension_custom_attributes: {6: [x]}}\n", "there is no ExtensionCustomAttribute6"},
		"members of a user":    {"recipients:\n- {type: MailUser, address: a@contoso.com, members: [adele@contoso.com]}\n", "only groups have members"},
		"no unit id":           {"administrative_units:\n- {id: Europe}\n", `line 2: administrative_units: the id "Europe" is not a GUID`},
		"unknown unit member":  {"administrative_units:\n- {id: 77777777-7777-7777-7777-777777777777, members: [nobody]}\n", `member "nobody"`},
		"no application id":    {"applications:\n- {object_id: 66666666-6666-6666-6666-666666666666}\n", `line 2: applications: "" is not a GUID`},
		"application twice":    {"applications:\n- {app_id: 22222222-2222-2222-2222-222222222222, object_id: 66666666-6666-6666-6666-666666666666}\n", "there is an application with these ids already: Invoice Reader"},
		"no certificate":       {"applications:\n- {app_id: 55555555-5555-5555-5555-555555555555, object_id: 66666666-6666-6666-6666-666666666666, certificates: [x]}\n", "a certificate is not a PEM block"},
		"no managed identity":  {"applications:\n- {app_id: 55555555-5555-5555-5555-555555555555, object_id: 66666666-6666-6666-6666-666666666666, managed_identity: system}\n", `managed_identity is "system"; it must be SystemAssigned or UserAssigned`},
		"identity with secret": {"applications:\n- {app_id: 55555555-5555-5555-5555-555555555555, object_id: 66666666-6666-6666-6666-666666666666, managed_identity: SystemAssigned, secrets: [{value: x}]}\n", "a managed identity has no app registration"},
		"plain issuer":         {"applications:\n- {app_id: 55555555-5555-5555-5555-555555555555, object_id: 66666666-6666-6666-6666-666666666666, federated_credentials: [{issuer: 'http://a', subject: b, audiences: [c]}]}\n", `line 2: applications: the issuer "http://a" of a federated credential is not an https URL`},
		"no audience":          {"applications:\n- {app_id: 55555555-5555-5555-5555-555555555555, object_id: 66666666-6666-6666-6666-666666666666, federated_credentials: [{issuer: 'https://a', subject: b}]}\n", "a federated credential has an issuer, a subject and an audience"},
		"no trusted authority": {"applications:\n- {app_id: 55555555-5555-5555-5555-555555555555, object_id: 66666666-6666-6666-6666-666666666666, trusted_subjects: [{common_name: a}]}\n", "a certificate is not a PEM block"},
		"no registration id":   {"applications:\n- {app_id: 55555555-5555-5555-5555-555555555555, object_id: 66666666-6666-6666-6666-666666666666, registration_id: x}\n", `the registration_id "x" is not a GUID`},
		"pointer to nothing":   {"service_principals:\n- {app_id: 55555555-5555-5555-5555-555555555555, object_id: 66666666-6666-6666-6666-666666666666}\n", "line 2: service_principals: The AppId"},
		"unknown role":         {"role_groups:\n- {name: x, roles: [y]}\n", "line 2: role_groups: The operation couldn't be performed because object 'y'"},
		"unknown group member": {"role_groups:\n- {name: x, members: [y]}\n", `line 2: role_groups: member "y"`},
		"nameless group":       {"role_groups:\n- {roles: [y]}\n", "line 2: role_groups: The property Name can't be empty."},
		"status":               {"behavior:\n  not_found_status: 410\n", "line 2: not_found_status: the value must be one of 404 400 500"},
		"tenant id":            {"base: empty\norganization: {tenant_id: x}\n", `the tenant_id "x" is not a GUID`},
		"two assignees":        {"role_assignments:\n  - role: Mail Recipients\n    user: adele@contoso.com\n    security_group: Finance Team\n", "line 2: role_assignments: a role assignment has one of"},
		"no scope of a policy": {"application_access_policies:\n- {app_id: x, policy_scope_group_id: Newsletter, access_right: DenyAccess}\n", "line 2: application_access_policies: The identity of the policy scope is not a security principal."},
		"no app of a policy":   {"application_access_policies:\n- {policy_scope_group_id: Finance Team, access_right: DenyAccess}\n", "line 2: application_access_policies: Cannot bind argument to parameter 'AppId'"},
		"no right of a policy": {"application_access_policies:\n- {app_id: x, policy_scope_group_id: Finance Team, access_right: Deny}\n", "line 2: application_access_policies: There is no access right 'Deny'."},
		"unknown trustee":      {"mailbox_permissions:\n- {mailbox: info, user: nobody, access_rights: [FullAccess]}\n", "line 2: mailbox_permissions: The operation couldn't be performed because object 'nobody'"},
		"no mailbox rights":    {"mailbox_permissions:\n- {mailbox: info, user: alex}\n", "line 2: mailbox_permissions: Cannot bind argument to parameter 'AccessRights'"},
		"permission twice":     {"mailbox_permissions:\n- {mailbox: info, user: adele, access_rights: [FullAccess]}\n", "line 2: mailbox_permissions: The appropriate access control entry is already present"},
		"organization of base": {"organization:\n  display_name: x\n", "organization can be set with base: empty only"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := tenant.Load(strings.NewReader(test.file))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want it to contain %q", err, test.want)
			}
		})
	}
}

func TestLoadTakesNoLimitOfBatchesForAnyNumber(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]int{"batch_limit: 0": -1, "batch_limit: 20": 20} {
		if got := must[*tenant.Tenant](t)(tenant.Load(strings.NewReader("behavior: {" + file + "}"))).Behavior().BatchLimit; got != want {
			t.Errorf("%s: got %d, want %d", file, got, want)
		}
	}
	for _, file := range []string{"batch_limit: -1", "batch_limit: ten"} {
		if _, err := tenant.Load(strings.NewReader("behavior: {" + file + "}")); err == nil || !strings.Contains(err.Error(), "batch_limit: the value must be a number") {
			t.Errorf("%s: got %v", file, err)
		}
	}
}

// documented returns the file's own description.
func documented(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("tenant-file.md")
	ok(t, err)
	return string(text)
}

func TestLoadMakesTheDocumentedExample(t *testing.T) {
	t.Parallel()
	_, example, _ := strings.Cut(documented(t), "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	loaded := must[*tenant.Tenant](t)(tenant.Load(strings.NewReader(example)))

	a := assignmentNamed(t, loaded, "Ledger Mail.Read")
	if a.CustomResourceScope != "Ledger mailboxes" || !a.Enabled {
		t.Errorf("got %+v", a)
	}
	rows := must[[]tenant.Authorization](t)(loaded.TestServicePrincipalAuthorization("Ledger", "ledger@contoso.com"))
	if len(rows) != 1 || !*rows[0].InScope {
		t.Errorf("got %+v", rows)
	}
	if b := loaded.Behavior(); b.FilterEcho != tenant.FilterParentheses || b.ServicePrincipalLag.Calls != 2 {
		t.Errorf("got %+v", b)
	}
	if held := loaded.CallerRoles(tenant.Caller{ObjectID: "66666666-6666-6666-6666-666666666666"}); !slices.Equal(held, []string{"View-Only Recipients"}) {
		t.Errorf("the application holds %v", held)
	}
	if granted(t, loaded, "55555555-5555-5555-5555-555555555555", "alex@contoso.com") || !granted(t, loaded, "55555555-5555-5555-5555-555555555555", "ledger@contoso.com") {
		t.Error("the policy does not restrict the application to its group")
	}
	permissions := must[[]tenant.MailboxPermission](t)(loaded.GetMailboxPermission(tenant.MailboxPermissionQuery{Identity: "ledger@contoso.com", User: "66666666-6666-6666-6666-666666666666"}))
	if len(permissions) != 1 || permissions[0].AutoMapping {
		t.Errorf("got %+v", permissions)
	}
	if units := must[[]tenant.AdministrativeUnit](t)(loaded.GetAdministrativeUnit("Nordics")); len(units) != 1 || len(units[0].Members) != 1 {
		t.Errorf("got %+v", units)
	}
}

var switchRow = regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (.+?) \\|")

func TestEverySwitchIsDocumentedWithItsValues(t *testing.T) {
	t.Parallel()
	_, section, _ := strings.Cut(documented(t), "## behavior")
	var names []string
	for _, row := range switchRow.FindAllStringSubmatch(section, -1) {
		names = append(names, row[1])
		values := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[2], -1)
		examples := map[string][]string{"a delay": {"3", "30s"}, "a time": {"5m"}, "a number": {"2"}, "a list of roles": {"[Mail Recipients]"}, "see below": {"{every: 2, writes: 1, calls: 3, for: 30s}", "{every: 1, for: 1m}"}}[row[2]]
		for _, v := range values {
			examples = append(examples, v[1])
		}
		if len(examples) == 0 {
			t.Errorf("%s: no value is documented", row[1])
		}
		for i, value := range examples {
			loaded, err := tenant.Load(strings.NewReader("behavior: {" + row[1] + ": " + value + "}"))
			if err != nil {
				t.Errorf("%s: %s: %v", row[1], value, err)
				continue
			}
			canonical := i == 0 && len(values) > 0 && row[1] != "not_found_status"
			if isZero := zero(loaded.Behavior()); isZero != canonical {
				t.Errorf("%s: %s: is the default: %v, want %v", row[1], value, isZero, canonical)
			}
		}
	}
	_, err := tenant.Load(strings.NewReader("behavior: {x: y}"))
	if err == nil || !strings.HasSuffix(err.Error(), "its switches are "+strings.Join(slices.Sorted(slices.Values(names)), ", ")) {
		t.Errorf("documented are %v; but %v", names, err)
	}
}

// zero reports whether a behavior is the canonical one.
func zero(b tenant.Behavior) bool {
	b.UndelegatedRoles = slices.Clip(b.UndelegatedRoles)
	return cmp.Equal(b, tenant.Behavior{}, cmpopts.EquateEmpty())
}

func TestLoadOfNothingIsContoso(t *testing.T) {
	t.Parallel()
	loaded := must[*tenant.Tenant](t)(tenant.Load(strings.NewReader("")))
	if diff := cmp.Diff(tenant.Contoso().Counts(), loaded.Counts()); diff != "" {
		t.Error(diff)
	}
}

func TestLoadOfAnEmptyTenant(t *testing.T) {
	t.Parallel()
	loaded := must[*tenant.Tenant](t)(tenant.Load(strings.NewReader(`
base: empty
organization:
  tenant_id: 99999999-9999-9999-9999-999999999999
  initial_domain: fabrikam.onmicrosoft.com
  domains: [fabrikam.com]
  forest: NAMPR02A002
  display_name: Fabrikam
behavior: {dehydrated: true}
recipients:
- {type: RoomMailbox, address: lobby@fabrikam.com, aliases: [foyer@fabrikam.com], extension_custom_attributes: {2: [a, b]}}
`)))
	organization := loaded.Organization()
	if organization.InitialDomain != "fabrikam.onmicrosoft.com" || !organization.IsDehydrated || organization.DisplayName != "Fabrikam" {
		t.Errorf("got %+v", organization)
	}
	counts := loaded.Counts()
	if counts["recipients"] != 1 || counts["service principals"] != 0 || counts["enterprise applications"] != 1 || counts["management roles"] != 45 {
		t.Errorf("got %v", counts)
	}
	rooms := must[[]tenant.Recipient](t)(loaded.GetRecipient(tenant.RecipientQuery{Identity: "foyer@fabrikam.com"}))
	if dn := rooms[0].DistinguishedName; dn != "CN=lobby,OU=fabrikam.onmicrosoft.com,OU=Microsoft Exchange Hosted Organizations,DC=NAMPR02A002,DC=PROD,DC=OUTLOOK,DC=COM" {
		t.Errorf("got %s", dn)
	}
}

func TestLoadKeepsTheApplicationsCredentials(t *testing.T) {
	t.Parallel()
	loaded := must[*tenant.Tenant](t)(tenant.Load(strings.NewReader(`
applications:
- name: Ledger
  app_id: 55555555-5555-5555-5555-555555555555
  object_id: 66666666-6666-6666-6666-666666666666
  app_roles: [Exchange.ManageAsApp]
  directory_roles: [Exchange Administrator, 11111111-2222-3333-4444-555555555555]
  secrets: [{value: s3cret}, {value: old, expires: 2020-01-01T00:00:00Z}]
  certificates:
  - |
    -----BEGIN CERTIFICATE-----
    AQID
    -----END CERTIFICATE-----
role_assignments:
- {name: off, role: Mail Recipients, user: adele@contoso.com, enabled: false, delegating: true}
`)))
	registrations := loaded.AppRegistrations()
	ledger := registrations[len(registrations)-1]
	if len(ledger.Secrets) != 2 || ledger.Secrets[0].Expires.Year() != 2099 || ledger.Secrets[1].Expires.Year() != 2020 || string(ledger.Certificates[0]) != "\x01\x02\x03" {
		t.Errorf("got %+v", ledger)
	}
	applications := loaded.EnterpriseApplications()
	if got := applications[len(applications)-1].DirectoryRoles; got[0] != tenant.ExchangeAdministrator || got[1] != "11111111-2222-3333-4444-555555555555" {
		t.Errorf("got %v", got)
	}
	if a := assignmentNamed(t, loaded, "off"); a.Enabled || a.DelegationType != "DelegatingOrgWide" {
		t.Errorf("got %+v", a)
	}
}

func TestLoadKeepsWhatAPermissionSays(t *testing.T) {
	t.Parallel()
	loaded := must[*tenant.Tenant](t)(tenant.Load(strings.NewReader(`
behavior: {unknown_trustee: refused, trustee_lag: 9}
mailbox_permissions:
- {mailbox: support@contoso.com, user: alex, access_rights: [readpermission, FullAccess], auto_mapping: false, inheritance_type: children}
- {mailbox: project-x@contoso.com, user: S-1-5-21-1-2-3-4, access_rights: [FullAccess], deny: true, group_mailbox: true}
`)))
	want := []tenant.MailboxPermission{
		{Identity: "project-x", User: "S-1-5-21-1-2-3-4", UserSID: "S-1-5-21-1-2-3-4", AccessRights: []string{"FullAccess"}, Deny: true, InheritanceType: "All"},
		{Identity: "Support", User: "alex@contoso.com", AccessRights: []string{"FullAccess", "ReadPermission"}, InheritanceType: "Children"},
	}
	got := slices.DeleteFunc(loaded.MailboxPermissions(), func(p tenant.MailboxPermission) bool { return p.Identity == "Info" || p.Identity == "Invoices" })
	want[0].MailboxGUID = got[0].MailboxGUID
	want[1].MailboxGUID, want[1].UserSID = recipient(t, loaded, "support").GUID, recipient(t, loaded, "alex").SID
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLoadKeepsOtherWaysToSignIn(t *testing.T) {
	t.Parallel()
	loaded := must[*tenant.Tenant](t)(tenant.Load(strings.NewReader(`
applications:
  - name: Ledger
    app_id: 55555555-5555-5555-5555-555555555555
    object_id: 66666666-6666-6666-6666-666666666666
    disabled: true
    federated_credentials:
      - {name: main, issuer: "https://token.contoso.com", subject: "repo:contoso/mail:ref:refs/heads/main", audiences: ["api://AzureADTokenExchange"]}
    trusted_subjects:
      - common_name: ledger.contoso.com
        authority: |
          -----BEGIN CERTIFICATE-----
          AQID
          -----END CERTIFICATE-----
  - name: Runner
    app_id: 55555555-5555-5555-5555-666666666666
    object_id: 66666666-6666-6666-6666-777777777777
    managed_identity: UserAssigned
    app_roles: [Exchange.ManageAsApp]
`)))
	registrations, applications := loaded.AppRegistrations(), loaded.EnterpriseApplications()
	want := tenant.AppRegistration{
		AppID: "55555555-5555-5555-5555-555555555555", DisplayName: "Ledger",
		FederatedCredentials: []tenant.FederatedCredential{{
			Name: "main", Issuer: "https://token.contoso.com", Subject: "repo:contoso/mail:ref:refs/heads/main",
			Audiences: []string{"api://AzureADTokenExchange"},
		}},
		TrustedSubjects: []tenant.TrustedSubject{{CommonName: "ledger.contoso.com", Authority: []byte{1, 2, 3}}},
	}
	got := registrations[len(registrations)-1]
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(tenant.AppRegistration{}, "ObjectID")); diff != "" {
		t.Errorf("the registration differs (-want +got):\n%s", diff)
	}
	if ledger := applications[len(applications)-2]; !ledger.Disabled || ledger.ManagedIdentity != "" {
		t.Errorf("got %+v", ledger)
	}
	if runner := applications[len(applications)-1]; runner.ManagedIdentity != tenant.UserAssigned || !slices.Equal(runner.AppRoles, []string{tenant.ManageAsApp}) {
		t.Errorf("got %+v", runner)
	}
}
