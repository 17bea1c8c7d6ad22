// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package importid_test

import (
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/importid"
)

func TestPolicyIdentityTellsWhatWasLostOnTheWay(t *testing.T) {
	t.Parallel()
	const (
		tenant = "11111111-1111-1111-1111-111111111111"
		app    = "22222222-2222-2222-2222-0000000000aa"
		scope  = "S-1-5-21-1-2-3-4;6233fba6-0198-4277-892f-9275bf728bcc"
	)
	for id, says := range map[string]string{
		tenant + `\` + app + ":" + scope:         "",
		tenant + `\*:` + scope:                   "",
		"":                                       "empty",
		" \t":                                    "empty",
		tenant + app + ":" + scope:               "no backslash",
		"6233fba6-0198-4277-892f-9275bf728bcc":   "no backslash",
		tenant + `\` + app + ":S-1-5-21-1-2-3-4": "not of the form",
		tenant + `\` + app:                       "not of the form",
	} {
		err := importid.PolicyIdentity(id)
		switch {
		case says == "" && err != nil:
			t.Errorf("PolicyIdentity(%q) = %v", id, err)
		case says != "" && (err == nil || !strings.Contains(err.Error(), says)):
			t.Errorf("PolicyIdentity(%q) = %v, want an error that says %q", id, err, says)
		}
	}
}
