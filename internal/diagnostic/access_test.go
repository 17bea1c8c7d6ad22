// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package diagnostic_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/auth"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/cloud"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/diagnostic"
)

const (
	exchangeAdministrator  = "29232cdf-9323-42fd-ade2-1d097af3e4de"
	recipientAdministrator = "31392ffb-586c-42d1-9346-e59415a2cc4e"
	globalReader           = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
	printerAdministrator   = "644ef478-e28f-4e28-b9dc-3fdde9aa0b1f"
	manageAsApp            = "dc50a0fb-09a3-484d-be87-e023b12c6440"

	application = "22222222-2222-2222-2222-222222222222"
	objectID    = "33333333-3333-3333-3333-333333333333"
)

// app is an application that holds permissions and directory roles.
func app(permissions string, roles ...string) adminapi.Caller {
	return adminapi.Caller{
		Decoded: true, Application: application, ObjectID: objectID,
		Permissions: strings.Fields(permissions), DirectoryRoles: roles,
	}
}

func TestErrorNamesTheMissingRight(t *testing.T) {
	t.Parallel()
	user := adminapi.Caller{Decoded: true, User: true, ObjectID: objectID, Permissions: []string{"user_impersonation"}}
	const reason = `2000003;reason="role required"`
	for _, test := range []struct {
		name string
		err  adminapi.Error
		want []string
		not  []string
	}{
		{
			"neither grant",
			adminapi.Error{Class: adminapi.Unauthenticated, Status: 401, Caller: app("")},
			[]string{
				"holds neither the application permission Exchange.ManageAsApp (" + manageAsApp + ")", "nor an Entra directory role", "Grant admin consent",
				"az ad app permission add --id " + application, "admin-consent --id " + application,
				"azuread_app_role_assignment", `principal_object_id = "` + objectID + `"`, "Assign it Exchange Administrator (" + exchangeAdministrator + ")", "new token",
			},
			[]string{"ManageAsAppV2", "both grants"},
		},
		{
			"no permission",
			adminapi.Error{Class: adminapi.Unauthenticated, Status: 401, Caller: app("", exchangeAdministrator)},
			[]string{"does not hold the application permission Exchange.ManageAsApp (" + manageAsApp + ")", "Grant admin consent", "new token"},
			[]string{"neither", "also needs a role"},
		},
		{
			"no permission, and a role that Exchange does not heed",
			adminapi.Error{Class: adminapi.Unauthenticated, Status: 401, Caller: app("", printerAdministrator)},
			[]string{"does not hold the application permission", "It also needs a role. Assign it Exchange Administrator (" + exchangeAdministrator + ")"},
			[]string{"neither"},
		},
		{
			"another Exchange permission",
			adminapi.Error{Class: adminapi.Unauthenticated, Status: 401, Caller: app("Exchange.ManageAsAppV2", exchangeAdministrator)},
			[]string{"holds Exchange.ManageAsAppV2, with which the gateway rejects", "Exchange.ManageAsApp (" + manageAsApp + ")"},
			[]string{"not consented"},
		},
		{
			"no directory role",
			adminapi.Error{Class: adminapi.Forbidden, Status: 403, Cmdlet: "New-ManagementScope", Caller: app("Exchange.ManageAsApp")},
			[]string{
				"names no Entra directory role", `"Role Management"`, "Exchange Administrator (" + exchangeAdministrator + ")",
				`az rest --method post`, "in another cloud than the global one, with the host of its Microsoft Graph", `"principalId":"` + objectID + `"`, "azuread_directory_role_assignment", "Add-RoleGroupMember",
			},
			[]string{"Grant admin consent", "both grants"},
		},
		{
			"no directory role in the directory of Exchange's",
			adminapi.Error{Class: adminapi.Unauthenticated, Status: 401, Caller: app("Exchange.ManageAsApp")},
			[]string{"names no Entra directory role", "azuread_directory_role_assignment", "60 minutes"},
			[]string{"Grant admin consent"},
		},
		{
			"both grants, refused",
			adminapi.Error{Class: adminapi.Unauthenticated, Status: 401, Caller: app("Exchange.ManageAsApp", exchangeAdministrator)},
			[]string{"holds both grants", "Exchange Administrator (" + exchangeAdministrator + ")", "up to 60 minutes", "tenant_id", application},
			[]string{"az rest", "admin consent"},
		},
		{
			"both grants, no reason",
			adminapi.Error{Class: adminapi.Forbidden, Status: 403, Cmdlet: "New-ApplicationAccessPolicy", Caller: app("Exchange.ManageAsApp", exchangeAdministrator)},
			[]string{"holds both grants", "60 minutes", "does not offer", "New-ApplicationAccessPolicy is in the Exchange management role \"Organization Configuration\""},
			[]string{"az rest", "access control denies"},
		},
		{
			"both grants, a real denial",
			adminapi.Error{Class: adminapi.Forbidden, Status: 403, Diagnostics: reason, Cmdlet: "Add-MailboxPermission", Caller: app("Exchange.ManageAsApp", recipientAdministrator)},
			[]string{"access control denies", "Exchange Recipient Administrator (" + recipientAdministrator + ")", "Add-MailboxPermission is in the Exchange management role \"Mail Recipients\""},
			[]string{"holds both grants"},
		},
		{
			"recipients only",
			adminapi.Error{Class: adminapi.Forbidden, Status: 403, Diagnostics: reason, Cmdlet: "Set-ManagementScope", Caller: app("Exchange.ManageAsApp", recipientAdministrator)},
			[]string{"may change recipients and nothing else", `"Role Management"`, "azuread_directory_role_assignment"},
			nil,
		},
		{
			"a reader writes",
			adminapi.Error{Class: adminapi.Forbidden, Status: 403, Diagnostics: reason, Cmdlet: "New-ServicePrincipal", Caller: app("Exchange.ManageAsApp", globalReader, printerAdministrator)},
			[]string{"may read and change nothing", "Global Reader (" + globalReader + ")", printerAdministrator, "azuread_directory_role_assignment"},
			nil,
		},
		{
			"a reader is denied a read",
			adminapi.Error{Class: adminapi.Forbidden, Status: 403, Code: "Forbidden", Cmdlet: "Get-Mailbox", Caller: app("Exchange.ManageAsApp", globalReader)},
			[]string{"access control denies", "a view-only role is enough"},
			[]string{"change nothing"},
		},
		{
			"a test that no reader may run",
			adminapi.Error{Class: adminapi.Forbidden, Status: 403, Code: "Forbidden", Cmdlet: "Test-ServicePrincipalAuthorization", Caller: app("Exchange.ManageAsApp", globalReader)},
			[]string{"access control denies", `"Role Management"`},
			[]string{"view-only"},
		},
		{
			"a role that Exchange does not heed",
			adminapi.Error{Class: adminapi.Forbidden, Status: 403, Cmdlet: "Get-Mailbox", Caller: app("Exchange.ManageAsApp", printerAdministrator)},
			[]string{printerAdministrator, "none that Exchange is known to heed", "azuread_directory_role_assignment"},
			nil,
		},
		{
			"a permission that is gone",
			adminapi.Error{Class: adminapi.Forbidden, Status: 403, Cmdlet: "Get-Mailbox", Caller: app("", exchangeAdministrator)},
			[]string{"does not hold the application permission Exchange.ManageAsApp"},
			nil,
		},
		{
			"a user, unauthenticated",
			adminapi.Error{Class: adminapi.Unauthenticated, Status: 401, Cmdlet: "Get-ManagementScope", Caller: user},
			[]string{"signed in as a user (object id " + objectID + ")", "sign in again", "activated"},
			[]string{manageAsApp, "azuread"},
		},
		{
			"a user, forbidden",
			adminapi.Error{Class: adminapi.Forbidden, Status: 403, Cmdlet: "New-ManagementScope", Caller: user},
			[]string{"signed in as a user", `"Role Management"`},
			[]string{manageAsApp, "azuread"},
		},
		{
			"a token that cannot be read",
			adminapi.Error{Class: adminapi.Unauthenticated, Status: 401},
			[]string{"needs two grants", manageAsApp, exchangeAdministrator},
			[]string{"token holds"},
		},
		{
			"a token that cannot be read, forbidden",
			adminapi.Error{Class: adminapi.Forbidden, Status: 403, Cmdlet: "Get-Unheard"},
			[]string{"needs two grants", "Organization Management holds all three"},
			[]string{"token holds"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := diagnostic.Error("s", fmt.Errorf("wrapped: %w", &test.err)).Detail()
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q is not in: %s", want, got)
				}
			}
			for _, not := range test.not {
				if strings.Contains(got, not) {
					t.Errorf("%q is in: %s", not, got)
				}
			}
		})
	}
}

