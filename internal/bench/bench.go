// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
)

// module is where the programs are built from.
const module = "github.com/terraform-exchange/terraform-provider-exchange"

// bench has what every measurement needs.
type bench struct {
	// engine is the command of Terraform or OpenTofu.
	engine string
	// folder is for everything that is gone afterwards.
	folder string
	// settings is the engine's settings file, by which it finds the provider.
	settings  string
	keys      *sandbox.Keys
	newServer newServer
	// profiles is the folder for profiles of the provider; none are taken if it is empty.
	profiles string
	progress io.Writer
}

// newBench builds the programs that are measured.
func newBench(ctx context.Context, newServer newServer, profiles string, progress io.Writer) (_ *bench, err error) {
	b := &bench{newServer: newServer, progress: progress}
	if profiles != "" {
		// The provider runs in another folder.
		if b.profiles, err = filepath.Abs(profiles); err != nil {
			return nil, err
		}
	}
	if b.engine, err = engine(); err != nil {
		return nil, err
	}
	if b.keys, err = sandbox.NewKeys(); err != nil {
		return nil, err
	}
	if b.folder, err = os.MkdirTemp("", "exchange-bench-"); err != nil {
		return nil, err
	}
	if err := b.build(ctx); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

// engine finds Terraform or OpenTofu as the acceptance tests do.
func engine() (string, error) {
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

// build builds all programs with the same flags, and lets the engine find usage in the place of the provider.
func (b *bench) build(ctx context.Context) error {
	fmt.Fprintln(b.progress, "building the providers")
	programs := []string{module}
	names := []string{rival, floor, empty, "usage"}
	if b.profiles != "" {
		names = append(names, profiled)
	}
	for _, name := range names {
		programs = append(programs, path.Join(module, "internal/bench", name))
	}
	build := exec.CommandContext(ctx, "go", append([]string{"build", "-o", b.folder + string(filepath.Separator)}, programs...)...)
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building the providers: %w\n%s", err, output)
	}
	again := exec.CommandContext(ctx, "go", "build", "-ldflags", "-X main.servedAs=provider", "-o", b.binary(quiet), path.Join(module, "internal/bench", floor))
	if output, err := again.CombinedOutput(); err != nil {
		return fmt.Errorf("building the quiet floor: %w\n%s", err, output)
	}
	overriding := filepath.Join(b.folder, "override")
	b.settings = filepath.Join(b.folder, "cli.tfrc")
	settings := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n  direct {}\n}\n",
		providerAddress, filepath.ToSlash(overriding))
	return errors.Join(
		os.Mkdir(overriding, 0o700),
		os.Rename(b.program("usage"), filepath.Join(overriding, filepath.Base(b.binary(ours)))),
		os.WriteFile(b.settings, []byte(settings), 0o600))
}

// engineEnvironment is what the engine finds in its environment besides what a provider does.
func (b *bench) engineEnvironment() []string {
	return []string{"TF_CLI_CONFIG_FILE=" + b.settings, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1"}
}

// binary is the path of a variant of the provider, or of the empty one.
func (b *bench) binary(variant string) string {
	if variant == ours {
		return b.program(path.Base(module))
	}
	return b.program(variant)
}

func (b *bench) program(name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(b.folder, name)
}

func (b *bench) close() error { return os.RemoveAll(b.folder) }

// measure measures everything, up to the first failure.
func (b *bench) measure(ctx context.Context, o options) (report, error) {
	var r report
	var err error
	if r.Machine, err = b.machine(ctx); err != nil {
		return r, err
	}
	if o.starts > 0 {
		if r.Starts, err = b.starts(ctx, o.starts); err != nil {
			return r, err
		}
	}
	for _, s := range o.series {
		for _, kind := range s.kinds {
			for _, size := range s.sizes {
				results, err := b.measureWorkload(ctx, workload{kind, size}, s)
				r.Results = append(r.Results, results...)
				if err != nil {
					return r, fmt.Errorf("%s, %d objects: %w", kind, size, err)
				}
			}
		}
	}
	return r, nil
}

// measureWorkload measures the operations of a series on one workload.
func (b *bench) measureWorkload(ctx context.Context, w workload, s series) (results []result, err error) {
	// What changes nothing is measured on one tenant; what does is given one of its own.
	var shared *workspace
	if slices.ContainsFunc(s.operations, isReading) {
		fmt.Fprintf(b.progress, "%s, %d objects: preparing\n", w.kind, w.size)
		if shared, err = b.newWorkspace(ctx, w, true); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, shared.close()) }()
	}
	for _, operation := range s.operations {
		cases := cases(s, operation)
		samples := make([][]sample, len(cases))
		// The rounds take turns, so that what else the machine does befalls all alike.
		for range s.rounds {
			for i, c := range cases {
				fmt.Fprintf(b.progress, "%s, %d objects: %s by %s, answers in %s\n", w.kind, w.size, operation, c.variant, c.latency)
				taken, err := b.sample(ctx, shared, w, operation, c)
				if err != nil {
					return results, fmt.Errorf("%s by %s, answers in %s: %w", operation, c.variant, c.latency, err)
				}
				samples[i] = append(samples[i], taken)
			}
		}
		for i, c := range cases {
			results = append(results, result{Workload: w, Operation: operation, Variant: c.variant, Latency: c.latency, sample: median(samples[i])})
		}
	}
	return results, nil
}

// measured is a variant and how long answers take it.
type measured struct {
	variant string
	latency time.Duration
}

// cases are the variants and latencies of a series, without those that would measure the same again: a floor asks
// nobody, and reading in this process, by the provider alone, is not timed.
func cases(s series, operation string) []measured {
	var all []measured
	for _, variant := range s.variants {
		for i, latency := range s.latencies {
			switch {
			case operation == read && (variant != ours || i > 0):
			case operation == read:
				all = append(all, measured{variant, 0})
			case asksNobody(variant) && i > 0:
			case asksNobody(variant):
				all = append(all, measured{variant, 0})
			default:
				all = append(all, measured{variant, latency})
			}
		}
	}
	return all
}

// asksNobody tells whether a variant's operations touch nothing.
func asksNobody(variant string) bool { return variant == floor || variant == quiet }

// isReading tells whether an operation leaves tenant and state as they are.
func isReading(operation string) bool { return operation != apply && operation != destroy }

// sample measures an operation once.
func (b *bench) sample(ctx context.Context, shared *workspace, w workload, operation string, c measured) (_ sample, err error) {
	space := shared
	if !isReading(operation) {
		if space, err = b.newWorkspace(ctx, w, operation == destroy); err != nil {
			return sample{}, err
		}
		defer func() { err = errors.Join(err, space.close()) }()
	}
	if operation == read {
		return b.readInProcess(ctx, space)
	}
	space.answerIn(c.latency)
	defer space.answerIn(0)
	return b.run(ctx, space, operation, c.variant)
}
