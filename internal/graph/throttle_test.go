// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package graph_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/graph"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// direct carries requests to a handler without a network, so that a test's clock
// may be a false one.
type direct struct {
	handler http.Handler

	mu sync.Mutex
	at []time.Time // of each request
}

func (d *direct) RoundTrip(request *http.Request) (*http.Response, error) {
	d.mu.Lock()
	d.at = append(d.at, time.Now())
	d.mu.Unlock()
	recorder := httptest.NewRecorder()
	d.handler.ServeHTTP(recorder, request)
	response := recorder.Result()
	response.Request = request
	if response.StatusCode == 0 || response.Header.Get("X-Broken") != "" {
		return nil, errors.New("connection reset by peer")
	}
	return response, nil
}

const endpoint = "https://graph.microsoft.com"

func TestRetryAfterIsHonouredToTheSecond(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]func() string{
		"seconds": func() string { return "150" },
		"date":    func() string { return time.Now().Add(150 * time.Second).UTC().Format(http.TimeFormat) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := newSandbox(tenant.Contoso(), readers)
				transport := &direct{handler: inSequence(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					answering(429, jsonType, "{}", "Retry-After", header())(w, r)
				}), server)}
				client := newClient(t, endpoint, transport)
				if got, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{}); err != nil || len(got) != 2 {
					t.Fatalf("%d units, %v", len(got), err)
				}
				if waited := transport.at[1].Sub(transport.at[0]); waited != 150*time.Second {
					t.Errorf("waited %s", waited)
				}
			})
		})
	}
}

func TestRetryAfterBeyondTheDeadlineIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := newSandbox(tenant.Contoso(), readers)
		server.Throttle(1, 10*time.Minute)
		transport := &direct{handler: server}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		began := time.Now()
		_, err := newClient(t, endpoint, transport).AdministrativeUnits(ctx, graph.AdministrativeUnitQuery{})
		if e := asError(t, err); e.Status != http.StatusTooManyRequests || e.RetryAfter != 10*time.Minute || !strings.Contains(err.Error(), "HTTP 429, try again in 10m0s") {
			t.Errorf("got %v", err)
		}
		if waited := time.Since(began); waited != 0 || len(transport.at) != 1 {
			t.Errorf("gave up after %s and %d requests", waited, len(transport.at))
		}
	})
}

func TestDeadlineEndsTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := &direct{handler: answering(503, "text/html", "<html></html>")}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := newClient(t, endpoint, transport).AdministrativeUnits(ctx, graph.AdministrativeUnitQuery{})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

func TestWhatMayPassIsRepeated(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]http.Handler{
		"429 that does not say when": answering(429, jsonType, "{}"),
		"500 without a body":         answering(500, "", ""),
		"502 of a proxy":             answering(502, "text/html", "<html></html>"),
		"503":                        answering(503, jsonType, "{}", "Retry-After", "3"),
		"504":                        answering(504, jsonType, `{"error":{"code":"UnknownError"}}`),
		"broken connection":          answering(200, "", "", "X-Broken", "yes"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport := &direct{handler: inSequence(first, first, newSandbox(tenant.Contoso(), readers))}
				if got, err := newClient(t, endpoint, transport).AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{}); err != nil || len(got) != 2 {
					t.Errorf("%d units, %v", len(got), err)
				}
			})
		})
	}
}

func TestRepetitionHasAnEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		handler http.Handler
		status  int
		text    string
	}{
		"answers": {answering(502, "text/html", "<html></html>"), 502, "HTTP 502"},
		"none":    {answering(200, "", "", "X-Broken", "yes"), 0, "connection reset by peer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport := &direct{handler: test.handler}
				client := newClient(t, endpoint, transport)
				_, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{})
				if e := asError(t, err); e.Status != test.status || !strings.Contains(err.Error(), test.text) || strings.Contains(err.Error(), endpoint) {
					t.Errorf("got %v", err)
				}
				if len(transport.at) != 8 {
					t.Errorf("%d requests were made, want 8", len(transport.at))
				}
			})
		})
	}
}

func TestOneRefusalHoldsEverybodyBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := newSandbox(tenant.Contoso(), readers)
		transport := &direct{handler: server}
		client := newClient(t, endpoint, transport)
		server.Throttle(1, time.Minute)
		var done sync.WaitGroup
		done.Go(func() {
			if _, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{}); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait() // for the first to be refused
		done.Go(func() {
			if _, err := client.AdministrativeUnits(t.Context(), graph.AdministrativeUnitQuery{}); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait() // for the second to wait, too
		if len(transport.at) != 1 {
			t.Errorf("%d requests were made before the minute was over", len(transport.at))
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := client.AdministrativeUnits(ctx, graph.AdministrativeUnitQuery{}); !errors.Is(err, context.Canceled) {
			t.Errorf("who gives up while waiting gets %v", err)
		}
		done.Wait()
		if len(transport.at) != 3 {
			t.Errorf("%d requests were made, want 3", len(transport.at))
		}
	})
}
