// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package fault makes the answers of a sandbox tenant go wrong by rule, and
// keeps the record of what the tenant was asked.
//
// A [Fault] is one thing that can go wrong, a [Rule] says which requests it
// befalls, and an [Injector] holds the rules. The sandbox's services ask the
// injector about every request at the three points where a fault can strike: at
// the door, before anybody looks at the token; once the caller is known, before
// anything is done; and when everything is done, on the way back. A [Recorder]
// tells afterwards what was asked, what was injected and what was executed.
//
// Whether a fault strikes depends on the rules and on the order of the requests
// alone, and so do the draws of a [Rule] with a rate: the same requests in the
// same order meet the same faults.
package fault

import (
	"maps"
	"net/http"
	"time"
)

// A Fault is one thing that goes wrong with a request. The zero Fault is none:
// a rule with it counts the requests that it matches.
//
// What a fault sends instead of the service's answer was seen of the service,
// unless the comment at its constructor says otherwise. A method of Fault
// returns a variant and leaves the fault as it was.
type Fault struct {
	name string
	at   point
	// answer is sent in the place of the service's; nil lets the service answer.
	answer func(Call, time.Time) Answer
	// change alters the answer, be it the service's or the fault's.
	change   func(Call, Answer) Answer
	delivery delivery
	// delay is how long nothing happens, and pace the time between two pieces
	// of an answer that dribbles.
	delay, pace time.Duration
	// untilNewToken makes the fault strike every further request that carries
	// the token of the first.
	untilNewToken bool
}

// A point is where in the handling of a request a fault strikes.
type point int

const (
	// nowhere is the point of the zero Fault, which is counted at the door.
	nowhere point = iota
	// atDoor is before the token is looked at, as a proxy in front of the
	// service would fail.
	atDoor
	// admitted is when the caller is known and nothing is done yet.
	admitted
	// executed is when everything is done and the answer is about to be sent.
	executed
)

// A delivery is the manner in which an answer is sent.
type delivery int

const (
	whole    delivery = iota
	reset             // The connection is cut before a byte of the answer.
	cut               // The connection is cut in the middle of the body.
	hang              // Nothing is sent until the client goes away.
	dribbled          // The body comes in small pieces.
)

// silent says that the client gets no answer at all.
func (d delivery) silent() bool { return d == reset || d == hang }

// String names the fault, as in "503 JSON" or "reset after execution".
func (f Fault) String() string {
	if f.name == "" {
		return "none"
	}
	return f.name
}

// AfterExecution returns the fault that lets the service do what it was asked
// and strikes then: the client cannot tell that it was done.
func (f Fault) AfterExecution() Fault {
	if f.at != executed {
		f.at = executed
		f.name += " after execution"
	}
	return f
}

// WithoutBody returns the fault whose answer has no body.
func (f Fault) WithoutBody() Fault {
	f.name += " without body"
	return f.changed(func(_ Call, a Answer) Answer {
		a.Header = maps.Clone(a.Header)
		delete(a.Header, "Content-Type")
		delete(a.Header, "Content-Encoding")
		a.Body = nil
		return a
	})
}

// RetryAfter returns the fault whose answer has that header.
func (f Fault) RetryAfter(after RetryAfter) Fault {
	f.name += ", " + after.String()
	inner := f.answer
	if inner == nil {
		return f
	}
	f.answer = func(c Call, now time.Time) Answer {
		a := inner(c, now)
		a.Header = maps.Clone(a.Header)
		if value := after.value(now); value != "" {
			a.Header["Retry-After"] = value
		}
		return a
	}
	return f
}

// UntilNewToken returns the fault that, once it has struck, strikes every
// request with the same access token, whatever the rule says of cmdlet, number
// and rate: as if the token had ended there.
func (f Fault) UntilNewToken() Fault {
	f.untilNewToken = true
	f.name += " until a new token"
	return f
}

// changed returns the fault with a further change to its answer.
func (f Fault) changed(change func(Call, Answer) Answer) Fault {
	if before := f.change; before != nil {
		f.change = func(c Call, a Answer) Answer { return change(c, before(c, a)) }
	} else {
		f.change = change
	}
	return f
}

// apply makes the answer that the client is to get of the service's.
func (f Fault) apply(c Call, a Answer, now time.Time) Answer {
	if f.delivery.silent() {
		return Answer{}
	}
	if f.answer != nil {
		a = f.answer(c, now)
	}
	if f.change != nil {
		a = f.change(c, a)
	}
	return a
}

