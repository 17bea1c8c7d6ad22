// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func measuredReport() report {
	w := workload{assignments, 1000}
	return report{
		Machine: machine{Cores: 2, MemoryBytes: 8 << 30, System: "linux/amd64", Go: "go1.26", Engine: "Terraform v1.16.0"},
		Starts:  []start{{ours, 25, 30 * time.Millisecond}, {empty, 25, 25 * time.Millisecond}},
		Results: []result{
			{w, plan, ours, 150 * time.Millisecond, sample{
				Wall: 22 * time.Second, ProviderCPU: 5 * time.Second, ProviderPeak: 60e6, TerraformCPU: 4 * time.Second,
				Requests: 2, Asked: map[string]int{"Get-ManagementRoleAssignment": 3, "Get-ManagementScope": 1},
			}},
			{w, plan, floor, 0, sample{Wall: 20 * time.Second, ProviderCPU: 4 * time.Second, TerraformCPU: 4 * time.Second}},
			{w, read, ours, 0, sample{Requests: 3, Asked: map[string]int{"Get-ManagementRoleAssignment": 3}}},
		},
	}
}

func TestTheTextSetsEveryResultBesideItsFloor(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	if err := measuredReport().writeText(&text); err != nil {
		t.Fatal(err)
	}
	want := `2 cores, 8 GiB of memory, linux/amd64, go1.26, Terraform v1.16.0

| start until the schema is served | median | × empty |
|----------------------------------|--------|---------|
| provider                         | 30ms   | 1.20    |
| empty                            | 25ms   | 1.00    |

| tenant      | objects | operation | provider | answers in | wall    | × floor | requests | per resource | cmdlets | provider CPU | provider memory | Terraform CPU |
|-------------|---------|-----------|----------|------------|---------|---------|----------|--------------|---------|--------------|-----------------|---------------|
| assignments | 1000    | plan      | provider | 150ms      | 22.00 s | 1.10    | 2        | 0.002        | 4       | 5.00 s       | 60 MB           | 4.00 s        |
| assignments | 1000    | plan      | floor    | –          | 20.00 s | 1.00    | –        | –            | –       | 4.00 s       | –               | 4.00 s        |
| assignments | 1000    | read      | provider | –          | –       | –       | 3        | 0.003        | 3       | –            | –               | –             |

| promise                                          | at most      | measured    |      |
|--------------------------------------------------|--------------|-------------|------|
| plan of 1,000 role assignments, answers in 150ms | 1.15 × floor | 1.1 × floor | kept |
| plan of 1,000 role assignments                   | 10 requests  | 2 requests  | kept |
| start until the schema is served                 | 1.3 × empty  | 1.2 × empty | kept |
`
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestTheTextOfNoResultsIsTheMachine(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	if err := (report{Machine: machine{Cores: 4, System: "windows/amd64"}}).writeText(&text); err != nil {
		t.Fatal(err)
	}
	if got := text.String(); !strings.HasPrefix(got, "4 cores, memory not known, windows/amd64") || strings.Contains(got, "|") {
		t.Errorf("got %q", got)
	}
}

func TestTheJSONHasSecondsBytesAndCmdlets(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	if err := measuredReport().writeJSON(&text); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Machine  map[string]any
		Starts   []map[string]any
		Results  []map[string]any
		Promises []map[string]any
	}
	if err := json.Unmarshal(text.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"tenant": "assignments", "objects": 1000.0, "resources": 1000.0, "operation": "plan", "provider": "provider",
		"answer_seconds": 0.15, "wall_seconds": 22.0, "floor_wall_seconds": 20.0,
		"requests": 2.0, "cmdlets": map[string]any{"Get-ManagementRoleAssignment": 3.0, "Get-ManagementScope": 1.0},
		"provider_cpu_seconds": 5.0, "provider_peak_bytes": 60e6, "terraform_cpu_seconds": 4.0,
	}
	if len(got.Results) != 3 || len(got.Starts) != 2 || got.Machine["cores"] != 2.0 {
		t.Fatalf("got %s", text.Bytes())
	}
	if diff := cmp.Diff(want, got.Results[0]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	promised := map[string]any{
		"promise": "plan of 1,000 role assignments", "unit": "requests", "at_most": 10.0, "measured": 2.0, "kept": true,
	}
	if len(got.Promises) != 3 {
		t.Fatalf("got the promises %v", got.Promises)
	}
	if diff := cmp.Diff(promised, got.Promises[1]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestTheMemoryOfTheMachineIsReadFromLinux(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write(t, filepath.Join(folder, "linux"), "MemTotal:       16384 kB\nMemFree:         1024 kB\n")
	write(t, filepath.Join(folder, "other"), "nothing of the kind\n")
	for file, want := range map[string]int64{"linux": 16384 * 1024, "other": 0, "missing": 0} {
		if got := totalMemory(filepath.Join(folder, file)); got != want {
			t.Errorf("%s: got %d, want %d", file, got, want)
		}
	}
}
