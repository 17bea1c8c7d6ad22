// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
)

const one, two = "fake_thing.one", "fake_thing.two"

func makes(address, name string, further ...any) core.Block {
	attributes := core.Attributes{"name": name}
	for i := 0; i+1 < len(further); i += 2 {
		attributes[further[i].(string)] = further[i+1] //nolint:forcetypeassert // The tests below name attributes by strings.
	}
	return core.Block{Address: address, Attributes: attributes}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if difference := cmp.Diff(want, got); difference != "" {
		t.Errorf("%s (-want +got):\n%s", what, difference)
	}
}

// refused checks that a run failed for a reason, and with the diagnostic that has it.
func refused(t *testing.T, err error, summary string) {
	t.Helper()
	var all core.Error
	if !errors.As(err, &all) || !slices.ContainsFunc(all, func(d core.Diagnostic) bool { return d.Summary == summary }) {
		t.Errorf("the run failed with %v, want %q", err, summary)
	}
}

func TestAThingIsMadeChangedReplacedAndDestroyed(t *testing.T) {
	t.Parallel()
	s := newShelf()
	w := core.New(t, s.server)

	w.Settle(t.Context(), core.Config{makes(one, "cup", "tags", []string{"b", "a", "b"}, "limit", map[string]any{"most": "3"})})
	same(t, "state", w.State(one), map[string]any{
		"id": "1", "name": "cup", "size": nil, "note": "none", "tags": []any{"a", "b"}, "limit": map[string]any{"most": "3"},
	})
	same(t, "identity", w.Identity(one), map[string]any{"id": "1"})

	changed := core.Config{makes(one, "cup", "size", 2)}
	plan, err := w.Plan(t.Context(), changed)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "plan", plan.Changes(), map[string]core.Action{one: core.Update})
	w.Settle(t.Context(), changed)
	same(t, "size", w.State(one)["size"], 2.0)

	replaced := core.Config{makes(one, "mug", "size", 2)}
	plan, err = w.Plan(t.Context(), replaced)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "plan", plan.Action(one), core.DeleteThenCreate)
	same(t, "planned", plan.Planned(one)["id"], any(core.Unknown))
	w.Settle(t.Context(), replaced)
	same(t, "changes", s.changes(), []string{"create cup", "update cup", "delete cup", "create mug"})

	if err := w.Destroy(t.Context()); err != nil {
		t.Fatal(err)
	}
	same(t, "state", w.Addresses(), []string(nil))
	same(t, "changes", s.changes(), []string{"delete mug"})
}

