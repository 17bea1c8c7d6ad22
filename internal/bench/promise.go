// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"io"
	"time"
)

// promise is something that the provider is not to exceed on 2 cores.
type promise struct {
	// of is what it is promised of, and unit what that is counted in.
	of, unit string
	most     float64
	// measured is what a report has of it, and whether it has that.
	measured func(report) (float64, bool)
}

// promisedLatency is the answer time for which a wall time is promised.
const promisedLatency = 150 * time.Millisecond

// promises are all of them.
var promises = []promise{
	{"plan of 1,000 role assignments, answers in 150ms", "× floor", 1.15, func(r report) (float64, bool) {
		return r.largest(func(one result) (float64, bool) {
			below := r.floorOf(one)
			ok := one.isPlan(workload{assignments, 1_000}) && one.Latency == promisedLatency && below > 0
			return one.Wall.Seconds() / below.Seconds(), ok
		})
	}},
	requestsOfPlan("plan of 1,000 role assignments", 10, workload{assignments, 1_000}),
	requestsOfPlan("plan of 10,000 role assignments", 40, workload{assignments, 10_000}),
	requestsOfPlan("plan of 1,000 permissions on 200 mailboxes", 25, workload{permissions, 1_000}),
	requestsOfPlan("plan of one role assignment in a tenant of 10,000", 3, workload{single, 10_000}),
	{"the provider's memory with 10,000 objects", "MB", 200, func(r report) (float64, bool) {
		return r.largest(func(one result) (float64, bool) {
			return float64(one.ProviderPeak) / megabyte, one.Variant == ours && one.Workload.managed() == 10_000 && one.ProviderPeak > 0
		})
	}},
	{"start until the schema is served", "× empty", 1.3, func(r report) (float64, bool) {
		took := map[string]time.Duration{}
		for _, s := range r.Starts {
			took[s.Variant] = s.Median
		}
		return took[ours].Seconds() / took[empty].Seconds(), took[ours] > 0 && took[empty] > 0
	}},
}

// requestsOfPlan promises how many requests a plan sends, however long answers take.
func requestsOfPlan(of string, most float64, w workload) promise {
	return promise{of, "requests", most, func(r report) (float64, bool) {
		return r.largest(func(one result) (float64, bool) { return float64(one.Requests), one.isPlan(w) })
	}}
}

// isPlan tells whether a result is of the provider's plan of a workload.
func (r result) isPlan(w workload) bool {
	return r.Variant == ours && r.Operation == plan && r.Workload == w
}

// largest is the largest value that the results have, if any has one.
func (r report) largest(value func(result) (float64, bool)) (largest float64, ok bool) {
	for _, one := range r.Results {
		if v, has := value(one); has {
			largest, ok = max(largest, v), true
		}
	}
	return largest, ok
}

// kept is a promise beside what was measured of it.
type kept struct {
	Promise  string  `json:"promise"`
	Unit     string  `json:"unit"`
	Most     float64 `json:"at_most"`
	Measured float64 `json:"measured"`
	Kept     bool    `json:"kept"`
}

// kept holds the report to those promises that it measured.
func (r report) kept() []kept {
	var all []kept
	for _, p := range promises {
		if measured, ok := p.measured(r); ok {
			all = append(all, kept{p.of, p.unit, p.most, measured, measured <= p.most})
		}
	}
	return all
}

// writePromises writes which promises were kept.
func (r report) writePromises(w io.Writer) error {
	rows := [][]string{{"promise", "at most", "measured", ""}}
	for _, k := range r.kept() {
		verdict := "BROKEN"
		if k.Kept {
			verdict = "kept"
		}
		rows = append(rows, []string{k.Promise, fmt.Sprintf("%g %s", k.Most, k.Unit), fmt.Sprintf("%.4g %s", k.Measured, k.Unit), verdict})
	}
	if len(rows) == 1 {
		return nil
	}
	return writeTable(w, rows)
}
