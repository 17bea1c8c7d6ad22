// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/entraserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const (
	manageAsApp           = "Exchange.ManageAsApp (dc50a0fb-09a3-484d-be87-e023b12c6440)"
	exchangeAdministrator = "Exchange Administrator (29232cdf-9323-42fd-ade2-1d097af3e4de)"
)

// The configurations that the failures below come of.
var (
	readsAssignments = core.Config{{
		Address: "data.exchange_service_principal_authorization.test", Attributes: core.Attributes{"app": "33333333-3333-3333-3333-0000000000aa"},
	}}
	createsScope = core.Config{{
		Address: "exchange_management_scope.test", Attributes: core.Attributes{"name": "Test invoices", "recipient_filter": "CustomAttribute1 -eq 'finance'"},
	}}
	createsPermission = core.Config{{
		Address:    "exchange_mailbox_permission.test",
		Attributes: core.Attributes{"mailbox": "support@contoso.com", "user": "adele@contoso.com", "access_rights": []string{"FullAccess"}},
	}}
	// The object id is that of the app registration.
	createsPointer = core.Config{{
		Address:    "exchange_service_principal.test",
		Attributes: core.Attributes{"app_id": appID, "object_id": "44444444-4444-4444-4444-444444444444"},
	}}
)

// holds sets what the application that signs in holds, and the managed identities that take after it.
func holds(appRoles, directoryRoles []string) func(*testing.T, *acctest.Sandbox) {
	return func(t *testing.T, s *acctest.Sandbox) {
		t.Helper()
		for _, application := range s.Tenant().EnterpriseApplications() {
			if application.AppID != tenant.AutomationAppID && application.ManagedIdentity == "" {
				continue
			}
			if err := s.Tenant().ChangeEnterpriseApplication(application.AppID, func(a *tenant.EnterpriseApplication) {
				a.AppRoles, a.DirectoryRoles = appRoles, directoryRoles
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// strikes lets every call of a cmdlet go wrong.
func strikes(cmdlet string, struck fault.Fault) func(*testing.T, *acctest.Sandbox) {
	return func(_ *testing.T, s *acctest.Sandbox) {
		s.Faults().Add(fault.Rule{Service: fault.Exchange, Cmdlet: cmdlet, Fault: struck})
	}
}

// expiredCertificate writes a certificate that ended, and its key.
func expiredCertificate(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "terraform.contoso.com"},
		NotBefore: time.Date(1990, time.January, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(1999, time.December, 31, 23, 0, 0, 0, time.UTC),
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	for kind, block := range map[string][]byte{"CERTIFICATE": certificate, "PRIVATE KEY": private} {
		if err := pem.Encode(&text, &pem.Block{Type: kind, Bytes: block}); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "expired.pem")
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// failure is a right that is missing, and the sentence that tells of it.
type failure struct {
	variables []string
	behavior  func(*tenant.Behavior)
	happens   func(*testing.T, *acctest.Sandbox)
	config    core.Config
	// own is what no other failure says, and also what it says besides.
	own  string
	also []string
}

func failures(t *testing.T) map[string]failure {
	t.Helper()
	both, none := []string{tenant.ManageAsApp}, []string(nil)
	return map[string]failure{
		"wrong secret": {
			variables: []string{"EXCHANGE_CLIENT_SECRET", "wr0ng-s3cr3t"}, config: readsAssignments,
			own: "AADSTS7000215", also: []string{"secret's value, not its id", tenant.AutomationAppID},
		},
		"expired certificate": {
			variables: []string{"EXCHANGE_CLIENT_SECRET", "", "EXCHANGE_CLIENT_CERTIFICATE_PATH", expiredCertificate(t)}, config: readsAssignments,
			own: "expired at 1999-12-31T23:00:00Z", also: []string{"Make a new certificate"},
		},
		"certificate that Entra knows to have expired": {
			happens: func(_ *testing.T, s *acctest.Sandbox) { s.Entra().Fail(entraserver.ExpiredCertificate(), 1000) }, config: readsAssignments,
			own: "AADSTS700027", also: []string{"uploaded to the application and has not expired"},
		},
		"missing admin consent": {
			happens: holds(none, []string{tenant.ExchangeAdministrator}), config: readsAssignments,
			own:  "does not hold the application permission " + manageAsApp + ` of "Office 365 Exchange Online": it was not granted, or not consented to by an administrator. `,
			also: []string{"Grant admin consent", "admin-consent --id " + tenant.AutomationAppID, tenant.AutomationObjectID, "401"},
		},
		"consent that Entra misses": {
			happens: func(_ *testing.T, s *acctest.Sandbox) { s.Entra().Fail(entraserver.MissingConsent(), 1000) }, config: readsAssignments,
			own: "AADSTS65001", also: []string{"let an administrator grant " + manageAsApp},
		},
		"app role without directory role": {
			happens: holds(both, none), config: createsScope,
			own:  "holds Exchange.ManageAsApp and names no Entra directory role, so the application may do nothing",
			also: []string{exchangeAdministrator, tenant.AutomationObjectID, `"Role Management"`, "403"},
		},
		"neither": {
			happens: holds(none, none), config: readsAssignments,
			own:  "neither the application permission " + manageAsApp,
			also: []string{"nor an Entra directory role", "Grant admin consent", "Assign it " + exchangeAdministrator, "401"},
		},
		"not yet propagated": {
			behavior: func(b *tenant.Behavior) { b.RoleNotPropagated = 1000 }, config: readsAssignments,
			own: "refuses it until they have reached its own directory", also: []string{"holds both grants", exchangeAdministrator, "up to 60 minutes", "401"},
		},
		"not yet propagated to the gateway": {
			happens: strikes("Test-ServicePrincipalAuthorization", fault.ForbiddenNUL()), config: readsAssignments,
			own: "Exchange gave no reason, as it does until a grant has reached it", also: []string{"holds both grants", exchangeAdministrator, "60 minutes", "403"},
		},
		"object id of the app registration": {
			config: createsPointer,
			own:    `"Enterprise applications", not the one under "App registrations"`, also: []string{"azuread_service_principal.example.object_id", "az ad sp show --id"},
		},
		"cmdlet outside the role": {
			happens: holds(both, []string{tenant.RecipientAdministrator}), config: createsScope,
			own:  "may change recipients and nothing else",
			also: []string{"Exchange Recipient Administrator (31392ffb-586c-42d1-9346-e59415a2cc4e)", `New-ManagementScope is in the Exchange management role "Role Management"`, exchangeAdministrator},
		},
		"a reader that writes": {
			happens: holds(both, []string{tenant.GlobalReader}), config: createsScope,
			own: "may read and change nothing", also: []string{"Global Reader (f2ef992c-3afb-46b9-b7cf-a126ee74c451)", exchangeAdministrator},
		},
		"cmdlet that access control denies": {
			happens: strikes("New-ManagementScope", fault.Forbidden()), config: createsScope,
			own: "Exchange's access control denies the cmdlet", also: []string{`"Role Management"`, exchangeAdministrator},
		},
		"parameter outside the role": {
			happens: strikes("Add-MailboxPermission", fault.UnknownParameter()), config: createsPermission,
			own: "does not offer Add-MailboxPermission the parameter BogusParameter", also: []string{`"Mail Recipients"`},
		},
		"dehydrated tenant": {
			behavior: func(b *tenant.Behavior) { b.Dehydrated = true }, config: createsScope,
			own: "was never customized", also: []string{"exchange_organization_customization", "Enable-OrganizationCustomization"},
		},
	}
}

// fails applies the configuration, and returns what the provider says of its failure.
func (f failure) fails(t *testing.T, s *acctest.Sandbox) string {
	t.Helper()
	err := core.New(t, s.Providers(f.variables...)["exchange"]).Apply(t.Context(), f.config)
	if err == nil {
		t.Fatal("nothing failed")
	}
	text := err.Error()
	for _, secret := range []string{s.ClientSecret(), "wr0ng-s3cr3t", "eyJ"} {
		if strings.Contains(text, secret) {
			t.Errorf("a secret is in: %s", text)
		}
	}
	return text
}

func TestEachMissingRightHasASentenceOfItsOwn(t *testing.T) {
	t.Parallel()
	all := failures(t)
	for name, f := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var behaviors []func(*tenant.Behavior)
			if f.behavior != nil {
				behaviors = append(behaviors, f.behavior)
			}
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				if f.happens != nil {
					f.happens(t, s)
				}
				text := f.fails(t, s)
				for _, want := range append([]string{f.own}, f.also...) {
					if !strings.Contains(text, want) {
						t.Errorf("%q is not in: %s", want, text)
					}
				}
				for other, o := range all {
					if other != name && strings.Contains(text, o.own) {
						t.Errorf("what is said of %s is in: %s", other, text)
					}
				}
			}, behaviors...)
		})
	}
}

// A token that cannot be had anew, because Azure or a person keeps it, hides none of what it lacks.
func TestAMissingRightIsToldWhereTheTokenIsKept(t *testing.T) {
	t.Parallel()
	all := failures(t)
	for _, name := range []string{"missing admin consent", "neither", "not yet propagated"} {
		for _, method := range []sandbox.SignInMethod{sandbox.ManagedIdentityEndpoint, sandbox.AccessToken} {
			t.Run(name+" by "+string(method), func(t *testing.T) {
				t.Parallel()
				f := all[name]
				var behaviors []func(*tenant.Behavior)
				if f.behavior != nil {
					behaviors = append(behaviors, f.behavior)
				}
				acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
					if _, err := s.SignIn(sandbox.ManagedIdentityEndpoint); err != nil {
						t.Fatal(err)
					}
					if f.happens != nil {
						f.happens(t, s)
					}
					environment, err := s.SignIn(method)
					if err != nil {
						t.Fatal(err)
					}
					s.Identity().KeepTokens()
					f.variables = []string{"EXCHANGE_TENANT_ID", "", "EXCHANGE_CLIENT_ID", "", "EXCHANGE_CLIENT_SECRET", ""}
					for variable, value := range environment {
						f.variables = append(f.variables, variable, value)
					}
					if text := f.fails(t, s); !strings.Contains(text, f.own) {
						t.Errorf("%q is not in: %s", f.own, text)
					}
				}, behaviors...)
			})
		}
	}
}