func TestReferencesAreUnknownUntilTheyAreMade(t *testing.T) {
	t.Parallel()
	s := newShelf()
	w := core.New(t, s.server)
	config := core.Config{
		makes(one, "cup"),
		makes(two, "saucer", "note", core.Reference("fake_thing.one.id")),
		{Address: "data.fake_count.all", Attributes: core.Attributes{"of": core.Reference("fake_thing.two.note")}},
	}
	plan, err := w.Plan(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "planned note", plan.Planned(two)["note"], any(core.Unknown))
	same(t, "action of the data source", plan.Action("data.fake_count.all"), core.Read)
	if err := w.ApplyPlan(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	same(t, "note", w.State(two)["note"], any("1"))
	same(t, "data source", w.State("data.fake_count.all"), map[string]any{"of": "1", "total": 2.0})
	w.Settle(t.Context(), config)
	s.changes()
	if err := w.Destroy(t.Context()); err != nil {
		t.Fatal(err)
	}
	same(t, "order", s.changes(), []string{"delete saucer", "delete cup"})
}

func TestAValueOfTheApplyIsUnknownInThePlan(t *testing.T) {
	t.Parallel()
	w := core.New(t, newShelf().server)
	w.Settle(t.Context(), core.Config{makes(one, "cup", "note", "x")})
	config := core.Config{makes(one, "cup", "note", core.AtApply{Value: "x"})}
	plan, err := w.Plan(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "action", plan.Action(one), core.Update)
	// It turns out to be no change, which is no inconsistency.
	if err := w.ApplyPlan(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	same(t, "note", w.State(one)["note"], any("x"))
}

func TestADataSourceWaitsForWhatItDependsOn(t *testing.T) {
	t.Parallel()
	w := core.New(t, newShelf().server)
	config := core.Config{makes(one, "cup"), {Address: "data.fake_count.all", DependsOn: []string{one}}}
	if err := w.Apply(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	same(t, "count", w.State("data.fake_count.all")["total"], any(1.0))
	plan, err := w.Plan(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "action", plan.Action("data.fake_count.all"), core.NoOp)
}

func TestWhatIsReplacedMayBeDestroyedLast(t *testing.T) {
	t.Parallel()
	s := newShelf()
	w := core.New(t, s.server)
	config := func(name string) core.Config {
		user := makes(two, "saucer", "note", core.Reference("fake_thing.one.id"))
		user.CreateBeforeDestroy = true
		return core.Config{makes(one, name), user}
	}
	w.Settle(t.Context(), config("cup"))
	s.changes()
	plan, err := w.Plan(t.Context(), config("mug"))
	if err != nil {
		t.Fatal(err)
	}
	// What a resource that is created before it is destroyed depends on, is too.
	same(t, "plan", plan.Changes(), map[string]core.Action{one: core.CreateThenDelete, two: core.Update})

	s.beforeDelete = func(context.Context, thing) error { return errors.New("in use") }
	refused(t, w.ApplyPlan(t.Context(), plan), "The shelf refused")
	same(t, "changes", s.changes(), []string{"create mug", "update saucer"})
	same(t, "deposed", w.Deposed(one), 1)
	s.beforeDelete = nil
	plan, err = w.Plan(t.Context(), config("mug"))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "plan", plan.Changes(), map[string]core.Action{one: core.Delete})
	w.Settle(t.Context(), config("mug"))
	same(t, "changes", s.changes(), []string{"delete cup"})
	same(t, "deposed", w.Deposed(one), 0)
}

func TestWhatCannotBeReplacedComesBack(t *testing.T) {
	t.Parallel()
	s := newShelf()
	w := core.New(t, s.server)
	config := func(name string) core.Config {
		block := makes(one, name)
		block.CreateBeforeDestroy = true
		return core.Config{block}
	}
	w.Settle(t.Context(), config("cup"))
	before := w.Save()
	plan, err := w.Plan(t.Context(), config("mug"))
	if err != nil {
		t.Fatal(err)
	}
	wrapped := func() { s.afterCreate = func(context.Context, thing) error { return errors.New("no room") } }
	wrapped()
	refused(t, w.ApplyPlan(t.Context(), plan), "The shelf refused")
	// The new one is half made, so there are both: it is tainted, and the old one is still to go.
	same(t, "tainted", w.Tainted(one), true)
	same(t, "deposed", w.Deposed(one), 1)
	if w.Restore(before); w.Tainted(one) {
		t.Error("a state that was restored is not what was saved")
	}
}

func TestAHalfMadeThingIsTaintedAndReplaced(t *testing.T) {
	t.Parallel()
	s := newShelf()
	w := core.New(t, s.server)
	config := core.Config{makes(one, "cup"), makes(two, "saucer", "note", core.Reference("fake_thing.one.id"))}
	s.afterCreate = func(context.Context, thing) error { return errors.New("fell off") }
	err := w.Apply(t.Context(), config)
	refused(t, err, "The shelf refused")
	if want := "with fake_thing.one, name\nfell off"; !strings.Contains(err.Error(), want) {
		t.Errorf("the error is %q, want it to have %q", err, want)
	}
	same(t, "what was made", w.Addresses(), []string{one})
	same(t, "tainted", w.Tainted(one), true)
	s.afterCreate = nil
	w.Settle(t.Context(), config)
	same(t, "changes", s.changes(), []string{"create cup", "delete cup", "create cup", "create saucer"})
	same(t, "tainted", w.Tainted(one), false)
}

func TestAFailedChangeKeepsTheStateThatWas(t *testing.T) {
	t.Parallel()
	s := newShelf()
	w := core.New(t, s.server)
	w.Settle(t.Context(), core.Config{makes(one, "cup"), makes(two, "saucer")})
	s.beforeUpdate = func(_ context.Context, changed thing) error {
		if changed.Name.ValueString() == "cup" {
			return errors.New("glued")
		}
		return nil
	}
	refused(t, w.Apply(t.Context(), core.Config{makes(one, "cup", "size", 1), makes(two, "saucer", "size", 1)}), "The shelf refused")
	same(t, "what failed", w.State(one)["size"], any(nil))
	same(t, "what did not", w.State(two)["size"], any(1.0))
	same(t, "warnings", w.Warnings(), []core.Diagnostic{{Address: two, Summary: "Thing changed", Detail: "saucer"}})

	s.beforeDelete = func(context.Context, thing) error { return errors.New("glued") }
	refused(t, w.Destroy(t.Context()), "The shelf refused")
	same(t, "state", w.Addresses(), []string{one, two})
}

func TestAFailedReadFailsThePlanAndKeepsTheState(t *testing.T) {
	t.Parallel()
	s := newShelf()
	w := core.New(t, s.server)
	config := core.Config{makes(one, "cup")}
	w.Settle(t.Context(), config)
	before := string(w.Save())
	s.beforeRead = func(context.Context, thing) error { return errors.New("dark") }
	refused(t, w.Apply(t.Context(), config), "The shelf refused")
	refused(t, w.Refresh(t.Context()), "The shelf refused")
	same(t, "state", string(w.Save()), before)
	if _, err := w.PlanWithoutRefresh(t.Context(), config); err != nil {
		t.Error(err)
	}
}

func TestWhatVanishedIsDriftAndMadeAnew(t *testing.T) {
	t.Parallel()
	s := newShelf()
	w := core.New(t, s.server)
	config := core.Config{makes(one, "cup")}
	w.Settle(t.Context(), config)
	s.remove("cup")
	plan, err := w.Plan(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "plan", plan.Action(one), core.Create)
	same(t, "drift", plan.Drifted(), []string{one})
	if w.State(one) == nil {
		t.Error("a plan changed the state")
	}
	if err := w.Refresh(t.Context()); err != nil || w.State(one) != nil {
		t.Errorf("a refresh left %v in state, and the error %v", w.State(one), err)
	}
}

func TestAnImportIsTakenIntoStateByIDAndByIdentity(t *testing.T) {
	t.Parallel()
	s := newShelf()
	w := core.New(t, s.server)
	config := core.Config{makes(one, "cup")}
	w.Settle(t.Context(), config)
	before := string(w.Save())

	w.Forget(one)
	plan, err := w.Plan(t.Context(), config, core.Import{Address: one, ID: "1"})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "plan", plan.Changes(), map[string]core.Action{})
	if err := w.ApplyPlan(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	same(t, "state", string(w.Save()), before)

	w.Forget(one)
	if err := w.Import(t.Context(), core.Import{Address: one, Identity: map[string]any{"id": "1"}}); err != nil {
		t.Fatal(err)
	}
	same(t, "name", w.State(one)["name"], any("cup"))
	w.Forget(one)
	refused(t, w.Import(t.Context(), core.Import{Address: one, ID: "9"}), "Cannot import non-existent remote object")
}

func TestAListHasIdentitiesAndWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	w := core.New(t, newShelf().server)
	w.Settle(t.Context(), core.Config{makes(one, "cup"), makes(two, "saucer", "note", core.Reference("fake_thing.one.id"))})
	found, err := w.List(t.Context(), core.List{Type: "fake_thing", IncludeResource: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []core.Listed{
		{DisplayName: "cup", Identity: map[string]any{"id": "1"}, Resource: w.State(one)},
		{DisplayName: "saucer", Identity: map[string]any{"id": "2"}, Resource: w.State(two)},
	}
	same(t, "list", found, want)
}

func TestAnInterruptedApplyEndsWhatItBeganAndBeginsNothing(t *testing.T) {
	t.Parallel()
	s := newShelf()
	w := core.New(t, s.server)
	ctx, interrupt := context.WithCancel(t.Context())
	s.afterCreate = func(calls context.Context, _ thing) error {
		interrupt()
		<-calls.Done() // The provider was told to stop.
		return nil
	}
	err := w.Apply(ctx, core.Config{makes(one, "cup"), makes(two, "saucer", "note", core.Reference("fake_thing.one.id"))})
	refused(t, err, "Interrupted")
	same(t, "state", w.Addresses(), []string{one})
	same(t, "tainted", w.Tainted(one), false)
	same(t, "shelf", s.names(), []string{"cup"})
}

func TestWhatTerraformItselfRefuses(t *testing.T) {
	t.Parallel()
	for summary, block := range map[string]core.Block{
		"Missing required argument":          {Address: one},
		"Unsupported argument":               makes(one, "cup", "colour", "red"),
		"Value for unconfigurable attribute": makes(one, "cup", "id", "1"),
		"Incorrect attribute value type":     makes(one, "cup", "size", "big"),
	} {
		t.Run(summary, func(t *testing.T) {
			t.Parallel()
			s := newShelf()
			refused(t, core.New(t, s.server).Apply(t.Context(), core.Config{block}), summary)
			same(t, "changes", s.changes(), []string(nil))
		})
	}
}
