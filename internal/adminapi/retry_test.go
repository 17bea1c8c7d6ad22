// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

type answers = []http.RoundTripper

var found = says(http.StatusOK, `{"value":[{}]}`)

func TestRetryAfterIsWaitedOut(t *testing.T) {
	t.Parallel()
	// The bubble's time begins at midnight UTC of this day.
	begin := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(after time.Duration) string { return begin.Add(after).Format(http.TimeFormat) }
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusBadGateway} {
		for _, test := range []struct {
			name    string
			headers []string
			least   time.Duration
			most    time.Duration
		}{
			{"seconds", []string{"Retry-After: 30"}, 30 * time.Second, 31 * time.Second},
			{"decimals", []string{"Retry-After: 2.5"}, 2500 * time.Millisecond, 2750 * time.Millisecond},
			{"a date", []string{"Retry-After: " + at(20*time.Second)}, 20 * time.Second, 21 * time.Second},
			{"a date by their clock", []string{"Date: " + at(time.Hour), "Retry-After: " + at(time.Hour+20*time.Second)}, 20 * time.Second, 21 * time.Second},
			{"none", nil, 0, 2 * time.Second},
			{"zero", []string{"Retry-After: 0"}, 0, 2 * time.Second},
			{"in the past", []string{"Retry-After: " + at(-time.Hour)}, 0, 2 * time.Second},
			{"unreadable", []string{"Retry-After: soon"}, 0, 2 * time.Second},
		} {
			t.Run(fmt.Sprintf("%d/%s", status, test.name), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					transport := &wire{answers: answers{says(status, "", test.headers...), found}}
					began := time.Now()
					if _, err := wired(t, transport).Invoke(t.Context(), read); err != nil {
						t.Fatal(err)
					}
					if took := time.Since(began); took < test.least || took > test.most {
						t.Errorf("replayed after %s, want %s to %s", took, test.least, test.most)
					}
				})
			})
		}
	}
}

func TestAttemptsEndWithTheTimeForThem(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		answer http.RoundTripper
		limit  time.Duration // the context's, or 0
		most   time.Duration
	}{
		{"no deadline", says(http.StatusBadGateway, ""), 0, 5 * time.Minute},
		{"no deadline, throttled", says(http.StatusTooManyRequests, ""), 0, 5 * time.Minute},
		{"a deadline", says(http.StatusBadGateway, ""), 20 * time.Minute, 20 * time.Minute},
		{"a deadline, throttled", says(http.StatusTooManyRequests, "", "Retry-After: 10"), 20 * time.Minute, 20 * time.Minute},
		{"no connection", fails(&net.OpError{Op: "dial", Err: errors.New("connection refused")}), 20 * time.Minute, 2 * time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport := &wire{answers: answers{cut(http.StatusOK), test.answer}}
				ctx := t.Context()
				if test.limit > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.limit)
					defer cancel()
				}
				began := time.Now()
				_, err := wired(t, transport).Invoke(ctx, read)
				var e *adminapi.Error
				if !errors.As(err, &e) || errors.Is(err, context.DeadlineExceeded) {
					t.Fatalf("error = %v", err)
				}
				if took := time.Since(began); took > test.most || took < test.most/3 {
					t.Errorf("gave up after %s, want at most %s", took, test.most)
				}
				if e.Attempts != transport.requests() || e.Attempts < 5 {
					t.Errorf("the error tells of %d attempts, and %d requests were sent", e.Attempts, transport.requests())
				}
				for _, want := range []string{fmt.Sprintf("%d attempts in ", e.Attempts), "the first failed, transient fault: the answer was lost"} {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("%q is not in %q", want, err)
					}
				}
			})
		})
	}
}

