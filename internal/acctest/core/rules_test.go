// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
)

// wayward is a provider whose answers are changed on their way, as a provider with a mistake would give them.
type wayward struct {
	tfprotov6.ProviderServer
	plan    func(*tfprotov6.PlanResourceChangeResponse)
	apply   func(*tfprotov6.ApplyResourceChangeResponse)
	read    func(*tfprotov6.ReadResourceResponse)
	imports func(*tfprotov6.ImportResourceStateResponse)
	data    func(*tfprotov6.ReadDataSourceResponse)
}

func (p wayward) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	resp, err := p.ProviderServer.PlanResourceChange(ctx, req)
	if p.plan != nil {
		p.plan(resp)
	}
	return resp, err
}

func (p wayward) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	resp, err := p.ProviderServer.ApplyResourceChange(ctx, req)
	if p.apply != nil {
		p.apply(resp)
	}
	return resp, err
}

func (p wayward) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	resp, err := p.ProviderServer.ReadResource(ctx, req)
	if p.read != nil {
		p.read(resp)
	}
	return resp, err
}

func (p wayward) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	resp, err := p.ProviderServer.ImportResourceState(ctx, req)
	if p.imports != nil {
		p.imports(resp)
	}
	return resp, err
}

func (p wayward) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	resp, err := p.ProviderServer.ReadDataSource(ctx, req)
	if p.data != nil {
		p.data(resp)
	}
	return resp, err
}

var (
	limitType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{"most": tftypes.String}}
	thingType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"id": tftypes.String, "name": tftypes.String, "size": tftypes.Number, "note": tftypes.String,
		"tags": tftypes.Set{ElementType: tftypes.String}, "limit": limitType,
	}}
	identityType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{"id": tftypes.String}}
	countType    = tftypes.Object{AttributeTypes: map[string]tftypes.Type{"of": tftypes.String, "total": tftypes.Number}}
)

// with changes an attribute of an object on the wire.
func with(t *testing.T, wire **tfprotov6.DynamicValue, of tftypes.Type, name string, v tftypes.Value) {
	t.Helper()
	object, err := (*wire).Unmarshal(of)
	if err != nil || object.IsNull() {
		return
	}
	var members map[string]tftypes.Value
	if err := object.As(&members); err != nil {
		t.Error(err)
	}
	members[name] = v
	changed, err := tfprotov6.NewDynamicValue(of, tftypes.NewValue(of, members))
	if err != nil {
		t.Error(err)
	}
	*wire = &changed
}

func null(t *testing.T, of tftypes.Type) *tfprotov6.DynamicValue {
	t.Helper()
	wire, err := tfprotov6.NewDynamicValue(of, tftypes.NewValue(of, nil))
	if err != nil {
		t.Error(err)
	}
	return &wire
}