// Reads that take four minutes each, one after the other, with tokens that live for ten: no request is refused, as each
// token is renewed before its end, by a proof that has not ended itself.
func TestARunIsLongerThanItsTokensLive(t *testing.T) {
	t.Parallel()
	for _, method := range []sandbox.SignInMethod{
		sandbox.ClientSecret, sandbox.CertificatePEM, sandbox.OIDCTokenFile, sandbox.GitHubActions, sandbox.AzurePipelines, sandbox.ManagedIdentityEndpoint,
	} {
		t.Run(string(method), func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				variables := []string{"EXCHANGE_TENANT_ID", "", "EXCHANGE_CLIENT_ID", "", "EXCHANGE_CLIENT_SECRET", ""}
				environment, err := s.SignIn(method)
				if err != nil {
					t.Fatal(err)
				}
				for variable, value := range environment {
					variables = append(variables, variable, value)
				}
				s.Entra().SetTokenLifetime(10 * time.Minute)
				s.Identity().SetTokenLifetime(5 * time.Minute)
				s.Faults().Add(fault.Rule{Service: fault.Exchange, Fault: fault.Slow(4 * time.Minute)})
				const reads = 8
				var config core.Config
				for i := range reads {
					block := core.Block{Address: fmt.Sprintf("data.exchange_service_principal_authorization.test%d", i), Attributes: readsAssignments[0].Attributes}
					if i > 0 {
						block.DependsOn = []string{config[i-1].Address}
					}
					config = append(config, block)
					s.Faults().After(fault.Exchange, i+1, func() {
						if err := s.RotateFederatedToken(); err != nil {
							t.Error(err)
						}
					})
				}
				if err := s.RotateFederatedToken(); err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				if _, err := core.New(t, s.Providers(variables...)["exchange"]).Plan(t.Context(), config); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took < 30*time.Minute {
					t.Errorf("the run took no more than %s", took)
				}
				answered := 0
				for _, request := range s.Sandbox.Requests().All() {
					if request.Service != fault.Exchange {
						continue
					}
					if answered++; request.Status != 200 {
						t.Errorf("%s was answered %d", request.Cmdlet, request.Status)
					}
				}
				signIns := len(tokenRequests(s.Sandbox, "https://outlook.office365.com"))
				if method == sandbox.ManagedIdentityEndpoint {
					signIns = len(s.Identity().Requests())
				}
				if answered != reads || signIns < 3 {
					t.Errorf("%d requests were answered with the tokens of %d sign-ins", answered, signIns)
				}
			})
		})
	}
}
