// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func serve(t *testing.T, p provider.Provider) tfprotov6.ProviderServer {
	t.Helper()
	server, err := providerserver.NewProtocol6WithError(p)()
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func schemas(t *testing.T, server tfprotov6.ProviderServer) (*tfprotov6.GetProviderSchemaResponse, *tfprotov6.GetResourceIdentitySchemasResponse) {
	t.Helper()
	all, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	identities, err := server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return all, identities
}

func TestTheFloorHasTheProvidersSchemas(t *testing.T) {
	t.Parallel()
	above, ok := newFloor().(floor)
	if !ok {
		t.Fatal("the floor is another provider")
	}
	want, wantIdentities := schemas(t, serve(t, above.ProviderWithListResources))
	got, gotIdentities := schemas(t, serve(t, above))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("schemas (-provider +floor):\n%s", diff)
	}
	if diff := cmp.Diff(wantIdentities, gotIdentities); diff != "" {
		t.Errorf("identity schemas (-provider +floor):\n%s", diff)
	}
}

func TestTheFloorsOperationsAskNobodyAndLeaveNothingUnknown(t *testing.T) {
	t.Parallel()
	server := serve(t, newFloor())
	all, _ := schemas(t, server)
	for name, schema := range all.ResourceSchemas {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			object := schema.ValueType()
			created := create(t, server, name, schema)
			if !created.state.IsFullyKnown() || created.state.IsNull() {
				t.Errorf("it made %s", created.state)
			}
			read, err := server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
				TypeName: name, CurrentState: wire(t, object, created.state), CurrentIdentity: created.identity, Private: created.private,
			})
			if err != nil || len(read.Diagnostics) > 0 {
				t.Fatalf("reading: %v, %+v", err, read)
			}
			if state, err := read.NewState.Unmarshal(object); err != nil || !state.Equal(created.state) {
				t.Errorf("it read %s, %v, want %s", state, err, created.state)
			}
			if diff := cmp.Diff(created.identity, read.NewIdentity); diff != "" {
				t.Errorf("it read another identity (-made +read):\n%s", diff)
			}
			if destroyed := call(t, server, object, name, created.state, tftypes.NewValue(object, nil)); !destroyed.state.IsNull() {
				t.Errorf("it left %s", destroyed.state)
			}
		})
	}
}

func TestTheFloorHasAnIdentityWhereTerraformKeepsNone(t *testing.T) {
	t.Parallel()
	server := serve(t, newFloor())
	all, identities := schemas(t, server)
	for name, identity := range identities.IdentitySchemas {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schema := all.ResourceSchemas[name]
			state := wire(t, schema.ValueType(), create(t, server, name, schema).state)
			read, err := server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: name, CurrentState: state})
			if err != nil || len(read.Diagnostics) > 0 {
				t.Fatalf("reading: %v, %+v", err, read)
			}
			updated, err := server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
				TypeName: name, PriorState: state, PlannedState: state, Config: state,
			})
			if err != nil || len(updated.Diagnostics) > 0 {
				t.Fatalf("updating: %v, %+v", err, updated)
			}
			for operation, answered := range map[string]*tfprotov6.ResourceIdentityData{"reading": read.NewIdentity, "updating": updated.NewIdentity} {
				if value, err := answered.IdentityData.Unmarshal(identity.ValueType()); err != nil || value.IsFullyNull() {
					t.Errorf("%s answered the identity %s, %v", operation, value, err)
				}
			}
		})
	}
}

func TestAnUpdateOfTheFloorIsItsPlan(t *testing.T) {
	t.Parallel()
	of := tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"text": tftypes.String, "number": tftypes.Number, "truth": tftypes.Bool,
		"texts": tftypes.Set{ElementType: tftypes.String}, "object": tftypes.Object{AttributeTypes: map[string]tftypes.Type{"text": tftypes.String}},
	}}
	planned := map[string]tftypes.Value{}
	for name, attribute := range of.AttributeTypes {
		planned[name] = tftypes.NewValue(attribute, tftypes.UnknownValue)
	}
	planned["text"] = tftypes.NewValue(tftypes.String, "kept")
	got, err := known(tftypes.NewValue(of, planned))
	if err != nil {
		t.Fatal(err)
	}
	var attributes map[string]tftypes.Value
	if err := got.As(&attributes); err != nil {
		t.Fatal(err)
	}
	if !got.IsFullyKnown() || !attributes["text"].Equal(planned["text"]) || !attributes["texts"].IsNull() || attributes["object"].IsNull() {
		t.Errorf("got %s", got)
	}
}

// applied is what the provider answered to a planned change.
type applied struct {
	state    tftypes.Value
	identity *tfprotov6.ResourceIdentityData
	private  []byte
}

// create has the provider create a resource of which only what the provider computes is set.
func create(t *testing.T, server tfprotov6.ProviderServer, name string, schema *tfprotov6.Schema) applied {
	t.Helper()
	attributes := map[string]tftypes.Value{}
	for _, attribute := range schema.Block.Attributes {
		var value any
		if attribute.Computed {
			value = tftypes.UnknownValue
		}
		attributes[attribute.Name] = tftypes.NewValue(attribute.ValueType(), value)
	}
	of := schema.ValueType()
	return call(t, server, of, name, tftypes.NewValue(of, nil), tftypes.NewValue(of, attributes))
}

// call has the provider make a change.
func call(t *testing.T, server tfprotov6.ProviderServer, of tftypes.Type, name string, prior, planned tftypes.Value) applied {
	t.Helper()
	answer, err := server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: name, PriorState: wire(t, of, prior), PlannedState: wire(t, of, planned), Config: wire(t, of, planned),
	})
	if err != nil || len(answer.Diagnostics) > 0 {
		t.Fatalf("applying: %v, %+v", err, answer)
	}
	state, err := answer.NewState.Unmarshal(of)
	if err != nil {
		t.Fatal(err)
	}
	return applied{state, answer.NewIdentity, answer.Private}
}

func wire(t *testing.T, of tftypes.Type, value tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	dynamic, err := tfprotov6.NewDynamicValue(of, value)
	if err != nil {
		t.Fatal(err)
	}
	return &dynamic
}
