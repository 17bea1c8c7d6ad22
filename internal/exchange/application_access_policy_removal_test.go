// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// aPolicy makes the policy of the tests, and returns it with a description.
func aPolicy(t *testing.T, w *world) exchange.ApplicationAccessPolicy {
	t.Helper()
	id, err := kinds["application access policy"].create(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	return exchange.ApplicationAccessPolicy{Identity: id, AccessRight: exchange.RestrictAccess, Description: "Finance only"}
}

// expectPolicy checks that the policy that was made anew is there.
func expectPolicy(t *testing.T, w *world, identity string) {
	t.Helper()
	for _, id := range kinds["application access policy"].ids(w) {
		if strings.EqualFold(id, identity) {
			return
		}
	}
	t.Errorf("the policy that was made anew is gone")
}

func TestPolicyThatIsMadeAnewWhileARemovalIsNotAnsweredStays(t *testing.T) {
	t.Parallel()
	const removes, creates, reads = "Remove-ApplicationAccessPolicy", "New-ApplicationAccessPolicy", "Get-ApplicationAccessPolicy"
	for name, test := range map[string]struct {
		behavior tenant.Behavior
		meet     func(w *world, anew func())
	}{
		"and answered": {meet: func(w *world, anew func()) {
			w.after = func(cmdlet string, _ int) {
				if cmdlet == removes {
					anew()
				}
			}
		}},
		"and answered late": {meet: func(w *world, anew func()) {
			made := make(chan struct{})
			w.after = func(cmdlet string, nth int) {
				switch {
				case cmdlet == removes && nth == 1:
					go anew()
					<-made
				case cmdlet == creates:
					close(made)
					<-time.After(time.Minute)
				}
			}
		}},
		"once a server that lags behind has shown the old one": {
			behavior: tenant.Behavior{StaleReads: tenant.StaleReads{Every: 1, For: 10 * time.Millisecond}},
			meet: func(w *world, anew func()) {
				w.after = func(cmdlet string, _ int) {
					if cmdlet == reads {
						go anew()
					}
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTenant(t, test.behavior, func(t *testing.T, w *world) {
				policy := aPolicy(t, w)
				<-time.After(3 * time.Minute)
				w.fates = nth(removes, 1, lost)
				var making sync.WaitGroup
				making.Add(1)
				test.meet(w, sync.OnceFunc(func() {
					defer making.Done()
					<-time.After(time.Millisecond)
					if _, err := kinds["application access policy"].create(within(t, 5*time.Minute), w); err != nil {
						t.Error(err)
					}
				}))
				if err := w.DeleteApplicationAccessPolicy(within(t, 5*time.Minute), policy); err != nil {
					t.Error(err)
				}
				making.Wait()
				expectPolicy(t, w, policy.Identity)
				w.expectAsked(t, removes, 1)
			})
		})
	}
}

func TestPolicyThatSomebodyElseMadeAnewStaysAndFailsTheRemoval(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		policy := aPolicy(t, w)
		w.fates = func(cmdlet string, _ int) fate {
			if cmdlet != "Remove-ApplicationAccessPolicy" {
				return answered
			}
			if err := errors.Join(w.RemoveApplicationAccessPolicy(policy.Identity), kinds["application access policy"].another(w)); err != nil {
				t.Error(err)
			}
			return broken
		}
		err := w.DeleteApplicationAccessPolicy(within(t, 5*time.Minute), policy)
		if err == nil || !strings.Contains(err.Error(), "Somebody else's") {
			t.Errorf("got %v", err)
		}
		expectPolicy(t, w, policy.Identity)
		w.expectAsked(t, "Remove-ApplicationAccessPolicy", 1)
	})
}
