// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package opath_test

import (
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/opath"
)

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		`CustomAttribute1 -eq '012332'`,
		`(RecipientTypeDetails -eq 'SharedMailbox') -and (Office -eq 'Berlin')`,
		`-not(Alias -like "a*") -or ResourceCapacity -ge 5 -and EcpEnabled -ne $true`,
		`((MemberOfGroup -eq 'CN=Doe\, Jane,OU=Groups,DC=contoso,DC=com'))`,
		`A1 -eq 'O''Neil' -or (B1 -eq $null -or C1 -lt -1)`,
		`-not -not PrimarySmtpAddress -eq 'sales@contoso.com'`,
		`{Alias -eq 'a'}`,
		`Alias == ‘a’ && (`,
		`Alias -eq 'O'Neil'`,
		"Office -eq '\u212a' \u00a0-or\tOffice -le \"\"\"\"",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		filter, err := opath.Parse(text)
		if err != nil {
			var syntax *opath.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("Parse(%q): %T, want a *SyntaxError", text, err)
			}
			if length := utf8.RuneCountInString(text); syntax.Position < 1 || syntax.Position > length+1 {
				t.Fatalf("Parse(%q): position %d of %d", text, syntax.Position, length)
			}
			if syntax.Problem == "" || !utf8.ValidString(syntax.Problem) && utf8.ValidString(text) {
				t.Fatalf("Parse(%q): problem %q", text, syntax.Problem)
			}
			return
		}
		canonical := filter.String()
		again, err := opath.Parse(canonical)
		if err != nil {
			t.Fatalf("Parse(%q) prints %q, which is no filter: %v", text, canonical, err)
		}
		if !opath.Equal(filter, filter) || !opath.Equal(filter, again) || !opath.Equal(again, filter) {
			t.Fatalf("Parse(%q) is not equal to Parse(%q)", text, canonical)
		}
		if got := again.String(); got != canonical {
			t.Fatalf("Parse(%q) prints %q and then %q", text, canonical, got)
		}
		if len(filter.Comparisons()) != len(again.Comparisons()) {
			t.Fatalf("Parse(%q) has not the comparisons of %q", text, canonical)
		}
		if filter.Match(recipient) != again.Match(recipient) {
			t.Fatalf("Parse(%q) does not match what %q matches", text, canonical)
		}
		if inner, stripped := opath.StripBraces("{" + text + "}"); !stripped || !opath.Equal(filter, mustParse(t, inner)) {
			t.Fatalf("StripBraces makes %q of %q in braces", inner, text)
		}
	})
}

func FuzzEqual(f *testing.F) {
	f.Add(`A1 -eq 'a' -and B1 -eq 'b'`, `((a1 -eq "A") -and (b1 -eq "B"))`, `A1 -eq 'a' -and (B1 -eq 'b')`)
	f.Add(`EcpEnabled -eq $true`, `EcpEnabled -eq 'True'`, `ecpenabled -eq "true"`)
	f.Add(`Manager -eq 'CN=a,DC=b'`, `Manager -eq 'cn=A, dc=B'`, `Manager -eq 'CN=\61,DC=b'`)
	f.Add(`Manager -eq 'k=a'`, "Manager -eq '\u212a=a'", `Manager -eq 'K = a'`)
	f.Fuzz(func(t *testing.T, x, y, z string) {
		a, errA := opath.Parse(x)
		b, errB := opath.Parse(y)
		c, errC := opath.Parse(z)
		if errA != nil || errB != nil || errC != nil {
			return
		}
		if opath.Equal(a, b) != opath.Equal(b, a) {
			t.Fatalf("whether %q equals %q depends on the order", x, y)
		}
		if opath.Equal(a, b) && opath.Equal(b, c) && !opath.Equal(a, c) {
			t.Fatalf("%q equals %q, which equals %q, but the first does not equal the last", x, y, z)
		}
	})
}

func FuzzEqualDN(f *testing.F) {
	f.Add(`CN=Sales,OU=Groups,DC=contoso,DC=com`, `cn=sales, ou=groups, dc=contoso, dc=com`, `CN=\53ales,OU=Groups,DC=contoso,DC=com`)
	f.Add(`CN=Doe\, Jane+UID=1`, `CN=Doe\2C Jane + UID=1`, `2.5.4.3=#04024869`)
	f.Add("k=a", "\u212a=a", "K = a")
	f.Add(`CN=a\ `, `CN=a\20`, `CN=a`)
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if !opath.EqualDN(a, a) {
			t.Fatalf("%q does not equal itself", a)
		}
		if opath.EqualDN(a, b) != opath.EqualDN(b, a) {
			t.Fatalf("whether %q equals %q depends on the order", a, b)
		}
		if opath.EqualDN(a, b) && opath.EqualDN(b, c) && !opath.EqualDN(a, c) {
			t.Fatalf("%q equals %q, which equals %q, but the first does not equal the last", a, b, c)
		}
		if opath.EqualDN(a, b) && opath.IsDN(a) != opath.IsDN(b) {
			t.Fatalf("%q equals %q, but only one is a distinguished name", a, b)
		}
		if opath.IsDN(a) && !opath.EqualDN(a, " "+a) {
			t.Fatalf("%q does not equal itself after a space", a)
		}
	})
}
