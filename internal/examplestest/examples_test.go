// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package examplestest runs everything in examples/ with the built provider on sandbox tenants, as a user would.
package examplestest

import (
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
)

func TestExamples(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	resources, dataSources, lists := e.typeNames(t)

	for _, kind := range []struct {
		folder, files string
		names         []string
	}{
		{"resources", "resource*.tf", resources},
		{"data-sources", "data-source*.tf", dataSources},
	} {
		t.Run(kind.folder, func(t *testing.T) {
			t.Parallel()
			if found := folders(t, kind.folder); !slices.Equal(found, slices.Sorted(slices.Values(kind.names))) {
				t.Errorf("there are examples of %q, and the provider has %q", found, kind.names)
			}
		})
		for _, name := range kind.names {
			folder := path.Join(kind.folder, name)
			for _, file := range files(t, path.Join(folder, kind.files)) {
				t.Run(file, func(t *testing.T) {
					t.Parallel()
					testApply(t, e, append(files(t, path.Join(folder, "variables.tf")), "provider/provider.tf", file))
				})
			}
		}
	}
	for _, name := range resources {
		for _, file := range []string{"import.sh", "import-by-string-id.tf", "import-by-identity.tf"} {
			file = path.Join("resources", name, file)
			t.Run(file, func(t *testing.T) {
				t.Parallel()
				testImport(t, e, file)
			})
		}
	}
	listed := folders(t, "list-resources")
	if len(lists) > 0 && !slices.Equal(listed, slices.Sorted(slices.Values(lists))) {
		t.Errorf("there are examples of lists of %q, and the provider has %q", listed, lists)
	}
	for _, name := range listed {
		file := path.Join("list-resources", name, "list-resource.tfquery.hcl")
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			testQuery(t, e, file)
		})
	}
	t.Run("scoped-mail-access", func(t *testing.T) {
		t.Parallel()
		testApply(t, e, files(t, "scoped-mail-access/*.tf"))
	})
	t.Run("scoped-mail-access refuses a scope that is too wide", func(t *testing.T) {
		t.Parallel()
		testRefusal(t, e, "Invoice Reader can reach payroll@contoso.com, and should not.", "recipient_filter=RecipientTypeDetails -eq 'SharedMailbox'")
	})
	t.Run("scoped-mail-access refuses a scope that is too narrow", func(t *testing.T) {
		t.Parallel()
		testRefusal(t, e, "Invoice Reader lacks a role on invoices@contoso.com.", "recipient_filter=Alias -eq 'nobody'")
	})
	t.Run("scoped-mail-access/tests", func(t *testing.T) {
		t.Parallel()
		testModuleTest(t, e)
	})
	t.Run("scoped-mail-access/tests/faults.yaml", func(t *testing.T) {
		t.Parallel()
		testFaults(t, e)
	})
	t.Run("demo", func(t *testing.T) {
		t.Parallel()
		testDemo(t, e)
	})
}

// testApply applies a configuration, plans again and destroys it.
func testApply(t *testing.T, e engine, files []string) {
	t.Helper()
	m := e.newModule(t, acctest.Start(t), files...)
	m.run("apply", "-no-color", "-auto-approve")
	if m.run("state", "list") == "" {
		t.Error("the example applies nothing")
	}
	m.plansNothing()
	m.run("apply", "-no-color", "-destroy", "-auto-approve")
	m.leavesTenant()
}

// testImport imports what an example names to the resource that is written down for it.
func testImport(t *testing.T, e engine, file string) {
	t.Helper()
	m := e.newModule(t, acctest.Start(t), "provider/provider.tf", path.Join(path.Dir(file), "imported.tf"))
	switch path.Base(file) {
	case "import.sh":
		m.runScript(file)
	case "import-by-identity.tf":
		if !e.importsByIdentity(t) {
			t.Skip("the engine does not import by identity")
		}
		fallthrough
	default:
		m.add(file)
		m.says(m.run("plan", "-no-color", "-out=tfplan"), "Plan: 1 to import, 0 to add, 0 to change, 0 to destroy.")
		m.run("apply", "-no-color", "tfplan")
	}
	m.plansNothing()
	m.leavesTenant()
}

