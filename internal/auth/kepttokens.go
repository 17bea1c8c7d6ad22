// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"strconv"
	"strings"
	"sync"
	"time"
)

// renewalMargin is how long before its end a token is no longer handed out, which
// is MSAL's margin too.
const renewalMargin = 5 * time.Minute

// keptTokens holds tokens by scope until shortly before they end. The zero value
// holds none.
type keptTokens struct {
	mu      sync.Mutex
	byScope map[string]keptToken
}

type keptToken struct {
	token string
	ends  time.Time
}

func (k *keptTokens) get(scope string) (token string, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	kept, ok := k.byScope[scope]
	if !ok || time.Until(kept.ends) <= renewalMargin {
		return "", false
	}
	return kept.token, true
}

func (k *keptTokens) put(scope, token string, ends time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byScope == nil {
		k.byScope = map[string]keptToken{}
	}
	k.byScope[scope] = keptToken{token, ends}
}

// resourceOf returns the resource that a scope is of, as older protocols name it.
func resourceOf(scope string) string { return strings.TrimSuffix(scope, "/.default") }

// seconds is a number of seconds in JSON, which some services write as a string.
type seconds int64

// UnmarshalJSON implements [json.Unmarshaler].
func (s *seconds) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	if text == "" || text == "null" {
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	*s = seconds(n)
	return err
}
