// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// run is one process of Terraform: a provider of its own, configured, and what came of it.
type run struct {
	*Workspace
	server      tfprotov6.ProviderServer
	interrupted <-chan struct{}

	values map[string]tftypes.Value // what references to an address see, guarded by mu
	errors Error                    // guarded by mu
}

// begin makes and configures a provider. Where ctx ends, the provider is told to stop, as Terraform does when it is
// interrupted: what is under way comes to its end, and nothing further begins. The context returned is that of calls to
// the provider; end is called after the last of them.
func (w *Workspace) begin(ctx context.Context) (r *run, calls context.Context, end func()) {
	w.t.Helper()
	server, err := w.factory()
	if err != nil {
		w.t.Fatalf("making the provider: %v", err)
	}
	r = &run{Workspace: w, server: server, interrupted: ctx.Done(), values: map[string]tftypes.Value{}}
	calls = context.WithoutCancel(ctx)
	var stopping sync.WaitGroup
	stopping.Add(1)
	cancel := context.AfterFunc(ctx, func() {
		defer stopping.Done()
		if _, err := server.StopProvider(calls, &tfprotov6.StopProviderRequest{}); err != nil {
			w.t.Errorf("stopping the provider: %v", err)
		}
	})
	end = func() {
		if cancel() {
			stopping.Done()
		}
		stopping.Wait()
	}

	arguments := map[string]tftypes.Value{}
	for _, attribute := range w.provider.Block.Attributes {
		arguments[attribute.Name] = tftypes.NewValue(attribute.ValueType(), nil)
	}
	config := tftypes.NewValue(w.provider.ValueType(), arguments)
	const address = "provider"
	validated, err := server.ValidateProviderConfig(calls, &tfprotov6.ValidateProviderConfigRequest{Config: dynamic(config)})
	if err == nil && r.heard(address, validated.Diagnostics) {
		configured, failure := server.ConfigureProvider(calls, &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.16.0", Config: dynamic(config)})
		if err = failure; err == nil {
			r.heard(address, configured.Diagnostics)
		}
	}
	r.answered(address, err)
	return r, calls, end
}

// heard takes a provider's diagnostics, and tells whether there was no error among them.
func (r *run) heard(address string, diagnostics []*tfprotov6.Diagnostic) bool {
	ok := true
	for _, d := range diagnostics {
		said := Diagnostic{address, place(d.Attribute), d.Summary, d.Detail}
		if d.Severity == tfprotov6.DiagnosticSeverityWarning {
			r.mu.Lock()
			if !slices.Contains(r.warnings, said) {
				r.warnings = append(r.warnings, said)
			}
			r.mu.Unlock()
			continue
		}
		r.fail(said)
		ok = false
	}
	return ok
}

// answered tells whether a call of the provider came back. One that does not is no diagnostic: the provider is broken.
func (r *run) answered(address string, err error) bool {
	if err != nil {
		r.broke(address, "Provider failed to answer", err.Error())
	}
	return err == nil
}

// broke fails the test: the provider broke a rule of Terraform's.
func (r *run) broke(address, summary, detail string) {
	r.t.Errorf("%s: %s: %s", address, summary, detail)
	r.fail(Diagnostic{Address: address, Summary: summary, Detail: detail})
}

func (r *run) fail(d Diagnostic) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errors = append(r.errors, d)
}

// err is what the run failed with, if it did.
func (r *run) err() error {
	if len(r.errors) == 0 {
		return nil
	}
	return r.errors
}

// value is what a reference to an address sees.
func (r *run) value(address string) tftypes.Value {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.values[address]
}

func (r *run) see(address string, v tftypes.Value) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.values[address] = v
}

// step is a part of a run. It begins once those that it comes after have succeeded, and is left out where one has not.
type step struct {
	after []*step
	do    func() bool
	ended chan struct{}
	ok    bool
}

// walk does steps, at once where they do not wait for each other.
func (r *run) walk(steps []*step) {
	for _, s := range steps {
		s.ended = make(chan struct{})
	}
	var leftOut sync.Once
	var all sync.WaitGroup
	for _, s := range steps {
		all.Go(func() {
			defer close(s.ended)
			for _, before := range s.after {
				<-before.ended
				if !before.ok {
					return
				}
			}
			select {
			case <-r.interrupted:
				leftOut.Do(func() {
					r.fail(Diagnostic{Summary: "Interrupted", Detail: "The run ended before everything was done."})
				})
			default:
				s.ok = s.do()
			}
		})
	}
	all.Wait()
}

// dynamic is a value on the wire.
func dynamic(v tftypes.Value) *tfprotov6.DynamicValue {
	wire, err := tfprotov6.NewDynamicValue(v.Type(), v)
	must(err)
	return &wire
}

