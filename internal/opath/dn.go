// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package opath

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// IsDN reports whether text is a distinguished name as RFC 4514 writes them, such as CN=Sales,OU=Groups,DC=contoso,DC=com.
// Spaces around the separators are allowed, as directories accept them; empty values are not, as directories hold none.
func IsDN(text string) bool {
	_, ok := parseDN(text)
	return ok
}

// EqualDN reports whether two distinguished names are the same but for letter case, spaces around the separators and
// the way of escaping characters. Texts that are not distinguished names are the same if they differ in letter case only.
func EqualDN(a, b string) bool {
	if a == b {
		return true
	}
	x, isDN := parseDN(a)
	y, alsoDN := parseDN(b)
	if !isDN && !alsoDN {
		return strings.EqualFold(a, b)
	}
	if isDN != alsoDN || len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i].separator != y[i].separator || x[i].encoded != y[i].encoded ||
			!strings.EqualFold(x[i].name, y[i].name) || !strings.EqualFold(x[i].value, y[i].value) {
			return false
		}
	}
	return true
}

// attribute is one name=value of a distinguished name.
type attribute struct {
	name      string
	value     string // Unescaped, or the hexadecimal digits of an encoded one.
	encoded   bool   // Whether the value is written as # and hexadecimal digits.
	separator byte   // What follows: a comma, a plus sign, or zero at the end.
}

// parseDN returns the attributes of a distinguished name in the order they are written.
func parseDN(text string) (attributes []attribute, ok bool) {
	for {
		name, rest, found := strings.Cut(text, "=")
		a := attribute{name: strings.Trim(name, " ")}
		if !found || !isAttributeName(a.name) {
			return nil, false
		}
		rest = strings.TrimLeft(rest, " ")
		var length int
		if a.encoded = strings.HasPrefix(rest, "#"); a.encoded {
			a.value, length, ok = encodedValue(rest)
		} else {
			a.value, length, ok = attributeValue(rest)
		}
		if !ok {
			return nil, false
		}
		if length == len(rest) {
			return append(attributes, a), true
		}
		a.separator = rest[length]
		attributes = append(attributes, a)
		text = rest[length+1:]
	}
}

// isAttributeName reports whether name is a short name such as CN, or the dotted numbers of an object identifier.
func isAttributeName(name string) bool {
	if name == "" {
		return false
	}
	if isDigit(name[0]) {
		for number := range strings.SplitSeq(name, ".") {
			if number == "" || strings.Trim(number, "0123456789") != "" {
				return false
			}
		}
		return true
	}
	for i := range len(name) {
		c := name[i]
		if !isLetter(c) && (i == 0 || !isDigit(c) && c != '-') {
			return false
		}
	}
	return true
}

// encodedValue reads the # and hexadecimal digits that text begins with, up to a separator or the end.
func encodedValue(text string) (value string, length int, ok bool) {
	length = strings.IndexAny(text, ",+")
	if length < 0 {
		length = len(text)
	}
	value = strings.TrimRight(text[1:length], " ")
	_, err := hex.DecodeString(value)
	return value, length, err == nil && value != ""
}

// attributeValue reads and unescapes the value that text begins with, up to a separator or the end. The spaces after the
// value are read but no part of it unless they are escaped.
func attributeValue(text string) (value string, length int, ok bool) {
	var unescaped []byte
	end := 0 // The length of unescaped without the spaces at its end.
	i := 0
scan:
	for i < len(text) {
		switch c := text[i]; c {
		case ',', '+':
			break scan
		case '"', ';', '<', '>', 0:
			return "", 0, false
		case '\\':
			character, size := unescape(text[i+1:])
			if size == 0 {
				return "", 0, false
			}
			unescaped = append(unescaped, character)
			end = len(unescaped)
			i += 1 + size
		default:
			unescaped = append(unescaped, c)
			if c != ' ' {
				end = len(unescaped)
			}
			i++
		}
	}
	unescaped = unescaped[:end]
	return string(unescaped), i, end > 0 && utf8.Valid(unescaped)
}

// unescape returns the byte that the text after a backslash stands for and how much of the text does: two hexadecimal
// digits, one special character, or nothing.
func unescape(text string) (character byte, size int) {
	if len(text) >= 2 {
		if b, err := hex.DecodeString(text[:2]); err == nil {
			return b[0], 2
		}
	}
	if text != "" && strings.IndexByte(` "#+,;<=>\`, text[0]) >= 0 {
		return text[0], 1
	}
	return 0, 0
}
