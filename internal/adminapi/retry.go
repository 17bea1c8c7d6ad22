// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

const (
	// retryTimeout bounds the replays of one request where its context does not.
	retryTimeout = 5 * time.Minute
	// unreachableTimeout bounds the attempts to get a connection. A proxy or a
	// name server is back within that, and nobody wants to wait longer for the
	// word that an address is wrong.
	unreachableTimeout = time.Minute
	// maxGarbled bounds the answers that came whole and could not be read. A
	// network that asks for a sign-in of its own answers everything like that.
	maxGarbled = 3
)

// fetch reads one page, and the URL it came from. Where the failure is one that
// passes and a replay does no harm, it sends the request again for as long as the
// time for it lasts.
func (c *Client) fetch(ctx context.Context, call *call, target *url.URL, page int) (*output, *url.URL, error) {
	tries := &tries{idle: time.Now()}
	for {
		pass, err := c.gate.enter(ctx, call.turn, func() time.Time { return tries.giveUp(ctx, call) })
		if err != nil {
			return nil, nil, tries.notSent(call, err)
		}
		answer, err := c.post(ctx, call, target, tries.begin(page, pass))
		var output *output
		if err == nil {
			tries.token = answer.token
			output, err = answer.output(call)
		}
		c.leave(pass, err)
		if err == nil {
			return output, answer.url, nil
		}
		if err := c.untilReplay(ctx, call, tries, page, err); err != nil {
			return nil, nil, err
		}
	}
}

// untilReplay waits until a request that failed may be sent again. Where that
// never is, it returns the error that the page is left at.
func (c *Client) untilReplay(ctx context.Context, call *call, tries *tries, page int, err error) error {
	failed := tries.failed(err)
	if failed == nil {
		return tries.abandoned(err)
	}
	if ctx.Err() != nil {
		return err
	}
	switch {
	case failed.isOfTheCaller() && c.propagation.lasts():
		// Roles are in the token, so that another one is needed.
		call.refused = tries.token
	case !tries.mayReplay(call, failed, page):
		return err
	}
	if failed.Class == Throttled {
		return nil // All wait together, at the gate.
	}
	wait := jitter(backoff(tries.n))
	if told := failed.RetryAfter; told > 0 {
		wait = told + slack(told)
	}
	if time.Now().Add(wait).After(tries.giveUp(ctx, call)) {
		failed.stopped = fmt.Sprintf("the next would have been due in %s, when the time for it is over", wait.Round(time.Second))
		return err
	}
	if !pause(ctx, wait) {
		return tries.notSent(call, ctx.Err())
	}
	return nil
}

// leave tells the gate what came of a request.
func (c *Client) leave(pass pass, err error) {
	var failed *Error
	switch {
	case err == nil:
		c.gate.accepted()
	case !errors.As(err, &failed):
		c.gate.returned()
	case failed.tooMany():
		c.gate.refused(pass, failed.RetryAfter)
	case failed.Status >= 400 && failed.Status <= 499:
		c.gate.accepted()
	default:
		c.gate.returned()
	}
}

// tooMany reports whether the service wants fewer requests, from everybody.
func (e *Error) tooMany() bool {
	return e.Class == Throttled || e.Status == http.StatusServiceUnavailable && e.RetryAfter > 0
}

// pause waits, and reports whether ctx lasted as long.
func pause(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// tries is what was done so far to read one page.
type tries struct {
	n         int       // requests; redirects and replays with a renewed token belong to theirs
	garbled   int       // of these, answered whole and unreadably
	began     time.Time // when the first left
	idle      time.Time // since when nothing is under way
	token     string    // of the last request that was answered
	first     *Error
	last      error
	uncertain bool // one of them may have changed something
}

// begin counts a request that is let out.
func (t *tries) begin(page int, pass pass) sending {
	now := time.Now()
	if t.n == 0 {
		t.began = now
	}
	t.n++
	return sending{page: page, attempt: t.n, waited: now.Sub(t.idle), limit: pass.limit, perSecond: pass.perSecond}
}

// failed counts a request that failed, and returns Exchange's part of the error,
// or nil where there is none.
func (t *tries) failed(err error) *Error {
	t.idle = time.Now()
	t.last = err
	var failed *Error
	if !errors.As(err, &failed) {
		return nil
	}
	if t.first == nil {
		t.first = failed
	}
	if failed.garbled {
		t.garbled++
	}
	t.uncertain = t.uncertain || failed.Uncertain
	failed.Uncertain = t.uncertain
	failed.Attempts = t.n
	failed.Elapsed = t.idle.Sub(t.began)
	failed.first = t.first
	return failed
}

// giveUp returns when there is no use any more in a further request, or the zero
// time.
func (t *tries) giveUp(ctx context.Context, call *call) time.Time {
	if deadline, ok := call.deadline(ctx); ok {
		return deadline
	}
	if t.n == 0 {
		return time.Time{}
	}
	return t.began.Add(retryTimeout)
}

// mayReplay reports whether a request that failed may be sent again. A cmdlet that
// is not idempotent is repeated only where it surely did not run.
func (t *tries) mayReplay(call *call, failed *Error, page int) bool {
	switch {
	case failed.Class == Throttled:
		return true
	case failed.unsent:
		return !isHopeless(failed.Err) && time.Since(t.began) < unreachableTimeout
	case !call.idempotent:
		return false
	case failed.garbled:
		return page == 1 && t.garbled < maxGarbled
	}
	return failed.Class == Transient || failed.Err != nil
}

// notSent returns the error of a request that was not let out: the context's end
// or [errTooLate], beside the failure that it was to make good.
func (t *tries) notSent(call *call, reason error) error {
	late := errors.Is(reason, errTooLate)
	var failed *Error
	switch {
	case t.last == nil && late:
		e := &Error{Class: Throttled, Message: "the request was not sent, because " + reason.Error(), unsent: true}
		return e.of(call)
	case t.last == nil:
		return fmt.Errorf("%s was not sent: %w", call.cmdlet, inWords(reason))
	case late && errors.As(t.last, &failed):
		failed.stopped = reason.Error()
		return t.last
	default:
		return fmt.Errorf("%w (the wait for another attempt ended: %w)", t.last, inWords(reason))
	}
}

// abandoned returns an error that Exchange has no part in, such as one of the
// token source's, beside an earlier failure that may have left something behind.
func (t *tries) abandoned(err error) error {
	if t.first == nil {
		return err
	}
	return fmt.Errorf("%w (after %w)", err, t.first)
}
