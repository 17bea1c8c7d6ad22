// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// parameter is a parameter of a cmdlet.
type parameter struct {
	name string
	kind kind
	// enumeration lists the values of an enumerated parameter.
	enumeration *enumeration
	// sets are the parameter sets that have the parameter; all if none is
	// named.
	sets []string
	// mandatory says that the parameter must be given in its sets.
	mandatory bool
}

// kind is the type of a parameter.
type kind int

const (
	text       kind = iota // A string.
	texts                  // A list of strings.
	boolean                // A boolean that must be given as one.
	flag                   // A switch: a boolean that stands for true by being there.
	enumerated             // A member of an enumeration.
	enumerates             // A list of members of an enumeration.
	resultSize             // A positive number or Unlimited.
)

// commonParameters are taken by every cmdlet and change nothing here.
var commonParameters = []string{
	"Debug", "ErrorAction", "ErrorVariable", "OutBuffer", "OutVariable", "Verbose", "WarningAction",
	"WarningVariable", "InformationAction", "InformationVariable", "PipelineVariable",
}

// arguments are parameters bound to values. A parameter that was given as null
// is in values with nil.
type arguments struct {
	values          map[string]any
	confirm, whatIf bool
}

func (a arguments) given(name string) bool {
	_, ok := a.values[name]
	return ok
}

// text is the value of a text parameter; empty if it is null or not given.
func (a arguments) text(name string) string {
	v, _ := a.values[name].(string)
	return v
}

// change is the value of a text parameter for a Set: nil if it was not given,
// empty if it is null.
func (a arguments) change(name string) *string {
	if !a.given(name) {
		return nil
	}
	v := a.text(name)
	return &v
}

func (a arguments) texts(name string) []string {
	v, _ := a.values[name].([]string)
	return v
}

func (a arguments) flag(name string) bool {
	v, _ := a.values[name].(bool)
	return v
}

// choice is the value of a boolean parameter, or nil.
func (a arguments) choice(name string) *bool {
	v, ok := a.values[name].(bool)
	if !ok {
		return nil
	}
	return &v
}

// asksOnly reports whether the cmdlet is to say what it would do, and not do
// it.
func (a arguments) asksOnly() bool { return a.confirm || a.whatIf }

