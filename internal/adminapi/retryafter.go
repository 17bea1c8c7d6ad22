// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// maxRetryAfter bounds what is believed of a Retry-After.
	maxRetryAfter = 24 * time.Hour
	// maxQuotaWait bounds what is believed of a Rate-Limit-Reset, which Exchange
	// was seen to send and has documented nowhere.
	maxQuotaWait = 5 * time.Minute
)

// retryAfter returns how long the service asks to be left alone. It gives seconds
// with decimals or, as HTTP allows, a date.
func retryAfter(header http.Header) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(value, 64); err == nil && !math.IsNaN(seconds) {
		seconds = max(0, min(seconds, maxRetryAfter.Seconds()))
		return time.Duration(seconds * float64(time.Second))
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return timeUntil(at, header, maxRetryAfter)
}

// quotaWait returns how long it takes until the service counts requests anew,
// where it says that none is left until then, and else 0. It was seen to give
// that moment like 2024-05-22T16:52:26.365Z.
func quotaWait(header http.Header) time.Duration {
	left, err := strconv.ParseFloat(strings.TrimSpace(header.Get("Rate-Limit-Remaining")), 64)
	if err != nil || !(left < 1) {
		return 0
	}
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(header.Get("Rate-Limit-Reset")))
	if err != nil {
		return 0
	}
	return timeUntil(at, header, maxQuotaWait)
}

// timeUntil returns the time until a moment of the service's clock, which the
// answer mostly tells.
func timeUntil(at time.Time, header http.Header, most time.Duration) time.Duration {
	now, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return max(0, min(at.Sub(now), most))
}
