// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
)

// sample is what one run took.
type sample struct {
	Wall time.Duration
	// ProviderCPU is the time that all provider processes of the run computed, and ProviderPeak the most memory in bytes
	// that one of them had; 0 where the system does not tell.
	ProviderCPU  time.Duration
	ProviderPeak int64
	// TerraformCPU is the time that Terraform itself computed.
	TerraformCPU time.Duration
	// Requests is the number of HTTP requests beyond sign-in. A batch is one.
	Requests int
	// Asked counts what they asked for by its name; a batch counts as what is in it.
	Asked map[string]int
}

// count adds the requests that a sandbox recorded.
func (s *sample) count(all []fault.Request) {
	s.Asked = map[string]int{}
	for _, request := range all {
		if request.Service == fault.Entra {
			continue
		}
		if request.Item == 0 {
			s.Requests++
		}
		if request.Cmdlet != fault.Batch {
			s.Asked[request.Cmdlet]++
		}
	}
}

// asked is the number of things that the requests asked for.
func (s *sample) asked() int {
	total := 0
	for _, count := range s.Asked {
		total += count
	}
	return total
}

// use adds what the provider processes used, as internal/bench/usage noted it. Terraform's own time comes with that of
// all processes below it.
func (s *sample) use(folder string) error {
	records, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	if len(records) == 0 {
		return errors.New("no provider process was started")
	}
	for _, record := range records {
		content, err := os.ReadFile(filepath.Join(folder, record.Name()))
		if err != nil {
			return err
		}
		var used struct {
			CPUSeconds float64 `json:"cpu_seconds"`
			PeakBytes  int64   `json:"peak_bytes"`
		}
		if err := json.Unmarshal(content, &used); err != nil {
			return fmt.Errorf("a provider process was killed before it ended: %w", err)
		}
		s.ProviderCPU += time.Duration(used.CPUSeconds * float64(time.Second))
		s.ProviderPeak = max(s.ProviderPeak, used.PeakBytes)
	}
	s.TerraformCPU -= s.ProviderCPU
	return nil
}

// median is the sample with the median wall time; of an even number, the slower one of the middle.
func median(samples []sample) sample {
	sorted := slices.SortedFunc(slices.Values(samples), func(a, b sample) int { return cmp.Compare(a.Wall, b.Wall) })
	return sorted[len(sorted)/2]
}
