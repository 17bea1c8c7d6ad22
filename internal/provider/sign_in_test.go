// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/base64"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/entraserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

const asks = `
data "exchange_service_principal_authorization" "test" {
  app = "33333333-3333-3333-3333-0000000000aa"
}
`

func TestSignInBySecretAndByEveryFormOfCertificate(t *testing.T) {
	t.Parallel()
	for name, variables := range map[string]func(s *acctest.Sandbox) []string{
		"secret": func(*acctest.Sandbox) []string { return nil },
		"secret by azuread's variables": func(s *acctest.Sandbox) []string {
			environment := s.Environment()
			return []string{
				"EXCHANGE_CLIENT_SECRET", "", "ARM_CLIENT_SECRET", environment["EXCHANGE_CLIENT_SECRET"],
				"EXCHANGE_CLIENT_ID", "", "ARM_CLIENT_ID", environment["EXCHANGE_CLIENT_ID"],
				"EXCHANGE_TENANT_ID", "", "ARM_TENANT_ID", environment["EXCHANGE_TENANT_ID"],
			}
		},
		"PFX": func(s *acctest.Sandbox) []string {
			path, password := pfxOf(t, s)
			return []string{"EXCHANGE_CLIENT_SECRET", "", "EXCHANGE_CLIENT_CERTIFICATE_PATH", path, "EXCHANGE_CLIENT_CERTIFICATE_PASSWORD", password}
		},
		"PFX in base64": func(s *acctest.Sandbox) []string {
			path, password := pfxOf(t, s)
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			return []string{
				"EXCHANGE_CLIENT_SECRET", "", "EXCHANGE_CLIENT_CERTIFICATE", base64.StdEncoding.EncodeToString(content),
				"EXCHANGE_CLIENT_CERTIFICATE_PASSWORD", password,
			}
		},
		"PEM": func(s *acctest.Sandbox) []string {
			return []string{"EXCHANGE_CLIENT_SECRET", "", "EXCHANGE_CLIENT_CERTIFICATE_PATH", pemOf(t, s)}
		},
		"certificate before secret": func(s *acctest.Sandbox) []string {
			return []string{"EXCHANGE_CLIENT_SECRET", "a wrong secret", "EXCHANGE_CLIENT_CERTIFICATE_PATH", pemOf(t, s)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{
				ProtoV6ProviderFactories: s.Providers(variables(s)...),
				Steps: []resource.TestStep{{
					Config: asks,
					Check:  resource.TestCheckResourceAttr("data.exchange_service_principal_authorization.test", "authorizations.#", "1"),
				}},
			})
		})
	}
}

func TestEachRefusalSaysWhatToDo(t *testing.T) {
	t.Parallel()
	const creates = `
resource "exchange_management_scope" "test" {
  name             = "Invoices"
  recipient_filter = "CustomAttribute1 -eq 'finance'"
}
`
	for name, test := range map[string]struct {
		behavior  func(*tenant.Behavior)
		variables []string
		config    string
		error     string
	}{
		"wrong secret":      {nil, []string{"EXCHANGE_CLIENT_SECRET", "wrong"}, asks, `(?s)AADSTS7000215`},
		"wrong client":      {nil, []string{"EXCHANGE_CLIENT_ID", "99999999-9999-9999-9999-999999999999"}, asks, `(?s)AADSTS700016`},
		"dehydrated tenant": {func(b *tenant.Behavior) { b.Dehydrated = true }, nil, creates, `(?s)never customized.*Enable-OrganizationCustomization`},
		"role not yet seen": {func(b *tenant.Behavior) { b.RoleNotPropagated = 1000 }, nil, asks, `(?s)unauthenticated.*holds both grants: Exchange.ManageAsApp, and Exchange Administrator`},
		"undelegated role": {func(b *tenant.Behavior) { b.UndelegatedRoles = []string{"Application Mail.Read"} }, nil, `
resource "exchange_role_assignment" "test" {
  role = "Application Mail.Read"
  app  = "33333333-3333-3333-3333-0000000000bb"
}
`, `(?s)delegating assignment of this role.*Organization Management`},
		"untrusted sandbox": {nil, []string{"EXCHANGE_CA_CERTIFICATE_PATH", ""}, asks, `(?s)certificate`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t, func(b *tenant.Behavior) {
				if test.behavior != nil {
					test.behavior(b)
				}
			})
			s.Test(resource.TestCase{
				ProtoV6ProviderFactories: s.Providers(test.variables...),
				Steps:                    []resource.TestStep{{Config: test.config, ExpectError: regexp.MustCompile(strings.ReplaceAll(test.error, " ", `[\s│]+`))}},
			})
		})
	}
}

