// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// AssigneeKind is the parameter of New-ManagementRoleAssignment that names the assignee.
type AssigneeKind string

// The kinds of assignee that Exchange Online has.
const (
	App           AssigneeKind = "App"
	User          AssigneeKind = "User"
	SecurityGroup AssigneeKind = "SecurityGroup"
	Policy        AssigneeKind = "Policy"
)

// ScopeKind is the parameter of New-ManagementRoleAssignment that confines the assignment to some recipients.
type ScopeKind string

// The kinds of recipient scope that Exchange Online has. RoleScope is the absence of one: the implicit scope of the
// role itself, which for an application role is the whole organization.
const (
	RoleScope                        ScopeKind = ""
	CustomResourceScope              ScopeKind = "CustomResourceScope"
	CustomRecipientWriteScope        ScopeKind = "CustomRecipientWriteScope"
	ExclusiveRecipientWriteScope     ScopeKind = "ExclusiveRecipientWriteScope"
	RecipientAdministrativeUnitScope ScopeKind = "RecipientAdministrativeUnitScope"
	RecipientGroupScope              ScopeKind = "RecipientGroupScope"
	RecipientOrganizationalUnitScope ScopeKind = "RecipientOrganizationalUnitScope"
	RecipientRelativeWriteScope      ScopeKind = "RecipientRelativeWriteScope"
)

// Scope is what an assignment is confined to. The zero Scope is the role's own.
type Scope struct {
	Kind  ScopeKind
	Value string // the identity of a scope, group, unit or administrative unit, or a relative scope's name
}

// Assignee is who holds an assignment.
type Assignee struct {
	Kind     AssigneeKind // empty where Exchange answers a kind that cannot be assigned to here
	Identity string       // as Exchange spells it: an object id for apps, a name for the rest
}

// RoleAssignment gives a management role to an assignee over a scope.
type RoleAssignment struct {
	GUID         string // lower case
	Name         string
	Role         string
	Assignee     Assignee
	AssigneeType string // Exchange's RoleAssigneeType: ServicePrincipal, User, SecurityGroup, RoleGroup, RoleAssignmentPolicy, ...
	Scope        Scope
	// WriteScope is Exchange's RecipientWriteScope, from which Scope is derived: no property is called after
	// the parameter that set it.
	WriteScope string
	Delegating bool
	Enabled    bool
}

func roleAssignmentFrom(row adminapi.Row) RoleAssignment {
	assignment := RoleAssignment{
		GUID:         guidOf(row),
		Name:         row.Text("Name", "Identity"),
		Role:         row.Text("Role"),
		AssigneeType: row.Text("RoleAssigneeType"),
		WriteScope:   row.Text("RecipientWriteScope"),
		// Delegating and DelegatingOrgWide delegate; Regular does not.
		Delegating: strings.HasPrefix(strings.ToLower(row.Text("RoleAssignmentDelegationType")), "delegating"),
		Enabled:    row.Bool("Enabled"),
	}
	assignment.Assignee = Assignee{Kind: assigneeKind(assignment.AssigneeType), Identity: row.Text("RoleAssignee", "RoleAssigneeName")}
	if assignment.Assignee.Kind == App {
		assignment.Assignee.Identity = strings.ToLower(assignment.Assignee.Identity)
	}
	assignment.Scope = scopeFrom(row, assignment.Assignee.Kind)
	return assignment
}

func assigneeKind(roleAssigneeType string) AssigneeKind {
	switch strings.ToLower(roleAssigneeType) {
	case "serviceprincipal":
		return App
	case "user":
		return User
	case "securitygroup", "rolegroup", "linkedrolegroup", "foreignsecurityprincipal":
		return SecurityGroup
	case "roleassignmentpolicy":
		return Policy
	default:
		return ""
	}
}

