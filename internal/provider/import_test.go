// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
)

// An empty id is what a script gives whose variable was never set.
func TestImportOfAnEmptyIDIsRefusedInPlainWords(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{
		"exchange_service_principal":          `Import exchange_service_principal by the object id or the application id of the enterprise application: "" is not a GUID, such as 6233fba6-0198-4277-892f-9275bf728bcc.`,
		"exchange_management_scope":           `Import exchange_management_scope by the scope's name or GUID: the id is empty; give a name or a GUID.`,
		"exchange_role_assignment":            `Import exchange_role_assignment by the assignment's name or GUID: the id is empty; give a name or a GUID.`,
		"exchange_application_access_policy":  `Import exchange_application_access_policy by the policy's Identity as Get-ApplicationAccessPolicy shows it: the id is empty.`,
		"exchange_mailbox_permission":         `Import exchange_mailbox_permission by mailbox|user, or mailbox|user|deny for an entry that denies: "" is not of the form mailbox|user or mailbox|user|deny, such as info@contoso.com|adele@contoso.com.`,
		"exchange_organization_customization": `Import exchange_organization_customization by the tenant's initial domain, such as contoso.onmicrosoft.com: the id is empty.`,
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			s.TestCore(func(w *core.Workspace) {
				err := w.Import(t.Context(), core.Import{Address: kind + ".test"})
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %s", err, want)
				}
			})
		})
	}
}

// Import blocks stay in configurations, and hold up every plan once the object is gone.
func TestImportOfWhatIsNotThereSaysWhatToDoWithTheImportBlock(t *testing.T) {
	t.Parallel()
	const guid = "eb294b83-0000-4000-8000-000000000000"
	for kind, id := range map[string]string{
		"exchange_service_principal":         guid,
		"exchange_management_scope":          "Nobody's mailboxes",
		"exchange_role_assignment":           guid,
		"exchange_application_access_policy": `11111111-1111-1111-1111-111111111111\22222222-2222-2222-2222-000000000000:S-1-5-21-1-2-3-4;` + guid,
		"exchange_mailbox_permission":        "info@contoso.com|megan@contoso.com",
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			acctest.InVirtualTime(t, func(t *testing.T, s *acctest.Sandbox) {
				s.TestCore(func(w *core.Workspace) {
					const want = "\n\nCheck the id. If the object was removed after it had been imported, remove the import block that names it: an import block has done its work once it is applied."
					err := w.Import(t.Context(), core.Import{Address: kind + ".test", ID: id})
					if err == nil || !strings.Contains(err.Error(), want) {
						t.Errorf("got %v", err)
					}
				})
			})
		})
	}
}
