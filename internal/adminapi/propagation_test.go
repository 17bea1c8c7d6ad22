// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

func waitingForRoles(limit time.Duration) func(*adminapi.Config) {
	return func(config *adminapi.Config) { config.RolePropagation = limit }
}

func TestARoleOnItsWayIsWaitedForWhereThatIsAsked(t *testing.T) {
	t.Parallel()
	unauthenticated, forbidden := says(http.StatusUnauthorized, ""), says(http.StatusForbidden, "\x00\x00\x00")
	for name, refusals := range map[string]answers{
		"not accepted yet":                   {unauthenticated, unauthenticated, unauthenticated, unauthenticated, found},
		"forbidden without reason":           {forbidden, forbidden, forbidden, found},
		"one and then the other":             {unauthenticated, unauthenticated, forbidden, found},
		"a command that may not be repeated": {forbidden, found},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				source := &tokens{}
				command := read
				command.Idempotent = name != "a command that may not be repeated"
				transport := &wire{answers: refusals}
				client := wired(t, transport, waitingForRoles(time.Hour), func(config *adminapi.Config) { config.Tokens = source })
				if _, err := client.Invoke(t.Context(), command); err != nil {
					t.Fatal(err)
				}
				if got := transport.requests(); got != len(refusals) {
					t.Errorf("%d requests, want %d", got, len(refusals))
				}
				// Roles are in the token: one that was refused is of no use again.
				if source.n != len(refusals) {
					t.Errorf("%d tokens for %d requests", source.n, len(refusals))
				}
			})
		})
	}
}

func TestARoleIsWaitedForOnceARun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := &wire{answers: answers{says(http.StatusForbidden, "")}}
		client := wired(t, transport, waitingForRoles(10*time.Minute))
		for _, test := range []struct{ least, most time.Duration }{{9 * time.Minute, 11 * time.Minute}, {0, 0}} {
			began := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
			_, err := client.Invoke(ctx, read)
			cancel()
			if adminapi.ClassOf(err) != adminapi.Forbidden {
				t.Fatalf("error = %v", err)
			}
			if took := time.Since(began); took < test.least || took > test.most {
				t.Errorf("the refusal came after %s, want %s to %s", took, test.least, test.most)
			}
		}
	})
}

func TestARefusalThatNoRoleOnItsWayExplainsIsNotWaitedOut(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		limit   time.Duration
		refusal http.RoundTripper
		sent    int
	}{
		"nobody asked for a wait":   {0, says(http.StatusForbidden, ""), 1},
		"nobody asked, and a 401":   {0, says(http.StatusUnauthorized, ""), 2},
		"access control has spoken": {time.Hour, says(http.StatusForbidden, "", `x-ms-diagnostics: 2000003;reason="role required"`), 1},
		"another refusal":           {time.Hour, says(http.StatusBadRequest, `{"error":{"code":"BadRequest","message":"Invalid Operation"}}`), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport := &wire{answers: answers{test.refusal}}
				began := time.Now()
				if _, err := wired(t, transport, waitingForRoles(test.limit)).Invoke(t.Context(), read); err == nil {
					t.Fatal("the refusal was taken for an answer")
				}
				if got := transport.requests(); got != test.sent || time.Since(began) != 0 {
					t.Errorf("%d requests in %s, want %d at once", got, time.Since(began), test.sent)
				}
			})
		})
	}
}
