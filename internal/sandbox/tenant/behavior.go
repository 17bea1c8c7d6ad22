// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import "time"

// Behavior holds the switches of a tenant. The zero value is the canonical
// behavior: what was seen or documented, or else what is likeliest. Each
// switch stands for a point where the service was seen to differ, or where
// nobody has recorded what it does; a client must be right under all of them.
//
// A tenant file sets them under the key behavior; see tenant-file.md.
type Behavior struct {
	// FilterEcho is how a scope's filter reads back. Simple filters were seen
	// verbatim; whether compound ones are rewritten is not known.
	FilterEcho FilterEcho
	// ErrorFormat is the form of an error's detail message. All were seen;
	// when which appears is not known.
	ErrorFormat ErrorFormat
	// NotFoundStatus is the HTTP status of a missing object: 404 (as now), 400
	// or 500 (as older services answered). Zero means 404.
	NotFoundStatus int
	// NotFoundWrapped wraps the not-found error in the text of a
	// CmdletProxyException, as when one server asks another. Seen.
	NotFoundWrapped bool
	// NullProperties says whether an unset property is null or left out. Nulls
	// were seen on mailboxes; of role assignments it is not known.
	NullProperties NullProperties
	// SingleLists says whether a list of one is an array (normal) or a string
	// (a client in wide use guards against it).
	SingleLists SingleLists
	// GUIDCase is the letter case of GUIDs in answers. Clients report that
	// case is not stable.
	GUIDCase GUIDCase
	// DNCase is the letter case of distinguished names in answers.
	DNCase DNCase
	// WrongIdentity is what a Get of a missing identity answers. The error was
	// seen; Microsoft's documentation warns of all objects.
	WrongIdentity WrongIdentity
	// GUIDIdentity says whether a management scope or a role assignment is found
	// by its GUID, as the Identity of its own Get, Set and Remove. Inferred: only
	// names were seen there.
	GUIDIdentity Acceptance
	// Booleans is how booleans are written: as JSON booleans (seen) or as the
	// strings True and False.
	Booleans Booleans
	// InScope is how Test-ServicePrincipalAuthorization writes its verdict.
	// Without a resource it is the string "Not Run" in both.
	InScope Booleans
	// WriteNeedsDomainAnchor refuses to create unless the X-AnchorMailbox header
	// names a domain of the tenant. The refusal was seen in one tenant, for its
	// GUID; that another's domain leads no better is inferred.
	WriteNeedsDomainAnchor bool
	// RemoveServicePrincipalInUse is what removing a pointer does to its role
	// assignments. Not known; Entra's own deletion removes them.
	RemoveServicePrincipalInUse RemoveInUse
	// ServicePrincipalLag is how long New-ManagementRoleAssignment does not
	// find a new pointer. Seen: up to ten minutes.
	ServicePrincipalLag Lag
	// AssignmentLag is how long Get-ManagementRoleAssignment does not show a
	// new assignment. Seen: up to two minutes.
	AssignmentLag Lag
	// ScopeInUseLag is how long a scope counts as in use after its last
	// assignment went. Inferred.
	ScopeInUseLag Lag
	// Dehydrated makes the tenant one that was never customized. Setting it
	// has an effect on the organization once, when the behavior is set.
	Dehydrated bool
	// HydrationDelay is how long creates still fail after
	// Enable-OrganizationCustomization. Seen: half an hour to a day.
	HydrationDelay Lag
	// UndelegatedRoles are roles whose delegation does not reach a caller that
	// is in Organization Management only by its Entra directory role. Seen on
	// new tenants, and for newly introduced application roles; being made a
	// member of the role group by name helped.
	UndelegatedRoles []string
	// NullResourceScope is what Set-ManagementRoleAssignment does with a null
	// CustomResourceScope. Not known.
	NullResourceScope NullResourceScope
	// SwitchScopeKind says whether Set-ManagementRoleAssignment may replace a
	// scope by one of another kind. Documented for some kinds, not for
	// administrative units and groups.
	SwitchScopeKind Permission
	// AdministrativeUnitProperty says which properties of an app's assignment
	// hold its administrative unit. Both were seen.
	AdministrativeUnitProperty AdministrativeUnitProperty
	// GroupScopeValue is the form in which a group scope reads back. The name
	// was seen in one tenant.
	GroupScopeValue GroupScopeValue
	// DuplicateDefaultName is what happens when a role is assigned once more to
	// the same assignee without a name. Not known.
	DuplicateDefaultName DuplicateDefaultName
	// ExclusiveResourceScope says whether an exclusive scope may be an app's
	// CustomResourceScope. Not known.
	ExclusiveResourceScope Acceptance
	// SetOutput is the body of a Set or Remove that succeeded.
	SetOutput SetOutput
	// NewOutput says whether a New or an Add returns the object. It was always seen to;
	// an answer can get lost.
	NewOutput NewOutput
	// RoleNotPropagated is the number of calls answered 401 before the caller's
	// directory role is seen. Seen: up to an hour of them.
	RoleNotPropagated int
	// AssigneeEcho is the form in which a user, group or policy reads back as
	// an assignee. Both were seen.
	AssigneeEcho AssigneeEcho
	// EmptyAccessPolicies is what Get-ApplicationAccessPolicy answers where there
	// is none. The error was seen in some tenants.
	EmptyAccessPolicies EmptyAccessPolicies
	// AccessPolicyAppID is the form of a policy's AppId in answers. A text was
	// seen in a shell; the wire was not.
	AccessPolicyAppID AccessPolicyAppID
	// AccessPolicyScope is which id of the scope stands in a policy's identity.
	// The service calls it an object id and shows a GUID; which is not known.
	AccessPolicyScope AccessPolicyScope
	// OppositeAccessPolicy is what a policy meets that differs from another in
	// its access right only, and would have the same identity. Not known.
	OppositeAccessPolicy OppositeAccessPolicy
	// AccessPolicyLag is how long Test-ApplicationAccessPolicy does not reckon
	// with a new policy. Inferred to be no time; guides say up to 15 minutes.
	AccessPolicyLag Lag
	// TrusteeLag is how long Add-MailboxPermission does not find a new pointer.
	// Inferred from ServicePrincipalLag.
	TrusteeLag Lag
	// TrusteeEcho is the form in which groups and applications read back in
	// mailbox permissions. Both are told of.
	TrusteeEcho TrusteeEcho
	// UnknownTrustee says whether Add-MailboxPermission takes a SID that stands
	// for nobody. Remove-MailboxPermission was seen to.
	UnknownTrustee Acceptance
	// RepeatedPermission is what becomes of a right that is added to somebody
	// who has another one. That they are merged is inferred; two rows for one
	// trustee were seen.
	RepeatedPermission RepeatedPermission
	// AccessRights is the form of the rights of one entry: joined in one element
	// (seen), or one element for each (as the neighbouring REST resource is
	// described).
	AccessRights AccessRights
	// OwnPermissions are the entries of a mailbox's owner. All were seen.
	OwnPermissions OwnPermissions
	// InheritedPermissions shows entries that a mailbox inherits from its
	// database. They are documented; current answers show none.
	InheritedPermissions InheritedPermissions
	// StaleReads makes reads miss the last writes.
	StaleReads StaleReads
	// PageLifetime is how long a link to a further page can be followed. Zero
	// means 30 minutes, which the service's error names; its documentation
	// says 5 to 10.
	PageLifetime time.Duration
	// NoBatch is the HTTP status that a batch of requests is refused with, as by
	// a service that has none: 404, 405 or 403. Zero means that batches are
	// served.
	NoBatch int
	// BatchLimit is the most requests that a batch may have. Zero means 10, which
	// is what known clients send at most; a negative number means any number. The
	// service's own limit is not known.
	BatchLimit int
	// BatchOrder is the order of the answers in that of a batch. Not known; each
	// has the id of its request.
	BatchOrder BatchOrder
	// BatchForm is the form of the answer to a batch.
	BatchForm BatchForm
	// BatchFailure is what becomes of the requests in a batch behind one that
	// failed, if the batch does not prefer odata.continue-on-error. Not known.
	BatchFailure BatchFailure
}