func TestWaitThatWouldEndTooLateIsNotBegun(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusBadGateway} {
		synctest.Test(t, func(t *testing.T) {
			transport := &wire{answers: answers{says(status, "", "Retry-After: 120"), found}}
			client := wired(t, transport)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			began := time.Now()
			_, err := client.Invoke(ctx, read)
			if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("HTTP %d", status)) || !strings.Contains(err.Error(), "there was no further attempt, because") {
				t.Errorf("error = %v", err)
			}
			if took := time.Since(began); took != 0 {
				t.Errorf("%d: gave up after %s", status, took)
			}
			if status == http.StatusBadGateway {
				return
			}
			// The gate is closed for whoever comes next, too.
			_, err = client.Invoke(ctx, read)
			if adminapi.ClassOf(err) != adminapi.Throttled || !strings.Contains(err.Error(), "was not sent") || time.Since(began) != 0 {
				t.Errorf("%d: the next ended with %v after %s", status, err, time.Since(began))
			}
			if got := transport.requests(); got != 1 {
				t.Errorf("%d requests", got)
			}
		})
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusTooManyRequests, http.StatusBadGateway} {
		synctest.Test(t, func(t *testing.T) {
			transport := &wire{answers: answers{says(status, "", "Retry-After: 120")}}
			ctx, cancel := context.WithCancel(t.Context())
			defer time.AfterFunc(7*time.Second, cancel).Stop()
			began := time.Now()
			_, err := wired(t, transport).Invoke(ctx, read)
			if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), fmt.Sprintf("HTTP %d", status)) {
				t.Errorf("error = %v", err)
			}
			if took := time.Since(began); took != 7*time.Second {
				t.Errorf("the wait ended after %s", took)
			}
		})
	}
}

func TestCallThatEndsWhileItsAnswerIsAwaitedMayHaveHappened(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := &wire{answers: answers{roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})}}
		client := wired(t, transport)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := client.Invoke(ctx, create)
		if !errors.Is(err, context.DeadlineExceeded) || !adminapi.MayHaveHappened(err) {
			t.Errorf("error = %v", err)
		}
		if _, err := client.Invoke(ctx, create); !errors.Is(err, context.DeadlineExceeded) || adminapi.MayHaveHappened(err) {
			t.Errorf("a call that was never sent ended with %v", err)
		}
	})
}

func TestDoubtOfOneAttemptStaysWithTheNext(t *testing.T) {
	t.Parallel()
	set := adminapi.Command{Cmdlet: "Set-ManagementScope", Idempotent: true}
	synctest.Test(t, func(t *testing.T) {
		transport := &wire{answers: answers{fails(io.ErrUnexpectedEOF), says(http.StatusBadRequest, `{"error":{"code":"BadRequest","message":"No."}}`)}}
		_, err := wired(t, transport).Invoke(t.Context(), set)
		if !adminapi.MayHaveHappened(err) || !strings.Contains(err.Error(), "No.") || !strings.Contains(err.Error(), "closed too early") {
			t.Errorf("error = %v", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		transport := &wire{answers: answers{fails(io.ErrUnexpectedEOF)}}
		expired := errors.New("the secret has expired")
		client := wired(t, transport, func(c *adminapi.Config) { c.Tokens = &once{err: expired} })
		if _, err := client.Invoke(t.Context(), set); !errors.Is(err, expired) || !adminapi.MayHaveHappened(err) {
			t.Errorf("error = %v", err)
		}
	})
}

func TestReplayIsTheSameRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var seen []string
		keep := func(answer http.RoundTripper) http.RoundTripper {
			return roundTrip(func(r *http.Request) (*http.Response, error) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					return nil, err
				}
				seen = append(seen, fmt.Sprint(r.Method, r.URL, r.Header, string(body)))
				return answer.RoundTrip(r)
			})
		}
		client := wired(t, &wire{answers: answers{keep(says(429, "")), keep(says(502, "")), keep(fails(io.ErrUnexpectedEOF)), keep(found)}},
			func(c *adminapi.Config) { c.Tokens = fixed("token") })
		if _, err := client.Invoke(t.Context(), read); err != nil {
			t.Fatal(err)
		}
		if len(seen) != 4 || len(slices.Compact(seen)) != 1 {
			t.Errorf("%d requests: %s", len(seen), seen)
		}
	})
}

func TestUnreachableHostIsFoundOutBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	for name, dial := range map[string]func(context.Context, string, string) (net.Conn, error){
		"refused": func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no route") },
		"no TLS": func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() { _, _ = io.Copy(io.Discard, theirs) }()
			go func() {
				defer theirs.Close()
				_, _ = io.WriteString(theirs, "HTTP/1.1 400 Bad Request\r\n\r\n")
			}()
			return ours, nil
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			dials := 0
			transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				dials++
				return dial(ctx, network, address)
			}}
			_, err := wired(t, transport).Invoke(t.Context(), create)
			if adminapi.ClassOf(err) != adminapi.Transient || adminapi.MayHaveHappened(err) {
				t.Errorf("%s: error = %v", name, err)
			}
			if again := dials > 1; again != (name == "refused") {
				t.Errorf("%s: dialed %d times", name, dials)
			}
		})
	}
}

func TestHostThatCannotBeReachedIsNamed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := &http.Transport{DialContext: func(_ context.Context, network, _ string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: network, Err: &net.DNSError{Err: "no such host", Name: "outlook.office365.com", IsNotFound: true}}
		}}
		e := apiError(t, wired(t, transport), create)
		want := "New-ManagementScope failed: Exchange could not be reached at outlook.office365.com: dial tcp: lookup outlook.office365.com: no such host " +
			"(client request id " + e.ClientRequestID + ")"
		if e.Error() != want || e.Unreached != "outlook.office365.com" {
			t.Errorf("error = %s\nwant    %s", e, want)
		}
	})
}

// tooMuch answers at greater length than is read.
func tooMuch() http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(blanks{}), Request: r}, nil
	})
}

// blanks is an endless body.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) { return len(p), nil }

func TestAnswerOfTooGreatLengthIsAnErrorAtOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		command adminapi.Command
		before  []http.RoundTripper
		doubt   bool
	}{
		"a read":                {read, nil, false},
		"a write":               {create, nil, true},
		"a page behind another": {read, []http.RoundTripper{says(http.StatusOK, `{"@odata.nextLink":"?page=2","value":[]}`)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			transport := &wire{answers: append(test.before, tooMuch())}
			_, err := wired(t, transport).Invoke(t.Context(), test.command)
			if err == nil || adminapi.ClassOf(err) != adminapi.Other || !strings.Contains(err.Error(), "the answer is larger than 64 MiB, and was not read") {
				t.Errorf("error = %v", err)
			}
			if adminapi.MayHaveHappened(err) != test.doubt {
				t.Errorf("may have happened: %t, want %t", !test.doubt, test.doubt)
			}
			if got, want := transport.requests(), len(test.before)+1; got != want {
				t.Errorf("%d requests, want %d", got, want)
			}
		})
	}
}

func TestConnectionIsKeptOverReplays(t *testing.T) {
	t.Parallel()
	s := serve(t,
		answer(http.StatusTooManyRequests, strings.Repeat("Too many requests. ", 1000), "Retry-After: 0.001"),
		answer(http.StatusBadGateway, strings.Repeat("Bad gateway. ", 1000), "Retry-After: 0.001"),
		page(""))
	if _, err := s.client(t).Invoke(t.Context(), read); err != nil {
		t.Fatal(err)
	}
	asked := s.asked()
	for _, request := range asked {
		if request.remote != asked[0].remote {
			t.Errorf("connections from %s and %s", asked[0].remote, request.remote)
		}
	}
	if len(asked) != 3 {
		t.Errorf("%d requests", len(asked))
	}
}

