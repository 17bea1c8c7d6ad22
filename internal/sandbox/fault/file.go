// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package fault

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// A Plan is what a fault file says.
type Plan struct {
	// Rules are in the order of the file.
	Rules []Rule
	// Limits are those of each service that has some.
	Limits map[Service]Limits
}

// Load reads a fault file, which is YAML:
//
//	rules:
//	  - fault: throttled
//	    cmdlet: Get-*
//	    from: 3
//	    count: 2
//	    retry_after: 2s
//	limits:
//	  - service: exchange
//	    concurrent: 3
//
// fault-file.md describes every key. Unknown keys, and values that make no
// sense, are errors that name the line.
func Load(r io.Reader) (Plan, error) {
	plan, err := load(r)
	if err != nil {
		return Plan{}, fmt.Errorf("reading the fault file: %w", err)
	}
	return plan, nil
}

func load(r io.Reader) (Plan, error) {
	var root yaml.Node
	if err := yaml.NewDecoder(r).Decode(&root); err != nil {
		if errors.Is(err, io.EOF) {
			return Plan{}, nil // An empty file has no rules.
		}
		return Plan{}, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	sections, err := readSections(root.Content[0])
	if err != nil {
		return Plan{}, err
	}
	plan := Plan{Limits: map[Service]Limits{}}
	for _, node := range sections["rules"] {
		rule, err := readRule(node)
		if err != nil {
			return Plan{}, err
		}
		plan.Rules = append(plan.Rules, rule)
	}
	for _, node := range sections["limits"] {
		service, limits, err := readLimits(node)
		if err != nil {
			return Plan{}, err
		}
		if _, again := plan.Limits[service]; again {
			return Plan{}, fmt.Errorf("line %d: %s has limits already", node.Line, service)
		}
		plan.Limits[service] = limits
	}
	return plan, nil
}

// readSections returns the items of the file's lists.
func readSections(file *yaml.Node) (map[string][]*yaml.Node, error) {
	if file.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: the file must have the keys rules or limits", file.Line)
	}
	sections := map[string][]*yaml.Node{}
	for k := 0; k+1 < len(file.Content); k += 2 {
		name, items := file.Content[k], file.Content[k+1]
		switch {
		case name.Value != "rules" && name.Value != "limits":
			return nil, fmt.Errorf("line %d: there is no key %s; the keys are limits, rules", name.Line, name.Value)
		case sections[name.Value] != nil:
			return nil, fmt.Errorf("line %d: %s is given twice", name.Line, name.Value)
		case items.Kind != yaml.SequenceNode:
			return nil, fmt.Errorf("line %d: %s must be a list", name.Line, name.Value)
		}
		sections[name.Value] = append([]*yaml.Node{}, items.Content...)
	}
	return sections, nil
}

func readRule(node *yaml.Node) (Rule, error) {
	e, err := readEntry(node, ruleKeys)
	if err != nil {
		return Rule{}, err
	}
	e.rule.Fault, err = e.makeFault("")
	return e.rule, err
}

func readLimits(node *yaml.Node) (Service, Limits, error) {
	e, err := readEntry(node, limitKeys)
	if err != nil {
		return "", Limits{}, err
	}
	if e.limits.Refusal, err = e.makeFault("throttled"); err != nil {
		return "", Limits{}, err
	}
	if e.limits.Refusal.answer == nil {
		return "", Limits{}, fmt.Errorf("line %d: the fault %s is no answer to a request above the limits", e.line, e.fault)
	}
	if !e.given["concurrent"] && !e.given["per_second"] {
		return "", Limits{}, fmt.Errorf("line %d: limits need concurrent or per_second", e.line)
	}
	service := cmp.Or(e.rule.Service, Exchange)
	if e.limits.PerItem && service != Exchange {
		return "", Limits{}, fmt.Errorf("line %d: per_item is for exchange only", e.line)
	}
	return service, e.limits, nil
}

// Follow puts the rules and limits of a plan into force.
func (i *Injector) Follow(plan Plan) {
	for _, rule := range plan.Rules {
		i.Add(rule)
	}
	for _, service := range slices.Sorted(maps.Keys(plan.Limits)) {
		i.Limit(service, plan.Limits[service])
	}
}

// entry is an item of a fault file: a rule or limits, and what the fault of it
// is made of.
type entry struct {
	line   int
	rule   Rule
	limits Limits
	fault  string
	// given are the keys of the item.
	given map[string]bool

	status            int
	body              Form
	object            string
	delay, retryAfter time.Duration
	retryAfterForm    string
	withoutBody       bool
	afterExecution    bool
	untilNewToken     bool
}

// A key reads the value of a key into an entry.
type key func(*entry, *yaml.Node) error

// faultKeys say what the fault is.
var faultKeys = map[string]key{
	"fault":            text(func(e *entry) *string { return &e.fault }),
	"status":           number(100, 599, func(e *entry) *int { return &e.status }),
	"body":             oneOf(func(e *entry) *Form { return &e.body }, JSON, HTML, Text),
	"object":           text(func(e *entry) *string { return &e.object }),
	"delay":            duration(func(e *entry) *time.Duration { return &e.delay }),
	"retry_after":      duration(func(e *entry) *time.Duration { return &e.retryAfter }),
	"retry_after_form": oneOf(func(e *entry) *string { return &e.retryAfterForm }, inSeconds, inDecimals, asDate),
	"without_body":     boolean(func(e *entry) *bool { return &e.withoutBody }),
	"after_execution":  boolean(func(e *entry) *bool { return &e.afterExecution }),
	"until_new_token":  boolean(func(e *entry) *bool { return &e.untilNewToken }),
}

