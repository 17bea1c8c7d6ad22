// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"net/http"
	"testing"
	"time"
)

func TestWaitsAreBoundedAndNeverNegative(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{
		"":                              0,
		"5":                             5 * time.Second,
		" 1.25 ":                        1250 * time.Millisecond,
		"-1":                            0,
		"NaN":                           0,
		"Inf":                           maxRetryAfter,
		"-Inf":                          0,
		"1e300":                         maxRetryAfter,
		"99999999999999999999":          maxRetryAfter,
		"Thu, 01 Jan 1970 00:00:00 GMT": 0,
		"Fri, 31 Dec 9999 23:59:59 GMT": maxRetryAfter,
		"tomorrow":                      0,
	} {
		if got := retryAfter(http.Header{"Retry-After": {value}}); got != want {
			t.Errorf("Retry-After %q is %s, want %s", value, got, want)
		}
	}
}

func FuzzWaits(f *testing.F) {
	for _, value := range []string{"", "1", "0.5", "-1", "NaN", "1e999", "0x1p9", "Sat, 01 Jan 2000 00:00:00 GMT", "2024-05-22T16:52:26.365Z"} {
		f.Add(value, "0", value, "")
		f.Add(value, value, "2999-01-01T00:00:00Z", "Sat, 01 Jan 2000 00:00:00 GMT")
	}
	f.Fuzz(func(t *testing.T, after, remaining, reset, date string) {
		header := http.Header{
			"Retry-After": {after}, "Rate-Limit-Remaining": {remaining}, "Rate-Limit-Reset": {reset}, "Date": {date},
		}
		if got := retryAfter(header); got < 0 || got > maxRetryAfter {
			t.Errorf("Retry-After %q is %s", after, got)
		}
		if got := quotaWait(header); got < 0 || got > maxQuotaWait {
			t.Errorf("Rate-Limit-Reset %q with %q left is %s", reset, remaining, got)
		}
	})
}
