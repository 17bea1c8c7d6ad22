// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package faulttest

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
)

// A list of two pages that breaks between them, or on either, is read anew or an error, and never short.
func TestAListThatBreaksInTheMiddleIsNeverShort(t *testing.T) {
	t.Parallel()
	u := managementScope()
	const more = 1001 // than the largest page
	for n := range more {
		u.needs = append(u.needs, cmdlet{"New-ManagementScope", map[string]any{
			"Name": fmt.Sprintf("Scope %d", n), "RecipientRestrictionFilter": fmt.Sprintf("CustomAttribute1 -eq '%d'", n),
		}})
	}
	u.principal = map[operation]string{data: "Get-ManagementScope", list: "Get-ManagementScope"}
	p := u.rehearse(t)
	for _, op := range u.operations() {
		if len(p.requests[op]) < 2 {
			t.Fatalf("%s sends %v, which is one page", op, p.requests[op])
		}
		for page, faults := range map[int][]fault.Fault{
			1: {fault.BrokenLink(), fault.RepeatedPage(), fault.Truncated(), fault.Empty()},
			2: {
				fault.PageExpired(), fault.Status(http.StatusInternalServerError, fault.JSON), fault.Reset(), fault.CutBody(), fault.Truncated(), fault.Empty(),
				fault.RouteNotFound(), fault.Throttled(), fault.UnauthorizedWithoutChallenge(),
			},
		} {
			for _, f := range faults {
				for _, count := range []int{1, 0} {
					t.Run(fmt.Sprintf("%s/page %d/%s/%d times", op, page, f, count), func(t *testing.T) {
						t.Parallel()
						u.on(t, func(s *stage) {
							s.prepare(op, p.state)
							rule := s.Faults().Add(fault.Rule{Service: fault.Exchange, Page: page, Count: count, Fault: f})
							tally.count(s.endure(op, p, func() int { return s.Faults().Hits(rule) }))
						})
					})
				}
			}
		}
	}
}
