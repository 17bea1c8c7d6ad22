// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange_test

import (
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// looks are the cmdlets that show whether a creation happened.
var looks = map[string]string{
	"New-ServicePrincipal":         "Get-ServicePrincipal",
	"New-ManagementScope":          "Get-ManagementScope",
	"New-ManagementRoleAssignment": "Get-ManagementRoleAssignment",
	"New-ApplicationAccessPolicy":  "Get-ApplicationAccessPolicy",
}

// Whoever is asked to come back in three minutes, which is more than any change takes to show, has its operation's whole
// time to do so.
func TestObjectOfALostAnswerIsLookedForUntilExchangeAnswers(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, w *world, k kind, created func() []string) {
		w.fates = func(cmdlet string, nth int) fate {
			switch {
			case cmdlet == k.cmdlet && nth == 1:
				return lost
			case cmdlet == looks[k.cmdlet] && nth == 1:
				return throttled
			}
			return answered
		}
		id, err := k.create(within(t, 15*time.Minute), w)
		if err != nil {
			t.Fatal(err)
		}
		expectOne(t, created(), id)
		w.expectAsked(t, k.cmdlet, 1)
	})
}

func TestCommandThatIsThrottledWaitsAsLongAsExchangeAsks(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, w *world, k kind, created func() []string) {
		w.fates = nth(k.cmdlet, 1, throttled)
		id, err := k.create(within(t, 15*time.Minute), w)
		if err != nil {
			t.Fatal(err)
		}
		expectOne(t, created(), id)
		w.expectAsked(t, k.cmdlet, 2)
	})
}

func TestThrottledLookAtAChangeDoesNotFailIt(t *testing.T) {
	t.Parallel()
	for _, cmdlet := range []string{"Set-ServicePrincipal", "Get-ServicePrincipal"} {
		t.Run(cmdlet, func(t *testing.T) {
			t.Parallel()
			inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
				changed := false
				w.fates = func(asked string, _ int) fate {
					// The look after the change, or the change itself, for once.
					due := asked == cmdlet && (changed || cmdlet == "Set-ServicePrincipal")
					changed = changed || asked == "Set-ServicePrincipal"
					if due {
						w.fates = nil
						return throttled
					}
					return answered
				}
				if err := w.RenameServicePrincipal(within(t, 15*time.Minute), scannerID, "Scanner of contracts"); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// The time for an operation may have been over because it was throttled, and so is the look at what it left.
func TestObjectOfAnOperationThatRanOutOfTimeIsLookedForUntilExchangeAnswers(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, w *world, k kind, created func() []string) {
		late := false
		w.fates = func(cmdlet string, nth int) fate {
			switch {
			case cmdlet == k.cmdlet && nth == 1:
				late = true
				return hanging
			case late && cmdlet == looks[k.cmdlet]:
				late = false
				return throttledShortly
			}
			return answered
		}
		id, err := k.create(within(t, time.Minute), w)
		if err != nil {
			t.Fatal(err)
		}
		expectOne(t, created(), id)
	})
}

func TestRemovalThatRanOutOfTimeIsLookedIntoUntilExchangeAnswers(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		id, err := kinds["management scope"].create(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		late := false
		w.fates = func(cmdlet string, _ int) fate {
			switch {
			case cmdlet == "Remove-ManagementScope":
				late = true
				return hanging
			case late && cmdlet == "Get-ManagementScope":
				late = false
				return throttledShortly
			}
			return answered
		}
		if err := w.DeleteManagementScope(within(t, time.Minute), id, "Invoices"); err != nil {
			t.Error(err)
		}
	})
}
