// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// object is an object on the wire: its properties in the service's order.
type object []property

// property is a property of an object. Its value is a string, bool, int32,
// []string, nil, an object or a list of them, or one of the types below, which
// the service annotates or writes in its own way.
type property struct {
	name  string
	value any
}

// guid is a value of .NET's type Guid.
type guid string

// distinguishedName is a string whose letter case is Exchange's own.
type distinguishedName string

// moment is a value of .NET's type DateTime.
type moment struct {
	at time.Time
	// utc says that the property is one of those named …UTC, which end in Z.
	utc bool
}

// messages is a list of strings that is written without an annotation.
type messages []string

// verdict is the InScope of Test-ServicePrincipalAuthorization.
type verdict bool

const momentLayout = "2006-01-02T15:04:05.0000000"

func (m moment) String() string {
	if m.utc {
		return m.at.UTC().Format(momentLayout) + "Z"
	}
	return m.at.UTC().Format(momentLayout) + "+00:00"
}

// orNull is the text, or null where there is none.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// isGUID reports whether text is a GUID in the dashed form.
func isGUID(text string) bool { return len(text) == 36 && uuid.Validate(text) == nil }

// selected keeps the properties whose names are asked for. Names that the
// object does not have are passed over.
func (o object) selected(names []string) object {
	if len(names) == 0 {
		return o
	}
	return slices.DeleteFunc(slices.Clone(o), func(p property) bool {
		return !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, p.name) })
	})
}

// plain returns the properties as Go values, without annotations.
func (o object) plain() map[string]any {
	row := make(map[string]any, len(o))
	for _, p := range o {
		switch v := p.value.(type) {
		case guid:
			row[p.name] = string(v)
		case distinguishedName:
			row[p.name] = string(v)
		case moment:
			row[p.name] = v.String()
		case verdict:
			row[p.name] = bool(v)
		default:
			row[p.name] = v
		}
	}
	return row
}

// objectWriter writes objects as JSON, keys in order and each annotated key
// after its annotations.
type objectWriter struct {
	bytes.Buffer
	behavior tenant.Behavior
	started  bool
}

func (w *objectWriter) object(o object) {
	around := w.started
	w.started = false
	w.WriteByte('{')
	for _, p := range o {
		w.property(p)
	}
	w.WriteByte('}')
	w.started = around
}

// key writes a key with what separates it from the one before.
func (w *objectWriter) key(name string) {
	if w.started {
		w.WriteByte(',')
	}
	w.started = true
	w.WriteString(quote(name))
	w.WriteByte(':')
}

func (w *objectWriter) annotation(name, kind, value string) {
	w.key(name + "@" + kind + ".type")
	w.WriteString(quote(value))
}

func (w *objectWriter) property(p property) {
	switch v := p.value.(type) {
	case nil:
		if w.behavior.NullProperties == tenant.NullsWritten {
			w.key(p.name)
			w.WriteString("null")
		}
	case bool:
		w.key(p.name)
		w.boolean(v, w.behavior.Booleans)
	case verdict:
		w.key(p.name)
		w.boolean(bool(v), w.behavior.InScope)
	case int32:
		w.annotation(p.name, "data", "System.Int32")
		w.key(p.name)
		w.WriteString(strconv.Itoa(int(v)))
	case guid:
		w.annotation(p.name, "data", "System.Guid")
		w.annotation(p.name, "odata", "#Guid")
		w.key(p.name)
		w.text(string(v))
	case moment:
		w.annotation(p.name, "data", "System.DateTime")
		w.key(p.name)
		w.text(v.String())
	case []string:
		w.list(p.name, v)
	case messages:
		w.key(p.name)
		array(w, v, w.text)
	case object:
		w.key(p.name)
		w.object(v)
	case []object:
		w.key(p.name)
		array(w, v, w.object)
	case distinguishedName:
		w.key(p.name)
		name := string(v)
		if w.behavior.DNCase == tenant.DNLower {
			name = strings.ToLower(name)
		}
		w.text(name)
	case string:
		w.key(p.name)
		w.text(v)
	}
}