// Reset cuts the connection before anything is done and before a byte of the
// answer. Over HTTP/2 it resets the stream.
func Reset() Fault { return Fault{name: "reset", at: atDoor, delivery: reset} }

// Hang does nothing, and answers nothing, until the client goes away.
func Hang() Fault { return Fault{name: "hang", at: atDoor, delivery: hang} }

// Slow waits before anything is done. A client that goes away in that time has
// its request forgotten. AfterExecution makes it wait with the answer.
func Slow(delay time.Duration) Fault {
	return Fault{name: "slow by " + delay.String(), at: atDoor, delay: delay}
}

// CutBody sends the head and one half of the body of the service's answer, and
// cuts the connection.
func CutBody() Fault { return Fault{name: "body cut off", at: executed, delivery: cut} }

// Dribble sends the service's answer in 16 pieces with a pause before each.
func Dribble(pace time.Duration) Fault {
	return Fault{name: "body dribbling by " + pace.String(), at: executed, delivery: dribbled, pace: pace}
}

// Truncated sends one half of the body of the service's answer as if it were
// all.
func Truncated() Fault {
	return changing("truncated body", func(_ Call, a Answer) Answer {
		a.Body = a.Body[:len(a.Body)/2]
		return a
	})
}

// Garbled puts bytes into the body that make it neither JSON nor UTF-8.
func Garbled() Fault {
	return changing("garbled body", func(_ Call, a Answer) Answer {
		third := len(a.Body) / 3
		garbled := append([]byte(nil), a.Body[:third]...)
		garbled = append(garbled, "\x1b\"}]{\xff,:"...)
		a.Body = append(garbled, a.Body[third:]...)
		return a
	})
}

// Empty sends the service's status and headers, and no body.
func Empty() Fault {
	return changing("empty body", func(_ Call, a Answer) Answer {
		a.Body = nil
		return a
	})
}

// NULBody replaces every byte of the body by NUL and declares it compressed.
func NULBody() Fault {
	return changing("NUL body", func(_ Call, a Answer) Answer {
		a.Body = make([]byte, len(a.Body))
		return a.encoded("gzip")
	})
}

// FalseGzip declares the body compressed, which it is not.
func FalseGzip() Fault {
	return changing("body falsely declared gzip", func(_ Call, a Answer) Answer { return a.encoded("gzip") })
}

// UndeclaredGzip compresses the body and does not say so.
func UndeclaredGzip() Fault {
	return changing("gzip undeclared", func(_ Call, a Answer) Answer {
		a.Body = compressed(a.Body)
		return a.encoded("")
	})
}

// RepeatedPage makes the link to the next page lead to the page that has it. An
// answer without a link stays as it is.
func RepeatedPage() Fault {
	return changing("link to the same page", func(c Call, a Answer) Answer {
		a.Body = relink(a.Body, func(string) string { return c.url })
		return a
	})
}

// BrokenLink makes the link to the next page one that the service refuses.
func BrokenLink() Fault {
	return changing("broken link", func(_ Call, a Answer) Answer {
		a.Body = relink(a.Body, brokenLink)
		return a
	})
}

func changing(name string, change func(Call, Answer) Answer) Fault {
	return Fault{name: name, at: executed, change: change}
}

// Answers returns every answer that services of Microsoft's were seen to give
// instead of doing what they are asked, or are documented to, with and without
// their bodies and headers: a table to go through in a test.
func Answers() []Fault {
	faults := []Fault{
		BadValue(), UnknownParameter(), PageExpired(),
		Unauthorized(), UnauthorizedWithoutChallenge(), ClaimsChallenge(), NotAllowed(),
		Forbidden(), Forbidden().WithoutBody(), ForbiddenNUL(),
		NotFound("Another object"), RouteNotFound(), RouteNotFound().WithoutBody(),
		Status(http.StatusMethodNotAllowed, Text), Status(http.StatusMethodNotAllowed, Text).WithoutBody(),
		ADTransient(), QuotaExceeded(),
	}
	for _, after := range []RetryAfter{{}, Seconds(2 * time.Second), Decimal(1500 * time.Millisecond), Date(2 * time.Second)} {
		faults = append(faults, Throttled().RetryAfter(after), ConcurrencyExceeded().RetryAfter(after), Throttled().WithoutBody().RetryAfter(after))
	}
	for _, status := range []int{
		http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout,
	} {
		faults = append(faults, Status(status, JSON), Status(status, HTML), Status(status, Text), Status(status, Text).WithoutBody())
	}
	return faults
}