// scopeFrom derives the scope. RecipientWriteScope tells the kind. The value of an app's scope is documented to be in
// CustomResourceScope and everybody else's in CustomRecipientWriteScope; administrative units were seen in both.
func scopeFrom(row adminapi.Row, assignee AssigneeKind) Scope {
	value := row.Text("CustomRecipientWriteScope", "CustomResourceScope")
	if assignee == App {
		value = row.Text("CustomResourceScope", "CustomRecipientWriteScope")
	}
	writeScope := row.Text("RecipientWriteScope")
	switch strings.ToLower(writeScope) {
	case "customrecipientscope":
		if assignee == App {
			return Scope{CustomResourceScope, value}
		}
		return Scope{CustomRecipientWriteScope, value}
	case "exclusiverecipientscope":
		if assignee == App {
			return Scope{CustomResourceScope, value}
		}
		return Scope{ExclusiveRecipientWriteScope, value}
	case "administrativeunit":
		return Scope{RecipientAdministrativeUnitScope, strings.ToLower(value)}
	case "group":
		return Scope{RecipientGroupScope, value}
	case "ou":
		return Scope{RecipientOrganizationalUnitScope, value}
	case "organization", "none", "self", "mygal", "mydistributiongroups":
		// What reads like a relative scope may be the role's own: RoleAssignment.withoutImplicitScope tells. Apps take no
		// relative scope, and what policies show is the scope of the end-user role.
		if assignee == User || assignee == SecurityGroup {
			return Scope{RecipientRelativeWriteScope, writeScope}
		}
	}
	return Scope{}
}

// assignmentNamed accepts the assignment that identity names.
func assignmentNamed(identity string) func(adminapi.Row) bool {
	return named(identity, "Name", "Identity", "Guid", "ExchangeObjectId", "DistinguishedName")
}

// RoleAssignment reads the assignment that identity names: a name or a GUID.
func (c *Client) RoleAssignment(ctx context.Context, identity string) (RoleAssignment, error) {
	row, err := c.get(ctx, "Get-ManagementRoleAssignment", identity, assignmentNamed(identity))
	if err != nil {
		return RoleAssignment{}, err
	}
	return roleAssignmentFrom(row), nil
}

// ListedRoleAssignment is RoleAssignment for an import: what a listing of this run has of the assignment is good enough.
func (c *Client) ListedRoleAssignment(ctx context.Context, identity string) (RoleAssignment, error) {
	if row, found := c.listed(ctx, "Get-ManagementRoleAssignment", identity, assignmentNamed(identity)); found {
		return roleAssignmentFrom(row), nil
	}
	return c.RoleAssignment(ctx, identity)
}

// RoleAssignmentFilter narrows a listing; an empty field narrows nothing.
type RoleAssignmentFilter struct {
	App   string // object id, application id or name of a service principal
	Role  string // name of a role
	Scope string // name, as assignments show it, of a management scope or group, or id of an administrative unit
	// IncludeBuiltIn lists the assignments, too, that come with every tenant.
	IncludeBuiltIn bool
}

// RoleAssignments lists the assignments that are made to somebody directly. A filter's are listed once a run, and anew
// after this client has written an assignment.
func (c *Client) RoleAssignments(ctx context.Context, filter RoleAssignmentFilter) ([]RoleAssignment, error) {
	parameters := adminapi.Parameters{}
	if filter.App != "" {
		parameters["RoleAssignee"] = filter.App
		parameters["AssignmentMethod"] = []string{"Direct"}
	}
	if filter.Role != "" {
		parameters["Role"] = filter.Role
	}
	rows, err := c.recall(ctx, "Get-ManagementRoleAssignment", parameters)
	if err != nil {
		return nil, err
	}
	var implicit map[string]string
	var assignments []RoleAssignment
	for _, row := range rows {
		assignment := roleAssignmentFrom(row)
		switch {
		case filter.App != "" && assignment.Assignee.Kind != App,
			filter.Role != "" && !strings.EqualFold(assignment.Role, filter.Role),
			filter.Scope != "" && !strings.EqualFold(assignment.Scope.Value, filter.Scope),
			!filter.IncludeBuiltIn && assignment.builtIn(),
			assignment.Assignee.Kind == "":
			continue
		}
		if assignment.Scope.Kind == RecipientRelativeWriteScope {
			if implicit == nil {
				if implicit, err = c.implicitWriteScopes(ctx); err != nil {
					return nil, err
				}
			}
			assignment = assignment.withoutImplicitScope(implicit[assignment.Role])
		}
		assignments = append(assignments, assignment)
	}
	return assignments, nil
}

