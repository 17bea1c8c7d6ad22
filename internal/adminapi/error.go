// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"
)

// Error is an answer of Exchange's that is not the cmdlet's output, or the loss
// of one. Its texts are valid UTF-8 in one line without control characters, cut
// to a readable length, and hold no token.
type Error struct {
	// Cmdlet is the cmdlet that was invoked.
	Cmdlet string
	// Status is the HTTP status, or 0 where no answer came: then nobody knows
	// whether the cmdlet ran.
	Status int
	// Class is what the error means.
	Class Class
	// Code is the error's code, which mostly repeats the status in words.
	Code string
	// ID is the id of the error's text, such as Ex6F9304. It is the same in all
	// languages.
	ID string
	// Type is the .NET type of the exception.
	Type string
	// Message is what Exchange said, or "" where it said nothing readable.
	Message string
	// RequestID is the service's id of the request, and ClientRequestID is ours
	// of the call. Microsoft's support asks for them.
	RequestID, ClientRequestID string
	// Diagnostics is the header x-ms-diagnostics, which holds the reason of a 403
	// whose body does not.
	Diagnostics string
	// RetryAfter is how long the service asks to be left alone, or 0.
	RetryAfter time.Duration
	// Caller is who asked, as its token says.
	Caller Caller
	// Uncertain reports whether the cmdlet may have changed something all the
	// same: the answer was lost, or is one that Exchange gives before and after
	// the work alike. Cmdlets that change nothing are never uncertain.
	Uncertain bool
	// Attempts counts the requests that were sent, of which this is the answer to
	// the last, and Elapsed is the time that they took.
	Attempts int
	Elapsed  time.Duration
	// Unreached is the host that no connection to came about, or "". Then nothing was
	// sent.
	Unreached string
	// Err is why the answer was lost, or nil.
	Err error

	first   *Error       // the answer to the first attempt
	asked   *atomic.Bool // one of its kind was asked whether it is the first, where it is of a client
	stopped string       // why there was no further attempt
	formed  bool         // Exchange's own error body was there and whole
	garbled bool         // the answer came whole and could not be read
	unsent  bool         // the request did not leave
	tooMuch bool         // the answer is larger than what is read of one
	refused bool         // a success by its status that says that nothing was done
}

// Error returns a sentence: the cmdlet, the class, what Exchange said, what
// support needs to find the request, and how often it was tried.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s failed%s", e.Cmdlet, e.reason())
	var facts []string
	add := func(format, fact string) {
		if fact != "" {
			facts = append(facts, fmt.Sprintf(format, fact))
		}
	}
	if e.Status != 0 {
		facts = append(facts, fmt.Sprintf("HTTP %d", e.Status))
	}
	add("%s", e.ID)
	add("%s", lastPart(e.Type))
	add("diagnostics %s", e.Diagnostics)
	add("request id %s", e.RequestID)
	if e.RequestID == "" {
		add("client request id %s", e.ClientRequestID)
	}
	if len(facts) > 0 {
		fmt.Fprintf(&b, " (%s)", strings.Join(facts, ", "))
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, "; %d attempts in %s", e.Attempts, e.Elapsed.Round(time.Second))
		if e.first != nil && e.first.reason() != e.reason() {
			fmt.Fprintf(&b, ", and the first failed%s", e.first.reason())
		}
	}
	if e.stopped != "" {
		fmt.Fprintf(&b, "; there was no further attempt, because %s", e.stopped)
	}
	return b.String()
}

// reason returns the class and what Exchange said.
func (e *Error) reason() string {
	class := ""
	if e.Class != Other {
		class = ", " + e.Class.String()
	}
	switch {
	case e.Message != "":
		return class + ": " + e.Message
	case e.Unreached != "":
		return fmt.Sprintf(": Exchange could not be reached at %s: %v", e.Unreached, e.Err)
	case e.Err != nil:
		return fmt.Sprintf("%s: the answer was lost: %v", class, e.Err)
	}
	if diagnosed := diagnosedReason().FindStringSubmatch(e.Diagnostics); diagnosed != nil {
		return class + ": " + diagnosed[1]
	}
	return class + ": Exchange gave no readable reason"
}

