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
