// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package importid_test

import (
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/importid"
)

func TestMailboxPermissionIsReadFromTwoOrThreeParts(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]importid.MailboxPermissionID{
		"info@contoso.com|adele@contoso.com":                       {Mailbox: "info@contoso.com", User: "adele@contoso.com"},
		"info@contoso.com|adele@contoso.com|deny":                  {Mailbox: "info@contoso.com", User: "adele@contoso.com", Deny: true},
		" Info Desk | Finance Team | DENY ":                        {Mailbox: "Info Desk", User: "Finance Team", Deny: true},
		"info|deny":                                                {Mailbox: "info", User: "deny"},
		`6233fba6-0198-4277-892f-9275bf728bcc|S-1-5-21-1-2-3-1105`: {Mailbox: "6233fba6-0198-4277-892f-9275bf728bcc", User: "S-1-5-21-1-2-3-1105"},
	} {
		if got, err := importid.MailboxPermission(id); err != nil || got != want {
			t.Errorf("MailboxPermission(%q) = %+v, %v", id, got, err)
		}
	}
}

func TestMailboxPermissionRefusesWhatNamesNoEntry(t *testing.T) {
	t.Parallel()
	for _, id := range []string{
		"", "|", "info", "info|", "|adele", "info| ", "info|adele|", "info|adele|allow", "info|adele|deny|deny", "info|*", "inf*|adele", "info||deny",
	} {
		if got, err := importid.MailboxPermission(id); err == nil {
			t.Errorf("MailboxPermission(%q) = %+v, want an error", id, got)
		}
	}
}

func FuzzMailboxPermissionWritesWhatItReads(f *testing.F) {
	for _, seed := range []string{"info|adele", "info|adele|deny", "a|b|c", "||", " a | b ", "a*|b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		read, err := importid.MailboxPermission(id)
		if err != nil {
			return
		}
		if read.Mailbox == "" || read.User == "" {
			t.Fatalf("%q is read as %+v, which names nothing", id, read)
		}
		if again, err := importid.MailboxPermission(read.String()); err != nil || again != read {
			t.Errorf("%q is read as %+v, written as %q and read again as %+v, %v", id, read, read, again, err)
		}
	})
}