func (w *objectWriter) boolean(b bool, form tenant.Booleans) {
	if form == tenant.BooleansString {
		w.WriteString(quote(truth(b)))
		return
	}
	w.WriteString(strconv.FormatBool(b))
}

func (w *objectWriter) list(name string, items []string) {
	if len(items) == 1 && w.behavior.SingleLists == tenant.SingleString {
		w.key(name)
		w.text(items[0])
		return
	}
	w.annotation(name, "odata", "#Collection(String)")
	w.key(name)
	array(w, items, w.text)
}

// array writes a JSON array, each item by write.
func array[T any](w *objectWriter, items []T, write func(T)) {
	w.WriteByte('[')
	for i, item := range items {
		if i > 0 {
			w.WriteByte(',')
		}
		write(item)
	}
	w.WriteByte(']')
}

func (w *objectWriter) text(v string) {
	if w.behavior.GUIDCase == tenant.GUIDUpper && isGUID(v) {
		v = strings.ToUpper(v)
	}
	w.WriteString(quote(v))
}

// quote writes text as a JSON string. Unlike Go's default, < > and & stay as
// they are.
func quote(text string) string {
	if !strings.ContainsFunc(text, escaped) {
		return `"` + text + `"`
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		return `""` // A string always encodes.
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// escaped reports whether a character may have to be written in another way in a
// JSON string.
func escaped(r rune) bool { return r < ' ' || r >= utf8.RuneSelf || r == '"' || r == '\\' }

// class is what the directory schema says of a kind of object.
type class struct {
	// name is the object class besides top.
	name string
	// category is the schema's own name.
	category string
	version  string
}

var (
	scopeClass         = class{"msExchScope", "ms-Exch-Scope", "0.11 (14.0.550.0)"}
	assignmentClass    = class{"msExchRoleAssignment", "ms-Exch-Role-Assignment", "0.11 (14.0.550.0)"}
	roleClass          = class{"msExchRole", "ms-Exch-Role", "0.11 (14.0.550.0)"}
	policyClass        = class{"msExchRBACPolicy", "ms-Exch-RBAC-Policy", "0.11 (14.0.550.0)"}
	groupClass         = class{"group", "Group", "0.10 (14.0.100.0)"}
	userClass          = class{"user", "Person", "0.20 (15.0.0.0)"}
	unitClass          = class{"msExchAdministrativeUnit", "ms-Exch-Administrative-Unit", "0.20 (15.0.0.0)"}
	organizationClass  = class{"msExchConfigurationUnitContainer", "ms-Exch-Configuration-Unit-Container", "0.20 (15.0.0.0)"}
	objectUnchanged    = property{"ObjectState", "Unchanged"}
	objectNew          = property{"ObjectState", "New"}
	noAdminDisplayName = property{"AdminDisplayName", ""}
)

// tail is the part that every object of the directory ends in, from Id on;
// what precedes it differs from object to object. Identity and id are the same
// text.
func (c call) tail(id string, e tenant.Entry, of class) object {
	o := c.organization
	forest := o.Forest + ".PROD.OUTLOOK.COM"
	return object{
		{"Id", id},
		{"IsValid", true},
		{"ExchangeVersion", of.version},
		{"DirectoryObjectVersion", e.Version},
		{"Name", e.Name},
		{"DistinguishedName", distinguishedName(e.DistinguishedName)},
		{"ObjectCategory", forest + "/Configuration/Schema/" + of.category},
		{"ObjectClass", []string{"top", of.name}},
		{"WhenChanged", moment{at: e.WhenChanged}},
		{"WhenCreated", moment{at: e.WhenCreated}},
		{"WhenChangedUTC", moment{at: e.WhenChanged, utc: true}},
		{"WhenCreatedUTC", moment{at: e.WhenCreated, utc: true}},
		{"ExchangeObjectId", guid(e.GUID)},
		{"OrganizationalUnitRoot", o.InitialDomain},
		{"OrganizationId", forest + "/Microsoft Exchange Hosted Organizations/" + o.InitialDomain + " - " + forest + "/ConfigurationUnits/" + o.InitialDomain + "/Configuration"},
		{"Guid", guid(e.GUID)},
		{"OriginatingServer", c.server},
	}
}
