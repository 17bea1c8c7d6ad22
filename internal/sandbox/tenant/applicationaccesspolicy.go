// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"cmp"
	"slices"
	"strings"
)

// AccessRight is what an application access policy does with the mailboxes in
// its scope.
type AccessRight string

// The access rights.
const (
	// RestrictAccess lets the application reach these mailboxes and no others.
	RestrictAccess AccessRight = "RestrictAccess"
	// DenyAccess keeps the application out of these mailboxes.
	DenyAccess AccessRight = "DenyAccess"
)

// EveryApp is the app id of a policy that is for all applications.
const EveryApp = "*"

// ApplicationAccessPolicy limits what an application reaches by permissions
// that Entra grants. Role assignments are not touched by it.
type ApplicationAccessPolicy struct {
	// Identity is the policy's only name: tenant id, app id, and the scope's
	// SID and object id, as in tenant\app:SID;id.
	Identity string
	// AppID is the client id in the letter case it was given in, or
	// [EveryApp]. That an application has it is never checked.
	AppID       string
	AccessRight AccessRight
	// Description is made up by the service where none is given.
	Description string
	// ScopeName and ScopeIdentity are the display name and the name of the
	// scope now; both are empty once the scope is deleted.
	ScopeName, ScopeIdentity string
	// ScopeIdentityRaw is the end of the identity: SID;id. Which id it is, is a
	// switch: [Behavior.AccessPolicyScope].
	ScopeIdentityRaw string
}

// accessPolicy is an application access policy in the store.
type accessPolicy struct {
	appID       string
	right       AccessRight
	description string
	// scope is the GUID of the scope; raw is what the identity has of it.
	scope, raw string
	// unseen holds the policy back from Test-ApplicationAccessPolicy.
	unseen veil
}

