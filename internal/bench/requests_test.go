// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import "testing"

// A plan of so many resources takes Terraform minutes, so only the provider's part of it is tested here: the reading.
func TestReadingTenThousandAssignmentsTakesFortyRequests(t *testing.T) {
	t.Parallel()
	b := newTestBench(t)
	space, err := b.newWorkspace(t.Context(), workload{assignments, 10_000}, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := space.close(); err != nil {
			t.Error(err)
		}
	})
	read, err := b.readInProcess(t.Context(), space)
	if err != nil {
		t.Fatal(err)
	}
	if got := read.Requests; got > 40 {
		t.Errorf("it took %d requests: %v", got, read.Asked)
	}
}
