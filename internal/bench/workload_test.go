// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import "testing"

func TestAWorkloadHasWhatItManagesInItsTenantOrNot(t *testing.T) {
	t.Parallel()
	for _, w := range []workload{{assignments, 25}, {permissions, 12}, {single, 25}} {
		t.Run(w.kind, func(t *testing.T) {
			t.Parallel()
			with, objects, err := w.tenant(true)
			if err != nil {
				t.Fatal(err)
			}
			without, missing, err := w.tenant(false)
			if err != nil {
				t.Fatal(err)
			}
			if got := w.count(with) - w.count(without); got != w.managed() {
				t.Errorf("the tenant has %d objects more, want %d", got, w.managed())
			}
			if len(objects) != w.managed() || len(missing) != w.managed() {
				t.Errorf("%d and %d objects are described, want %d", len(objects), len(missing), w.managed())
			}
			keys := map[string]bool{}
			for _, o := range objects {
				keys[o.key] = true
				if o.importID == "" {
					t.Errorf("%q has no id to import it by", o.key)
				}
			}
			if len(keys) != len(objects) {
				t.Errorf("%d objects have %d keys", len(objects), len(keys))
			}
		})
	}
}
