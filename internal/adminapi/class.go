// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
)

// Class is what an error means to a caller.
type Class int

// The classes. Of [NotFound] alone may a caller conclude that an object is gone.
const (
	// Other is every error that is none of the following.
	Other Class = iota
	// NotFound is the service's own word that an object it was given does not
	// exist. Which object, the message says: a cmdlet that names several may
	// miss any of them.
	NotFound
	// Ambiguous is an identity that several objects have.
	Ambiguous
	// AlreadyExists is a new object's name that is taken, or a member that is
	// one already.
	AlreadyExists
	// Dehydrated is an organization that was never customized, or was too
	// recently: Enable-OrganizationCustomization comes first.
	Dehydrated
	// NoDelegation is a caller without a delegating assignment of the role that
	// is to be assigned.
	NoDelegation
	// OutOfScope is an object outside the caller's write scope.
	OutOfScope
	// ReadOnlyForest is a write that reached a server which may not write to the
	// tenant's directory: the anchor should name the initial domain.
	ReadOnlyForest
	// InUse is an object that others still refer to.
	InUse
	// Throttled is one request too many.
	Throttled
	// Transient is a fault that passes, or an answer that was lost. What was
	// asked for may have been done.
	Transient
	// Unauthenticated is a 401: a bad token, an application without its app role,
	// or a role too new to have reached Exchange.
	Unauthenticated
	// Forbidden is a cmdlet that the caller's roles do not allow.
	Forbidden
	// InvalidInput is a parameter, or a set of them, that the cmdlet refuses.
	InvalidInput
)

// String returns the class as it stands in error texts.
func (c Class) String() string {
	switch c {
	case NotFound:
		return "not found"
	case Ambiguous:
		return "ambiguous identity"
	case AlreadyExists:
		return "already exists"
	case Dehydrated:
		return "organization not customized"
	case NoDelegation:
		return "no delegating role assignment"
	case OutOfScope:
		return "out of write scope"
	case ReadOnlyForest:
		return "directory not writable from here"
	case InUse:
		return "in use"
	case Throttled:
		return "throttled"
	case Transient:
		return "transient fault"
	case Unauthenticated:
		return "unauthenticated"
	case Forbidden:
		return "forbidden"
	case InvalidInput:
		return "invalid input"
	default:
		return "refused"
	}
}

// ClassOf returns the class of an [*Error] in err's tree, and [Other] for every
// other error and for nil.
func ClassOf(err error) Class {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	return Other
}

// A sign is one of the service's ways to say what went wrong.
type sign struct {
	class Class
	types []string              // last parts of exception types
	ids   []string              // ids of error texts, which no language changes
	text  func() *regexp.Regexp // of the whole text, in English
}

// signs are ordered: the first that fits decides. Ambiguity precedes absence
// because Exchange reports it with the exception type of absence too.
var signs = []sign{
	{class: Throttled, text: pattern(`(?i)maximum number of concurrent requests`)},
	{
		class: Ambiguous,
		types: []string{"ManagementObjectAmbiguousException"},
		ids:   []string{"Ex9E65A2"},
		text:  pattern(`(?i)matches multiple entries`),
	},
	{
		class: Transient,
		types: []string{
			"ADTransientException", "DCOverloadedException", "SuitabilityDirectoryException", "ServerInMMException",
			"ADServerSettingsChangedException", "StorageTransientException",
		},
	},
	{
		class: Dehydrated,
		types: []string{"InvalidOperationInDehydratedContextException"},
		text:  pattern(`(?i)you first need to run the command:? Enable-OrganizationCustomization`),
	},
	{class: NoDelegation, text: pattern(`(?i)must be assigned a delegating role assignment`)},
	{
		class: ReadOnlyForest,
		text:  pattern(`(?i)doesn.t have write permission to target DC`),
	},
	{class: OutOfScope, text: pattern(`(?i)out of the current user.s write scope|isn.t within your current write scopes`)},
	{
		class: AlreadyExists,
		types: []string{"ADObjectAlreadyExistsException", "MemberAlreadyExistsException", "UserAlreadyExistsInPermissionEntryException"},
	},
	{
		class: InvalidInput,
		types: []string{
			"AmbiguousParameterSetException", "ParameterTransformationException", "ParameterBindingException",
			"ValidationException", "DataValidationException",
		},
		text: pattern(`^Cannot (bind parameter|process argument transformation on parameter) '|^Parameter set cannot be resolved`),
	},
	{
		class: Forbidden,
		types: []string{"CmdletAccessDeniedException"},
		text:  pattern(`(?i)isn.t present in the role definition of the current user|is not present in the role definition of the current user`),
	},
	{
		class: NotFound,
		types: []string{"ManagementObjectNotFoundException"},
		ids:   []string{"Ex6F9304", "Ex41BAF5", "Ex94914C"},
		text: pattern(`^The operation couldn.t be performed because object '.*' couldn.t be found on '` +
			`|^The specified mailbox ".*" doesn.t exist` +
			`|^Couldn.t find '.*' as a recipient`),
	},
	{class: AlreadyExists, text: pattern(`(?i)\balready exists?\b|\bis already a member of\b`)},
	{class: InUse, text: pattern(`(?i)\bin use\b`)},
}

// isWrapper reports whether an exception type, without its namespace, says where
// an error passed and not what it was. What it was is in the text.
func isWrapper(typeName string) bool {
	switch typeName {
	case "", "Exception", "CmdletProxyException", "DirectInvokeCmdletExecutionException", "ODataServiceException":
		return true
	}
	return false
}

// classify returns the class of an error by its status and by what the service
// said in it.
func classify(e *Error, said statement) Class {
	class := classOfContent(e, said)
	if class == Throttled {
		return Throttled
	}
	switch e.Status {
	case http.StatusUnauthorized:
		return Unauthenticated
	case http.StatusForbidden:
		switch class {
		case Dehydrated, NoDelegation, OutOfScope, ReadOnlyForest:
			return class
		}
		return Forbidden
	case http.StatusTooManyRequests:
		return Throttled
	case http.StatusRequestTimeout, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return Transient
	case http.StatusInternalServerError:
		if class == Other && !e.formed {
			// Not Exchange's word on the cmdlet, but something in front that broke.
			return Transient
		}
	}
	return class
}

// classOfContent returns the class that the error's type, id and text speak for.
func classOfContent(e *Error, said statement) Class {
	for _, sign := range signs {
		if sign.class == NotFound && !e.mayMeanAbsence() {
			continue
		}
		if sign.fits(said) {
			return sign.class
		}
	}
	return Other
}

// mayMeanAbsence reports whether the error came as Exchange's own, with a status
// that it reports a missing object with: 404, and in places 400 or 500. A proxy's
// 404 page says nothing about an object.
func (e *Error) mayMeanAbsence() bool {
	switch e.Status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusInternalServerError:
		return e.formed
	}
	return false
}

func (s sign) fits(said statement) bool {
	name := lastPart(said.typeName)
	wrapped := isWrapper(name)
	for _, known := range s.types {
		if name == known || wrapped && strings.Contains(said.raw, "."+known) {
			return true
		}
	}
	for _, known := range s.ids {
		if said.id == known || wrapped && strings.Contains(said.raw, known+"|") {
			return true
		}
	}
	// Absence is not read out of a text whose type says something else.
	if s.text == nil || s.class == NotFound && !wrapped {
		return false
	}
	return s.text().MatchString(said.text) || s.text().MatchString(said.raw)
}

// lastPart returns a .NET type's name without its namespace.
func lastPart(typeName string) string {
	return typeName[strings.LastIndex(typeName, ".")+1:]
}
