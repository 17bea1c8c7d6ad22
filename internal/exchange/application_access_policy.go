// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// AccessRight is what an application access policy does with the mailboxes of its scope.
type AccessRight string

// The access rights. A mailbox that a DenyAccess policy of the app covers is denied; else one that a RestrictAccess
// policy covers is granted; else, where the app has a RestrictAccess policy at all, the mailbox is denied.
const (
	RestrictAccess AccessRight = "RestrictAccess"
	DenyAccess     AccessRight = "DenyAccess"
)

// AccessRights are all access rights.
var AccessRights = [...]string{string(RestrictAccess), string(DenyAccess)}

// ApplicationAccessPolicy narrows which mailboxes an application reaches with the permissions that were consented to
// in Entra. Role assignments in Exchange are not narrowed by it.
type ApplicationAccessPolicy struct {
	// Identity is the policy's only name, made by the service: <tenant>\<app>:<SID of the scope>;<GUID of the scope>.
	// It is kept as answered; its letter case means nothing.
	Identity    string
	AppID       string // lower case, or * for every application
	AccessRight AccessRight
	Description string // where none was given, the service writes one
	ScopeName   string // the display name of the scope; empty where the scope was deleted
	ScopeGUID   string // lower case
}

func applicationAccessPolicyFrom(row adminapi.Row) ApplicationAccessPolicy {
	policy := ApplicationAccessPolicy{
		Identity:    row.Text("Identity"),
		AppID:       strings.ToLower(row.Text("AppId")),
		AccessRight: AccessRight(row.Text("AccessRight")),
		Description: row.Text("Description"),
		ScopeName:   row.Text("ScopeName"),
		// No property is called after the parameter PolicyScopeGroupId; the ids stand in one text.
		ScopeGUID: scopeGUID(row.Text("ScopeIdentityRaw")),
	}
	if policy.ScopeGUID == "" {
		policy.ScopeGUID = scopeGUID(policy.Identity)
	}
	for _, right := range AccessRights {
		if strings.EqualFold(right, string(policy.AccessRight)) {
			policy.AccessRight = AccessRight(right)
		}
	}
	return policy
}

// scopeGUID returns the GUID behind the semicolon of an identity, or of its latter half.
func scopeGUID(ids string) string {
	_, guid, _ := strings.Cut(ids, ";")
	if !isGUID(guid) {
		return ""
	}
	return strings.ToLower(guid)
}

// ApplicationAccessPolicies lists the tenant's policies, once a run and anew after this client has written one.
func (c *Client) ApplicationAccessPolicies(ctx context.Context) ([]ApplicationAccessPolicy, error) {
	return c.applicationAccessPolicies(ctx, c.recall)
}

func (c *Client) applicationAccessPolicies(ctx context.Context, ask asking) ([]ApplicationAccessPolicy, error) {
	rows, err := ask(ctx, "Get-ApplicationAccessPolicy", nil)
	if err != nil {
		return nil, err
	}
	policies := make([]ApplicationAccessPolicy, 0, len(rows))
	for _, row := range rows {
		policies = append(policies, applicationAccessPolicyFrom(row))
	}
	return policies, nil
}

// ApplicationAccessPolicy reads the policy with this identity. An identity that is not found is looked for in the
// list before its absence is believed, because whether the service folds its letter case is not known.
func (c *Client) ApplicationAccessPolicy(ctx context.Context, identity string) (ApplicationAccessPolicy, error) {
	if identity == "" {
		return ApplicationAccessPolicy{}, fmt.Errorf("Get-ApplicationAccessPolicy: %w", errEmptyIdentity)
	}
	row, err := c.locate(ctx, "Get-ApplicationAccessPolicy", identity, identity, named(identity, "Identity"))
	if err != nil {
		return ApplicationAccessPolicy{}, err
	}
	return applicationAccessPolicyFrom(row), nil
}

// FindApplicationAccessPolicy is ApplicationAccessPolicy for a policy that is known to have been there: its absence is
// confirmed.
func (c *Client) FindApplicationAccessPolicy(ctx context.Context, identity string) (policy ApplicationAccessPolicy, err error) {
	err = c.confirmed(ctx, identity, func(ctx context.Context) error {
		policy, err = c.ApplicationAccessPolicy(ctx, identity)
		return err
	})
	return policy, err
}

