// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package faulttest

import (
	"fmt"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
)

// A run of which nothing is left but what it did in the tenant, as where the machine that it runs on dies right before
// or right after a request: state is as it was before the run, and the next apply makes good what is missing.
func TestARunThatLeavesNoStateIsMadeGoodByTheNext(t *testing.T) {
	t.Parallel()
	for _, u := range subjects() {
		t.Run(u.name, func(t *testing.T) {
			t.Parallel()
			p := u.rehearse(t)
			for _, op := range []operation{create, update, destroy} {
				for k := range p.requests[op] {
					for moment, last := range map[string]fault.Fault{"before": fault.Reset(), "after": fault.Reset().AfterExecution()} {
						t.Run(fmt.Sprintf("%s/%s request %d, %s", op, moment, k+1, p.requests[op][k]), func(t *testing.T) {
							t.Parallel()
							u.on(t, func(s *stage) {
								s.prepare(op, p.state)
								saved := s.w.Save()
								s.Faults().Add(fault.Rule{Service: fault.Exchange, From: k + 1, Count: 1, Fault: last})
								s.Faults().Add(fault.Rule{Service: fault.Exchange, From: k + 2, Fault: fault.Reset()})
								err := s.do(op)
								if err == nil && len(s.w.Warnings()) == 0 {
									t.Error("the run passed without a warning, although it was cut off")
								}
								s.Faults().Clear()
								s.w.Restore(saved)
								lost.count(outcome{failed: true, imported: s.settle(op, err)})
								s.settled(op, p)
							})
						})
					}
				}
			}
		})
	}
}
