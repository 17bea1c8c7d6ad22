// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestListsOnTheCommandLineAreCompletedByASmallMeasurement(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arguments []string
		want      series
	}{
		"sizes": {
			[]string{"-sizes", "50, 200"},
			series{[]string{assignments}, []int{50, 200}, []time.Duration{promisedLatency}, []string{plan}, allVariants, 1},
		},
		"all but one operation": {
			[]string{"-all", "-operations", "refresh-only"},
			series{allKinds, allSizes, allLatencies, []string{refresh}, allVariants, 1},
		},
		"a flag given twice": {
			[]string{"-latencies", "0", "-latencies", "1s", "-kinds", "single", "-variants", "floor", "-rounds", "5"},
			series{[]string{single}, []int{100}, []time.Duration{0, time.Second}, []string{plan}, []string{floor}, 5},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, err := parseOptions(test.arguments, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]series{test.want}, o.series, cmp.AllowUnexported(series{})); diff != "" {
				t.Errorf("series (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWithoutListsWhatTheProviderPromisesIsMeasured(t *testing.T) {
	t.Parallel()
	o, err := parseOptions(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	// A report of it, in which everything takes one.
	one := report{Starts: []start{{ours, o.starts, 1}, {empty, o.starts, 1}}}
	for _, s := range o.series {
		for _, kind := range s.kinds {
			for _, size := range s.sizes {
				for _, operation := range s.operations {
					for _, c := range cases(s, operation) {
						one.Results = append(one.Results, result{
							workload{kind, size},
							operation, c.variant, c.latency,
							sample{Wall: 1, ProviderPeak: 1, Requests: 1},
						})
					}
				}
			}
		}
	}
	measured := map[string]bool{}
	for _, k := range one.kept() {
		measured[k.Promise+k.Unit] = true
	}
	for _, p := range promises {
		if !measured[p.of+p.unit] {
			t.Errorf("nothing measures the %s of the %s", p.unit, p.of)
		}
	}
}

func TestOptionsSayWhatComesOfIt(t *testing.T) {
	t.Parallel()
	o, err := parseOptions([]string{"-json", "-rounds", "2", "-starts", "0", "-profiles", "profiles"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if !o.json || o.starts != 0 || o.profiles != "profiles" {
		t.Errorf("got %+v", o)
	}
	for _, s := range o.series {
		if s.rounds != 2 {
			t.Errorf("there are %d rounds of %+v, want 2", s.rounds, s)
		}
	}
}

func TestACommandLineThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	for name, arguments := range map[string][]string{
		"argument":          {"plan"},
		"unknown flag":      {"-size", "1"},
		"unknown kind":      {"-kinds", "mailboxes"},
		"unknown operation": {"-operations", "refresh"},
		"unknown variant":   {"-variants", "empty"},
		"no objects":        {"-sizes", "0"},
		"no number":         {"-sizes", "1,000"},
		"no unit":           {"-latencies", "150"},
		"negative latency":  {"-latencies", "-1s"},
		"no rounds":         {"-rounds", "0"},
		"negative starts":   {"-starts", "-1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if o, err := parseOptions(arguments, io.Discard); err == nil {
				t.Errorf("taken for %+v", o)
			}
		})
	}
}
