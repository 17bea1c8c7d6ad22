// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
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
type arguments struct{ values map[string]any }

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
func (a arguments) asksOnly() bool { return a.flag("Confirm") || a.flag("WhatIf") }

// confirmParameters are taken by the cmdlets that change something.
var confirmParameters = []parameter{{name: "Confirm", kind: flag}, {name: "WhatIf", kind: flag}}

// bind resolves names, values and parameter set, as PowerShell does.
func (c cmdlet) bind(parameters map[string]any) (arguments, *bindingError) {
	bound := arguments{values: map[string]any{}}
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(parameters)), isCommon)
	if err := c.checkNames(names); err != nil {
		return arguments{}, err
	}
	for _, name := range names {
		p, _ := c.lookup(name)
		if bound.given(p.name) {
			return arguments{}, twiceError(p.name)
		}
		value, err := p.convert(parameters[name])
		if err != nil {
			return arguments{}, err
		}
		bound.values[p.name] = value
	}
	if err := c.checkSets(bound); err != nil {
		return arguments{}, err
	}
	return bound, nil
}

func isCommon(name string) bool {
	return slices.ContainsFunc(commonParameters, func(common string) bool { return strings.EqualFold(common, name) })
}

// checkNames refuses parameters that the cmdlet does not have.
func (c cmdlet) checkNames(names []string) *bindingError {
	var unknown []string
	for _, name := range names {
		if slices.ContainsFunc(c.unsupported, func(n string) bool { return strings.EqualFold(n, name) }) {
			return unsupportedError(c.name, name)
		}
		if _, found := c.lookup(name); !found {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		return parameterSetError(unknown)
	}
	return nil
}

// lookup finds a parameter by its name in any letter case.
func (c cmdlet) lookup(name string) (parameter, bool) {
	parameters := c.parameters
	if c.confirms {
		parameters = slices.Concat(parameters, confirmParameters)
	}
	i := slices.IndexFunc(parameters, func(p parameter) bool { return strings.EqualFold(p.name, name) })
	if i < 0 {
		return parameter{}, false
	}
	return parameters[i], true
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
	var refusal *bindingError
	for _, set := range sets {
		lacks := c.checkMandatory(set, bound)
		if lacks == nil {
			return nil
		}
		refusal = cmp.Or(refusal, lacks)
	}
	return refusal
}

// checkMandatory refuses arguments that leave a mandatory parameter of a set
// without a value.
func (c cmdlet) checkMandatory(set string, bound arguments) *bindingError {
	var missing []string
	for _, p := range c.parameters {
		if !p.mandatory || len(p.sets) > 0 && !slices.Contains(p.sets, set) {
			continue
		}
		switch value, given := bound.values[p.name]; {
		case !given:
			missing = append(missing, p.name)
		case value == nil:
			return unboundError(p.name, "null")
		case value == "":
			return unboundError(p.name, "an empty string")
		}
		if list, ok := bound.values[p.name].([]string); ok {
			switch {
			case len(list) == 0:
				return unboundError(p.name, "an empty array")
			case slices.Contains(list, ""):
				return unboundError(p.name, "an empty string")
			}
		}
	}
	if len(missing) > 0 {
		return missingError(missing)
	}
	return nil
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
		return p.convertList(p.enumeration.names(value), p.convertMember)
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
	// bare says that the body has no list of warnings: so it was seen for
	// parameter names and pages.
	bare bool
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

// The following refusals speak PowerShell's own words. What the service says in
// their place was not seen.

func missingError(names []string) *bindingError {
	return powerShellError("Cannot process command because of one or more missing mandatory parameters: " + strings.Join(names, " ") + ".")
}

func unboundError(name, value string) *bindingError {
	return powerShellError("Cannot bind argument to parameter '" + name + "' because it is " + value + ".")
}

func twiceError(name string) *bindingError {
	return powerShellError("Cannot bind parameter because parameter '" + name + "' is specified more than once.")
}

func powerShellError(text string) *bindingError {
	return &bindingError{class: "System.Management.Automation.ParameterBindingException", text: text, detailed: true}
}

// unsupportedError is the sandbox's own.
func unsupportedError(cmdlet, name string) *bindingError {
	return &bindingError{
		class:    "System.NotSupportedException",
		text:     "The sandbox tenant does not carry out the parameter " + name + " of " + cmdlet + ".",
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
