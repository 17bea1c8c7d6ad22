// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Apply plans and applies a configuration. State keeps what was done, whether or not all of it was.
func (w *Workspace) Apply(ctx context.Context, config Config, imports ...Import) error {
	w.t.Helper()
	plan, err := w.Plan(ctx, config, imports...)
	if err != nil {
		return err
	}
	return w.ApplyPlan(ctx, plan)
}

// Destroy destroys everything in state.
func (w *Workspace) Destroy(ctx context.Context) error {
	w.t.Helper()
	return w.Apply(ctx, nil)
}

// ApplyPlan does what was planned, with another provider than the one that planned it.
func (w *Workspace) ApplyPlan(ctx context.Context, p *Plan) error {
	w.t.Helper()
	if p.serial != w.serial {
		w.t.Fatal("the plan is stale: the state has changed since, or the plan was applied")
	}
	w.state = p.state
	w.serial++
	r, calls, end := w.begin(ctx)
	defer end()
	if r.err() != nil {
		return r.err()
	}
	applying := &applying{run: r, plan: p, calls: calls}
	r.walk(applying.steps())
	return r.err()
}

// applying is a run of apply.
type applying struct {
	*run
	plan  *Plan
	calls context.Context
}

// steps are what the plan has to do, each after what it needs to be done before.
func (a *applying) steps() []*step {
	makes, destroys := map[string]*step{}, map[string]*step{}
	var all []*step
	for _, block := range a.plan.config {
		c := a.plan.changes[block.Address]
		s := &step{do: func() bool { return a.resource(c) }}
		if block.isData() {
			s.do = func() bool { return a.data(c) }
		}
		for _, dependency := range a.plan.ancestors[block.Address] {
			s.after = append(s.after, makes[dependency])
		}
		makes[block.Address] = s
		all = append(all, s)
	}
	for address, c := range a.plan.changes {
		if c.action == Delete || c.action.replaces() || len(c.deposed) > 0 {
			destroys[address] = &step{do: func() bool { return a.destroy(address, c) }}
			all = append(all, destroys[address])
		}
	}
	for address, destroy := range destroys {
		goesFirst := a.plan.changes[address].goesFirst()
		order := func(user *step) {
			switch {
			case user == nil:
			case goesFirst:
				user.after = append(user.after, destroy)
			default:
				destroy.after = append(destroy.after, user)
			}
		}
		order(makes[address])
		for user, i := range a.plan.state {
			if user != address && slices.Contains(i.Dependencies, address) {
				order(makes[user])
				if destroys[user] != nil && (!goesFirst || a.plan.changes[user].goesFirst()) {
					destroy.after = append(destroy.after, destroys[user])
				}
			}
		}
		for user, ancestors := range a.plan.ancestors {
			if !goesFirst && slices.Contains(ancestors, address) {
				order(makes[user])
			}
		}
	}
	return all
}

// goesFirst tells whether the old object is destroyed before anything is made in its place, and of what used it.
func (c *change) goesFirst() bool {
	return c.action == DeleteThenCreate || c.action == Delete && !c.first
}

// dependencies are the resources that one depends on, which state remembers for the day it is destroyed.
func (a *applying) dependencies(address string) []string {
	return slices.DeleteFunc(slices.Clone(a.plan.ancestors[address]), func(ancestor string) bool { return Block{Address: ancestor}.isData() })
}

// resource makes or changes a resource.
func (a *applying) resource(c *change) bool {
	address, k := c.block.Address, a.kindOf(c.block.Address)
	keep := func(v *value) { a.keep(address, v, a.dependencies(address), c.first) }
	if c.action == NoOp {
		keep(c.before)
		a.see(address, c.before.state)
		return true
	}
	config, ok := a.valid(a.calls, *c.block, evaluation{value: a.value, applying: true})
	if !ok {
		return false
	}
	before := c.before
	if c.action == CreateThenDelete {
		a.depose(address, c)
	}
	if c.action.replaces() {
		before = nil
	}
	// What was not known while planning is known now, so the provider plans again, and has to plan the same.
	again, ok := a.change(a.calls, address, k, config, before, c.first)
	if !ok {
		a.undepose(address, c)
		return false
	}
	wrong := unkept(c.after, again.after, address)
	if again.action != c.action && (c.action != Update || again.action != NoOp) && (!c.action.replaces() || again.action != Create) {
		wrong = append(wrong, string(c.action)+" was planned and became "+string(again.action))
	}
	if len(wrong) > 0 {
		a.broke(address, "Provider produced inconsistent final plan", strings.Join(wrong, "; "))
		a.undepose(address, c)
		return false
	}
	if again.action == NoOp {
		keep(before)
		a.see(address, before.state)
		return true
	}
	became, ok := a.apply(k, address, config, again)
	keep(became)
	if became == nil {
		a.undepose(address, c)
	} else {
		a.see(address, became.state)
	}
	return ok
}

