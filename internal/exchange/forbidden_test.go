// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/adminserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// powerless knows an application that may sign in, and holds no role.
type powerless struct{}

func (powerless) Authorize(string) (adminserver.Caller, error) {
	return adminserver.Caller{AppID: tenant.AutomationAppID, ObjectID: "00000000-0000-4000-8000-000000000000", Roles: []string{tenant.ManageAsApp}}, nil
}

func TestRefreshWithoutAnyRightTakesSomeTensOfRequests(t *testing.T) {
	t.Parallel()
	inTenant(t, tenant.Behavior{}, func(t *testing.T, w *world) {
		w.server = adminserver.New(w.Tenant, powerless{}, nil)
		var reads []func(context.Context) error
		id := func(n int) string { return fmt.Sprintf("00000000-0000-4000-9000-%012d", n) }
		for n := range 47 {
			name := fmt.Sprintf("Object %03d", n)
			reads = append(reads,
				func(ctx context.Context) error { _, err := w.ReadServicePrincipal(ctx, id(n)); return err },
				func(ctx context.Context) error { _, err := w.ReadManagementScope(ctx, id(n), name); return err },
				func(ctx context.Context) error { _, err := w.ReadRoleAssignment(ctx, id(n), name); return err },
				func(ctx context.Context) error { _, err := w.ReadApplicationAccessPolicy(ctx, id(n)); return err },
				func(ctx context.Context) error {
					_, err := w.ReadMailboxPermission(ctx, exchange.MailboxPermissionID{MailboxGUID: id(n), UserSID: "S-1-5-21-1-2-3-4"})
					return err
				},
			)
		}
		work := make(chan func(context.Context) error)
		var workers sync.WaitGroup
		for range 10 {
			workers.Go(func() {
				for read := range work {
					if err := read(within(t, 10*time.Minute)); adminapi.ClassOf(err) != adminapi.Forbidden {
						t.Errorf("got %v", err)
					}
				}
			})
		}
		for _, read := range reads {
			work <- read
		}
		close(work)
		workers.Wait()
		if got := w.requests(); got > 40 {
			t.Errorf("%d objects took %d requests: %v", len(reads), got, w.asked)
		}
	})
}
