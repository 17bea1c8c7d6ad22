// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package roleassignment

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

// defaultName returns the nth name, from 0 on, of an assignment whose configuration gives none.
//
// Exchange's own default, role and assignee cut at 64 characters, is the same for two assignments that differ in
// their scope only. This one reads "<role>-<assignee>-<eight digits>", the digits being taken from all that makes an
// assignment: it is the same in every run, and another one for another assignment.
func defaultName(object exchange.NewRoleAssignment, nth int) string {
	fold := func(parts ...string) string {
		// No name holds a NUL, so parts cannot run into each other.
		return strings.ToLower(strings.Join(parts, "\x00"))
	}
	kind := "regular"
	if object.Delegating {
		kind = "delegating"
	}
	digest := sha256.Sum256([]byte(fold(object.Role, string(object.Assignee.Kind), object.Assignee.Identity,
		string(object.Scope.Kind), object.Scope.Value, kind, strconv.Itoa(nth))))
	suffix := "-" + hex.EncodeToString(digest[:4])

	assignee := object.Assignee.Identity
	if object.Assignee.Kind == exchange.App {
		// The first group of a GUID is enough to recognize an application by.
		assignee, _, _ = strings.Cut(assignee, "-")
	}
	// The role may use all the room that a short assignee leaves.
	const shortestAssignee = 8
	role := cut(object.Role, exchange.MaxNameLength-len(suffix)-1-min(shortestAssignee, runes(assignee)))
	name := role + "-" + cut(assignee, exchange.MaxNameLength-len(suffix)-1-runes(role)) + suffix
	return strings.ReplaceAll(name, "*", "_")
}

func runes(text string) int { return len([]rune(text)) }

// cut shortens text to at most length characters.
func cut(text string, length int) string {
	characters := []rune(text)
	if len(characters) <= length {
		return text
	}
	return strings.TrimSpace(string(characters[:max(length, 0)]))
}
