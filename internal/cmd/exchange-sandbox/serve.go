// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
)

func newServeCommand() *cobra.Command {
	var flags struct {
		tenantFile, faultFile, envFile string
		port                           uint16
		shell                          shell
		method                         signInMethod
	}
	flags.shell = posix
	command := &cobra.Command{
		Use:   "serve [flags]",
		Short: "Keep a tenant running",
		Long: `Serve starts a new tenant on a loopback port and keeps it until SIGINT or SIGTERM.
It prints the environment that points the exchange provider at the tenant, or writes it
to a file that only you can read and that is removed at the end. The environment holds
the tenant's client secret, or what the method of --sign-in needs, which is worth
nothing anywhere else.

Unlike run, serve cannot take away what else is in your environment: a variable such as
ARM_CLIENT_CERTIFICATE_PATH, or a provider block that sets an attribute, still counts.`,
		Example: `  # In one terminal; copy what it prints to another
  exchange-sandbox serve

  # In one shell
  exchange-sandbox serve --env-file sandbox.env &
  . ./sandbox.env
  terraform apply

  # PowerShell
  exchange-sandbox serve --shell powershell --env-file sandbox.ps1
  . ./sandbox.ps1

  # A step of a GitHub Actions job; later steps use the tenant
  exchange-sandbox serve --shell github >> "$GITHUB_ENV" &`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			return serve(command, flags.tenantFile, flags.faultFile, flags.envFile, int(flags.port), flags.shell, flags.method)
		},
	}
	addTenantFlag(command, &flags.tenantFile)
	addFaultsFlag(command, &flags.faultFile)
	addSignInFlag(command, &flags.method)
	command.Flags().StringVar(&flags.envFile, "env-file", "",
		"new `file` to write the environment to, instead of printing it; removed at the end")
	command.Flags().Uint16VarP(&flags.port, "port", "p", 0, "`port` to listen on (default: a free one)")
	command.Flags().Var(&flags.shell, "shell", "`form` of the environment: posix, powershell or github")
	return command
}

func serve(command *cobra.Command, tenantFile, faultFile, envFile string, port int, shell shell, method signInMethod) (err error) {
	ctx, stop := signal.NotifyContext(command.Context(), endingSignals()...)
	defer stop()

	t, err := openTenant(tenantFile)
	if err != nil {
		return err
	}
	faults, err := openFaults(faultFile)
	if err != nil {
		return err
	}
	box, err := sandbox.Start(t, sandbox.Port(port))
	if err != nil {
		return err
	}
	box.Faults().Follow(faults)
	defer func() { err = errors.Join(err, box.Close()) }()

	variables, err := method.environment(box)
	if err != nil {
		return err
	}
	environment := shell.format(variables)
	if envFile == "" {
		if _, err := fmt.Fprint(command.OutOrStdout(), environment); err != nil {
			return fmt.Errorf("printing the environment: %w", err)
		}
	} else {
		if err := writeEnvFile(envFile, environment); err != nil {
			return err
		}
		defer func() {
			if removeErr := os.Remove(envFile); !errors.Is(removeErr, fs.ErrNotExist) {
				err = errors.Join(err, removeErr)
			}
		}()
	}
	fmt.Fprintf(command.ErrOrStderr(), "The tenant %s is at %s. Ctrl-C ends it.\n",
		t.Organization().InitialDomain, box.URL())
	<-ctx.Done()
	return nil
}

// writeEnvFile writes a file that must not be there yet, since it is removed at
// the end. The file appears under its name only when it is complete, so that a
// script may wait for it.
func writeEnvFile(path, content string) (err error) {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("the environment file %s exists already; name a new file, since serve removes it at the end", path)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("looking for the environment file: %w", err)
	}
	// CreateTemp gives the file mode 0600.
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return fmt.Errorf("writing the environment file: %w", err)
	}
	_, err = file.WriteString(content)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("writing the environment file: %w", errors.Join(err, os.Remove(file.Name())))
	}
	return nil
}
