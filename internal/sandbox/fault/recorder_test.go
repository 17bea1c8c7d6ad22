// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package fault_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
)

func TestRecorderKeepsTheOrderOfRequests(t *testing.T) {
	t.Parallel()
	var recorder fault.Recorder
	first := fault.Request{Service: fault.Entra, Cmdlet: "token", Status: 200}
	second := fault.Request{Service: fault.Exchange, Cmdlet: "Get-ManagementScope", Identity: "Payroll mailboxes", Status: 404}
	recorder.Record(first)
	recorder.Record(second)
	if diff := cmp.Diff([]fault.Request{first, second}, recorder.All()); diff != "" {
		t.Errorf("requests differ (-want +got):\n%s", diff)
	}
}

func TestRecorderCountsByCmdlet(t *testing.T) {
	t.Parallel()
	var recorder fault.Recorder
	for _, cmdlet := range []string{"token", "New-ManagementScope", "get-managementscope", "Get-ManagementScope"} {
		recorder.Record(fault.Request{Cmdlet: cmdlet})
	}
	tests := map[string]struct {
		cmdlets []string
		want    int
	}{
		"every request":       {nil, 4},
		"in any letter case":  {[]string{"GET-MANAGEMENTSCOPE"}, 2},
		"several cmdlets":     {[]string{"New-ManagementScope", "Get-ManagementScope"}, 3},
		"a cmdlet never sent": {[]string{"Remove-ManagementScope"}, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := recorder.Count(test.cmdlets...); got != test.want {
				t.Errorf("Count(%q) = %d, want %d", test.cmdlets, got, test.want)
			}
		})
	}
}

func TestRecorderTellsHTTPRequestsFromItemsOfBatches(t *testing.T) {
	t.Parallel()
	var recorder fault.Recorder
	get := fault.Request{Service: fault.Exchange, Cmdlet: "Get-Mailbox"}
	batch := fault.Request{Service: fault.Exchange, Cmdlet: fault.Batch}
	recorder.Record(get)
	recorder.RecordBatch(batch, []fault.Request{get, get})
	recorder.RecordBatch(batch, nil)
	for cmdlet, want := range map[string][2]int{"": {3, 3}, "get-mailbox": {3, 1}, "$BATCH": {2, 2}} {
		var cmdlets []string
		if cmdlet != "" {
			cmdlets = []string{cmdlet}
		}
		if got := [2]int{recorder.Count(cmdlets...), recorder.HTTP(cmdlets...)}; got != want {
			t.Errorf("%q: Count and HTTP are %v, want %v", cmdlet, got, want)
		}
	}
	var places [][2]int
	for _, r := range recorder.All() {
		places = append(places, [2]int{r.Batch, r.Item})
	}
	if diff := cmp.Diff([][2]int{{0, 0}, {1, 0}, {1, 1}, {1, 2}, {2, 0}}, places); diff != "" {
		t.Errorf("batches and items differ (-want +got):\n%s", diff)
	}
}

func TestRecorderForgetsAtReset(t *testing.T) {
	t.Parallel()
	var recorder fault.Recorder
	recorder.Record(fault.Request{Cmdlet: "token"})
	recorder.Reset()
	if got := recorder.All(); len(got) != 0 {
		t.Errorf("requests after Reset: %v", got)
	}
}

func TestAllReturnsACopy(t *testing.T) {
	t.Parallel()
	var recorder fault.Recorder
	recorder.Record(fault.Request{Cmdlet: "token"})
	recorder.All()[0].Cmdlet = "changed by the caller"
	if got := recorder.Count("token"); got != 1 {
		t.Errorf("a caller's change reached the record")
	}
}

func TestRecorderIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	const writers, each = 8, 50
	var recorder fault.Recorder
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for range each {
				recorder.Record(fault.Request{Cmdlet: "token"})
				recorder.Count("token")
				recorder.All()
			}
		})
	}
	group.Wait()
	if got := recorder.Count(); got != writers*each {
		t.Errorf("recorded %d requests, want %d", got, writers*each)
	}
}
