// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Command bench measures what the provider costs: what Terraform takes with it on tenants of many objects that answer
// slowly, beside the floor below which no provider can be and beside one that asks for every object by itself.
//
// README.md says how it measures, and what it found.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/provider"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/server"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures what the arguments ask for and reports it on stdout. What it is at goes to stderr.
func run(ctx context.Context, arguments []string, stdout, stderr io.Writer) (err error) {
	o, err := parseOptions(arguments, stderr)
	if err != nil {
		return err
	}
	b, err := newBench(ctx, newProvider, o.profiles, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	// What was measured before a failure is worth having.
	report, err := b.measure(ctx, o)
	if o.json {
		return errors.Join(err, report.writeJSON(stdout))
	}
	return errors.Join(err, report.writeText(stdout))
}

func newProvider(lookup func(name string) (string, bool)) tfprotov6.ProviderServer {
	return server.New(provider.New("bench", lookup)())
}
