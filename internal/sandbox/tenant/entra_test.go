// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

func TestSecretsAndCertificatesAreAddedToARegistration(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	expires := time.Date(2027, time.January, 1, 0, 0, 0, 0, time.UTC)
	ok(t, contoso.AddSecret(strings.ToUpper(tenant.AutomationAppID), "s3cret", expires))
	der := []byte{1, 2, 3}
	ok(t, contoso.AddCertificate(tenant.AutomationAppID, der))
	der[0] = 9
	registration := contoso.AppRegistrations()[0]
	if len(registration.Secrets) != 1 || registration.Secrets[0].Value != "s3cret" || !registration.Secrets[0].Expires.Equal(expires) {
		t.Errorf("got %d secrets", len(registration.Secrets))
	}
	if len(registration.Certificates) != 1 || registration.Certificates[0][0] != 1 {
		t.Errorf("got %v", registration.Certificates)
	}
	if contoso.AddSecret("nobody", "x", expires) == nil || contoso.AddCertificate("nobody", der) == nil {
		t.Error("an application that does not exist took them")
	}
}

func TestSecretsStayOutOfLogs(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	ok(t, contoso.AddSecret(tenant.AutomationAppID, "s3cret", time.Time{}))
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(format, contoso.AppRegistrations()); strings.Contains(text, "s3cret") {
			t.Errorf("%s shows %s", format, text)
		}
	}
}

func TestSnapshotsAreCopies(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	contoso.EnterpriseApplications()[0].AppRoles[0] = "x"
	contoso.Recipients()[0].EmailAddresses[0] = "x"
	contoso.Organization().Domains[0] = "x"
	for _, g := range contoso.Recipients() {
		for i := range g.Members {
			g.Members[i] = "x"
		}
	}
	for _, u := range contoso.AdministrativeUnits() {
		for i := range u.Members {
			u.Members[i] = "x"
		}
	}
	if contoso.EnterpriseApplications()[0].AppRoles[0] == "x" || contoso.Recipients()[0].EmailAddresses[0] == "x" || contoso.Organization().Domains[0] == "x" {
		t.Error("a snapshot changed the tenant")
	}
	for _, r := range contoso.Recipients() {
		if len(r.Members) > 0 && r.Members[0] == "x" {
			t.Error("a snapshot changed a group")
		}
	}
	for _, u := range contoso.AdministrativeUnits() {
		if len(u.Members) > 0 && u.Members[0] == "x" {
			t.Error("a snapshot changed a unit")
		}
	}
}

func TestFederatedCredentialsAreUniqueAndLimited(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	add := func(subject string) error {
		return contoso.AddFederatedCredential(tenant.AutomationAppID, tenant.FederatedCredential{
			Issuer: "https://token.contoso.com", Subject: subject, Audiences: []string{"api://AzureADTokenExchange"},
		})
	}
	for n := range 20 {
		ok(t, add(fmt.Sprintf("subject %d", n)))
	}
	if err := add("subject 20"); err == nil || !strings.Contains(err.Error(), "20 federated credentials") {
		t.Errorf("the twenty-first is answered %v", err)
	}
	registration := contoso.AppRegistrations()[0]
	registration.FederatedCredentials[0].Audiences[0] = "x"
	if got := contoso.AppRegistrations()[0].FederatedCredentials; len(got) != 20 || got[0].Audiences[0] == "x" {
		t.Errorf("got %d credentials, the first for %v", len(got), got[0].Audiences)
	}

	contoso = tenant.Contoso()
	ok(t, add("subject"))
	if err := add("subject"); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("the same again is answered %v", err)
	}
	ok(t, add("Subject"))
}

func TestEnterpriseApplicationsWithoutARegistration(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	runner := tenant.EnterpriseApplication{
		AppID: "55555555-5555-5555-5555-555555555555", ObjectID: "66666666-6666-6666-6666-666666666666",
		DisplayName: "Runner", AppRoles: []string{tenant.ManageAsApp}, ManagedIdentity: tenant.SystemAssigned,
	}
	ok(t, contoso.AddEnterpriseApplication(runner))
	runner.AppRoles[0] = "x"
	if err := contoso.AddEnterpriseApplication(runner); err == nil {
		t.Error("it is there twice")
	}
	if err := contoso.AddEnterpriseApplication(tenant.EnterpriseApplication{AppID: runner.AppID}); err == nil {
		t.Error("an application has no object id")
	}
	ok(t, contoso.ChangeEnterpriseApplication(strings.ToUpper(runner.AppID), func(a *tenant.EnterpriseApplication) {
		if a.AppRoles[0] != tenant.ManageAsApp {
			t.Errorf("it holds %v", a.AppRoles)
		}
		a.AppID, a.Disabled, a.AppRoles = "x", true, nil
	}))
	all := contoso.EnterpriseApplications()
	if got := all[len(all)-1]; got.AppID != runner.AppID || !got.Disabled || got.AppRoles != nil {
		t.Errorf("got %+v", got)
	}
	if err := contoso.ChangeEnterpriseApplication("nobody", func(*tenant.EnterpriseApplication) { t.Error("changed nobody") }); err == nil {
		t.Error("nobody was changed")
	}
}
