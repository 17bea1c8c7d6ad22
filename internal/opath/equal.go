// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package opath

import "strings"

// Same reports whether two texts are the same filter: to the letter, or as [Equal]
// has it. A text that is no filter is the same as itself only.
func Same(a, b string) bool {
	if a == b {
		return true
	}
	left, err := Parse(a)
	if err != nil {
		return false
	}
	right, err := Parse(b)
	return err == nil && Equal(left, right)
}

// Equal reports whether two filters say the same, however they are written. It looks past spaces, parentheses that
// change nothing, the kind of quotes, the letter case of property names, operators and values, the form of distinguished
// names where the property holds them, quotes around an integer, and $true written as 'True'.
//
// The order of operands counts, as does a double negation: A -and B is not taken for B -and A. Exchange was never seen to
// reorder a filter, so a filter in another order is somebody's edit and worth showing.
func Equal(a, b *Filter) bool {
	if a == nil || b == nil {
		return a == b
	}
	return equal(&a.root, &b.root)
}

func equal(a, b *expression) bool {
	if a.form != b.form || len(a.operands) != len(b.operands) {
		return false
	}
	if a.form == comparison {
		return strings.EqualFold(a.name, b.name) &&
			a.comparison.Operator == b.comparison.Operator &&
			equalValues(a.kind, a.comparison.Value, b.comparison.Value)
	}
	for i := range a.operands {
		if !equal(&a.operands[i], &b.operands[i]) {
			return false
		}
	}
	return true
}

// equalValues reports whether two values of a comparison with a property of the given kind are the same. $null is the same
// as itself only: the text 'Null' is a text.
func equalValues(kind Kind, a, b Value) bool {
	if a.Kind == Null || b.Kind == Null {
		return a.Kind == b.Kind
	}
	return equalText(kind, a.plain(), b.plain())
}

// equalText reports whether a directory holds two texts for the same value of a property of the given kind.
func equalText(kind Kind, a, b string) bool {
	if kind == DN {
		return EqualDN(a, b)
	}
	return strings.EqualFold(a, b)
}
