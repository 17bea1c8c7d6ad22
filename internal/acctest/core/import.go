// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Import takes an object into state, as the command terraform import does.
func (w *Workspace) Import(ctx context.Context, wanted Import) error {
	w.t.Helper()
	if w.state[wanted.Address] != nil {
		w.t.Fatalf("there is a %s in state already", wanted.Address)
	}
	w.warnings = nil
	w.serial++
	r, calls, end := w.begin(ctx)
	defer end()
	if r.err() != nil {
		return r.err()
	}
	if v, ok := r.imported(calls, w.kindOf(wanted.Address), wanted); ok {
		w.keep(wanted.Address, v, nil, false)
	}
	return r.err()
}

// Refresh takes into state what became of what is in it, as terraform apply -refresh-only does.
func (w *Workspace) Refresh(ctx context.Context) error {
	w.t.Helper()
	w.warnings = nil
	r, calls, end := w.begin(ctx)
	defer end()
	if r.err() != nil {
		return r.err()
	}
	p := planning{run: r, plan: &Plan{state: w.copied()}, calls: calls, refresh: true}
	var steps []*step
	for address := range maps.Clone(p.plan.state) {
		if !(Block{Address: address}).isData() {
			steps = append(steps, &step{do: func() bool {
				_, _, ok := p.prior(address, w.kindOf(address))
				return ok
			}})
		}
	}
	if r.walk(steps); r.err() == nil {
		w.state = p.plan.state
		w.serial++
	}
	return r.err()
}

// imported has the provider look for an object, and reads it.
func (r *run) imported(calls context.Context, k kind, wanted Import) (*value, bool) {
	request := &tfprotov6.ImportResourceStateRequest{TypeName: k.name, ID: wanted.ID}
	if wanted.Identity != nil {
		names, err := evaluation{}.convert(wanted.Identity, k.identity.ValueType())
		if err != nil {
			r.fail(Diagnostic{wanted.Address, "", "Invalid identity", err.Error()})
			return nil, false
		}
		request.Identity = identity(names)
	}
	answer, err := r.server.ImportResourceState(calls, request)
	if !r.answered(wanted.Address, err) || !r.heard(wanted.Address, answer.Diagnostics) {
		return nil, false
	}
	if len(answer.ImportedResources) != 1 || answer.Deferred != nil || answer.ImportedResources[0].TypeName != k.name {
		r.broke(wanted.Address, "Provider produced invalid import", "It is not one resource of the type that was asked for.")
		return nil, false
	}
	found := answer.ImportedResources[0]
	v := value{private: found.Private}
	ok := false
	if v.state, ok = r.object(k, wanted.Address, found.State); !ok {
		return nil, false
	}
	if v.identity, ok = r.identified(k, wanted.Address, found.Identity); !ok {
		return nil, false
	}
	if v.state.IsNull() || !v.state.IsFullyKnown() {
		r.broke(wanted.Address, "Provider produced invalid import", "It is null, or has parts that are not known.")
		return nil, false
	}
	read, ok := r.refreshed(calls, k, wanted.Address, v)
	if ok && read == nil {
		r.fail(Diagnostic{wanted.Address, "", "Cannot import non-existent remote object", "The provider found nothing to import."})
	}
	return read, ok && read != nil
}
