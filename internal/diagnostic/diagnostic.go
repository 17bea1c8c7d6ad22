// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package diagnostic turns an error into what a user reads: a sentence about what was tried, what Exchange or Microsoft
// Graph answered, and what to do next.
package diagnostic

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/graph"
)

// Error returns the diagnostic for err. The summary is a static sentence that says what was tried.
func Error(summary string, err error) diag.Diagnostic {
	detail := err.Error()
	if advice := advice(err); advice != "" {
		detail += "\n\n" + advice
	}
	return diag.NewErrorDiagnostic(summary, detail)
}

// AlreadyExists returns the diagnostic for an object that is there already, with the import block to paste.
func AlreadyExists(summary, resourceType, importID string, err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic(summary, fmt.Sprintf("%s\n\n"+
		"To manage the object that is there, import it (put your own resource's address behind \"to\"):\n\n%s",
		err, ImportBlock(resourceType, importID)))
}

// ImportBlock returns the configuration that imports an object.
func ImportBlock(resourceType, importID string) string {
	return fmt.Sprintf("import {\n  to = %s.example\n  id = %s\n}", resourceType, quote(importID))
}

// quote writes text as a string of Terraform's language, in which ${ and %{ begin templates.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", "$${", "%{", "%%{").Replace(text) + `"`
}

// advice says what to do next, where the kind of error tells.
func advice(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "The operation ran into its time limit. What Exchange did by then stays; a further apply goes on from there. " +
			"A longer limit can be set in the timeouts attribute."
	}
	var answered *graph.Error
	if errors.As(err, &answered) {
		return graphAdvice(answered)
	}
	switch adminapi.ClassOf(err) {
	case adminapi.Unauthenticated:
		return "Exchange did not accept the caller. An application needs two grants: the application permission Exchange.ManageAsApp of " +
			"\"Office 365 Exchange Online\" (dc50a0fb-09a3-484d-be87-e023b12c6440) with admin consent, and an Entra directory role such as " +
			"Exchange Administrator (29232cdf-9323-42fd-ade2-1d097af3e4de) or membership of an Exchange role group. " +
			"A grant that was made a moment ago may take up to an hour to reach Exchange."
	case adminapi.Forbidden:
		return "The caller has no role that allows this cmdlet. An application needs the Entra directory role Exchange Administrator " +
			"(29232cdf-9323-42fd-ade2-1d097af3e4de), or membership of an Exchange role group with the role \"Role Management\" for service principals, scopes and " +
			"role assignments, \"Organization Configuration\" for application access policies, and \"Mail Recipients\" for mailbox permissions. " +
			"Organization Management holds all three. A new grant needs a new token and some minutes."
	case adminapi.Dehydrated:
		return "The organization was never customized, so Exchange takes no scopes and role assignments in it yet. Run " +
			"Enable-OrganizationCustomization once in Exchange Online PowerShell. Afterwards creates may be refused like this for another hour or more."
	case adminapi.NoDelegation:
		return "The caller must hold a delegating assignment of this role. Organization Management holds one for every role: " +
			"make the application a member of that role group. In an organization that was customized within the last hour this error passes by itself."
	case adminapi.ReadOnlyForest:
		return "The request was routed to a server that cannot write to the tenant's directory. Set organization in the provider block " +
			"(or EXCHANGE_ORGANIZATION) to the tenant's initial domain, such as contoso.onmicrosoft.com. The change may have been made all the same: look before you repeat it."
	case adminapi.OutOfScope:
		return "The object is outside what the caller may write: its roles are confined to other recipients, or the object is synchronized from an on-premises directory."
	case adminapi.Throttled:
		return "Exchange limits how many requests a tenant may make at a time. Run again later, or lower max_concurrency in the provider block."
	case adminapi.Transient:
		return "This fault passes by itself; run again. What was asked for may have been done all the same."
	case adminapi.Ambiguous:
		return "Name the object by something unique, such as its GUID."
	default:
		return ""
	}
}

// graphAdvice does the same for an answer of Microsoft Graph's.
func graphAdvice(answered *graph.Error) string {
	switch status := answered.Status; {
	case status == http.StatusUnauthorized:
		return "Microsoft Graph did not accept the token. Check that environment and graph_endpoint in the provider block are those of the tenant's cloud."
	case status == http.StatusForbidden:
		return "Grant the application that signs in the application permission " + answered.Permission +
			" of \"Microsoft Graph\", with admin consent. A new grant needs a new token, and may take some minutes to count."
	case status == http.StatusTooManyRequests:
		return "Microsoft Graph limits how much a tenant's applications may ask for at a time. Run again later, or give the data source more time in its timeouts attribute."
	case status >= http.StatusInternalServerError, status == http.StatusRequestTimeout:
		return "This fault passes by itself; run again."
	default:
		return ""
	}
}
