// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package opath_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/opath"
)

func TestComparisonsComeInOrderOfText(t *testing.T) {
	t.Parallel()
	filter := mustParse(t, `(alias -LIKE "s'*") -and -not (EcpEnabled -eq $true -or City -ne 'Köln') -and ResourceCapacity -gt -1 -and Office -ne $null`)
	want := []opath.Comparison{
		{Property: "alias", Operator: opath.Like, Value: opath.Value{Kind: opath.String, Text: "s'*"}, Position: 2},
		{Property: "EcpEnabled", Operator: opath.Eq, Value: opath.Value{Kind: opath.True}, Position: 32},
		{Property: "City", Operator: opath.Ne, Value: opath.Value{Kind: opath.String, Text: "Köln"}, Position: 57},
		{Property: "ResourceCapacity", Operator: opath.Gt, Value: opath.Value{Kind: opath.Integer, Text: "-1"}, Position: 79},
		{Property: "Office", Operator: opath.Ne, Value: opath.Value{Kind: opath.Null}, Position: 108},
	}
	if diff := cmp.Diff(want, filter.Comparisons()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestValuePrintsAsInFilter(t *testing.T) {
	t.Parallel()
	tests := map[string]opath.Value{
		`'O''Neil'`: {Kind: opath.String, Text: "O'Neil"},
		`'840'`:     {Kind: opath.Integer, Text: "840"},
		`$true`:     {Kind: opath.True},
		`$false`:    {Kind: opath.False},
		`$null`:     {Kind: opath.Null},
	}
	for want, value := range tests {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			if got := value.String(); got != want {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestQuoteMakesValueThatParsesBack(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "sales", "O'Neil", "''", `say "hi"`, "a\\b", "$null", "‘a’", "日本"} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			comparisons := mustParse(t, "Office -eq "+opath.Quote(text)).Comparisons()
			if got := comparisons[0].Value; got != (opath.Value{Kind: opath.String, Text: text}) {
				t.Errorf("got %#v", got)
			}
		})
	}
}

func TestStripBraces(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text, inner string
		stripped    bool
	}{
		"none":                       {`Alias -eq 'a'`, `Alias -eq 'a'`, false},
		"none, with space":           {` Alias -eq 'a' `, ` Alias -eq 'a' `, false},
		"empty":                      {``, ``, false},
		"one pair":                   {`{Alias -eq 'a'}`, `Alias -eq 'a'`, true},
		"one pair with space":        {"\n{ Alias -eq 'a' }\n", `Alias -eq 'a'`, true},
		"only the outer of two":      {`{{Alias -eq 'a'}}`, `{Alias -eq 'a'}`, true},
		"empty pair":                 {`{}`, ``, true},
		"closing brace in quotes":    {`{Alias -eq '}' -or Alias -eq "}'"}`, `Alias -eq '}' -or Alias -eq "}'"`, true},
		"brace after doubled quote":  {`{Alias -eq 'a''}'}`, `Alias -eq 'a''}'`, true},
		"two pairs side by side":     {`{Alias -eq 'a'} -and {Alias -eq 'b'}`, `{Alias -eq 'a'} -and {Alias -eq 'b'}`, false},
		"not closed":                 {`{Alias -eq 'a'`, `{Alias -eq 'a'`, false},
		"closed inside quotes":       {`{Alias -eq 'a}`, `{Alias -eq 'a}`, false},
		"not opened":                 {`Alias -eq 'a'}`, `Alias -eq 'a'}`, false},
		"inner pair does not end it": {`{Alias -eq {a} -or b}`, `Alias -eq {a} -or b`, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner, stripped := opath.StripBraces(test.text)
			if inner != test.inner || stripped != test.stripped {
				t.Errorf("StripBraces(%q) = %q, %t, want %q, %t", test.text, inner, stripped, test.inner, test.stripped)
			}
		})
	}
}
