// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Command exchange-sandbox runs an Exchange Online tenant on this machine, for
// trying and testing Terraform configurations without a real one.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// version is set by the linker when a release is built.
var version = "dev"

func main() {
	os.Exit(execute(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// execute runs one command line and returns its exit code: that of the command
// it ran, or 1 for a failure of its own.
func execute(arguments []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(arguments)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	command, err := root.ExecuteC()
	if err == nil {
		return 0
	}
	exit := exitError{code: 1, reason: err}
	errors.As(err, &exit)
	if exit.reason != nil {
		fmt.Fprintf(stderr, "Error: %v\n", exit.reason)
	}
	var usage usageError
	if errors.As(err, &usage) {
		fmt.Fprintf(stderr, "\nSee %s --help.\n", command.CommandPath())
	}
	return exit.code
}

// An exitError ends the program with the code of the command it ran.
type exitError struct {
	code int
	// reason is why the command did not start; nil when it ran, and has itself
	// said what there was to say.
	reason error
}

func (e exitError) Error() string {
	if e.reason != nil {
		return e.reason.Error()
	}
	return fmt.Sprintf("the command exited with code %d", e.code)
}

func (e exitError) Unwrap() error { return e.reason }

// A usageError is a command line that makes no sense.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "exchange-sandbox",
		Short: "Run an Exchange Online tenant on this machine",
		Long: `exchange-sandbox runs an Exchange Online tenant in memory and speaks as Microsoft
Entra ID, as Exchange's admin API and as Microsoft Graph on a loopback port. The
exchange provider for Terraform and OpenTofu works on it as it works on a real
tenant, so that a configuration can be tried and tested offline, in seconds and as
often as one likes.

Every sandbox is new: it has its own certificate authority and its own secret, and
forgets everything when it ends.`,
		Example: `  # Test a module
  exchange-sandbox run -- terraform test

  # See what an apply does to the tenant
  exchange-sandbox run --summary -- terraform apply -auto-approve

  # Keep a tenant running for a shell
  exchange-sandbox serve --env-file sandbox.env &
  . ./sandbox.env`,
		Version:       version,
		Args:          noArguments,
		RunE:          func(command *cobra.Command, _ []string) error { return command.Help() },
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(newRunCommand(), newServeCommand())
	return root
}

// noArguments refuses arguments: a command that does not exist, or a stray word.
func noArguments(command *cobra.Command, arguments []string) error {
	if err := cobra.NoArgs(command, arguments); err != nil {
		return usageError{err}
	}
	return nil
}

// addTenantFlag gives a command the flag that names the tenant file.
func addTenantFlag(command *cobra.Command, path *string) {
	command.Flags().StringVarP(path, "tenant", "t", "",
		"YAML `file` that describes the tenant (default: the built-in tenant contoso.onmicrosoft.com)")
}

// addFaultsFlag gives a command the flag that names the fault file.
func addFaultsFlag(command *cobra.Command, path *string) {
	command.Flags().StringVar(path, "faults", "", "YAML `file` that says which requests go wrong, and how (default: none)")
}

// openFaults reads a fault file; without one, nothing goes wrong.
func openFaults(path string) (fault.Plan, error) {
	if path == "" {
		return fault.Plan{}, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return fault.Plan{}, fmt.Errorf("opening the fault file: %w", err)
	}
	defer func() { _ = file.Close() }() // It was only read.
	plan, err := fault.Load(file)
	if err != nil {
		return fault.Plan{}, fmt.Errorf("%s: %w", path, err)
	}
	return plan, nil
}

// openTenant makes the tenant of a file, or the built-in one when there is none.
func openTenant(path string) (*tenant.Tenant, error) {
	if path == "" {
		return tenant.Contoso(), nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the tenant file: %w", err)
	}
	defer func() { _ = file.Close() }() // It was only read.
	t, err := tenant.Load(file)
	if err != nil {
		return nil, fmt.Errorf("reading the tenant file %s: %w", path, err)
	}
	return t, nil
}
