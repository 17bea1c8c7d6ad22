// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// The ids of the applications that the tests use.
const (
	invoiceAppID        = "22222222-2222-2222-2222-222222222222"
	invoiceObjectID     = "33333333-3333-3333-3333-333333333333"
	invoiceRegistration = "44444444-4444-4444-4444-444444444444"
	calendarAppID       = "22222222-2222-2222-2222-000000000002"
	calendarObjectID    = "33333333-3333-3333-3333-000000000002"
	payrollObjectID     = "33333333-3333-3333-3333-0000000000aa"
	payrollAppID        = "22222222-2222-2222-2222-0000000000aa"
	scannerObjectID     = "33333333-3333-3333-3333-0000000000bb"
	bookingObjectID     = "33333333-3333-3333-3333-0000000000cc"
	europe              = "60f565a0-9a30-40e6-a34e-4023db4616c2"
	westCoast           = "4d819ce9-9257-44d6-9f3c-1c1d2e3f4a5b"
)

var (
	// automation is the application that Terraform signs in as.
	automation = tenant.Caller{ObjectID: tenant.AutomationObjectID, DirectoryRoles: []string{tenant.ExchangeAdministrator}}
	// administrator is somebody at a console elsewhere.
	administrator = tenant.Caller{Administrator: true}
)

// wantKind fails the test unless err is a tenant error of that kind, and
// returns its text.
func wantKind(t *testing.T, err error, want tenant.Kind) string {
	t.Helper()
	refusal, ok := errors.AsType[*tenant.Error](err)
	if !ok || refusal.Kind != want {
		t.Fatalf("got %#v, want an error of kind %d", err, want)
	}
	return refusal.Text
}

// must fails the test on an error.
func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// ok fails the test on an error.
func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// withPointer returns Contoso with a pointer to Invoice Reader.
func withPointer(t *testing.T) *tenant.Tenant {
	t.Helper()
	contoso := tenant.Contoso()
	must[tenant.ServicePrincipal](t)(contoso.NewServicePrincipal(automation, tenant.ServicePrincipalSpec{
		AppID: invoiceAppID, ObjectID: invoiceObjectID, DisplayName: "Invoice Reader",
	}))
	return contoso
}

// appAssignment assigns Application Mail.Read to Invoice Reader.
func appAssignment(name string, scope tenant.ScopeReference) tenant.RoleAssignmentSpec {
	return tenant.RoleAssignmentSpec{
		Name: name, Role: "Application Mail.Read",
		AssigneeParameter: tenant.AppParameter, Assignee: invoiceObjectID, Scope: scope,
	}
}

// assignmentNamed returns a role assignment by its name.
func assignmentNamed(t *testing.T, in *tenant.Tenant, name string) tenant.RoleAssignment {
	t.Helper()
	for _, a := range in.RoleAssignments() {
		if a.Name == name {
			return a
		}
	}
	t.Fatalf("there is no role assignment %s", name)
	return tenant.RoleAssignment{}
}

// recipient returns a recipient by any of its identities.
func recipient(t *testing.T, in *tenant.Tenant, identity string) tenant.Recipient {
	t.Helper()
	found := must[[]tenant.Recipient](t)(in.GetRecipient(tenant.RecipientQuery{Identity: identity}))
	if len(found) != 1 {
		t.Fatalf("%s is %d recipients", identity, len(found))
	}
	return found[0]
}

// testApp makes up the n-th of many client ids.
func testApp(n int) string { return fmt.Sprintf("22222222-2222-2222-3333-%012d", n) }
