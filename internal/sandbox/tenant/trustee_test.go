// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"strings"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

func TestTrusteesAreFoundByEveryIdentity(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	alex, finance := recipient(t, contoso, "alex"), recipient(t, contoso, "finance-team")
	scanner := must[[]tenant.ServicePrincipal](t)(contoso.GetServicePrincipal(scannerObjectID))[0]
	help := must[[]tenant.RoleGroupDetail](t)(contoso.GetRoleGroup("Help Desk"))[0]
	for name, test := range map[string]struct {
		sid, user  string
		identities []string
	}{
		"a person": {alex.SID, "alex@contoso.com", []string{
			alex.Name, alex.GUID, alex.DistinguishedName, alex.Alias, alex.PrimarySMTPAddress, alex.UserPrincipalName, alex.ExternalDirectoryObjectID,
			alex.ExchangeGUID, alex.SID, "alex@contoso.onmicrosoft.com", alex.SAMAccountName(), alex.LegacyExchangeDN(),
			`contoso.onmicrosoft.com\Alex Wilber`, `CONTOSO.onmicrosoft.com\$alex`,
			"EURPR01A001.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/contoso.onmicrosoft.com/Alex Wilber",
		}},
		"a security group": {finance.SID, "Finance Team", []string{
			finance.Name, finance.GUID, finance.PrimarySMTPAddress, finance.Alias, finance.SID, finance.ExternalDirectoryObjectID, finance.LegacyExchangeDN(),
		}},
		"an application": {scanner.SID, "Legacy Scanner", []string{
			scanner.ObjectID, scanner.AppID, scanner.Name, scanner.GUID, scanner.DistinguishedName, scanner.DisplayName, scanner.SID, strings.ToUpper(scanner.ObjectID), strings.ToLower(scanner.SID),
		}},
		"a role group":          {help.SID, "Help Desk", []string{help.Name, help.GUID, help.SID}},
		"a SID of nobody":       {"S-1-5-21-1-2-3-4", "S-1-5-21-1-2-3-4", []string{"S-1-5-21-1-2-3-4", "s-1-5-21-1-2-3-4"}},
		"a SID of Windows' own": {"S-1-5-21-1196097974-1292650839-4244031858-1103", `EURPR01A001\Exchange Servers`, []string{`eurpr01a001\exchange servers`, "S-1-5-21-1196097974-1292650839-4244031858-1103"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, identity := range test.identities {
				contoso := tenant.Contoso()
				if p, _ := add(t, contoso, support(identity, "FullAccess")); p.UserSID != test.sid || p.User != test.user {
					t.Errorf("%s: got %s, %s", identity, p.UserSID, p.User)
				}
				if warning := remove(t, contoso, support(identity, "FullAccess")); warning != "" {
					t.Errorf("%s: %s", identity, warning)
				}
			}
		})
	}
}

func TestTrusteesByOneNameAreAmbiguous(t *testing.T) {
	t.Parallel()
	loaded := must[*tenant.Tenant](t)(tenant.Load(strings.NewReader("recipients: [{type: UserMailbox, name: Legacy Scanner, address: scanner@contoso.com}]")))
	_, _, err := loaded.AddMailboxPermission(automation, support("legacy scanner", "FullAccess"))
	wantKind(t, err, tenant.Ambiguous)
}

func TestARenamedTrusteeKeepsItsSID(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	before, _ := add(t, contoso, support("alex", "FullAccess"))
	name := "alexander@contoso.com"
	changed, err := contoso.SetMailbox("alex@contoso.com", tenant.MailboxChange{UserPrincipalName: &name})
	if !changed || err != nil {
		t.Fatalf("got %v, %v", changed, err)
	}
	rows := must[[]tenant.MailboxPermission](t)(contoso.GetMailboxPermission(tenant.MailboxPermissionQuery{Identity: "support", User: name}))
	if len(rows) != 1 || rows[0].User != name || rows[0].UserSID != before.UserSID {
		t.Errorf("got %+v", rows)
	}
}

func TestADeletedTrusteeIsABareSID(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	add(t, contoso, support("megan", "FullAccess"))
	alex, _ := add(t, contoso, support("alex", "FullAccess"))
	scanner, _ := add(t, contoso, support(scannerObjectID, "FullAccess"))
	ok(t, contoso.DeleteRecipient("alex@contoso.com"))
	ok(t, contoso.DeleteEnterpriseApplication(scannerObjectID))

	shown := entries(t, contoso, tenant.MailboxPermissionQuery{})
	same(t, shown[2:], "megan@contoso.com: FullAccess")
	same(t, given(t, contoso), "megan@contoso.com: FullAccess", alex.UserSID+": FullAccess", scanner.UserSID+": FullAccess")
	_, err := contoso.RemoveMailboxPermission(support("alex@contoso.com", "FullAccess"))
	wantKind(t, err, tenant.NotFound)
	for _, sid := range []string{alex.UserSID, strings.ToLower(scanner.UserSID)} {
		if warning := remove(t, contoso, support(sid, "FullAccess")); warning != "" {
			t.Error(warning)
		}
	}
	same(t, given(t, contoso), "megan@contoso.com: FullAccess")
}

