// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package fault_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
)

func loaded(t *testing.T, text string) fault.Plan {
	t.Helper()
	plan, err := fault.Load(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestLoadReadsEveryKeyOfARule(t *testing.T) {
	t.Parallel()
	plan := loaded(t, `
rules:
  - fault: status
    status: 503
    body: html
    without_body: true
    after_execution: true
    retry_after: 1500ms
    retry_after_form: decimal
    service: graph
    cmdlet: /organization
    identity: payroll
    page: 2
    from: 3
    count: 4
    rate: 0.5
    seed: 18446744073709551615
`)
	if len(plan.Rules) != 1 {
		t.Fatalf("read %d rules", len(plan.Rules))
	}
	got := plan.Rules[0]
	if want := "503 HTML without body, Retry-After 1.5s as decimal after execution"; got.Fault.String() != want {
		t.Errorf("the fault is %q, want %q", got.Fault, want)
	}
	if got.Service != fault.Graph || got.Cmdlet != "/organization" || got.Identity != "payroll" || got.Page != 2 ||
		got.From != 3 || got.Count != 4 || got.Rate != 0.5 || got.Seed != 1<<64-1 {
		t.Errorf("the rule is %+v", got)
	}
}

func TestLoadReadsLimits(t *testing.T) {
	t.Parallel()
	plan := loaded(t, `
limits:
  - concurrent: 3
    per_second: 2.5
    burst: 10
    per_item: true
    fault: concurrency_exceeded
  - service: graph
    per_second: 100
`)
	exchange, graph := plan.Limits[fault.Exchange], plan.Limits[fault.Graph]
	if exchange.Concurrent != 3 || exchange.PerSecond != 2.5 || exchange.Burst != 10 || !exchange.PerItem || exchange.Refusal.String() != "429 text" {
		t.Errorf("Exchange's limits are %+v", exchange)
	}
	if graph.PerSecond != 100 || graph.Refusal.String() != "429 JSON" {
		t.Errorf("Graph's limits are %+v", graph)
	}
}

func TestLoadTakesAnEmptyFile(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "# nothing yet\n", "rules: []\n"} {
		if plan := loaded(t, text); len(plan.Rules) != 0 || len(plan.Limits) != 0 {
			t.Errorf("read %+v from %q", plan, text)
		}
	}
}

func TestLoadNamesTheLineOfWhatItRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"no YAML":                    {"rules: [", "line 1: did not find expected node content"},
		"a text":                     {"throttled", "line 1: the file must have the keys rules or limits"},
		"an unknown section":         {"rules: []\nfaults: []", "line 2: there is no key faults; the keys are limits, rules"},
		"a section twice":            {"rules: []\nrules: []", "line 2: rules is given twice"},
		"a section that is no list":  {"rules: 3", "line 1: rules must be a list"},
		"an item that is no mapping": {"rules:\n  - throttled", "line 2: an item must be keys with values"},
		"an unknown key":             {"rules:\n  - fault: reset\n    times: 3", "line 3: there is no key times here; the keys are after_execution, body, cmdlet, count, delay, fault, from, identity,"},
		"a key twice":                {"rules:\n  - fault: reset\n    fault: hang", "line 3: fault is given twice"},
		"no fault":                   {"rules:\n  - cmdlet: Get-*", "line 2: a rule needs a fault: ad_transient, bad_value,"},
		"an unknown fault":           {"rules:\n  - fault: explosion", "line 2: there is no fault explosion; the faults are ad_transient,"},
		"a missing key":              {"rules:\n  - fault: slow", "line 2: the fault slow needs the key delay"},
		"a key of another fault":     {"rules:\n  - fault: reset\n    without_body: true", "line 2: the fault reset does not take the key without_body"},
		"a form of nothing":          {"rules:\n  - fault: throttled\n    retry_after_form: date", "line 2: retry_after_form is the form of retry_after"},
		"an unknown service":         {"rules:\n  - fault: reset\n    service: azure", "line 3: service: the value must be one of entra, exchange, graph"},
		"a status out of range":      {"rules:\n  - fault: status\n    status: 42", "line 3: status: the value must be a number from 100 to 599"},
		"a count of none":            {"rules:\n  - fault: reset\n    count: 0", "line 3: count: the value must be a number from 1"},
		"a rate above one":           {"rules:\n  - fault: reset\n    rate: 1.5", "line 3: rate: the value must be a number above 0 and up to 1"},
		"a rate that is no number":   {"rules:\n  - fault: reset\n    rate: .nan", "line 3: rate: the value must be a number above 0 and up to 1"},
		"a negative seed":            {"rules:\n  - fault: reset\n    seed: -1", "line 3: seed: the value must be a number from 0"},
		"a time without a unit":      {"rules:\n  - fault: slow\n    delay: 5", "line 3: delay: the value must be a time such as 2s or 500ms"},
		"neither true nor false":     {"rules:\n  - fault: reset\n    after_execution: maybe", "line 3: after_execution: the value must be true or false"},
		"an empty text":              {"rules:\n  - fault: reset\n    cmdlet: ''", "line 3: cmdlet: the value must be a text"},
		"items of Graph's batches":   {"limits:\n  - service: graph\n    per_second: 1\n    per_item: true", "line 2: per_item is for exchange only"},
		"limits of nothing":          {"limits:\n  - burst: 2", "line 2: limits need concurrent or per_second"},
		"limits without an answer":   {"limits:\n  - concurrent: 2\n    fault: hang", "line 2: the fault hang is no answer to a request above the limits"},
		"limits twice":               {"limits:\n  - concurrent: 2\n  - per_second: 2", "line 3: exchange has limits already"},
		"a limit of Entra":           {"limits:\n  - concurrent: 2\n    service: entra", "line 3: service: the value must be one of exchange, graph"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := fault.Load(strings.NewReader(test.text))
			if err == nil || !strings.HasPrefix(err.Error(), "reading the fault file: "+test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

// documented finds the names in the first column of a description's tables.
var documented = regexp.MustCompile("(?m)^\\| (`[^|]*) \\|")

func TestDescriptionNamesEveryFaultAndKey(t *testing.T) {
	t.Parallel()
	description, err := os.ReadFile("fault-file.md")
	if err != nil {
		t.Fatal(err)
	}
	var cells strings.Builder
	for _, cell := range documented.FindAllStringSubmatch(string(description), -1) {
		cells.WriteString(cell[1])
	}
	// What the loader offers is told by what it says of a wrong word. Keys that go
	// with one fault stand in the text.
	names := 0
	for _, text := range []string{"rules: [{fault: explosion}]", "rules: [{explosion: 1}]", "limits: [{explosion: 1}]"} {
		_, err := fault.Load(strings.NewReader(text))
		if err == nil {
			t.Fatalf("%s was read", text)
		}
		_, offered, _ := strings.Cut(err.Error(), " are ")
		for _, name := range strings.Split(offered, ", ") {
			names++
			if !strings.Contains(cells.String(), "`"+name+"`") && !strings.Contains(string(description), " `"+name+"`") {
				t.Errorf("fault-file.md does not describe %s", name)
			}
		}
	}
	if names < 50 {
		t.Errorf("the loader offers %d names only", names)
	}
}

func TestDescriptionsExampleIsAFaultFile(t *testing.T) {
	t.Parallel()
	description, err := os.ReadFile("fault-file.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(description), "```yaml\n")
	example, _, found := strings.Cut(rest, "```")
	if plan := loaded(t, example); !found || len(plan.Rules) != 3 || len(plan.Limits) != 1 {
		t.Errorf("the example has %d rules and %d limits", len(plan.Rules), len(plan.Limits))
	}
}

func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		"", "rules:\n  - fault: throttled\n    retry_after: 2s\n", "limits:\n  - concurrent: 3\n", "rules: [{fault: slow, delay: 1s, rate: .5}]",
		"rules:\n  - &a {fault: reset}\n  - *a\n", "rules: &r [*r]", "a: &a [b]\nrules: *a", "--- {}\n---\n", "rules: [{? [x] : y}]",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		plan, err := fault.Load(strings.NewReader(text))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "reading the fault file: ") {
				t.Errorf("the error is %q", err)
			}
			return
		}
		for _, rule := range plan.Rules {
			if rule.Fault.String() == "none" {
				t.Errorf("a rule without a fault from %q", text)
			}
		}
		var injector fault.Injector
		injector.Follow(plan)
	})
}
