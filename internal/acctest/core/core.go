// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package core is Terraform's core in miniature: it plans and applies resources of one provider in the test's own
// process, over the plugin protocol, and holds the provider to the rules that Terraform holds it to. A run takes
// milliseconds, so that tables may have hundreds of rows.
//
// It knows no modules, expressions, count, provisioners, sensitive marks or ignore_changes. What it does know it does as
// Terraform does: a run of plan and one of apply have a provider each, state goes through JSON between runs, blocks that
// do not depend on each other are worked on at once, and every planned change is planned again while applying it. A rule
// that the provider breaks fails the test, and is an error of the run besides.
package core

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Workspace is the state of what was applied, and the provider that it was applied with. Its runs are called one after
// another.
type Workspace struct {
	t        testing.TB
	factory  func() (tfprotov6.ProviderServer, error)
	provider *tfprotov6.Schema
	kinds    map[string]kind
	lists    map[string]*tfprotov6.Schema

	mu       sync.Mutex // guards what follows while a run works on several blocks at once
	state    map[string]*instance
	serial   int
	warnings []Diagnostic
}

// kind is what the provider says of a resource type, or of a data source, whose name here begins with "data.".
type kind struct {
	name     string
	schema   *tfprotov6.Schema
	identity *tfprotov6.ResourceIdentitySchema
}

// New returns an empty workspace for a provider; factory makes one for each run.
func New(t testing.TB, factory func() (tfprotov6.ProviderServer, error)) *Workspace {
	t.Helper()
	w := &Workspace{t: t, factory: factory, kinds: map[string]kind{}, state: map[string]*instance{}}
	server, err := factory()
	if err != nil {
		t.Fatalf("making the provider: %v", err)
	}
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatalf("asking the provider for its schema: %v", err)
	}
	identities, err := server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatalf("asking the provider for its identities: %v", err)
	}
	for _, said := range slices.Concat(schemas.Diagnostics, identities.Diagnostics) {
		t.Fatalf("the provider's schema: %s: %s", said.Summary, said.Detail)
	}
	for name, schema := range schemas.ResourceSchemas {
		if what := unsupported(schema.Block); what != "" {
			t.Fatalf("%s has %s, which this core does not know", name, what)
		}
		w.kinds[name] = kind{name, schema, identities.IdentitySchemas[name]}
	}
	for name, schema := range schemas.DataSourceSchemas {
		if len(schema.Block.BlockTypes) > 0 {
			t.Fatalf("data.%s has blocks, which this core does not know", name)
		}
		w.kinds["data."+name] = kind{name: name, schema: schema}
	}
	w.provider, w.lists = schemas.Provider, schemas.ListResourceSchemas
	return w
}

// unsupported names what a resource's schema has that the rules are not written for.
func unsupported(block *tfprotov6.SchemaBlock) string {
	if len(block.BlockTypes) > 0 {
		return "blocks"
	}
	for _, attribute := range block.Attributes {
		if attribute.NestedType != nil && attribute.NestedType.Nesting != tfprotov6.SchemaObjectNestingModeSingle {
			return "a collection of nested attributes, " + attribute.Name
		}
	}
	return ""
}

// kindOf returns the kind of the block at an address.
func (w *Workspace) kindOf(address string) kind {
	w.t.Helper()
	name := address[:max(strings.LastIndexByte(address, '.'), 0)]
	kind, ok := w.kinds[name]
	if !ok {
		w.t.Fatalf("the provider has nothing for the address %q", address)
	}
	return kind
}

// State returns the attributes of a resource or data source in state, as JSON has them, or nil where there is none.
func (w *Workspace) State(address string) map[string]any {
	if i := w.state[address]; i != nil && i.Current != nil {
		return maps.Clone(i.Current.Attributes)
	}
	return nil
}

// Identity returns the identity of a resource in state, or nil where there is none.
func (w *Workspace) Identity(address string) map[string]any {
	if i := w.state[address]; i != nil && i.Current != nil {
		return maps.Clone(i.Current.Identity)
	}
	return nil
}

// Tainted tells whether the next apply replaces a resource because its creation failed half-way.
func (w *Workspace) Tainted(address string) bool {
	i := w.state[address]
	return i != nil && i.Current != nil && i.Current.Tainted
}

// Deposed counts the objects of a resource that were replaced and could not be destroyed yet.
func (w *Workspace) Deposed(address string) int {
	if i := w.state[address]; i != nil {
		return len(i.Deposed)
	}
	return 0
}