// bind resolves names, parameter set and values, as PowerShell does.
func (c cmdlet) bind(parameters map[string]any) (arguments, *bindingError) {
	bound := arguments{values: map[string]any{}}
	var unknown []string
	for name, value := range parameters {
		switch p, found := c.lookup(name); {
		case found:
			v, err := p.convert(value)
			if err != nil {
				return arguments{}, err
			}
			bound.values[p.name] = v
		case c.confirms && strings.EqualFold(name, "Confirm"):
			bound.confirm, _ = value.(bool)
		case c.confirms && strings.EqualFold(name, "WhatIf"):
			bound.whatIf, _ = value.(bool)
		case slices.ContainsFunc(commonParameters, func(n string) bool { return strings.EqualFold(n, name) }):
		default:
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return arguments{}, parameterSetError(unknown)
	}
	if err := c.checkSets(bound); err != nil {
		return arguments{}, err
	}
	return bound, nil
}

func (c cmdlet) lookup(name string) (parameter, bool) {
	i := slices.IndexFunc(c.parameters, func(p parameter) bool { return strings.EqualFold(p.name, name) })
	if i < 0 {
		return parameter{}, false
	}
	return c.parameters[i], true
}

// checkSets finds a parameter set that has all parameters given, and whose
// mandatory parameters are among them.
func (c cmdlet) checkSets(bound arguments) *bindingError {
	sets := c.sets
	if len(sets) == 0 {
		sets = []string{""}
	}
	var particular []string
	for _, p := range c.parameters {
		if !bound.given(p.name) || len(p.sets) == 0 {
			continue
		}
		particular = append(particular, p.name)
		sets = slices.DeleteFunc(slices.Clone(sets), func(set string) bool { return !slices.Contains(p.sets, set) })
	}
	if len(sets) == 0 {
		return parameterSetError(particular)
	}
	exclusive := slices.DeleteFunc(slices.Clone(c.exclusive), func(name string) bool { return !bound.given(name) })
	if len(exclusive) > 1 {
		return parameterSetError(exclusive)
	}
	var missing []string
	for _, set := range sets {
		lacks := c.missing(set, bound)
		if len(lacks) == 0 {
			return nil
		}
		if missing == nil {
			missing = lacks
		}
	}
	return missingError(missing)
}

// missing lists the mandatory parameters of a set that have no value.
func (c cmdlet) missing(set string, bound arguments) []string {
	var missing []string
	for _, p := range c.parameters {
		if !p.mandatory || len(p.sets) > 0 && !slices.Contains(p.sets, set) {
			continue
		}
		if v := bound.values[p.name]; v == nil || v == "" {
			missing = append(missing, p.name)
		}
	}
	return missing
}

// convert makes a JSON value one of the parameter's type.
func (p parameter) convert(value any) (any, *bindingError) {
	if value == nil {
		return nil, nil
	}
	switch p.kind {
	case boolean, flag:
		return p.convertBoolean(value)
	case texts:
		return p.convertList(value, p.convertText)
	case enumerated:
		return p.convertMember(value)
	case enumerates:
		return p.convertList(value, p.convertMember)
	case resultSize:
		return p.convertSize(value)
	default:
		return p.convertText(value)
	}
}

func (p parameter) convertText(value any) (any, *bindingError) {
	switch v := value.(type) {
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	case bool:
		return truth(v), nil
	default:
		return nil, p.conversionError(value, "System.String", "Cannot convert value to type System.String.")
	}
}

func (p parameter) convertBoolean(value any) (any, *bindingError) {
	switch v := value.(type) {
	case bool:
		return v, nil
	case json.Number:
		return v.String() != "0", nil
	case map[string]any:
		if present, ok := v["IsPresent"].(bool); ok && p.kind == flag {
			return present, nil
		}
	}
	return nil, p.conversionError(value, "System.Boolean", "Boolean parameters accept only Boolean values and numbers, such as $True, $False, 1 or 0 instead.")
}

func (p parameter) convertList(value any, one func(any) (any, *bindingError)) (any, *bindingError) {
	items, ok := value.([]any)
	if !ok {
		items = []any{value}
	}
	list := make([]string, 0, len(items))
	for _, item := range items {
		converted, err := one(item)
		if err != nil {
			return nil, err
		}
		if s, ok := converted.(string); ok {
			list = append(list, s)
		}
	}
	return list, nil
}

func (p parameter) convertMember(value any) (any, *bindingError) {
	v, err := p.convertText(value)
	if err != nil {
		return nil, err
	}
	name, _ := v.(string)
	member, problem := p.enumeration.member(name)
	if problem != "" {
		return nil, p.conversionError(name, p.enumeration.class, problem)
	}
	return member, nil
}

func (p parameter) convertSize(value any) (any, *bindingError) {
	v, err := p.convertText(value)
	if err != nil {
		return nil, err
	}
	size, _ := v.(string)
	if strings.EqualFold(size, unlimited) {
		return unlimited, nil
	}
	if n, err := strconv.Atoi(size); err == nil && n > 0 {
		return size, nil
	}
	return nil, p.conversionError(value, "Microsoft.Exchange.Data.Unlimited`1[System.UInt32]", "The value must be a positive number or Unlimited.")
}

// unlimited is the value of ResultSize that lifts the limit.
const unlimited = "Unlimited"

func truth(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

// bindingError is a refusal from before the cmdlet runs.
type bindingError struct {
	class, text string
	// detailed says that the body carries the text in details besides: so it
	// was seen for parameter names, and not for values.
	detailed bool
}

// Error returns the message.
func (e *bindingError) Error() string { return e.text }

const bindingClasses = "Microsoft.Exchange.AdminApi.CommandInvocation."

// parameterSetError is the answer to parameters that no set has together, and
// to unknown ones.
func parameterSetError(names []string) *bindingError {
	return &bindingError{
		class: bindingClasses + "AmbiguousParameterSetException",
		text: "Parameter set cannot be resolved using the specified named parameters. Invalid cmdlet parameters specified. " +
			strings.Join(names, ", "),
		detailed: true,
	}
}

// missingError speaks PowerShell's own words: what the service says was not
// seen.
func missingError(names []string) *bindingError {
	return &bindingError{
		class:    bindingClasses + "AmbiguousParameterSetException",
		text:     "Cannot process command because of one or more missing mandatory parameters: " + strings.Join(names, " ") + ".",
		detailed: true,
	}
}

func (p parameter) conversionError(value any, class, problem string) *bindingError {
	if p.kind == enumerates || p.kind == texts {
		class += "[]"
	}
	return &bindingError{
		class: bindingClasses + "ParameterTransformationException",
		text: fmt.Sprintf("Cannot process argument transformation on parameter '%s'. Cannot convert value \"%v\" to type \"%s\". Error: \"%s\"",
			p.name, value, class, problem),
	}
}
