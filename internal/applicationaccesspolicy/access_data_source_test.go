// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package applicationaccesspolicy_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
)

const accessAddress = "data.exchange_application_access.test"

func accessConfig(app, mailbox string, further ...string) string {
	lines := fmt.Sprintf("data \"exchange_application_access\" \"test\" {\n  app_id = %q\n  mailbox = %q\n", app, mailbox)
	for _, line := range further {
		lines += "  " + line + "\n"
	}
	return lines + "}\n"
}

func TestAccessIsTheServicesVerdict(t *testing.T) {
	t.Parallel()
	// The policies of an app, as scope and access right each.
	type policies [][2]string
	for name, test := range map[string]struct {
		policies policies
		mailbox  string
		access   string
	}{
		"without a policy":             {nil, "support@contoso.com", "Granted"},
		"restricted to it":             {policies{{finance, restrict}}, "adele@contoso.com", "Granted"},
		"restricted to others":         {policies{{finance, restrict}}, "support@contoso.com", "Denied"},
		"restricted to a nested group": {policies{{all, restrict}}, "adele@contoso.com", "Granted"},
		"denied":                       {policies{{finance, deny}}, "adele@contoso.com", "Denied"},
		"others denied":                {policies{{finance, deny}}, "support@contoso.com", "Granted"},
		"restricted to it and denied":  {policies{{all, restrict}, {finance, deny}}, "adele@contoso.com", "Denied"},
		"restricted, others denied":    {policies{{all, restrict}, {finance, deny}}, "support@contoso.com", "Granted"},
		"a group":                      {policies{{all, restrict}}, "finance-team@contoso.com", "Granted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			for _, policy := range test.policies {
				s.Run("New-ApplicationAccessPolicy", map[string]any{"AppId": []string{reader}, "PolicyScopeGroupId": policy[0], "AccessRight": policy[1]})
			}
			s.Test(resource.TestCase{Steps: []resource.TestStep{{
				Config: accessConfig(reader, test.mailbox),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(accessAddress, tfjsonpath.New("access"), knownvalue.StringExact(test.access)),
					statecheck.ExpectKnownValue(accessAddress, tfjsonpath.New("app_id"), knownvalue.StringExact(reader)),
					statecheck.ExpectKnownValue(accessAddress, tfjsonpath.New("mailbox"), knownvalue.StringExact(test.mailbox)),
				},
			}}})
		})
	}
}

func TestAccessNamesTheMailboxAsTheServiceDoes(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	adele := recipient("Adele Vance")
	s.Test(resource.TestCase{Steps: []resource.TestStep{{
		Config: accessConfig(payroll, "ADELE@contoso.com"),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(accessAddress, tfjsonpath.New("access"), knownvalue.StringExact("Granted")),
			statecheck.ExpectKnownValue(accessAddress, tfjsonpath.New("mailbox_name"), knownvalue.StringExact(adele.Name)),
			statecheck.ExpectKnownValue(accessAddress, tfjsonpath.New("mailbox_id"), knownvalue.StringExact(adele.GUID)),
			statecheck.ExpectKnownValue(accessAddress, tfjsonpath.New("mailbox_sid"), knownvalue.StringExact(adele.SID)),
		},
	}}})
}

func TestAccessProvesAPolicyInTheSameApply(t *testing.T) {
	t.Parallel()
	s := acctest.Start(t)
	s.Test(resource.TestCase{Steps: []resource.TestStep{{
		Config: config(reader, finance, restrict) + accessConfig(reader, "support@contoso.com", "depends_on = [exchange_application_access_policy.test]"),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(accessAddress, tfjsonpath.New("access"), knownvalue.StringExact("Denied")),
		},
	}}})
}

func TestAccessRefusesAnAppOrMailboxThatIsNone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ app, mailbox, error string }{
		"app that is no GUID": {"invoice-reader", "adele@contoso.com", `(?s)app_id.*"invoice-reader" is not a GUID`},
		"every app":           {"*", "adele@contoso.com", `(?s)app_id.*is not a GUID`},
		"empty mailbox":       {reader, "", `(?s)mailbox.*length`},
		"missing mailbox":     {reader, "nobody@contoso.com", `(?s)does not know the mailbox.*mailbox = "nobody@contoso.com".*nobody@contoso.com`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.Test(resource.TestCase{Steps: []resource.TestStep{
				{Config: accessConfig(test.app, test.mailbox), ExpectError: wrapped(test.error)},
			}})
		})
	}
}