func (t *Tenant) accessPolicyIdentity(p *accessPolicy) string {
	return t.organization.TenantID + `\` + p.appID + ":" + p.raw
}

func (t *Tenant) accessPolicyKeys(keys []key, p *accessPolicy) []key {
	return append(keys, key{text: t.accessPolicyIdentity(p)})
}

// describeAccessPolicy shows a policy with its scope as it is now.
func (t *Tenant) describeAccessPolicy(p *accessPolicy) ApplicationAccessPolicy {
	d := ApplicationAccessPolicy{
		Identity:         t.accessPolicyIdentity(p),
		AppID:            p.appID,
		AccessRight:      p.right,
		Description:      p.description,
		ScopeIdentityRaw: p.raw,
	}
	if scope := t.recipientByGUID(p.scope); scope != nil {
		d.ScopeName, d.ScopeIdentity = scope.DisplayName, scope.Name
	}
	return d
}

// ApplicationAccessPolicies returns the policies, ordered by identity.
func (t *Tenant) ApplicationAccessPolicies() []ApplicationAccessPolicy {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.snapshotAccessPolicies(t.accessPolicies)
}

func (t *Tenant) snapshotAccessPolicies(policies []*accessPolicy) []ApplicationAccessPolicy {
	all := make([]ApplicationAccessPolicy, 0, len(policies))
	for _, p := range policies {
		all = append(all, t.describeAccessPolicy(p))
	}
	slices.SortFunc(all, func(a, b ApplicationAccessPolicy) int {
		return cmp.Or(compareFold(a.Identity, b.Identity), cmp.Compare(a.AccessRight, b.AccessRight))
	})
	return all
}

// ApplicationAccessPolicySpec is what New-ApplicationAccessPolicy is given.
type ApplicationAccessPolicySpec struct {
	// AppIDs are client ids, of which each gets a policy, or [EveryApp].
	AppIDs []string
	// PolicyScopeGroupID is a recipient that permissions can be granted to, in
	// any of its identities.
	PolicyScopeGroupID string
	AccessRight        AccessRight
	Description        string
}

// maxAccessPolicyText and accessPolicyOverhead bound the policies of a tenant.
// Microsoft documents about 100 of them with the descriptions that the service
// makes up, and about 300 with descriptions of one space; numbers that come to
// that are made up here.
const (
	maxAccessPolicyText  = 30000
	accessPolicyOverhead = 100
)

// NewApplicationAccessPolicy creates a policy for each application, or none at
// all. Its words about a scope that is no security principal, and about the
// limit, are the service's; those about a policy that is there already are not
// known.
func (t *Tenant) NewApplicationAccessPolicy(by Caller, spec ApplicationAccessPolicySpec) ([]ApplicationAccessPolicy, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	scope, err := one(t, t.recipients, spec.PolicyScopeGroupID, recipientKeys)
	if err != nil {
		return nil, err
	}
	if !scope.IsValidSecurityPrincipal() {
		return nil, invalid("", "The identity of the policy scope is not a security principal.")
	}
	if spec.AccessRight != RestrictAccess && spec.AccessRight != DenyAccess {
		return nil, invalid(typeInvalid, "There is no access right '%s'.", spec.AccessRight)
	}
	if len(spec.AppIDs) == 0 || slices.Contains(spec.AppIDs, "") {
		return nil, invalid(typeBinding, "Cannot bind argument to parameter 'AppId' because it is empty.")
	}
	all := slices.Clone(t.accessPolicies)
	for _, appID := range spec.AppIDs {
		p := t.newAccessPolicy(by, appID, scope, spec)
		if err := t.checkAccessPolicy(p, all); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	if err := checkAccessPolicyText(all); err != nil {
		return nil, err
	}
	made := all[len(t.accessPolicies):]
	t.accessPolicies = all
	return t.snapshotAccessPolicies(made), nil
}

// newAccessPolicy makes a policy, with the description that the service makes
// up where none is given.
func (t *Tenant) newAccessPolicy(by Caller, appID string, scope *Recipient, spec ApplicationAccessPolicySpec) *accessPolicy {
	id := scope.GUID
	if t.behavior.AccessPolicyScope == ScopeByEntraID {
		id = scope.ExternalDirectoryObjectID
	}
	p := &accessPolicy{appID: appID, right: spec.AccessRight, scope: scope.GUID, raw: scope.SID + ";" + id}
	p.description = cmp.Or(spec.Description,
		"AppId: "+appID+"; ScopeIdentitySid: "+scope.SID+"; ScopeIdentityOid: "+id+"; AccessRight: "+string(p.right)+"; ShardType: All")
	if !by.Administrator {
		p.unseen = t.behavior.AccessPolicyLag.begin(t.clock())
	}
	return p
}

// checkAccessPolicy refuses a policy whose identity another one has. That it is
// refused is inferred from there being no other name.
func (t *Tenant) checkAccessPolicy(p *accessPolicy, others []*accessPolicy) error {
	for _, o := range others {
		same := o.scope == p.scope && strings.EqualFold(o.appID, p.appID)
		if same && (o.right == p.right || t.behavior.OppositeAccessPolicy == OppositeRefused) {
			return t.alreadyExists(t.accessPolicyIdentity(o))
		}
	}
	return nil
}

// checkAccessPolicyText refuses policies that are too much for the service.
func checkAccessPolicyText(policies []*accessPolicy) error {
	size := 0
	for _, p := range policies {
		size += accessPolicyOverhead + len(p.description)
	}
	if size > maxAccessPolicyText {
		return invalid(typeInvalid, "The total size of App Access Policies exceeded the limit.")
	}
	return nil
}

// GetApplicationAccessPolicy returns the policy with the given identity, or all
// of them when identity is empty. What it answers where there is none, is a
// switch: [Behavior.EmptyAccessPolicies]. The object that its error names is a
// guess.
func (t *Tenant) GetApplicationAccessPolicy(identity string) ([]ApplicationAccessPolicy, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if identity == "" && len(t.accessPolicies) == 0 && t.behavior.EmptyAccessPolicies == NoAccessPoliciesError {
		return nil, t.notFound(t.organization.InitialDomain)
	}
	found, err := list(t, t.accessPolicies, identity, false, t.accessPolicyKeys)
	if err != nil {
		return nil, err
	}
	return t.snapshotAccessPolicies(found), nil
}

// SetApplicationAccessPolicy changes a policy's description, the only property
// that can change.
func (t *Tenant) SetApplicationAccessPolicy(identity, description string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	p, err := one(t, t.accessPolicies, identity, t.accessPolicyKeys)
	if err != nil {
		return err
	}
	previous := p.description
	p.description = description
	if err := checkAccessPolicyText(t.accessPolicies); err != nil {
		p.description = previous
		return err
	}
	return nil
}

// RemoveApplicationAccessPolicy removes a policy.
func (t *Tenant) RemoveApplicationAccessPolicy(identity string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	p, err := one(t, t.accessPolicies, identity, t.accessPolicyKeys)
	if err != nil {
		return err
	}
	t.accessPolicies = slices.DeleteFunc(t.accessPolicies, func(o *accessPolicy) bool { return o == p })
	return nil
}

// AccessCheck is the row of Test-ApplicationAccessPolicy.
type AccessCheck struct {
	AppID string
	// Mailbox is the recipient that was asked about.
	Mailbox Recipient
	// Granted says that no policy keeps the application from the mailbox. It
	// does not say that the application holds any permission.
	Granted bool
}

// TestApplicationAccessPolicy says whether the policies let an application
// reach a recipient, which may be a group. As Microsoft documents the order: a
// denying policy that matches denies; a restricting one that matches grants;
// any other restricting policy of the application denies; and without one
// access is granted.
func (t *Tenant) TestApplicationAccessPolicy(by Caller, identity, appID string) (AccessCheck, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r, err := one(t, t.recipients, identity, recipientKeys)
	if err != nil {
		return AccessCheck{}, err
	}
	holders := t.holdersOf(r)
	denied, matched, restricted := false, false, false
	for _, p := range t.accessPolicies {
		if p.appID != EveryApp && !strings.EqualFold(p.appID, appID) {
			continue
		}
		if !by.Administrator && !p.unseen.lifted(t.clock()) {
			continue
		}
		in := holders[p.scope]
		switch p.right {
		case DenyAccess:
			denied = denied || in
		case RestrictAccess:
			restricted = true
			matched = matched || in
		}
	}
	return AccessCheck{AppID: appID, Mailbox: r.clone(), Granted: !denied && (matched || !restricted)}, nil
}

// holdersOf is the set of GUIDs of a recipient and of every group that it is a
// member of, directly or through other groups.
func (t *Tenant) holdersOf(r *Recipient) map[string]bool {
	holders := map[string]bool{r.GUID: true}
	for next := []string{r.GUID}; len(next) > 0; {
		member := next[0]
		next = next[1:]
		for _, g := range t.recipients {
			if !holders[g.GUID] && slices.Contains(g.Members, member) {
				holders[g.GUID] = true
				next = append(next, g.GUID)
			}
		}
	}
	return holders
}