// Addresses lists what is in state, in order.
func (w *Workspace) Addresses() []string { return slices.Sorted(maps.Keys(w.state)) }

// Warnings are what the provider warned of in the last run.
func (w *Workspace) Warnings() []Diagnostic { return w.warnings }

// Forget takes a resource out of state and leaves it in the tenant, as terraform state rm does.
func (w *Workspace) Forget(address string) {
	w.t.Helper()
	if w.state[address] == nil {
		w.t.Fatalf("there is no %s to forget", address)
	}
	delete(w.state, address)
	w.serial++
}

// Taint marks a resource to be replaced by the next apply.
func (w *Workspace) Taint(address string) {
	w.t.Helper()
	if w.State(address) == nil {
		w.t.Fatalf("there is no %s to taint", address)
	}
	w.state[address].Current.Tainted = true
	w.serial++
}

// Save returns the state as a file would hold it.
func (w *Workspace) Save() []byte {
	w.t.Helper()
	file, err := json.MarshalIndent(w.state, "", "  ")
	if err != nil {
		w.t.Fatalf("writing the state: %v", err)
	}
	return file
}

// Restore goes back to a state that was saved, as where a run was killed before it could save another.
func (w *Workspace) Restore(file []byte) {
	w.t.Helper()
	state := map[string]*instance{}
	if err := json.Unmarshal(file, &state); err != nil {
		w.t.Fatalf("reading the state: %v", err)
	}
	w.state = state
	w.serial++
}

// instance is what state has for an address.
type instance struct {
	Current             *object   `json:"current,omitempty"`
	Deposed             []*object `json:"deposed,omitempty"`
	Dependencies        []string  `json:"dependencies,omitempty"`
	CreateBeforeDestroy bool      `json:"create_before_destroy,omitempty"`
}

// object is an object as state has it.
type object struct {
	SchemaVersion   int64          `json:"schema_version"`
	Attributes      map[string]any `json:"attributes"`
	Private         []byte         `json:"private,omitempty"`
	IdentityVersion int64          `json:"identity_schema_version,omitempty"`
	Identity        map[string]any `json:"identity,omitempty"`
	Tainted         bool           `json:"tainted,omitempty"`
}

// value is an object as a run has it. Identity has no type where there is none.
type value struct {
	state    tftypes.Value
	private  []byte
	identity tftypes.Value
	tainted  bool
}

// stored is a value in the form of state.
func (k kind) stored(v value) object {
	attributes, _ := plain(v.state).(map[string]any)
	o := object{SchemaVersion: k.schema.Version, Attributes: attributes, Private: v.private, Tainted: v.tainted}
	if k.identity != nil && v.identity.Type() != nil {
		o.IdentityVersion = k.identity.Version
		o.Identity, _ = plain(v.identity).(map[string]any)
	}
	return o
}

// keep writes what a resource became; nil is that it is gone. It leaves deposed objects alone.
func (w *Workspace) keep(address string, v *value, dependencies []string, createBeforeDestroy bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := w.state[address]
	if i == nil {
		i = &instance{}
		w.state[address] = i
	}
	i.Current = nil
	if v != nil {
		current := w.kindOf(address).stored(*v)
		i.Current, i.Dependencies, i.CreateBeforeDestroy = &current, dependencies, createBeforeDestroy
	}
	if i.Current == nil && len(i.Deposed) == 0 {
		delete(w.state, address)
	}
}

// copied is a copy of the state, by way of JSON as between two runs.
func (w *Workspace) copied() map[string]*instance {
	w.t.Helper()
	state := map[string]*instance{}
	if err := json.Unmarshal(w.Save(), &state); err != nil {
		w.t.Fatalf("reading the state: %v", err)
	}
	return state
}

// Diagnostic is an error or a warning about a block: the provider's own, or that it broke a rule.
type Diagnostic struct {
	Address   string
	Attribute string // the path of the attribute at fault, or empty
	Summary   string
	Detail    string
}

// Error is why a run failed.
type Error []Diagnostic

// Error tells every diagnostic in the order of Terraform's output: summary, place, detail.
func (e Error) Error() string {
	var b strings.Builder
	for _, d := range e {
		fmt.Fprintf(&b, "Error: %s\n  with %s", d.Summary, d.Address)
		if d.Attribute != "" {
			fmt.Fprintf(&b, ", %s", d.Attribute)
		}
		fmt.Fprintf(&b, "\n%s\n", d.Detail)
	}
	return b.String()
}
