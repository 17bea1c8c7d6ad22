// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/adminserver"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// faulty is a wire whose answers go wrong by rules, with what it observed.
func faulty(rules ...fault.Rule) (w wire, faults *fault.Injector, seen *[]adminserver.Request) {
	faults, seen = new(fault.Injector), new([]adminserver.Request)
	for _, rule := range rules {
		faults.Add(rule)
	}
	w.tenant = tenant.Contoso()
	var mu sync.Mutex
	w.server = adminserver.New(w.tenant, knownTokens, func(r adminserver.Request) {
		mu.Lock()
		defer mu.Unlock()
		*seen = append(*seen, r)
	})
	w.server.InjectFrom(faults)
	return w, faults, seen
}

// threeItems read a scope, an assignment and a scope.
func threeItems() []item {
	return []item{
		get("a", "Get-ManagementScope", map[string]any{"Identity": "Executives"}),
		get("b", "Get-ManagementRoleAssignment", nil),
		get("c", "Get-ManagementScope", map[string]any{"Identity": "Payroll mailboxes"}),
	}
}

func TestFaultsStrikeItemsByTheirCmdletAndTheBatchByItsName(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rule   fault.Rule
		status int
		want   string
		// faults are those of the batch and of its items, as observed.
		faults string
	}{
		"the second item":        {fault.Rule{Cmdlet: "Get-ManagementRoleAssignment", Fault: fault.Throttled()}, 200, "a:200 b:429 c:200", "//429 JSON/"},
		"by beginning":           {fault.Rule{Cmdlet: "Get-ManagementS*", Fault: fault.Status(503, fault.HTML)}, 200, "a:503 b:200 c:503", "/503 HTML//503 HTML"},
		"by identity":            {fault.Rule{Identity: "executives", Fault: fault.NotFound("x")}, 200, "a:404 b:200 c:200", "/404 of another object//"},
		"by page":                {fault.Rule{Page: 1, Count: 1, Fault: fault.ForbiddenNUL()}, 200, "a:403 b:200 c:200", "/403 NUL//"},
		"from the second on":     {fault.Rule{Cmdlet: "Get-ManagementScope", From: 2, Fault: fault.Unauthorized()}, 200, "a:200 b:200 c:401", "///401"},
		"after execution":        {fault.Rule{Cmdlet: "Get-ManagementRoleAssignment", Fault: fault.ADTransient().AfterExecution()}, 200, "a:200 b:500 c:200", "//500 ADTransient after execution/"},
		"garbled item":           {fault.Rule{Cmdlet: "Get-ManagementRoleAssignment", Fault: fault.Garbled()}, 200, "a:200 b:200 c:200", "//garbled body/"},
		"the batch":              {fault.Rule{Cmdlet: "$Batch", Fault: fault.Throttled()}, 429, "", "429 JSON"},
		"every HTTP request":     {fault.Rule{Fault: fault.Status(502, fault.Text)}, 502, "", "502 TEXT"},
		"the batch when it ran":  {fault.Rule{Fault: fault.Status(502, fault.Text).AfterExecution()}, 502, "", "502 TEXT after execution///"},
		"everything by any name": {fault.Rule{Cmdlet: "*", From: 2, Count: 1, Fault: fault.Throttled()}, 200, "a:429 b:200 c:200", "/429 JSON//"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _, seen := faulty(test.rule)
			answer := w.batch(t, threeItems())
			if answer.status != test.status {
				t.Fatalf("got %d %s", answer.status, answer.body)
			}
			if test.status == http.StatusOK {
				if got := verdicts(answer.items(t)); got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
			}
			struck := []string{(*seen)[0].Fault}
			for _, item := range (*seen)[0].Items {
				struck = append(struck, item.Fault)
			}
			if got := strings.Join(struck, "/"); got != test.faults {
				t.Errorf("observed %s, want %s", got, test.faults)
			}
		})
	}
}

