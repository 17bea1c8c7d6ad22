// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"slices"
	"strings"
)

// assignmentIndex finds role assignments, of which a tenant can have very many, by
// the keys that [assignmentKeys] gives them. These keys never change.
type assignmentIndex map[string][]*assignment

// fold gives texts that differ in nothing but letter case the same form.
func fold(text string) string { return strings.ToLower(strings.ToUpper(text)) }

func (x assignmentIndex) add(a *assignment) {
	for _, k := range assignmentKeys(nil, a) {
		// Of two keys that are alike one will do.
		if under := x[fold(k.text)]; !slices.Contains(under, a) {
			x[fold(k.text)] = append(under, a)
		}
	}
}

func (x assignmentIndex) remove(a *assignment) {
	for _, k := range assignmentKeys(nil, a) {
		rest := slices.DeleteFunc(x[fold(k.text)], func(o *assignment) bool { return o == a })
		if x[fold(k.text)] = rest; len(rest) == 0 {
			delete(x, fold(k.text))
		}
	}
}

// addAssignment puts an assignment into the store.
func (t *Tenant) addAssignment(a *assignment) {
	t.assignments = append(t.assignments, a)
	t.assignmentsByKey.add(a)
}

// removeAssignment takes an assignment from the store.
func (t *Tenant) removeAssignment(a *assignment) {
	t.assignments = slices.DeleteFunc(t.assignments, func(o *assignment) bool { return o == a })
	t.assignmentsByKey.remove(a)
}

// assignmentsBy returns the assignments that have an identity among their keys.
func (t *Tenant) assignmentsBy(identity string) []*assignment {
	return t.assignmentsByKey[fold(t.local(identity))]
}
