// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

func TestSharedReadsLeaveTenAtATime(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		reads   int
		batches []int
		singles int
	}{
		{1, nil, 1},
		{2, []int{2}, 0},
		{10, []int{10}, 0},
		{11, []int{10}, 1},
		{25, []int{5, 10, 10}, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			tenant := &mailboxes{}
			allRead(t, wired(t, tenant), numbered(test.reads)...)
			batches, singles := tenant.sizes()
			if !cmp.Equal(batches, test.batches) || singles != test.singles {
				t.Errorf("%d reads: batches of %v and %d requests besides, want %v and %d", test.reads, batches, singles, test.batches, test.singles)
			}
		})
	}
}

// window is how long a read that is not patient waits for others.
const window = 5 * time.Millisecond

func TestReadThatIsAloneWaitsForTheWindowOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		allRead(t, wired(t, &mailboxes{}), "a@contoso.com")
		if took := time.Since(began); took != window {
			t.Errorf("it took %s, want %s", took, window)
		}
	})
}

func TestSharedReadIsRefused(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, test := range map[string]struct {
		ctx     context.Context
		command adminapi.Command
		want    string
	}{
		"not idempotent": {t.Context(), adminapi.Command{Cmdlet: "Get-Mailbox"}, "may be repeated"},
		"a write":        {t.Context(), adminapi.Command{Cmdlet: "Set-Mailbox", Idempotent: true}, "may be repeated"},
		"no cmdlet":      {t.Context(), adminapi.Command{Cmdlet: "x", Idempotent: true}, "not the name of a cmdlet"},
		"no identity":    {t.Context(), permissionsOf(" "), "Identity is empty"},
		"too late":       {ended, permissionsOf("a@contoso.com"), "was not sent"},
	} {
		tenant := &mailboxes{}
		_, err := wired(t, tenant).InvokeShared(test.ctx, test.command)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
		if batches, singles := tenant.sizes(); len(batches)+singles > 0 {
			t.Errorf("%s: something was sent", name)
		}
	}
}

func TestSameReadsShareOneAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tenant := &mailboxes{}
		client := wired(t, tenant)
		allRead(t, client, "a@contoso.com", "a@contoso.com", "b@contoso.com", "a@contoso.com", "b@contoso.com")
		allRead(t, client, "a@contoso.com", "a@contoso.com")
		if batches, singles := tenant.sizes(); !cmp.Equal(batches, []int{2}) || singles != 1 {
			t.Errorf("batches of %v and %d requests besides", batches, singles)
		}
	})
}

func TestSameReadsOfOtherPropertiesShareNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tenant := &mailboxes{}
		client := wired(t, tenant)
		var reading sync.WaitGroup
		for _, properties := range [][]string{nil, {"User"}} {
			reading.Go(func() {
				command := permissionsOf("a@contoso.com")
				command.Select = properties
				if _, err := client.InvokeShared(t.Context(), command); err != nil {
					t.Error(err)
				}
			})
		}
		reading.Wait()
		if batches, _ := tenant.sizes(); !cmp.Equal(batches, []int{2}) {
			t.Fatalf("batches of %v", batches)
		}
		selected := 0
		for _, item := range tenant.batches[0] {
			if strings.HasSuffix(item.URL, "/InvokeCommand?$select=User") {
				selected++
			}
		}
		if selected != 1 {
			t.Errorf("%+v: %d items select", tenant.batches[0], selected)
		}
	})
}

// held answers when it is told to, or not at all once its request is cancelled.
type held struct {
	arrived, released chan struct{}
	answer            http.RoundTripper
}

func hold(answer http.RoundTripper) held {
	return held{make(chan struct{}), make(chan struct{}), answer}
}

