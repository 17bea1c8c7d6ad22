// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import (
	"net/http"
	"strings"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// banner answers what a PowerShell session asks first. The sandbox has nothing
// to announce.
func (s *Server) banner(r *http.Request) response {
	return ok(envelope{context: contextURL(r.Host, r.URL.Path)}, s.tenant.Behavior())
}

// moduleFile answers which cmdlets the caller may run.
func (s *Server) moduleFile(r *http.Request, caller tenant.Caller) response {
	held := s.tenant.CallerRoles(caller)
	var names []string
	for _, c := range table {
		if c.heldBy(held) {
			names = append(names, c.name)
		}
	}
	if len(names) == 0 {
		return s.forbidden()
	}
	rows := []object{{{"exportedCmdlets", strings.Join(names, ",")}}}
	return ok(envelope{context: contextURL(r.Host, r.URL.Path), rows: rows}, s.tenant.Behavior())
}
