// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
)

// newTestBench is a bench for what needs no Terraform.
func newTestBench(t *testing.T) *bench {
	t.Helper()
	keys, err := sandbox.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	return &bench{keys: keys, folder: t.TempDir(), newServer: newProvider}
}

func TestAWorkspaceHasInStateWhatItsTenantHas(t *testing.T) {
	t.Parallel()
	b := newTestBench(t)
	for _, w := range []workload{{assignments, 12}, {permissions, 12}, {single, 12}} {
		t.Run(w.kind, func(t *testing.T) {
			t.Parallel()
			space, err := b.newWorkspace(t.Context(), w, true)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := space.close(); err != nil {
					t.Error(err)
				}
			})
			_, objects, err := w.tenant(false)
			if err != nil {
				t.Fatal(err)
			}
			content, err := os.ReadFile(filepath.Join(space.folder, "terraform.tfstate"))
			if err != nil {
				t.Fatal(err)
			}
			var state struct {
				Resources []struct {
					Type      string
					Instances []struct {
						Key        string `json:"index_key"`
						Attributes map[string]any
						Identity   map[string]any
					}
				}
			}
			if err := json.Unmarshal(content, &state); err != nil {
				t.Fatal(err)
			}
			if len(state.Resources) != 1 || state.Resources[0].Type != w.resourceType() || len(state.Resources[0].Instances) != len(objects) {
				t.Fatalf("state is %s", content)
			}
			for i, in := range state.Resources[0].Instances {
				if in.Key != objects[i].key || in.Attributes["id"] == nil || len(in.Identity) == 0 {
					t.Errorf("the instance of %q is %+v", objects[i].key, in)
				}
			}

			read, err := b.readInProcess(t.Context(), space)
			if err != nil {
				t.Fatal(err)
			}
			if read.Requests == 0 {
				t.Error("reading the state again asked nothing")
			}
			for cmdlet := range read.Asked {
				if !strings.HasPrefix(cmdlet, "Get-") {
					t.Errorf("reading asked for %s", cmdlet)
				}
			}
		})
	}
}

func TestBlocksAreNoLargerThanWhatTerraformCanPlan(t *testing.T) {
	t.Parallel()
	w := workload{permissions, 2*blockInstances + 1}
	_, objects, err := w.tenant(false)
	if err != nil {
		t.Fatal(err)
	}
	space := &workspace{workload: w, folder: t.TempDir()}
	if err := space.writeConfig(objects); err != nil {
		t.Fatal(err)
	}
	config, err := os.ReadFile(filepath.Join(space.folder, "main.tf"))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(string(config), "resource "); got != 3 {
		t.Errorf("there are %d blocks, want 3", got)
	}
	for name, want := range map[string]int{"group00": blockInstances, "group01": blockInstances, "group02": 1} {
		content, err := os.ReadFile(filepath.Join(space.folder, objectsFile(name)))
		if err != nil {
			t.Fatal(err)
		}
		var each map[string]map[string]string
		if err := json.Unmarshal(content, &each); err != nil || len(each) != want {
			t.Errorf("%s has %d objects, %v, want %d", name, len(each), err, want)
		}
		if !strings.Contains(string(config), fmt.Sprintf("%q {", name)) {
			t.Errorf("no block has the objects of %s", name)
		}
	}
}

func TestReadingWhatIsGoneFromTheTenantIsNoState(t *testing.T) {
	t.Parallel()
	b := newTestBench(t)
	space, err := b.newWorkspace(t.Context(), workload{assignments, 1}, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := space.close(); err != nil {
			t.Error(err)
		}
	})
	name := space.instances[0].key
	if _, err := space.sandbox.Run("Remove-ManagementRoleAssignment", map[string]any{"Identity": name}); err != nil {
		t.Fatal(err)
	}
	walk, err := startWalk(t.Context(), newProvider, space.sandbox.Environment(), space.workload.resourceType())
	if err != nil {
		t.Fatal(err)
	}
	if err := walk.read(t.Context(), &space.instances[0]); err != nil {
		t.Fatal(err)
	}
	if state, err := walk.stateFile(space.instances); err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("got %s, %v; want an error that names %q", state, err, name)
	}
}

func TestAnOperationIsHeldToWhatItWasToDo(t *testing.T) {
	t.Parallel()
	b := newTestBench(t)
	space, err := b.newWorkspace(t.Context(), workload{assignments, 3}, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := space.close(); err != nil {
			t.Error(err)
		}
	})
	now := space.workload.count(space.sandbox.Tenant())
	for _, test := range []struct {
		operation, variant string
		before             int
		ok                 bool
	}{
		{plan, ours, now, true},
		{plan, ours, now - 3, false},
		{apply, ours, now - 3, true},
		{apply, ours, now, false},
		{apply, floor, now, true},
		{destroy, rival, now + 3, true},
		{destroy, rival, now + 2, false},
		{destroy, floor, now + 3, false},
	} {
		if err := space.check(test.operation, test.variant, test.before); (err == nil) != test.ok {
			t.Errorf("%s by %s, where there were %d and are %d: %v", test.operation, test.variant, test.before, now, err)
		}
	}
}
