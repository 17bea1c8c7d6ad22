// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package opath reads OPATH, the language of Exchange's recipient filters: it parses a filter, prints it, compares two
// by meaning and evaluates one on a recipient. A filter looks like this:
//
//	(RecipientTypeDetails -eq 'SharedMailbox') -and (Office -like 'Berlin*')
//
// The package also knows which properties of a recipient can be filtered on, and distinguished names, which some of
// those properties are compared with.
//
// Exchange may return a filter with other spacing, parentheses, quotes or letter case than it was given, so the parser
// takes all of those and [Equal] looks past them.
package opath

import "strings"

// Filter is a parsed filter. It is made by [Parse] and never changes.
type Filter struct {
	root expression
}

// Comparison is one comparison of a filter, such as Alias -eq 'sales'.
type Comparison struct {
	// Property is the name as it was written, which need not be the name of a known property.
	Property string
	Operator Operator
	Value    Value
	// Position is where the property's name begins, counted in characters from 1.
	Position int
}

// Operator is a comparison operator in its usual spelling, which is lower case.
type Operator string

// The comparison operators. Microsoft's pages on OPATH do not list -le and -ge; they come from PowerShell, whose
// operators OPATH borrows.
const (
	Eq      Operator = "-eq"
	Ne      Operator = "-ne"
	Like    Operator = "-like"
	NotLike Operator = "-notlike"
	Lt      Operator = "-lt"
	Gt      Operator = "-gt"
	Le      Operator = "-le"
	Ge      Operator = "-ge"
)

// ValueKind says in which of the ways of writing a value it was written.
type ValueKind int

// The ways of writing a value.
const (
	String  ValueKind = iota // 'text' or "text"
	Integer                  // 840 or -1
	True                     // $true
	False                    // $false
	Null                     // $null, which stands for no value
)

// Value is what a comparison compares with.
type Value struct {
	Kind ValueKind
	// Text is the text between the quotes with its doubled quotes made single, or the digits of an integer. It is empty
	// for $true, $false and $null.
	Text string
}

// String returns the value as a filter has it. Integers come out in quotes, because Exchange refuses bare ones in
// filters of more than one comparison.
func (v Value) String() string {
	switch v.Kind {
	case True:
		return "$true"
	case False:
		return "$false"
	case Null:
		return "$null"
	default:
		return Quote(v.Text)
	}
}

// plain returns what the value is compared as. $true is the text True, as Exchange's own client sends 'True' for it.
func (v Value) plain() string {
	switch v.Kind {
	case True:
		return "True"
	case False:
		return "False"
	default:
		return v.Text
	}
}

// Quote returns text as a string value of a filter: in single quotes, with the single quotes inside it doubled.
func Quote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

// form tells the four expressions apart.
type form int

const (
	comparison form = iota
	negation
	conjunction
	disjunction
)

// expression is a node of a filter's tree.
type expression struct {
	form form

	// A comparison has these. name is the property's name in its usual spelling where the property is known, and as it
	// was written elsewhere; kind is zero for an unknown property.
	comparison Comparison
	name       string
	kind       Kind

	// The others have these: a negation one, a conjunction or disjunction at least two. An operand never has the form
	// of the conjunction or disjunction it is in, because the parser merges the two.
	operands []expression
}

// join adds an operand to a conjunction or disjunction. One of the same form brings its operands instead of itself, as
// (A -and B) -and C means what A -and B -and C means.
func (e *expression) join(operand expression) {
	if operand.form == e.form {
		e.operands = append(e.operands, operand.operands...)
		return
	}
	e.operands = append(e.operands, operand)
}

// visit calls f with every comparison in the order of the text, and with the number of operators around it.
func (e *expression) visit(depth int, f func(comparison Comparison, depth int)) {
	if e.form == comparison {
		f(e.comparison, depth)
		return
	}
	for i := range e.operands {
		e.operands[i].visit(depth+1, f)
	}
}

// Comparisons returns every comparison of the filter in the order of the text.
func (f *Filter) Comparisons() []Comparison {
	var comparisons []Comparison
	f.root.visit(0, func(c Comparison, _ int) { comparisons = append(comparisons, c) })
	return comparisons
}

// String returns the filter in canonical text: single spaces, operators in lower case, known properties in their usual
// spelling, single quotes, and parentheses around every operand of -and, -or and -not, so that it reads the same to
// those who disagree on precedence. Parse takes it and makes an equal filter that prints the same text.
func (f *Filter) String() string {
	var b strings.Builder
	f.root.write(&b)
	return b.String()
}

func (e *expression) write(b *strings.Builder) {
	switch e.form {
	case comparison:
		b.WriteString(e.name)
		b.WriteByte(' ')
		b.WriteString(string(e.comparison.Operator))
		b.WriteByte(' ')
		b.WriteString(e.comparison.Value.String())
	case negation:
		b.WriteString("-not (")
		e.operands[0].write(b)
		b.WriteByte(')')
	case conjunction, disjunction:
		connective := " -and "
		if e.form == disjunction {
			connective = " -or "
		}
		for i := range e.operands {
			if i > 0 {
				b.WriteString(connective)
			}
			b.WriteByte('(')
			e.operands[i].write(b)
			b.WriteByte(')')
		}
	}
}

// StripBraces returns the filter inside a pair of braces that encloses all of text, and whether there was one.
// PowerShell users write filters as script blocks, { Alias -eq 'sales' }, but the braces are PowerShell's and no part
// of the filter. Only one pair is taken off. Text without such a pair comes back as it is.
func StripBraces(text string) (inner string, stripped bool) {
	block := strings.TrimSpace(text)
	if !strings.HasPrefix(block, "{") {
		return text, false
	}
	open := 0
	var quote byte // The quote that ends the string value the scan is in, or zero.
	for i := range len(block) {
		c := block[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0 // A doubled quote ends the value and begins it again.
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '{':
			open++
		case c == '}':
			open--
		}
		if open == 0 {
			if i < len(block)-1 {
				return text, false
			}
			return strings.TrimSpace(block[1:i]), true
		}
	}
	return text, false
}