// Each method's own trouble, in the process of the test: none of it needs more than the variables that are looked up.
func TestEachRefusalOfASignInSaysWhatToDo(t *testing.T) {
	t.Parallel()
	fails := func(failure entraserver.Failure) func(*acctest.Sandbox) error {
		return func(s *acctest.Sandbox) error {
			s.Entra().Fail(failure, 1000)
			return nil
		}
	}
	for name, test := range map[string]struct {
		method    sandbox.SignInMethod
		happens   func(*acctest.Sandbox) error
		variables []string
		error     string
	}{
		"secret that expired":        {sandbox.ClientSecret, fails(entraserver.ExpiredSecret()), nil, `AADSTS7000222.*add a new one`},
		"certificate unknown":        {sandbox.CertificatePEM, fails(entraserver.UnknownCertificate()), nil, `AADSTS700027.*uploaded to the application`},
		"application disabled":       {sandbox.ClientSecret, fails(entraserver.DisabledApplication()), nil, `AADSTS7000112.*enable it`},
		"conditional access":         {sandbox.GitHubActions, fails(entraserver.ConditionalAccess()), nil, `AADSTS53003.*Conditional Access policy`},
		"tenant that is not there":   {sandbox.ClientSecret, nil, []string{"ARM_TENANT_ID", "fabrikam.com"}, `fabrikam.com.*AADSTS90002.*Check the tenant id`},
		"audience that is not meant": {sandbox.GitHubActions, nil, []string{"EXCHANGE_OIDC_AUDIENCE", "api://contoso"}, `AADSTS700212.*repo:contoso/mail.*api://contoso`},
		"GitHub's token is wrong":    {sandbox.GitHubActions, nil, []string{"ACTIONS_ID_TOKEN_REQUEST_TOKEN", "wrong"}, `not authorized.*id-token: write`},
		"Azure's token is wrong":     {sandbox.AzurePipelines, nil, []string{"SYSTEM_ACCESSTOKEN", "wrong"}, `SYSTEM_ACCESSTOKEN`},
		"token file that is old": {sandbox.OIDCTokenFile, func(s *acctest.Sandbox) error {
			s.Identity().SetTokenLifetime(-time.Hour)
			return s.RotateFederatedToken()
		}, nil, `AADSTS700024`},
		"no such identity":         {sandbox.ManagedIdentityUserAssigned, nil, []string{"ARM_CLIENT_ID", "99999999-9999-9999-9999-999999999999"}, `Identity not found.*client_id`},
		"no token for Exchange":    {sandbox.AccessToken, nil, []string{"EXCHANGE_ACCESS_TOKEN", ""}, `no access token for Exchange Online`},
		"access token that is old": {sandbox.AccessToken, nil, []string{"EXCHANGE_ACCESS_TOKEN", "eyJhbGciOiJub25lIn0.eyJleHAiOjE3MDAwMDAwMDB9.c2ln"}, `ended at 2023-11-14T22:13:20Z`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			environment, err := s.SignIn(test.method)
			if err != nil {
				t.Fatal(err)
			}
			if test.happens != nil {
				if err := test.happens(s); err != nil {
					t.Fatal(err)
				}
			}
			variables := []string{"EXCHANGE_TENANT_ID", "", "EXCHANGE_CLIENT_ID", "", "EXCHANGE_CLIENT_SECRET", ""}
			for variable, value := range environment {
				variables = append(variables, variable, value)
			}
			refused := regexp.MustCompile(`(?s)` + strings.ReplaceAll(test.error, " ", `[\s│]+`))
			s.Test(resource.TestCase{
				ProtoV6ProviderFactories: s.Providers(append(variables, test.variables...)...),
				Steps:                    []resource.TestStep{{Config: asks, ExpectError: refused}},
			})
		})
	}
}

func TestTheInitialDomainIsFoundOutWhereChangesNeedIt(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t, func(b *tenant.Behavior) { b.WriteNeedsDomainAnchor = true })
	s.Test(resource.TestCase{
		ProtoV6ProviderFactories: s.Providers("EXCHANGE_ORGANIZATION", ""),
		Steps: []resource.TestStep{{
			Config: configuration("Invoice Reader", `CustomAttribute1 -eq 'finance'`, "exchange_management_scope.test.name", "Application Mail.Read", true),
			Check:  s.CheckRequests(map[string]int{"Get-OrganizationConfig": 1}),
		}},
	})
}

func TestOneTokenServesAWholeRun(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{{
		PreConfig: s.Requests().Reset,
		Config:    configuration("Invoice Reader", `CustomAttribute1 -eq 'finance'`, "exchange_management_scope.test.name", "Application Mail.Read", true),
		// A plan of new objects asks Exchange nothing; the apply signs in once for all its workers.
		Check: s.CheckRequests(map[string]int{"token": 1}),
	}}})
}

// pfxOf returns the PKCS#12 file of the client's certificate, and its password.
func pfxOf(t *testing.T, s *acctest.Sandbox) (path, password string) {
	t.Helper()
	variables, err := s.SignIn(sandbox.CertificatePFX)
	if err != nil {
		t.Fatal(err)
	}
	return variables["ARM_CLIENT_CERTIFICATE_PATH"], variables["ARM_CLIENT_CERTIFICATE_PASSWORD"]
}

// pemOf returns the PEM file of the client's certificate and its key.
func pemOf(t *testing.T, s *acctest.Sandbox) string {
	t.Helper()
	variables, err := s.SignIn(sandbox.CertificatePEM)
	if err != nil {
		t.Fatal(err)
	}
	return variables["ARM_CLIENT_CERTIFICATE_PATH"]
}
