// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package applicationaccesspolicy_test

import (
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
)

const three = `
resource "exchange_application_access_policy" "test" {
  count                 = 3
  app_id                = "22222222-2222-2222-2222-222222222222"
  policy_scope_group_id = ["Finance Team", "All Apps Scope", "adele@contoso.com"][count.index]
  access_right          = "RestrictAccess"
}
`

func TestEachPlanWarnsOnceThatPoliciesAreSuperseded(t *testing.T) {
	t.Parallel()
	provider := acctest.BuildProvider(t)
	for name, test := range map[string]struct {
		config    string
		variables []string
		warnings  int
	}{
		"as it comes":              {three, nil, 1},
		"turned off in the block":  {"provider \"exchange\" {\n  suppress_application_access_policy_warning = true\n}\n" + three, nil, 0},
		"turned off by a variable": {three, []string{"EXCHANGE_SUPPRESS_APPLICATION_ACCESS_POLICY_WARNING", "true"}, 0},
		"turned on again": {
			"provider \"exchange\" {\n  suppress_application_access_policy_warning = false\n}\n" + three,
			[]string{"EXCHANGE_SUPPRESS_APPLICATION_ACCESS_POLICY_WARNING", "true"},
			1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			terraform := acctest.Start(t).Command(provider, test.config, test.variables...)
			warns := func(want int, arguments ...string) {
				t.Helper()
				output := terraform(t, arguments...)
				if got := strings.Count(output, "Application access policies are superseded"); got != want || strings.Contains(output, "more similar warning") {
					t.Errorf("%s warns %d times, want %d:\n%s", strings.Join(arguments, " "), got, want, output)
				}
			}
			warns(test.warnings, "plan", "-no-color", "-out=tfplan")
			warns(test.warnings, "apply", "-no-color", "tfplan")
			warns(test.warnings, "plan", "-no-color")
			warns(0, "destroy", "-no-color", "-auto-approve")
		})
	}
}