// connect sends three items over a connection, and returns the error of the client.
func connect(t *testing.T, w wire) error {
	t.Helper()
	server := httptest.NewServer(w.server)
	defer server.Close()
	body := `{"requests":[` +
		`{"id":"a","method":"POST","url":"InvokeCommand","headers":{"Authorization":"Bearer automation"},"body":{"CmdletInput":{"CmdletName":"Get-ManagementScope"}}},` +
		`{"id":"b","method":"POST","url":"InvokeCommand","headers":{"Authorization":"Bearer automation"},"body":{"CmdletInput":{"CmdletName":"Remove-ManagementRoleAssignment","Parameters":{"Identity":"Payroll Archive Mail.Read"}}}},` +
		`{"id":"c","method":"POST","url":"InvokeCommand","headers":{"Authorization":"Bearer automation"},"body":{"CmdletInput":{"CmdletName":"Get-ManagementScope"}}}]}`
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/adminapi/beta/"+tenantID+"/$batch", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer automation")
	answer, err := server.Client().Do(r)
	if err != nil {
		return err
	}
	return errors.Join(answer.Write(new(strings.Builder)), answer.Body.Close())
}

func TestConnectionsThatItemsLoseAreTheBatchs(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault fault.Fault
		// removed says that the item that is struck was carried out; run is the
		// number of items that were taken up.
		removed bool
		run     int
	}{
		"reset":                 {fault.Reset(), false, 2},
		"reset after execution": {fault.Reset().AfterExecution(), true, 2},
		"cut":                   {fault.CutBody(), true, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _, seen := faulty(fault.Rule{Cmdlet: "Remove-*", Fault: test.fault})
			before := w.tenant.Counts()["management role assignments"]
			if err := connect(t, w); err == nil {
				t.Error("the batch was answered")
			}
			if removed := w.tenant.Counts()["management role assignments"] < before; removed != test.removed {
				t.Errorf("removed: %v, want %v", removed, test.removed)
			}
			got := (*seen)[0]
			if len(got.Items) != test.run || got.Fault != test.fault.String()+" of an item" {
				t.Errorf("observed %+v", got)
			}
		})
	}
}

func TestLimitsCountABatchOrItsItems(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		limits fault.Limits
		want   string
	}{
		"batch, at once":     {fault.Limits{Concurrent: 1}, "a:200 b:200 c:200"},
		"items, at once":     {fault.Limits{Concurrent: 2, PerItem: true}, "a:200 b:200 c:429"},
		"batch, in a second": {fault.Limits{PerSecond: 1, Burst: 2}, "a:200 b:200 c:200"},
		"items, in a second": {fault.Limits{PerSecond: 1, Burst: 1, PerItem: true}, "a:200 b:429 c:429"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, faults, _ := faulty()
			faults.SetClock(func() time.Time { return time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC) })
			faults.Limit(fault.Exchange, test.limits)
			if got := verdicts(w.batch(t, threeItems()).items(t)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if test.limits.PerSecond > 0 {
				return
			}
			if got := verdicts(w.batch(t, threeItems()).items(t)); got != test.want {
				t.Errorf("a second batch, with what the first held given back: got %s, want %s", got, test.want)
			}
		})
	}
}

func TestSlowAnswersDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, _, _ := faulty(fault.Rule{Fault: fault.Slow(time.Second)}, fault.Rule{Cmdlet: "Get-ManagementRoleAssignment", Fault: fault.Slow(time.Minute).AfterExecution()})
		started := time.Now()
		var clients sync.WaitGroup
		for range 50 {
			clients.Go(func() { w.invoke(t, "Get-ManagementScope", nil) })
		}
		clients.Wait()
		if took := time.Since(started); took != time.Second {
			t.Errorf("fifty requests took %v", took)
		}
		w.batch(t, threeItems())
		if took := time.Since(started); took != time.Minute+2*time.Second {
			t.Errorf("with a batch, one of whose items is slow, they took %v", took)
		}
	})
}