func TestErrorOfTheSignInHasNoAdviceAboutExchange(t *testing.T) {
	t.Parallel()
	refused := &adminapi.Error{Cmdlet: "Get-Mailbox", Class: adminapi.Unauthenticated, Status: 401, Caller: app("")}
	signIn := &auth.Error{Tried: "application x", Code: "AADSTS7000222", Description: "The secret has expired", Advice: "Make a new one"}
	for _, err := range []error{
		fmt.Errorf("Get-Mailbox: there is no access token for Exchange: %w", signIn),
		fmt.Errorf("%w (after this answer: %w)", signIn, refused),
	} {
		got := diagnostic.Error("s", err).Detail()
		if strings.TrimSuffix(got, ".") != err.Error() {
			t.Errorf("detail = %s", got)
		}
	}
}

func TestErrorOfATokenThatIsKeptNamesTheMissingRight(t *testing.T) {
	t.Parallel()
	refused := &adminapi.Error{Cmdlet: "Get-Mailbox", Class: adminapi.Unauthenticated, Status: 401, Caller: app("")}
	kept := &auth.Error{Tried: "a managed identity", Err: errors.New("it was handed out again"), Advice: "Try later", Refused: true}
	got := diagnostic.Error("s", fmt.Errorf("%w (after this answer: %w)", kept, refused)).Detail()
	for _, want := range []string{"Try later", "holds neither the application permission Exchange.ManageAsApp"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in: %s", want, got)
		}
	}
	alone := fmt.Errorf("Get-Mailbox: there is no access token for Exchange: %w", kept)
	if got := diagnostic.Error("s", alone).Detail(); strings.TrimSuffix(got, ".") != alone.Error() {
		t.Errorf("detail = %s", got)
	}
}

