// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// report is what was measured, and where.
type report struct {
	Machine machine
	Starts  []start
	Results []result
}

// megabyte is what provider memory is reported in.
const megabyte = 1e6

// machine is what the measurements were taken on.
type machine struct {
	Cores int `json:"cores"`
	// MemoryBytes is 0 where it is not known.
	MemoryBytes int64  `json:"memory_bytes,omitempty"`
	System      string `json:"system"`
	Go          string `json:"go"`
	Engine      string `json:"engine"`
}

// start is how long a provider takes to start.
type start struct {
	Variant string
	Times   int
	Median  time.Duration
}

// result is what an operation took.
type result struct {
	Workload  workload
	Operation string
	Variant   string
	Latency   time.Duration
	sample
}

// machine describes where this runs.
func (b *bench) machine(ctx context.Context) (machine, error) {
	command := exec.CommandContext(ctx, b.engine, "version")
	// Of settings that are amiss it would speak first.
	command.Env = append(os.Environ(), b.engineEnvironment()...)
	version, err := command.Output()
	if err != nil {
		return machine{}, fmt.Errorf("asking for the version of %s: %w", b.engine, err)
	}
	first, _, _ := strings.Cut(string(version), "\n")
	return machine{
		Cores:       runtime.NumCPU(),
		MemoryBytes: totalMemory("/proc/meminfo"),
		System:      runtime.GOOS + "/" + runtime.GOARCH,
		Go:          runtime.Version(),
		Engine:      strings.TrimSpace(first),
	}, nil
}

var memTotal = regexp.MustCompile(`(?m)^MemTotal: +(\d+) kB$`)

// totalMemory reads the memory in bytes from a file in the form of Linux's /proc/meminfo; 0 where there is none.
func totalMemory(meminfo string) int64 {
	content, err := os.ReadFile(meminfo)
	if err != nil {
		return 0
	}
	found := memTotal.FindSubmatch(content)
	if found == nil {
		return 0
	}
	kilobytes, err := strconv.ParseInt(string(found[1]), 10, 64)
	if err != nil {
		return 0
	}
	return kilobytes * 1024
}

// writeText writes the report as Markdown that is aligned for reading as it is.
func (r report) writeText(w io.Writer) error {
	memory := "memory not known"
	if r.Machine.MemoryBytes > 0 {
		memory = fmt.Sprintf("%.0f GiB of memory", float64(r.Machine.MemoryBytes)/(1<<30))
	}
	_, err := fmt.Fprintf(w, "%d cores, %s, %s, %s, %s\n", r.Machine.Cores, memory, r.Machine.System, r.Machine.Go, r.Machine.Engine)
	if err == nil && len(r.Starts) > 0 {
		rows := [][]string{{"start until the schema is served", "median", "× empty"}}
		for _, s := range r.Starts {
			rows = append(rows, []string{s.Variant, s.Median.Round(100 * time.Microsecond).String(), ratio(s.Median, r.Starts[len(r.Starts)-1].Median)})
		}
		err = writeTable(w, rows)
	}
	if err == nil && len(r.Results) > 0 {
		err = r.writeResults(w)
	}
	if err != nil {
		return err
	}
	return r.writePromises(w)
}

// writeResults writes a row for each result.
func (r report) writeResults(w io.Writer) error {
	rows := [][]string{{
		"tenant", "objects", "operation", "provider", "answers in", "wall", "× floor",
		"requests", "per resource", "cmdlets", "provider CPU", "provider memory", "Terraform CPU",
	}}
	for _, one := range r.Results {
		rows = append(rows, r.row(one))
	}
	return writeTable(w, rows)
}

