// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import "time"

const (
	// shortestQuiet and longestQuiet bound how long nobody comes before readers who
	// are busy with something else are doubted to come at all.
	shortestQuiet, longestQuiet = 250 * time.Millisecond, 2 * time.Second
	// firstLook is how long the first of all readers waits to see whether there are
	// others, and longestLook how long some do who are already known to be several.
	firstLook, longestLook = 13 * time.Millisecond, 100 * time.Millisecond
	// looks is how often one who is alone does so. Each time is twice as long, for
	// others are the rarer the slower the machine is.
	looks = 4
	// longestStay is how long a batch waits at most, as long as others show that they
	// are about to come.
	longestStay = 5 * time.Second
	// allowance, and one part in allowancePart of the time since the first reader
	// came, is how long batches may wait in all where there are few readers.
	allowance, allowancePart = time.Second, 20
	// overdue is how many times as long as the last batch took others wait for one
	// that is in flight. They lose that time once. One that is given up though it is
	// about to land costs another request.
	overdue = 4
	// presumed is how long the first batch is taken to take.
	presumed = 500 * time.Millisecond
	// A batch waits for no more than one part in hurryPart of any caller's time.
	hurryPart = 10
	// longestIdle is how long nobody comes before those who do are others.
	longestIdle = 2 * time.Second
)

// readers is what is known of those who read: how many there are, and how soon
// they come back. A program with a number of workers, such as Terraform's ten,
// reads one object after another by each of them, and works in between, for as long
// as the machine needs. Those who wait for an answer bring no other read. So a batch
// is as large as it can be when it leaves no sooner than all of them wait, and to
// know that is to know how many they are. They are counted: whoever comes while
// others wait is one more than those.
//
// Where they could fill a batch, or nearly so, it waits for all of them. Where they
// are few, there is less to be gained: they may lose no more than an allowance.
type readers struct {
	waiting int           // how many wait for an answer
	most    int           // how many there are, as far as is known
	first   time.Time     // when the first came
	last    time.Time     // when one came, whether it found something to wait for or not, or had its answer
	quiet   time.Duration // how long none of those who are busy may come before they are doubted
	doubted bool          // they did not come the last time
	vain    int           // how often others than the known were looked out for, and none came
	spent   time.Duration // how long batches waited while there were few readers
	took    time.Duration // how long the last batch was on its way
}

// come notes that a reader has come.
func (r *readers) come(now time.Time) {
	since := now.Sub(r.last)
	switch {
	case r.last.IsZero():
		*r = readers{first: now, quiet: shortestQuiet, took: presumed}
	case r.waiting == 0 && since > longestIdle:
		*r = readers{first: r.first, quiet: shortestQuiet, spent: r.spent, took: r.took}
	case 0 < r.waiting && r.waiting < r.most:
		r.quiet = max(r.quiet, min(4*since, longestQuiet))
	}
	r.last = now
	if r.waiting >= r.most {
		r.most, r.vain = r.waiting+1, 0
	}
}

// wait counts a reader who waits.
func (r *readers) wait() {
	r.waiting++
	if r.waiting == r.most {
		r.doubted = false
	}
}

// served counts readers who do not wait any more. They begin to work, so the time
// before says nothing of how long that takes.
func (r *readers) served(n int, now time.Time) {
	r.waiting -= n
	r.last = now
}

// few reports whether there are too few readers for a batch to be worth much.
func (r *readers) few() bool { return r.most <= batchSize/2 }

// patience is how long from now on a batch that began to wait at opened is to wait
// for another reader. departed is when those left that are in flight, in order.
func (r *readers) patience(now, opened time.Time, departed []time.Time) time.Duration {
	stay := longestStay
	if r.few() {
		stay = allowance + now.Sub(r.first)/allowancePart - r.spent
	}
	stay -= now.Sub(opened)
	if r.waiting < r.most {
		return min(r.quiet, stay)
	}
	if carry := max((r.most+batchSize/2)/batchSize, 1); len(departed) >= carry {
		// As many are in flight as carry all readers. Whoever waits for those comes
		// again when they land. A batch that left before would be a small one, and so
		// would be all that follow. One that takes much longer than the last, such as
		// the listing of a large tenant, is not waited for again and again.
		if due := departed[len(departed)-carry].Add(max(overdue*r.took, r.quiet)); due.After(now) {
			return min(due.Sub(now), stay)
		}
	}
	return min(r.look(), stay)
}

// look is how long to look out for others than the known readers, who all wait.
func (r *readers) look() time.Duration {
	if r.most >= batchSize {
		// There is hardly more to be gained, and they are counted anyway.
		return 0
	}
	if r.most == 1 {
		if r.vain >= looks {
			return 0
		}
		return firstLook << r.vain
	}
	look := longestLook >> (2 * r.vain)
	if !r.few() {
		look = max(look, r.quiet/8)
	}
	return look
}

// left notes that a batch which began to wait at opened has left without having
// been full.
func (r *readers) left(now, opened time.Time) {
	if r.few() {
		r.spent += now.Sub(opened)
	}
	switch {
	case r.waiting >= r.most:
		r.vain++
	case now.Sub(r.last) < r.quiet:
		// Somebody is about to come, but not soon enough.
	case r.doubted:
		r.most, r.vain = r.waiting, looks
		fallthrough
	default:
		r.doubted = true
		r.quiet = min(2*r.quiet, longestQuiet)
	}
	r.quiet = max(r.quiet-r.quiet/16, shortestQuiet)
}
