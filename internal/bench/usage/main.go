// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Terraform starts this program for the provider. It runs the provider in its place, and notes what that used: the
// system tells only whoever started a process, and Terraform keeps it to itself.
//
// EXCHANGE_BENCH_PROVIDER names the provider's binary. EXCHANGE_BENCH_USAGE names a folder, in which a file for each
// process is empty while that runs and holds a JSON object afterwards.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"os"
	"os/exec"
	"os/signal"
)

// used is what a process used. The reader in internal/bench has the same names.
type used struct {
	CPUSeconds float64 `json:"cpu_seconds"`
	PeakBytes  int64   `json:"peak_bytes"`
}

func main() {
	code, err := run(os.Getenv("EXCHANGE_BENCH_PROVIDER"), os.Args[1:], os.Getenv("EXCHANGE_BENCH_USAGE"))
	if err != nil {
		log.Fatal(err)
	}
	os.Exit(code)
}

// run runs a program with this one's input and outputs, and returns the code that it exits with.
func run(program string, arguments []string, folder string) (code int, err error) {
	record, err := os.CreateTemp(folder, "process-*.json")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, record.Close()) }()

	// What interrupts Terraform interrupts all that it runs. It is for Terraform to end the provider then, and for this
	// program to outlive it.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)

	command := exec.CommandContext(context.Background(), program, arguments...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return 0, err
	}
	state := command.ProcessState
	return state.ExitCode(), json.NewEncoder(record).Encode(used{
		CPUSeconds: (state.UserTime() + state.SystemTime()).Seconds(),
		PeakBytes:  peakBytes(state),
	})
}
