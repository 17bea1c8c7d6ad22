// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package fault

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// An Injection is what the rules do to one request. A service takes it through
// the request's life: Begin, AtDoor, Admit once the caller is known, Change when
// there is an answer, Processed when that is recorded, Send, and End. One
// goroutine uses it.
type Injection struct {
	injector *Injector
	call     Call
	context  context.Context
	body     io.Reader
	number   int
	names    []string
	// struck is the fault whose delivery Send follows.
	struck Fault
	// releases give back what the request and its items hold of limits.
	releases []func()
}

// Item takes up one of the requests that a batch carries, the request of j. The
// rules and limits look at an item as at any request; hooks do not count it. The
// service takes it through AtDoor, Admit and Change, and joins it then. What it
// holds of limits is given back when j is ended.
func (j *Injection) Item(r *http.Request, call Call) *Injection {
	call.item = true
	call.asked(r)
	return &Injection{injector: j.injector, call: call, context: j.context, body: r.Body}
}

// Join tells the batch what befell one of its items, once that has its answer. An
// item has no connection of its own: one that is cut or hangs takes the batch
// along, which is sent in that manner. Join reports whether there is still anybody
// to run further items for.
func (j *Injection) Join(item *Injection) bool {
	j.releases = append(j.releases, item.releases...)
	item.releases = nil
	f := item.struck
	if !wait(j.context, f.delay) {
		f = Reset()
	}
	if f.delivery == whole {
		return true
	}
	f.delay = 0 // It is over.
	j.struck = f
	j.names = append(j.names, f.name+" of an item")
	return !f.delivery.silent()
}

// AtDoor returns the answer to give instead of looking at the request, if there
// is one. It may take its time.
func (j *Injection) AtDoor() (Answer, bool) {
	f := j.strike(atDoor)
	if f.delay > 0 {
		if !wait(j.context, f.delay) {
			j.struck = Reset() // Nobody is there to be answered.
			return Answer{}, true
		}
		return Answer{}, false
	}
	return j.instead(f)
}

// Admit returns the answer to give instead of doing what an authenticated
// caller asks, if there is one: that of a limit or of a rule.
func (j *Injection) Admit() (Answer, bool) {
	refusal, release, free := j.injector.admit(j.call)
	if !free {
		j.names = append(j.names, refusal.String()+" by limit")
		return j.instead(refusal)
	}
	j.releases = append(j.releases, release)
	return j.instead(j.strike(admitted))
}

// Change returns the answer to give of the one that the service has made.
func (j *Injection) Change(answer Answer) Answer {
	f := j.strike(executed)
	if f.at == nowhere {
		return answer
	}
	j.struck = f
	return f.apply(j.call, answer, j.now())
}

// String names the faults that have struck, separated by commas; it is empty
// where none has.
func (j *Injection) String() string { return strings.Join(j.names, ", ") }

// Processed tells that the request has been processed and recorded.
func (j *Injection) Processed() { j.injector.runHooks(j.call.Service, j.number, true) }

// End gives back what the request held. It may be called more than once.
func (j *Injection) End() {
	for _, release := range j.releases {
		release()
	}
	j.releases = nil
}

// Send writes the answer in the manner of the fault; the header is the
// writer's. It panics with http.ErrAbortHandler to cut the connection, as the
// server of net/http provides for.
func (j *Injection) Send(w http.ResponseWriter, status int, body []byte) {
	f := j.struck
	if f.delay > 0 || f.delivery == hang || f.delivery == dribbled {
		// The server notices that a client goes away once it has read its request.
		_, _ = io.Copy(io.Discard, j.body)
	}
	if !wait(j.context, f.delay) {
		panic(http.ErrAbortHandler)
	}
	if f.delivery == hang {
		<-j.context.Done()
		panic(http.ErrAbortHandler)
	}
	// Whoever has the answer finds that the request holds nothing any more.
	if f.delivery != dribbled {
		j.End()
	}
	switch f.delivery {
	case reset:
		panic(http.ErrAbortHandler)
	case cut:
		// The length tells the client that there was to be more, even of nothing.
		w.Header().Set("Content-Length", strconv.Itoa(max(len(body), 1)))
		w.WriteHeader(status)
		_, _ = w.Write(body[:len(body)/2])
		flush(w)
		panic(http.ErrAbortHandler)
	case dribbled:
		w.WriteHeader(status)
		j.dribble(w, body, f.pace)
	default:
		w.WriteHeader(status)
		_, _ = w.Write(body) // A client that hung up gets nothing.
	}
}

// pieces is the number of pieces of a body that dribbles.
const pieces = 16

func (j *Injection) dribble(w http.ResponseWriter, body []byte, pace time.Duration) {
	flush(w)
	size := max((len(body)+pieces-1)/pieces, 1)
	for len(body) > 0 {
		if !wait(j.context, pace) {
			panic(http.ErrAbortHandler)
		}
		piece := body[:min(size, len(body))]
		if body = body[len(piece):]; len(body) == 0 {
			j.End()
		}
		if _, err := w.Write(piece); err != nil {
			return
		}
		flush(w)
	}
}

// strike finds the fault of a point and notes its name.
func (j *Injection) strike(at point) Fault {
	f := j.injector.choose(at, j.call)
	if f.name != "" {
		j.names = append(j.names, f.name)
	}
	return f
}

// instead returns a fault's answer, if it answers in the service's place.
func (j *Injection) instead(f Fault) (Answer, bool) {
	if f.answer == nil && !f.delivery.silent() {
		return Answer{}, false
	}
	j.struck = f
	return f.apply(j.call, Answer{}, j.now()), true
}

func (j *Injection) now() time.Time {
	j.injector.mu.Lock()
	defer j.injector.mu.Unlock()
	return j.injector.now()
}

// flush sends what was written so far. A writer that cannot has no client whom
// it would matter to.
func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }

// wait waits for a time, and reports whether the client did, too.
func wait(ctx context.Context, delay time.Duration) bool {
	if delay <= 0 {
		return true
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
