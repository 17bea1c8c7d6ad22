// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// withoutOperations returns a resource with the schemas of another, whose operations touch nothing.
func withoutOperations(whole resource.Resource) resource.Resource {
	if identified, ok := whole.(resource.ResourceWithIdentity); ok {
		return identifiedResource{untouched{whole}, identified}
	}
	return untouched{whole}
}

// untouched has a resource's schema, with its validators, defaults and plan modifiers. What the resource itself validates
// and plans is left out, as its operations are.
type untouched struct {
	whole resource.Resource
}

// identifiedResource has the identity schema, too.
type identifiedResource struct {
	untouched
	identified resource.ResourceWithIdentity
}

func (r untouched) Metadata(ctx context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	r.whole.Metadata(ctx, req, resp)
}

func (r untouched) Schema(ctx context.Context, req resource.SchemaRequest, resp *resource.SchemaResponse) {
	r.whole.Schema(ctx, req, resp)
}

func (r identifiedResource) IdentitySchema(ctx context.Context, req resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	r.identified.IdentitySchema(ctx, req, resp)
}

// Create takes the plan for what was made.
func (untouched) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	state, err := known(req.Plan.Raw)
	if err != nil {
		resp.Diagnostics.AddError("The plan could not be taken for the state", err.Error())
		return
	}
	resp.State.Raw = state
	identify(ctx, resp.Identity)
}

// Read leaves the state as it is, which is what the framework answers by itself.
func (untouched) Read(ctx context.Context, _ resource.ReadRequest, resp *resource.ReadResponse) {
	identify(ctx, resp.Identity)
}

// Update takes the plan for what was changed.
func (untouched) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	state, err := known(req.Plan.Raw)
	if err != nil {
		resp.Diagnostics.AddError("The plan could not be taken for the state", err.Error())
		return
	}
	resp.State.Raw = state
	identify(ctx, resp.Identity)
}

// Delete lets the framework drop the state.
func (untouched) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// identify makes up an identity where there is none, which the framework takes for a mistake. Terraform before 1.12 and
// OpenTofu keep none, so a read has to.
func identify(ctx context.Context, identity *tfsdk.ResourceIdentity) {
	if identity != nil && identity.Raw.IsFullyNull() {
		identity.Raw = placeholder(identity.Schema.Type().TerraformType(ctx))
	}
}

// known is a planned object with a made-up value in the place of each that only the apply would tell.
func known(planned tftypes.Value) (tftypes.Value, error) {
	return tftypes.Transform(planned, func(_ *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if v.IsKnown() {
			return v, nil
		}
		return placeholder(v.Type()), nil
	})
}

// placeholder is a value of a type: an object's attributes are made up, and collections are null.
func placeholder(of tftypes.Type) tftypes.Value {
	switch {
	case of.Is(tftypes.String):
		return tftypes.NewValue(of, "made up")
	case of.Is(tftypes.Bool):
		return tftypes.NewValue(of, false)
	case of.Is(tftypes.Number):
		return tftypes.NewValue(of, new(big.Float))
	}
	object, ok := of.(tftypes.Object)
	if !ok {
		return tftypes.NewValue(of, nil)
	}
	attributes := make(map[string]tftypes.Value, len(object.AttributeTypes))
	for name, attribute := range object.AttributeTypes {
		attributes[name] = placeholder(attribute)
	}
	return tftypes.NewValue(of, attributes)
}
