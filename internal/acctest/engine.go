// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// Engine returns the command of Terraform or OpenTofu that tests run on: TF_ACC_TERRAFORM_PATH, as in the test
// framework, or what is on PATH.
func Engine() (string, error) {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path, nil
	}
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("neither terraform nor tofu is on PATH, and TF_ACC_TERRAFORM_PATH is not set")
}

// BuildProvider builds the provider's binary for tests that run it as a process, and returns the folder that holds it.
func BuildProvider(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	binary := filepath.Join(folder, "terraform-provider-exchange")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "github.com/terraform-exchange/terraform-provider-exchange")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the provider: %v\n%s", err, output)
	}
	return folder
}

// NeedsQuery skips a test on engines without terraform query: Terraform has it from 1.14 on, OpenTofu has not.
func NeedsQuery(t *testing.T) {
	t.Helper()
	engine, err := Engine()
	if err != nil {
		t.Fatal(err)
	}
	if err := exec.CommandContext(t.Context(), engine, "query", "-help").Run(); err != nil {
		t.Skipf("%s has no query command", engine)
	}
}
