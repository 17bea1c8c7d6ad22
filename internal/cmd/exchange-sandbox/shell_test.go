// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import "testing"

func TestShellQuotesValues(t *testing.T) {
	t.Parallel()
	variables := map[string]string{"B": `it's $HOME "and" \ more`, "A": "plain"}
	for shell, want := range map[shell]string{
		posix:      "export A='plain'\n" + `export B='it'\''s $HOME "and" \ more'` + "\n",
		powershell: "$env:A = 'plain'\n" + `$env:B = 'it''s $HOME "and" \ more'` + "\n",
		github:     "A=plain\n" + `B=it's $HOME "and" \ more` + "\n",
	} {
		t.Run(string(shell), func(t *testing.T) {
			t.Parallel()
			if got := shell.format(variables); got != want {
				t.Errorf("format gives\n%swant\n%s", got, want)
			}
		})
	}
}

func TestShellTakesTheFormsThereAre(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{"posix": true, "powershell": true, "github": true, "": false, "POSIX": false, "fish": false} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			chosen := posix
			if err := chosen.Set(text); (err == nil) != ok {
				t.Errorf("Set(%q) gives %v", text, err)
			}
			if ok && chosen.String() != text {
				t.Errorf("Set(%q) chose %q", text, chosen.String())
			}
		})
	}
}
