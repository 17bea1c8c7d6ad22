// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
)

// Command makes a folder with a configuration and returns a function that runs Terraform in it on the sandbox, with the
// provider of BuildProvider, for what the test framework does not show: everything that a user reads. It fails the test
// where Terraform fails. Variables given here replace or add to the sandbox's environment.
func (s *Sandbox) Command(provider, config string, variables ...string) func(t *testing.T, arguments ...string) string {
	s.t.Helper()
	_, command := s.Folder(provider, config, variables...)
	return func(t *testing.T, arguments ...string) string {
		t.Helper()
		output, err := command(t.Context(), arguments...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(arguments, " "), err, output)
		}
		return string(output)
	}
}

// Folder makes the folder of Command, and returns it and a function that makes commands of Terraform in it, for tests in
// which those may fail.
func (s *Sandbox) Folder(provider, config string, variables ...string) (folder string, command func(ctx context.Context, arguments ...string) *exec.Cmd) {
	s.t.Helper()
	engine, err := Engine()
	if err != nil {
		s.t.Fatal(err)
	}
	folder = s.t.TempDir()
	settings := filepath.Join(folder, "cli.tfrc")
	for path, content := range map[string]string{
		filepath.Join(folder, "main.tf"): "terraform {\n  required_providers {\n    exchange = { source = \"terraform-exchange/exchange\" }\n  }\n}\n" + config,
		settings: fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"terraform-exchange/exchange\" = %q\n  }\n  direct {}\n}\n",
			filepath.ToSlash(provider)),
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	environment := append(sandbox.ChildEnvironment(os.Environ(), s.environment(variables)),
		"TF_CLI_CONFIG_FILE="+settings, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1")
	return folder, func(ctx context.Context, arguments ...string) *exec.Cmd {
		command := exec.CommandContext(ctx, engine, arguments...)
		command.Dir, command.Env = folder, environment
		return command
	}
}
