// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// Terraform starts the provider several times a run. What a package does before main, such as compiling a regular
// expression, shows in what it allocates: that is counted, and not timed.
func TestPackagesDoNothingToSpeakOfBeforeMain(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// This test's program has all that the provider has.
	command := exec.CommandContext(t.Context(), program, "-test.run=^$")
	command.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	var trace bytes.Buffer
	command.Stderr = &trace
	if err := command.Run(); err != nil {
		t.Fatal(err)
	}
	const most = 10_000
	packages := 0
	for lines := bufio.NewScanner(&trace); lines.Scan(); {
		// init internal/bytealg @0.008 ms, 0 ms clock, 0 bytes, 0 allocs
		words := strings.Fields(lines.Text())
		if len(words) != 11 || words[0] != "init" || words[8] != "bytes," {
			continue
		}
		packages++
		allocated, err := strconv.Atoi(words[7])
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(words[1], "github.com/terraform-exchange/") && allocated > most {
			t.Errorf("%s allocates %d bytes before main", words[1], allocated)
		}
	}
	if packages < 50 {
		t.Fatalf("the trace has %d packages:\n%s", packages, &trace)
	}
}