func (h held) RoundTrip(r *http.Request) (*http.Response, error) {
	close(h.arrived)
	select {
	case <-h.released:
		return h.answer.RoundTrip(r)
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

func TestReadBehindAWriteIsNotAnsweredFromBeforeIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		before := hold(says(http.StatusOK, permissions("before")))
		transport := &wire{answers: []http.RoundTripper{
			before, says(http.StatusOK, `{"value":[]}`), says(http.StatusOK, permissions("after")),
		}}
		client := wired(t, transport)
		early := make(chan landing)
		go func() {
			result, err := client.InvokeShared(t.Context(), permissionsOf("a@contoso.com"))
			early <- landing{result, err}
		}()
		<-before.arrived
		invoke(t, client, adminapi.Command{Cmdlet: "Add-MailboxPermission", Idempotent: true})
		late, err := client.InvokeShared(t.Context(), permissionsOf("a@contoso.com"))
		if err != nil || names(late) != "after" {
			t.Errorf("behind the write: %v, %v", late, err)
		}
		close(before.released)
		if landing := <-early; landing.err != nil || names(landing.result) != "before" {
			t.Errorf("before the write: %+v", landing)
		}
	})
}

func TestWhoeverLeavesASharedReadLeavesItToTheOthers(t *testing.T) {
	t.Parallel()
	for name, of := range map[string][]string{
		"of one mailbox":    {"a@contoso.com", "a@contoso.com"},
		"of a whole batch":  {"a@contoso.com", "b@contoso.com"},
		"of a larger batch": numbered(10),
	} {
		synctest.Test(t, func(t *testing.T) {
			tenant := hold(&mailboxes{})
			client := wired(t, tenant)
			leaving, cancel := context.WithCancel(t.Context())
			first := make(chan error)
			// Who asks first leaves first.
			go func() {
				_, err := client.InvokeShared(leaving, permissionsOf(of[0]))
				first <- err
			}()
			synctest.Wait()
			var reading sync.WaitGroup
			reading.Go(func() { allRead(t, client, of[1:]...) })
			<-tenant.arrived
			synctest.Wait()
			cancel()
			if err := <-first; !errors.Is(err, context.Canceled) {
				t.Errorf("%s: who left has %v", name, err)
			}
			close(tenant.released)
			reading.Wait()
		})
	}
}

func TestSharedReadThatNobodyWaitsForIsCancelled(t *testing.T) {
	t.Parallel()
	for name, of := range map[string][]string{
		"alone": {"a@contoso.com"}, "shared": {"a@contoso.com", "a@contoso.com"}, "in a batch": {"a@contoso.com", "b@contoso.com"},
	} {
		synctest.Test(t, func(t *testing.T) {
			cancelled := make(chan struct{})
			client := wired(t, roundTrip(func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				close(cancelled)
				return nil, r.Context().Err()
			}))
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			for _, landing := range together(ctx, client, of...) {
				if !errors.Is(landing.err, context.DeadlineExceeded) {
					t.Errorf("%s: %+v", name, landing)
				}
			}
			<-cancelled
		})
	}
}

func TestSharedReadThatNobodyWaitsForIsNotSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tenant := &mailboxes{}
		client := wired(t, tenant)
		ctx, cancel := context.WithTimeout(t.Context(), window/5)
		defer cancel()
		together(ctx, client, "a@contoso.com", "b@contoso.com")
		allRead(t, client, "c@contoso.com")
		if got := tenant.alone(); !cmp.Equal(got, []string{"c@contoso.com"}) || len(tenant.batches) > 0 {
			t.Errorf("asked for %v and %v", got, tenant.batches)
		}
	})
}

func TestSharedReadIsTriedForAsLongAsTheMostPatientWaits(t *testing.T) {
	t.Parallel()
	for name, of := range map[string][]string{
		"of one mailbox": {"a@contoso.com", "a@contoso.com"}, "in a batch": {"a@contoso.com", "b@contoso.com"},
	} {
		synctest.Test(t, func(t *testing.T) {
			tenant := &mailboxes{}
			client := wired(t, &wire{answers: []http.RoundTripper{says(429, "", "Retry-After: 600"), tenant}})
			var reading sync.WaitGroup
			for i, patience := range []time.Duration{time.Minute, time.Hour} {
				reading.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), patience)
					defer cancel()
					_, err := client.InvokeShared(ctx, permissionsOf(of[i]))
					if patient := i == 1; patient != (err == nil) {
						t.Errorf("%s: who waits for %s has %v", name, patience, err)
					}
				})
				synctest.Wait()
			}
			reading.Wait()
		})
	}
}

