// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

// checkHydrated refuses to create where the organization is not enabled for
// customization, or not yet.
func (t *Tenant) checkHydrated(by Caller) error {
	if t.organization.IsDehydrated {
		return dehydrated()
	}
	if !by.Administrator && !t.hydration.lifted(t.clock()) {
		return dehydrated()
	}
	return nil
}

// EnableOrganizationCustomization makes scopes and role assignments possible.
// IsDehydrated changes at once; creates may go on failing for the time that
// [Behavior.HydrationDelay] says. A second call is refused.
func (t *Tenant) EnableOrganizationCustomization() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.organization.IsDehydrated {
		return invalid(typeInvalid, "This operation is not required. Organization is already enabled for customization.")
	}
	t.organization.IsDehydrated = false
	t.hydration = t.behavior.HydrationDelay.begin(t.clock())
	return nil
}

// OrganizationEntry is the organization as an object of the directory.
func (t *Tenant) OrganizationEntry() Entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	return Entry{
		Name:              t.organization.InitialDomain,
		GUID:              guidOf("organization " + t.organization.TenantID),
		DistinguishedName: t.configurationUnit(),
		WhenCreated:       seedTime,
		WhenChanged:       seedTime,
		Version:           1,
	}
}