func TestASIDOfNobodyMayBeRefused(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	contoso.SetBehavior(tenant.Behavior{UnknownTrustee: tenant.ValueRefused})
	_, _, err := contoso.AddMailboxPermission(automation, support("S-1-5-21-1-2-3-4", "FullAccess"))
	if text := wantKind(t, err, tenant.NotFound); !strings.Contains(text, "'S-1-5-21-1-2-3-4'") {
		t.Errorf("got %s", text)
	}
	add(t, contoso, support(recipient(t, contoso, "alex").SID, "FullAccess"))
	if warning := remove(t, contoso, support("S-1-5-21-1-2-3-4", "FullAccess")); !strings.HasPrefix(warning, "Can't remove") {
		t.Errorf("got %s", warning)
	}
}

func TestGroupsAndApplicationsReadBackByNameOrDisplayName(t *testing.T) {
	t.Parallel()
	for behavior, want := range map[tenant.TrusteeEcho][]string{
		tenant.TrusteeByDisplayName: {"kim@contoso.com: FullAccess", "The Auditors: FullAccess", "Legacy Scanner: FullAccess", "Ledger Clerks: FullAccess"},
		tenant.TrusteeByName:        {"kim@contoso.com: FullAccess", "Auditors: FullAccess", scannerObjectID + ": FullAccess", "clerks20260105: FullAccess"},
	} {
		loaded := must[*tenant.Tenant](t)(tenant.Load(strings.NewReader(`
recipients:
- {type: UserMailbox, address: kim@contoso.com, display_name: Kim Akers}
- {type: MailUniversalSecurityGroup, address: clerks@contoso.com, name: clerks20260105, display_name: Ledger Clerks}
role_groups: [{name: Auditors, display_name: The Auditors}]
mailbox_permissions:
- {mailbox: support@contoso.com, user: kim@contoso.com, access_rights: [FullAccess]}
- {mailbox: support@contoso.com, user: Auditors, access_rights: [FullAccess]}
- {mailbox: support@contoso.com, user: Legacy Scanner, access_rights: [FullAccess]}
- {mailbox: support@contoso.com, user: clerks@contoso.com, access_rights: [FullAccess]}
`)))
		loaded.SetBehavior(tenant.Behavior{TrusteeEcho: behavior})
		same(t, given(t, loaded), want...)
	}
}

func TestAnApplicationWithoutADisplayNameReadsBackByItsName(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	must[tenant.ServicePrincipal](t)(contoso.NewServicePrincipal(automation, tenant.ServicePrincipalSpec{AppID: invoiceAppID, ObjectID: invoiceObjectID}))
	if p, _ := add(t, contoso, support(invoiceAppID, "FullAccess")); p.User != invoiceObjectID {
		t.Errorf("got %s", p.User)
	}
}

func TestNewServicePrincipalCannotBeATrusteeAtOnce(t *testing.T) {
	t.Parallel()
	pointer := tenant.ServicePrincipalSpec{AppID: invoiceAppID, ObjectID: invoiceObjectID}
	t.Run("by calls", func(t *testing.T) {
		t.Parallel()
		contoso := tenant.Contoso()
		contoso.SetBehavior(tenant.Behavior{TrusteeLag: tenant.Lag{Calls: 2}})
		made := must[tenant.ServicePrincipal](t)(contoso.NewServicePrincipal(automation, pointer))
		for range 2 {
			_, _, err := contoso.AddMailboxPermission(automation, support(invoiceObjectID, "FullAccess"))
			wantKind(t, err, tenant.NotFound)
		}
		if p, _ := add(t, contoso, support(invoiceObjectID, "FullAccess")); p.UserSID != made.SID {
			t.Errorf("got %+v", p)
		}
	})
	t.Run("by the clock", func(t *testing.T) {
		t.Parallel()
		contoso := tenant.Contoso()
		now := newClock(contoso)
		contoso.SetBehavior(tenant.Behavior{TrusteeLag: tenant.Lag{For: time.Minute}})
		must[tenant.ServicePrincipal](t)(contoso.NewServicePrincipal(automation, pointer))
		_, _, err := contoso.AddMailboxPermission(automation, support(invoiceAppID, "FullAccess"))
		wantKind(t, err, tenant.NotFound)
		if _, err := contoso.RemoveMailboxPermission(support(invoiceAppID, "FullAccess")); err != nil {
			t.Errorf("Remove has to wait: %v", err)
		}
		_, _, err = contoso.AddMailboxPermission(administrator, support(invoiceAppID, "ReadPermission"))
		ok(t, err)
		now.advance(time.Minute)
		add(t, contoso, support(invoiceAppID, "FullAccess"))
	})
	t.Run("not by the other lag", func(t *testing.T) {
		t.Parallel()
		contoso := tenant.Contoso()
		contoso.SetBehavior(tenant.Behavior{ServicePrincipalLag: tenant.Lag{Calls: 2}})
		must[tenant.ServicePrincipal](t)(contoso.NewServicePrincipal(automation, pointer))
		add(t, contoso, support(invoiceObjectID, "FullAccess"))
	})
}
