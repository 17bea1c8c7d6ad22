// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// lagging has reads answered, one after another, by the last of some servers that lag behind, for a while.
func lagging(until time.Time, servers int) func(string, int) fate {
	return func(cmdlet string, nth int) fate {
		if strings.HasPrefix(cmdlet, "Get-") && time.Now().Before(until) && nth%servers == 0 {
			return missing
		}
		return answered
	}
}

// finds reads an object of the tests as one that is known to have been there.
var finds = map[string]func(ctx context.Context, w *world, id string) error{
	"service principal": func(ctx context.Context, w *world, _ string) error {
		_, err := w.FindServicePrincipal(ctx, freeObjectID)
		return err
	},
	"management scope": func(ctx context.Context, w *world, id string) error {
		_, err := w.FindManagementScope(ctx, id, "Invoices")
		return err
	},
	"role assignment": func(ctx context.Context, w *world, id string) error {
		_, err := w.FindRoleAssignment(ctx, id, "Scanner reads")
		return err
	},
	"application access policy": func(ctx context.Context, w *world, id string) error {
		_, err := w.FindApplicationAccessPolicy(ctx, id)
		return err
	},
}

func TestObjectThatWasJustCreatedIsNotAbsentWhileServersLag(t *testing.T) {
	t.Parallel()
	for name, k := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
				id, err := k.create(t.Context(), w)
				if err != nil {
					t.Fatal(err)
				}
				for _, servers := range []int{1, 2, 3} {
					w.fates = lagging(time.Now().Add(20*time.Second), servers)
					for range 4 {
						if err := finds[name](within(t, 5*time.Minute), w, id); err != nil {
							t.Errorf("with %d servers: %v", servers, err)
						}
					}
				}
			})
		})
	}
}

func TestAbsenceOfAnOldObjectIsConfirmed(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		payroll := w.Tenant.ManagementScopes()[2]
		if payroll.Name != "Payroll mailboxes" {
			t.Fatalf("the tenant's scope is %s", payroll.Name)
		}
		w.fates = func(cmdlet string, nth int) fate {
			if cmdlet == "Get-ManagementScope" && nth < 5 {
				return missing
			}
			return answered
		}
		if _, err := w.FindManagementScope(t.Context(), payroll.GUID, payroll.Name); err != nil {
			t.Errorf("a scope that two looks missed: %v", err)
		}
		w.fates = nil
		begun := time.Now()
		if _, err := w.FindManagementScope(t.Context(), "00000000-0000-0000-0000-000000000000", "Nobody"); !exchange.IsNotFound(err) {
			t.Errorf("a scope that is not there: %v", err)
		}
		if took := time.Since(begun); took > 2*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

func TestWaitThatEndsIsNotAbsence(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		k := kinds["management scope"]
		id, err := k.create(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		w.fates = always("Get-ManagementScope", missing)
		_, err = w.FindManagementScope(within(t, 30*time.Second), id, "Invoices")
		if err == nil || exchange.IsNotFound(err) {
			t.Errorf("got %v", err)
		}
		if len(w.reports) == 0 || !strings.HasPrefix(w.reports[0], "still waiting after ") {
			t.Errorf("the wait told %q", w.reports)
		}
	})
}

func TestObjectThatWasRemovedElsewhereIsAbsentAfterAWhile(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		id, err := kinds["management scope"].create(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.RemoveManagementScope(administrator, id); err != nil {
			t.Fatal(err)
		}
		if _, err := w.FindManagementScope(within(t, 5*time.Minute), id, "Invoices"); !exchange.IsNotFound(err) {
			t.Errorf("got %v", err)
		}
	})
}

// walk has ten workers do some work, as Terraform does.
func walk(count int, do func(i int)) {
	work := make(chan int, count)
	for i := range count {
		work <- i
	}
	close(work)
	var working sync.WaitGroup
	for range 10 {
		working.Go(func() {
			for i := range work {
				<-time.After(10 * time.Millisecond)
				do(i)
			}
		})
	}
	working.Wait()
}

// expectRequests checks how many requests were sent.
func (w *world) expectRequests(t *testing.T, most int) {
	t.Helper()
	if got := w.requests(); got > most {
		t.Errorf("%d requests were sent, want %d at most: %v", got, most, w.asked)
	}
}