// testQuery lists what an example asks for, which the sandbox tenant has.
func testQuery(t *testing.T, e engine, file string) {
	t.Helper()
	acctest.NeedsQuery(t)
	m := e.newModule(t, acctest.Start(t), "provider/provider.tf", file)
	if m.run("query", "-no-color") == "" {
		t.Error("the example lists nothing")
	}
	m.leavesTenant()
}

// runScript runs a shell script of examples/, in which the engine is called terraform.
func (m *module) runScript(file string) {
	m.t.Helper()
	commands := m.t.TempDir()
	if err := os.Symlink(m.path, filepath.Join(commands, "terraform")); err != nil {
		m.t.Fatal(err)
	}
	script, err := filepath.Abs(filepath.Join(root, "examples", file))
	if err != nil {
		m.t.Fatal(err)
	}
	output, code := m.command("sh", "-c", `PATH="$1:$PATH" && export PATH && . "$2"`, "sh", commands, script)
	if code != 0 {
		m.t.Fatalf("%s ended with code %d:\n%s", file, code, output)
	}
}

// testRefusal applies the scoped application as it should be, and then with a variable that its proof must refuse.
func testRefusal(t *testing.T, e engine, message, variable string) {
	t.Helper()
	m := e.newModule(t, acctest.Start(t), files(t, "scoped-mail-access/*.tf")...)
	m.run("apply", "-no-color", "-auto-approve")
	output, code := m.try("apply", "-no-color", "-auto-approve", "-var", variable)
	if code == 0 {
		t.Errorf("the apply succeeded:\n%s", output)
	}
	m.says(output, message)
	m.run("apply", "-no-color", "-auto-approve")
	m.run("apply", "-no-color", "-destroy", "-auto-approve")
	m.leavesTenant()
}

// testModuleTest runs the engine's own tests of the scoped application, on the usual tenant and on that of a file.
func testModuleTest(t *testing.T, e engine) {
	t.Helper()
	m := e.newModule(t, acctest.Start(t), append(files(t, "scoped-mail-access/*.tf"), files(t, "scoped-mail-access/tests/*")...)...)
	m.says(m.run("test", "-no-color"), "2 passed, 0 failed.")
	m.leavesTenant()

	output, code := m.command(filepath.Join(e.binaries, "exchange-sandbox"), "run", "--tenant", "tenant.yaml", "--",
		e.path, "test", "-no-color", "-var", `inside=["invoices@contoso.com","refunds@contoso.com"]`)
	if code != 0 {
		t.Errorf("the tests on the tenant file ended with code %d", code)
	}
	m.says(output, "2 passed, 0 failed.")
}

// testFaults applies the scoped application where each rule of the fault file strikes.
func testFaults(t *testing.T, e engine) {
	t.Helper()
	m := e.newModule(t, acctest.Start(t), append(files(t, "scoped-mail-access/*.tf"), "scoped-mail-access/tests/faults.yaml")...)
	output, code := m.command(filepath.Join(e.binaries, "exchange-sandbox"), "run", "--faults", "faults.yaml", "--summary", "--",
		e.path, "apply", "-no-color", "-auto-approve")
	if code != 0 {
		t.Errorf("the apply with faults ended with code %d", code)
	}
	m.says(output, "429 JSON, Retry-After 2s as seconds 2 reset after execution 1")
}

// testDemo runs the demonstration, which checks itself.
func testDemo(t *testing.T, e engine) {
	t.Helper()
	command := exec.CommandContext(t.Context(), filepath.Join(root, "examples", "demo", "run"), e.path)
	command.Env = append(e.environment(nil), "PATH="+e.binaries+string(os.PathListSeparator)+os.Getenv("PATH"))
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if lines := strings.Count(string(output), "\n"); lines > 150 {
		t.Errorf("the demo prints %d lines, which is too much to read", lines)
	}
}

// files returns the files of examples/ that a pattern matches.
func files(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := fs.Glob(os.DirFS(filepath.Join(root, "examples")), pattern)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// folders returns the names of the folders in a folder of examples/, in order.
func folders(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(root, "examples", folder))
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}
