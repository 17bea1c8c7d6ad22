// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pace is how long a worker works before it reads.
type pace func(*rand.Rand) time.Duration

// paces are those of a machine that has nothing else to do.
var paces = map[string]pace{
	"10 ms": func(*rand.Rand) time.Duration { return 10 * time.Millisecond },
	"30 ms on average": func(random *rand.Rand) time.Duration {
		return time.Duration(random.ExpFloat64() * float64(30*time.Millisecond))
	},
	"5 ms and now and then 300 ms": func(random *rand.Rand) time.Duration {
		if random.IntN(50) == 0 {
			return 300 * time.Millisecond
		}
		return 5 * time.Millisecond
	},
}

// walk is a plan of a thousand permissions on two hundred mailboxes as Terraform
// makes it: each worker takes one after another, in no order that anybody knows,
// works, and then reads the mailbox, unless somebody has before.
type walk struct {
	seed    uint64
	workers int
	work    pace
	slower  int           // how many times slower the machine is
	answers time.Duration // how long each takes
}

// eachWalk runs a test with workers at all paces, in so many orders, and in virtual
// time: how long the machine takes changes nothing.
func eachWalk(t *testing.T, workers int, orders uint64, test func(*testing.T, walk)) {
	t.Helper()
	for name, work := range paces {
		for _, slower := range []int{1, 5} {
			for _, answers := range []time.Duration{0, 150 * time.Millisecond, 800 * time.Millisecond} {
				for seed := range orders {
					t.Run(fmt.Sprintf("%d workers, %s, %d times slower, answers in %s, %d", workers, name, slower, answers, seed), func(t *testing.T) {
						t.Parallel()
						test(t, walk{seed, workers, work, slower, answers})
					})
				}
			}
		}
	}
}

// take returns how many requests the walk takes, and how long. The impatient wait
// for nobody: each of their reads is a request.
func (w walk) take(t *testing.T, patient bool) (requests int, took time.Duration) {
	t.Helper()
	const permissions, ofMailbox = 1000, 5
	synctest.Test(t, func(t *testing.T) {
		tenant := &mailboxes{}
		client := wired(t, late{tenant, w.answers})
		read := client.Invoke
		if patient {
			read = client.InvokeShared
		}
		left := make(chan string, permissions)
		for _, n := range rand.New(rand.NewPCG(w.seed, 0)).Perm(permissions) {
			left <- fmt.Sprintf("mailbox%03d@contoso.com", n/ofMailbox)
		}
		close(left)
		var known sync.Map
		began := time.Now()
		var working sync.WaitGroup
		for worker := range w.workers {
			working.Go(func() {
				random := rand.New(rand.NewPCG(w.seed, 1+uint64(worker)))
				for mailbox := range left {
					work(t, time.Duration(w.slower)*w.work(random))
					if _, ok := known.Load(mailbox); ok {
						client.Came()
						continue
					}
					command := permissionsOf(mailbox)
					command.Patient = patient
					if _, err := read(t.Context(), command); err != nil {
						t.Errorf("%s: %v", mailbox, err)
					}
					known.Store(mailbox, true)
				}
			})
		}
		working.Wait()
		took = time.Since(began)
		batches, singles := tenant.sizes()
		requests = len(batches) + singles
	})
	return requests, took
}

func TestTenWorkersFillTheirBatchesHoweverSlowTheMachine(t *testing.T) {
	t.Parallel()
	for workers, orders := range map[int]uint64{10: 3, 20: 1} {
		eachWalk(t, workers, orders, func(t *testing.T, walk walk) {
			// 22 are what is left where a batch leaves only when all ten wait.
			if requests, took := walk.take(t, true); requests > 25 {
				t.Errorf("it took %d requests and %s", requests, took)
			}
		})
	}
}

func TestFewWorkersLoseLittleByWaitingForEachOther(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{1, 2, 3, 5} {
		eachWalk(t, workers, 1, func(t *testing.T, walk walk) {
			requests, took := walk.take(t, true)
			_, fastest := walk.take(t, false)
			// The window for each of two hundred requests is a second.
			if lost, most := took-fastest, 3*time.Second/2+fastest/20; lost > most {
				t.Errorf("it took %d requests and %s, of which %s were lost, and at most %s are allowed", requests, took, lost, most)
			}
		})
	}
}

// A small plan has fewer permissions than Terraform has workers, and waits for those who do not come.
func TestAFewReadsAreHardlyHeldUp(t *testing.T) {
	t.Parallel()
	for reads := 1; reads < 10; reads++ {
		t.Run(fmt.Sprint(reads), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := wired(t, &mailboxes{})
				began := time.Now()
				var working sync.WaitGroup
				for read := range reads {
					working.Go(func() {
						command := permissionsOf(fmt.Sprintf("mailbox%03d@contoso.com", read))
						command.Patient = true
						if _, err := client.InvokeShared(t.Context(), command); err != nil {
							t.Error(err)
						}
					})
				}
				working.Wait()
				if took, most := time.Since(began), 100*time.Millisecond; took > most {
					t.Errorf("they took %s, and at most %s is allowed", took, most)
				}
			})
		})
	}
}