// ping has every request take its time.
func ping(string, int) { <-time.After(150 * time.Millisecond) }

// refreshes read the objects of the tests as a refresh does.
var refreshes = map[string]struct {
	get  string
	read func(ctx context.Context, w *world, id string) error
}{
	"service principal": {"Get-ServicePrincipal", func(ctx context.Context, w *world, _ string) error {
		_, err := w.ReadServicePrincipal(ctx, freeObjectID)
		return err
	}},
	"management scope": {"Get-ManagementScope", func(ctx context.Context, w *world, id string) error {
		_, err := w.ReadManagementScope(ctx, id, "Invoices")
		return err
	}},
	"role assignment": {"Get-ManagementRoleAssignment", func(ctx context.Context, w *world, id string) error {
		_, err := w.ReadRoleAssignment(ctx, id, "Scanner reads")
		return err
	}},
	"application access policy": {"Get-ApplicationAccessPolicy", func(ctx context.Context, w *world, id string) error {
		_, err := w.ReadApplicationAccessPolicy(ctx, id)
		return err
	}},
}

// refresh runs test for every kind of object, of which one has been there for long: where it is one of few that are read,
// and where it is read from a listing. answers is in how many answers to get it must be missing to be absent; others came
// before.
func refresh(t *testing.T, test func(t *testing.T, w *world, get string, others, answers int, read func() error)) {
	for name, r := range refreshes {
		for _, others := range []int{0, 3} {
			answers := 4
			if name == "service principal" && others == 0 {
				// No listing takes part.
				answers = 3
			}
			t.Run(fmt.Sprintf("%s after %d others", name, others), func(t *testing.T) {
				t.Parallel()
				inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
					id, err := kinds[name].create(t.Context(), w)
					if err != nil {
						t.Fatal(err)
					}
					<-time.After(3 * time.Minute)
					for range others {
						if err := r.read(t.Context(), w, id); err != nil {
							t.Fatal(err)
						}
					}
					w.mu.Lock()
					before := w.asked[r.get]
					w.mu.Unlock()
					test(t, w, r.get, before, answers, func() error { return r.read(within(t, 5*time.Minute), w, id) })
				})
			})
		}
	}
}

func TestARefreshFindsWhatSomeServersDoNotHaveYet(t *testing.T) {
	t.Parallel()
	refresh(t, func(t *testing.T, w *world, get string, before, answers int, read func() error) {
		w.fates = func(cmdlet string, nth int) fate {
			if cmdlet == get && nth < before+answers {
				return missing
			}
			return answered
		}
		if err := read(); err != nil {
			t.Errorf("all answers but the last lacked it: %v", err)
		}
		w.expectAsked(t, get, before+answers)
	})
}

func TestARefreshFindsNothingThatNoServerHas(t *testing.T) {
	t.Parallel()
	refresh(t, func(t *testing.T, w *world, get string, before, answers int, read func() error) {
		w.fates = always(get, missing)
		if err := read(); !exchange.IsNotFound(err) {
			t.Errorf("got %v", err)
		}
		w.expectAsked(t, get, before+answers)
	})
}

func TestAnAnswerThatFailsConfirmsNoAbsence(t *testing.T) {
	t.Parallel()
	for failed := 1; failed <= 4; failed++ {
		refresh(t, func(t *testing.T, w *world, get string, before, answers int, read func() error) {
			if failed > answers || before > 0 && failed == 1 {
				// What a listing fails to tell is asked for.
				return
			}
			w.fates = func(cmdlet string, nth int) fate {
				switch {
				case cmdlet != get:
					return answered
				case nth == before+failed:
					return forbidden
				default:
					return missing
				}
			}
			if err := read(); err == nil || exchange.IsNotFound(err) {
				t.Errorf("answer %d failed: %v", failed, err)
			}
		})
	}
}

func TestAnswersThatConfirmAnAbsenceAreApart(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		readScopes(t, w, addScopes(t, w, 10))
		var mu sync.Mutex
		var listings []time.Time
		w.before = func(cmdlet string, _ int) {
			if cmdlet == "Get-ManagementScope" {
				mu.Lock()
				defer mu.Unlock()
				listings = append(listings, time.Now())
			}
		}
		walk(20, func(i int) {
			guid := fmt.Sprintf("00000000-0000-0000-0000-%012d", i)
			if _, err := w.ReadManagementScope(within(t, time.Minute), guid, "Nobody "+guid); !exchange.IsNotFound(err) {
				t.Errorf("scope %d: %v", i, err)
			}
		})
		if len(listings) != 2 || listings[1].Sub(listings[0]) < 250*time.Millisecond {
			t.Errorf("the listings that confirm were asked for at %v", listings)
		}
	})
}

