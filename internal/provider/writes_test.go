// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// asked are the requests to Exchange, in order. A batch is one, whatever it holds.
func asked(s *acctest.Sandbox) []string {
	var cmdlets []string
	for _, request := range s.Requests().All() {
		if request.Service == fault.Exchange && request.Item == 0 {
			cmdlets = append(cmdlets, request.Cmdlet)
		}
	}
	return cmdlets
}

// applied plans a configuration, and returns what applying it asked of Exchange.
func applied(t *testing.T, s *acctest.Sandbox, w *core.Workspace, config core.Config) []string {
	t.Helper()
	plan, err := w.Plan(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	s.Requests().Reset()
	if err := w.ApplyPlan(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	return asked(s)
}

// What is created, changed and deleted by one request takes that one, and one more where it has to be seen: an
// assignment, a policy or a permission that the next plan does not see is one that it loses.
func TestAWriteSendsNoMoreThanItNeeds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind                     string
		made, changed            core.Attributes
		create, update, deletion []string
	}{
		"service principal": {
			kind:     "exchange_service_principal",
			made:     core.Attributes{"app_id": scannerApp, "object_id": scannerObject},
			changed:  core.Attributes{"app_id": scannerApp, "object_id": scannerObject, "display_name": "Scanner"},
			create:   []string{"New-ServicePrincipal"},
			update:   []string{"Get-ServicePrincipal", "Set-ServicePrincipal", "Get-ServicePrincipal"},
			deletion: []string{"Remove-ServicePrincipal"},
		},
		"management scope": {
			kind:     "exchange_management_scope",
			made:     core.Attributes{"name": "Invoices", "recipient_filter": "Alias -eq 'invoices'"},
			changed:  core.Attributes{"name": "Bills", "recipient_filter": "Alias -eq 'bills'"},
			create:   []string{"New-ManagementScope"},
			update:   []string{"Get-ManagementScope", "Set-ManagementScope", "Get-ManagementScope"},
			deletion: []string{"Remove-ManagementScope"},
		},
		"role assignment": {
			kind:     "exchange_role_assignment",
			made:     core.Attributes{"name": "Scanner reads", "role": "Application Mail.Read", "app": "33333333-3333-3333-3333-0000000000bb"},
			changed:  core.Attributes{"name": "Scanner reads", "role": "Application Mail.Read", "app": "33333333-3333-3333-3333-0000000000bb", "enabled": false},
			create:   []string{"New-ManagementRoleAssignment", "Get-ManagementRoleAssignment"},
			update:   []string{"Get-ManagementRoleAssignment", "Set-ManagementRoleAssignment", "Get-ManagementRoleAssignment"},
			deletion: []string{"Remove-ManagementRoleAssignment"},
		},
		"application access policy": {
			kind:     "exchange_application_access_policy",
			made:     core.Attributes{"app_id": scannerApp, "policy_scope_group_id": "Finance Team", "access_right": "RestrictAccess"},
			changed:  core.Attributes{"app_id": scannerApp, "policy_scope_group_id": "Finance Team", "access_right": "RestrictAccess", "description": "Finance"},
			create:   []string{"Get-Recipient", "Get-ApplicationAccessPolicy", "New-ApplicationAccessPolicy", "Get-ApplicationAccessPolicy"},
			update:   []string{"Get-Recipient", "Set-ApplicationAccessPolicy", "Get-ApplicationAccessPolicy"},
			deletion: []string{"Remove-ApplicationAccessPolicy"},
		},
		"mailbox permission": {
			kind:     "exchange_mailbox_permission",
			made:     core.Attributes{"mailbox": "support@contoso.com", "user": "megan@contoso.com", "access_rights": []string{"FullAccess"}},
			changed:  core.Attributes{"mailbox": "support@contoso.com", "user": "megan@contoso.com", "access_rights": []string{"FullAccess", "ReadPermission"}},
			create:   []string{"Get-Mailbox", "Get-MailboxPermission", "Add-MailboxPermission", "Get-MailboxPermission"},
			update:   []string{"Get-MailboxPermission", "Add-MailboxPermission", "Get-MailboxPermission"},
			deletion: []string{"Remove-MailboxPermission", "Get-MailboxPermission"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				w := core.New(t, s.Providers()["exchange"])
				address := test.kind + ".test"
				for _, step := range []struct {
					name   string
					config core.Config
					want   []string
				}{
					{"creation", core.Config{{Address: address, Attributes: test.made}}, test.create},
					{"update", core.Config{{Address: address, Attributes: test.changed}}, test.update},
					{"deletion", nil, test.deletion},
				} {
					if difference := cmp.Diff(step.want, applied(t, s, w, step.config)); difference != "" {
						t.Errorf("the %s (-want +got):\n%s", step.name, difference)
					}
				}
			})
		})
	}
}

