// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import "strings"

// texts has each text of a page once. A listing of ten thousand objects is kept for
// a whole run of Terraform, and most of what it says of one object it says of all:
// the names of their properties, their kinds, their organization.
type texts map[string]any

// compact returns an object without what nobody reads: null, which is the same as
// absent, and what OData says about the properties of the object and of the objects
// in it, the keys with an @.
func (t texts) compact(object map[string]any) map[string]any {
	said := 0
	for name, value := range object {
		if value != nil && !strings.Contains(name, "@") {
			said++
		}
	}
	compacted := make(map[string]any, said)
	for name, value := range object {
		if value != nil && !strings.Contains(name, "@") {
			compacted[t.name(name)] = t.value(value)
		}
	}
	return compacted
}

// value returns a value in its compact form.
func (t texts) value(value any) any {
	switch value := value.(type) {
	case string:
		return t.once(value)
	case map[string]any:
		return t.compact(value)
	case []any:
		for i, element := range value {
			value[i] = t.value(element)
		}
	}
	return value
}

func (t texts) name(name string) string {
	once, _ := t.once(name).(string)
	return once
}

// once returns a text as it was first seen.
func (t texts) once(text string) any {
	if known, ok := t[text]; ok {
		return known
	}
	var boxed any = text
	t[text] = boxed
	return boxed
}
