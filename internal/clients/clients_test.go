// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package clients_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/clients"
)

func TestNoticeIsDueOnceHoweverManyAsk(t *testing.T) {
	t.Parallel()
	configured := &clients.Clients{PoliciesSuperseded: new(clients.Notice)}
	var due atomic.Int32
	var asking sync.WaitGroup
	for range 20 {
		asking.Go(func() {
			if clients.Of(configured).PoliciesSuperseded.Due() {
				due.Add(1)
			}
		})
	}
	asking.Wait()
	if got := due.Load(); got != 1 {
		t.Errorf("it was due %d times", got)
	}
}

func TestNoticeThatIsNotWantedIsNeverDue(t *testing.T) {
	t.Parallel()
	if clients.Of(nil).PoliciesSuperseded.Due() {
		t.Error("it was due")
	}
}
