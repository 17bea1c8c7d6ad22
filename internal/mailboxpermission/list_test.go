// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package mailboxpermission_test

import (
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
)

// What is listed becomes configuration, which takes one inheritance type.
func TestRightsThatAreInheritedInDifferentWaysAreListedWithOneAndAWarning(t *testing.T) {
	t.Parallel()
	acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
		for _, p := range []map[string]any{
			{"Identity": support, "User": adele, "AccessRights": []any{"FullAccess"}, "InheritanceType": "None"},
			{"Identity": support, "User": adele, "AccessRights": []any{"ReadPermission"}, "InheritanceType": "All"},
			{"Identity": support, "User": megan, "AccessRights": []any{"FullAccess"}, "InheritanceType": "None"},
		} {
			s.Run("Add-MailboxPermission", p)
		}
		s.TestCore(func(w *core.Workspace) {
			listed, err := w.List(t.Context(), core.List{
				Type: "exchange_mailbox_permission", Attributes: core.Attributes{"mailboxes": []string{support}}, IncludeResource: true,
			})
			if err != nil || len(listed) != 2 {
				t.Fatalf("got %v, %v", listed, err)
			}
			for i, want := range []string{"All", "None"} {
				if got := listed[i].Resource["inheritance_type"]; got != want {
					t.Errorf("%s: the inheritance type is %v, want %s", listed[i].DisplayName, got, want)
				}
			}
			const detail = "The rights of 'adele@contoso.com' on 'support@contoso.com' are inherited in several ways: All, None. A resource has one inheritance_type, " +
				"and the list gives All. The plan that imports the entry replaces it by one that has all of its rights with the inheritance_type of the configuration."
			warnings := w.Warnings()
			if len(warnings) != 1 || warnings[0].Summary != "Mailbox permission with several inheritance types" || warnings[0].Detail != detail {
				t.Errorf("the warnings are %+v", warnings)
			}
		})
	})
}
