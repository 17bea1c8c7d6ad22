// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"golang.org/x/sync/errgroup"
)

// parallelism is how many resources Terraform works on at once.
const parallelism = 10

// newServer makes a provider in this process, which finds its environment by lookup.
type newServer func(lookup func(name string) (string, bool)) tfprotov6.ProviderServer

// walk is one configured provider and the type of resource that it is asked about. It stands for one walk of Terraform's,
// which has a provider of its own.
type walk struct {
	server         tfprotov6.ProviderServer
	resourceType   string
	schema         *tfprotov6.Schema
	identitySchema *tfprotov6.ResourceIdentitySchema
}

// instance is a resource instance as a state file holds it, with what the provider is asked about it by.
type instance struct {
	block    string
	key      string
	state    *tfprotov6.DynamicValue
	identity *tfprotov6.ResourceIdentityData
	private  []byte
}

// startWalk makes and configures a provider whose environment is this.
func startWalk(ctx context.Context, newServer newServer, environment map[string]string, resourceType string) (*walk, error) {
	server := newServer(func(name string) (string, bool) {
		value, ok := environment[name]
		return value, ok
	})
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return nil, err
	}
	w := &walk{server, resourceType, schemas.ResourceSchemas[resourceType], identities.IdentitySchemas[resourceType]}
	if w.schema == nil || w.identitySchema == nil {
		return nil, fmt.Errorf("the provider has no resource %s with an identity", resourceType)
	}
	arguments := map[string]tftypes.Value{}
	for _, attribute := range schemas.Provider.Block.Attributes {
		arguments[attribute.Name] = tftypes.NewValue(attribute.ValueType(), nil)
	}
	block := schemas.Provider.ValueType()
	config, err := tfprotov6.NewDynamicValue(block, tftypes.NewValue(block, arguments))
	if err != nil {
		return nil, err
	}
	configured, err := server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.0.0", Config: &config})
	if err != nil {
		return nil, err
	}
	return w, failure(configured.Diagnostics)
}

// importAll finds objects by their ids, and reads them as Terraform does after an import.
func (w *walk) importAll(ctx context.Context, objects []object) ([]instance, error) {
	instances := make([]instance, len(objects))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelism)
	for i, o := range objects {
		group.Go(func() error {
			answer, err := w.server.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{TypeName: w.resourceType, ID: o.importID})
			if err != nil {
				return err
			}
			if err := failure(answer.Diagnostics); err != nil {
				return fmt.Errorf("importing %q: %w", o.importID, err)
			}
			if len(answer.ImportedResources) != 1 {
				return fmt.Errorf("importing %q: the provider answered %d resources", o.importID, len(answer.ImportedResources))
			}
			found := answer.ImportedResources[0]
			instances[i] = instance{o.block, o.key, found.State, found.Identity, found.Private}
			return w.read(ctx, &instances[i])
		})
	}
	return instances, group.Wait()
}

// readAll reads instances as Terraform does when it refreshes.
func (w *walk) readAll(ctx context.Context, instances []instance) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelism)
	for _, i := range instances {
		group.Go(func() error { return w.read(ctx, &i) })
	}
	return group.Wait()
}

// read puts what the provider finds of an instance in the place of what was known of it.
func (w *walk) read(ctx context.Context, i *instance) error {
	answer, err := w.server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{
		TypeName: w.resourceType, CurrentState: i.state, CurrentIdentity: i.identity, Private: i.private,
	})
	if err != nil {
		return err
	}
	if err := failure(answer.Diagnostics); err != nil {
		return fmt.Errorf("reading %q: %w", i.key, err)
	}
	i.state, i.identity, i.private = answer.NewState, answer.NewIdentity, answer.Private
	return nil
}

// stateFile is the content of a state file with these instances, those of a block one after another.
func (w *walk) stateFile(instances []instance) ([]byte, error) {
	type fileInstance struct {
		Key             string `json:"index_key"`
		SchemaVersion   int64  `json:"schema_version"`
		Attributes      any    `json:"attributes"`
		IdentityVersion int64  `json:"identity_schema_version"`
		Identity        any    `json:"identity"`
		Private         []byte `json:"private,omitempty"`
	}
	type fileResource struct {
		Mode      string         `json:"mode"`
		Type      string         `json:"type"`
		Name      string         `json:"name"`
		Provider  string         `json:"provider"`
		Instances []fileInstance `json:"instances"`
	}
	provider := fmt.Sprintf("provider[%q]", providerAddress)
	var resources []fileResource
	for _, i := range instances {
		attributes, err := plain(i.state, w.schema.ValueType())
		if err != nil {
			return nil, err
		}
		if attributes == nil {
			return nil, fmt.Errorf("the provider did not find %q", i.key)
		}
		identity, err := plain(i.identity.IdentityData, w.identitySchema.ValueType())
		if err != nil {
			return nil, err
		}
		if len(resources) == 0 || resources[len(resources)-1].Name != i.block {
			resources = append(resources, fileResource{"managed", w.resourceType, i.block, provider, nil})
		}
		last := &resources[len(resources)-1]
		last.Instances = append(last.Instances,
			fileInstance{i.key, w.schema.Version, attributes, w.identitySchema.Version, identity, i.private})
	}
	return json.Marshal(map[string]any{
		"version": 4, "terraform_version": "1.0.0", "serial": 1, "lineage": uuid.NewString(), "outputs": map[string]any{},
		"resources": resources,
	})
}

// plain is a value from the wire in the form that encoding/json writes.
func plain(wire *tfprotov6.DynamicValue, of tftypes.Type) (any, error) {
	if wire == nil {
		return nil, errors.New("the provider answered no value")
	}
	value, err := wire.Unmarshal(of)
	if err != nil {
		return nil, err
	}
	return plainValue(value)
}

func plainValue(v tftypes.Value) (any, error) {
	if !v.IsKnown() {
		return nil, errors.New("the provider answered a value that is not known")
	}
	if v.IsNull() {
		return nil, nil
	}
	switch {
	case v.Type().Is(tftypes.String):
		var text string
		err := v.As(&text)
		return text, err
	case v.Type().Is(tftypes.Bool):
		var truth bool
		err := v.As(&truth)
		return truth, err
	case v.Type().Is(tftypes.Number):
		var number big.Float
		err := v.As(&number)
		return json.Number(number.Text('f', -1)), err
	case v.Type().Is(tftypes.Object{}), v.Type().Is(tftypes.Map{}):
		var members map[string]tftypes.Value
		if err := v.As(&members); err != nil {
			return nil, err
		}
		all := make(map[string]any, len(members))
		for name, member := range members {
			var err error
			if all[name], err = plainValue(member); err != nil {
				return nil, err
			}
		}
		return all, nil
	default:
		var members []tftypes.Value
		if err := v.As(&members); err != nil {
			return nil, err
		}
		all := make([]any, len(members))
		for i, member := range members {
			var err error
			if all[i], err = plainValue(member); err != nil {
				return nil, err
			}
		}
		return all, nil
	}
}

// failure is the errors among a provider's diagnostics.
func failure(diagnostics []*tfprotov6.Diagnostic) error {
	var all []error
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			all = append(all, fmt.Errorf("%s: %s", d.Summary, d.Detail))
		}
	}
	return errors.Join(all...)
}
