// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	dataschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	listschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// shelf is what the fake provider manages: things by their ids. Its hooks make an operation fail.
type shelf struct {
	mu     sync.Mutex
	things map[string]thing
	made   int
	log    []string // the changes, as verb and name

	afterCreate, beforeUpdate, beforeDelete, beforeRead func(context.Context, thing) error
}

type thing struct {
	ID    types.String `tfsdk:"id"`
	Name  types.String `tfsdk:"name"`
	Size  types.Number `tfsdk:"size"`
	Note  types.String `tfsdk:"note"`
	Tags  types.Set    `tfsdk:"tags"`
	Limit types.Object `tfsdk:"limit"`
}

func newShelf() *shelf { return &shelf{things: map[string]thing{}} }

// names lists the names of the things there are.
func (s *shelf) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for _, t := range s.things {
		names = append(names, t.Name.ValueString())
	}
	slices.Sort(names)
	return names
}

// changes are what was done since this was last asked.
func (s *shelf) changes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	log := s.log
	s.log = nil
	return log
}

func (s *shelf) did(verb string, t thing) { s.log = append(s.log, verb+" "+t.Name.ValueString()) }

// remove takes a thing away behind the provider's back.
func (s *shelf) remove(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.things, func(_ string, t thing) bool { return t.Name.ValueString() == name })
}

// server makes a provider for a shelf.
func (s *shelf) server() (tfprotov6.ProviderServer, error) {
	return providerserver.NewProtocol6WithError(&fake{s})()
}

type fake struct{ shelf *shelf }

func (f *fake) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "fake"
}
func (f *fake) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse)          {}
func (f *fake) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}
func (f *fake) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &fakeThing{f.shelf} }}
}

func (f *fake) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return &fakeCount{f.shelf} }}
}

func (f *fake) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{func() list.ListResource { return &fakeList{f.shelf} }}
}

type fakeThing struct{ shelf *shelf }

func (r *fakeThing) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "fake_thing"
}

func (r *fakeThing) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"id":   schema.StringAttribute{Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()}},
		"name": schema.StringAttribute{Required: true, PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()}},
		"size": schema.NumberAttribute{Optional: true},
		"note": schema.StringAttribute{Optional: true, Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()}},
		"tags": schema.SetAttribute{Optional: true, ElementType: types.StringType},
		"limit": schema.SingleNestedAttribute{Optional: true, Attributes: map[string]schema.Attribute{
			"most": schema.StringAttribute{Optional: true},
		}},
	}}
}

func (r *fakeThing) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.StringAttribute{RequiredForImport: true},
	}}
}

type fakeIdentity struct {
	ID types.String `tfsdk:"id"`
}

func (r *fakeThing) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var t thing
	resp.Diagnostics.Append(req.Plan.Get(ctx, &t)...)
	r.shelf.mu.Lock()
	defer r.shelf.mu.Unlock()
	r.shelf.made++
	t.ID = types.StringValue(strconv.Itoa(r.shelf.made))
	if t.Note.IsUnknown() {
		t.Note = types.StringValue("none")
	}
	r.shelf.things[t.ID.ValueString()] = t
	r.shelf.did("create", t)
	resp.Diagnostics.Append(resp.State.Set(ctx, t)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, fakeIdentity{t.ID})...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, "made", []byte(strconv.Itoa(r.shelf.made)))...)
	failed(ctx, r.shelf.afterCreate, t, &resp.Diagnostics)
}

func (r *fakeThing) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var t thing
	resp.Diagnostics.Append(req.State.Get(ctx, &t)...)
	r.shelf.mu.Lock()
	defer r.shelf.mu.Unlock()
	if failed(ctx, r.shelf.beforeRead, t, &resp.Diagnostics) {
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, fakeIdentity{t.ID})...)
	found, ok := r.shelf.things[t.ID.ValueString()]
	if !ok {
		resp.State.RemoveResource(ctx)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, found)...)
}

