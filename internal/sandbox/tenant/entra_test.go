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
