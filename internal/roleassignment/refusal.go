// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package roleassignment

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/diagnostic"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

// refusal says why Exchange did not take the assignment, on the attribute whose value its answer names, and what to do.
func (o *object) refusal(summary string, err error) diag.Diagnostic {
	general := diagnostic.Error(summary, err)
	attribute := o.blamed(err)
	if attribute == "" {
		return general
	}
	at := path.Root(attribute)
	if exchange.IsNotFound(err) {
		return diag.NewAttributeErrorDiagnostic(at, summary, err.Error()+"\n\n"+o.missing(attribute))
	}
	if advice := o.unfit(attribute, err); advice != "" {
		return diag.NewAttributeErrorDiagnostic(at, summary, general.Detail()+"\n\n"+advice)
	}
	return diag.WithPath(at, general)
}

// blamed returns the attribute whose value an answer names, or "".
func (o *object) blamed(err error) string {
	name := ""
	blame := func(attribute string, value customtype.Value) {
		if name == "" && exchange.Names(err, value.ValueString()) {
			name = attribute
		}
	}
	blame("role", o.Role)
	for _, assignee := range o.assignees() {
		blame(assignee.name, *assignee.value)
	}
	for _, scope := range o.scopes() {
		blame(scope.name, *scope.value)
	}
	return name
}

// missing tells what to do where Exchange does not find what an attribute names.
func (o *object) missing(attribute string) string {
	const young = " One that was created a moment ago may take some minutes to be seen: run again then."
	switch attribute {
	case "role":
		return missingRole(o.Role.ValueString(), !o.App.IsNull())
	case "app":
		return missingApp
	case "custom_resource_scope", "custom_recipient_write_scope", "exclusive_recipient_write_scope":
		return "If the management scope is in this configuration, refer to it by exchange_management_scope.example.name, so that it is created first. " +
			"Otherwise check the name: the data source exchange_management_scopes lists the scopes that there are."
	case "recipient_administrative_unit_scope":
		return "Give the object id that the administrative unit has in Entra, such as azuread_administrative_unit.example.object_id." + young
	case "recipient_group_scope":
		return "Give the name, an address, the GUID or the distinguished name of a group; a mailbox is none." + young
	case "recipient_organizational_unit_scope":
		return "Check the name of the organizational unit. In Exchange Online it is that of the organization in nearly all cases, such as contoso.onmicrosoft.com."
	default:
		return "Check the name." + young
	}
}

// missingApp tells what to do where Exchange does not find an application.
const missingApp = "Exchange knows an application once it is registered as an exchange_service_principal. If that is in this configuration, refer to it by " +
	"exchange_service_principal.example.id, so that it is created first. Otherwise check the id: the object id is the one under \"Enterprise applications\", not the one under \"App registrations\"."

// missingRole tells what to do where Exchange does not find a role. Entra's permissions are called like the roles that
// grant them, without the first word.
func missingRole(role string, ofApp bool) string {
	if ofApp && !isApplicationRole(role) {
		return fmt.Sprintf("The names of the roles for applications begin with \"Application\": did you mean \"%s%s\"?", applicationRole, role)
	}
	return "Check the name: Get-ManagementRole lists the roles in Exchange Online PowerShell."
}

// unfit tells what to do where Exchange found what an attribute names, and does not take it.
func (o *object) unfit(attribute string, err error) string {
	role, ofPolicy := o.Role.ValueString(), !o.Policy.IsNull()
	switch {
	case attribute == "role" && (isEndUserRole(role) != ofPolicy || isApplicationRole(role) && o.App.IsNull()):
		return "Application roles (Application ...) can be given to app only, end-user roles (My...) to policy only, and policy takes no other roles."
	case attribute == "custom_recipient_write_scope" && exchange.Says(err, "exclusive"):
		return "Give an exclusive scope as exclusive_recipient_write_scope instead."
	case attribute == "exclusive_recipient_write_scope" && exchange.Says(err, "exclusive"):
		return "Give a scope that is not exclusive as custom_recipient_write_scope instead."
	default:
		return ""
	}
}

// What the names of roles of a kind begin with.
const (
	applicationRole = "Application "
	endUserRole     = "My"
)

func isApplicationRole(role string) bool { return hasPrefixFold(role, applicationRole) }

func isEndUserRole(role string) bool { return hasPrefixFold(role, endUserRole) }

func hasPrefixFold(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

// refusal says why Exchange did not list the assignments, on the filter that its answer names, and what to do.
func (m filterModel) refusal(err error) diag.Diagnostic {
	const summary = "The role assignments could not be listed"
	switch {
	case exchange.IsNotFound(err) && exchange.Names(err, m.App.ValueString()):
		return diag.NewAttributeErrorDiagnostic(path.Root("app"), summary, err.Error()+"\n\n"+missingApp)
	case exchange.IsNotFound(err) && exchange.Names(err, m.Role.ValueString()):
		return diag.NewAttributeErrorDiagnostic(path.Root("role"), summary, err.Error()+"\n\n"+missingRole(m.Role.ValueString(), !m.App.IsNull()))
	default:
		return diagnostic.Error(summary, err)
	}
}