// ListedApplicationAccessPolicy is ApplicationAccessPolicy for an import: what a listing of this run has of the policy is
// good enough.
func (c *Client) ListedApplicationAccessPolicy(ctx context.Context, identity string) (ApplicationAccessPolicy, error) {
	if row, found := c.listed(ctx, "Get-ApplicationAccessPolicy", identity, named(identity, "Identity")); found {
		return applicationAccessPolicyFrom(row), nil
	}
	return c.ApplicationAccessPolicy(ctx, identity)
}

// ReadApplicationAccessPolicy is FindApplicationAccessPolicy for a refresh: what a listing of this run has of the policy
// is good enough.
func (c *Client) ReadApplicationAccessPolicy(ctx context.Context, identity string) (ApplicationAccessPolicy, error) {
	row, found, err := c.refreshed(ctx, "Get-ApplicationAccessPolicy", identity, identity, named(identity, "Identity"))
	switch {
	case err != nil:
		return ApplicationAccessPolicy{}, err
	case found:
		return applicationAccessPolicyFrom(row), nil
	default:
		return c.FindApplicationAccessPolicy(ctx, identity)
	}
}

// NewApplicationAccessPolicy is what CreateApplicationAccessPolicy sends.
type NewApplicationAccessPolicy struct {
	AppID         string // an application id, or * for every application
	PolicyScopeID string // any identity of a recipient that is a security principal
	AccessRight   AccessRight
	Description   string // not sent when empty
}

// CreateApplicationAccessPolicy creates a policy. The answer may precede the policy's appearance in reads;
// AwaitApplicationAccessPolicy waits for that.
func (c *Client) CreateApplicationAccessPolicy(ctx context.Context, object NewApplicationAccessPolicy) (ApplicationAccessPolicy, error) {
	policy, err := c.createApplicationAccessPolicy(ctx, object)
	if err != nil {
		c.policies.forget()
	} else {
		c.policies.add(policy)
	}
	return policy, err
}

func (c *Client) createApplicationAccessPolicy(ctx context.Context, object NewApplicationAccessPolicy) (ApplicationAccessPolicy, error) {
	parameters := adminapi.Parameters{
		// One application a policy: what the service makes of several is not known.
		"AppId":              []string{object.AppID},
		"PolicyScopeGroupId": object.PolicyScopeID,
		"AccessRight":        string(object.AccessRight),
	}
	if object.Description != "" {
		parameters["Description"] = object.Description
	}
	// Whoever removes one of the same identity may see this one before it is answered.
	defer c.recent.begin(policyKey(object.AppID))()
	var policy ApplicationAccessPolicy
	var row adminapi.Row
	var answered bool
	err := c.until(ctx, func(ctx context.Context) (err error) {
		row, answered, err = c.create(ctx, creation{
			cmdlet:     "New-ApplicationAccessPolicy",
			parameters: parameters,
			key:        policyKey(object.AppID),
			// Policies have no name that Exchange would give to one of them only. So until the first could not but show,
			// no second one is sent.
			shows: settleTime,
			look: func(ctx context.Context) (id string, same bool, err error) {
				policy, same, err = c.policyLike(ctx, object)
				return policy.Identity, same, err
			},
		})
		return c.seen(ctx, err, RecipientReference, object.PolicyScopeID)
	})
	if err != nil {
		return ApplicationAccessPolicy{}, err
	}
	if answered {
		policy = applicationAccessPolicyFrom(row)
	}
	if policy.Identity == "" {
		// A row without an identity is as good as none.
		err = c.settled(ctx, func(ctx context.Context) error {
			policy, _, err = c.policyLike(ctx, object)
			if IsNotFound(err) {
				return notYet{err}
			}
			return err
		})
	}
	c.recent.write(policy.Identity)
	return policy, err
}

// policyKey stands for the policies of an application. They have no natural key that is known before they are created.
func policyKey(appID string) string { return "policy of " + appID }