func TestPolicyThatWasMadeAnewAfterItsAbsenceWasSeenIsFound(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		k := kinds["application access policy"]
		id, err := k.create(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(3 * time.Minute)
		alter(t, w.RemoveApplicationAccessPolicy(id))
		for range 2 {
			if _, err := w.ReadApplicationAccessPolicy(within(t, time.Minute), id); !exchange.IsNotFound(err) {
				t.Errorf("got %v", err)
			}
		}
		alter(t, k.another(w))
		if _, err := w.ReadApplicationAccessPolicy(within(t, time.Minute), id); err != nil {
			t.Error(err)
		}
	})
}

func TestPermissionThatSomeServersDoNotHaveYetIsFound(t *testing.T) {
	t.Parallel()
	for _, is := range []struct {
		name  string
		fates func(cmdlet string, nth int) fate
	}{
		{"the mailbox", func(cmdlet string, nth int) fate {
			if cmdlet == "Get-MailboxPermission" && nth <= 2 {
				return missing
			}
			return answered
		}},
		{"the entry", nil},
	} {
		t.Run(is.name, func(t *testing.T) {
			t.Parallel()
			inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
				permission := permit(t, w, "FullAccess")
				w.fates = is.fates
				if is.fates == nil {
					alter(t, w.ResetMailboxPermissions(permitted, false))
					w.before = func(cmdlet string, nth int) {
						if cmdlet == "Get-MailboxPermission" && nth == 3 {
							given := tenant.MailboxPermissionSpec{Mailbox: permitted, User: holder, AccessRights: []string{"FullAccess"}}
							if _, _, err := w.AddMailboxPermission(administrator, given); err != nil {
								t.Error(err)
							}
						}
					}
				}
				if _, err := w.ReadMailboxPermission(within(t, time.Minute), permission.MailboxPermissionID); err != nil {
					t.Error(err)
				}
				w.expectAsked(t, "Get-MailboxPermission", 3)
			})
		})
	}
}

func TestScopesThatAreGoneCostAGetEachAndThreeListings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ there, gone, most int }{
		// A Get and three listings.
		{there: 2700, gone: 1, most: 1 + 3*3},
		{there: 50, gone: 1, most: 1 + 3},
		// The Gets leave ten at a time, as far as they meet, and a listing is three pages.
		{there: 2700, gone: 300, most: 45 + 3*3},
	} {
		inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
			scopes := addScopes(t, w, test.there+test.gone)
			for _, scope := range scopes[:test.gone] {
				alter(t, w.RemoveManagementScope(administrator, scope.GUID))
			}
			w.after = ping
			walk(test.gone, func(i int) {
				if _, err := w.ReadManagementScope(within(t, 5*time.Minute), scopes[i].GUID, scopes[i].Name); !exchange.IsNotFound(err) {
					t.Errorf("%s: %v", scopes[i].Name, err)
				}
			})
			w.expectRequests(t, test.most)
		})
	}
}

func TestPointersThatAreGoneCostTheirGetsInBatches(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		w.after = ping
		walk(300, func(i int) {
			if _, err := w.ReadServicePrincipal(within(t, 5*time.Minute), fmt.Sprintf("00000000-0000-4000-8000-%012d", i)); !exchange.IsNotFound(err) {
				t.Errorf("pointer %d: %v", i, err)
			}
		})
		w.expectRequests(t, 120)
	})
}

func TestPermissionsThatAreGoneCostTheirMailboxesThreeReads(t *testing.T) {
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
		w.after = ping
		walk(200, func(i int) {
			id := exchange.MailboxPermissionID{MailboxGUID: mailboxes[i%40].GUID, UserSID: fmt.Sprintf("S-1-5-21-1-2-3-%d", i)}
			if _, err := w.ReadMailboxPermission(within(t, 5*time.Minute), id); !exchange.IsNotFound(err) {
				t.Errorf("permission %d: %v", i, err)
			}
		})
		w.expectRequests(t, 20)
	})
}
