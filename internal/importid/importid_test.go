// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package importid_test

import (
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/importid"
)

func TestGUIDIsReadInLowerCaseAndNothingElseIsRead(t *testing.T) {
	t.Parallel()
	got, err := importid.GUID("6233FBA6-0198-4277-892F-9275bf728bcc")
	if err != nil || got != "6233fba6-0198-4277-892f-9275bf728bcc" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, id := range []string{"", "app", "6233fba601984277892f9275bf728bcc", "{6233fba6-0198-4277-892f-9275bf728bcc}", "urn:uuid:6233fba6-0198-4277-892f-9275bf728bcc", " 6233fba6-0198-4277-892f-9275bf728bcc"} {
		if got, err := importid.GUID(id); err == nil {
			t.Errorf("GUID(%q) = %q, want an error", id, got)
		}
	}
}

func TestNameOrGUIDRefusesEmptyIdsAndWildcards(t *testing.T) {
	t.Parallel()
	for id, wanted := range map[string]bool{
		"Payroll mailboxes":                    true,
		`a|b\c:d;e`:                            true,
		"6233fba6-0198-4277-892f-9275bf728bcc": true,
		"":                                     false,
		"  ":                                   false,
		"Payroll*":                             false,
	} {
		if err := importid.NameOrGUID(id); (err == nil) != wanted {
			t.Errorf("NameOrGUID(%q) = %v", id, err)
		}
	}
}