// Lag is a delay, in calls or in time. With both, the longer counts.
type Lag struct {
	// Calls is the number of calls that still see the old state.
	Calls int
	// For is how long the old state is seen.
	For time.Duration
}

// veil is a lag that has begun.
type veil struct {
	calls int
	until time.Time
}

// begin starts the lag now.
func (l Lag) begin(now time.Time) veil {
	v := veil{calls: l.Calls}
	if l.For > 0 {
		v.until = now.Add(l.For)
	}
	return v
}

// lifted reports whether the lag is over, and counts the call.
func (v *veil) lifted(now time.Time) bool {
	if v.calls > 0 {
		v.calls--
		return false
	}
	return !now.Before(v.until)
}

// FilterEcho is a form in which filters read back.
type FilterEcho int

// Forms of filters.
const (
	FilterVerbatim    FilterEcho = iota // As written.
	FilterParentheses                   // Respaced and in parentheses.
	FilterDNLowercase                   // With distinguished names in lower case.
)

// ErrorFormat is a form of an error's detail message.
type ErrorFormat int

// Forms of detail messages.
const (
	ErrorPipe      ErrorFormat = iota // Id, class and text between pipes.
	ErrorJSON                         // A JSON document in a string, with Message and TypeName.
	ErrorException                    // A serialised .NET exception in a string, with ClassName and stringId.
)