func TestErrorOfARefusalSaysWhatToCheck(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, want string
		err        adminapi.Error
	}{
		{
			"parameter outside the role", "does not offer Add-MailboxPermission the parameter AutoMapping",
			adminapi.Error{
				Cmdlet: "Add-MailboxPermission", Status: 400, Class: adminapi.InvalidInput,
				Message: "Parameter set cannot be resolved using the specified named parameters. Invalid cmdlet parameters specified. AutoMapping",
			},
		},
		{
			"object id of the app registration", "not the one under \"App registrations\": azuread_service_principal.example.object_id",
			adminapi.Error{Cmdlet: "New-ServicePrincipal", Status: 404, Class: adminapi.NotFound, Message: "x couldn't be found"},
		},
		{
			"object id of another application", "Enterprise applications",
			adminapi.Error{Cmdlet: "New-ServicePrincipal", Status: 400, Message: "The ids do not belong together."},
		},
		{
			"object id that an older service refuses", "Enterprise applications",
			adminapi.Error{Cmdlet: "New-ServicePrincipal", Status: 500, Message: "The ids do not belong together."},
		},
		{
			"just created", "created so recently",
			adminapi.Error{Cmdlet: "New-ManagementRoleAssignment", Status: 404, Class: adminapi.NotFound, Message: "x couldn't be found"},
		},
		{
			"dehydrated", "exchange_organization_customization",
			adminapi.Error{Cmdlet: "New-ManagementScope", Status: 400, Class: adminapi.Dehydrated},
		},
		{
			"unreached", "nosuch.contoso.test can be reached from here (proxy, firewall, certificates), and check exchange_endpoint in the provider block where it is set",
			adminapi.Error{Cmdlet: "Get-ManagementScope", Class: adminapi.Transient, Unreached: "nosuch.contoso.test", Err: errors.New("no such host")},
		},
		{
			"uncertain creation", " The object may have been created all the same. No plan shows that, because state does not have the object: if the next apply says that it exists already, import it.",
			adminapi.Error{Cmdlet: "New-ManagementScope", Status: 504, Class: adminapi.Transient, Uncertain: true},
		},
		{
			"uncertain permission", " What was asked for may have been done all the same: apply again to make sure.",
			adminapi.Error{Cmdlet: "Add-MailboxPermission", Status: 504, Class: adminapi.Transient, Uncertain: true},
		},
		{
			"uncertain change", " What was asked for may have been done all the same: the next plan shows what is there.",
			adminapi.Error{Cmdlet: "Set-ManagementScope", Status: 504, Class: adminapi.Transient, Uncertain: true},
		},
	} {
		if got := diagnostic.Error("s", &test.err).Detail(); !strings.Contains(got, test.want) || test.err.Unreached != "" && strings.Contains(got, "passes by itself") {
			t.Errorf("%s: %q is not in: %s", test.name, test.want, got)
		}
	}
	for name, err := range map[string]error{
		"missing":                    &adminapi.Error{Cmdlet: "Get-ManagementScope", Status: 404, Class: adminapi.NotFound, Message: "gone"},
		"not among those listed":     &adminapi.Error{Cmdlet: "New-ServicePrincipal", Class: adminapi.NotFound, Message: "not among the 3"},
		"a value that does not bind": &adminapi.Error{Cmdlet: "Set-ManagementScope", Status: 400, Class: adminapi.InvalidInput, Message: "Cannot bind parameter 'Force'"},
		"anything else":              errors.New("plain"),
	} {
		if got := diagnostic.Error("s", err).Detail(); strings.TrimSuffix(got, ".") != err.Error() {
			t.Errorf("%s: there is advice: %s", name, got)
		}
	}
}

