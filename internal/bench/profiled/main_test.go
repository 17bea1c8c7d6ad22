// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAProcessIsProfiledIntoTheFolder(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "profiles")
	stop, err := profile(folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	for _, of := range []string{"cpu", "memory"} {
		written, err := filepath.Glob(filepath.Join(folder, of+"-*.pprof"))
		if err != nil || len(written) != 1 {
			t.Fatalf("%s: got %q, %v", of, written, err)
		}
		if file, err := os.Stat(written[0]); err != nil || file.Size() == 0 {
			t.Errorf("%s: got %v, %v", of, file, err)
		}
	}
}

func TestProfilesWithoutAFolderAreAnError(t *testing.T) {
	t.Parallel()
	if _, err := profile(""); err == nil {
		t.Error("they go nowhere")
	}
}
