// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package clients_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/clients"
)

func TestWhatWasAdoptedIsNotTaken(t *testing.T) {
	t.Parallel()
	var h clients.Handover
	if err := h.Adopt(t.Context(), "entry"); err != nil {
		t.Fatal(err)
	}
	if _, ok := h.Take("entry"); ok {
		t.Error("it is taken")
	}
	if _, ok := h.Take("another entry"); !ok {
		t.Error("another one stays")
	}
}

func TestAdoptionWaitsForWhatIsJustBeingTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h clients.Handover
		done, ok := h.Take("entry")
		if !ok {
			t.Fatal("it is not taken")
		}
		ctx, cancel := context.WithCancel(t.Context())
		interrupted, adopted := make(chan error, 1), make(chan error, 1)
		go func() { interrupted <- h.Adopt(ctx, "entry") }()
		go func() { adopted <- h.Adopt(t.Context(), "entry") }()
		synctest.Wait()
		cancel()
		if err := <-interrupted; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		synctest.Wait()
		select {
		case err := <-adopted:
			t.Fatalf("it is adopted before it is taken: %v", err)
		default:
		}
		done()
		if err := <-adopted; err != nil {
			t.Error(err)
		}
	})
}
