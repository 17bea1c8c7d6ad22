// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package faulttest

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
)

// crowd is a configuration of 200 objects of all types that refer to one another.
func crowd() core.Config {
	var config core.Config
	add := func(kind, name string, attributes core.Attributes) {
		config = append(config, core.Block{Address: fmt.Sprintf("exchange_%s.%s", kind, name), Attributes: attributes})
	}
	app := func(n int) string { return fmt.Sprintf("22222222-2222-2222-2222-%012d", n+3) }
	const apps, scopes, roles = 20, 80, 60
	for n := range apps {
		add("service_principal", fmt.Sprintf("app_%d", n), core.Attributes{
			"app_id": app(n), "object_id": fmt.Sprintf("33333333-3333-3333-3333-%012d", n+3),
		})
		add("application_access_policy", fmt.Sprintf("app_%d", n), core.Attributes{
			"app_id": app(n), "policy_scope_group_id": "finance-team@contoso.com", "access_right": "RestrictAccess",
		})
	}
	for n := range scopes {
		add("management_scope", fmt.Sprintf("scope_%d", n), core.Attributes{
			"name": fmt.Sprintf("Scope %d", n), "recipient_filter": fmt.Sprintf("CustomAttribute1 -eq '%d'", n),
		})
	}
	for n := range roles {
		add("role_assignment", fmt.Sprintf("role_%d", n), core.Attributes{
			"role": "Application Mail.Read", "app": core.Reference(fmt.Sprintf("exchange_service_principal.app_%d.object_id", n%apps)),
			"custom_resource_scope": core.Reference(fmt.Sprintf("exchange_management_scope.scope_%d.name", n)),
		})
	}
	for _, mailbox := range []string{"support", "payroll"} {
		for n := range 10 {
			add("mailbox_permission", fmt.Sprintf("%s_%d", mailbox, n), core.Attributes{
				"mailbox": mailbox + "@contoso.com", "access_rights": []string{"FullAccess"},
				"user": core.Reference(fmt.Sprintf("exchange_service_principal.app_%d.object_id", n)),
			})
		}
	}
	return config
}

// One apply of 200 objects on a tenant that takes three requests at a time and five a second comes to its end, and at
// most a tenth of the requests that it needs are sent in vain.
func TestATenantThatThrottlesGetsFewRequestsInVain(t *testing.T) {
	t.Parallel()
	refusals := map[string]fault.Fault{
		"with Retry-After": fault.Throttled().RetryAfter(fault.Seconds(time.Second)),
		"with a date":      fault.Throttled().RetryAfter(fault.Date(2 * time.Second)),
		"without":          fault.Throttled(),
		"by text":          fault.ConcurrencyExceeded(),
	}
	sent := func(t *testing.T, limits *fault.Limits) (requests, refused int, took time.Duration) {
		t.Helper()
		acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
			// What takes no time at all is never two at a time.
			s.Faults().Add(fault.Rule{Service: fault.Exchange, Fault: fault.Slow(200 * time.Millisecond).AfterExecution()})
			if limits != nil {
				s.Faults().Limit(fault.Exchange, *limits)
			}
			w := core.New(t, s.Providers()["exchange"])
			begun := time.Now()
			if err := w.Apply(t.Context(), crowd()); err != nil {
				t.Fatalf("applying: %v", err)
			}
			took = time.Since(begun)
			if got := len(w.Addresses()); got != 200 {
				t.Errorf("%d objects are in state, want 200", got)
			}
			for _, r := range s.Requests().All() {
				if r.Service == fault.Exchange {
					requests++
				}
			}
			refused = s.Faults().Limited(fault.Exchange)
		})
		return requests, refused, took
	}
	needed, _, unlimited := sent(t, nil)
	for name, refusal := range refusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, refused, took := sent(t, &fault.Limits{Concurrent: 3, PerSecond: 5, Refusal: refusal})
			_, _ = fmt.Fprintf(os.Stdout, "storm %s: %d requests needed, %d sent, %d of them refused; it took %s of the tenant's time, without limits %s\n",
				name, needed, got, refused, took.Round(time.Second), unlimited.Round(time.Second))
			if refused == 0 {
				t.Error("nothing was refused, so nothing was tested")
			}
			if 10*got > 11*needed {
				t.Errorf("%d requests were sent, and %d are needed", got, needed)
			}
		})
	}
}
