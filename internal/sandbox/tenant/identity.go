// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import "strings"

// find returns the objects that answer to an identity, which may be any of
// several keys of an object. Exchange tries them in a fixed order: the name,
// the GUID, the distinguished name, and then what the kind of object has
// besides. ranks returns an object's keys in that order, one slice for each
// step; the first step with a match decides.
func find[T any](objects []T, identity string, ranks func(T) [][]string) []T {
	var found []T
	best := -1
	for _, o := range objects {
		for rank, keys := range ranks(o) {
			if best >= 0 && rank > best {
				break
			}
			if !containsFold(keys, identity) {
				continue
			}
			if best < 0 || rank < best {
				best, found = rank, nil
			}
			found = append(found, o)
			break
		}
	}
	return found
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
func one[T any](t *Tenant, objects []T, identity string, ranks func(T) [][]string) (T, error) {
	found := find(objects, t.local(identity), ranks)
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
func list[T any](t *Tenant, objects []T, identity string, wildcards bool, ranks func(T) [][]string) ([]T, error) {
	if identity == "" {
		return objects, nil
	}
	if wildcards && strings.Contains(identity, "*") {
		var found []T
		for _, o := range objects {
			if matchWildcard(identity, ranks(o)[0][0]) {
				found = append(found, o)
			}
		}
		return found, nil
	}
	found := find(objects, t.local(identity), ranks)
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

// entryRanks are the keys that every object has.
func (e Entry) entryRanks() [][]string {
	return [][]string{{e.Name}, {e.GUID}, {e.DistinguishedName}}
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