// policyKeys are what the policy with this identity is known by.
func policyKeys(identity string) []string {
	_, rest, _ := strings.Cut(identity, `\`)
	appID, _, _ := strings.Cut(rest, ":")
	return []string{identity, policyKey(appID)}
}

// policyLike reads the policy of the wanted one's application, scope and access right, and reports whether it has the
// wanted description, too. The error is not found where there is none.
func (c *Client) policyLike(ctx context.Context, wanted NewApplicationAccessPolicy) (policy ApplicationAccessPolicy, same bool, err error) {
	policies, err := c.policiesOf(ctx, c.listApplicationAccessPolicies, wanted.AppID, wanted.PolicyScopeID)
	if err != nil {
		return ApplicationAccessPolicy{}, false, err
	}
	for _, policy := range policies {
		if policy.AccessRight == wanted.AccessRight {
			// Where none is given, Exchange writes a description.
			described := wanted.Description == "" || SameDescription(policy.Description, wanted.Description)
			return policy, described, nil
		}
	}
	return ApplicationAccessPolicy{}, false, &adminapi.Error{
		Cmdlet:  "Get-ApplicationAccessPolicy",
		Class:   adminapi.NotFound,
		Message: fmt.Sprintf("Exchange lists no policy of the application %s for '%s' with the access right %s", wanted.AppID, wanted.PolicyScopeID, wanted.AccessRight),
	}
}

// ApplicationAccessPoliciesOf returns the policies that an application has for a scope: one at most, where the service
// holds an identity once. Whether it takes a second one of the opposite access right is not known. The two would have
// one identity and could not be changed or removed any more, so ask before creating one. A policy that this client has
// just removed is none, though a server may still show it.
//
// The policies are listed once a run. Those that this client makes are added, until it removes one or does not know what
// became of one.
func (c *Client) ApplicationAccessPoliciesOf(ctx context.Context, appID, policyScopeID string) ([]ApplicationAccessPolicy, error) {
	policies, err := c.policiesOf(ctx, c.knownApplicationAccessPolicies, appID, policyScopeID)
	return slices.DeleteFunc(policies, func(policy ApplicationAccessPolicy) bool { return c.recent.tookAway(policy.Identity) }), err
}

func (c *Client) policiesOf(ctx context.Context, all func(context.Context) ([]ApplicationAccessPolicy, error), appID, policyScopeID string) ([]ApplicationAccessPolicy, error) {
	scope, found, err := c.PolicyScope(ctx, policyScopeID)
	if err != nil || !found {
		return nil, err
	}
	listed, err := all(ctx)
	if err != nil {
		return nil, err
	}
	var policies []ApplicationAccessPolicy
	for _, policy := range listed {
		if strings.EqualFold(policy.AppID, appID) && scope.Is(policy.ScopeGUID) {
			policies = append(policies, policy)
		}
	}
	return policies, nil
}

func (c *Client) listApplicationAccessPolicies(ctx context.Context) ([]ApplicationAccessPolicy, error) {
	return c.applicationAccessPolicies(ctx, c.rows)
}

// knownApplicationAccessPolicies lists the policies where they are not known.
func (c *Client) knownApplicationAccessPolicies(ctx context.Context) ([]ApplicationAccessPolicy, error) {
	known, changes, ok := c.policies.all()
	if ok && !c.uncached {
		return known, nil
	}
	listed, err := c.listApplicationAccessPolicies(ctx)
	if err == nil {
		c.policies.keep(listed, changes)
	}
	return listed, err
}

// policies are the application access policies that are known to be there: those that a listing had, and those that were
// made since. The zero policies are not known.
type policies struct {
	mu      sync.Mutex
	known   []ApplicationAccessPolicy
	listed  bool
	changes int // counts what was done to them
}

// all returns the policies, if they are known, and what keep is to be told of a listing that begins now.
func (p *policies) all() (known []ApplicationAccessPolicy, changes int, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.known), p.changes, p.listed
}

// keep takes over a listing, unless something was done since it began.
func (p *policies) keep(listed []ApplicationAccessPolicy, changes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.changes == changes {
		p.known, p.listed = slices.Clone(listed), true
	}
}

// add takes over a policy that was made.
func (p *policies) add(policy ApplicationAccessPolicy) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.changes++
	if p.listed {
		p.known = append(p.known, policy)
	}
}

// forget has the policies listed anew.
func (p *policies) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.changes++
	p.known, p.listed = nil, false
}

// AwaitApplicationAccessPolicy returns the policy that was created once reads show it. One that was removed a moment ago
// may have had the same identity, and may still be shown.
func (c *Client) AwaitApplicationAccessPolicy(ctx context.Context, created ApplicationAccessPolicy) (ApplicationAccessPolicy, error) {
	var policy ApplicationAccessPolicy
	err := c.settled(ctx, func(ctx context.Context) error {
		var err error
		policy, err = c.ApplicationAccessPolicy(ctx, created.Identity)
		switch {
		case IsNotFound(err):
			return notYet{err}
		case err == nil && (policy.AccessRight != created.AccessRight || created.Description != "" && !SameDescription(policy.Description, created.Description)):
			return notYet{fmt.Errorf("Exchange created a policy with the access right %s and still answers one with %s, described as %q", created.AccessRight, policy.AccessRight, policy.Description)}
		}
		return err
	})
	return policy, err
}

// SameDescription compares descriptions. The space around a text may get lost on the way.
func SameDescription(a, b string) bool { return strings.TrimSpace(a) == strings.TrimSpace(b) }

// DescribeApplicationAccessPolicy sets the description, the only thing of a policy that can change, and returns once
// Exchange shows it.
func (c *Client) DescribeApplicationAccessPolicy(ctx context.Context, identity, description string) error {
	if identity == "" {
		return fmt.Errorf("Set-ApplicationAccessPolicy: %w", errEmptyIdentity)
	}
	err := c.set(ctx, "Set-ApplicationAccessPolicy", adminapi.Parameters{"Identity": identity, "Description": description}, func(ctx context.Context) (string, error) {
		policy, err := c.FindApplicationAccessPolicy(ctx, identity)
		return policy.Identity, err
	})
	if err != nil {
		return err
	}
	c.recent.write(identity)
	return c.settled(ctx, func(ctx context.Context) error {
		policy, err := c.ApplicationAccessPolicy(ctx, identity)
		if IsNotFound(err) {
			return notYet{err}
		}
		if err == nil && !SameDescription(policy.Description, description) {
			return notYet{fmt.Errorf("Exchange accepted the description %q and still answers %q", description, policy.Description)}
		}
		return err
	})
}

// DeleteApplicationAccessPolicy removes a policy. last is what is known of it: its identity and, where it is to be told
// from another one, its access right and description. One that is gone already is no error.
//
// The identity is made of the application and the scope, so a policy that is made anew has the one of the policy before.
// Where the answer to the removal is lost, the policy may be gone, and what has the identity by then another one: without
// it, the application might reach every mailbox. So what this client has made meanwhile stays, and so does, with an
// error, what has another access right or description. That somebody else has made the very same one does not show.
func (c *Client) DeleteApplicationAccessPolicy(ctx context.Context, last ApplicationAccessPolicy) error {
	const cmdlet = "Remove-ApplicationAccessPolicy"
	defer c.policies.forget()
	begun := time.Now()
	return c.remove(ctx, removal{
		cmdlet:   cmdlet,
		identity: last.Identity,
		reusable: true,
		keys:     policyKeys(last.Identity),
		again: func(ctx context.Context) (string, error) {
			if err := c.policiesMade(ctx, last.Identity); err != nil {
				return "", err
			}
			left, err := c.FindApplicationAccessPolicy(ctx, last.Identity)
			switch {
			case err != nil:
			case c.recent.wroteAfter(last.Identity, begun):
				err = replaced(cmdlet, last.Identity, "one that was made meanwhile")
			case !left.mayBe(last):
				err = fmt.Errorf("the policy '%s' that is there now has the access right %s and the description %q, and was left alone: it may be another one", left.Identity, left.AccessRight, left.Description)
			}
			return left.Identity, err
		},
	})
}

// mayBe reports whether the policy has the access right and the description that one with its identity had, as far as
// those are known.
func (p ApplicationAccessPolicy) mayBe(last ApplicationAccessPolicy) bool {
	return (last.AccessRight == "" || p.AccessRight == last.AccessRight) &&
		(last.Description == "" || SameDescription(p.Description, last.Description))
}

// policiesMade waits until this client makes no policy of an application, which is that of the policy with this identity:
// one may show before its creation is answered.
func (c *Client) policiesMade(ctx context.Context, identity string) error {
	return c.until(ctx, func(context.Context) error {
		for _, key := range policyKeys(identity) {
			if c.recent.underWay(key) {
				return notYet{fmt.Errorf("another policy of the application of '%s' is being created", identity)}
			}
		}
		return nil
	})
}

// PolicyScope is a recipient as the scope of application access policies.
type PolicyScope struct {
	Name string // its display name
	Type string // Exchange's RecipientTypeDetails, such as SharedMailbox
	// NoPrincipal is Exchange's word that the recipient is no security principal, which it takes no policies for.
	NoPrincipal bool

	ids []string
}

// PolicyScope reads the recipient that identity names, in whatever form; found is false where it names none or several.
func (c *Client) PolicyScope(ctx context.Context, identity string) (scope PolicyScope, found bool, err error) {
	row, found, err := c.referred(ctx, c.recall, RecipientReference, identity)
	if err != nil || !found {
		return PolicyScope{}, false, err
	}
	return policyScopeFrom(row), true, nil
}

func policyScopeFrom(row adminapi.Row) PolicyScope {
	return PolicyScope{
		Name:        row.Text("DisplayName", "Name"),
		Type:        row.Text("RecipientTypeDetails", "RecipientType"),
		NoPrincipal: row.Has("IsValidSecurityPrincipal") && !row.Bool("IsValidSecurityPrincipal"),
		// The service calls the GUID in a policy's identity an object id. Of the two that a recipient has, Exchange's
		// and Entra's, either may be meant.
		ids: []string{guidOf(row), strings.ToLower(row.Text("ExternalDirectoryObjectId"))},
	}
}

// Is reports whether guid, the one in a policy's identity, is the recipient's.
func (s PolicyScope) Is(guid string) bool {
	for _, id := range s.ids {
		if id != "" && strings.EqualFold(id, guid) {
			return true
		}
	}
	return false
}

// IsNoSecurityPrincipal reports whether err says that the scope of a policy is no security principal. The service
// gives that refusal neither an id nor a type.
func IsNoSecurityPrincipal(err error) bool {
	return Says(err, "is not a security principal")
}

// IsPolicyStoreFull reports whether err says that there is no room for another policy.
func IsPolicyStoreFull(err error) bool {
	return Says(err, "total size of App Access Policies exceeded")
}

// ApplicationAccess is the service's verdict whether application access policies let an application reach a mailbox.
type ApplicationAccess struct {
	Granted     bool
	MailboxName string
	MailboxID   string
	MailboxSID  string
}

// TestApplicationAccessPolicy asks the service whether the application's policies let it reach a mailbox, or the
// members of a group. They apply to permissions that were consented to in Entra; role assignments are not looked at.
func (c *Client) TestApplicationAccessPolicy(ctx context.Context, appID, mailbox string) (ApplicationAccess, error) {
	if mailbox == "" {
		return ApplicationAccess{}, fmt.Errorf("Test-ApplicationAccessPolicy: %w", errEmptyIdentity)
	}
	rows, err := c.list(ctx, "Test-ApplicationAccessPolicy", adminapi.Parameters{"Identity": mailbox, "AppId": appID})
	if err != nil {
		return ApplicationAccess{}, err
	}
	row, found, err := only("Test-ApplicationAccessPolicy", mailbox, rows, named(appID, "AppId"))
	if err != nil {
		return ApplicationAccess{}, err
	}
	if !found {
		return ApplicationAccess{}, fmt.Errorf("Test-ApplicationAccessPolicy: Exchange answered %d verdicts, and none on the application %s", len(rows), appID)
	}
	return applicationAccessFrom(row)
}

func applicationAccessFrom(row adminapi.Row) (ApplicationAccess, error) {
	access := ApplicationAccess{
		MailboxName: row.Text("Mailbox"),
		MailboxID:   row.Text("MailboxId"),
		MailboxSID:  row.Text("MailboxSid"),
	}
	switch verdict := row.Text("AccessCheckResult"); strings.ToLower(verdict) {
	case "granted":
		access.Granted = true
	case "denied":
	default:
		return ApplicationAccess{}, fmt.Errorf("Test-ApplicationAccessPolicy: Exchange answered %q, and neither Granted nor Denied", verdict)
	}
	return access, nil
}
