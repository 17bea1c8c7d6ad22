// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Listed is an object that a list resource found.
type Listed struct {
	DisplayName string
	Identity    map[string]any
	Resource    map[string]any // nil unless it was asked for
}

// List is a list block.
type List struct {
	Type       string
	Attributes Attributes

	// IncludeResource asks for the objects' attributes, too.
	IncludeResource bool

	// Limit is the greatest number of objects wanted; 0 stands for 100, as in Terraform.
	Limit int64
}

// List finds objects, as terraform query does. With an error come the objects that were found before it.
func (w *Workspace) List(ctx context.Context, block List) ([]Listed, error) {
	w.t.Helper()
	w.warnings = nil
	schema, listed := w.lists[block.Type]
	k := w.kinds[block.Type]
	r, calls, end := w.begin(ctx)
	defer end()
	if r.err() != nil {
		return nil, r.err()
	}
	server, lists := r.server.(tfprotov6.ListResourceServer)
	if !listed || !lists {
		w.t.Fatalf("the provider does not list %s", block.Type)
	}
	address := "list." + block.Type
	config, refused := evaluation{}.evaluate(Block{Address: address, Attributes: block.Attributes}, kind{schema: schema})
	if refused != nil {
		return nil, refused
	}
	if block.Limit == 0 {
		block.Limit = 100
	}
	validated, err := server.ValidateListResourceConfig(calls, &tfprotov6.ValidateListResourceConfigRequest{
		TypeName: block.Type, Config: dynamic(config),
		IncludeResourceObject: dynamic(tftypes.NewValue(tftypes.Bool, block.IncludeResource)), Limit: dynamic(tftypes.NewValue(tftypes.Number, block.Limit)),
	})
	if !r.answered(address, err) || !r.heard(address, validated.Diagnostics) {
		return nil, r.err()
	}
	stream, err := server.ListResource(calls, &tfprotov6.ListResourceRequest{
		TypeName: block.Type, Config: dynamic(config), IncludeResource: block.IncludeResource, Limit: block.Limit,
	})
	if !r.answered(address, err) {
		return nil, r.err()
	}
	var found []Listed
	for result := range stream.Results {
		if !r.heard(address, result.Diagnostics) {
			continue
		}
		if int64(len(found)) == block.Limit {
			r.broke(address, "Provider listed too much", "There are more objects than the limit.")
			break
		}
		one := Listed{DisplayName: result.DisplayName}
		names, ok := r.identified(k, address, result.Identity)
		if !ok {
			continue
		}
		if names.Type() == nil || !names.IsFullyKnown() {
			r.broke(address, "Provider listed an object without its identity", result.DisplayName)
			continue
		}
		one.Identity, _ = plain(names).(map[string]any)
		if result.Resource != nil {
			if state, ok := r.object(k, address, result.Resource); ok {
				one.Resource, _ = plain(state).(map[string]any)
			}
		}
		if block.IncludeResource != (one.Resource != nil) {
			r.broke(address, "Provider listed an object with its attributes unasked, or without them", result.DisplayName)
		}
		found = append(found, one)
	}
	return found, r.err()
}
