// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"

	"github.com/google/go-cmp/cmp"
)

// Settle applies a configuration, and fails the test where that fails or leaves something to do: by the state that the
// provider returned, and by what a refresh finds.
func (w *Workspace) Settle(ctx context.Context, config Config, imports ...Import) {
	w.t.Helper()
	if err := w.Apply(ctx, config, imports...); err != nil {
		w.t.Fatalf("applying: %v", err)
	}
	w.ExpectNoChanges(ctx, config)
}

// ExpectApply applies a configuration, and fails the test where that fails, does not make these changes, or leaves
// something to do.
func (w *Workspace) ExpectApply(ctx context.Context, config Config, changes map[string]Action) {
	w.t.Helper()
	plan := w.ExpectPlan(ctx, config, changes)
	if err := w.ApplyPlan(ctx, plan); err != nil {
		w.t.Fatalf("applying: %v", err)
	}
	w.ExpectNoChanges(ctx, config)
}

// ExpectNoChanges fails the test where a configuration that was applied leaves something to do.
func (w *Workspace) ExpectNoChanges(ctx context.Context, config Config) {
	w.t.Helper()
	again, err := w.PlanWithoutRefresh(ctx, config)
	w.nothing("without a refresh", again, err)
	again, err = w.Plan(ctx, config)
	w.nothing("after a refresh", again, err)
}

// nothing fails the test where a plan does something.
func (w *Workspace) nothing(when string, plan *Plan, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("planning %s: %v", when, err)
	}
	for address, action := range plan.Changes() {
		w.t.Errorf("%s there is something to do, %s %s (-state +plan):\n%s", when, action, address, cmp.Diff(w.State(address), plan.Planned(address)))
	}
	if len(plan.Changes()) > 0 {
		w.t.FailNow()
	}
}

// ExpectPlan plans a configuration, fails the test where that fails or the plan's changes are not these, and returns the
// plan.
func (w *Workspace) ExpectPlan(ctx context.Context, config Config, changes map[string]Action, imports ...Import) *Plan {
	w.t.Helper()
	plan, err := w.Plan(ctx, config, imports...)
	if err != nil {
		w.t.Fatalf("planning: %v", err)
	}
	if difference := cmp.Diff(changes, plan.Changes()); difference != "" {
		w.t.Fatalf("the plan is not as expected (-want +got):\n%s", difference)
	}
	return plan
}

// ExpectState fails the test where the attributes of a resource or data source are not these. Those not named are null.
func (w *Workspace) ExpectState(address string, want map[string]any) {
	w.t.Helper()
	got := map[string]any{}
	for name, v := range w.State(address) {
		if _, named := want[name]; named || v != nil {
			got[name] = v
		}
	}
	if difference := cmp.Diff(want, got); difference != "" {
		w.t.Errorf("%s is not as expected (-want +got):\n%s", address, difference)
	}
}

// Reimport forgets a resource of a configuration that was applied, and fails the test where a plan that imports it would
// change anything. Afterwards the state is what it was before.
func (w *Workspace) Reimport(ctx context.Context, config Config, wanted Import) {
	w.t.Helper()
	before := w.Save()
	w.Forget(wanted.Address)
	w.ExpectPlan(ctx, config, map[string]Action{}, wanted)
	w.Restore(before)
}
