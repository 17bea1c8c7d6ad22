// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package examplestest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
)

// root is the repository, as seen from this package.
const root = "../.."

// engine is a Terraform or OpenTofu command that finds this repository's provider without a registry.
type engine struct {
	path     string
	binaries string // the folder of the provider and of exchange-sandbox
	settings string // the file of the command's own configuration
}

// newEngine builds the provider for the command that TF_ACC_TERRAFORM_PATH names, or else for that on PATH.
func newEngine(t *testing.T) engine {
	t.Helper()
	path, err := acctest.Engine()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", folder, ".", "./internal/cmd/exchange-sandbox")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the provider and the sandbox: %v\n%s", err, output)
	}
	settings := filepath.Join(folder, "settings")
	write(t, settings, fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"terraform-exchange/exchange\" = %q\n  }\n}\n", folder))
	return engine{path: path, binaries: folder, settings: settings}
}

// environment is that of the test without what could change an engine's ways or lead to a real tenant, and with the
// variables of a sandbox.
func (e engine) environment(variables map[string]string) []string {
	base := slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, "TF_") })
	return append(sandbox.ChildEnvironment(base, variables),
		"TF_CLI_CONFIG_FILE="+e.settings, "TF_IN_AUTOMATION=1", "TF_INPUT=0", "CHECKPOINT_DISABLE=1")
}

// importsByIdentity reports whether the engine knows import blocks with an identity: Terraform and OpenTofu do since 1.12.
func (e engine) importsByIdentity(t *testing.T) bool {
	t.Helper()
	command := exec.CommandContext(t.Context(), e.path, "version")
	command.Env = e.environment(nil)
	output, err := command.Output()
	if err != nil {
		t.Fatalf("asking the engine for its version: %v", err)
	}
	var name string
	var major, minor int
	if _, err := fmt.Sscanf(string(output), "%s v%d.%d", &name, &major, &minor); err != nil {
		t.Fatalf("reading the engine's version from %q: %v", output, err)
	}
	return major > 1 || minor >= 12
}

// typeNames returns the resources and data sources that the provider has, and the resources that it lists, of which an
// engine without terraform query knows nothing.
func (e engine) typeNames(t *testing.T) (resources, dataSources, lists []string) {
	t.Helper()
	m := e.newModule(t, acctest.Start(t), "provider/provider.tf")
	var schemas struct {
		Providers map[string]struct {
			Resources   map[string]any `json:"resource_schemas"`
			DataSources map[string]any `json:"data_source_schemas"`
			Lists       map[string]any `json:"list_resource_schemas"`
		} `json:"provider_schemas"`
	}
	if err := json.Unmarshal([]byte(m.run("providers", "schema", "-json")), &schemas); err != nil {
		t.Fatalf("reading the provider's schema: %v", err)
	}
	for _, provider := range schemas.Providers {
		for name := range provider.Resources {
			resources = append(resources, name)
		}
		for name := range provider.DataSources {
			dataSources = append(dataSources, name)
		}
		for name := range provider.Lists {
			lists = append(lists, name)
		}
	}
	return resources, dataSources, lists
}

// module is a folder that the engine works in, on a tenant of its own.
type module struct {
	engine
	t      *testing.T
	folder string
	tenant *acctest.Sandbox
	before acctest.Snapshot
	// variables are the environment that leads to the tenant.
	variables map[string]string
}

// newModule copies files of examples/ to a new folder.
func (e engine) newModule(t *testing.T, tenant *acctest.Sandbox, files ...string) *module {
	t.Helper()
	m := &module{engine: e, t: t, folder: t.TempDir(), tenant: tenant, before: tenant.Snapshot(), variables: tenant.Environment()}
	for _, file := range files {
		m.add(file)
	}
	return m
}

// add copies a file of examples/ to the module.
func (m *module) add(file string) {
	m.t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "examples", file))
	if err != nil {
		m.t.Fatal(err)
	}
	write(m.t, filepath.Join(m.folder, filepath.Base(file)), string(text))
}

// try runs a command of the engine, and returns what it said and the code it ended with.
func (m *module) try(arguments ...string) (output string, code int) {
	m.t.Helper()
	return m.command(m.path, arguments...)
}

// run runs a command of the engine that must succeed. A check block that fails is not a success.
func (m *module) run(arguments ...string) string {
	m.t.Helper()
	output, code := m.try(arguments...)
	if code != 0 || strings.Contains(output, "Check block assertion failed") {
		m.t.Fatalf("%s ended with code %d:\n%s", strings.Join(arguments, " "), code, output)
	}
	return output
}

// command runs any program in the module's folder, with the engine as the command terraform.
func (m *module) command(path string, arguments ...string) (output string, code int) {
	m.t.Helper()
	command := exec.CommandContext(m.t.Context(), path, arguments...)
	command.Dir = m.folder
	command.Env = m.environment(m.variables)
	text, err := command.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		m.t.Fatalf("running %s: %v", path, err)
	}
	return string(text), command.ProcessState.ExitCode()
}

// plansNothing checks that a further plan finds no difference.
func (m *module) plansNothing() {
	m.t.Helper()
	if output, code := m.try("plan", "-no-color", "-detailed-exitcode"); code != 0 {
		m.t.Errorf("the next plan is not empty, with code %d:\n%s", code, output)
	}
}

// leavesTenant checks that the tenant is as it was when the module began.
func (m *module) leavesTenant() {
	m.t.Helper()
	if difference := cmp.Diff(m.before, m.tenant.Snapshot()); difference != "" {
		m.t.Errorf("the tenant is not as it was before (-before +after):\n%s", difference)
	}
}

// says checks that an output has a text, which the engine may have wrapped.
func (m *module) says(output, text string) {
	m.t.Helper()
	if !strings.Contains(space.ReplaceAllString(output, " "), text) {
		m.t.Errorf("the output does not say %q:\n%s", text, output)
	}
}

var space = regexp.MustCompile(`\s+`)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
