// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package opath_test

import (
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/opath"
)

func TestIsDN(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{
		`CN=Sales`:                             true,
		`CN=Sales,OU=Groups,DC=contoso,DC=com`: true,
		`CN=Sales, OU = Groups , DC=contoso`:   true,
		`CN=Jane Doe+UID=jdoe,DC=contoso`:      true,
		`2.5.4.3=Sales,DC=contoso`:             true,
		`x-name=Sales`:                         true,
		`CN=Doe\, Jane`:                        true,
		`CN=Doe\2C Jane`:                       true,
		`CN=a\0ADEL:3f2504e0`:                  true,
		`CN=\#1 \+ \"best\" \<\>\;\=\\`:        true,
		`CN=a=b`:                               true,
		`CN=O'Neil`:                            true,
		`CN=L\C3\BCneburg`:                     true,
		`CN=Lüneburg`:                          true,
		`CN=\ `:                                true,
		`CN=#04024869`:                         true,
		`CN=#04024869 , DC=com`:                true,
		``:                                     false,
		`Sales`:                                false,
		`sales@contoso.com`:                    false,
		`contoso.com/Groups/Sales`:             false,
		`3f2504e0-4f89-41d3-9a0c-0305e82c3301`: false,
		`=Sales`:                               false,
		`CN=`:                                  false,
		`CN=  ,DC=com`:                         false,
		`CN=Sales,`:                            false,
		`,CN=Sales`:                            false,
		`CN=Sales,,DC=com`:                     false,
		`CN=Sales,Groups`:                      false,
		`CN=Doe, Jane,DC=contoso`:              false,
		`C N=Sales`:                            false,
		`1CN=Sales`:                            false,
		`2..5=Sales`:                           false,
		`-cn=Sales`:                            false,
		`c_n=Sales`:                            false,
		"\u212aN=Sales":                        false,
		`CN=a;DC=com`:                          false,
		`CN="Doe, Jane",DC=com`:                false,
		`CN=a<b`:                               false,
		"CN=a\x00b":                            false,
		`CN=a\`:                                false,
		`CN=a\x`:                               false,
		`CN=a\C3`:                              false,
		`CN=#`:                                 false,
		`CN=#0`:                                false,
		`CN=#xy`:                               false,
		"CN=\xff":                              false,
		`(memberOf=CN=Sales)`:                  false,
		strings.Repeat("OU=a,", 10_000) + "DC=com": true,
	}
	for text, want := range tests {
		t.Run(text[:min(len(text), 40)], func(t *testing.T) {
			t.Parallel()
			if got := opath.IsDN(text); got != want {
				t.Errorf("IsDN(%.80q) = %t", text, got)
			}
		})
	}
}

func TestEqualDN(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		a, b string
		want bool
	}{
		"same":                         {`CN=Sales,DC=contoso`, `CN=Sales,DC=contoso`, true},
		"letter case":                  {`CN=Sales,DC=contoso`, `cn=SALES,dc=Contoso`, true},
		"space around separators":      {`CN=Jane Doe+UID=j,DC=contoso`, ` CN = Jane Doe + UID=j , DC=contoso `, true},
		"hexadecimal escape":           {`CN=Doe\, Jane`, `CN=Doe\2c Jane`, true},
		"escaped UTF-8":                {`CN=Lüneburg`, `CN=L\c3\bcneburg`, true},
		"needless escape":              {`CN=a=b`, `CN=a\=b`, true},
		"encoded value":                {`CN=#04AB`, `cn=#04ab`, true},
		"escaped space at the end":     {`CN=a\ ,DC=b`, `CN=a\20,DC=b`, true},
		"texts that are none":          {`Sales`, `sales`, true},
		"other value":                  {`CN=Sales,DC=contoso`, `CN=Sale,DC=contoso`, false},
		"other name":                   {`CN=Sales,DC=contoso`, `OU=Sales,DC=contoso`, false},
		"other order":                  {`CN=a,CN=b`, `CN=b,CN=a`, false},
		"other length":                 {`CN=a,DC=b`, `CN=a,DC=b,DC=c`, false},
		"other separator":              {`CN=a+CN=b`, `CN=a,CN=b`, false},
		"space inside a value":         {`CN=a b`, `CN=ab`, false},
		"two spaces inside a value":    {`CN=a b`, `CN=a  b`, false},
		"escaped space counts":         {`CN=a\ `, `CN=a`, false},
		"escaped comma is a character": {`CN=a\,DC=b`, `CN=a,DC=b`, false},
		"encoded and escaped value":    {`CN=#04AB`, `CN=\#04AB`, false},
		"one that is none":             {`CN=Sales`, `Sales`, false},
		"different texts":              {`Sales`, `Sale`, false},
		"letter that only folds to k":  {"k=a", "\u212a=a", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := opath.EqualDN(test.a, test.b); got != test.want {
				t.Errorf("EqualDN(%q, %q) = %t", test.a, test.b, got)
			}
			if got := opath.EqualDN(test.b, test.a); got != test.want {
				t.Errorf("EqualDN(%q, %q) = %t", test.b, test.a, got)
			}
		})
	}
}
