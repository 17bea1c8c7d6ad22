// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"fmt"
	"strings"
)

// Kind says what went wrong, for Go code that must tell errors apart.
type Kind int

// The kinds of errors.
const (
	// Other is an error of no kind below.
	Other Kind = iota
	// NotFound means that no object answers to an identity.
	NotFound
	// AlreadyExists means that an object with that name or key is there.
	AlreadyExists
	// Ambiguous means that several objects answer to an identity.
	Ambiguous
	// Dehydrated means that the organization is not enabled for customization,
	// or not yet.
	Dehydrated
	// NoDelegation means that the caller holds no delegating assignment of the
	// role.
	NoDelegation
	// InvalidParameter means that a value, or a combination of values, is
	// refused by the cmdlet.
	InvalidParameter
	// InUse means that another object still refers to this one.
	InUse
)

// Error is the refusal of a cmdlet.
type Error struct {
	// Kind tells errors apart.
	Kind Kind
	// Type is the name of the service's exception class. It may be empty.
	Type string
	// ID is the service's short id of the message, as in Ex6F9304. It may be
	// empty.
	ID string
	// Text is the message.
	Text string
	// Category is the service's error category: Client or Context.
	Category string
}

// Error returns the message.
func (e *Error) Error() string { return e.Text }

// The exception classes of the service.
const (
	typeNotFound       = "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException"
	typeAmbiguous      = "Microsoft.Exchange.Configuration.Tasks.ManagementObjectAmbiguousException"
	typeAlreadyExists  = "Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException"
	typeDehydrated     = "Microsoft.Exchange.Configuration.Tasks.InvalidOperationInDehydratedContextException"
	typeInvalid        = "System.InvalidOperationException"
	typeValidation     = "Microsoft.Exchange.Management.Tasks.ValidationException"
	typeDataValidation = "Microsoft.Exchange.Data.DataValidationException"
	typeBinding        = "System.Management.Automation.ParameterBindingException"
)

func (t *Tenant) notFound(identity string) *Error {
	return &Error{
		Kind: NotFound, Type: typeNotFound, ID: "Ex6F9304", Category: "Client",
		Text: fmt.Sprintf("The operation couldn't be performed because object '%s' couldn't be found on '%s'.", identity, t.domainController()),
	}
}

func ambiguous(identity string) *Error {
	return &Error{
		Kind: Ambiguous, Type: typeAmbiguous, ID: "Ex9E65A2", Category: "Context",
		Text: fmt.Sprintf("The operation couldn't be performed because object: '%s' matches multiple entries.", identity),
	}
}

// alreadyExists is the service's own text for recipients; that RBAC objects
// are refused in the same words is inferred.
func (t *Tenant) alreadyExists(dn string) *Error {
	return &Error{
		Kind: AlreadyExists, Type: typeAlreadyExists, Category: "Context",
		Text: fmt.Sprintf("Active Directory operation failed on %s. The object '%s' already exists.", t.domainController(), dn),
	}
}

func dehydrated() *Error {
	return &Error{
		Kind: Dehydrated, Type: typeDehydrated, Category: "Context",
		Text: "The command you tried to run isn't currently allowed in your organization. To run this command, you first need to run the command: Enable-OrganizationCustomization.",
	}
}

// noDelegation has the service's text; its class was never recorded.
func (t *Tenant) noDelegation(assignmentName string) *Error {
	return &Error{
		Kind: NoDelegation, Type: typeInvalid, Category: "Client",
		Text: fmt.Sprintf("You don't have access to create, change, or remove the \"%s\\%s\" management role assignment. "+
			"You must be assigned a delegating role assignment to the management role or its parent in the hierarchy without a scope restriction.",
			t.organization.InitialDomain, assignmentName),
	}
}

func invalid(class, format string, arguments ...any) *Error {
	return &Error{Kind: InvalidParameter, Type: class, Category: "Client", Text: fmt.Sprintf(format, arguments...)}
}

// checkName refuses a name that the directory cannot hold.
func checkName(name string) error {
	if strings.TrimSpace(name) == "" {
		return invalid(typeDataValidation, "The property Name can't be empty.")
	}
	if n := len([]rune(name)); n > MaxNameLength {
		return invalid(typeDataValidation, "The length of the property is too long. The maximum length is %d and the length of the value provided is %d.", MaxNameLength, n)
	}
	return nil
}