// NullProperties is what becomes of unset properties.
type NullProperties int

// What becomes of unset properties.
const (
	NullsWritten NullProperties = iota // Null.
	NullsAbsent                        // Left out.
)

// SingleLists is a form of lists with one element.
type SingleLists int

// Forms of lists with one element.
const (
	SingleArray  SingleLists = iota // An array.
	SingleString                    // The element alone.
)

// GUIDCase is a letter case of GUIDs.
type GUIDCase int

// Letter cases of GUIDs.
const (
	GUIDStored GUIDCase = iota // As stored.
	GUIDUpper                  // Upper case.
)

// DNCase is a letter case of distinguished names.
type DNCase int

// Letter cases of distinguished names.
const (
	DNStored DNCase = iota // As stored.
	DNLower                // Lower case.
)

// WrongIdentity is an answer to a Get of a missing object.
type WrongIdentity int

// Answers to a Get of a missing object.
const (
	WrongIdentityError WrongIdentity = iota // The not-found error.
	WrongIdentityEmpty                      // No rows.
	WrongIdentityAll                        // Every object.
)

// Booleans is a form of booleans.
type Booleans int

// Forms of booleans.
const (
	BooleansJSON   Booleans = iota // JSON booleans.
	BooleansString                 // "True" and "False".
)

// RemoveInUse is what removing an object does to those that refer to it.
type RemoveInUse int

// What removing a service principal does to its role assignments.
const (
	RemoveCascade RemoveInUse = iota // They go with it.
	RemoveRefuse                     // It is refused.
	RemoveOrphan                     // They stay, and point nowhere.
)

// NullResourceScope is an answer to a null CustomResourceScope.
type NullResourceScope int

// Answers to a null CustomResourceScope.
const (
	NullScopeClears  NullResourceScope = iota // The scope goes.
	NullScopeIgnored                          // Nothing changes.
	NullScopeRefused                          // An error.
)

// Permission says whether something may be done.
type Permission int

// Permissions.
const (
	Allowed Permission = iota
	Refused
)

// Acceptance says whether a value is taken.
type Acceptance int

// Acceptances.
const (
	ValueAccepted Acceptance = iota
	ValueRefused
)

// AdministrativeUnitProperty names the properties that hold an app
// assignment's administrative unit.
type AdministrativeUnitProperty int

// Properties that hold an administrative unit.
const (
	UnitInBoth                AdministrativeUnitProperty = iota // CustomResourceScope and CustomRecipientWriteScope.
	UnitInResourceScope                                         // CustomResourceScope.
	UnitInRecipientWriteScope                                   // CustomRecipientWriteScope.
)

// GroupScopeValue is a form of a group scope.
type GroupScopeValue int

// Forms of a group scope.
const (
	GroupByName GroupScopeValue = iota // The group's name.
	GroupByDN                          // Its distinguished name.
	GroupByGUID                        // Its GUID.
)

// DuplicateDefaultName is an answer to a default name that is taken.
type DuplicateDefaultName int

// Answers to a default name that is taken.
const (
	DuplicateSuffix DuplicateDefaultName = iota // A number is appended.
	DuplicateRefuse                             // The already-exists error.
)

// SetOutput is a body of a Set or Remove that succeeded.
type SetOutput int

// Bodies of a Set or Remove that succeeded.
const (
	SetEmpty     SetOutput = iota // An envelope with an empty list.
	SetNoContent                  // Status 204 and no body.
	SetNull                       // An envelope with null.
)

// NewOutput is an answer to a New that succeeded.
type NewOutput int

// Answers to a New that succeeded.
const (
	NewObject NewOutput = iota // The object.
	NewEmpty                   // No row.
)

