// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// elsewhere is who changes the tenant beside the client.
var elsewhere = tenant.Caller{Administrator: true}

// addScopes makes scopes elsewhere.
func addScopes(t *testing.T, w *world, count int) []tenant.ManagementScope {
	t.Helper()
	var scopes []tenant.ManagementScope
	for i := range count {
		scope, err := w.NewManagementScope(elsewhere, tenant.ManagementScopeSpec{
			Name: fmt.Sprintf("Scope %03d", i), RecipientFilter: fmt.Sprintf("CustomAttribute1 -eq '%d'", i),
		})
		if err != nil {
			t.Fatal(err)
		}
		scopes = append(scopes, scope)
	}
	return scopes
}

// readScopes reads scopes one after another, as a refresh does.
func readScopes(t *testing.T, w *world, scopes []tenant.ManagementScope) {
	t.Helper()
	for _, scope := range scopes {
		read, err := w.ReadManagementScope(within(t, time.Minute), scope.GUID, scope.Name)
		if err != nil || read.Name != scope.Name || read.RecipientFilter != scope.RecipientFilter {
			t.Fatalf("%s reads as %+v (%v)", scope.Name, read, err)
		}
	}
}

// changeScope changes a scope elsewhere.
func changeScope(t *testing.T, w *world, identity string, change tenant.ManagementScopeChange) {
	t.Helper()
	if err := w.SetManagementScope(identity, change); err != nil {
		t.Fatal(err)
	}
}

func TestAFewObjectsAreReadOneByOneAndManyFromOneListing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ objects, want int }{{1, 1}, {3, 3}, {4, 4}, {100, 4}} {
		inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
			readScopes(t, w, addScopes(t, w, test.objects))
			if got := w.requests(); got != test.want {
				t.Errorf("%d objects took %d requests, want %d", test.objects, got, test.want)
			}
		})
	}
}

func TestPointersAreImportedByEitherIdFromOneListing(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		var apps []tenant.EnterpriseApplication
		for i := range 20 {
			app := tenant.EnterpriseApplication{
				ObjectID: fmt.Sprintf("00000000-0000-4000-8000-%012d", i), AppID: fmt.Sprintf("00000000-0000-4000-9000-%012d", i),
			}
			if err := w.AddEnterpriseApplication(app); err != nil {
				t.Fatal(err)
			}
			if _, err := w.NewServicePrincipal(elsewhere, tenant.ServicePrincipalSpec{AppID: app.AppID, ObjectID: app.ObjectID}); err != nil {
				t.Fatal(err)
			}
			apps = append(apps, app)
		}
		for _, app := range apps {
			for _, id := range []string{app.AppID, app.ObjectID} {
				read, err := w.ServicePrincipalBy(within(t, time.Minute), id)
				if err != nil || read.ObjectID != app.ObjectID {
					t.Fatalf("%s reads as %+v (%v)", id, read, err)
				}
			}
		}
		if got := w.requests(); got != 4 {
			t.Errorf("they took %d requests", got)
		}
	})
}

func TestManyReadersOfOneMomentShareTheListing(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		var reading sync.WaitGroup
		for _, scope := range addScopes(t, w, 100) {
			reading.Go(func() { readScopes(t, w, []tenant.ManagementScope{scope}) })
		}
		reading.Wait()
		// The first three and the listing.
		if got := w.requests(); got != 1 {
			t.Errorf("they took %d requests", got)
		}
	})
}

func TestReadsOneByOneWhereThatIsAskedFor(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		scopes := addScopes(t, w, 10)
		readScopes(t, w, scopes)
		var reading sync.WaitGroup
		for _, scope := range scopes {
			reading.Go(func() { readScopes(t, w, []tenant.ManagementScope{scope}) })
		}
		reading.Wait()
		w.expectAsked(t, "Get-ManagementScope", 20)
		w.expectAsked(t, "$batch", 0)
	}, exchange.Singly())
}