// row is a result in the table.
func (r report) row(one result) []string {
	const none = "–"
	row := []string{
		one.Workload.kind, strconv.Itoa(one.Workload.size), one.Operation, one.Variant, one.Latency.String(), none, none,
		strconv.Itoa(one.Requests), fmt.Sprintf("%.3g", perResource(one)), strconv.Itoa(one.asked()), none, none, none,
	}
	if asksNobody(one.Variant) {
		row[4], row[7], row[8], row[9] = none, none, none, none // It asks nobody.
	}
	if one.Operation == read {
		row[4] = none
		return row
	}
	row[5] = seconds(one.Wall)
	if below := r.floorOf(one); below > 0 {
		row[6] = ratio(one.Wall, below)
	}
	row[10], row[12] = seconds(one.ProviderCPU), seconds(one.TerraformCPU)
	if one.ProviderPeak > 0 {
		row[11] = fmt.Sprintf("%.0f MB", float64(one.ProviderPeak)/megabyte)
	}
	return row
}

// floorOf is what the floor takes for the same; 0 where that was not measured.
func (r report) floorOf(one result) time.Duration {
	for _, other := range r.Results {
		if other.Variant == floor && other.Workload == one.Workload && other.Operation == one.Operation {
			return other.Wall
		}
	}
	return 0
}

func perResource(r result) float64 { return float64(r.Requests) / float64(r.Workload.managed()) }

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

func ratio(d, of time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()/of.Seconds()) }

// writeTable writes a Markdown table; the first row is its head.
func writeTable(w io.Writer, rows [][]string) error {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for column, cell := range row {
			widths[column] = max(widths[column], utf8.RuneCountInString(cell))
		}
	}
	var text strings.Builder
	text.WriteString("\n")
	for n, row := range rows {
		for column, cell := range row {
			fmt.Fprintf(&text, "| %s%s ", cell, strings.Repeat(" ", widths[column]-utf8.RuneCountInString(cell)))
		}
		text.WriteString("|\n")
		if n > 0 {
			continue
		}
		for _, width := range widths {
			text.WriteString("|" + strings.Repeat("-", width+2))
		}
		text.WriteString("|\n")
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// writeJSON writes the report for programs: seconds and bytes, and the requests by cmdlet.
func (r report) writeJSON(w io.Writer) error {
	type jsonStart struct {
		Provider string  `json:"provider"`
		Times    int     `json:"times"`
		Seconds  float64 `json:"median_seconds"`
	}
	type jsonResult struct {
		Tenant       string         `json:"tenant"`
		Objects      int            `json:"objects"`
		Resources    int            `json:"resources"`
		Operation    string         `json:"operation"`
		Provider     string         `json:"provider"`
		Latency      float64        `json:"answer_seconds"`
		Wall         float64        `json:"wall_seconds,omitempty"`
		Floor        float64        `json:"floor_wall_seconds,omitempty"`
		Requests     int            `json:"requests"`
		Asked        map[string]int `json:"cmdlets"`
		ProviderCPU  float64        `json:"provider_cpu_seconds,omitempty"`
		ProviderPeak int64          `json:"provider_peak_bytes,omitempty"`
		TerraformCPU float64        `json:"terraform_cpu_seconds,omitempty"`
	}
	starts := make([]jsonStart, 0, len(r.Starts))
	for _, s := range r.Starts {
		starts = append(starts, jsonStart{s.Variant, s.Times, s.Median.Seconds()})
	}
	results := make([]jsonResult, 0, len(r.Results))
	for _, one := range r.Results {
		results = append(results, jsonResult{
			Tenant: one.Workload.kind, Objects: one.Workload.size, Resources: one.Workload.managed(),
			Operation: one.Operation, Provider: one.Variant, Latency: one.Latency.Seconds(),
			Wall: one.Wall.Seconds(), Floor: r.floorOf(one).Seconds(),
			Requests: one.Requests, Asked: one.Asked,
			ProviderCPU: one.ProviderCPU.Seconds(), ProviderPeak: one.ProviderPeak, TerraformCPU: one.TerraformCPU.Seconds(),
		})
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(map[string]any{"machine": r.Machine, "starts": starts, "results": results, "promises": r.kept()})
}
