// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package opath_test

import (
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/opath"
)

func TestEqualLooksPastSpelling(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ a, b string }{
		"space":                         {`Alias -eq 'a'`, "  Alias\n-eq  'a' "},
		"outer parentheses":             {`Alias -eq 'a'`, `((Alias -eq 'a'))`},
		"parentheses around operands":   {`Alias -eq 'a' -and City -eq 'b'`, `((Alias -eq 'a') -and (City -eq 'b'))`},
		"parentheses of precedence":     {`A1 -eq 'a' -or B1 -eq 'b' -and C1 -eq 'c'`, `A1 -eq 'a' -or (B1 -eq 'b' -and C1 -eq 'c')`},
		"association of and":            {`(A1 -eq 'a' -and B1 -eq 'b') -and C1 -eq 'c'`, `A1 -eq 'a' -and (B1 -eq 'b' -and C1 -eq 'c')`},
		"association of or":             {`(A1 -eq 'a' -or B1 -eq 'b') -or C1 -eq 'c'`, `A1 -eq 'a' -or B1 -eq 'b' -or C1 -eq 'c'`},
		"parentheses after not":         {`-not Alias -eq 'a'`, `-not((Alias -eq 'a'))`},
		"kind of quotes":                {`LastName -eq "O'Neil"`, `LastName -eq 'O''Neil'`},
		"case of property":              {`customAttribute1 -eq 'a'`, `CustomAttribute1 -eq 'a'`},
		"case of unknown property":      {`favouriteColour -eq 'a'`, `FavouriteCOLOUR -eq 'a'`},
		"case of operators":             {`Alias -EQ 'a' -AND -NOT City -Like 'b*'`, `Alias -eq 'a' -and -not City -like 'b*'`},
		"case of text":                  {`Office -eq 'Zürich'`, `Office -eq 'ZÜRICH'`},
		"case of system value":          {`Office -eq $NULL`, `Office -eq $null`},
		"quoted integer":                {`ResourceCapacity -eq 840`, `ResourceCapacity -eq '840'`},
		"quoted negative integer":       {`GroupType -eq -1`, `GroupType -eq "-1"`},
		"true as text":                  {`EcpEnabled -eq $true`, `EcpEnabled -eq 'True'`},
		"false as lower-case text":      {`EcpEnabled -eq $false`, `EcpEnabled -eq "false"`},
		"case of distinguished name":    {`MemberOfGroup -eq 'CN=Sales,DC=contoso,DC=com'`, `MemberOfGroup -eq 'cn=sales,dc=CONTOSO,dc=com'`},
		"space in distinguished name":   {`MemberOfGroup -eq 'CN=Sales,DC=contoso,DC=com'`, `memberofgroup -eq 'CN=Sales, DC = contoso , DC=com'`},
		"escapes in distinguished name": {`Manager -ne 'CN=Doe\, Jane,DC=contoso'`, `Manager -ne 'CN=Doe\2C Jane,DC=contoso'`},
		"case of text for DN property":  {`MemberOfGroup -eq 'Sales'`, `MemberOfGroup -eq 'sales'`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := mustParse(t, test.a), mustParse(t, test.b)
			if !opath.Equal(a, b) || !opath.Equal(b, a) {
				t.Errorf("%s\nis not equal to\n%s", test.a, test.b)
			}
		})
	}
}

func TestEqualSeesDifference(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ a, b string }{
		"property":                     {`Alias -eq 'a'`, `Name -eq 'a'`},
		"operator":                     {`Alias -eq 'a'`, `Alias -like 'a'`},
		"text":                         {`Alias -eq 'a'`, `Alias -eq 'b'`},
		"space in text":                {`Office -eq 'a b'`, `Office -eq 'a  b'`},
		"leading zero":                 {`CustomAttribute1 -eq '012332'`, `CustomAttribute1 -eq '12332'`},
		"text of null":                 {`Office -eq $null`, `Office -eq 'null'`},
		"null and empty text":          {`Office -eq $null`, `Office -eq ''`},
		"true and one":                 {`EcpEnabled -eq $true`, `EcpEnabled -eq 1`},
		"true and false":               {`EcpEnabled -eq $true`, `EcpEnabled -eq $false`},
		"and and or":                   {`A1 -eq 'a' -and B1 -eq 'b'`, `A1 -eq 'a' -or B1 -eq 'b'`},
		"one operand fewer":            {`A1 -eq 'a' -and B1 -eq 'b'`, `A1 -eq 'a'`},
		"one operand more":             {`A1 -eq 'a' -and B1 -eq 'b'`, `A1 -eq 'a' -and B1 -eq 'b' -and B1 -eq 'b'`},
		"order of operands":            {`A1 -eq 'a' -and B1 -eq 'b'`, `B1 -eq 'b' -and A1 -eq 'a'`},
		"parentheses that matter":      {`(A1 -eq 'a' -or B1 -eq 'b') -and C1 -eq 'c'`, `A1 -eq 'a' -or B1 -eq 'b' -and C1 -eq 'c'`},
		"negation":                     {`Alias -eq 'a'`, `-not (Alias -eq 'a')`},
		"double negation":              {`Alias -eq 'a'`, `-not (-not (Alias -eq 'a'))`},
		"negated operator":             {`Alias -ne 'a'`, `-not (Alias -eq 'a')`},
		"reach of a negation":          {`-not A1 -eq 'a' -and B1 -eq 'b'`, `-not (A1 -eq 'a' -and B1 -eq 'b')`},
		"distinguished name":           {`MemberOfGroup -eq 'CN=a,DC=contoso'`, `MemberOfGroup -eq 'CN=b,DC=contoso'`},
		"space for a property of text": {`Office -eq 'CN=a,DC=contoso'`, `Office -eq 'CN=a, DC=contoso'`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := mustParse(t, test.a), mustParse(t, test.b)
			if opath.Equal(a, b) || opath.Equal(b, a) {
				t.Errorf("%s\nis equal to\n%s", test.a, test.b)
			}
		})
	}
}

func TestEqualTakesNil(t *testing.T) {
	t.Parallel()
	filter := mustParse(t, `Alias -eq 'a'`)
	if opath.Equal(filter, nil) || opath.Equal(nil, filter) || !opath.Equal(nil, nil) {
		t.Error("nil must equal nil and nothing else")
	}
}
