// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

func TestNewServicePrincipalPointsAtAnEnterpriseApplication(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	p := must[tenant.ServicePrincipal](t)(contoso.NewServicePrincipal(automation, tenant.ServicePrincipalSpec{AppID: invoiceAppID, ObjectID: invoiceObjectID}))
	if p.Name != invoiceObjectID || p.DisplayName != "" || p.GUID == invoiceObjectID || !strings.HasPrefix(p.SID, "S-1-5-21-") {
		t.Errorf("got %+v, want the object id as name, a GUID of its own, a SID and no display name", p)
	}
	if want := "CN=" + invoiceObjectID + ",OU=contoso.onmicrosoft.com,OU=Microsoft Exchange Hosted Organizations,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM"; p.DistinguishedName != want {
		t.Errorf("got %s, want %s", p.DistinguishedName, want)
	}
}

func TestNewServicePrincipalRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spec tenant.ServicePrincipalSpec
		want tenant.Kind
	}{
		"an application id that is no GUID":          {tenant.ServicePrincipalSpec{AppID: "invoice", ObjectID: invoiceObjectID}, tenant.InvalidParameter},
		"an object id that is no GUID":               {tenant.ServicePrincipalSpec{AppID: invoiceAppID, ObjectID: "{" + invoiceObjectID + "}"}, tenant.InvalidParameter},
		"the object id of the app registration":      {tenant.ServicePrincipalSpec{AppID: invoiceAppID, ObjectID: invoiceRegistration}, tenant.InvalidParameter},
		"the object id of another application":       {tenant.ServicePrincipalSpec{AppID: invoiceAppID, ObjectID: calendarObjectID}, tenant.InvalidParameter},
		"ids the wrong way round":                    {tenant.ServicePrincipalSpec{AppID: invoiceObjectID, ObjectID: invoiceAppID}, tenant.InvalidParameter},
		"a pointer that exists":                      {tenant.ServicePrincipalSpec{AppID: payrollAppID, ObjectID: payrollObjectID}, tenant.AlreadyExists},
		"a pointer that exists, in other case":       {tenant.ServicePrincipalSpec{AppID: strings.ToUpper(payrollAppID), ObjectID: strings.ToUpper(payrollObjectID)}, tenant.AlreadyExists},
		"the application id of one, with another id": {tenant.ServicePrincipalSpec{AppID: payrollAppID, ObjectID: invoiceObjectID}, tenant.AlreadyExists},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contoso := tenant.Contoso()
			_, err := contoso.NewServicePrincipal(automation, test.spec)
			wantKind(t, err, test.want)
			if got := len(contoso.ServicePrincipals()); got != 3 {
				t.Errorf("there are %d pointers now, want 3 as before", got)
			}
		})
	}
}

func TestNewServicePrincipalKeepsTheLetterCaseOfIDs(t *testing.T) {
	t.Parallel()
	contoso, err := tenant.Load(strings.NewReader("applications:\n- {app_id: abcdefab-0000-0000-0000-000000000001, object_id: abcdefab-0000-0000-0000-000000000002}\n"))
	ok(t, err)
	const upper = "ABCDEFAB-0000-0000-0000-000000000002"
	p := must[tenant.ServicePrincipal](t)(contoso.NewServicePrincipal(automation, tenant.ServicePrincipalSpec{AppID: "abcdefab-0000-0000-0000-000000000001", ObjectID: upper}))
	if p.ObjectID != upper || p.Name != upper {
		t.Errorf("got %s, want it as it was given", p.ObjectID)
	}
}

func TestGetServicePrincipalByEveryIdentity(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	payroll := must[[]tenant.ServicePrincipal](t)(contoso.GetServicePrincipal(payrollObjectID))[0]
	for _, identity := range []string{
		payroll.GUID, payroll.DistinguishedName, payroll.AppID, payroll.ObjectID, payroll.DisplayName,
		strings.ToUpper(payroll.ObjectID), strings.ToLower(payroll.DistinguishedName), "PAYROLL ARCHIVE",
	} {
		found := must[[]tenant.ServicePrincipal](t)(contoso.GetServicePrincipal(identity))
		if len(found) != 1 || found[0].GUID != payroll.GUID {
			t.Errorf("%s found %v", identity, found)
		}
	}
	if all := must[[]tenant.ServicePrincipal](t)(contoso.GetServicePrincipal("")); len(all) != 3 {
		t.Errorf("an empty identity found %d, want all 3", len(all))
	}
	for _, identity := range []string{"nobody", "Payroll*", invoiceObjectID} {
		_, err := contoso.GetServicePrincipal(identity)
		if text := wantKind(t, err, tenant.NotFound); !strings.Contains(text, "object '"+identity+"' couldn't be found on '") {
			t.Errorf("the text is %s", text)
		}
	}
}

