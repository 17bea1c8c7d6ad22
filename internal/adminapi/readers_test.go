// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// work lets time pass.
func work(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
		t.Fatal("the test ended")
	}
}

// tenReaders, as many as Terraform has, read mailboxes of their own, one after another, and work before each.
func tenReaders(t *testing.T, client *adminapi.Client, mailboxes int, pause func(worker, mailbox int) time.Duration) {
	t.Helper()
	var working sync.WaitGroup
	for worker := range 10 {
		working.Go(func() {
			for mailbox := range mailboxes {
				work(t, pause(worker, mailbox))
				patientlyRead(t, client, fmt.Sprintf("mailbox%d-%d@contoso.com", worker, mailbox))
			}
		})
	}
	working.Wait()
}

// uneven is between 20 and 40 ms.
func uneven(worker, mailbox int) time.Duration {
	return time.Duration(20+(worker*7+mailbox*13)%21) * time.Millisecond
}

func TestBatchesWaitForReadersWhoAreAboutToCome(t *testing.T) {
	t.Parallel()
	for _, answersIn := range []time.Duration{0, 150 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			tenant := &mailboxes{}
			client := wired(t, late{tenant, answersIn})
			tenReaders(t, client, 50, uneven)
			batches, singles := tenant.sizes()
			if got := len(batches) + singles; got > 55 {
				t.Errorf("answers in %s: 500 reads took %d requests", answersIn, got)
			}
		})
	}
}

func TestReadersWhoAreGoneAreNotWaitedForForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := wired(t, &mailboxes{})
		tenReaders(t, client, 10, uneven)
		// One of them is left, as at the end of a run.
		for n := range 10 {
			began := time.Now()
			patientlyRead(t, client, numbered(10)[n])
			took := time.Since(began)
			if took > 500*time.Millisecond {
				t.Errorf("read %d took %s", n, took)
			}
			if n >= 5 && took > window {
				t.Errorf("read %d still took %s", n, took)
			}
			work(t, 20*time.Millisecond)
		}
	})
}

func TestReaderWhoIsAloneIsSoonNotHeldBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := wired(t, &mailboxes{})
		for n, mailbox := range numbered(20) {
			began := time.Now()
			patientlyRead(t, client, mailbox)
			took := time.Since(began)
			if n == 0 && took > 20*time.Millisecond || took > 200*time.Millisecond || n > 4 && took > window {
				t.Errorf("read %d took %s", n, took)
			}
			work(t, 20*time.Millisecond)
		}
	})
}

func TestWhoIsInAHurryTakesThePatientAlong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tenant := &mailboxes{}
		client := wired(t, tenant)
		tenReaders(t, client, 10, uneven)
		before, singles := tenant.sizes()
		began := time.Now()
		var reading sync.WaitGroup
		reading.Go(func() { patientlyRead(t, client, "patient@contoso.com") })
		synctest.Wait()
		reading.Go(func() { allRead(t, client, "hurried@contoso.com") })
		reading.Wait()
		if took := time.Since(began); took != window {
			t.Errorf("it took %s", took)
		}
		if after, still := tenant.sizes(); len(after) != len(before)+1 || still != singles {
			t.Errorf("the two took %d batches and %d requests besides", len(after)-len(before), still-singles)
		}
	})
}

// patientlyRead reads the permissions of a mailbox for somebody who can wait.
func patientlyRead(t *testing.T, client *adminapi.Client, mailbox string) {
	t.Helper()
	command := permissionsOf(mailbox)
	command.Patient = true
	if _, err := client.InvokeShared(t.Context(), command); err != nil {
		t.Errorf("%s: %v", mailbox, err)
	}
}

func TestNoBatchWaitsForever(t *testing.T) {
	t.Parallel()
	for readers, most := range map[int]time.Duration{3: 1100 * time.Millisecond, 10: 5 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			client := wired(t, &mailboxes{})
			allPatientlyRead(t, client, numbered(readers)...)
			done := make(chan struct{})
			began := time.Now()
			go func() {
				defer close(done)
				patientlyRead(t, client, "last@contoso.com")
			}()
			for ended := false; !ended; {
				// Somebody is busy with what is known already.
				client.Came()
				select {
				case <-done:
					ended = true
				case <-time.After(20 * time.Millisecond):
				}
			}
			if took := time.Since(began); took > most {
				t.Errorf("of %d readers, the last waited for %s", readers, took)
			}
		})
	}
}

func TestReaderAmongFewWhoAreGoneIsNotWaitedForInVainForLong(t *testing.T) {
	t.Parallel()
	for readers := range 10 {
		synctest.Test(t, func(t *testing.T) {
			client := wired(t, &mailboxes{})
			allPatientlyRead(t, client, numbered(readers)...)
			began := time.Now()
			patientlyRead(t, client, "last@contoso.com")
			if took := time.Since(began); took > 250*time.Millisecond {
				t.Errorf("after %d readers, the last waited for %s", readers, took)
			}
		})
	}
}