// builtIn reports whether an assignment is one of those that Exchange gives every tenant: made to a role group or a
// policy, over the role's own scope, under the name that Exchange gives where none is given.
func (a RoleAssignment) builtIn() bool {
	if a.Scope.Kind != RoleScope && a.Scope.Kind != RecipientRelativeWriteScope {
		return false
	}
	switch strings.ToLower(a.AssigneeType) {
	case "rolegroup", "roleassignmentpolicy":
	default:
		return false
	}
	name := a.Role + "-" + a.Assignee.Identity
	if a.Delegating {
		name += "-Delegating"
	}
	if characters := []rune(name); len(characters) > MaxNameLength {
		name = string(characters[:MaxNameLength])
	}
	return strings.EqualFold(strings.TrimSpace(name), strings.TrimSpace(a.Name))
}

// MaxNameLength is the directory's limit for names, in characters. Exchange cuts those that it gives there.
const MaxNameLength = 64

// FindRoleAssignment reads the assignment with this GUID; lastName is the name it had last. Its absence is confirmed.
func (c *Client) FindRoleAssignment(ctx context.Context, guid, lastName string) (assignment RoleAssignment, err error) {
	err = c.confirmed(ctx, guid, func(ctx context.Context) error {
		assignment, err = c.roleAssignmentOf(ctx, guid, lastName)
		return err
	})
	return assignment, err
}

// ReadRoleAssignment is FindRoleAssignment for a refresh: what a listing of this run has of the assignment is good enough.
func (c *Client) ReadRoleAssignment(ctx context.Context, guid, lastName string) (RoleAssignment, error) {
	row, found, err := c.refreshed(ctx, "Get-ManagementRoleAssignment", guid, lastName, ofGUID(guid))
	switch {
	case err != nil:
		return RoleAssignment{}, err
	case found:
		return roleAssignmentFrom(row), nil
	default:
		return c.FindRoleAssignment(ctx, guid, lastName)
	}
}

func (c *Client) roleAssignmentOf(ctx context.Context, guid, lastName string) (RoleAssignment, error) {
	row, err := c.byGUID(ctx, "Get-ManagementRoleAssignment", guid, lastName)
	if err != nil {
		return RoleAssignment{}, err
	}
	return roleAssignmentFrom(row), nil
}

// NewRoleAssignment is what CreateRoleAssignment sends.
type NewRoleAssignment struct {
	Name       string // always sent: Exchange's own default is cut at 64 characters and not unique
	Role       string
	Assignee   Assignee
	Scope      Scope
	Delegating bool
}

// CreateRoleAssignment creates an assignment. New assignments are enabled: the cmdlet knows no other.
//
// A service principal or a scope that was created a moment ago is not seen by this cmdlet for up to ten minutes; while it
// can be read, a refusal that misses it is tried again until ctx ends.
// The answer may precede the assignment's appearance in reads; AwaitRoleAssignment waits for that.
func (c *Client) CreateRoleAssignment(ctx context.Context, object NewRoleAssignment) (RoleAssignment, error) {
	scope, err := c.scopeParameter(ctx, "New-ManagementRoleAssignment", object.Scope)
	if err != nil {
		return RoleAssignment{}, err
	}
	parameters := adminapi.Parameters{
		"Name":                       object.Name,
		"Role":                       object.Role,
		string(object.Assignee.Kind): object.Assignee.Identity,
	}
	if scope.Kind != RoleScope {
		parameters[string(scope.Kind)] = scope.Value
	}
	if object.Delegating {
		parameters["Delegating"] = true
	}
	var assignment RoleAssignment
	var row adminapi.Row
	var answered bool
	err = c.until(ctx, func(ctx context.Context) (err error) {
		row, answered, err = c.create(ctx, creation{
			cmdlet:     "New-ManagementRoleAssignment",
			parameters: parameters,
			key:        assignmentKey(object.Name),
			shows:      showTime,
			look: func(ctx context.Context) (id string, same bool, err error) {
				assignment, same, err = c.roleAssignmentLike(ctx, object)
				return assignment.GUID, same, err
			},
		})
		return c.refersTo(ctx, err, object.Assignee, scope)
	})
	if err != nil {
		return RoleAssignment{}, err
	}
	if answered {
		assignment = roleAssignmentFrom(row)
	}
	c.recent.write(assignment.keys()...)
	return assignment, nil
}

