// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNothingIsMeasuredTwice(t *testing.T) {
	t.Parallel()
	s := series{variants: allVariants, latencies: []time.Duration{0, time.Second}}
	for operation, want := range map[string][]measured{
		plan: {{ours, 0}, {ours, time.Second}, {rival, 0}, {rival, time.Second}, {floor, 0}, {quiet, 0}},
		read: {{ours, 0}},
	} {
		if diff := cmp.Diff(want, cases(s, operation), cmp.AllowUnexported(measured{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", operation, diff)
		}
	}
}
