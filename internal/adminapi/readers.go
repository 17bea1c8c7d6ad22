// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import "time"

const (
	// longestRest is how long a batch waits at most after a reader came, while as
	// many wait as ever do.
	longestRest = 200 * time.Millisecond
	// longestLap is how long it waits at most for a reader who is known to be busy
	// with something else.
	longestLap = 500 * time.Millisecond
	// longestStay is how long a batch waits at most for others, all in all.
	longestStay = 2 * time.Second
	// firstLap is how soon readers are taken to come before that is known.
	firstLap = 20 * time.Millisecond
	// longestIdle is how long nobody comes before the readers are taken to be gone.
	longestIdle = 2 * time.Second
)

// readers is what is known of those who read: how many there are, and how soon
// they come back. A program with a number of workers, such as Terraform's ten,
// reads one object after another by each of them, and works in between. Those who
// wait for an answer bring no other read, so a batch that would wait for a fixed
// time would be one or two reads large: it has to wait for those who are about to
// come, and only for them.
type readers struct {
	waiting int           // how many wait for an answer
	most    int           // how many wait at once where all do
	last    time.Time     // when one came, whether it found something to wait for or not, or had its answer
	rest    time.Duration // from one that comes to the next, on average
	lap     time.Duration // from when one has its answer until it comes again, on average
}

// come notes that a reader has come.
func (r *readers) come(now time.Time) {
	rest := now.Sub(r.last)
	if r.last.IsZero() || rest > longestIdle {
		*r = readers{waiting: r.waiting, most: max(r.waiting, batchSize), lap: firstLap}
	} else {
		r.rest += (min(rest, longestLap) - r.rest) / 5
		r.lap += (min(rest, longestLap)*time.Duration(r.busy()) - r.lap) / 5
	}
	r.last = now
}

// wait counts a reader who waits.
func (r *readers) wait() {
	r.waiting++
	r.most = max(r.most, r.waiting)
}

// served counts readers who do not wait any more. They begin to work, so the time
// before says nothing of how long that takes.
func (r *readers) served(n int, now time.Time) {
	r.waiting -= n
	r.last = now
}

// busy is how many readers may come, at least one.
func (r *readers) busy() int { return max(r.most-r.waiting, 1) }

// patience is how long another reader is worth waiting for after the last one: at
// least for the window.
func (r *readers) patience(window time.Duration) time.Duration {
	switch {
	case r.most <= 1:
		return window
	case r.waiting >= r.most:
		// There are more of them than ever, or none is left.
		return max(window, min(3*r.rest, longestRest))
	default:
		return max(window, min(6*r.lap/time.Duration(r.busy()), longestLap))
	}
}

// missed notes that nobody came in time: there may be fewer readers by now. How
// soon a single one comes says nothing of others.
func (r *readers) missed() {
	r.most = max(r.waiting, (r.most+r.waiting)/2)
	if r.waiting == 1 {
		r.lap = min(r.lap, firstLap)
	}
}
