// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

func TestOneRefusalStopsEverybody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var left []time.Duration
		began := time.Now()
		refused := false
		client := wired(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			left = append(left, time.Since(began))
			if !refused {
				refused = true
				return says(http.StatusTooManyRequests, "", "Retry-After: 30").RoundTrip(r)
			}
			return found.RoundTrip(r)
		}), func(c *adminapi.Config) { c.MaxConcurrency = 1 })
		var calls sync.WaitGroup
		for range 10 {
			calls.Go(func() { invoke(t, client, read) })
		}
		calls.Wait()
		for i, at := range left[1:] {
			if at < 30*time.Second {
				t.Errorf("request %d left %s after the refusal", i+2, at)
			}
			if i > 0 && at == left[i] {
				t.Errorf("requests %d and %d left together", i+1, i+2)
			}
		}
	})
}

func TestManyRequestsBeginWithFewerAndGrow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := &blocking{let: make(chan struct{})}
		client := wired(t, transport, func(c *adminapi.Config) { c.MaxConcurrency = 64 })
		var calls sync.WaitGroup
		for range 300 {
			calls.Go(func() { invoke(t, client, read) })
		}
		for done := range 100 {
			synctest.Wait()
			if got, want := int(transport.inFlight.Load()), min(64, 8+done); got != want {
				t.Fatalf("after %d calls %d are in flight, want %d", done, got, want)
			}
			transport.let <- struct{}{}
		}
		close(transport.let)
		calls.Wait()
	})
}

func TestExhaustedQuotaIsWaitedOut(t *testing.T) {
	t.Parallel()
	begin := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		headers []string
		want    time.Duration
	}{
		"exhausted":         {[]string{"Rate-Limit-Limit: 3000", "Rate-Limit-Remaining: 0", "Rate-Limit-Reset: " + begin.Add(40*time.Second).Format(time.RFC3339Nano)}, 40 * time.Second},
		"by their clock":    {[]string{"Date: " + begin.Add(time.Hour).Format(http.TimeFormat), "Rate-Limit-Remaining: 0", "Rate-Limit-Reset: 2000-01-01T01:00:02.5Z"}, 2500 * time.Millisecond},
		"far away":          {[]string{"Rate-Limit-Remaining: 0", "Rate-Limit-Reset: 2999-01-01T00:00:00Z"}, 5 * time.Minute},
		"past":              {[]string{"Rate-Limit-Remaining: 0", "Rate-Limit-Reset: 1999-01-01T00:00:00Z"}, 0},
		"some left":         {[]string{"Rate-Limit-Remaining: 29997", "Rate-Limit-Reset: 2000-01-01T00:00:40Z"}, 0},
		"no moment":         {[]string{"Rate-Limit-Remaining: 0"}, 0},
		"unreadable moment": {[]string{"Rate-Limit-Remaining: 0", "Rate-Limit-Reset: soon"}, 0},
		"unreadable rest":   {[]string{"Rate-Limit-Remaining: none", "Rate-Limit-Reset: 2000-01-01T00:00:40Z"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := wired(t, &wire{answers: answers{says(200, `{"value":[]}`, test.headers...), found}})
				began := time.Now()
				invoke(t, client, read, read)
				if took := time.Since(began); took != test.want {
					t.Errorf("the next request left after %s, want %s", took, test.want)
				}
			})
		})
	}
}

func TestNobodyWaitsForHoursUnasked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := &wire{answers: answers{says(http.StatusTooManyRequests, "", "Retry-After: 7200"), found}}
		client := wired(t, transport)
		began := time.Now()
		for range 2 {
			if _, err := client.Invoke(t.Context(), read); adminapi.ClassOf(err) != adminapi.Throttled {
				t.Errorf("error = %v", err)
			}
		}
		patient, cancel := context.WithTimeout(t.Context(), 3*time.Hour)
		defer cancel()
		if took := time.Since(began); took != 0 {
			t.Errorf("gave up after %s", took)
		}
		if _, err := client.Invoke(patient, read); err != nil || time.Since(began) < 2*time.Hour {
			t.Errorf("who had the time ended with %v after %s", err, time.Since(began))
		}
	})
}

func TestClosedGateLetsGoOfWhoMayNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		held := make(chan struct{})
		transport := &wire{answers: answers{
			roundTrip(func(r *http.Request) (*http.Response, error) {
				<-held
				return says(http.StatusTooManyRequests, "", "Retry-After: 60").RoundTrip(r)
			}),
			found,
		}}
		client := wired(t, transport, func(c *adminapi.Config) { c.MaxConcurrency = 1 })
		began := time.Now()
		var calls sync.WaitGroup
		calls.Go(func() { invoke(t, client, read) })
		synctest.Wait()
		// These wait behind the first when it is refused: one has the time, one has
		// not, and one leaves of itself.
		calls.Go(func() { invoke(t, client, read) })
		hurried, cancelHurried := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancelHurried()
		calls.Go(func() {
			if _, err := client.Invoke(hurried, read); adminapi.ClassOf(err) != adminapi.Throttled || time.Since(began) != 0 {
				t.Errorf("who has no time ended with %v after %s", err, time.Since(began))
			}
		})
		leaving, leave := context.WithCancel(t.Context())
		calls.Go(func() {
			if _, err := client.Invoke(leaving, read); !errors.Is(err, context.Canceled) || time.Since(began) != 10*time.Second {
				t.Errorf("who left ended with %v after %s", err, time.Since(began))
			}
		})
		defer time.AfterFunc(10*time.Second, leave).Stop()
		synctest.Wait()
		close(held)
		calls.Wait()
		if got := transport.requests(); got != 3 {
			t.Errorf("%d requests, want 3", got)
		}
	})
}

func TestClosedGateKeepsAReadForWhoJoinedItMeanwhile(t *testing.T) {
	t.Parallel()
	for name, of := range map[string][]string{"alone": {"a@contoso.com"}, "in a batch": {"a@contoso.com", "b@contoso.com"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				refused := hold(says(http.StatusTooManyRequests, "", "Retry-After: 120"))
				client := wired(t, &wire{answers: answers{refused, &mailboxes{}}}, func(c *adminapi.Config) { c.MaxConcurrency = 1 })
				var calls sync.WaitGroup
				calls.Go(func() { invoke(t, client, read) })
				<-refused.arrived
				// The read has the place behind that request, and who asked for it has a
				// minute.
				calls.Go(func() {
					hurried, cancel := context.WithTimeout(t.Context(), time.Minute)
					defer cancel()
					for _, landing := range together(hurried, client, of...) {
						if !errors.Is(landing.err, context.DeadlineExceeded) {
							t.Errorf("who has a minute ended with %v", landing.err)
						}
					}
				})
				work(t, time.Second)
				calls.Go(func() {
					patient, cancel := context.WithTimeout(t.Context(), time.Hour)
					defer cancel()
					for _, landing := range together(patient, client, of[0]) {
						if landing.err != nil {
							t.Errorf("who has an hour ended with %v", landing.err)
						}
					}
				})
				synctest.Wait()
				close(refused.released)
				calls.Wait()
			})
		})
	}
}