// diagnosedReason finds the reason in a header x-ms-diagnostics, which reads
// `2000003;reason="role required"`.
var diagnosedReason = pattern(`(?i)\breason\s*=\s*"([^"]+)"`)

// Unwrap returns why the answer was lost.
func (e *Error) Unwrap() error { return e.Err }

// FirstOfItsKind reports whether it is asked for the first time of the client's
// errors of this class and cmdlet. So whoever shows hundreds of them can say once
// what there is to be done.
func (e *Error) FirstOfItsKind() bool { return e.asked == nil || e.asked.CompareAndSwap(false, true) }

// kinds are the kinds of error that a client has had. The zero value is none.
type kinds struct {
	mu    sync.Mutex
	asked map[string]*atomic.Bool
}

// mark makes an error, of which nobody knows yet, one of its kind.
func (k *kinds) mark(err error) {
	var failed *Error
	if !errors.As(err, &failed) {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	kind := failed.Cmdlet + " " + failed.Class.String()
	if k.asked == nil {
		k.asked = map[string]*atomic.Bool{}
	}
	if k.asked[kind] == nil {
		k.asked[kind] = new(atomic.Bool)
	}
	failed.asked = k.asked[kind]
}

// MayHaveHappened reports whether a command that failed with err may have changed
// something all the same. Whoever sees it looks what is there before the command
// is repeated.
func MayHaveHappened(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Uncertain
}

// lost returns the error of a request whose answer did not arrive whole.
func lost(received *answer, cause error) *Error {
	e := &Error{}
	if received != nil {
		e = newError(received.status, received.header, received.token)
		e.Class = classify(e, statement{})
	}
	if e.Class == Other && !isContextError(cause) {
		e.Class = Transient
	}
	e.Err = cause
	return e
}

// of completes the error of a call.
func (e *Error) of(call *call) *Error {
	e.Cmdlet = call.cmdlet
	e.ClientRequestID = call.id
	e.Uncertain = call.writes() && e.mayBeDone()
	return e
}

// mayBeDone reports whether a cmdlet whose answer this is may have run. Exchange's
// own refusal says that it has not, and so does the gateway's.
func (e *Error) mayBeDone() bool {
	switch {
	case e.Class == ReadOnlyForest:
		// Seen although the change had been written.
		return true
	case e.Class == Throttled, e.unsent, e.refused:
		return false
	case e.Status == http.StatusUnauthorized, e.Status == http.StatusForbidden:
		return false
	case e.Err != nil, !e.formed, e.Class == Transient:
		return true
	case e.Status == http.StatusInternalServerError:
		return e.Class == Other
	}
	return e.Status < 400 || e.Status > 499
}

// newError returns the error that an answer's status and headers tell of.
func newError(status int, header http.Header, token string) *Error {
	return &Error{
		Status:      status,
		Type:        clean(header.Get("x-ExceptionType"), maxNameLength, token),
		RequestID:   clean(header.Get("request-id"), maxNameLength, token),
		Diagnostics: clean(header.Get("x-ms-diagnostics"), maxTextLength, token),
		RetryAfter:  retryAfter(header),
		Caller:      readCaller(token),
	}
}

// The lengths that texts are cut to, in runes.
const (
	maxTextLength = 2000
	maxRawLength  = 300
	maxNameLength = 200
)

// jsonWebToken finds what looks like an access token, whoever's it is.
var jsonWebToken = pattern(`eyJ[\w-]{8,}(\.[\w-]*){1,2}`)

// clean returns a text of the service's as one line that is fit to be shown: no
// control characters, no token, and no longer than length.
func clean(text string, length int, token string) string {
	text = oneLine(text)
	if token != "" {
		text = strings.ReplaceAll(text, token, "[token]")
	}
	text = jsonWebToken().ReplaceAllString(text, "[token]")
	if utf8.RuneCountInString(text) > length {
		runes := []rune(text)
		text = string(runes[:length-1]) + "…"
	}
	return text
}

// oneLine makes runs of white space one space, and drops what is not text:
// control characters, invisible ones that reorder a line, and broken UTF-8.
func oneLine(text string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToValidUTF8(text, "") {
		switch {
		case unicode.IsSpace(r):
			gap = b.Len() > 0
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == utf8.RuneError:
		default:
			if gap {
				b.WriteByte(' ')
				gap = false
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}
