// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Action is what a plan does with a resource or data source.
type Action string

// The actions, as Terraform's JSON form of a plan combines them.
const (
	NoOp             Action = "no-op"
	Read             Action = "read"
	Create           Action = "create"
	Update           Action = "update"
	Delete           Action = "delete"
	DeleteThenCreate Action = "delete, create"
	CreateThenDelete Action = "create, delete"
)

// replaces tells whether an action makes a new object and destroys the old one.
func (a Action) replaces() bool { return a == DeleteThenCreate || a == CreateThenDelete }

// Plan is what an apply would do. It serves for one apply, and only while the state is what it was.
type Plan struct {
	config    Config
	ancestors map[string][]string
	serial    int
	state     map[string]*instance // after the refresh
	changes   map[string]*change
	drifted   []string
}

// change is what is planned for an address.
type change struct {
	action   Action
	block    *Block // nil where the configuration has it no more
	before   *value
	after    tftypes.Value
	private  []byte
	identity tftypes.Value
	deposed  []deposed
	first    bool // whether a replacement is created before the old object is destroyed
}

// deposed is an object that was replaced and is still to be destroyed: in state, and as the plan found it.
type deposed struct {
	stored *object
	value
}

// Action returns what is planned for an address, and NoOp for one that the plan does not know.
func (p *Plan) Action(address string) Action {
	if c := p.changes[address]; c != nil {
		return c.action
	}
	return NoOp
}

// Changes are the actions that change something, by address. Where there is none, there is nothing to apply.
func (p *Plan) Changes() map[string]Action {
	changes := map[string]Action{}
	for address, c := range p.changes {
		switch {
		case c.action != NoOp && c.action != Read:
			changes[address] = c.action
		case len(c.deposed) > 0:
			changes[address] = Delete
		}
	}
	return changes
}

// Planned returns the attributes that a plan gives a resource, with Unknown for those that the apply tells; nil is that
// it is destroyed.
func (p *Plan) Planned(address string) map[string]any {
	if c := p.changes[address]; c != nil {
		planned, _ := plain(c.after).(map[string]any)
		return planned
	}
	return nil
}

// Drifted lists the resources that the refresh found changed or gone.
func (p *Plan) Drifted() []string { return p.drifted }

// Import is an object to take into state: by the provider's id of it, or by its identity.
type Import struct {
	Address  string
	ID       string
	Identity map[string]any
}

// Plan validates a configuration, refreshes the state for itself and plans what an apply would do.
func (w *Workspace) Plan(ctx context.Context, config Config, imports ...Import) (*Plan, error) {
	w.t.Helper()
	return w.plan(ctx, config, true, imports)
}

// PlanWithoutRefresh plans on what state has, as terraform plan -refresh=false does.
func (w *Workspace) PlanWithoutRefresh(ctx context.Context, config Config) (*Plan, error) {
	w.t.Helper()
	return w.plan(ctx, config, false, nil)
}

func (w *Workspace) plan(ctx context.Context, config Config, refresh bool, imports []Import) (*Plan, error) {
	w.t.Helper()
	p := &Plan{config: config, ancestors: w.ancestors(config), serial: w.serial, state: w.copied(), changes: map[string]*change{}}
	w.warnings = nil
	if err := w.validate(ctx, config); err != nil {
		return nil, err
	}
	r, calls, end := w.begin(ctx)
	defer end()
	if r.err() != nil {
		return nil, r.err()
	}
	planning := planning{run: r, plan: p, calls: calls, refresh: refresh, imports: map[string]Import{}, steps: map[string]*step{}}
	for _, i := range imports {
		planning.imports[i.Address] = i
	}
	first := p.createdFirst()
	var steps []*step
	for _, block := range config {
		s := &step{}
		for _, dependency := range p.ancestors[block.Address] {
			s.after = append(s.after, planning.steps[dependency])
		}
		if block.isData() {
			s.do = func() bool { return planning.data(block) }
		} else {
			s.do = func() bool { return planning.resource(block, first[block.Address]) }
		}
		planning.steps[block.Address] = s
		steps = append(steps, s)
	}
	for address := range p.state {
		if planning.steps[address] == nil && !(Block{Address: address}).isData() {
			steps = append(steps, &step{do: func() bool { return planning.orphan(address, first[address]) }})
		}
	}
	r.walk(steps)
	if r.err() != nil {
		return nil, r.err()
	}
	slices.Sort(p.drifted)
	return p, nil
}

// createdFirst are the addresses whose replacement is created before the old object is destroyed: those that say so, and
// what they depend on, as Terraform cannot do one without the other.
func (p *Plan) createdFirst() map[string]bool {
	first := map[string]bool{}
	mark := func(address string, dependencies []string) {
		first[address] = true
		for _, dependency := range dependencies {
			first[dependency] = true
		}
	}
	for address, i := range p.state {
		if _, configured := p.ancestors[address]; !configured && i.CreateBeforeDestroy {
			mark(address, i.Dependencies)
		}
	}
	for _, block := range p.config {
		if block.CreateBeforeDestroy {
			mark(block.Address, p.ancestors[block.Address])
			if i := p.state[block.Address]; i != nil {
				mark(block.Address, i.Dependencies)
			}
		}
	}
	return first
}

// validate asks the provider what it thinks of a configuration of which it does not know what others become.
func (w *Workspace) validate(ctx context.Context, config Config) error {
	server, err := w.factory()
	if err != nil {
		w.t.Fatalf("making the provider: %v", err)
	}
	r := &run{Workspace: w, server: server, interrupted: ctx.Done()}
	calls := context.WithoutCancel(ctx)
	nothing := evaluation{value: func(address string) tftypes.Value { return w.kindOf(address).unknownAttributes() }}
	for _, block := range config {
		r.valid(calls, block, nothing)
	}
	return r.err()
}

// unknownAttributes is an object of which nothing is known.
func (k kind) unknownAttributes() tftypes.Value {
	values := map[string]tftypes.Value{}
	for _, attribute := range k.schema.Block.Attributes {
		values[attribute.Name] = tftypes.NewValue(attribute.ValueType(), tftypes.UnknownValue)
	}
	return tftypes.NewValue(k.schema.ValueType(), values)
}

// valid evaluates a block and has the provider validate it.
func (r *run) valid(calls context.Context, block Block, with evaluation) (tftypes.Value, bool) {
	k := r.kindOf(block.Address)
	config, refused := with.evaluate(block, k)
	for _, d := range refused {
		r.fail(d)
	}
	if len(refused) > 0 {
		return config, false
	}
	if block.isData() {
		answer, err := r.server.ValidateDataResourceConfig(calls, &tfprotov6.ValidateDataResourceConfigRequest{TypeName: k.name, Config: dynamic(config)})
		return config, r.answered(block.Address, err) && r.heard(block.Address, answer.Diagnostics)
	}
	answer, err := r.server.ValidateResourceConfig(calls, &tfprotov6.ValidateResourceConfigRequest{TypeName: k.name, Config: dynamic(config)})
	return config, r.answered(block.Address, err) && r.heard(block.Address, answer.Diagnostics)
}

// planning is a run of plan.
type planning struct {
	*run
	plan    *Plan
	calls   context.Context
	refresh bool
	imports map[string]Import
	steps   map[string]*step
}
