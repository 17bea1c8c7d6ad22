// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package mailboxpermission_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const resourceAddress = "exchange_mailbox_permission.test"

// holds gives Adele rights on a mailbox.
func holds(autoMapping bool, rights ...string) core.Config {
	return core.Config{{Address: resourceAddress, Attributes: core.Attributes{
		"mailbox": "support@contoso.com", "user": "adele@contoso.com", "access_rights": rights, "auto_mapping": autoMapping,
	}}}
}

func TestPermissionWhoseGivingWasNotAnsweredIsTakenIntoState(t *testing.T) {
	t.Parallel()
	for name, is := range map[string]fault.Fault{"done": fault.Reset().AfterExecution(), "not done": fault.Reset()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				s.TestCore(func(w *core.Workspace) {
					s.Faults().Add(fault.Rule{Cmdlet: "Add-MailboxPermission", Count: 1, Fault: is})
					w.Settle(t.Context(), holds(true, "FullAccess"))
				})
			})
		})
	}
}

func TestStateHasWhatAnUpdateDidBeforeItFailed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config core.Config
		fails  string
		rights []any
		mapped bool
	}{
		"given and not taken":     {holds(true, "ReadPermission"), "Remove-MailboxPermission", []any{"FullAccess", "ReadPermission"}, true},
		"not taken to be renewed": {holds(false, "FullAccess"), "Remove-MailboxPermission", []any{"FullAccess"}, true},
		"taken and not renewed":   {holds(false, "FullAccess"), "Add-MailboxPermission", []any{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				s.TestCore(func(w *core.Workspace) {
					w.Settle(t.Context(), holds(true, "FullAccess"))
					id := s.Faults().Add(fault.Rule{Cmdlet: test.fails, Fault: fault.Reset()})
					if err := w.Apply(t.Context(), test.config); err == nil {
						t.Error("the update succeeded")
					}
					state := w.State(resourceAddress)
					if difference := cmp.Diff(test.rights, state["access_rights"]); difference != "" || state["auto_mapping"] != test.mapped {
						t.Errorf("auto_mapping is %v, and the rights are (-want +got):\n%s", state["auto_mapping"], difference)
					}
					s.Faults().Remove(id)
					w.Settle(t.Context(), test.config)
					if mapped := s.Tenant().MailboxPermissions(); len(mapped) == 0 {
						t.Error("nobody holds anything")
					}
				})
			})
		})
	}
}

// A renewal is not begun anew where only its last look failed.
func TestStateHasTheAutoMappingOfARenewalThatDoesNotShow(t *testing.T) {
	t.Parallel()
	acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
		s.TestCore(func(w *core.Workspace) {
			w.Settle(t.Context(), holds(true, "FullAccess"))
			renewed := holds(false, "FullAccess")
			plan := w.ExpectPlan(t.Context(), renewed, map[string]core.Action{resourceAddress: core.Update})
			s.Requests().Reset()
			// What follows the giving: one look before the taking, one after it, and then those that fail.
			id := s.Faults().Add(fault.Rule{Cmdlet: "Get-MailboxPermission", From: 3, Fault: fault.Forbidden()})
			if err := w.ApplyPlan(t.Context(), plan); err == nil {
				t.Error("the update succeeded")
			}
			if given := s.Requests().Count("Add-MailboxPermission"); given != 1 {
				t.Fatalf("the rights were given %d times", given)
			}
			s.Faults().Remove(id)
			w.ExpectNoChanges(t.Context(), renewed)
		})
	})
}

func TestPermissionLivesThroughServersThatLag(t *testing.T) {
	t.Parallel()
	for name, stale := range map[string]tenant.StaleReads{
		"every read":       {Every: 1, For: 40 * time.Second},
		"every other read": {Every: 2, For: 50 * time.Second},
		"some reads":       {Every: 3, For: 50 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				s.TestCore(func(w *core.Workspace) {
					for _, config := range []core.Config{holds(true, "FullAccess"), holds(true, "ReadPermission"), holds(false, "FullAccess"), holds(true, "FullAccess")} {
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

func TestPermissionIsReplacedAlthoughAServerStillShowsTheOneThatWent(t *testing.T) {
	t.Parallel()
	inheriting := func(inheritance string) core.Config {
		config := holds(true, "FullAccess")
		config[0].Attributes["inheritance_type"] = inheritance
		return config
	}
	for name, stale := range map[string]tenant.StaleReads{
		"every other read": {Every: 2, For: 50 * time.Second},
		"some reads":       {Every: 3, For: 50 * time.Second},
		"few reads":        {Every: 4, For: 50 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				s.TestCore(func(w *core.Workspace) {
					for _, config := range []core.Config{inheriting("All"), inheriting("None"), inheriting("Children"), inheriting("All"), inheriting("None")} {
						if err := w.Apply(t.Context(), config); err != nil {
							t.Fatal(err)
						}
						<-time.After(time.Minute)
						w.ExpectNoChanges(t.Context(), config)
					}
				})
			}, func(b *tenant.Behavior) { b.StaleReads = stale })
		})
	}
}

// Terraform destroys what left the configuration beside what came into it, in no order. Where both are one entry, as when
// a resource is given another address and nobody told Terraform, it has to be there in the end.
func TestPermissionThatMovesToAnotherResourceStays(t *testing.T) {
	t.Parallel()
	for name, slow := range map[string]fault.Rule{
		"at once":                      {},
		"while it is taken":            {Cmdlet: "Remove-MailboxPermission", Count: 1, Fault: fault.Slow(10 * time.Second)},
		"before its taking is told of": {Cmdlet: "Remove-MailboxPermission", Count: 1, Fault: fault.Slow(10 * time.Second).AfterExecution()},
		"while its list is read":       {Cmdlet: "Get-MailboxPermission", Count: 1, Fault: fault.Slow(10 * time.Second)},
		"while its mailbox is read":    {Cmdlet: "Get-Mailbox", Count: 1, Fault: fault.Slow(10 * time.Second)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				s.TestCore(func(w *core.Workspace) {
					before, after := holds(true, "FullAccess"), holds(true, "FullAccess")
					after[0].Address = "exchange_mailbox_permission.moved"
					w.Settle(t.Context(), before)
					plan, err := w.Plan(t.Context(), after)
					if err != nil {
						t.Fatal(err)
					}
					if slow.Cmdlet != "" {
						s.Faults().Add(slow)
					}
					if err := w.ApplyPlan(t.Context(), plan); err != nil {
						t.Fatal(err)
					}
					w.ExpectNoChanges(t.Context(), after)
				})
			})
		})
	}
}
