// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/base64"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
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
			path, password := s.ClientCertificatePath()
			return []string{"EXCHANGE_CLIENT_SECRET", "", "EXCHANGE_CLIENT_CERTIFICATE_PATH", path, "EXCHANGE_CLIENT_CERTIFICATE_PASSWORD", password}
		},
		"PFX in base64": func(s *acctest.Sandbox) []string {
			path, password := s.ClientCertificatePath()
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
			return []string{"EXCHANGE_CLIENT_SECRET", "", "EXCHANGE_CLIENT_CERTIFICATE_PATH", s.ClientCertificatePEMPath()}
		},
		"certificate before secret": func(s *acctest.Sandbox) []string {
			return []string{"EXCHANGE_CLIENT_SECRET", "a wrong secret", "EXCHANGE_CLIENT_CERTIFICATE_PATH", s.ClientCertificatePEMPath()}
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
		"no directory role": {func(b *tenant.Behavior) { b.RoleNotPropagated = 1000 }, nil, asks, `(?s)unauthenticated.*Exchange.ManageAsApp.*Exchange Administrator`},
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
