// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

//go:build !unix

package main

import "os"

// peakBytes is 0: not known.
func peakBytes(*os.ProcessState) int64 { return 0 }