// AssigneeEcho is a form of assignees that are no apps.
type AssigneeEcho int

// Forms of assignees.
const (
	AssigneeByName        AssigneeEcho = iota // The name.
	AssigneeByDisplayName                     // The display name.
)

// EmptyAccessPolicies is an answer to a list of application access policies
// where there is none.
type EmptyAccessPolicies int

// Answers to a list of application access policies where there is none.
const (
	NoAccessPoliciesEmpty EmptyAccessPolicies = iota // No rows.
	NoAccessPoliciesError                            // The not-found error.
)

// AccessPolicyAppID is a form of the AppId of an application access policy.
type AccessPolicyAppID int

// Forms of AppId.
const (
	AppIDText AccessPolicyAppID = iota // A text.
	AppIDList                          // A list of one text.
)

// AccessPolicyScope is an id of the scope of an application access policy.
type AccessPolicyScope int

// Ids of a scope.
const (
	ScopeByGUID    AccessPolicyScope = iota // Its GUID in Exchange.
	ScopeByEntraID                          // Its object id in Entra.
)

// OppositeAccessPolicy is an answer to an application access policy that
// differs from another in its access right only.
type OppositeAccessPolicy int

// Answers to an opposite application access policy.
const (
	OppositeRefused  OppositeAccessPolicy = iota // The already-exists error.
	OppositeAccepted                             // Both exist, under one identity, which is ambiguous from then on.
)

// TrusteeEcho is a form of groups and applications in mailbox permissions.
type TrusteeEcho int

// Forms of trustees.
const (
	TrusteeByDisplayName TrusteeEcho = iota // The display name.
	TrusteeByName                           // The name.
)

// RepeatedPermission is what becomes of rights that are added in several calls.
type RepeatedPermission int

// What becomes of rights that are added in several calls.
const (
	RepeatedMerged   RepeatedPermission = iota // One entry has them all.
	RepeatedSeparate                           // Each call makes an entry.
)

// AccessRights is a form of the rights of a mailbox permission.
type AccessRights int

// Forms of rights.
const (
	RightsJoined   AccessRights = iota // One element, with commas.
	RightsSeparate                     // One element for each.
)

// OwnPermissions are the entries of a mailbox's owner.
type OwnPermissions int

// Entries of a mailbox's owner.
const (
	OwnTwice      OwnPermissions = iota // Two, for the same SID.
	OwnOnce                             // One.
	OwnWithSendAs                       // Two, of which one has SendAs, which belongs to another cmdlet.
)

// InheritedPermissions says whether a mailbox shows entries that it inherits.
type InheritedPermissions int

// Whether a mailbox shows inherited entries.
const (
	InheritedHidden InheritedPermissions = iota // None.
	InheritedShown                              // One that allows and one that denies.
)

// BatchOrder is an order of the answers in that of a batch.
type BatchOrder int

// Orders of answers.
const (
	BatchAsSent   BatchOrder = iota // That of the requests.
	BatchReversed                   // The last one first.
)

// BatchForm is a form of the answer to a batch.
type BatchForm int

// Forms of the answer to a batch. Older services were seen to answer
// multipart/mixed.
const (
	BatchAsAccepted BatchForm = iota // JSON if the Accept header names it, and else multipart/mixed.
	BatchAlwaysJSON                  // JSON, whatever is accepted.
)

// BatchFailure is what becomes of the requests in a batch behind one that failed.
type BatchFailure int

// What becomes of requests behind one that failed.
const (
	BatchGoesOn    BatchFailure = iota // They are run.
	BatchRefuses                       // They are not run, and answered 424.
	BatchLeavesOff                     // They are not run, and not answered.
)

// Behavior returns the tenant's switches.
func (t *Tenant) Behavior() Behavior {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.behavior.clone()
}

// SetBehavior replaces the tenant's switches. Lags begin with the objects
// created from now on. Setting Dehydrated where it was not set makes the
// organization dehydrated; unsetting it makes it hydrated at once.
func (t *Tenant) SetBehavior(b Behavior) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if b.Dehydrated != t.behavior.Dehydrated {
		t.organization.IsDehydrated = b.Dehydrated
		t.hydration = veil{}
	}
	t.unpropagated = b.RoleNotPropagated
	t.behavior = b.clone()
}

func (b Behavior) clone() Behavior {
	b.UndelegatedRoles = append([]string(nil), b.UndelegatedRoles...)
	return b
}
