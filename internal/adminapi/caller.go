// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"encoding/base64"
	"slices"
	"strings"
)

// Caller is who a request was sent as and what it holds, as the access token
// says. It is a hint and nothing more: Microsoft may write into its tokens what
// it likes, and what was granted after a token was made is not in it.
type Caller struct {
	// Decoded reports whether the token could be read. The other fields are empty
	// where it could not.
	Decoded bool
	// User reports whether the token stands for a signed-in person. Otherwise it
	// stands for an application itself.
	User bool
	// Application is the application's client id, and ObjectID is the object id
	// of its enterprise application, or of the user.
	Application, ObjectID string
	// Permissions are the application permissions that were consented to, such as
	// Exchange.ManageAsApp, or those delegated by a user.
	Permissions []string
	// DirectoryRoles are the template ids of the Entra directory roles.
	DirectoryRoles []string
}

// HasManageAsApp reports whether the caller is an application that may call
// Exchange's admin API at all. What it may do there, its roles decide.
func (c Caller) HasManageAsApp() bool {
	return !c.User && slices.Contains(c.Permissions, "Exchange.ManageAsApp")
}

// defaultUserRole is the template id that is in the wids of every token, whatever
// roles its holder has.
const defaultUserRole = "0997a1d0-0d1d-4acb-b408-d5ca73121e90"

// readCaller reads an access token without verifying it, which only Exchange can.
func readCaller(token string) Caller {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return Caller{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return Caller{}
	}
	claims, err := decodeObject(payload)
	if err != nil {
		return Caller{}
	}
	text := func(names ...string) string { return clean(claims.Text(names...), maxNameLength, token) }
	texts := func(name string) []string {
		var kept []string
		for _, each := range claims.Texts(name) {
			kept = append(kept, clean(each, maxNameLength, token))
		}
		return kept
	}
	delegated := text("scp")
	caller := Caller{
		Decoded:     true,
		User:        delegated != "" || text("idtyp") == "user",
		Application: text("appid", "azp"),
		ObjectID:    text("oid"),
		Permissions: texts("roles"),
	}
	if caller.User {
		caller.Permissions = strings.Fields(delegated)
	}
	for _, role := range texts("wids") {
		if !strings.EqualFold(role, defaultUserRole) {
			caller.DirectoryRoles = append(caller.DirectoryRoles, strings.ToLower(role))
		}
	}
	return caller
}
