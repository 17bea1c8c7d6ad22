// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// resource refreshes and plans a resource that the configuration has.
func (p *planning) resource(block Block, first bool) bool {
	k := p.kindOf(block.Address)
	config, ok := p.valid(p.calls, block, evaluation{value: p.value})
	if !ok {
		return false
	}
	current, old, ok := p.prior(block.Address, k)
	if ok && current == nil {
		if wanted, importing := p.imports[block.Address]; importing {
			current, ok = p.imported(p.calls, k, wanted)
		}
	}
	if !ok {
		return false
	}
	c, ok := p.change(p.calls, block.Address, k, config, current, first)
	if !ok {
		return false
	}
	c.block, c.deposed, c.first = &block, old, first
	p.note(block.Address, c)
	return p.destroysDeposed(k, block.Address, c)
}

// orphan refreshes a resource that the configuration has no more, and plans to destroy it.
func (p *planning) orphan(address string, first bool) bool {
	k := p.kindOf(address)
	current, old, ok := p.prior(address, k)
	if !ok {
		return false
	}
	c := &change{action: NoOp, before: current, after: k.none(), deposed: old, first: first}
	if current != nil {
		c.action = Delete
		if _, ok := p.destroys(p.calls, k, address, *current); !ok {
			return false
		}
	}
	if current != nil || len(old) > 0 {
		p.note(address, c)
	}
	return p.destroysDeposed(k, address, c)
}

// destroysDeposed plans to destroy the objects that were replaced before and could not be destroyed then.
func (p *planning) destroysDeposed(k kind, address string, c *change) bool {
	for _, old := range c.deposed {
		if _, ok := p.destroys(p.calls, k, address, old.value); !ok {
			return false
		}
	}
	return true
}

// note takes a change into the plan.
func (p *planning) note(address string, c *change) {
	p.mu.Lock()
	p.plan.changes[address] = c
	p.mu.Unlock()
	p.see(address, c.after)
}

