// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"cmp"
	"regexp"
	"strings"
)

// trustee is whom a mailbox permission is for.
type trustee struct {
	sid string
	// person says that the trustee is somebody with a mailbox or an address, and
	// neither a group nor an application.
	person bool
}

// The security identifier of whoever a mailbox belongs to, and its name.
const (
	selfSID  = "S-1-5-10"
	selfName = `NT AUTHORITY\SELF`
)

// The accounts that mailboxes inherit entries for. Their names begin with the
// forest's.
const (
	serversSID        = "S-1-5-21-1196097974-1292650839-4244031858-1103"
	serversName       = `\Exchange Servers`
	administratorSID  = "S-1-5-21-1196097974-1292650839-4244031858-500"
	administratorName = `\Administrator`
)

// wellKnown maps the SIDs that are no object of the tenant to their names.
func (t *Tenant) wellKnown() map[string]string {
	return map[string]string{
		selfSID:          selfName,
		serversSID:       t.organization.Forest + serversName,
		administratorSID: t.organization.Forest + administratorName,
	}
}

var securityIdentifier = regexp.MustCompile(`(?i)^S-1(-\d+){2,}$`)

// resolveTrustee finds whom an identity stands for: a person, a mail-enabled
// security group, a role group or a service principal, by any of its
// identities, or a bare SID that stands for nobody. Service principals that are
// hidden are passed over. The words about a recipient that permissions cannot
// be given to are those of Exchange Server.
func (t *Tenant) resolveTrustee(identity string, hidden func(*pointer) bool) (trustee, error) {
	for sid, name := range t.wellKnown() {
		if containsFold([]string{sid, name}, identity) {
			return trustee{sid: sid}, nil
		}
	}
	name := t.local(identity)
	var found []trustee
	for _, r := range find(t.recipients, name, recipientKeys) {
		if !r.Type.IsMailbox() && !r.IsValidSecurityPrincipal() {
			return trustee{}, invalid(typeInvalid, "Couldn't resolve the user or group \"%s.\" If the user or group is a foreign forest principal, you must have either a two-way trust or an outgoing trust.", identity)
		}
		found = append(found, trustee{sid: r.SID, person: !r.Type.IsGroup()})
	}
	for _, p := range find(t.servicePrincipals, name, pointerTrusteeKeys) {
		if !hidden(p) {
			found = append(found, trustee{sid: p.SID})
		}
	}
	for _, g := range find(t.roleGroups, name, roleGroupTrusteeKeys) {
		found = append(found, trustee{sid: g.SID})
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return trustee{}, ambiguous(identity)
	case securityIdentifier.MatchString(identity):
		return trustee{sid: strings.ToUpper(identity)}, nil
	default:
		return trustee{}, t.notFound(identity)
	}
}

// noneHidden lets every service principal be found.
func noneHidden(*pointer) bool { return false }

func pointerTrusteeKeys(keys []key, p *pointer) []key {
	return append(pointerKeys(keys, p), key{afterEntry + 2, p.SID})
}

func roleGroupTrusteeKeys(keys []key, g *RoleGroup) []key {
	return append(roleGroupKeys(keys, g), key{afterEntry + 1, g.SID})
}

// trusteeEcho is the text by which a SID reads back: the user principal name of
// a person, and the name of a group or application. A SID that stands for nobody
// is its own text, and not resolved.
func (t *Tenant) trusteeEcho(sid string) (text string, resolved bool) {
	if name, ok := t.wellKnown()[sid]; ok {
		return name, true
	}
	for _, r := range t.recipients {
		if r.SID == sid {
			return cmp.Or(r.UserPrincipalName, t.groupName(r.DisplayName, r.Name)), true
		}
	}
	for _, p := range t.servicePrincipals {
		if p.SID == sid {
			return t.groupName(p.DisplayName, p.Name), true
		}
	}
	for _, g := range t.roleGroups {
		if g.SID == sid {
			return t.groupName(g.DisplayName, g.Name), true
		}
	}
	return sid, false
}

// groupName is the name of a group or application in a permission. What stands
// for one without a display name is not known.
func (t *Tenant) groupName(displayName, name string) string {
	if t.behavior.TrusteeEcho == TrusteeByName {
		return name
	}
	return cmp.Or(displayName, name)
}
