// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"net/http"
	"time"
)

// refusalTime is how long a refusal of the first sign-in is taken for the answer
// to the next ones. Those who ask together, such as Terraform's workers, do so
// within it. What was created a moment ago, and not every server of Entra knows,
// has another try after it.
const refusalTime = time.Minute

// signIn is what is known of the sign-ins for a scope.
type signIn struct {
	succeeded bool
	refused   *Error // or nil
	until     time.Time
}

// refusal returns what the first sign-in for a scope was refused with, where a
// further one would be, too, and else nil.
func (s *TokenSource) refusal(scope string) *Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.signIns[scope]
	if known == nil || known.refused == nil || !time.Now().Before(known.until) {
		return nil
	}
	return known.refused
}

// failed notes that a sign-in failed. Where one has succeeded before, it says
// nothing about the next: what is signed in with may be right and Entra wrong.
func (s *TokenSource) failed(scope string, err *Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.signIns[scope]; known != nil && known.succeeded || !err.lasts() {
		return
	}
	s.signIns[scope] = &signIn{refused: err, until: time.Now().Add(refusalTime)}
}

// succeeded notes that there is a token.
func (s *TokenSource) succeeded(scope string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signIns[scope] = &signIn{succeeded: true}
}

// lasts reports whether Entra refused the sign-in for what a further one would
// have, too: the secret, the certificate, the application or the tenant. Others
// pass, or depend on an assertion that is another one by then.
func (e *Error) lasts() bool {
	if e.Service != entraService || e.Status != http.StatusBadRequest && e.Status != http.StatusUnauthorized {
		return false
	}
	switch e.Code {
	case "AADSTS7000215", "AADSTS7000222", "AADSTS7000216", "AADSTS700027", "AADSTS700016", "AADSTS7000112",
		"AADSTS90002", "AADSTS900021", "AADSTS900023", "AADSTS90038", "AADSTS900382":
		return true
	}
	return false
}