// depose puts the current object aside, to be destroyed after its replacement was made.
func (a *applying) depose(address string, c *change) {
	a.mu.Lock()
	defer a.mu.Unlock()
	i := a.state[address]
	c.deposed = append(c.deposed, deposed{i.Current, *c.before})
	i.Deposed = append(i.Deposed, i.Current)
	i.Current = nil
}

// undepose takes the old object back where nothing took its place.
func (a *applying) undepose(address string, c *change) {
	if c.action != CreateThenDelete {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	i := a.state[address]
	last := len(i.Deposed) - 1
	i.Current, i.Deposed = i.Deposed[last], i.Deposed[:last]
}

// destroy destroys what a change leaves no room for.
func (a *applying) destroy(address string, c *change) bool {
	k, ok := a.kindOf(address), true
	if c.action == Delete || c.action == DeleteThenCreate {
		a.mu.Lock()
		i := a.state[address]
		a.mu.Unlock()
		var left *value
		left, ok = a.end(k, address, *c.before)
		a.keep(address, left, i.Dependencies, i.CreateBeforeDestroy)
	}
	for _, old := range c.deposed {
		left, done := a.end(k, address, old.value)
		a.mu.Lock()
		i := a.state[address]
		at := slices.Index(i.Deposed, old.stored)
		if left == nil {
			i.Deposed = slices.Delete(i.Deposed, at, at+1)
		} else {
			*i.Deposed[at] = k.stored(*left)
		}
		if i.Current == nil && len(i.Deposed) == 0 {
			delete(a.state, address)
		}
		a.mu.Unlock()
		ok = ok && done
	}
	return ok
}

// end destroys an object, and returns what is left of it. It is planned again, as everything is while it is applied.
func (a *applying) end(k kind, address string, v value) (*value, bool) {
	private, ok := a.destroys(a.calls, k, address, v)
	if !ok {
		return &v, false
	}
	return a.apply(k, address, k.none(), &change{action: Delete, before: &v, after: k.none(), private: private, identity: v.identity})
}

// apply has the provider do what was planned for an object, and returns what is left of it.
func (a *applying) apply(k kind, address string, config tftypes.Value, c *change) (*value, bool) {
	prior := value{state: k.none()}
	if c.before != nil {
		prior = *c.before
	}
	answer, err := a.server.ApplyResourceChange(a.calls, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: k.name, PriorState: dynamic(prior.state), PlannedState: dynamic(c.after), Config: dynamic(config),
		PlannedPrivate: c.private, PlannedIdentity: identity(c.identity),
	})
	if !a.answered(address, err) {
		return c.before, false
	}
	ok := a.heard(address, answer.Diagnostics)
	state, conforms := a.object(k, address, answer.NewState)
	names, named := a.identified(k, address, answer.NewIdentity)
	if !conforms || !named {
		return c.before, false
	}
	// What the provider said went wrong is said already, and explains what else is amiss.
	if ok {
		ok = a.kept(address, c, state, names)
	}
	switch {
	case state.IsNull() && ok:
		return nil, true
	case state.IsNull():
		return c.before, false
	default:
		tainted := !ok && (prior.tainted || c.before == nil)
		return &value{withoutUnknown(state), answer.Private, names, tainted}, ok
	}
}

// kept tells whether an object that was applied without an error is what was planned.
func (a *applying) kept(address string, c *change, state, names tftypes.Value) bool {
	const invalid, inconsistent = "Provider returned invalid result object after apply", "Provider produced inconsistent result after apply"
	switch {
	case c.action == Delete && !state.IsNull():
		a.broke(address, invalid, "Something is left of what was destroyed.")
	case c.action == Delete:
		return true
	case state.IsNull():
		a.broke(address, invalid, "Nothing is there after it was applied.")
	case !state.IsFullyKnown():
		a.broke(address, invalid, "It has parts that are not known: "+state.String())
	default:
		if wrong := unkept(c.after, state, address); len(wrong) > 0 {
			a.broke(address, inconsistent, strings.Join(wrong, "; "))
			return false
		}
		return a.sameIdentity(address, c.identity, names)
	}
	return false
}

// data reads a data source that the plan could not read, or takes what the plan read.
func (a *applying) data(c *change) bool {
	address, k := c.block.Address, a.kindOf(c.block.Address)
	v := c.after
	if c.action == Read {
		config, ok := a.valid(a.calls, *c.block, evaluation{value: a.value, applying: true})
		if !ok {
			return false
		}
		if v, ok = a.read(a.calls, k, address, config); !ok {
			return false
		}
	}
	a.keep(address, &value{state: v}, nil, false)
	a.see(address, v)
	return true
}