func (r *fakeThing) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var t thing
	resp.Diagnostics.Append(req.Plan.Get(ctx, &t)...)
	made, diags := req.Private.GetKey(ctx, "made")
	if resp.Diagnostics.Append(diags...); string(made) != t.ID.ValueString() {
		resp.Diagnostics.AddError("Private state was lost", fmt.Sprintf("it is %q", made))
	}
	r.shelf.mu.Lock()
	defer r.shelf.mu.Unlock()
	if failed(ctx, r.shelf.beforeUpdate, t, &resp.Diagnostics) {
		return
	}
	r.shelf.things[t.ID.ValueString()] = t
	r.shelf.did("update", t)
	resp.Diagnostics.AddWarning("Thing changed", t.Name.ValueString())
	resp.Diagnostics.Append(resp.State.Set(ctx, t)...)
}

func (r *fakeThing) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var t thing
	resp.Diagnostics.Append(req.State.Get(ctx, &t)...)
	r.shelf.mu.Lock()
	defer r.shelf.mu.Unlock()
	if failed(ctx, r.shelf.beforeDelete, t, &resp.Diagnostics) {
		return
	}
	delete(r.shelf.things, t.ID.ValueString())
	r.shelf.did("delete", t)
}

func (r *fakeThing) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	resource.ImportStatePassthroughWithIdentity(ctx, path.Root("id"), path.Root("id"), req, resp)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, "made", []byte(req.ID))...)
}

// failed adds what a hook fails with.
func failed(ctx context.Context, hook func(context.Context, thing) error, t thing, diags *diag.Diagnostics) bool {
	if hook == nil {
		return false
	}
	err := hook(ctx, t)
	if err != nil {
		diags.AddAttributeError(path.Root("name"), "The shelf refused", err.Error())
	}
	return err != nil
}

// fakeCount is a data source that counts things of a size.
type fakeCount struct{ shelf *shelf }

func (d *fakeCount) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "fake_count"
}

func (d *fakeCount) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = dataschema.Schema{Attributes: map[string]dataschema.Attribute{
		"of":    dataschema.StringAttribute{Optional: true},
		"total": dataschema.NumberAttribute{Computed: true},
	}}
}

func (d *fakeCount) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	resp.State.Raw = req.Config.Raw
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("total"), len(d.shelf.names()))...)
}

type fakeList struct{ shelf *shelf }

func (l *fakeList) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "fake_thing"
}

func (l *fakeList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = listschema.Schema{Attributes: map[string]listschema.Attribute{"size": listschema.NumberAttribute{Optional: true}}}
}

func (l *fakeList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	l.shelf.mu.Lock()
	defer l.shelf.mu.Unlock()
	var results []list.ListResult
	for _, id := range slices.Sorted(maps.Keys(l.shelf.things)) {
		result := req.NewListResult(ctx)
		result.DisplayName = l.shelf.things[id].Name.ValueString()
		result.Diagnostics.Append(result.Identity.Set(ctx, fakeIdentity{types.StringValue(id)})...)
		if req.IncludeResource {
			result.Diagnostics.Append(result.Resource.Set(ctx, l.shelf.things[id])...)
		}
		results = append(results, result)
	}
	stream.Results = slices.Values(results)
}

// recorder stands in for a test that is expected to fail.
type recorder struct {
	testing.TB
	mu       sync.Mutex
	failures []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, arguments ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, fmt.Sprintf(format, arguments...))
}

func (r *recorder) Fatalf(format string, arguments ...any) {
	r.Errorf(format, arguments...)
	runtime.Goexit()
}

func (r *recorder) FailNow() { runtime.Goexit() }

func (r *recorder) Fatal(arguments ...any) {
	r.Errorf("%s", fmt.Sprint(arguments...))
	runtime.Goexit()
}

// recorded runs a test that is expected to fail, and returns what it failed with.
func recorded(t *testing.T, test func(testing.TB)) []string {
	t.Helper()
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		test(r)
	}()
	<-done
	return r.failures
}
