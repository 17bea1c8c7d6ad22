// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package diagnostic

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/auth"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/graph"
)

// advice says what to do next, where the kind of error tells.
func advice(err error) string {
	var signIn *auth.Error
	if errors.As(err, &signIn) && !signIn.Refused {
		return "" // It says itself what to do.
	}
	var parts []string
	if errors.Is(err, context.DeadlineExceeded) {
		parts = append(parts, "The operation ran into its time limit. What Exchange did by then stays; a further apply goes on from there. "+
			"A longer limit can be set in the timeouts attribute.")
	} else {
		parts = append(parts, kindAdvice(err))
	}
	parts = append(parts, doneAdvice(err))
	return strings.TrimSpace(strings.Join(parts, " "))
}

// doneAdvice tells how to see whether a cmdlet whose answer was lost did its work.
func doneAdvice(err error) string {
	var ofExchange *adminapi.Error
	if !errors.As(err, &ofExchange) || !ofExchange.Uncertain {
		return ""
	}
	switch verb, _, _ := strings.Cut(ofExchange.Cmdlet, "-"); verb {
	case "New":
		return "The object may have been created all the same. No plan shows that, because state does not have the object: " +
			"if the next apply says that it exists already, import it."
	case "Add":
		return "What was asked for may have been done all the same: apply again to make sure."
	default:
		return "What was asked for may have been done all the same: the next plan shows what is there."
	}
}

// kindAdvice is the advice for an answer of one of the services.
func kindAdvice(err error) string {
	var ofGraph *graph.Error
	if errors.As(err, &ofGraph) {
		return graphAdvice(ofGraph)
	}
	var ofExchange *adminapi.Error
	if errors.As(err, &ofExchange) {
		return exchangeAdvice(ofExchange)
	}
	return ""
}

// exchangeAdvice is the advice for an answer of Exchange's.
func exchangeAdvice(e *adminapi.Error) string {
	switch e.Class {
	case adminapi.Unauthenticated, adminapi.Forbidden:
		// One right that is missing fails every object of a plan, and the advice is long.
		if !e.FirstOfItsKind() {
			return fmt.Sprintf("Another error of this run in which %s is refused says what to do.", e.Cmdlet)
		}
	}
	switch e.Class {
	case adminapi.Unauthenticated:
		return unauthenticatedAdvice(e)
	case adminapi.Forbidden:
		return forbiddenAdvice(e)
	case adminapi.Dehydrated:
		return "The organization was never customized, or was a short while ago, so Exchange takes no scopes and role assignments in it yet. " +
			"Declare the resource exchange_organization_customization and let these resources depend on it, or run Enable-OrganizationCustomization once " +
			"in Exchange Online PowerShell. Creates may be refused like this for another hour or more afterwards."
	case adminapi.NoDelegation:
		return "The caller must hold a delegating assignment of this role. Organization Management holds one for every role: " +
			"make the application a member of that role group. In an organization that was customized within the last hour this error passes by itself."
	case adminapi.ReadOnlyForest:
		return "The request was routed to a server that cannot write to the tenant's directory. Set organization in the provider block " +
			"(or EXCHANGE_ORGANIZATION) to the tenant's initial domain, such as contoso.onmicrosoft.com."
	case adminapi.OutOfScope:
		return "The object is outside what the caller may write: its roles are confined to other recipients, or the object is synchronized from an on-premises directory."
	case adminapi.Throttled:
		return "Exchange limits how many requests a tenant may make at a time. Run again later, lower max_concurrency in the provider block, " +
			"or give the operation more time in the timeouts attribute."
	case adminapi.Transient:
		if e.Unreached != "" {
			return fmt.Sprintf("Check that %s can be reached from here (proxy, firewall, certificates), and check exchange_endpoint in the provider block where it is set. "+
				"If both are right, run again later.", e.Unreached)
		}
		return "This fault passes by itself; run again."
	case adminapi.Ambiguous:
		return "Name the object by something unique, such as its GUID."
	case adminapi.NotFound, adminapi.InvalidInput, adminapi.InUse, adminapi.Other:
		return refusalAdvice(e)
	default:
		return ""
	}
}

// refusalAdvice is the advice for a cmdlet that refused what it was given.
func refusalAdvice(e *adminapi.Error) string {
	verb, _, _ := strings.Cut(e.Cmdlet, "-")
	parameter := unknownParameter(e)
	switch {
	case e.Cmdlet == "" || e.Status < 400:
		return ""
	case parameter != "":
		return fmt.Sprintf("Exchange does not offer %s the parameter %s. A management role holds cmdlets with the parameters that may be used, so a parameter "+
			"that exists may be missing from the caller's: compare the entry %s of its roles with that of the built-in role %q.",
			e.Cmdlet, parameter, e.Cmdlet, managementRole(e.Cmdlet))
	case e.Cmdlet == "Remove-ManagementScope" && e.Class != adminapi.NotFound:
		// How Exchange words this is not known.
		return "Exchange does not remove a scope that role assignments use. To have them replaced together with the scope, " +
			"add lifecycle { replace_triggered_by = [exchange_management_scope.example.id] } to each, with the scope's own address. " +
			"An assignment that Terraform does not manage has to be removed or given another scope first."
	case e.Cmdlet == "New-ServicePrincipal":
		return "Check that app_id and object_id belong together. object_id is the Object ID under \"Enterprise applications\", not the one under \"App registrations\": " +
			"azuread_service_principal.example.object_id, or what \"az ad sp show --id APP_ID --query id\" prints. An enterprise application " +
			"that was created a moment ago may take some minutes to be seen by Exchange."
	case e.Class == adminapi.NotFound && (verb == "New" || verb == "Add"):
		return "Something that the cmdlet was given is not there, or was created so recently that Exchange does not see it everywhere yet, " +
			"which takes some minutes: check the name, and run again if it is right."
	default:
		return ""
	}
}

// extraParameter finds the parameter that a cmdlet did not take.
var extraParameter = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`Invalid cmdlet parameters specified\. ([\w, ]+)`) })

// unknownParameter returns the parameter that Exchange says the cmdlet has not, or "".
func unknownParameter(e *adminapi.Error) string {
	if match := extraParameter().FindStringSubmatch(e.Message); match != nil && e.Class == adminapi.InvalidInput {
		return strings.TrimSpace(match[1])
	}
	return ""
}

// graphAdvice is the advice for an answer of Microsoft Graph's.
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