func TestBatchWaitsForThoseWhoseAnswersAreOnTheirWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tenant := &mailboxes{}
		client := wired(t, late{tenant, 150 * time.Millisecond})
		allPatientlyRead(t, client, numbered(10)...)
		// Nine read what others do, so that ten wait for two mailboxes.
		var reading sync.WaitGroup
		for range 9 {
			reading.Go(func() {
				patientlyRead(t, client, "early@contoso.com")
				patientlyRead(t, client, "next@contoso.com")
			})
		}
		// The machine is busy with the tenth for longer than anybody would expect.
		work(t, 300*time.Millisecond)
		patientlyRead(t, client, "late@contoso.com")
		reading.Wait()
		batches, singles := tenant.sizes()
		if want := []int{2, 10}; !cmp.Equal(batches, want) || singles != 1 {
			t.Errorf("batches of %v and %d requests besides, want %v and 1", batches, singles, want)
		}
	})
}

// beside has ten workers of whom some read all mailboxes there are, and returns how long these read four hundred and
// fifty mailboxes by the others.
func beside(t *testing.T, listing time.Duration, listers, listings int) (took time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		tenant := &mailboxes{}
		client := wired(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Header.Get("X-CmdletName") == "Get-Mailbox" {
				wait(r, listing)
				return found.RoundTrip(r)
			}
			return late{tenant, 150 * time.Millisecond}.RoundTrip(r)
		}))
		left := make(chan string, 450)
		for n := range cap(left) {
			left <- fmt.Sprintf("mailbox%03d@contoso.com", n)
		}
		close(left)
		began := time.Now()
		var working, listed sync.WaitGroup
		for worker := range 10 {
			if worker < listers {
				listed.Go(func() {
					for n := 0; n < listings && len(left) > 0; n++ {
						if _, err := client.InvokeShared(t.Context(), read); err != nil {
							t.Error(err)
						}
					}
				})
				continue
			}
			working.Go(func() {
				for mailbox := range left {
					work(t, 10*time.Millisecond)
					patientlyRead(t, client, mailbox)
				}
			})
		}
		working.Wait()
		took = time.Since(began)
		listed.Wait()
	})
	return took
}

func TestReadThatTakesLongHardlyHoldsUpTheOthers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		listing           time.Duration
		listers, listings int
	}{
		{5 * time.Second, 1, 1},
		{time.Minute, 1, 1},
		{5 * time.Minute, 1, 1},
		{2 * time.Second, 1, 100},
		{time.Minute, 1, 100},
		{5 * time.Minute, 5, 1},
		{5 * time.Minute, 9, 1},
	} {
		t.Run(fmt.Sprintf("%d read %d times for %s", test.listers, test.listings, test.listing), func(t *testing.T) {
			t.Parallel()
			quickly := beside(t, 0, test.listers, 1)
			took := beside(t, test.listing, test.listers, test.listings)
			if most := quickly + quickly/2; took > most {
				t.Errorf("the others took %s, which is more than %s", took, most)
			}
		})
	}
}

func TestBatchLeavesInTimeForTheMostHurried(t *testing.T) {
	t.Parallel()
	const answersIn = 2 * time.Second
	for name, patiences := range map[string][]time.Duration{
		"alone":                 {3 * time.Second},
		"with one who has time": {time.Hour, 3 * time.Second},
		"before one who has":    {3 * time.Second, time.Hour},
		"all in a hurry":        {5 * time.Second, 4 * time.Second, 3 * time.Second},
	} {
		for _, same := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, same mailbox %t", name, same), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					tenant := &mailboxes{}
					client := wired(t, late{tenant, answersIn})
					allPatientlyRead(t, client, numbered(10)...)
					var reading sync.WaitGroup
					reading.Go(func() { allRead(t, client, numbered(10-len(patiences))...) })
					// They leave, and whoever comes now had better wait for them.
					work(t, 2*window)
					began := time.Now()
					for n, patience := range patiences {
						if same {
							n = 0
						}
						reading.Go(func() {
							ctx, cancel := context.WithTimeout(t.Context(), patience)
							defer cancel()
							command := permissionsOf(fmt.Sprintf("last%d@contoso.com", n))
							command.Patient = true
							_, err := client.InvokeShared(ctx, command)
							if took := time.Since(began); err != nil || took > answersIn+3*time.Second/10 {
								t.Errorf("who has %s has %v after %s", patience, err, took)
							}
						})
						synctest.Wait()
					}
					reading.Wait()
				})
			})
		}
	}
}

// allPatientlyRead reads the permissions of mailboxes, all at once, for those who can wait.
func allPatientlyRead(t *testing.T, client *adminapi.Client, mailboxes ...string) {
	t.Helper()
	var reading sync.WaitGroup
	for _, mailbox := range mailboxes {
		reading.Go(func() { patientlyRead(t, client, mailbox) })
	}
	reading.Wait()
}

// late is a tenant that takes its time.
type late struct {
	http.RoundTripper
	takes time.Duration
}

func (l late) RoundTrip(r *http.Request) (*http.Response, error) {
	select {
	case <-time.After(l.takes):
		return l.RoundTripper.RoundTrip(r)
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}