func TestServicePrincipalsWithTheSameDisplayNameAreAmbiguous(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	name := "Payroll Archive"
	ok(t, contoso.SetServicePrincipal(scannerObjectID, &name))
	_, err := contoso.GetServicePrincipal(name)
	wantKind(t, err, tenant.Ambiguous)
	wantKind(t, contoso.RemoveServicePrincipal(name), tenant.Ambiguous)
	if _, err := contoso.GetServicePrincipal(payrollObjectID); err != nil {
		t.Errorf("the object id is not ambiguous: %v", err)
	}
}

func TestSetServicePrincipalChangesTheDisplayNameAlone(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	before := must[[]tenant.ServicePrincipal](t)(contoso.GetServicePrincipal(payrollObjectID))[0]
	name := "Archive"
	ok(t, contoso.SetServicePrincipal(payrollObjectID, &name))
	after := must[[]tenant.ServicePrincipal](t)(contoso.GetServicePrincipal("Archive"))[0]
	if after.GUID != before.GUID || after.Name != before.Name || after.SID != before.SID || after.Version != before.Version+1 {
		t.Errorf("before %+v, after %+v", before, after)
	}
	wantKind(t, contoso.SetServicePrincipal("nobody", &name), tenant.NotFound)
}

// assigneesOf lists the assignees of all role assignments.
func assigneesOf(in *tenant.Tenant) []string {
	var names []string
	for _, a := range in.RoleAssignments() {
		names = append(names, a.RoleAssignee)
	}
	return names
}

func TestRemoveServicePrincipalWithAssignments(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		behavior        tenant.RemoveInUse
		refused, remain bool
	}{
		"takes them along": {behavior: tenant.RemoveCascade},
		"is refused":       {behavior: tenant.RemoveRefuse, refused: true, remain: true},
		"leaves orphans":   {behavior: tenant.RemoveOrphan, remain: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contoso := tenant.Contoso()
			contoso.SetBehavior(tenant.Behavior{RemoveServicePrincipalInUse: test.behavior})
			err := contoso.RemoveServicePrincipal(payrollObjectID)
			if test.refused {
				wantKind(t, err, tenant.InUse)
			} else {
				ok(t, err)
			}
			if got := len(contoso.ServicePrincipals()) == 3; got != test.refused {
				t.Errorf("the pointer is there: %v", got)
			}
			if got := slices.Contains(assigneesOf(contoso), payrollObjectID); got != test.remain {
				t.Errorf("its assignment is there: %v", got)
			}
		})
	}
}

func TestRemoveServicePrincipalTwiceFindsNothing(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	ok(t, contoso.RemoveServicePrincipal(scannerObjectID))
	wantKind(t, contoso.RemoveServicePrincipal(scannerObjectID), tenant.NotFound)
}

func TestDeletingAnEnterpriseApplicationTakesPointerAndAssignmentsButNoScope(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	scopes := len(contoso.ManagementScopes())
	ok(t, contoso.DeleteEnterpriseApplication(payrollObjectID))
	_, err := contoso.GetServicePrincipal(payrollObjectID)
	wantKind(t, err, tenant.NotFound)
	if slices.Contains(assigneesOf(contoso), payrollObjectID) {
		t.Error("its role assignment is still there")
	}
	if len(contoso.ManagementScopes()) != scopes {
		t.Error("its scope is gone")
	}
	_, err = contoso.NewServicePrincipal(automation, tenant.ServicePrincipalSpec{AppID: payrollAppID, ObjectID: payrollObjectID})
	wantKind(t, err, tenant.InvalidParameter)
	if err := contoso.DeleteEnterpriseApplication(payrollObjectID); err == nil {
		t.Error("it can be deleted twice")
	}
}

func TestServicePrincipalWorksInADehydratedTenant(t *testing.T) {
	t.Parallel()
	contoso := tenant.Contoso()
	contoso.SetBehavior(tenant.Behavior{Dehydrated: true})
	_, err := contoso.NewServicePrincipal(automation, tenant.ServicePrincipalSpec{AppID: calendarAppID, ObjectID: calendarObjectID})
	ok(t, err)
}
