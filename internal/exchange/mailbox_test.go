// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

func TestMailboxIsReadFromSparseAndOddRows(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		row  adminapi.Row
		want Mailbox
	}{
		"whole": {
			adminapi.Row{
				"Guid": "6233FBA6-0198-4277-892F-9275BF728BCC", "ExchangeGuid": "E1D10000-0000-0000-0000-000000000001", "ExternalDirectoryObjectId": "0D000000-0000-0000-0000-00000000000A",
				"Name": "Invoices", "DisplayName": "Invoices", "Alias": "invoices", "PrimarySmtpAddress": "invoices@contoso.com", "UserPrincipalName": "invoices@contoso.com",
				"EmailAddresses":    []any{"smtp:rechnungen@contoso.com", "SMTP:invoices@contoso.com"},
				"DistinguishedName": "CN=Invoices", "Office": "Berlin", "HiddenFromAddressListsEnabled": "True",
				"CustomAttribute1": "finance", "CustomAttribute2": "", "CustomAttribute15": "x",
				"ExtensionCustomAttribute1": []any{"b", "a"}, "ExtensionCustomAttribute2": []any{}, "ExtensionCustomAttribute5": "one",
				"AdministrativeUnits": []any{"60F565A0-9A30-40E6-A34E-4023DB4616C2", "4d819ce9-9257-44d6-9f3c-1c1d2e3f4a5b"},
				"WhenCreatedUTC":      "2025-11-11T09:47:38.0000000Z",
			},
			Mailbox{
				GUID: "6233fba6-0198-4277-892f-9275bf728bcc", ExchangeGUID: "e1d10000-0000-0000-0000-000000000001", ExternalDirectoryObjectID: "0d000000-0000-0000-0000-00000000000a",
				Name: "Invoices", DisplayName: "Invoices", Alias: "invoices", PrimarySMTPAddress: "invoices@contoso.com", UserPrincipalName: "invoices@contoso.com",
				EmailAddresses:    []string{"SMTP:invoices@contoso.com", "smtp:rechnungen@contoso.com"},
				DistinguishedName: "CN=Invoices", Office: "Berlin", HiddenFromAddressLists: true,
				CustomAttributes:          map[string]string{"CustomAttribute1": "finance", "CustomAttribute15": "x"},
				ExtensionCustomAttributes: map[string][]string{"ExtensionCustomAttribute1": {"b", "a"}, "ExtensionCustomAttribute5": {"one"}},
				AdministrativeUnits:       []string{"4d819ce9-9257-44d6-9f3c-1c1d2e3f4a5b", "60f565a0-9a30-40e6-a34e-4023db4616c2"},
				WhenCreated:               time.Date(2025, time.November, 11, 9, 47, 38, 0, time.UTC),
			},
		},
		"almost nothing": {
			adminapi.Row{"ExchangeObjectId": "6233fba6-0198-4277-892f-9275bf728bcc", "Office": nil, "EmailAddresses": nil, "WhenCreatedUTC": "yesterday", "WindowsEmailAddress": "a@contoso.com"},
			Mailbox{
				GUID: "6233fba6-0198-4277-892f-9275bf728bcc", PrimarySMTPAddress: "a@contoso.com",
				CustomAttributes: map[string]string{}, ExtensionCustomAttributes: map[string][]string{},
			},
		},
	} {
		if difference := cmp.Diff(test.want, mailboxFrom(test.row)); difference != "" {
			t.Errorf("%s (-want +got):\n%s", name, difference)
		}
	}
}
