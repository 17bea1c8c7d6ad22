// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"cmp"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// MaxNameLength is the most characters a name of a scope, role assignment,
// role, role group or policy may have.
const MaxNameLength = 64

// Entry is what every object of Exchange's directory carries.
type Entry struct {
	// Name is the object's name, unique in its container without regard to
	// letter case.
	Name string
	// GUID is the object's id in Exchange. It survives a rename and is none of
	// the ids that Entra knows.
	GUID string
	// DistinguishedName is the object's place in the directory. It changes with
	// the name.
	DistinguishedName string
	// WhenCreated and WhenChanged are in UTC.
	WhenCreated, WhenChanged time.Time
	// Version grows with each change.
	Version int32
}

func (e Entry) guid() string { return e.GUID }

// newEntry makes the entry of an object that is created now in container.
// Its GUID follows from the order of creation alone.
func (t *Tenant) newEntry(name, container string) Entry {
	t.created++
	now := t.clock().UTC()
	return Entry{
		Name:              name,
		GUID:              guidOf(fmt.Sprintf("%s\x00%d", container, t.created)),
		DistinguishedName: t.distinguishedName(name, container),
		WhenCreated:       now,
		WhenChanged:       now,
		Version:           1,
	}
}

// touch records a change of the object.
func (t *Tenant) touch(e *Entry) {
	e.WhenChanged = t.clock().UTC()
	e.Version++
}

// The containers of the directory. Those of configuration objects end in the
// tenant's configuration unit, those of recipients in its organizational unit.
const (
	scopeContainer      = "CN=Scopes,CN=RBAC"
	assignmentContainer = "CN=Role Assignments,CN=RBAC"
	roleContainer       = "CN=Roles,CN=RBAC"
	policyContainer     = "CN=Policies,CN=RBAC"
	recipientContainer  = ""
)

// distinguishedName is the place of name in container.
func (t *Tenant) distinguishedName(name, container string) string {
	if container == recipientContainer {
		return "CN=" + escapeRDN(name) + "," + t.organizationalUnit()
	}
	return "CN=" + escapeRDN(name) + "," + container + "," + t.configurationUnit()
}

// organizationalUnit is where the tenant's recipients are.
func (t *Tenant) organizationalUnit() string {
	return "OU=" + t.organization.InitialDomain + ",OU=Microsoft Exchange Hosted Organizations," + t.forestDN()
}

// canonicalUnit is the organizational unit written from the domain down.
func (t *Tenant) canonicalUnit() string {
	return t.organization.Forest + ".PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/" + t.organization.InitialDomain
}

// configurationUnit is where the tenant's configuration objects are.
func (t *Tenant) configurationUnit() string {
	return "CN=Configuration,CN=" + t.organization.InitialDomain + ",CN=ConfigurationUnits," + t.forestDN()
}

func (t *Tenant) forestDN() string {
	return "DC=" + t.organization.Forest + ",DC=PROD,DC=OUTLOOK,DC=COM"
}

// escapeRDN writes a name as the value of a relative distinguished name, by
// the rules of RFC 4514.
func escapeRDN(name string) string {
	var b strings.Builder
	for i, r := range name {
		leading := i == 0 && (r == ' ' || r == '#')
		trailing := i == len(name)-1 && r == ' '
		if leading || trailing || strings.ContainsRune(`,+"\<>;=`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// guidOf derives a GUID from text, the same one each time.
func guidOf(text string) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte(text)).String()
}

// isGUID reports whether text is a GUID in the dashed form, in any case.
func isGUID(text string) bool {
	return len(text) == 36 && uuid.Validate(text) == nil
}

// newSID returns the security identifier of a new object.
func (t *Tenant) newSID() string {
	t.created++
	return fmt.Sprintf("S-1-5-21-724521725-2336880675-2689004279-%d", 1821000+t.created)
}

// domainController names a directory server of the tenant's forest.
func (t *Tenant) domainController() string {
	region := t.organization.Forest
	if len(region) > 3 {
		region = region[3:]
	}
	return fmt.Sprintf("AM0%sDC%03d.%s.PROD.OUTLOOK.COM", region, 1+t.random.IntN(12), t.organization.Forest)
}

// compareFold orders two names without regard to letter case.
func compareFold(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] >= utf8.RuneSelf || b[i] >= utf8.RuneSelf {
			return cmp.Compare(strings.ToLower(a), strings.ToLower(b))
		}
		if x, y := lower(a[i]), lower(b[i]); x != y {
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(len(a), len(b))
}

// lower is an ASCII character in lower case.
func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