// none is the null of a kind.
func (k kind) none() tftypes.Value { return tftypes.NewValue(k.schema.ValueType(), nil) }

// object reads an answer's object. An answer without one stands for null.
func (r *run) object(k kind, address string, wire *tfprotov6.DynamicValue) (tftypes.Value, bool) {
	if wire == nil {
		return k.none(), true
	}
	v, err := wire.Unmarshal(k.schema.ValueType())
	if err != nil {
		r.broke(address, "Provider produced invalid object", err.Error())
		return k.none(), false
	}
	return canonical(v), true
}

// identified reads an answer's identity; a value without a type is none.
func (r *run) identified(k kind, address string, wire *tfprotov6.ResourceIdentityData) (tftypes.Value, bool) {
	if wire == nil || wire.IdentityData == nil || k.identity == nil {
		return tftypes.Value{}, true
	}
	v, err := wire.IdentityData.Unmarshal(k.identity.ValueType())
	if err != nil {
		r.broke(address, "Provider produced invalid identity", err.Error())
		return tftypes.Value{}, false
	}
	if v.IsNull() {
		return tftypes.Value{}, true
	}
	return v, true
}

// identity is an identity on the wire.
func identity(v tftypes.Value) *tfprotov6.ResourceIdentityData {
	if v.Type() == nil {
		return nil
	}
	return &tfprotov6.ResourceIdentityData{IdentityData: dynamic(v)}
}

// sameIdentity holds the provider to an identity that is known and does not change.
func (r *run) sameIdentity(address string, before, after tftypes.Value) bool {
	switch {
	case after.Type() == nil && before.Type() != nil:
		r.broke(address, "Provider produced invalid identity", "There was an identity, and now there is none.")
	case after.Type() != nil && !after.IsFullyKnown():
		r.broke(address, "Provider produced invalid identity", "It has parts that are not known.")
	case before.Type() != nil && before.IsFullyKnown() && !before.Equal(after):
		r.broke(address, "Provider produced invalid identity", "It was "+before.String()+" and is "+after.String()+".")
	default:
		return true
	}
	return false
}

// upgraded reads an object of state as the provider understands it now.
func (r *run) upgraded(calls context.Context, k kind, address string, o object) (value, bool) {
	attributes, err := json.Marshal(o.Attributes)
	must(err)
	answer, err := r.server.UpgradeResourceState(calls, &tfprotov6.UpgradeResourceStateRequest{
		TypeName: k.name, Version: o.SchemaVersion, RawState: &tfprotov6.RawState{JSON: attributes},
	})
	if !r.answered(address, err) || !r.heard(address, answer.Diagnostics) {
		return value{}, false
	}
	v := value{private: o.Private, tainted: o.Tainted}
	ok := false
	if v.state, ok = r.object(k, address, answer.UpgradedState); !ok || o.Identity == nil || k.identity == nil {
		return v, ok
	}
	names, err := json.Marshal(o.Identity)
	must(err)
	raw := &tfprotov6.RawState{JSON: names}
	if o.IdentityVersion == k.identity.Version {
		v.identity, err = raw.UnmarshalWithOpts(k.identity.ValueType(), tfprotov6.UnmarshalOpts{})
		return v, r.answered(address, err)
	}
	renamed, err := r.server.UpgradeResourceIdentity(calls, &tfprotov6.UpgradeResourceIdentityRequest{
		TypeName: k.name, Version: o.IdentityVersion, RawIdentity: raw,
	})
	if !r.answered(address, err) || !r.heard(address, renamed.Diagnostics) {
		return v, false
	}
	v.identity, ok = r.identified(k, address, renamed.UpgradedIdentity)
	return v, ok
}

// refreshed reads what became of an object; nil is that it is gone.
func (r *run) refreshed(calls context.Context, k kind, address string, was value) (*value, bool) {
	answer, err := r.server.ReadResource(calls, &tfprotov6.ReadResourceRequest{
		TypeName: k.name, CurrentState: dynamic(was.state), Private: was.private, CurrentIdentity: identity(was.identity),
	})
	if !r.answered(address, err) || !r.heard(address, answer.Diagnostics) {
		return nil, false
	}
	if answer.Deferred != nil {
		r.broke(address, "Provider deferred what it was not allowed to defer", "while reading")
		return nil, false
	}
	state, ok := r.object(k, address, answer.NewState)
	if !ok || state.IsNull() {
		return nil, ok
	}
	if !state.IsFullyKnown() {
		r.broke(address, "Provider produced invalid object", "What was read has parts that are not known.")
		return nil, false
	}
	names, ok := r.identified(k, address, answer.NewIdentity)
	if !ok || !r.sameIdentity(address, was.identity, names) {
		return nil, false
	}
	return &value{state, answer.Private, names, was.tainted}, true
}
