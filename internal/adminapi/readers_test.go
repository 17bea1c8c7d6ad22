// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi_test

import (
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
			if n >= 5 && took > adminapi.DefaultBatchWindow {
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
			if n == 0 && took > 20*time.Millisecond || took > 200*time.Millisecond || n > 4 && took > adminapi.DefaultBatchWindow {
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
		if took := time.Since(began); took != adminapi.DefaultBatchWindow {
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
