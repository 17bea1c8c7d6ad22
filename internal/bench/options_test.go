// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"io"
	"slices"
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
			series{[]string{assignments}, []int{50, 200}, []time.Duration{150 * time.Millisecond}, []string{plan}, allVariants},
		},
		"all but one operation": {
			[]string{"-all", "-operations", "refresh-only"},
			series{allKinds, allSizes, allLatencies, []string{refresh}, allVariants},
		},
		"a flag given twice": {
			[]string{"-latencies", "0", "-latencies", "1s", "-kinds", "single", "-variants", "floor"},
			series{[]string{single}, []int{100}, []time.Duration{0, time.Second}, []string{plan}, []string{floor}},
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
	o, err := parseOptions([]string{"-json", "-rounds", "3", "-starts", "0"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if !o.json || o.rounds != 3 || o.starts != 0 {
		t.Errorf("got %+v", o)
	}
	promised := slices.ContainsFunc(o.series, func(s series) bool {
		return slices.Contains(s.kinds, assignments) && slices.Contains(s.sizes, 1000) && slices.Contains(s.operations, plan) &&
			slices.Contains(s.latencies, 150*time.Millisecond) && slices.Equal(s.variants, allVariants)
	})
	if !promised {
		t.Error("nothing plans 1,000 assignments with answers in 150 ms by every variant")
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
