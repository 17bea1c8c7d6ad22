// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package applicationaccesspolicy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const (
	resourceAddress = "exchange_application_access_policy.test"
	scannerAppID    = "22222222-2222-2222-2222-0000000000bb"
)

// confined confines an application to the mailboxes of the finance team, or keeps it from them.
func confined(accessRight, description string) core.Config {
	return core.Config{{Address: resourceAddress, Attributes: core.Attributes{
		"app_id": scannerAppID, "policy_scope_group_id": "Finance Team", "access_right": accessRight, "description": description,
	}}}
}

func TestPolicyWhoseCreationWasNotAnsweredIsTakenIntoState(t *testing.T) {
	t.Parallel()
	for name, is := range map[string]fault.Fault{"done": fault.Reset().AfterExecution(), "not done": fault.Reset()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				s.TestCore(func(w *core.Workspace) {
					s.Faults().Add(fault.Rule{Cmdlet: "New-ApplicationAccessPolicy", Count: 1, Fault: is})
					w.Settle(t.Context(), confined("RestrictAccess", "Finance only"))
				})
			})
		})
	}
}

// To know whether there is such a policy takes two questions, of which either may be refused.
func TestPolicyIsNotCreatedWhereNobodyKnowsWhetherThereIsOne(t *testing.T) {
	t.Parallel()
	for _, cmdlet := range []string{"Get-Recipient", "Get-ApplicationAccessPolicy"} {
		t.Run(cmdlet, func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				s.Faults().Add(fault.Rule{Cmdlet: cmdlet, Fault: fault.Forbidden()})
				err := core.New(t, s.Providers()["exchange"]).Apply(t.Context(), confined("RestrictAccess", "Finance only"))
				for _, want := range []string{
					"The application access policy was not created, because it is not known whether the application has one for this scope", cmdlet,
				} {
					if err == nil || !strings.Contains(err.Error(), want) {
						t.Errorf("%q is not in %v", want, err)
					}
				}
			})
		})
	}
}

func TestPolicyOfSomebodyElsesIsNotTakenIntoState(t *testing.T) {
	t.Parallel()
	acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
		s.TestCore(func(w *core.Workspace) {
			// Whoever was asked before it was created says that there is none.
			s.Faults().Before(fault.Exchange, creation(t, s), func() {
				s.Run("New-ApplicationAccessPolicy", map[string]any{
					"AppId": []string{scannerAppID}, "PolicyScopeGroupId": "Finance Team", "AccessRight": "RestrictAccess", "Description": "Somebody else's",
				})
			})
			s.Faults().Add(fault.Rule{Cmdlet: "New-ApplicationAccessPolicy", Count: 1, Fault: fault.Reset()})
			err := w.Apply(t.Context(), confined("RestrictAccess", "Finance only"))
			if err == nil || !strings.Contains(err.Error(), "import {") {
				t.Errorf("got %v", err)
			}
			if len(w.Addresses()) > 0 {
				t.Errorf("state has %q", w.Addresses())
			}
			for _, policy := range s.Tenant().ApplicationAccessPolicies() {
				if policy.AppID == scannerAppID {
					s.Run("Remove-ApplicationAccessPolicy", map[string]any{"Identity": policy.Identity})
				}
			}
		})
	})
}

// creation is which request to Exchange creates the policy, as a run of its own tells.
func creation(t *testing.T, s *acctest.Sandbox) int {
	t.Helper()
	s.Requests().Reset()
	w := core.New(t, s.Providers()["exchange"])
	w.Settle(t.Context(), confined("RestrictAccess", "Finance only"))
	number := 0
	for _, request := range s.Requests().All() {
		if request.Service == fault.Exchange {
			number++
		}
		if request.Cmdlet == "New-ApplicationAccessPolicy" {
			break
		}
	}
	if err := w.Destroy(t.Context()); err != nil {
		t.Fatal(err)
	}
	return number
}

func TestStateHasTheDescriptionThatAFailedUpdateGave(t *testing.T) {
	t.Parallel()
	acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
		s.TestCore(func(w *core.Workspace) {
			w.Settle(t.Context(), confined("RestrictAccess", "Finance only"))
			id := s.Faults().Add(fault.Rule{Cmdlet: "Set-ApplicationAccessPolicy", Fault: fault.Reset().AfterExecution()})
			changed := confined("RestrictAccess", "The finance team's")
			if err := w.Apply(t.Context(), changed); err == nil {
				t.Error("the update succeeded without an answer")
			}
			s.Faults().Remove(id)
			w.ExpectNoChanges(t.Context(), changed)
		})
	})
}

// The second policy replaces the first one, whose identity it has.
func TestPolicyLivesThroughServersThatLag(t *testing.T) {
	t.Parallel()
	for name, stale := range map[string]tenant.StaleReads{
		"every read":       {Every: 1, For: 40 * time.Second},
		"every other read": {Every: 2, For: 50 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				s.TestCore(func(w *core.Workspace) {
					for _, config := range []core.Config{confined("RestrictAccess", "Finance only"), confined("DenyAccess", "Not finance")} {
						if err := w.Apply(t.Context(), config); err != nil {
							t.Fatal(err)
						}
						// The next run begins when the servers agree: what it reads, it has to believe.
						<-time.After(time.Minute)
						w.ExpectNoChanges(t.Context(), config)
					}
				})
			}, func(b *tenant.Behavior) { b.StaleReads = stale })
		})
	}
}
