// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// The provider, which writes profiles of its CPU and memory when it ends.
//
// EXCHANGE_BENCH_PROFILES names their folder.
package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime/pprof"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/provider"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/server"
)

func main() {
	stop, err := profile(os.Getenv("EXCHANGE_BENCH_PROFILES"))
	if err != nil {
		log.Fatal(err)
	}
	err = server.Serve("registry.terraform.io/terraform-exchange/exchange", provider.New("bench", os.LookupEnv), false)
	if err := errors.Join(err, stop()); err != nil {
		log.Fatal(err)
	}
}

// profile profiles this process until stop, which writes what was allocated and what was in use when memory was last
// collected: a collection of its own would find the provider's work gone.
func profile(folder string) (stop func() error, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	create := func(of string) (*os.File, error) {
		return os.Create(filepath.Join(folder, fmt.Sprintf("%s-%d.pprof", of, os.Getpid())))
	}
	cpu, err := create("cpu")
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		return nil, errors.Join(err, cpu.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		err := cpu.Close()
		memory, createErr := create("memory")
		if createErr != nil {
			return errors.Join(err, createErr)
		}
		return errors.Join(err, pprof.Lookup("heap").WriteTo(memory, 0), memory.Close())
	}, nil
}
