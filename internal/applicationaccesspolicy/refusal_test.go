// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package applicationaccesspolicy

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

// A recipient may stop to be a security principal between plan and apply, and Exchange then says so on its own.
func TestRefusalsSayWhatExchangeSaidAndWhatToDo(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  *adminapi.Error
		path string
		says []string
	}{
		"no security principal": {
			&adminapi.Error{Message: "The identity of the policy scope is not a security principal.", RequestID: "a7d3b1ce"}, "policy_scope_group_id",
			[]string{"The identity of the policy scope is not a security principal.", "a7d3b1ce", "create a mail-enabled security group", "exchange_role_assignment"},
		},
		"scope not found": {
			&adminapi.Error{Class: adminapi.NotFound, Message: "The operation couldn't be performed because object 'nobody' couldn't be found on 'DC'."}, "policy_scope_group_id",
			[]string{"couldn't be found", "does not know 'nobody'"},
		},
		"no room":   {&adminapi.Error{Message: "The total size of App Access Policies exceeded the limit."}, "", []string{"exceeded the limit", "Shorten descriptions"}},
		"throttled": {&adminapi.Error{Class: adminapi.Throttled, Message: "Slow down."}, "", []string{"Slow down.", "max_concurrency"}},
	} {
		test.err.Cmdlet = "New-ApplicationAccessPolicy"
		got := refusal(exchange.NewApplicationAccessPolicy{PolicyScopeID: "nobody"}, test.err)
		at := ""
		if attribute, ok := got.(diag.DiagnosticWithPath); ok {
			at = attribute.Path().String()
		}
		if at != test.path || got.Severity() != diag.SeverityError {
			t.Errorf("%s: is a %s on %q", name, got.Severity(), at)
		}
		for _, want := range test.says {
			if !strings.Contains(got.Detail(), want) {
				t.Errorf("%s: %q is not in %q", name, want, got.Detail())
			}
		}
	}
}
