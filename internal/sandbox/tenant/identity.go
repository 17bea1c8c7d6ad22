// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// key is a text by which an object can be named, and the step at which Exchange
// tries it.
type key struct {
	step int
	text string
}

// keysOf appends the keys of an object to keys, the name first. That no list is
// made for each object is what lets tenants be large.
type keysOf[T any] func(keys []key, object T) []key

// find returns the objects that answer to an identity, which may be any of
// several keys of an object. Exchange tries them in a fixed order: the name,
// the GUID, the distinguished name, and then what the kind of object has
// besides. The first step with a match decides.
func find[T any](objects []T, identity string, keys keysOf[T]) []T {
	var found []T
	var buffer []key
	best := -1
	for _, o := range objects {
		buffer = keys(buffer[:0], o)
		for _, k := range buffer {
			if best >= 0 && k.step > best {
				break
			}
			if !named(k.text, identity) {
				continue
			}
			if best < 0 || k.step < best {
				best, found = k.step, nil
			}
			found = append(found, o)
			break
		}
	}
	return found
}

// named reports whether a text names what an identity does: whether both are the
// same without regard to letter case, and not empty.
func named(text, identity string) bool {
	if text == "" || identity == "" {
		return false
	}
	// Most texts differ in their last character, while many begin alike.
	a, b := text[len(text)-1], identity[len(identity)-1]
	if a < utf8.RuneSelf && b < utf8.RuneSelf && a|0x20 != b|0x20 {
		return false
	}
	return strings.EqualFold(text, identity)
}

// local takes from an identity what says that the object is the tenant's own,
// and where it is: the domain in tenant\name, the place in a canonical name and
// the container in a legacy one. What is left is a name, or the key by which the
// directory of old has it.
func (t *Tenant) local(identity string) string {
	for _, prefix := range []string{t.organization.InitialDomain + `\`, t.canonicalUnit() + "/", legacyContainer} {
		if len(identity) > len(prefix) && strings.EqualFold(identity[:len(prefix)], prefix) {
			return identity[len(prefix):]
		}
	}
	return identity
}

// one returns the only object that answers to identity.
func one[T any](t *Tenant, objects []T, identity string, keys keysOf[T]) (T, error) {
	found := find(objects, t.local(identity), keys)
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		var none T
		return none, t.notFound(identity)
	default:
		var none T
		return none, ambiguous(identity)
	}
}

// list is what a Get cmdlet answers: every object for an empty identity, the
// matches of a wildcard where the cmdlet takes wildcards, or one object.
func list[T any](t *Tenant, objects []T, identity string, wildcards bool, keys keysOf[T]) ([]T, error) {
	if identity == "" {
		return objects, nil
	}
	if wildcards && strings.Contains(identity, "*") {
		var found []T
		var buffer []key
		for _, o := range objects {
			if buffer = keys(buffer[:0], o); matchWildcard(identity, buffer[0].text) {
				found = append(found, o)
			}
		}
		return found, nil
	}
	found := find(objects, t.local(identity), keys)
	switch {
	case len(found) == 1:
		return found, nil
	case len(found) > 1:
		return nil, ambiguous(identity)
	}
	switch t.behavior.WrongIdentity {
	case WrongIdentityEmpty:
		return nil, nil
	case WrongIdentityAll:
		return objects, nil
	default:
		return nil, t.notFound(identity)
	}
}

// The steps of the keys that every object has, and the one behind those.
const (
	nameStep = iota
	guidStep
	distinguishedNameStep
	afterEntry
)

// entryKeys appends the keys that every object has.
func (e *Entry) entryKeys(keys []key) []key {
	return append(keys, key{nameStep, e.Name}, key{guidStep, e.GUID}, key{distinguishedNameStep, e.DistinguishedName})
}

// ownKeys are the keys by which the cmdlets of a kind of object find one of whose
// GUID it is not certain that they take it.
func ownKeys[T any](t *Tenant, keys keysOf[T]) keysOf[T] {
	if t.behavior.GUIDIdentity == ValueAccepted {
		return keys
	}
	return func(all []key, object T) []key {
		return slices.DeleteFunc(keys(all, object), func(k key) bool { return k.step == guidStep })
	}
}

func containsFold(keys []string, identity string) bool {
	for _, key := range keys {
		if key != "" && strings.EqualFold(key, identity) {
			return true
		}
	}
	return false
}

// matchWildcard reports whether text matches pattern without regard to letter
// case, where * stands for any run of characters.
func matchWildcard(pattern, text string) bool {
	pieces := strings.Split(strings.ToLower(pattern), "*")
	text = strings.ToLower(text)
	first, last := pieces[0], pieces[len(pieces)-1]
	if len(pieces) == 1 {
		return text == first
	}
	if len(text) < len(first)+len(last) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, piece := range pieces[1 : len(pieces)-1] {
		i := strings.Index(text, piece)
		if i < 0 {
			return false
		}
		text = text[i+len(piece):]
	}
	return true
}
