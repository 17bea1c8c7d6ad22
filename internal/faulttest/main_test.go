// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package faulttest

import (
	"fmt"
	"os"
	"runtime/debug"
	"sync/atomic"
	"testing"
)

// What came of the cells of the matrix, and of the runs that were lost, killed and interrupted.
var tally, lost, killed, interrupted counts

type counts struct{ succeeded, failed, imported atomic.Int64 }

func (c *counts) count(o outcome) {
	if o.failed {
		c.failed.Add(1)
	} else {
		c.succeeded.Add(1)
	}
	if o.imported {
		c.imported.Add(1)
	}
}

func (c *counts) print(what, units string) {
	succeeded, failed := c.succeeded.Load(), c.failed.Load()
	if succeeded+failed > 0 {
		_, _ = fmt.Fprintf(os.Stdout, "%s: %d %s: %d ended in success, %d in an error; %d needed an import\n",
			what, succeeded+failed, units, succeeded, failed, c.imported.Load())
	}
}

// TestMain prints the counts, which tell whoever runs the tests what was tried.
func TestMain(m *testing.M) {
	// Every cell makes a tenant and throws it away.
	debug.SetGCPercent(400)
	code := m.Run()
	tally.print("fault matrix", "cells")
	lost.print("runs without a state", "of them")
	killed.print("provider killed", "runs")
	interrupted.print("Terraform interrupted", "runs")
	os.Exit(code)
}