// refersTo makes something of a refusal that misses an application or a scope which was only just created.
func (c *Client) refersTo(ctx context.Context, err error, assignee Assignee, scope Scope) error {
	if assignee.Kind == App {
		err = c.seen(ctx, err, ServicePrincipalReference, assignee.Identity)
	}
	var again notYet
	if kind, ok := scope.Kind.reference(); ok && !errors.As(err, &again) {
		err = c.seen(ctx, err, kind, scope.Value)
	}
	return err
}

// keys are what the assignment is known by.
func (a RoleAssignment) keys() []string { return []string{a.GUID, assignmentKey(a.Name)} }

// assignmentKey is the natural key of an assignment.
func assignmentKey(name string) string { return "role assignment " + name }

// scopeParameter returns the scope in a form that cmdlet takes, which writes. An administrative unit must be named by its
// object id: display names are documented, but were refused. A group is taken by name, GUID or distinguished name, but not
// by an address.
func (c *Client) scopeParameter(ctx context.Context, cmdlet string, scope Scope) (Scope, error) {
	switch {
	case scope.Kind == RecipientAdministrativeUnitScope && !isGUID(scope.Value):
		unit, err := c.AdministrativeUnit(ctx, scope.Value)
		if err != nil {
			return Scope{}, err
		}
		return Scope{Kind: scope.Kind, Value: unit.ObjectID}, nil
	case scope.Kind == RecipientGroupScope && strings.Contains(scope.Value, "@"):
		// An address may have become another group's since it was last asked for.
		guid, err := c.resolve(ctx, c.list, GroupReference, scope.Value)
		if err != nil {
			return scope, err
		}
		if guid == "" {
			return scope, c.otherThanGroup(ctx, cmdlet, scope.Value)
		}
		return Scope{Kind: scope.Kind, Value: guid}, nil
	default:
		return scope, nil
	}
}

// otherThanGroup returns the error of an identity that was to be a group's and is another recipient's, which Exchange would
// refuse as if there were none. It returns nil where nobody has it: that Exchange says best.
func (c *Client) otherThanGroup(ctx context.Context, cmdlet, identity string) error {
	row, found, err := c.referred(ctx, c.list, RecipientReference, identity)
	if err != nil || !found || isGroup(row) {
		return err
	}
	return &adminapi.Error{
		Cmdlet: cmdlet,
		Class:  adminapi.InvalidInput,
		Message: fmt.Sprintf("'%s' is no group but the %s '%s', so nothing was sent",
			identity, row.Text("RecipientTypeDetails", "RecipientType"), row.Text("DisplayName", "Name")),
	}
}

// RoleAssignmentExists reports whether the assignment that has the wanted one's name is the wanted one by all else, too.
// It looks for some seconds: an assignment whose scope is just being changed is about to be another one.
func (c *Client) RoleAssignmentExists(ctx context.Context, wanted NewRoleAssignment) (bool, error) {
	same := false
	err := c.patient(ctx, usualPace, changeTime, fmt.Errorf("it did for %s", changeTime), func(ctx context.Context) error {
		var err error
		if _, same, err = c.roleAssignmentLike(ctx, wanted); err != nil || !same {
			return err
		}
		return notYet{fmt.Errorf("the role assignment '%s' exists", wanted.Name)}
	})
	if same {
		return true, ctx.Err()
	}
	return false, err
}

// changeTime is how long a change of another object that runs beside may take to be seen.
const changeTime = 10 * time.Second

