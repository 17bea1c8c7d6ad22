// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
)

// workspace is a folder in which real Terraform runs with the built provider on a sandbox.
type workspace struct {
	t        *testing.T
	folder   string
	engine   string
	settings string
	sandbox  *acctest.Sandbox
}

const required = `
terraform {
  required_providers {
    exchange = { source = "terraform-exchange/exchange" }
  }
}

provider "exchange" {}
`

func newWorkspace(t *testing.T, s *acctest.Sandbox) *workspace {
	t.Helper()
	engine, err := acctest.Engine()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	settings := write(t, t.TempDir(), "cli.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"terraform-exchange/exchange\" = %q\n  }\n  direct {}\n}\n",
		filepath.ToSlash(acctest.BuildProvider(t))))
	write(t, folder, "main.tf", required)
	return &workspace{t: t, folder: folder, engine: engine, settings: settings, sandbox: s}
}

// example copies a file of the example that adopts a tenant.
func (w *workspace) example(name string) {
	w.t.Helper()
	write(w.t, w.folder, name, string(read(w.t, filepath.Join("..", "..", "examples", "adopting-a-tenant", name))))
}

// run runs Terraform. It fails the test where Terraform fails.
func (w *workspace) run(arguments ...string) {
	w.t.Helper()
	command := exec.CommandContext(w.t.Context(), w.engine, arguments...)
	command.Dir = w.folder
	command.Env = append(sandbox.ChildEnvironment(os.Environ(), w.sandbox.Environment()),
		"TF_CLI_CONFIG_FILE="+w.settings, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1")
	output, err := command.CombinedOutput()
	if err != nil {
		w.t.Fatalf("%s: %v\n%s", strings.Join(arguments, " "), err, output)
	}
}

// planned counts what a plan would do to resources.
func (w *workspace) planned() (counts struct{ imports, others int }) {
	w.t.Helper()
	w.run("plan", "-input=false", "-no-color", "-out=plan.bin")
	var plan struct {
		ResourceChanges []struct {
			Address string
			Change  struct {
				Actions   []string
				Importing any
			}
		} `json:"resource_changes"`
	}
	shown := exec.CommandContext(w.t.Context(), w.engine, "show", "-json", "plan.bin")
	shown.Dir, shown.Env = w.folder, append(os.Environ(), "TF_CLI_CONFIG_FILE="+w.settings)
	output, err := shown.Output()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := json.Unmarshal(output, &plan); err != nil {
		w.t.Fatal(err)
	}
	for _, change := range plan.ResourceChanges {
		if change.Change.Importing != nil {
			counts.imports++
		}
		if fmt.Sprint(change.Change.Actions) != "[no-op]" && fmt.Sprint(change.Change.Actions) != "[read]" {
			counts.others++
			w.t.Errorf("%s would be changed: %v", change.Address, change.Change.Actions)
		}
	}
	return counts
}

// adopts checks that the plan imports so many objects and does nothing else, that the next plan is empty, and that
// nothing of the tenant changed.
func (w *workspace) adopts(objects int) {
	w.t.Helper()
	before := w.sandbox.Snapshot()
	if counts := w.planned(); counts.imports != objects || counts.others != 0 {
		w.t.Fatalf("the plan imports %d objects and changes %d, want %d and none", counts.imports, counts.others, objects)
	}
	w.run("apply", "-input=false", "-no-color", "plan.bin")
	if counts := w.planned(); counts.imports != 0 || counts.others != 0 {
		w.t.Errorf("the plan after it imports %d objects and changes %d, want none", counts.imports, counts.others)
	}
	if difference := cmp.Diff(before, w.sandbox.Snapshot()); difference != "" {
		w.t.Errorf("the tenant changed (-before +after):\n%s", difference)
	}
	for _, request := range w.sandbox.Requests().All() {
		for _, verb := range []string{"New-", "Set-", "Add-", "Remove-"} {
			if strings.HasPrefix(request.Cmdlet, verb) {
				w.t.Errorf("%s was requested", request.Cmdlet)
			}
		}
	}
}