func TestEndOfTimeIsToldByItsCause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := wired(t, says(429, "", "Retry-After: 600"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for _, landing := range together(ctx, client, numbered(3)...) {
			if adminapi.ClassOf(landing.err) != adminapi.Throttled || !strings.Contains(landing.err.Error(), "Get-MailboxPermission failed, throttled") {
				t.Errorf("error = %v", landing.err)
			}
		}
	})
}

func TestStormOfSharedReadsIsRiddenOut(t *testing.T) {
	t.Parallel()
	for name, cost := range map[string]func(items []item) int{
		"a batch counts as one request": func([]item) int { return 1 },
		"a batch counts as its items":   func(items []item) int { return len(items) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const needed, workers = 300, 20
				tenant := threeAndFive(tooMany(func() string { return "1" }))
				counting := &mailboxes{single: tenant}
				counting.batch = func(_ int, items []item) http.RoundTripper {
					var responses []string
					admitted := 0
					for i, item := range items {
						if i < cost(items) && tenant.admit() {
							admitted++
						}
						if i < cost(items) && i >= admitted {
							responses = append(responses, response(item, http.StatusTooManyRequests, "", "Retry-After: 1"))
						} else {
							responses = append(responses, response(item, http.StatusOK, permissions(item.identity())))
						}
					}
					return roundTrip(func(r *http.Request) (*http.Response, error) {
						wait(r, tenant.latency)
						tenant.mu.Lock()
						tenant.inFlight -= admitted
						tenant.mu.Unlock()
						return responded(responses...).RoundTrip(r)
					})
				}
				client := wired(t, counting)
				work := make(chan string, needed)
				for _, mailbox := range numbered(needed) {
					work <- mailbox
				}
				close(work)
				began := time.Now()
				var working sync.WaitGroup
				for range workers {
					working.Go(func() {
						for mailbox := range work {
							if _, err := client.InvokeShared(t.Context(), permissionsOf(mailbox)); err != nil {
								t.Error(err)
							}
						}
					})
				}
				working.Wait()
				batches, singles := counting.sizes()
				t.Logf("%d batches and %d requests besides in %s; %d admissions asked for, %d given",
					len(batches), singles, time.Since(began), tenant.sent, tenant.taken)
				if most := needed * 6 / 5; len(batches)+singles > most {
					t.Errorf("%d batches and %d requests besides for %d reads, and at most %d are wanted", len(batches), singles, needed, most)
				}
			})
		})
	}
}

func TestOneErrorOfEachKindIsTheFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := wired(t, says(http.StatusForbidden, ""))
		first := map[string]int{}
		for range 3 {
			for _, landing := range together(t.Context(), client, numbered(12)...) {
				var e *adminapi.Error
				if errors.As(landing.err, &e) && e.FirstOfItsKind() {
					first[e.Cmdlet]++
				}
			}
			for _, command := range []adminapi.Command{read, create} {
				if e := apiError(t, client, command); e.FirstOfItsKind() {
					first[e.Cmdlet]++
				}
			}
		}
		want := map[string]int{"Get-MailboxPermission": 1, read.Cmdlet: 1, create.Cmdlet: 1}
		if diff := cmp.Diff(want, first); diff != "" {
			t.Error(diff)
		}
		ofNobody := &adminapi.Error{}
		for range 2 {
			if !ofNobody.FirstOfItsKind() {
				t.Error("an error of no client is not the first")
			}
		}
	})
}