// prior reads what state has for an address, and what became of that. A change is drift.
func (p *planning) prior(address string, k kind) (current *value, old []deposed, ok bool) {
	p.mu.Lock()
	i := p.plan.state[address]
	p.mu.Unlock()
	if i == nil {
		return nil, nil, true
	}
	kept := &instance{Dependencies: i.Dependencies, CreateBeforeDestroy: i.CreateBeforeDestroy}
	for _, o := range i.Deposed {
		v, ok := p.became(address, k, *o)
		if !ok {
			return nil, nil, false
		}
		if v != nil {
			stored := k.stored(*v)
			kept.Deposed = append(kept.Deposed, &stored)
			old = append(old, deposed{&stored, *v})
		}
	}
	if i.Current != nil {
		if current, ok = p.became(address, k, *i.Current); !ok {
			return nil, nil, false
		}
		if current != nil {
			stored := k.stored(*current)
			kept.Current = &stored
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.plan.state[address] = kept; kept.Current == nil && len(kept.Deposed) == 0 {
		delete(p.plan.state, address)
	}
	return current, old, true
}

// became upgrades and refreshes an object of state.
func (p *planning) became(address string, k kind, o object) (*value, bool) {
	was, ok := p.upgraded(p.calls, k, address, o)
	if !ok || !p.refresh {
		return &was, ok
	}
	is, ok := p.refreshed(p.calls, k, address, was)
	if ok && (is == nil || !is.state.Equal(was.state)) {
		p.mu.Lock()
		p.plan.drifted = append(p.plan.drifted, address)
		p.mu.Unlock()
	}
	return is, ok
}

// data reads a data source, or leaves that to the apply: where its configuration is not known before, or something that
// it depends on by depends_on is to change.
func (p *planning) data(block Block) bool {
	k := p.kindOf(block.Address)
	config, ok := p.valid(p.calls, block, evaluation{value: p.value})
	if !ok {
		return false
	}
	c := &change{action: NoOp, block: &block}
	if !config.IsFullyKnown() || p.pending(block) {
		values := attributes(k.unknownAttributes())
		for name, v := range attributes(config) {
			if !v.IsNull() {
				values[name] = v
			}
		}
		c.action, c.after = Read, tftypes.NewValue(config.Type(), values)
	} else if c.after, ok = p.read(p.calls, k, block.Address, config); !ok {
		return false
	}
	p.note(block.Address, c)
	return true
}

// pending tells whether something changes that a data source is to be read after.
func (p *planning) pending(block Block) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, dependency := range block.DependsOn {
		for _, address := range append([]string{dependency}, p.plan.ancestors[dependency]...) {
			if p.plan.Action(address) != NoOp {
				return true
			}
		}
	}
	return false
}

// read reads a data source.
func (r *run) read(calls context.Context, k kind, address string, config tftypes.Value) (tftypes.Value, bool) {
	answer, err := r.server.ReadDataSource(calls, &tfprotov6.ReadDataSourceRequest{TypeName: k.name, Config: dynamic(config)})
	if !r.answered(address, err) || !r.heard(address, answer.Diagnostics) {
		return config, false
	}
	v, ok := r.object(k, address, answer.State)
	if ok && (answer.Deferred != nil || v.IsNull() || !v.IsFullyKnown()) {
		r.broke(address, "Provider produced invalid object", "A data source that was read is null, or has parts that are not known.")
		return v, false
	}
	return v, ok
}

// change plans what becomes of an object, if there is one, under a configuration.
func (r *run) change(calls context.Context, address string, k kind, config tftypes.Value, before *value, first bool) (*change, bool) {
	// Of a tainted object nothing is to be kept, so the provider plans a new one.
	prior := value{state: k.none()}
	if before != nil && !before.tainted {
		prior = *before
	}
	c, replace, ok := r.planned(calls, address, k, config, prior)
	if !ok {
		return nil, false
	}
	c.before, c.first = before, first
	switch {
	case before == nil:
		c.action = Create
	case (replace || before.tainted) && first:
		c.action = CreateThenDelete
	case replace || before.tainted:
		c.action = DeleteThenCreate
	case c.after.Equal(prior.state):
		c.action = NoOp
	default:
		c.action = Update
	}
	if (c.action == NoOp || c.action == Update) && !r.sameIdentity(address, before.identity, c.identity) {
		return nil, false
	}
	if c.action.replaces() && !prior.state.IsNull() {
		// What takes its place is planned as if there had been nothing.
		anew, _, ok := r.planned(calls, address, k, config, value{state: k.none(), private: c.private, identity: c.identity})
		if !ok {
			return nil, false
		}
		c.after, c.private, c.identity = anew.after, anew.private, anew.identity
	}
	return c, true
}

// planned asks the provider for its plan, and tells whether the object has to be replaced for it.
func (r *run) planned(calls context.Context, address string, k kind, config tftypes.Value, prior value) (c *change, replace, ok bool) {
	answer, err := r.server.PlanResourceChange(calls, &tfprotov6.PlanResourceChangeRequest{
		TypeName: k.name, PriorState: dynamic(prior.state), Config: dynamic(config), PriorPrivate: prior.private, PriorIdentity: identity(prior.identity),
		ProposedNewState: dynamic(proposed(k.schema.Block.Attributes, k.schema.ValueType(), prior.state, config)),
	})
	if !r.answered(address, err) || !r.heard(address, answer.Diagnostics) {
		return nil, false, false
	}
	c = &change{private: answer.PlannedPrivate}
	var wrong []string
	if c.after, ok = r.object(k, address, answer.PlannedState); !ok {
		return nil, false, false
	}
	if c.identity, ok = r.identified(k, address, answer.PlannedIdentity); !ok {
		return nil, false, false
	}
	if c.after.IsNull() || answer.Deferred != nil {
		wrong = append(wrong, "the plan is for nothing, or put off")
	} else {
		wrong = misplanned(k.schema.Block.Attributes, prior.state, config, c.after, "")
	}
	replace, err = replaces(answer.RequiresReplace, prior.state, c.after)
	if err != nil {
		wrong = append(wrong, err.Error())
	}
	if len(wrong) > 0 {
		r.broke(address, "Provider produced invalid plan", strings.Join(wrong, "; "))
		return nil, false, false
	}
	return c, replace, true
}

// destroys plans to destroy an object.
func (r *run) destroys(calls context.Context, k kind, address string, v value) (private []byte, ok bool) {
	answer, err := r.server.PlanResourceChange(calls, &tfprotov6.PlanResourceChangeRequest{
		TypeName: k.name, PriorState: dynamic(v.state), ProposedNewState: dynamic(k.none()), Config: dynamic(k.none()),
		PriorPrivate: v.private, PriorIdentity: identity(v.identity),
	})
	if !r.answered(address, err) || !r.heard(address, answer.Diagnostics) {
		return nil, false
	}
	if planned, ok := r.object(k, address, answer.PlannedState); !ok || !planned.IsNull() {
		r.broke(address, "Provider produced invalid plan", "Something is left of what is to be destroyed.")
		return nil, false
	}
	return answer.PlannedPrivate, true
}
