// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Row is one object of a cmdlet's output: its properties by name. Values are as
// encoding/json decodes them, numbers being [json.Number].
//
// The service spells one property in several ways, so read rows by their
// methods. To all of them a property that is absent is the same as a null one.
type Row map[string]any

// Has reports whether the row has the property, and not as null.
func (r Row) Has(name string) bool { return r[name] != nil }

// Text returns the text of the first of the properties that has some, or "". A
// list of one has the text of its only element.
func (r Row) Text(names ...string) string {
	for _, name := range names {
		if text := textOf(r[name]); text != "" {
			return text
		}
	}
	return ""
}

// Bool reports whether the property is true, be it as a boolean or as text in any
// letter case.
func (r Row) Bool(name string) bool {
	return strings.EqualFold(strings.TrimSpace(textOf(r[name])), "true")
}

// Texts returns the texts of a list, or of a single value that stands for a list
// of one. Null and empty elements are left out.
func (r Row) Texts(name string) []string {
	elements, ok := r[name].([]any)
	if !ok {
		elements = []any{r[name]}
	}
	var texts []string
	for _, element := range elements {
		if text := textOf(element); text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

// object returns the property as an object, or nil where it is none. Of a list it
// returns the first object.
func (r Row) object(name string) Row {
	value := r[name]
	if elements, ok := value.([]any); ok {
		for _, element := range elements {
			if object, ok := element.(map[string]any); ok {
				return object
			}
		}
	}
	object, _ := value.(map[string]any)
	return object
}

// textOf returns the text of a JSON value: "" for null, for objects, and for
// lists of any length but one.
func textOf(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	case bool:
		return strconv.FormatBool(value)
	case []any:
		if len(value) == 1 {
			return textOf(value[0])
		}
	}
	return ""
}
