// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"context"
	"fmt"
	"strings"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/opath"
)

// ManagementScope is a set of recipients, given by a filter, that role assignments point at.
type ManagementScope struct {
	GUID              string // stable over renames, lower case
	Name              string
	DistinguishedName string
	RecipientFilter   string // as Exchange spells it, which may differ from what was sent
	RecipientRoot     string // the organizational unit that the filter is confined to; usually empty
	Exclusive         bool
}

func managementScopeFrom(row adminapi.Row) ManagementScope {
	return ManagementScope{
		GUID:              guidOf(row),
		Name:              row.Text("Name"),
		DistinguishedName: row.Text("DistinguishedName"),
		// The parameter is RecipientRestrictionFilter; what was written through it reads back as RecipientFilter.
		RecipientFilter: row.Text("RecipientFilter", "RecipientRestrictionFilter"),
		RecipientRoot:   row.Text("RecipientRoot"),
		Exclusive:       row.Bool("Exclusive"),
	}
}

// scopeNamed accepts the scope that identity names.
func scopeNamed(identity string) func(adminapi.Row) bool {
	return named(identity, "Name", "Guid", "ExchangeObjectId", "DistinguishedName")
}

// ManagementScope reads the scope that identity names: a name, a GUID or a distinguished name.
func (c *Client) ManagementScope(ctx context.Context, identity string) (ManagementScope, error) {
	row, err := c.get(ctx, "Get-ManagementScope", identity, scopeNamed(identity))
	if err != nil {
		return ManagementScope{}, err
	}
	return managementScopeFrom(row), nil
}

// ListedManagementScope is ManagementScope for an import: what a listing of this run has of the scope is good enough.
func (c *Client) ListedManagementScope(ctx context.Context, identity string) (ManagementScope, error) {
	if row, found := c.listed(ctx, "Get-ManagementScope", identity, scopeNamed(identity)); found {
		return managementScopeFrom(row), nil
	}
	return c.ManagementScope(ctx, identity)
}

// ManagementScopes lists the scopes, once a run and anew after this client has written one.
func (c *Client) ManagementScopes(ctx context.Context) ([]ManagementScope, error) {
	return c.managementScopes(ctx, c.recall)
}

func (c *Client) managementScopes(ctx context.Context, ask asking) ([]ManagementScope, error) {
	rows, err := ask(ctx, "Get-ManagementScope", nil)
	if err != nil {
		return nil, err
	}
	scopes := make([]ManagementScope, 0, len(rows))
	for _, row := range rows {
		scopes = append(scopes, managementScopeFrom(row))
	}
	return scopes, nil
}

// FindManagementScope reads the scope with this GUID. Reading by name is documented, reading by GUID is not: the name
// it had last is tried first, and a listing decides where that name is gone or belongs to another scope by now.
// Its absence is confirmed.
func (c *Client) FindManagementScope(ctx context.Context, guid, lastName string) (scope ManagementScope, err error) {
	err = c.confirmed(ctx, guid, func(ctx context.Context) error {
		scope, err = c.managementScopeOf(ctx, guid, lastName)
		return err
	})
	return scope, err
}

// ReadManagementScope is FindManagementScope for a refresh: what a listing of this run has of the scope is good enough.
func (c *Client) ReadManagementScope(ctx context.Context, guid, lastName string) (ManagementScope, error) {
	row, found, err := c.refreshed(ctx, "Get-ManagementScope", guid, lastName, ofGUID(guid))
	switch {
	case err != nil:
		return ManagementScope{}, err
	case found:
		return managementScopeFrom(row), nil
	default:
		return c.FindManagementScope(ctx, guid, lastName)
	}
}

func (c *Client) managementScopeOf(ctx context.Context, guid, lastName string) (ManagementScope, error) {
	row, err := c.byGUID(ctx, "Get-ManagementScope", guid, lastName)
	if err != nil {
		return ManagementScope{}, err
	}
	return managementScopeFrom(row), nil
}

// byGUID reads an object that is documented to be named by its name, but must be the one with this GUID.
func (c *Client) byGUID(ctx context.Context, cmdlet, guid, lastName string) (adminapi.Row, error) {
	if guid == "" {
		return adminapi.Row{}, fmt.Errorf("%s: %w", cmdlet, errEmptyIdentity)
	}
	same := ofGUID(guid)
	if lastName == "" {
		return c.search(ctx, cmdlet, guid, same)
	}
	return c.locate(ctx, cmdlet, lastName, guid, same)
}

