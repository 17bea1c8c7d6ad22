// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import (
	"slices"
	"strings"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// cmdlet is one cmdlet: who may run it, what it takes and what it does.
type cmdlet struct {
	name string
	// roles are the management roles that hold the cmdlet; any of them will do.
	roles []string
	// confirms says that the cmdlet takes Confirm and WhatIf.
	confirms bool
	// createsInForest says that the cmdlet makes an object that a wrong anchor
	// mailbox can send to the wrong forest.
	createsInForest bool
	// sets are the names of the parameter sets, the default first. A cmdlet
	// with one set names none.
	sets       []string
	parameters []parameter
	// exclusive are parameters of which one call may have one.
	exclusive []string
	// unsupported are parameters that the service has and the sandbox does not
	// carry out. They are refused by that name, so that nobody takes a list for
	// what it is not.
	unsupported []string
	run         func(call) (result, error)
}

// call is a cmdlet's invocation.
type call struct {
	tenant       *tenant.Tenant
	organization tenant.Organization
	behavior     tenant.Behavior
	caller       tenant.Caller
	// server is the directory server that answers this call.
	server string
	arguments
}

// result is what a cmdlet puts out.
type result struct {
	objects  []object
	warnings []string
	// silent says that the cmdlet has no output at all, as a Set or Remove.
	silent bool
	// created says that the objects are new.
	created bool
}

// The management roles that hold the cmdlets.
const (
	roleManagement            = "Role Management"
	organizationConfiguration = "Organization Configuration"
	viewOnlyConfiguration     = "View-Only Configuration"
	viewOnlyRecipients        = "View-Only Recipients"
	mailRecipients            = "Mail Recipients"
	distributionGroups        = "Distribution Groups"
)

// table has every cmdlet of the sandbox.
var table = slices.Concat(
	servicePrincipalCmdlets,
	managementScopeCmdlets,
	roleAssignmentCmdlets,
	authorizationCmdlets,
	applicationAccessPolicyCmdlets,
	mailboxPermissionCmdlets,
	roleCmdlets,
	recipientCmdlets,
	userCmdlets,
	administrativeUnitCmdlets,
	organizationCmdlets,
)

// cmdletByName finds a cmdlet by its name in any letter case.
func cmdletByName(name string) (cmdlet, bool) {
	i := slices.IndexFunc(table, func(c cmdlet) bool { return strings.EqualFold(c.name, name) })
	if i < 0 {
		return cmdlet{}, false
	}
	return table[i], true
}

// heldBy reports whether one of the management roles holds the cmdlet.
func (c cmdlet) heldBy(roles []string) bool {
	return slices.ContainsFunc(c.roles, func(role string) bool { return slices.Contains(roles, role) })
}

// takes reports whether the cmdlet has a parameter.
func (c cmdlet) takes(name string) bool {
	return slices.ContainsFunc(c.parameters, func(p parameter) bool { return p.name == name })
}

// reads reports whether the cmdlet changes nothing, as its verb says.
func (c cmdlet) reads() bool {
	return strings.HasPrefix(c.name, "Get-") || strings.HasPrefix(c.name, "Test-")
}
