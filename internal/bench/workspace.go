// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
)

// providerAddress is the same for Terraform and OpenTofu, which would each think of a registry of its own.
const providerAddress = "registry.terraform.io/terraform-exchange/exchange"

// The operations.
const (
	plan    = "plan"
	refresh = "refresh-only"
	apply   = "apply"
	destroy = "destroy"
	// read is what a plan asks the provider of what is there, without Terraform: its requests count, its time does not.
	read = "read"
)

// arguments are Terraform's for each operation that is its own. A plan that finds something to do is a failure, since
// then it did not measure what it was to.
var arguments = map[string][]string{
	plan:    {"plan", "-detailed-exitcode", "-input=false", "-no-color"},
	refresh: {"plan", "-refresh-only", "-detailed-exitcode", "-input=false", "-no-color"},
	apply:   {"apply", "-auto-approve", "-input=false", "-no-color"},
	destroy: {"apply", "-destroy", "-auto-approve", "-input=false", "-no-color"},
}

// workspace is a tenant, a configuration for it, and perhaps a state.
type workspace struct {
	workload workload
	sandbox  *sandbox.Sandbox
	folder   string
	// instances are what is in state.
	instances []instance
}

// newWorkspace makes a tenant and a configuration. With present, the objects are in the tenant and in state; without,
// in neither.
func (b *bench) newWorkspace(ctx context.Context, w workload, present bool) (_ *workspace, err error) {
	t, objects, err := w.tenant(present)
	if err != nil {
		return nil, fmt.Errorf("filling the tenant: %w", err)
	}
	folder, err := os.MkdirTemp(b.folder, w.kind+"-")
	if err != nil {
		return nil, err
	}
	served, err := sandbox.Start(t, sandbox.WithKeys(b.keys))
	if err != nil {
		return nil, err
	}
	space := &workspace{workload: w, sandbox: served, folder: folder}
	defer func() {
		if err != nil {
			err = errors.Join(err, space.close())
		}
	}()
	if err := space.writeConfig(objects); err != nil || !present {
		return space, err
	}
	walk, err := startWalk(ctx, b.newServer, served.Environment(), w.resourceType())
	if err != nil {
		return nil, err
	}
	if space.instances, err = walk.importAll(ctx, objects); err != nil {
		return nil, err
	}
	state, err := walk.stateFile(space.instances)
	if err != nil {
		return nil, err
	}
	return space, os.WriteFile(filepath.Join(folder, "terraform.tfstate"), state, 0o600)
}

// writeConfig writes the configuration that manages the objects.
func (s *workspace) writeConfig(objects []object) error {
	blocks := map[string]map[string]map[string]string{}
	for _, o := range objects {
		if blocks[o.block] == nil {
			blocks[o.block] = map[string]map[string]string{}
		}
		blocks[o.block][o.key] = o.arguments
	}
	for name, each := range blocks {
		content, err := json.Marshal(each)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(s.folder, objectsFile(name)), content, 0o600); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(s.folder, "main.tf"), []byte(s.workload.config()), 0o600)
}

// close stops the tenant and removes the folder.
func (s *workspace) close() error { return errors.Join(s.sandbox.Close(), os.RemoveAll(s.folder)) }

// answerIn has every answer take a time.
func (s *workspace) answerIn(latency time.Duration) {
	s.sandbox.Faults().Clear()
	if latency > 0 {
		s.sandbox.Faults().Add(fault.Rule{Fault: fault.Slow(latency)})
	}
}

// run has Terraform do an operation with a variant of the provider, and measures it.
func (b *bench) run(ctx context.Context, space *workspace, operation, variant string) (sample, error) {
	usage, err := os.MkdirTemp(b.folder, "usage-")
	if err != nil {
		return sample{}, err
	}
	before := space.workload.count(space.sandbox.Tenant())
	command := exec.CommandContext(ctx, b.engine, arguments[operation]...)
	// Terraform ends what it runs; killed, it would leave it running.
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.Dir = space.folder
	provider := b.binary(variant)
	if variant == ours && b.profiles != "" {
		provider = b.program(profiled)
	}
	command.Env = slices.Concat(
		sandbox.ChildEnvironment(os.Environ(), space.sandbox.Environment()), b.engineEnvironment(), []string{
			"EXCHANGE_BENCH_PROVIDER=" + provider,
			"EXCHANGE_BENCH_USAGE=" + usage,
			"EXCHANGE_BENCH_PROFILES=" + filepath.Join(b.profiles, fmt.Sprintf("%s-%d-%s", space.workload.kind, space.workload.size, operation)),
		})
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output

	space.sandbox.Requests().Reset()
	begin := time.Now()
	err = command.Run()
	wall := time.Since(begin)
	if ctx.Err() != nil {
		return sample{}, ctx.Err() // What Terraform says of having been interrupted is no news.
	}
	if err != nil {
		return sample{}, fmt.Errorf("%w\n%s", err, tail(output.Bytes()))
	}
	if err := space.check(operation, variant, before); err != nil {
		return sample{}, err
	}
	measured := sample{Wall: wall, TerraformCPU: command.ProcessState.UserTime() + command.ProcessState.SystemTime()}
	measured.count(space.sandbox.Requests().All())
	return measured, measured.use(usage)
}

// check holds an operation to have done to the tenant what it was to do.
func (s *workspace) check(operation, variant string, before int) error {
	want := before
	if !asksNobody(variant) {
		switch operation {
		case apply:
			want += s.workload.managed()
		case destroy:
			want -= s.workload.managed()
		}
	}
	if got := s.workload.count(s.sandbox.Tenant()); got != want {
		return fmt.Errorf("the tenant has %d objects after it, want %d", got, want)
	}
	return nil
}

// readInProcess reads what is in state with a provider in this process, and counts the requests.
func (b *bench) readInProcess(ctx context.Context, space *workspace) (sample, error) {
	space.sandbox.Requests().Reset()
	walk, err := startWalk(ctx, b.newServer, space.sandbox.Environment(), space.workload.resourceType())
	if err != nil {
		return sample{}, err
	}
	if err := walk.readAll(ctx, space.instances); err != nil {
		return sample{}, err
	}
	var counted sample
	counted.count(space.sandbox.Requests().All())
	return counted, nil
}

// tail is the end of an output, where its errors are.
func tail(output []byte) []byte {
	const most = 2000
	return output[max(0, len(output)-most):]
}