// The application that contoso scans invoices with, and the enterprise application of it.
const (
	scannerApp    = "22222222-2222-2222-2222-222222222222"
	scannerObject = "33333333-3333-3333-3333-333333333333"
)

// many is the configuration of independent assignments.
func many(count int) (config core.Config) {
	for i := range count {
		config = append(config, core.Block{Address: fmt.Sprintf("exchange_role_assignment.test%d", i), Attributes: core.Attributes{
			"name": fmt.Sprintf("Assignment %03d", i), "role": "Application Mail.Read", "app": "33333333-3333-3333-3333-0000000000bb",
			"custom_resource_scope": "Payroll mailboxes",
		}})
	}
	return config
}

// widest is how many requests that were answered after a time were under way at once.
func widest(s *acctest.Sandbox, takes time.Duration) int {
	var ends []time.Time
	for _, request := range s.Requests().All() {
		if request.Service == fault.Exchange && request.Item == 0 {
			ends = append(ends, request.At)
		}
	}
	most := 0
	for _, end := range ends {
		// Those that had begun and had not ended right before this one ended.
		under := 0
		for _, other := range ends {
			if !other.Before(end) && other.Add(-takes).Before(end) {
				under++
			}
		}
		most = max(most, under)
	}
	return most
}

func TestIndependentWritesRunAsWideAsTheLimit(t *testing.T) {
	t.Parallel()
	const count, takes = 100, 150 * time.Millisecond
	for _, limit := range []int{1, 8} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				w := core.New(t, s.Providers("EXCHANGE_MAX_CONCURRENCY", fmt.Sprint(limit))["exchange"])
				for _, step := range []struct {
					name   string
					config core.Config
					most   int // requests
				}{{"creation", many(count), 2 * count}, {"deletion", nil, count}} {
					plan, err := w.Plan(t.Context(), step.config)
					if err != nil {
						t.Fatal(err)
					}
					s.Requests().Reset()
					slow := s.Faults().Add(fault.Rule{Service: fault.Exchange, Fault: fault.Slow(takes)})
					begun := time.Now()
					if err := w.ApplyPlan(t.Context(), plan); err != nil {
						t.Fatal(err)
					}
					took := time.Since(begun)
					s.Faults().Remove(slow)
					requests := len(asked(s))
					if requests > step.most {
						t.Errorf("%s took %d requests, want at most %d", step.name, requests, step.most)
					}
					if got := widest(s, takes); got != limit {
						t.Errorf("%s: %d requests were under way at once, want %d", step.name, got, limit)
					}
					// No place was empty while there was something to do.
					if want := time.Duration((requests+limit-1)/limit) * takes; took != want {
						t.Errorf("%s took %s for %d requests, want %s", step.name, took, requests, want)
					}
				}
			})
		})
	}
}

