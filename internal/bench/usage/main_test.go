// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// childArgument makes the test binary the program that is run.
const childArgument = "as-the-provider"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == childArgument {
		os.Exit(3)
	}
	os.Exit(m.Run())
}

func TestAProcessIsRecordedWithItsCode(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	code, err := run(program, []string{childArgument}, folder)
	if err != nil || code != 3 {
		t.Fatalf("got %d, %v, want the program's own code, 3", code, err)
	}
	records, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(records) != 1 {
		t.Fatalf("got the records %q, %v", records, err)
	}
	content, err := os.ReadFile(records[0])
	if err != nil {
		t.Fatal(err)
	}
	var got used
	if err := json.Unmarshal(content, &got); err != nil {
		t.Fatal(err)
	}
	// Every Go process has more than a megabyte, where the system tells.
	if got.CPUSeconds < 0 || runtime.GOOS != "windows" && got.PeakBytes < 1<<20 {
		t.Errorf("got %+v", got)
	}
}

func TestAProgramThatCannotBeRunIsAnError(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if code, err := run(filepath.Join(folder, "missing"), nil, folder); err == nil {
		t.Errorf("got %d", code)
	}
	if code, err := run("true", nil, filepath.Join(folder, "missing")); err == nil {
		t.Errorf("without a folder for the record: got %d", code)
	}
}