// NewManagementScope is what CreateManagementScope sends.
type NewManagementScope struct {
	Name            string // at most 64 characters, unique in the tenant without regard to case
	RecipientFilter string
	RecipientRoot   string // not sent when empty
	Exclusive       bool
}

// CreateManagementScope creates a scope.
func (c *Client) CreateManagementScope(ctx context.Context, object NewManagementScope) (ManagementScope, error) {
	parameters := adminapi.Parameters{"Name": object.Name, "RecipientRestrictionFilter": object.RecipientFilter}
	if object.RecipientRoot != "" {
		parameters["RecipientRoot"] = object.RecipientRoot
	}
	if object.Exclusive {
		// Force answers the question that the cmdlet asks before it makes an exclusive scope.
		parameters["Exclusive"], parameters["Force"] = true, true
	}
	var scope ManagementScope
	row, answered, err := c.create(ctx, creation{
		cmdlet:     "New-ManagementScope",
		parameters: parameters,
		key:        scopeKey(object.Name),
		shows:      showTime,
		look: func(ctx context.Context) (id string, same bool, err error) {
			scope, err = c.ManagementScope(ctx, object.Name)
			return scope.GUID, scope.is(object), err
		},
	})
	if err != nil {
		return ManagementScope{}, err
	}
	if answered {
		scope = managementScopeFrom(row)
	}
	c.recent.write(scope.keys()...)
	return scope, nil
}

// is reports whether the scope is just what was to be created.
func (s ManagementScope) is(wanted NewManagementScope) bool {
	return strings.EqualFold(s.Name, wanted.Name) && s.Exclusive == wanted.Exclusive && strings.EqualFold(s.RecipientRoot, wanted.RecipientRoot) &&
		(s.RecipientFilter == wanted.RecipientFilter || opath.Same(s.RecipientFilter, wanted.RecipientFilter))
}

// keys are what the scope is known by.
func (s ManagementScope) keys() []string {
	return []string{s.GUID, s.DistinguishedName, s.Name, scopeKey(s.Name)}
}

// scopeKey is the natural key of a scope.
func scopeKey(name string) string { return "scope " + name }

// ManagementScopeChange holds what is to change; nil leaves a property as it is.
type ManagementScopeChange struct {
	Name            *string
	RecipientFilter *string
	RecipientRoot   *string // empty removes it
}

// UpdateManagementScope changes the scope with this GUID, which was called lastName, and returns it once Exchange shows
// the change. A change of the filter is a change of every assignment that uses the scope.
func (c *Client) UpdateManagementScope(ctx context.Context, guid, lastName string, change ManagementScopeChange) (ManagementScope, error) {
	before, err := c.FindManagementScope(ctx, guid, lastName)
	if err != nil {
		return ManagementScope{}, err
	}
	if change = change.from(before); change == (ManagementScopeChange{}) {
		return before, nil
	}
	parameters := adminapi.Parameters{"Identity": before.Name}
	if change.Name != nil {
		parameters["Name"] = *change.Name
	}
	if change.RecipientFilter != nil {
		parameters["RecipientRestrictionFilter"] = *change.RecipientFilter
	}
	if change.RecipientRoot != nil {
		parameters["RecipientRoot"] = *change.RecipientRoot
		if *change.RecipientRoot == "" {
			parameters["RecipientRoot"] = nil
		}
	}
	name := before.Name
	if change.Name != nil {
		name = *change.Name
	}
	err = c.set(ctx, "Set-ManagementScope", parameters, func(ctx context.Context) (string, error) {
		now, err := c.FindManagementScope(ctx, guid, name)
		return now.Name, err
	})
	if err != nil {
		return ManagementScope{}, err
	}
	c.recent.write(before.keys()...)
	var after ManagementScope
	err = c.settled(ctx, func(ctx context.Context) error {
		after, err = c.managementScopeOf(ctx, guid, name)
		if IsNotFound(err) {
			return notYet{err}
		}
		if err != nil {
			return err
		}
		return change.unsettled(before, after)
	})
	c.recent.write(after.keys()...)
	return after, err
}

