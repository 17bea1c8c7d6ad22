// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"text/tabwriter"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
)

// printSummary writes what happened to the tenant since before was counted, and
// what it was asked.
func printSummary(w io.Writer, box *sandbox.Sandbox, before map[string]int) error {
	after := box.Tenant().Counts()
	asked, refused, struck := make(map[string]int), make(map[string]int), make(map[string]int)
	for _, request := range box.Requests().All() {
		asked[request.Cmdlet]++
		if request.Status >= http.StatusBadRequest {
			refused[request.Cmdlet]++
		}
		if request.Fault != "" {
			struck[request.Fault]++
		}
	}

	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintf(table, "\nObjects in %s\tbefore\tafter\n", box.Tenant().Organization().InitialDomain)
	for _, kind := range slices.Sorted(maps.Keys(after)) {
		fmt.Fprintf(table, "  %s\t%d\t%d\n", kind, before[kind], after[kind])
	}
	fmt.Fprint(table, "\nRequests\tanswered\tof these refused\n")
	for _, cmdlet := range slices.Sorted(maps.Keys(asked)) {
		fmt.Fprintf(table, "  %s\t%d\t%d\n", cmdlet, asked[cmdlet], refused[cmdlet])
	}
	if len(struck) > 0 {
		fmt.Fprint(table, "\nFaults\trequests\n")
		for _, name := range slices.Sorted(maps.Keys(struck)) {
			fmt.Fprintf(table, "  %s\t%d\n", name, struck[name])
		}
	}
	return table.Flush()
}
