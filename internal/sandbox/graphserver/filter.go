// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package graphserver

import (
	"regexp"
	"slices"
	"strings"
)

// filter is a $filter: conditions that must all hold.
type filter []condition

// condition compares a property with a text, or with null where that is nil.
type condition struct {
	property, operator string
	value              *string
}

var (
	comparison = regexp.MustCompile(`^(\w+)\s+(eq|ne)\s+('(?:[^']|'')*'|null)`)
	function   = regexp.MustCompile(`^(?i:(startswith|endswith))\(\s*(\w+)\s*,\s*('(?:[^']|'')*')\s*\)`)
	and        = regexp.MustCompile(`^\s+and\s+`)
)

// parseFilter reads a $filter, as far as the sandbox knows the language: texts
// compared by eq, ne, startswith and endswith, and joined by and.
func parseFilter(text string, of collection, advanced bool) (filter, *refusal) {
	var parsed filter
	rest := strings.TrimSpace(text)
	for rest != "" {
		if parsed != nil {
			joint := and.FindString(rest)
			if joint == "" {
				return nil, badRequest("BadRequest", "Invalid filter clause: Syntax error at position %d in '%s'.", len(text)-len(rest), text)
			}
			rest = rest[len(joint):]
		}
		var c condition
		var literal string
		if m := comparison.FindStringSubmatch(rest); m != nil {
			c, literal, rest = condition{property: m[1], operator: m[2]}, m[3], rest[len(m[0]):]
		} else if m := function.FindStringSubmatch(rest); m != nil {
			c, literal, rest = condition{property: m[2], operator: strings.ToLower(m[1])}, m[3], rest[len(m[0]):]
		} else {
			return nil, badRequest("BadRequest", "Invalid filter clause: Syntax error at position %d in '%s'.", len(text)-len(rest), text)
		}
		i := slices.IndexFunc(of.filterable, func(p string) bool { return strings.EqualFold(p, c.property) })
		switch {
		case i < 0:
			return nil, unsupported("Unsupported or invalid query filter clause specified for property '%s' of resource '%s'.", c.property, of.kind)
		case c.operator == "endswith" && !advanced:
			return nil, needsAdvanced("endsWith")
		case c.operator == "ne" && !advanced:
			return nil, needsAdvanced("ne")
		}
		c.property = of.filterable[i]
		if literal != "null" {
			c.value = new(strings.ReplaceAll(literal[1:len(literal)-1], "''", "'"))
		}
		parsed = append(parsed, c)
	}
	return parsed, nil
}

// matches reports whether all conditions hold, in any letter case.
func (f filter) matches(row object) bool {
	return !slices.ContainsFunc(f, func(c condition) bool { return !c.holds(row) })
}

func (c condition) holds(row object) bool {
	text, set := row[c.property].(string)
	if c.value == nil {
		return set == (c.operator == "ne")
	}
	have, want := strings.ToLower(text), strings.ToLower(*c.value)
	switch c.operator {
	case "eq":
		return set && have == want
	case "ne":
		return !set || have != want
	case "startswith":
		return set && strings.HasPrefix(have, want)
	default:
		return set && strings.HasSuffix(have, want)
	}
}