func TestWhatAListingLacksIsAskedForBeforeItIsAbsent(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		// The listing comes from a server that has nothing yet.
		w.fates = nth("Get-ManagementScope", 4, missing)
		scopes := addScopes(t, w, 10)
		readScopes(t, w, scopes)
		w.fates = nil

		if err := w.RemoveManagementScope(elsewhere, scopes[0].GUID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.ReadManagementScope(within(t, time.Minute), scopes[0].GUID, scopes[0].Name); !exchange.IsNotFound(err) {
			t.Errorf("a scope that is gone: %v", err)
		}
	})
}

func TestObjectThatCameAfterTheListingIsFound(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		readScopes(t, w, addScopes(t, w, 10))
		late, err := w.NewManagementScope(elsewhere, tenant.ManagementScopeSpec{Name: "Late", RecipientFilter: "Alias -eq 'late'"})
		if err != nil {
			t.Fatal(err)
		}
		readScopes(t, w, []tenant.ManagementScope{late})
	})
}

func TestAListingThatFailsIsNoAbsenceAndIsTriedAgainLater(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		w.fates = nth("Get-ManagementScope", 4, forbidden)
		readScopes(t, w, addScopes(t, w, 100))
		// Three by themselves and the listing; then the one that waited for it and six more, and another listing.
		if got := w.requests(); got != 3+1+1+6+1 {
			t.Errorf("it took %d requests", got)
		}
	})
}

func TestAListingThatTakesLongerThanAReadFailsNone(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		scopes := addScopes(t, w, 100)
		w.fates = nth("Get-ManagementScope", 4, hanging)
		readScopes(t, w, scopes[:4])
		w.fates = nil
		readScopes(t, w, scopes)
		// Four by themselves and the listing; then six more, and another listing.
		w.expectAsked(t, "Get-ManagementScope", 4+1+6+1)
	})
}

func TestOwnWritesAreReadAfterAListing(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		scopes := addScopes(t, w, 10)
		readScopes(t, w, scopes)
		name, filter := "Another", "Alias -eq 'another'"
		_, err := w.UpdateManagementScope(t.Context(), scopes[0].GUID, scopes[0].Name, exchange.ManagementScopeChange{Name: &name, RecipientFilter: &filter})
		if err != nil {
			t.Fatal(err)
		}
		scopes[0].Name, scopes[0].RecipientFilter = name, filter
		readScopes(t, w, scopes)
		if listed, err := w.Client.ManagementScopes(t.Context()); err != nil || len(listed) == 0 {
			t.Error(err)
		}
		if err := w.DeleteManagementScope(t.Context(), scopes[1].GUID, scopes[1].Name); err != nil {
			t.Fatal(err)
		}
		listed, err := w.Client.ManagementScopes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, scope := range listed {
			if scope.GUID == scopes[1].GUID {
				t.Error("the scope that was removed is listed")
			}
		}
	})
}

func TestWritesActOnWhatIsThereNowAndNotOnAListing(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		scopes := addScopes(t, w, 10)
		readScopes(t, w, scopes)

		// Renamed elsewhere, and another one took the name.
		renamed := "Renamed"
		changeScope(t, w, scopes[0].Name, tenant.ManagementScopeChange{Name: &renamed})
		taker, err := w.NewManagementScope(elsewhere, tenant.ManagementScopeSpec{Name: scopes[0].Name, RecipientFilter: "Alias -eq 'taker'"})
		if err != nil {
			t.Fatal(err)
		}
		filter := "Alias -eq 'changed'"
		after, err := w.UpdateManagementScope(t.Context(), scopes[0].GUID, scopes[0].Name, exchange.ManagementScopeChange{RecipientFilter: &filter})
		if err != nil || after.Name != renamed || after.RecipientFilter != filter {
			t.Errorf("after the update: %+v (%v)", after, err)
		}
		if err := w.DeleteManagementScope(t.Context(), scopes[0].GUID, scopes[0].Name); err != nil {
			t.Error(err)
		}
		if left, err := w.ManagementScope(t.Context(), scopes[0].Name); err != nil || left.GUID != taker.GUID || left.RecipientFilter != taker.RecipientFilter {
			t.Errorf("the one that took the name: %+v (%v)", left, err)
		}

		// Removed elsewhere.
		if err := w.RemoveManagementScope(elsewhere, scopes[1].GUID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.UpdateManagementScope(within(t, time.Minute), scopes[1].GUID, scopes[1].Name, exchange.ManagementScopeChange{RecipientFilter: &filter}); !exchange.IsNotFound(err) {
			t.Errorf("updating what is gone: %v", err)
		}
	})
}

