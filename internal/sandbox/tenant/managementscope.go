// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"slices"
	"strings"
)

// ManagementScope is a set of recipients, given by a filter, that role
// assignments can be limited to.
type ManagementScope struct {
	Entry
	// RecipientFilter is the filter as it was given, in OPATH.
	RecipientFilter string
	// RecipientRoot limits the filter to an organizational unit; it is nearly
	// always empty in Exchange Online.
	RecipientRoot string
	// Exclusive says that nobody without an assignment through an exclusive
	// scope may change the recipients in it. Applications are not held by it.
	Exclusive bool
}

// scope is a management scope in the store.
type scope struct {
	ManagementScope
	// released is the time after the scope's last assignment went, during
	// which the directory still counts it as used.
	released veil
}

func scopeKeys(keys []key, s *scope) []key { return s.entryKeys(keys) }

// ManagementScopes returns the scopes, ordered by name.
func (t *Tenant) ManagementScopes() []ManagementScope {
	t.mu.Lock()
	defer t.mu.Unlock()
	return snapshotScopes(t.scopes)
}

func snapshotScopes(scopes []*scope) []ManagementScope {
	all := make([]ManagementScope, 0, len(scopes))
	for _, s := range scopes {
		all = append(all, s.ManagementScope)
	}
	slices.SortFunc(all, func(a, b ManagementScope) int { return byName(a.Entry, b.Entry) })
	return all
}

// ManagementScopeSpec is what New-ManagementScope is given.
type ManagementScopeSpec struct {
	Name, RecipientFilter, RecipientRoot string
	Exclusive                            bool
}

// NewManagementScope creates a scope.
func (t *Tenant) NewManagementScope(by Caller, spec ManagementScopeSpec) (ManagementScope, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.checkHydrated(by); err != nil {
		return ManagementScope{}, err
	}
	if err := checkName(spec.Name); err != nil {
		return ManagementScope{}, err
	}
	if _, err := parseFilter("RecipientRestrictionFilter", spec.RecipientFilter); err != nil {
		return ManagementScope{}, err
	}
	if err := t.checkRoot(spec.RecipientRoot); err != nil {
		return ManagementScope{}, err
	}
	if err := t.checkScopeName(spec.Name, nil); err != nil {
		return ManagementScope{}, err
	}
	s := &scope{ManagementScope: ManagementScope{
		Entry:           t.newEntry(spec.Name, scopeContainer),
		RecipientFilter: spec.RecipientFilter,
		RecipientRoot:   spec.RecipientRoot,
		Exclusive:       spec.Exclusive,
	}}
	t.scopes = append(t.scopes, s)
	return s.ManagementScope, nil
}

// checkScopeName refuses a name that another scope than self has.
func (t *Tenant) checkScopeName(name string, self *scope) error {
	for _, s := range t.scopes {
		if s != self && strings.EqualFold(s.Name, name) {
			return t.alreadyExists(s.DistinguishedName)
		}
	}
	return nil
}

// checkRoot refuses a recipient root that is no place in the organization.
func (t *Tenant) checkRoot(root string) error {
	if root == "" || t.isOrganizationalUnit(root) {
		return nil
	}
	return t.notFound(root)
}

// isOrganizationalUnit reports whether text names the only organizational
// unit of a tenant: by a domain, its canonical name or its distinguished name.
func (t *Tenant) isOrganizationalUnit(text string) bool {
	keys := append([]string{t.organization.InitialDomain, t.organizationalUnit(), t.canonicalUnit()}, t.organization.Domains...)
	return containsFold(keys, text)
}

// ManagementScopeQuery is what Get-ManagementScope is given.
type ManagementScopeQuery struct {
	// Identity is a name, GUID or distinguished name, or a name with
	// wildcards; empty for all.
	Identity string
	// Exclusive, if set, keeps exclusive or regular scopes only.
	Exclusive *bool
	// Orphan keeps scopes that no assignment uses.
	Orphan bool
}

// GetManagementScope returns the scopes a query asks for.
func (t *Tenant) GetManagementScope(query ManagementScopeQuery) ([]ManagementScope, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, err := list(t, t.scopes, query.Identity, true, ownKeys(t, scopeKeys))
	if err != nil {
		return nil, err
	}
	kept := make([]*scope, 0, len(found))
	for _, s := range found {
		if query.Exclusive != nil && s.Exclusive != *query.Exclusive {
			continue
		}
		if query.Orphan && t.assignmentUsing(s.GUID) != nil {
			continue
		}
		kept = append(kept, s)
	}
	return snapshotScopes(kept), nil
}

// ManagementScopeChange is what Set-ManagementScope is given; nil leaves a
// property as it is.
type ManagementScopeChange struct {
	Name, RecipientFilter, RecipientRoot *string
}

// SetManagementScope changes a scope. A rename keeps the GUID, and the
// assignments that use the scope follow it.
func (t *Tenant) SetManagementScope(identity string, change ManagementScopeChange) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, err := one(t, t.scopes, identity, ownKeys(t, scopeKeys))
	if err != nil {
		return err
	}
	next := s.ManagementScope
	if change.Name != nil {
		if err := checkName(*change.Name); err != nil {
			return err
		}
		if err := t.checkScopeName(*change.Name, s); err != nil {
			return err
		}
		next.Name = *change.Name
		next.DistinguishedName = t.distinguishedName(next.Name, scopeContainer)
	}
	if change.RecipientFilter != nil {
		if _, err := parseFilter("RecipientRestrictionFilter", *change.RecipientFilter); err != nil {
			return err
		}
		next.RecipientFilter = *change.RecipientFilter
	}
	if change.RecipientRoot != nil {
		if err := t.checkRoot(*change.RecipientRoot); err != nil {
			return err
		}
		next.RecipientRoot = *change.RecipientRoot
	}
	s.ManagementScope = next
	t.touch(&s.Entry)
	return nil
}

// RemoveManagementScope removes a scope that no assignment uses. That a scope
// in use is refused is documented; class and words are invented.
func (t *Tenant) RemoveManagementScope(by Caller, identity string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, err := one(t, t.scopes, identity, ownKeys(t, scopeKeys))
	if err != nil {
		return err
	}
	used := t.assignmentUsing(s.GUID) != nil
	if !used && !by.Administrator {
		used = !s.released.lifted(t.clock())
	}
	if used {
		return &Error{
			Kind: InUse, Type: typeInvalid, Category: "Context",
			Text: "The management scope '" + s.Name + "' can't be removed because it's in use by a management role assignment.",
		}
	}
	t.scopes = slices.DeleteFunc(t.scopes, func(o *scope) bool { return o == s })
	return nil
}