// Where Exchange finds no scope and no assignment by its GUID, everything is removed all the same, and nothing else.
func TestObjectsAreReplacedAndDestroyedWhereExchangeTakesNoGUID(t *testing.T) {
	t.Parallel()
	const last = "Remove-ManagementRoleAssignment"
	for name, fails := range map[string]fault.Rule{
		"nothing fails":             {},
		"an answer is lost":         {Cmdlet: last, From: 2, Count: 1, Fault: fault.Reset().AfterExecution()},
		"a request is lost":         {Cmdlet: last, From: 2, Count: 1, Fault: fault.Reset()},
		"the first answer is lost":  {Cmdlet: last, Count: 1, Fault: fault.Reset().AfterExecution()},
		"a scope's answer is lost":  {Cmdlet: "Remove-ManagementScope", From: 2, Count: 1, Fault: fault.Reset().AfterExecution()},
		"GUIDs are not understood":  {Cmdlet: "Remove-*", Count: 2, Fault: fault.BadValue()},
		"the look fails for a time": {Cmdlet: "Get-ManagementRoleAssignment", Count: 2, Fault: fault.ADTransient()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				s.TestCore(func(w *core.Workspace) {
					config := func(role string, exclusive bool) core.Config {
						return core.Config{
							{Address: "exchange_role_assignment.test", Attributes: core.Attributes{
								"name": "Scanner reads", "role": role, "app": "33333333-3333-3333-3333-0000000000bb",
							}},
							{Address: "exchange_management_scope.test", Attributes: core.Attributes{
								"name": "Invoices", "recipient_filter": "Alias -eq 'invoices'", "exclusive": exclusive,
							}},
						}
					}
					w.Settle(t.Context(), config("Application Mail.Read", false))
					replaced := config("Application Mail.ReadBasic", true)
					plan := w.ExpectPlan(t.Context(), replaced, map[string]core.Action{
						"exchange_role_assignment.test": core.DeleteThenCreate, "exchange_management_scope.test": core.DeleteThenCreate,
					})
					if fails.Cmdlet != "" {
						s.Faults().Add(fails)
					}
					if err := w.ApplyPlan(t.Context(), plan); err != nil {
						t.Fatal(err)
					}
					s.Faults().Clear()
					w.ExpectNoChanges(t.Context(), replaced)
				})
			}, func(b *tenant.Behavior) { b.GUIDIdentity = tenant.ValueRefused })
		})
	}
}

func TestWhatTookTheNameOfADestroyedObjectStays(t *testing.T) {
	t.Parallel()
	for name, identity := range map[string]tenant.Acceptance{"found by GUID": tenant.ValueAccepted, "found by name": tenant.ValueRefused} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				w := core.New(t, s.Providers()["exchange"])
				config := core.Config{
					many(1)[0],
					{Address: "exchange_management_scope.test", Attributes: core.Attributes{"name": "Invoices", "recipient_filter": "Alias -eq 'invoices'"}},
				}
				w.Settle(t.Context(), config)
				plan, err := w.Plan(t.Context(), nil)
				if err != nil {
					t.Fatal(err)
				}
				s.Run("Remove-ManagementRoleAssignment", map[string]any{"Identity": "Assignment 000"})
				s.Run("New-ManagementRoleAssignment", map[string]any{"Name": "Assignment 000", "Role": "Application Mail.Send", "App": "33333333-3333-3333-3333-0000000000bb"})
				s.Run("Remove-ManagementScope", map[string]any{"Identity": "Invoices"})
				s.Run("New-ManagementScope", map[string]any{"Name": "Invoices", "RecipientRestrictionFilter": "Alias -eq 'others'"})
				before := s.Snapshot()
				if err := w.ApplyPlan(t.Context(), plan); err != nil {
					t.Error(err)
				}
				if difference := cmp.Diff(before, s.Snapshot()); difference != "" {
					t.Errorf("destroying changed what is somebody else's (-before +after):\n%s", difference)
				}
			}, func(b *tenant.Behavior) { b.GUIDIdentity = identity })
		})
	}
}