// roleAssignmentLike reads the assignment that has the wanted one's name, and reports whether it is the wanted one by all
// else, too.
func (c *Client) roleAssignmentLike(ctx context.Context, wanted NewRoleAssignment) (taken RoleAssignment, same bool, err error) {
	if taken, err = c.RoleAssignment(ctx, wanted.Name); err != nil {
		return taken, false, err
	}
	if taken, err = c.WithoutImplicitScope(ctx, taken); err != nil {
		return taken, false, err
	}
	if !strings.EqualFold(taken.Role, wanted.Role) || taken.Delegating != wanted.Delegating {
		return taken, false, nil
	}
	if holds, err := c.holdsRoleAssignment(ctx, c.list, wanted.Assignee.Identity, taken.GUID); err != nil || !holds {
		return taken, false, err
	}
	same, err = c.SameScope(ctx, wanted.Scope, taken.Scope)
	return taken, same, err
}

// AwaitRoleAssignment returns the assignment once reads show it, for which it waits until ctx ends. guid may be empty
// where only the name is known yet.
func (c *Client) AwaitRoleAssignment(ctx context.Context, guid, name string) (RoleAssignment, error) {
	var assignment RoleAssignment
	err := c.until(ctx, func(ctx context.Context) error {
		var err error
		assignment, err = c.RoleAssignment(ctx, name)
		if IsNotFound(err) {
			return notYet{err}
		}
		if err == nil && c.recent.tookAway(assignment.GUID) {
			return notYet{fmt.Errorf("Exchange still answers the role assignment '%s' that was removed, and not the one that was created", name)}
		}
		if err == nil && guid != "" && assignment.GUID != guid {
			return fmt.Errorf("the role assignment '%s' that was just created has the id %s, and Exchange now answers one with the id %s", name, guid, assignment.GUID)
		}
		return err
	})
	return assignment, err
}

// WithoutImplicitScope returns the assignment without a relative scope that is none but what the role has of itself.
func (c *Client) WithoutImplicitScope(ctx context.Context, assignment RoleAssignment) (RoleAssignment, error) {
	if assignment.Scope.Kind != RecipientRelativeWriteScope {
		return assignment, nil
	}
	row, err := c.getBy(ctx, c.recall, "Get-ManagementRole", assignment.Role, named(assignment.Role, "Name", "Identity", "Guid", "DistinguishedName"))
	if err != nil {
		return assignment, err
	}
	return assignment.withoutImplicitScope(implicitWriteScope(row)), nil
}

func (a RoleAssignment) withoutImplicitScope(implicit string) RoleAssignment {
	if a.Scope.Kind == RecipientRelativeWriteScope && strings.EqualFold(a.WriteScope, implicit) {
		a.Scope = Scope{}
	}
	return a
}

// implicitWriteScope is the recipient write scope that a role has of itself, as assignments without a scope of their
// own show it: Organization for most administrative roles, None for those that only read, Self for end users.
func implicitWriteScope(role adminapi.Row) string {
	if implicit := role.Text("ImplicitRecipientWriteScope"); implicit != "" {
		return implicit
	}
	return "Organization"
}

// HoldsRoleAssignment reports whether the assignment with this GUID is made to assignee, in whatever form that is
// spelled. Exchange resolves it: what it answers as an assignment's assignee may be a name that several have.
func (c *Client) HoldsRoleAssignment(ctx context.Context, assignee, guid string) (bool, error) {
	return c.holdsRoleAssignment(ctx, c.recall, assignee, guid)
}

