// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
)

// The codes a shell gives a command it cannot start, and the one it adds a
// signal's number to.
const (
	codeCannotExecute = 126
	codeNotFound      = 127
	codeSignal        = 128
)

func newRunCommand() *cobra.Command {
	var tenantFile, faultFile string
	var method signInMethod
	var summary bool
	command := &cobra.Command{
		Use:   "run [flags] -- COMMAND [ARG...]",
		Short: "Run a command on a new tenant",
		Long: `Run starts a new tenant on a free loopback port, runs COMMAND with the environment
that points the exchange provider at it, and ends the tenant when COMMAND ends.

COMMAND keeps the terminal. Its environment is this one's, without any variable that
names an Azure or Exchange identity, credential or endpoint (ARM_*, AZURE_*, EXCHANGE_*
and the token services of GitHub Actions and Azure DevOps), so that it cannot reach a
real tenant by mistake. It signs in with a client secret, or by the method of --sign-in.

The exit code is COMMAND's: 128 and the number of the signal when one ended it, 127
when there is no such command, 126 when it cannot be executed. It is 1 when the
sandbox itself fails. SIGINT, SIGTERM and SIGHUP reach COMMAND, and the tenant waits
until it has ended.`,
		Example: `  # Test a module
  exchange-sandbox run -- terraform test

  # Apply to a tenant of your own making, and see what was asked of it
  exchange-sandbox run --tenant fabrikam.yaml --summary -- terraform apply -auto-approve

  # See how a configuration fares where answers get lost
  exchange-sandbox run --faults lost-answers.yaml --summary -- terraform test

  # Sign in as a job of GitHub Actions does
  exchange-sandbox run --sign-in github-actions -- terraform plan

  # Look around
  exchange-sandbox run -- sh`,
		Args: func(_ *cobra.Command, arguments []string) error {
			if len(arguments) == 0 {
				return usageError{errors.New("run needs a command to run")}
			}
			return nil
		},
		RunE: func(command *cobra.Command, arguments []string) error {
			return run(command, arguments, tenantFile, faultFile, method, summary)
		},
	}
	addTenantFlag(command, &tenantFile)
	addFaultsFlag(command, &faultFile)
	addSignInFlag(command, &method)
	command.Flags().BoolVar(&summary, "summary", false,
		"print to stderr, at the end, the tenant's objects before and after and the requests it was asked")
	// What follows COMMAND is COMMAND's, even where the -- was left out.
	command.Flags().SetInterspersed(false)
	return command
}

func run(command *cobra.Command, arguments []string, tenantFile, faultFile string, method signInMethod, summary bool) (err error) {
	// From here on a signal must not end this process before it has cleaned up.
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, endingSignals()...)
	defer signal.Stop(signals)

	t, err := openTenant(tenantFile)
	if err != nil {
		return err
	}
	faults, err := openFaults(faultFile)
	if err != nil {
		return err
	}
	box, err := sandbox.Start(t)
	if err != nil {
		return err
	}
	defer func() {
		// A failure of the command is told first: its code is the one that counts.
		if closeErr := box.Close(); err == nil {
			err = closeErr
		}
	}()
	environment, err := method.environment(box)
	if err != nil {
		return err
	}
	before := t.Counts()

	box.Faults().Follow(faults)
	child := exec.CommandContext(command.Context(), arguments[0], arguments[1:]...)
	child.Env = sandbox.ChildEnvironment(os.Environ(), environment)
	child.Stdin, child.Stdout, child.Stderr = command.InOrStdin(), command.OutOrStdout(), command.ErrOrStderr()
	err = supervise(child, signals, hasTerminal())
	if summary {
		if printErr := printSummary(command.ErrOrStderr(), box, before); err == nil {
			err = printErr
		}
	}
	return err
}

// endingSignals are those that ask a process to end.
func endingSignals() []os.Signal {
	return []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}
}

// supervise starts the child, passes signals on to it and waits for its end.
// Its error is an exitError when the child did not start or did not succeed.
func supervise(child *exec.Cmd, signals <-chan os.Signal, terminal bool) error {
	select {
	case received := <-signals:
		// Whoever sent it wants no command any more.
		return signalError(received)
	default:
	}
	if err := child.Start(); err != nil {
		return startError(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	for {
		select {
		case received := <-signals:
			if !passOn(received, terminal) {
				continue
			}
			// It fails only when the child has ended, which the other case tells.
			_ = child.Process.Signal(received)
		case err := <-ended:
			return childError(err)
		}
	}
}

// passOn reports whether a signal must be handed to the child. A terminal sends
// Ctrl-C and its own end to every process in front of it, child included; told
// twice, Terraform would stop at once and lose the state of what it has made.
func passOn(received os.Signal, terminal bool) bool {
	return received == syscall.SIGTERM || !terminal
}

// hasTerminal reports whether this process is controlled by a terminal.
func hasTerminal() bool {
	terminal, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return false
	}
	return terminal.Close() == nil
}

// childError turns how the child ended into the code to exit with.
func childError(err error) error {
	var failed *exec.ExitError
	if !errors.As(err, &failed) {
		return err
	}
	if status, isWait := failed.Sys().(syscall.WaitStatus); isWait && status.Signaled() {
		return signalError(status.Signal())
	}
	return exitError{code: failed.ExitCode()}
}

// signalError is how a shell tells that a signal was the end of a command.
func signalError(received os.Signal) error {
	number, _ := received.(syscall.Signal) // Every signal is one.
	return exitError{code: codeSignal + int(number)}
}

// startError tells why a command did not start, with the code a shell would
// give it.
func startError(err error) error {
	code := codeCannotExecute
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		code = codeNotFound
	}
	return exitError{code: code, reason: fmt.Errorf("starting the command: %w", err)}
}
