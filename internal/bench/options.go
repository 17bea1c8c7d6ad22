// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The variants of the provider.
const (
	// ours is the provider.
	ours = "provider"
	// rival is the provider with a request for every object that is read.
	rival = "rival"
	// floor has the provider's schemas and touches nothing.
	floor = "floor"
	// quiet is the floor, served as the provider is: package server.
	quiet = "quiet"
)

// profiled is the provider when profiles of it are taken.
const profiled = "profiled"

// series is every combination of what it lists, each measured as many times as there are rounds.
type series struct {
	kinds      []string
	sizes      []int
	latencies  []time.Duration
	operations []string
	variants   []string
	rounds     int
}

// options are what is measured, and what comes of it.
type options struct {
	series []series
	// starts is how often each provider is started to time it.
	starts   int
	json     bool
	profiles string
}

var (
	allKinds      = []string{assignments, permissions, single}
	allSizes      = []int{100, 1_000, 10_000}
	allLatencies  = []time.Duration{0, 150 * time.Millisecond, 800 * time.Millisecond}
	allOperations = []string{plan, refresh, apply, destroy, read}
	allVariants   = []string{ours, rival, floor, quiet}
)

// chosen are the series of a run that asks for nothing in particular: what the provider promises, and how it fares
// with fewer objects and other answer times. Only where a wall time is promised is there more than one round.
func chosen() []series {
	slow := []time.Duration{promisedLatency}
	usual := []string{ours, rival, floor}
	return []series{
		{[]string{assignments}, []int{100}, allLatencies, []string{plan, refresh, apply, destroy}, usual, 1},
		{[]string{assignments}, []int{1_000}, slow, []string{plan}, allVariants, 3},
		{[]string{assignments}, []int{1_000}, slow, []string{refresh, apply, destroy}, usual, 1},
		{[]string{assignments}, []int{10_000}, slow, []string{plan}, []string{ours, floor}, 1},
		{[]string{permissions}, []int{1_000}, slow, []string{plan}, usual, 1},
		{[]string{single}, []int{10_000}, slow, []string{plan}, usual, 1},
	}
}

// parseOptions reads the command line.
func parseOptions(arguments []string, stderr io.Writer) (options, error) {
	var o options
	var some series
	var all bool
	var rounds int
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Func("kinds", "what the tenants are full of: `list` of "+strings.Join(allKinds, ", "), each(&some.kinds, oneOf(allKinds)))
	flags.Func("sizes", "how many objects they have: `list` of numbers", each(&some.sizes, positive("number of objects")))
	flags.Func("latencies", "how long an answer takes: `list` of durations such as 150ms", each(&some.latencies, notNegative))
	flags.Func("operations", "what is measured: `list` of "+strings.Join(allOperations, ", "), each(&some.operations, oneOf(allOperations)))
	flags.Func("variants", "which provider is measured: `list` of "+strings.Join(allVariants, ", "), each(&some.variants, oneOf(allVariants)))
	flags.BoolVar(&all, "all", false, "measure every combination, which takes many hours; the lists given limit it")
	flags.Func("rounds", "the `number` of times that each is measured, by turns; the run with the median time is reported "+
		"(default 1, and 3 for the time that is promised)", func(text string) (err error) {
		rounds, err = positive("number of rounds")(text)
		return err
	})
	flags.IntVar(&o.starts, "starts", 25, "how often each provider is started to time it; 0 for not at all")
	flags.StringVar(&o.profiles, "profiles", "", "have the provider write profiles of its CPU and memory to a `folder`, which takes it some time")
	flags.BoolVar(&o.json, "json", false, "report as JSON")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("there is no argument %q; -help lists the flags", flags.Arg(0))
	}
	if o.starts < 0 {
		return o, errors.New("-starts is at least 0")
	}
	o.series = chosen()
	if all || !some.isEmpty() {
		o.series = []series{some.orAll(all)}
	}
	if rounds > 0 {
		for i := range o.series {
			o.series[i].rounds = rounds
		}
	}
	return o, nil
}

func (s series) isEmpty() bool {
	return len(s.kinds)+len(s.sizes)+len(s.latencies)+len(s.operations)+len(s.variants) == 0
}

// orAll completes what a command line lists: by everything, or by what takes a minute.
func (s series) orAll(all bool) series {
	brief := series{[]string{assignments}, []int{100}, []time.Duration{promisedLatency}, []string{plan}, allVariants, 1}
	if all {
		brief = series{allKinds, allSizes, allLatencies, allOperations, allVariants, 1}
	}
	return series{
		kinds:      or(s.kinds, brief.kinds),
		sizes:      or(s.sizes, brief.sizes),
		latencies:  or(s.latencies, brief.latencies),
		operations: or(s.operations, brief.operations),
		variants:   or(s.variants, brief.variants),
		rounds:     brief.rounds,
	}
}

// or returns a list, or another one where it is empty.
func or[T any](list, otherwise []T) []T {
	if len(list) > 0 {
		return list
	}
	return otherwise
}

// each appends the elements of a flag's comma-separated list.
func each[T any](to *[]T, parse func(text string) (T, error)) func(string) error {
	return func(text string) error {
		for part := range strings.SplitSeq(text, ",") {
			element, err := parse(strings.TrimSpace(part))
			if err != nil {
				return err
			}
			*to = append(*to, element)
		}
		return nil
	}
}

func oneOf(choices []string) func(string) (string, error) {
	return func(text string) (string, error) {
		if !slices.Contains(choices, text) {
			return "", fmt.Errorf("%q is none of %s", text, strings.Join(choices, ", "))
		}
		return text, nil
	}
}

func positive(what string) func(string) (int, error) {
	return func(text string) (int, error) {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return 0, fmt.Errorf("%q is no %s", text, what)
		}
		return n, nil
	}
}

func notNegative(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no duration, such as 150ms", text)
	}
	return d, nil
}