// from returns what of the change is not so already. A root that is spelled in another way may be another one.
func (change ManagementScopeChange) from(before ManagementScope) ManagementScopeChange {
	if change.Name != nil && *change.Name == before.Name {
		change.Name = nil
	}
	if change.RecipientFilter != nil && opath.Same(*change.RecipientFilter, before.RecipientFilter) {
		change.RecipientFilter = nil
	}
	if change.RecipientRoot != nil && strings.EqualFold(*change.RecipientRoot, before.RecipientRoot) {
		change.RecipientRoot = nil
	}
	return change
}

// unsettled says what of the change does not show yet. Exchange may spell a filter or a root in its own way, so one
// that is neither what was sent nor what was there before counts as the change.
func (change ManagementScopeChange) unsettled(before, after ManagementScope) error {
	const still = "the %s %q was accepted by Exchange, which still answers %q"
	if want := change.Name; want != nil && after.Name != *want {
		return notYet{fmt.Errorf(still, "name", *want, after.Name)}
	}
	if want := change.RecipientFilter; want != nil && after.RecipientFilter == before.RecipientFilter && !opath.Same(after.RecipientFilter, *want) {
		return notYet{fmt.Errorf(still, "filter", *want, after.RecipientFilter)}
	}
	// One unit has several names, of which Exchange answers one: that it stays may be the change. Its removal must show.
	if want := change.RecipientRoot; want != nil && after.RecipientRoot == before.RecipientRoot && (*want == "") != (after.RecipientRoot == "") {
		return notYet{fmt.Errorf(still, "recipient root", *want, after.RecipientRoot)}
	}
	return nil
}

// DeleteManagementScope removes the scope with this GUID, which was called lastName. One that is gone already is no
// error; another one that took its name stays.
//
// A scope that assignments use cannot be removed, and right after the last of them went Exchange may still refuse.
// So a refusal is looked into: where assignments are found, the error names them; where none is, the removal is tried
// again until ctx ends.
func (c *Client) DeleteManagementScope(ctx context.Context, guid, lastName string) error {
	object := removal{
		cmdlet:   "Remove-ManagementScope",
		identity: guid,
		byGUID:   true,
		keys:     ManagementScope{GUID: guid, Name: lastName}.keys(),
		again: func(ctx context.Context) (string, error) {
			left, err := c.FindManagementScope(ctx, guid, lastName)
			return left.Name, err
		},
	}
	return c.until(ctx, func(ctx context.Context) error {
		err := c.remove(ctx, object)
		if err == nil || !refused(err) {
			return err
		}
		name, lookErr := object.again(ctx)
		if IsNotFound(lookErr) {
			return nil
		}
		if lookErr != nil {
			// The first answer is the one that matters.
			return err
		}
		users, lookErr := c.assignmentsUsing(ctx, name)
		if lookErr != nil {
			return err
		}
		if len(users) > 0 {
			return fmt.Errorf("%w. These role assignments use it: %s", err, strings.Join(users, ", "))
		}
		// It may have been the GUID that was refused. The name is another scope's, perhaps, by the next time.
		object.byName = adminapi.ClassOf(err) != adminapi.InUse
		return notYet{err}
	})
}

// refused reports whether a Remove-ManagementScope may have failed because the scope is in use. The service's words
// for that are not known, so every refusal without a class of its own counts.
func refused(err error) bool {
	switch adminapi.ClassOf(err) {
	case adminapi.InUse, adminapi.InvalidInput, adminapi.Other:
		return isAnswer(err) && !adminapi.MayHaveHappened(err)
	default:
		return false
	}
}

// assignmentsUsing returns the names of the assignments that use a scope, without those that this client has removed and
// that a server may still show.
func (c *Client) assignmentsUsing(ctx context.Context, scope string) ([]string, error) {
	rows, err := c.list(ctx, "Get-ManagementRoleAssignment", nil)
	if err != nil {
		return nil, err
	}
	uses := named(scope, "CustomResourceScope", "CustomRecipientWriteScope")
	var users []string
	for _, row := range rows {
		if uses(row) && !c.recent.tookAway(guidOf(row)) {
			users = append(users, "'"+row.Text("Name")+"'")
		}
	}
	return users, nil
}