func TestBrokenListIsReadFromItsBeginning(t *testing.T) {
	t.Parallel()
	const (
		next    = `{"@odata.nextLink":"https://outlook.office365.com/adminapi/x?%24skiptoken=a","value":[{"Name":"1"}]}`
		last    = `{"value":[{"Name":"2"}]}`
		expired = `{"error":{"code":"BadRequest","message":"Invalid Operation","innererror":{"internalexception":` +
			`{"message":"Expired or Invalid pagination request. Default Expiry time is 00:30:00","type":"System.Exception"}}}}`
	)
	first, second := says(200, next), says(200, last)
	for _, test := range []struct {
		name     string
		broken   http.RoundTripper
		requests int // with two pages, the second of which breaks once
	}{
		{"expired", says(400, expired), 4},
		{"garbled", says(200, `{"value":[{"Name":"2"`), 4},
		{"the same page again", says(200, next), 4},
		{"the server does not know it", says(404, ""), 4},
		{"a fault", says(500, `{"error":{"code":"InternalServerError","message":"x"}}`), 4},
		{"a fault that passes", says(503, ""), 3},
		{"lost", cut(200), 3},
		{"throttled", says(429, ""), 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				script := answers{first, test.broken, first, second}
				if test.requests == 3 {
					script = answers{first, test.broken, second}
				}
				transport := &wire{answers: script}
				result, err := wired(t, transport).Invoke(t.Context(), read)
				if err != nil {
					t.Fatal(err)
				}
				if got := names(result); got != "1 2" || transport.requests() != test.requests {
					t.Errorf("read %s in %d requests, want 1 2 in %d", got, transport.requests(), test.requests)
				}
			})
			if test.requests == 3 {
				return
			}
			synctest.Test(t, func(t *testing.T) {
				transport := &wire{answers: answers{first, test.broken, first, test.broken, first, test.broken, first, second}}
				result, err := wired(t, transport).Invoke(t.Context(), read)
				if err == nil || result != nil || !strings.Contains(err.Error(), "from its beginning 3 times") {
					t.Errorf("a list that always breaks is %v, %v", result, err)
				}
				if got := transport.requests(); got != 6 {
					t.Errorf("%d requests, want 6", got)
				}
			})
		})
	}
	for name, refused := range map[string]http.RoundTripper{
		"forbidden": says(403, ""), "unauthenticated": says(401, ""),
	} {
		synctest.Test(t, func(t *testing.T) {
			transport := &wire{answers: answers{first, refused, first, second}}
			client := wired(t, transport, func(c *adminapi.Config) { c.Tokens = fixed("token") })
			if result, err := client.Invoke(t.Context(), read); err == nil || transport.requests() != 2 {
				t.Errorf("%s: %v after %d requests", name, result, transport.requests())
			}
		})
	}
}

func TestWaitBeforeABrokenListIsReadAgainEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const next = `{"@odata.nextLink":"https://outlook.office365.com/adminapi/x?%24skiptoken=a","value":[{"Name":"1"}]}`
		ctx, cancel := context.WithCancel(t.Context())
		broken := roundTrip(func(r *http.Request) (*http.Response, error) {
			cancel()
			return says(400, `{"error":{"message":"Expired or Invalid pagination request."}}`).RoundTrip(r)
		})
		began := time.Now()
		_, err := wired(t, &wire{answers: answers{says(200, next), broken}}).Invoke(ctx, read)
		if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "Expired or Invalid") || time.Since(began) != 0 {
			t.Errorf("error = %v after %s", err, time.Since(began))
		}
	})
}

func TestObserverIsToldOfAttemptsAndWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var seen []adminapi.Observation
		transport := &wire{answers: answers{says(429, "", "Retry-After: 10"), says(502, "", "Retry-After: 20"), found}}
		client := wired(t, transport, func(c *adminapi.Config) {
			c.Observe = func(_ context.Context, o adminapi.Observation) { seen = append(seen, o) }
		})
		if _, err := client.Invoke(t.Context(), read); err != nil {
			t.Fatal(err)
		}
		if len(seen) != 3 {
			t.Fatalf("%d observations", len(seen))
		}
		for i, want := range []struct {
			waited time.Duration
			limit  int
			paced  bool
		}{{0, 8, false}, {10 * time.Second, 1, true}, {20 * time.Second, 1, true}} {
			got := seen[i]
			if got.Attempt != i+1 || got.Waited < want.waited || got.Waited > want.waited+time.Second || got.Limit != want.limit || (got.PerSecond > 0) != want.paced {
				t.Errorf("observation %d: %+v", i+1, got)
			}
		}
	})
}
