// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
)

func TestWhatProviderProcessesUsedAddsUp(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write(t, filepath.Join(folder, "a"), `{"cpu_seconds": 1.5, "peak_bytes": 300}`)
	write(t, filepath.Join(folder, "b"), `{"cpu_seconds": 0.25, "peak_bytes": 200}`)
	s := sample{TerraformCPU: 5 * time.Second}
	if err := s.use(folder); err != nil {
		t.Fatal(err)
	}
	if s.ProviderCPU != 1750*time.Millisecond || s.ProviderPeak != 300 || s.TerraformCPU != 3250*time.Millisecond {
		t.Errorf("got %+v", s)
	}
}

func TestABatchIsOneRequestForAllThatIsInIt(t *testing.T) {
	t.Parallel()
	var s sample
	s.count([]fault.Request{
		{Service: fault.Entra, Cmdlet: "token"},
		{Service: fault.Exchange, Cmdlet: "Get-ManagementScope"},
		{Service: fault.Exchange, Cmdlet: fault.Batch, Batch: 1},
		{Service: fault.Exchange, Cmdlet: "Get-Mailbox", Batch: 1, Item: 1},
		{Service: fault.Exchange, Cmdlet: "Get-Mailbox", Batch: 1, Item: 2},
		{Service: fault.Graph, Cmdlet: "/directory/administrativeUnits"},
	})
	if s.Requests != 3 || s.asked() != 4 || s.Asked["Get-Mailbox"] != 2 {
		t.Errorf("got %d requests for %v", s.Requests, s.Asked)
	}
}

func TestAProviderProcessWithoutARecordIsAnError(t *testing.T) {
	t.Parallel()
	for name, records := range map[string]map[string]string{
		"no process":                 {},
		"a process that was killed":  {"a": ""},
		"one that was, one that not": {"a": `{"cpu_seconds": 1, "peak_bytes": 1}`, "b": ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			for file, content := range records {
				write(t, filepath.Join(folder, file), content)
			}
			var s sample
			if err := s.use(folder); err == nil {
				t.Errorf("taken for %+v", s)
			}
		})
	}
}

func TestTheMedianIsByWallTime(t *testing.T) {
	t.Parallel()
	slow, middle, fast := sample{Wall: 3, ProviderPeak: 1}, sample{Wall: 2, ProviderPeak: 9}, sample{Wall: 1, ProviderPeak: 5}
	if got := median([]sample{slow, fast, middle}); got.ProviderPeak != middle.ProviderPeak {
		t.Errorf("got %+v", got)
	}
	if got := median([]sample{slow, fast}); got.Wall != slow.Wall {
		t.Errorf("of two: got %+v", got)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