func (c *Client) holdsRoleAssignment(ctx context.Context, ask asking, assignee, guid string) (bool, error) {
	rows, err := ask(ctx, "Get-ManagementRoleAssignment", adminapi.Parameters{"RoleAssignee": assignee, "AssignmentMethod": []string{"Direct"}})
	if IsNotFound(err) || adminapi.ClassOf(err) == adminapi.Ambiguous {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, found, err := only("Get-ManagementRoleAssignment", assignee, rows, ofGUID(guid))
	return found, err
}

// RoleAssignmentChange holds what is to change; nil leaves a property as it is.
type RoleAssignmentChange struct {
	Enabled *bool
	Scope   *Scope // of the kind that the assignment has: a change of kind is another assignment
}

// UpdateRoleAssignment changes the assignment with this GUID, which was called lastName, and returns it once Exchange
// shows the change.
func (c *Client) UpdateRoleAssignment(ctx context.Context, guid, lastName string, change RoleAssignmentChange) (RoleAssignment, error) {
	before, err := c.FindRoleAssignment(ctx, guid, lastName)
	if err != nil {
		return RoleAssignment{}, err
	}
	parameters := adminapi.Parameters{"Identity": before.Name}
	if change.Enabled != nil {
		parameters["Enabled"] = *change.Enabled
	}
	var scope Scope
	if change.Scope != nil {
		if scope, err = c.scopeParameter(ctx, "Set-ManagementRoleAssignment", *change.Scope); err != nil {
			return RoleAssignment{}, err
		}
		parameters[string(scope.Kind)] = scope.Value
	}
	err = c.until(ctx, func(ctx context.Context) error {
		err := c.set(ctx, "Set-ManagementRoleAssignment", parameters, func(ctx context.Context) (string, error) {
			now, err := c.FindRoleAssignment(ctx, guid, before.Name)
			return now.Name, err
		})
		return c.refersTo(ctx, err, Assignee{}, scope)
	})
	if err != nil {
		return RoleAssignment{}, err
	}
	c.recent.write(before.keys()...)
	var after RoleAssignment
	err = c.settled(ctx, func(ctx context.Context) error {
		after, err = c.roleAssignmentOf(ctx, guid, before.Name)
		if IsNotFound(err) {
			return notYet{err}
		}
		if err != nil {
			return err
		}
		return c.unsettled(ctx, before, after, change)
	})
	return after, err
}

// unsettled says what of the change does not show yet. Exchange answers a scope in a form of its own, so one that is
// neither what was sent nor what was there before counts as the change, and one that stays may be what was sent by
// another name.
func (c *Client) unsettled(ctx context.Context, before, after RoleAssignment, change RoleAssignmentChange) error {
	if want := change.Enabled; want != nil && after.Enabled != *want {
		return notYet{fmt.Errorf("Exchange accepted enabled = %t and still answers %t", *want, after.Enabled)}
	}
	want := change.Scope
	if want == nil || after.Scope != before.Scope || strings.EqualFold(after.Scope.Value, want.Value) {
		return nil
	}
	if reference, ok := want.Kind.reference(); ok {
		if same, err := c.SameReference(ctx, reference, want.Value, after.Scope.Value); err != nil || same {
			return err
		}
	}
	return notYet{fmt.Errorf("Exchange accepted the scope %q and still answers %q", want.Value, after.Scope.Value)}
}

// reference returns the kind of object that a scope of this kind names, where it names one.
func (kind ScopeKind) reference() (ReferenceKind, bool) {
	switch kind {
	case CustomResourceScope, CustomRecipientWriteScope, ExclusiveRecipientWriteScope:
		return ManagementScopeReference, true
	case RecipientAdministrativeUnitScope:
		return AdministrativeUnitReference, true
	case RecipientGroupScope:
		return GroupReference, true
	default:
		return 0, false
	}
}

// SameScope reports whether two scopes are the same by any spelling.
func (c *Client) SameScope(ctx context.Context, a, b Scope) (bool, error) {
	reference, ok := a.Kind.reference()
	if a.Kind != b.Kind || !ok {
		return a.Kind == b.Kind && strings.EqualFold(a.Value, b.Value), nil
	}
	return c.SameReference(ctx, reference, a.Value, b.Value)
}

// DeleteRoleAssignment removes the assignment with this GUID, which was called lastName. One that is gone already is no
// error; another one that took its name stays.
func (c *Client) DeleteRoleAssignment(ctx context.Context, guid, lastName string) error {
	return c.remove(ctx, removal{
		cmdlet:   "Remove-ManagementRoleAssignment",
		identity: guid,
		byGUID:   true,
		keys:     RoleAssignment{GUID: guid, Name: lastName}.keys(),
		again: func(ctx context.Context) (string, error) {
			left, err := c.FindRoleAssignment(ctx, guid, lastName)
			return left.Name, err
		},
	})
}
