// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

const (
	permissionMailbox = "6233fba6-0198-4277-892f-9275bf728bcc"
	adeleSID          = "S-1-5-21-1196097974-1292650839-4244031858-1272489"
	auditSID          = "S-1-5-21-1196097974-1292650839-4244031858-1272443"
)

func permissionOf(userSID, user string, deny bool, inheritanceType string, rights ...string) MailboxPermission {
	return MailboxPermission{
		MailboxPermissionID: MailboxPermissionID{permissionMailbox, userSID, deny},
		User:                user, AccessRights: rights, InheritanceType: inheritanceType,
	}
}

func TestMailboxPermissionsAreMadeOfWhateverRowsExchangeAnswers(t *testing.T) {
	t.Parallel()
	adele := func(changes ...string) adminapi.Row {
		row := adminapi.Row{"User": "adele@contoso.com", "UserSid": adeleSID, "AccessRights": []any{"FullAccess"}, "Deny": false, "IsInherited": false, "InheritanceType": "All"}
		for i := 0; i+1 < len(changes); i += 2 {
			row[changes[i]] = changes[i+1]
		}
		return row
	}
	full := permissionOf(adeleSID, "adele@contoso.com", false, "All", "FullAccess")
	both := permissionOf(adeleSID, "adele@contoso.com", false, "All", "FullAccess", "ReadPermission")
	for name, test := range map[string]struct {
		rows []adminapi.Row
		want []MailboxPermission
	}{
		"none":                     {nil, []MailboxPermission{}},
		"one":                      {[]adminapi.Row{adele()}, []MailboxPermission{full}},
		"rights joined by a comma": {[]adminapi.Row{adele("AccessRights", "FullAccess, ReadPermission")}, []MailboxPermission{both}},
		"rights in a list":         {[]adminapi.Row{{"User": "adele@contoso.com", "UserSid": adeleSID, "AccessRights": []any{"ReadPermission", "FullAccess"}}}, []MailboxPermission{both}},
		"two rows of one trustee":  {[]adminapi.Row{adele(), adele("AccessRights", "ReadPermission,fullaccess")}, []MailboxPermission{both}},
		"booleans as texts":        {[]adminapi.Row{adele("Deny", "True", "IsInherited", "False")}, []MailboxPermission{permissionOf(adeleSID, "adele@contoso.com", true, "All", "FullAccess")}},
		"no inheritance type":      {[]adminapi.Row{adele("InheritanceType", "")}, []MailboxPermission{full}},
		"rows that are inherited by different parts": {
			[]adminapi.Row{adele("InheritanceType", "None", "AccessRights", "ReadPermission"), adele()},
			[]MailboxPermission{permissionOf(adeleSID, "adele@contoso.com", false, "All, None", "FullAccess", "ReadPermission")},
		},
		"the owner's own entries, twice": {[]adminapi.Row{
			adele("User", `NT AUTHORITY\SELF`, "UserSid", "S-1-5-10"),
			adele("User", `NT-AUTORITÄT\SELBST`, "UserSid", "S-1-5-10", "AccessRights", "FullAccess, ExternalAccount, ReadPermission"),
			adele("User", `nt authority\self`, "UserSid", ""),
		}, []MailboxPermission{}},
		"inherited rows":               {[]adminapi.Row{adele("IsInherited", "True")}, []MailboxPermission{}},
		"SendAs beside another right":  {[]adminapi.Row{adele("AccessRights", "FullAccess, SendAs")}, []MailboxPermission{full}},
		"SendAs alone":                 {[]adminapi.Row{adele("AccessRights", "SendAs")}, []MailboxPermission{}},
		"a trustee that is gone":       {[]adminapi.Row{adele("User", adeleSID)}, []MailboxPermission{permissionOf(adeleSID, adeleSID, false, "All", "FullAccess")}},
		"a trustee by its SID only":    {[]adminapi.Row{adele("User", adeleSID, "UserSid", "")}, []MailboxPermission{permissionOf(adeleSID, adeleSID, false, "All", "FullAccess")}},
		"a trustee without a SID":      {[]adminapi.Row{adele("UserSid", "")}, []MailboxPermission{permissionOf("", "adele@contoso.com", false, "All", "FullAccess")}},
		"a row of unheard-of contents": {[]adminapi.Row{{"AccessRights": map[string]any{"a": 1}}, {}}, []MailboxPermission{}},
		"several trustees, in order": {
			[]adminapi.Row{adele("Deny", "True"), adele("User", "Audit", "UserSid", auditSID), adele("User", "Adele", "UserSid", auditSID, "Deny", "True"), adele()},
			[]MailboxPermission{
				permissionOf(auditSID, "Adele", true, "All", "FullAccess"), full,
				permissionOf(adeleSID, "adele@contoso.com", true, "All", "FullAccess"), permissionOf(auditSID, "Audit", false, "All", "FullAccess"),
			},
		},
	} {
		got := mailboxPermissionsFrom(permissionMailbox, test.rows)
		for i := range got {
			got[i].rows = nil
		}
		if difference := cmp.Diff(test.want, got, cmp.AllowUnexported(MailboxPermission{})); difference != "" {
			t.Errorf("%s (-want +got):\n%s", name, difference)
		}
	}
}

func TestPermissionHasRightsInAnyOrderAndLetterCase(t *testing.T) {
	t.Parallel()
	permission := permissionOf(adeleSID, "adele@contoso.com", false, "All", "FullAccess", "ReadPermission")
	for _, test := range []struct {
		rights []string
		want   bool
	}{
		{[]string{"FullAccess", "ReadPermission"}, true},
		{[]string{"readpermission", "FULLACCESS", "FullAccess"}, true},
		{[]string{"FullAccess"}, false},
		{[]string{"FullAccess", "ReadPermission", "DeleteItem"}, false},
		{nil, false},
	} {
		if got := permission.Has(test.rights); got != test.want {
			t.Errorf("Has(%q) = %t", test.rights, got)
		}
	}
}

func TestAChangeOfRightsHasSettledWhenAllOfItShows(t *testing.T) {
	t.Parallel()
	permission := permissionOf(adeleSID, "adele@contoso.com", false, "All", "FullAccess", "ReadPermission")
	for _, test := range []struct {
		added, removed []string
		settled        bool
	}{
		{[]string{"fullaccess"}, nil, true},
		{[]string{"DeleteItem"}, nil, false},
		{nil, []string{"DeleteItem"}, true},
		{nil, []string{"DeleteItem", "FullAccess"}, false},
		{[]string{"FullAccess"}, []string{"ReadPermission"}, false},
	} {
		err := permission.unsettled(test.added, test.removed)
		var again notYet
		if errors.As(err, &again) == test.settled {
			t.Errorf("added %q, removed %q: %v", test.added, test.removed, err)
		}
	}
}

func TestSIDsAndSelfAreKnown(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		adeleSID: true, "s-1-5-10": true, "S-1-5": true,
		"S-1": false, "": false, "adele@contoso.com": false, "S-1-5-21-": false, adeleSID + " ": false, "DS-1-5": false,
	} {
		if got := IsSID(text); got != want {
			t.Errorf("IsSID(%q) = %t", text, got)
		}
	}
	for text, want := range map[string]bool{
		"S-1-5-10": true, "s-1-5-10": true, `NT AUTHORITY\SELF`: true, `nt authority\self`: true, "SELF": false, adeleSID: false, "": false,
	} {
		if got := IsSelf(text); got != want {
			t.Errorf("IsSelf(%q) = %t", text, got)
		}
	}
}
