// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/provider"
)

// TestLiveTenant does the main job on the tenant that the environment names, and removes what it made. It needs an
// enterprise application that Exchange does not know yet, and two mailboxes of which a filter matches the first.
//
//	EXCHANGE_LIVE=1 EXCHANGE_TEST_APP_ID=... EXCHANGE_TEST_OBJECT_ID=... EXCHANGE_TEST_FILTER="Alias -eq 'invoices'" \
//	EXCHANGE_TEST_MAILBOX_IN=invoices@contoso.com EXCHANGE_TEST_MAILBOX_OUT=support@contoso.com make live
func TestLiveTenant(t *testing.T) {
	t.Parallel()
	if os.Getenv("EXCHANGE_LIVE") != "1" {
		t.Skip("runs on a real tenant only, with EXCHANGE_LIVE=1")
	}
	setting := func(name string) string {
		value := os.Getenv(name)
		if value == "" {
			t.Fatalf("set %s", name)
		}
		return value
	}
	name := fmt.Sprintf("terraform-provider-exchange %d", time.Now().Unix())
	config := fmt.Sprintf(`
resource "exchange_service_principal" "test" {
  app_id       = %[1]q
  object_id    = %[2]q
  display_name = %[3]q
}

resource "exchange_management_scope" "test" {
  name             = %[3]q
  recipient_filter = %[4]q
}

resource "exchange_role_assignment" "test" {
  role                  = "Application Mail.Read"
  app                   = exchange_service_principal.test.object_id
  custom_resource_scope = exchange_management_scope.test.name
}

data "exchange_service_principal_authorization" "in" {
  app        = exchange_service_principal.test.object_id
  mailbox    = %[5]q
  depends_on = [exchange_role_assignment.test]
}

data "exchange_service_principal_authorization" "out" {
  app        = exchange_service_principal.test.object_id
  mailbox    = %[6]q
  depends_on = [exchange_role_assignment.test]
}
`, setting("EXCHANGE_TEST_APP_ID"), setting("EXCHANGE_TEST_OBJECT_ID"), name,
		setting("EXCHANGE_TEST_FILTER"), setting("EXCHANGE_TEST_MAILBOX_IN"), setting("EXCHANGE_TEST_MAILBOX_OUT"))
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"exchange": func() (tfprotov6.ProviderServer, error) {
				return providerserver.NewProtocol6WithError(provider.New("test", os.LookupEnv)())()
			},
		},
		Steps: []resource.TestStep{
			{
				Config: config,
				Check: resource.ComposeAggregateTestCheckFunc(
					resource.TestCheckResourceAttr("data.exchange_service_principal_authorization.in", "authorizations.0.in_scope", "true"),
					resource.TestCheckResourceAttr("data.exchange_service_principal_authorization.out", "authorizations.0.in_scope", "false"),
				),
			},
			{
				Config:           config,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
			{ResourceName: "exchange_role_assignment.test", ImportState: true, ImportStateVerify: true},
		},
	})
}
