// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

func TestLoadRefusesWithTheLine(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ file, want string }{
		"unknown key":          {"base: contoso\nbas: x\n", "line 2: there is no key bas"},
		"unknown key in item":  {"management_scopes:\n  - name: x\n    filter: y\n", "line 3: there is no key filter"},
		"unknown switch":       {"behavior:\n  filter: x\n", "line 2: behavior has no switch filter"},
		"unknown position":     {"behavior:\n  filter_echo: loud\n", "line 2: filter_echo: the value must be one of verbatim, parentheses, dn_lowercase"},
		"bad lag":              {"behavior:\n  assignment_lag: soon\n", "line 2: assignment_lag: the value must be a number of calls or a duration such as 30s"},
		"bad base":             {"base: fabrikam\n", `base is "fabrikam"`},
		"no YAML":              {"base: [\n", "line 1"},
		"bad filter":           {"management_scopes:\n  - name: a\n    recipient_filter: Alias -eq 'a'\n  - name: b\n    recipient_filter: Alias\n", "line 4: management_scopes: Cannot bind parameter"},
		"unknown member":       {"recipients:\n  - type: MailUniversalSecurityGroup\n    address: g@contoso.com\n    members: [nobody@contoso.com]\n", `line 2: recipients: member "nobody@contoso.com"`},
		"two assignees":        {"role_assignments:\n  - role: Mail Recipients\n    user: adele@contoso.com\n    security_group: Finance Team\n", "line 2: role_assignments: a role assignment has one of"},
		"organization of base": {"organization:\n  display_name: x\n", "organization can be set with base: empty only"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := tenant.Load(strings.NewReader(test.file))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want it to contain %q", err, test.want)
			}
		})
	}
}