// Each rule that a provider can break, and what Terraform calls that.
func TestEachBrokenRuleFailsTheTestAndTheRun(t *testing.T) {
	t.Parallel()
	text := func(v any) tftypes.Value { return tftypes.NewValue(tftypes.String, v) }
	unknown := tftypes.UnknownValue
	config := core.Config{
		makes(one, "cup", "limit", map[string]any{"most": "3"}),
		{Address: "data.fake_count.all", Attributes: core.Attributes{"of": core.Reference("fake_thing.one.name")}},
	}
	const (
		invalidPlan     = "Provider produced invalid plan"
		inconsistent    = "Provider produced inconsistent result after apply"
		finalPlan       = "Provider produced inconsistent final plan"
		invalidResult   = "Provider returned invalid result object after apply"
		invalidObject   = "Provider produced invalid object"
		invalidIdentity = "Provider produced invalid identity"
		invalidImport   = "Provider produced invalid import"
	)
	apply := func(w *core.Workspace) error { return w.Apply(t.Context(), config) }
	plan := func(w *core.Workspace) error {
		_, err := w.Plan(t.Context(), config)
		return err
	}
	for name, test := range map[string]struct {
		settled  bool // whether the configuration was applied by a provider without the mistake
		breaks   wayward
		run      func(*core.Workspace) error
		violated string
	}{
		"plans another value than is configured": {false, wayward{plan: func(r *tfprotov6.PlanResourceChangeResponse) {
			with(t, &r.PlannedState, thingType, "name", text("mug"))
		}}, plan, invalidPlan},
		"plans a value for what is neither configured nor computed": {false, wayward{plan: func(r *tfprotov6.PlanResourceChangeResponse) {
			with(t, &r.PlannedState, thingType, "size", tftypes.NewValue(tftypes.Number, 1))
		}}, plan, invalidPlan},
		"plans another value inside a nested attribute": {false, wayward{plan: func(r *tfprotov6.PlanResourceChangeResponse) {
			with(t, &r.PlannedState, thingType, "limit", tftypes.NewValue(limitType, map[string]tftypes.Value{"most": text("4")}))
		}}, plan, invalidPlan},
		"leaves a configured nested attribute out": {false, wayward{plan: func(r *tfprotov6.PlanResourceChangeResponse) {
			with(t, &r.PlannedState, thingType, "limit", tftypes.NewValue(limitType, nil))
		}}, plan, invalidPlan},
		"plans nothing": {false, wayward{plan: func(r *tfprotov6.PlanResourceChangeResponse) { r.PlannedState = null(t, thingType) }}, plan, invalidPlan},
		"replaces for an attribute that is none": {true, wayward{plan: func(r *tfprotov6.PlanResourceChangeResponse) {
			r.RequiresReplace = append(r.RequiresReplace, tftypes.NewAttributePath().WithAttributeName("colour"))
		}}, plan, invalidPlan},
		"plans another identity": {true, wayward{plan: func(r *tfprotov6.PlanResourceChangeResponse) {
			with(t, &r.PlannedIdentity.IdentityData, identityType, "id", text("7"))
		}}, plan, invalidIdentity},

		"makes another value than was planned": {false, wayward{apply: func(r *tfprotov6.ApplyResourceChangeResponse) {
			with(t, &r.NewState, thingType, "name", text("CUP"))
		}}, apply, inconsistent},
		"makes another nested value than was planned": {false, wayward{apply: func(r *tfprotov6.ApplyResourceChangeResponse) {
			with(t, &r.NewState, thingType, "limit", tftypes.NewValue(limitType, map[string]tftypes.Value{"most": text(nil)}))
		}}, apply, inconsistent},
		"leaves a value unknown": {false, wayward{apply: func(r *tfprotov6.ApplyResourceChangeResponse) {
			with(t, &r.NewState, thingType, "note", text(unknown))
		}}, apply, invalidResult},
		"leaves nothing": {false, wayward{apply: func(r *tfprotov6.ApplyResourceChangeResponse) { r.NewState = null(t, thingType) }}, apply, invalidResult},
		"leaves the identity unknown": {false, wayward{apply: func(r *tfprotov6.ApplyResourceChangeResponse) {
			with(t, &r.NewIdentity.IdentityData, identityType, "id", text(unknown))
		}}, apply, invalidIdentity},

		"reads an unknown value": {true, wayward{read: func(r *tfprotov6.ReadResourceResponse) {
			with(t, &r.NewState, thingType, "note", text(unknown))
		}}, plan, invalidObject},
		"reads another identity": {true, wayward{read: func(r *tfprotov6.ReadResourceResponse) {
			with(t, &r.NewIdentity.IdentityData, identityType, "id", text("7"))
		}}, plan, invalidIdentity},
		"forgets the identity":             {true, wayward{read: func(r *tfprotov6.ReadResourceResponse) { r.NewIdentity = nil }}, plan, invalidIdentity},
		"reads nothing from a data source": {true, wayward{data: func(r *tfprotov6.ReadDataSourceResponse) { r.State = null(t, countType) }}, plan, invalidObject},

		"imports nothing": {
			false,
			wayward{imports: func(r *tfprotov6.ImportResourceStateResponse) { r.ImportedResources = nil }},
			func(w *core.Workspace) error { return w.Import(t.Context(), core.Import{Address: one, ID: "1"}) }, invalidImport,
		},
		"does not let go of what it destroys": {true, wayward{apply: func(r *tfprotov6.ApplyResourceChangeResponse) {
			v := map[string]tftypes.Value{}
			for name, of := range thingType.AttributeTypes {
				v[name] = tftypes.NewValue(of, nil)
			}
			wire, err := tfprotov6.NewDynamicValue(thingType, tftypes.NewValue(thingType, v))
			if err != nil {
				t.Error(err)
			}
			r.NewState = &wire
		}}, func(w *core.Workspace) error { return w.Destroy(t.Context()) }, invalidResult},
		"plans another value while applying": {false, wayward{plan: func() func(*tfprotov6.PlanResourceChangeResponse) {
			calls := 0
			return func(r *tfprotov6.PlanResourceChangeResponse) {
				if calls++; calls == 1 {
					with(t, &r.PlannedState, thingType, "note", text("first"))
				}
			}
		}()}, apply, finalPlan},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShelf()
			breaks := !test.settled
			var err error
			failures := recorded(t, func(tb testing.TB) {
				w := core.New(tb, func() (tfprotov6.ProviderServer, error) {
					server, err := s.server()
					if broken := test.breaks; breaks {
						broken.ProviderServer = server
						return broken, err
					}
					return server, err
				})
				if test.settled {
					w.Settle(t.Context(), config)
					breaks = true
				}
				err = test.run(w)
			})
			refused(t, err, test.violated)
			if !slices.ContainsFunc(failures, func(failure string) bool { return strings.Contains(failure, test.violated) }) {
				t.Errorf("the test failed with %q, want %q", failures, test.violated)
			}
		})
	}
}

