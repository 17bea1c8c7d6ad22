// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package server_test

import (
	"context"
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/server"
)

type key struct{}

// carried is what a call's context holds.
type carried struct{ _ [1000]byte }

func TestAServerKeepsNothingOfACallThatIsOver(t *testing.T) {
	t.Parallel()
	one := &provided{}
	s := server.New(one)
	var held []weak.Pointer[carried]
	for range 3 {
		value := &carried{}
		held = append(held, weak.Make(value))
		// Terraform's server cancels a call's context when the call is over.
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, value))
		if got := read(t, ctx, s); got != "read" {
			t.Fatalf("it read %q", got)
		}
		cancel()
	}
	if one.seen != 3 {
		t.Fatalf("the context was seen by %d calls", one.seen)
	}
	runtime.GC()
	for n, value := range held {
		if value.Value() != nil {
			t.Errorf("what call %d held is held still", n+1)
		}
	}
	runtime.KeepAlive(s)
}

func TestACallEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	one := &provided{during: func(inner context.Context) {
		cancel()
		<-inner.Done()
		if inner.Err() == nil {
			t.Error("a context that is done has no error")
		}
	}}
	read(t, context.WithValue(ctx, key{}, &carried{}), server.New(one))
}

func TestStopProviderEndsTheCallsThatAreUnderWay(t *testing.T) {
	t.Parallel()
	one := &provided{}
	s := server.New(one)
	one.during = func(inner context.Context) {
		if _, err := s.StopProvider(inner, &tfprotov6.StopProviderRequest{}); err != nil {
			t.Error(err)
		}
		<-inner.Done()
	}
	read(t, context.WithValue(t.Context(), key{}, &carried{}), s)
}

func TestAContextHoldsNothingAfterItsCall(t *testing.T) {
	t.Parallel()
	var kept context.Context
	one := &provided{during: func(inner context.Context) { kept = inner }}
	ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, &carried{}), time.Hour)
	defer cancel()
	read(t, ctx, server.New(one))
	if value := kept.Value(key{}); value != nil {
		t.Errorf("it holds a %T", value)
	}
	if deadline, limited := kept.Deadline(); limited {
		t.Errorf("it has the deadline %s", deadline)
	}
}

func TestAServerServesAllThatTheFrameworkDoes(t *testing.T) {
	t.Parallel()
	s := server.New(&provided{})
	if _, ok := s.(tfprotov6.ListResourceServer); !ok {
		t.Error("it lists no resources")
	}
	if _, ok := s.(tfprotov6.ActionServer); !ok {
		t.Error("it has no actions")
	}
	if _, ok := s.(tfprotov6.StateStoreServer); !ok {
		t.Error("it has no state stores")
	}
}

// read has a server read a resource.
func read(t *testing.T, ctx context.Context, s tfprotov6.ProviderServer) (text string) {
	t.Helper()
	object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"text": tftypes.String}}
	state, err := tfprotov6.NewDynamicValue(object, tftypes.NewValue(object, map[string]tftypes.Value{"text": tftypes.NewValue(tftypes.String, "was")}))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := s.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: "test_thing", CurrentState: &state})
	if err != nil || len(answer.Diagnostics) > 0 {
		t.Fatal(err, answer.Diagnostics)
	}
	value, err := answer.NewState.Unmarshal(object)
	if err != nil {
		t.Fatal(err)
	}
	var attributes map[string]tftypes.Value
	if err := value.As(&attributes); err != nil {
		t.Fatal(err)
	}
	if err := attributes["text"].As(&text); err != nil {
		t.Fatal(err)
	}
	return text
}

// provided is a provider of one resource, which looks at its context when it is read.
type provided struct {
	seen   int
	during func(context.Context)
}

func (*provided) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "test"
}

func (*provided) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (*provided) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

func (*provided) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (p *provided) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return thing{p} }}
}

type thing struct{ of *provided }

func (thing) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "test_thing"
}

func (thing) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{"text": schema.StringAttribute{Optional: true}}}
}

func (o thing) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	if _, ok := ctx.Value(key{}).(*carried); ok {
		o.of.seen++
	}
	if o.of.during != nil {
		o.of.during(ctx)
	}
	resp.State.Raw = tftypes.NewValue(req.State.Raw.Type(), map[string]tftypes.Value{"text": tftypes.NewValue(tftypes.String, "read")})
}

func (thing) Create(context.Context, resource.CreateRequest, *resource.CreateResponse) {}
func (thing) Update(context.Context, resource.UpdateRequest, *resource.UpdateResponse) {}
func (thing) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