func TestRemovalsDoNotLookFirst(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		var removing sync.WaitGroup
		for _, scope := range addScopes(t, w, 10) {
			removing.Go(func() {
				if err := w.DeleteManagementScope(t.Context(), scope.GUID, scope.Name); err != nil {
					t.Error(err)
				}
			})
		}
		removing.Wait()
		w.expectAsked(t, "Remove-ManagementScope", 10)
		if got := w.requests(); got != 10 {
			t.Errorf("it took %d requests", got)
		}
	})
}

func TestWhatASpellingNamesIsAskedOnceARun(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		scope := addScopes(t, w, 1)[0]
		same := func(a, b string) bool {
			same, err := w.SameReference(t.Context(), exchange.ManagementScopeReference, a, b)
			if err != nil {
				t.Fatal(err)
			}
			return same
		}
		for range 3 {
			if !same(scope.Name, scope.GUID) {
				t.Error("the scope's name and GUID are not the same")
			}
		}
		w.expectAsked(t, "Get-ManagementScope", 2)
		if same("Late", scope.GUID) {
			t.Error("a scope that is not there is one that is")
		}
		// What was not there may be soon.
		late := "Late"
		changeScope(t, w, scope.Name, tenant.ManagementScopeChange{Name: &late})
		if !same("Late", scope.GUID) {
			t.Error("a scope is not known by its new name")
		}
	})
}

func TestAMailboxIsAskedOnceForItsPermissions(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		mailbox, err := w.Mailbox(t.Context(), "payroll@contoso.com")
		if err != nil {
			t.Fatal(err)
		}
		give := func(right string) (exchange.MailboxPermission, error) {
			return w.CreateMailboxPermission(t.Context(), exchange.NewMailboxPermission{
				MailboxGUID: mailbox.GUID, User: "adele@contoso.com", AccessRights: []string{right}, InheritanceType: exchange.AllInheritance,
			})
		}
		permission, err := give("FullAccess")
		if err != nil {
			t.Fatal(err)
		}
		read := func() exchange.MailboxPermission {
			read, err := w.ReadMailboxPermission(t.Context(), permission.MailboxPermissionID)
			if err != nil {
				t.Error(err)
			}
			return read
		}
		var reading sync.WaitGroup
		for range 5 {
			reading.Go(func() { read() })
		}
		reading.Wait()
		read()
		if _, err := w.Client.MailboxPermissions(t.Context(), mailbox.GUID); err != nil {
			t.Error(err)
		}
		w.expectAsked(t, "Get-MailboxPermission", 1)

		// It is refused and done, as Exchange does it before it shows what else the trustee holds.
		if _, err := give("ReadPermission"); !exchange.IsAlreadyExists(err) {
			t.Errorf("got %v", err)
		}
		if now := read(); !now.Has([]string{"FullAccess", "ReadPermission"}) {
			t.Errorf("after another right was given: %v", now.AccessRights)
		}
		w.expectAsked(t, "Get-MailboxPermission", 2)
	})
}

func TestMailboxesAreAskedForTheirPermissionsTenAtATime(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		var recipients []tenant.Recipient
		for i := range 40 {
			recipients = append(recipients, tenant.Recipient{Type: tenant.SharedMailbox, PrimarySMTPAddress: fmt.Sprintf("mailbox-%d@contoso.com", i)})
		}
		mailboxes, err := w.AddRecipients(recipients...)
		if err != nil {
			t.Fatal(err)
		}
		var reading sync.WaitGroup
		for _, mailbox := range mailboxes {
			reading.Go(func() {
				if _, err := w.Client.MailboxPermissions(t.Context(), mailbox.GUID); err != nil {
					t.Error(err)
				}
			})
		}
		reading.Wait()
		if got := w.requests(); got != 4 {
			t.Errorf("it took %d requests", got)
		}
	})
}
