// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// read is a command that may be repeated.
var read = adminapi.Command{Cmdlet: "Get-Mailbox", Idempotent: true}

// limited plays a tenant that takes so many requests at a time and so many in a
// second, and refuses all others.
type limited struct {
	concurrent int
	perSecond  float64
	burst      float64
	latency    time.Duration
	refusal    func() (status int, body, retryAfter string)

	mu          sync.Mutex
	tokens      float64
	filled      time.Time
	inFlight    int
	sent, taken int
}

func (l *limited) RoundTrip(r *http.Request) (*http.Response, error) {
	if !l.admit() {
		status, body, retryAfter := l.refusal()
		var headers []string
		if retryAfter != "" {
			headers = []string{"Retry-After: " + retryAfter, "Date: " + time.Now().UTC().Format(http.TimeFormat)}
		}
		wait(r, l.latency/10)
		return says(status, body, headers...).RoundTrip(r)
	}
	wait(r, l.latency)
	l.mu.Lock()
	l.inFlight--
	l.mu.Unlock()
	return says(http.StatusOK, `{"value":[{}]}`).RoundTrip(r)
}

func (l *limited) admit() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.filled.IsZero() {
		l.tokens = l.burst
	} else {
		l.tokens = min(l.burst, l.tokens+now.Sub(l.filled).Seconds()*l.perSecond)
	}
	l.filled = now
	l.sent++
	// A whisker of tolerance for what floating point loses.
	if l.inFlight >= l.concurrent || l.tokens < 1-1e-9 {
		return false
	}
	l.tokens--
	l.inFlight++
	l.taken++
	return true
}

// wait lets the bubble's time pass.
func wait(r *http.Request, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}

func tooMany(retryAfter func() string) func() (int, string, string) {
	return func() (int, string, string) { return http.StatusTooManyRequests, "Too many requests", retryAfter() }
}

// The tenant of the storm: three requests at a time, and five a second.
func threeAndFive(refusal func() (int, string, string)) *limited {
	return &limited{concurrent: 3, perSecond: 5, burst: 5, latency: 200 * time.Millisecond, refusal: refusal}
}

func TestStormIsRiddenOutWithFewRefusals(t *testing.T) {
	t.Parallel()
	for kind, refusal := range map[string]func() (int, string, string){
		"with seconds":   tooMany(func() string { return "1" }),
		"with decimals":  tooMany(func() string { return "0.25" }),
		"with a date":    tooMany(func() string { return time.Now().Add(2 * time.Second).UTC().Format(http.TimeFormat) }),
		"without a time": tooMany(func() string { return "" }),
		"in words": func() (int, string, string) {
			return http.StatusOK, "You have reached the maximum number of concurrent requests per tenant. Please wait and try again.", ""
		},
		"unavailable": func() (int, string, string) { return http.StatusServiceUnavailable, "", "1" },
	} {
		for _, workers := range []int{10, 64} {
			for _, needed := range []int{200, 1000} {
				t.Run(fmt.Sprintf("%s/%d workers/%d objects", kind, workers, needed), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) { storm(t, threeAndFive(refusal), workers, needed) })
				})
			}
		}
	}
}

func TestStormIsRiddenOutWhateverTheLimits(t *testing.T) {
	t.Parallel()
	const unlimited = 1 << 20
	told, untold := tooMany(func() string { return "1" }), tooMany(func() string { return "" })
	for name, tenant := range map[string]*limited{
		"slow answers":     {concurrent: 3, perSecond: 5, burst: 5, latency: 2 * time.Second, refusal: told},
		"fast answers":     {concurrent: 3, perSecond: 5, burst: 5, latency: 20 * time.Millisecond, refusal: untold},
		"no burst":         {concurrent: 3, perSecond: 5, burst: 1, latency: 200 * time.Millisecond, refusal: untold},
		"a large tenant":   {concurrent: 20, perSecond: 50, burst: 50, latency: 200 * time.Millisecond, refusal: told},
		"a small tenant":   {concurrent: 1, perSecond: 1, burst: 1, latency: 200 * time.Millisecond, refusal: told},
		"concurrency only": {concurrent: 3, perSecond: unlimited, burst: unlimited, latency: 200 * time.Millisecond, refusal: untold},
		"rate only":        {concurrent: unlimited, perSecond: 5, burst: 5, latency: 200 * time.Millisecond, refusal: told},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { storm(t, tenant, 64, 400) })
		})
	}
}

func TestTenantThatRefusesNothingIsNotSlowedDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const unlimited = 1 << 20
		tenant := &limited{concurrent: unlimited, perSecond: unlimited, burst: unlimited, latency: 100 * time.Millisecond}
		began := time.Now()
		storm(t, tenant, 8, 800)
		// Time is the bubble's: a hundred rounds of eight, and not an instant more.
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("800 requests of 100 ms, 8 at a time, took %s", took)
		}
	})
}

func TestNoWorkerStarvesInAStorm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := wired(t, threeAndFive(tooMany(func() string { return "1" })))
		const workers, each = 32, 20
		began := time.Now()
		done := make([]time.Duration, workers)
		var working sync.WaitGroup
		for worker := range workers {
			working.Go(func() {
				for range each {
					if _, err := client.Invoke(t.Context(), read); err != nil {
						t.Error(err)
					}
				}
				done[worker] = time.Since(began)
			})
		}
		working.Wait()
		// All began together with as much to do, so they end together: within the
		// time of a round or two.
		first, last := slices.Min(done), slices.Max(done)
		if last-first > last/5 {
			t.Errorf("the first of %d workers was done after %s, the last after %s", workers, first, last)
		}
	})
}

// storm has workers read as many objects as needed together, and checks that all
// came, and that no more than a tenth of the requests were refused.
func storm(t *testing.T, tenant *limited, workers, needed int) {
	t.Helper()
	began := time.Now()
	client := wired(t, tenant, func(c *adminapi.Config) { c.MaxConcurrency = workers })
	work := make(chan struct{}, needed)
	for range needed {
		work <- struct{}{}
	}
	close(work)
	var working sync.WaitGroup
	for range workers {
		working.Go(func() {
			for range work {
				if _, err := client.Invoke(t.Context(), read); err != nil {
					t.Error(err)
				}
			}
		})
	}
	working.Wait()
	if tenant.taken != needed {
		t.Errorf("%d of %d requests were taken", tenant.taken, needed)
	}
	if most := needed + needed/10; tenant.sent > most {
		t.Errorf("%d requests were sent for %d objects, and at most %d are wanted", tenant.sent, needed, most)
	}
	t.Logf("%d requests for %d objects in %s", tenant.sent, needed, time.Since(began))
}