// ruleKeys are the keys of a rule.
var ruleKeys = with(faultKeys, map[string]key{
	"service":  oneOf(func(e *entry) *Service { return &e.rule.Service }, Exchange, Entra, Graph),
	"cmdlet":   text(func(e *entry) *string { return &e.rule.Cmdlet }),
	"identity": text(func(e *entry) *string { return &e.rule.Identity }),
	"page":     number(1, maxNumber, func(e *entry) *int { return &e.rule.Page }),
	"from":     number(1, maxNumber, func(e *entry) *int { return &e.rule.From }),
	"count":    number(1, maxNumber, func(e *entry) *int { return &e.rule.Count }),
	"rate":     rate(1, func(e *entry) *float64 { return &e.rule.Rate }),
	"seed":     seed,
})

// limitKeys are the keys of limits.
var limitKeys = with(faultKeys, map[string]key{
	"service":    oneOf(func(e *entry) *Service { return &e.rule.Service }, Exchange, Graph),
	"concurrent": number(1, maxNumber, func(e *entry) *int { return &e.limits.Concurrent }),
	"per_second": rate(maxNumber, func(e *entry) *float64 { return &e.limits.PerSecond }),
	"burst":      number(1, maxNumber, func(e *entry) *int { return &e.limits.Burst }),
	"per_item":   boolean(func(e *entry) *bool { return &e.limits.PerItem }),
})

// maxNumber is more than anybody counts.
const maxNumber = 1_000_000_000

func with(keys, more map[string]key) map[string]key {
	all := maps.Clone(keys)
	maps.Copy(all, more)
	return all
}

// readEntry reads an item with the keys that it may have.
func readEntry(node *yaml.Node, keys map[string]key) (*entry, error) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: an item must be keys with values", node.Line)
	}
	e := &entry{line: node.Line, given: map[string]bool{}, body: JSON, retryAfterForm: inSeconds}
	for k := 0; k+1 < len(node.Content); k += 2 {
		name, value := node.Content[k], node.Content[k+1]
		read, known := keys[name.Value]
		switch {
		case !known:
			return nil, fmt.Errorf("line %d: there is no key %s here; the keys are %s", name.Line, name.Value, list(maps.Keys(keys)))
		case e.given[name.Value]:
			return nil, fmt.Errorf("line %d: %s is given twice", name.Line, name.Value)
		}
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		if err := read(e, value); err != nil {
			return nil, fmt.Errorf("line %d: %s: %w", name.Line, name.Value, err)
		}
		e.given[name.Value] = true
	}
	return e, nil
}

func text(field func(*entry) *string) key {
	return func(e *entry, node *yaml.Node) error {
		if err := node.Decode(field(e)); err != nil || *field(e) == "" {
			return errors.New("the value must be a text")
		}
		return nil
	}
}

func boolean(field func(*entry) *bool) key {
	return func(e *entry, node *yaml.Node) error {
		if err := node.Decode(field(e)); err != nil {
			return errors.New("the value must be true or false")
		}
		return nil
	}
}

func number(least, most int, field func(*entry) *int) key {
	return func(e *entry, node *yaml.Node) error {
		if err := node.Decode(field(e)); err != nil || *field(e) < least || *field(e) > most {
			return fmt.Errorf("the value must be a number from %d to %d", least, most)
		}
		return nil
	}
}

// rate reads a number above zero that may have a fraction.
func rate(most float64, field func(*entry) *float64) key {
	return func(e *entry, node *yaml.Node) error {
		// Not a number is neither above nor below another.
		if err := node.Decode(field(e)); err != nil || !(*field(e) > 0 && *field(e) <= most) {
			return fmt.Errorf("the value must be a number above 0 and up to %g", most)
		}
		return nil
	}
}

func seed(e *entry, node *yaml.Node) error {
	if err := node.Decode(&e.rule.Seed); err != nil {
		return errors.New("the value must be a number from 0")
	}
	return nil
}

func duration(field func(*entry) *time.Duration) key {
	return func(e *entry, node *yaml.Node) error {
		var err error
		if *field(e), err = time.ParseDuration(node.Value); err != nil || *field(e) <= 0 {
			return errors.New("the value must be a time such as 2s or 500ms")
		}
		return nil
	}
}

func oneOf[T ~string](field func(*entry) *T, values ...T) key {
	return func(e *entry, node *yaml.Node) error {
		value := T(node.Value)
		if !slices.Contains(values, value) {
			return fmt.Errorf("the value must be one of %s", list(slices.Values(values)))
		}
		*field(e) = value
		return nil
	}
}

// list puts texts in order and commas between them.
func list[T ~string](of func(func(T) bool)) string {
	var texts []string
	for t := range of {
		texts = append(texts, string(t))
	}
	slices.Sort(texts)
	return strings.Join(texts, ", ")
}