func TestAnInconsistentResultTaints(t *testing.T) {
	t.Parallel()
	s := newShelf()
	recorded(t, func(tb testing.TB) {
		w := core.New(tb, func() (tfprotov6.ProviderServer, error) {
			server, err := s.server()
			return wayward{ProviderServer: server, apply: func(r *tfprotov6.ApplyResourceChangeResponse) {
				with(t, &r.NewState, thingType, "name", tftypes.NewValue(tftypes.String, "CUP"))
			}}, err
		})
		if err := w.Apply(t.Context(), core.Config{makes(one, "cup")}); err == nil || !w.Tainted(one) || w.State(one)["name"] != "CUP" {
			t.Errorf("after %v there is %v in state, tainted: %t", err, w.State(one), w.Tainted(one))
		}
	})
}

func TestExpectationsThatAreNotMetFailTheTest(t *testing.T) {
	t.Parallel()
	config := core.Config{makes(one, "cup")}
	for name, fails := range map[string]func(s *shelf, w *core.Workspace){
		"state": func(_ *shelf, w *core.Workspace) { w.ExpectState(one, map[string]any{"id": "1"}) },
		"plan": func(_ *shelf, w *core.Workspace) {
			w.ExpectPlan(t.Context(), config, map[string]core.Action{one: core.Update})
		},
		"nothing to do": func(s *shelf, w *core.Workspace) {
			s.remove("cup")
			w.ExpectNoChanges(t.Context(), config)
		},
		"import without a change": func(_ *shelf, w *core.Workspace) {
			w.Reimport(t.Context(), core.Config{makes(one, "mug")}, core.Import{Address: one, ID: "1"})
		},
		"plan that is stale": func(_ *shelf, w *core.Workspace) {
			plan := w.ExpectPlan(t.Context(), config, map[string]core.Action{})
			w.Taint(one)
			_ = w.ApplyPlan(t.Context(), plan)
		},
		"address that is none": func(_ *shelf, w *core.Workspace) {
			_ = w.Apply(t.Context(), core.Config{makes("fake_other.one", "cup")})
		},
		"reference to what comes later": func(_ *shelf, w *core.Workspace) {
			_ = w.Apply(t.Context(), core.Config{makes(one, "cup", "note", core.Reference("fake_thing.two.id")), makes(two, "mug")})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failures := recorded(t, func(tb testing.TB) {
				s := newShelf()
				w := core.New(tb, s.server)
				w.Settle(t.Context(), config)
				fails(s, w)
			})
			if len(failures) == 0 {
				t.Error("nothing failed")
			}
		})
	}
}
