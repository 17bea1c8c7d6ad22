// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package opath

import (
	"cmp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Match reports whether a recipient is one of those the filter selects. It calls property for the values of the
// recipient's properties, by their usual names where the names are known and as written elsewhere. A property with no value,
// or with empty ones only, is $null; a boolean's value is True or False.
//
// Texts compare without regard to letter case, and distinguished names as [EqualDN] compares them. The operators mean:
//   - -eq: some value is equal. -eq $null: there is no value.
//   - -ne: the opposite of -eq, so it also selects recipients without a value.
//   - -like: -eq, but a * at the end of the text stands for anything, and '*' alone for any value. Exchange accepts a *
//     elsewhere, and one for a property that is not text, but finds nothing; so does Match.
//   - -notlike: the opposite of -like.
//   - -lt, -gt, -le, -ge: some value is less, and so on. Two numbers compare by size, also when they carry a unit as in
//     1.5GB; everything else compares as lower-case text, character by character, which puts dates in order that are written
//     from year to second. Nothing is less or greater than $null.
//
// PrimarySmtpAddress is also sought in EmailAddresses, and the smtp: before an e-mail address may be left out.
func (f *Filter) Match(property func(name string) []string) bool {
	return f.root.match(property)
}

func (e *expression) match(property func(name string) []string) bool {
	switch e.form {
	case negation:
		return !e.operands[0].match(property)
	case conjunction:
		for i := range e.operands {
			if !e.operands[i].match(property) {
				return false
			}
		}
		return true
	case disjunction:
		for i := range e.operands {
			if e.operands[i].match(property) {
				return true
			}
		}
		return false
	default:
		return e.compare(property)
	}
}

// compare evaluates a comparison.
func (e *expression) compare(property func(name string) []string) bool {
	operator, value := e.comparison.Operator, e.comparison.Value
	if value.Kind == Null {
		present := e.anyValue(property, func(string) bool { return true })
		switch operator {
		case Eq, Like:
			return !present
		case Ne, NotLike:
			return present
		default:
			return false
		}
	}
	text := value.plain()
	isText := func(v string) bool { return equalText(e.kind, v, text) }
	isLike := func(v string) bool { return e.like(v, text) }
	switch operator {
	case Eq:
		return e.anyValue(property, isText)
	case Ne:
		return !e.anyValue(property, isText)
	case Like:
		return e.anyValue(property, isLike)
	case NotLike:
		return !e.anyValue(property, isLike)
	case Lt:
		return e.anyValue(property, func(v string) bool { return order(v, text) < 0 })
	case Gt:
		return e.anyValue(property, func(v string) bool { return order(v, text) > 0 })
	case Le:
		return e.anyValue(property, func(v string) bool { return order(v, text) <= 0 })
	case Ge:
		return e.anyValue(property, func(v string) bool { return order(v, text) >= 0 })
	default:
		return false
	}
}

// anyValue reports whether a value of the comparison's property passes the test.
func (e *expression) anyValue(property func(name string) []string, test func(value string) bool) bool {
	for _, value := range property(e.name) {
		if value != "" && test(value) {
			return true
		}
	}
	if e.name != "PrimarySmtpAddress" && e.name != "EmailAddresses" {
		return false
	}
	for _, address := range property("EmailAddresses") {
		const prefix = "smtp:" // SMTP: marks the primary address.
		if len(address) > len(prefix) && strings.EqualFold(address[:len(prefix)], prefix) {
			address = address[len(prefix):]
		}
		if address != "" && test(address) {
			return true
		}
	}
	return false
}

// like reports whether a value matches the pattern of a -like.
func (e *expression) like(value, pattern string) bool {
	if !strings.Contains(pattern, "*") {
		return equalText(e.kind, value, pattern)
	}
	begin := strings.TrimRight(pattern, "*")
	if strings.Contains(begin, "*") || e.kind != UnknownKind && e.kind != WildcardText {
		return false
	}
	return hasPrefixFold(value, begin)
}

// hasPrefixFold reports whether text begins with prefix but for letter case. It counts in characters, because some letters
// take more bytes in one case than in the other.
func hasPrefixFold(text, prefix string) bool {
	characters := utf8.RuneCountInString(prefix)
	end := len(text)
	for i := range text {
		if characters == 0 {
			end = i
			break
		}
		characters--
	}
	return strings.EqualFold(text[:end], prefix)
}

// order compares two texts by magnitude if both have one, and as lower-case text otherwise.
func order(a, b string) int {
	if x, ok := magnitude(a); ok {
		if y, ok := magnitude(b); ok {
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(strings.ToLower(a), strings.ToLower(b))
}

// magnitude returns the number that text is, in bytes if it is a size.
func magnitude(text string) (number float64, ok bool) {
	digits := strings.TrimRight(text, "BKMGTbkmgt ")
	factor := 1.0
	switch strings.ToUpper(strings.TrimSpace(text[len(digits):])) {
	case "", "B":
	case "KB":
		factor = 1 << 10
	case "MB":
		factor = 1 << 20
	case "GB":
		factor = 1 << 30
	case "TB":
		factor = 1 << 40
	default:
		return 0, false
	}
	if strings.Trim(digits, "-.0123456789") != "" {
		return 0, false // ParseFloat also takes exponents, hexadecimal digits and infinity.
	}
	number, err := strconv.ParseFloat(digits, 64)
	return number * factor, err == nil
}