// tokens hands out one token.
type tokens struct{}

func (tokens) Token(context.Context, string, string, string) (string, error) { return "token", nil }

// refuses answers every request with a status.
type refuses int

func (status refuses) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: int(status), Header: http.Header{}, Body: http.NoBody, Request: r}, nil
}

func TestWhatToDoAboutALackOfRightsIsSaidOnceARun(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{http.StatusForbidden: "Mail Recipients", http.StatusUnauthorized: "Exchange.ManageAsApp"} {
		place, err := cloud.Lookup("global")
		if err != nil {
			t.Fatal(err)
		}
		client, err := adminapi.New(adminapi.Config{Cloud: place, TenantID: "11111111-1111-1111-1111-111111111111", Tokens: tokens{}, Transport: refuses(status)})
		if err != nil {
			t.Fatal(err)
		}
		for n := range 3 {
			_, err := client.InvokeShared(t.Context(), adminapi.Command{Cmdlet: "Get-Mailbox", Idempotent: true})
			detail := diagnostic.Error("s", err).Detail()
			if n == 0 {
				if !strings.Contains(detail, want) {
					t.Errorf("%d: %q is not in: %s", status, want, detail)
				}
				continue
			}
			if want := err.Error() + "\n\nAnother error of this run in which Get-Mailbox is refused says what to do."; detail != want {
				t.Errorf("%d: detail = %s\nwant     %s", status, detail, want)
			}
		}
	}
}
