// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAPromiseIsKeptUpToItsLimit(t *testing.T) {
	t.Parallel()
	thousand, tenThousand := workload{assignments, 1_000}, workload{assignments, 10_000}
	for name, test := range map[string]struct {
		report report
		want   []kept
	}{
		"wall time": {
			report{Results: []result{
				{thousand, plan, ours, promisedLatency, sample{Wall: 1_151 * time.Millisecond, Requests: 10}},
				{thousand, plan, floor, 0, sample{Wall: time.Second}},
			}},
			[]kept{
				{"plan of 1,000 role assignments, answers in 150ms", "× floor", 1.15, 1.151, false},
				{"plan of 1,000 role assignments", "requests", 10, 10, true},
			},
		},
		"requests of the slowest answers": {
			report{Results: []result{
				{tenThousand, plan, ours, 0, sample{Requests: 12}},
				{tenThousand, plan, ours, time.Second, sample{Requests: 41}},
				{tenThousand, plan, rival, time.Second, sample{Requests: 10_000}},
				{tenThousand, refresh, ours, time.Second, sample{Requests: 50}},
			}},
			[]kept{{"plan of 10,000 role assignments", "requests", 40, 41, false}},
		},
		"permissions and a single assignment": {
			report{Results: []result{
				{workload{permissions, 1_000}, plan, ours, 0, sample{Requests: 25}},
				{workload{single, 10_000}, plan, ours, 0, sample{Requests: 4, ProviderPeak: 300e6}},
			}},
			[]kept{
				{"plan of 1,000 permissions on 200 mailboxes", "requests", 25, 25, true},
				{"plan of one role assignment in a tenant of 10,000", "requests", 3, 4, false},
			},
		},
		"memory of any operation": {
			report{Results: []result{
				{tenThousand, apply, ours, 0, sample{ProviderPeak: 199e6}},
				{tenThousand, destroy, ours, 0, sample{ProviderPeak: 201e6}},
				{tenThousand, destroy, floor, 0, sample{ProviderPeak: 500e6}},
			}},
			[]kept{{"the provider's memory with 10,000 objects", "MB", 200, 201, false}},
		},
		"start": {
			report{Starts: []start{{ours, 25, 25 * time.Millisecond}, {empty, 25, 20 * time.Millisecond}}},
			[]kept{{"start until the schema is served", "× empty", 1.3, 1.25, true}},
		},
		"nothing that is promised": {
			report{Results: []result{{workload{assignments, 100}, plan, ours, promisedLatency, sample{Wall: 1, Requests: 99}}}},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, test.report.kept()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
