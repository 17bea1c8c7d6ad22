// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"net/http/cookiejar"
	"strings"
	"testing"
)

func TestEncodeBodySpellsValuesAsTheModule(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		parameters Parameters
		want       string
	}{
		{"no parameters", nil, `{}`},
		{"null", Parameters{"CustomResourceScope": nil}, `{"CustomResourceScope":null}`},
		{"booleans", Parameters{"Confirm": false, "Force": true}, `{"Confirm":false,"Force":true}`},
		{"integers", Parameters{"A": 1, "B": int32(2), "C": int64(-3)}, `{"A":1,"B":2,"C":-3}`},
		{"text as it is", Parameters{"Name": `<a> & "b" ü`}, `{"Name":"<a> & \"b\" ü"}`},
		{"list", Parameters{"AccessRights": []string{"FullAccess"}}, `{"AccessRights":["FullAccess"]}`},
		{"nil list", Parameters{"AccessRights": []string(nil)}, `{"AccessRights":[]}`},
		{
			"booleans of filters",
			Parameters{"Filter": "A -eq $true", "recipientfilter": "A -eq $FALSE", "RecipientPreviewFilter": "$True", "RecipientRestrictionFilter": "A -eq $true"},
			`{"Filter":"A -eq 'True'","RecipientPreviewFilter":"'True'","RecipientRestrictionFilter":"A -eq $true","recipientfilter":"A -eq 'False'"}`,
		},
	} {
		got, err := encodeBody(Command{Cmdlet: "Set-X", Parameters: test.parameters})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		want := `{"CmdletInput":{"CmdletName":"Set-X","Parameters":` + test.want + `}}`
		if string(got) != want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.name, got, want)
		}
	}
}

func TestCommandsThatAreNotSent(t *testing.T) {
	t.Parallel()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		command Command
		want    string
	}{
		"no cmdlet":            {Command{}, "not the name of a cmdlet"},
		"cmdlet with a line":   {Command{Cmdlet: "Get-X\r\nA: b"}, "not the name of a cmdlet"},
		"empty identity":       {Command{Cmdlet: "Get-X", Parameters: Parameters{"Identity": ""}}, "every object"},
		"null identity":        {Command{Cmdlet: "Get-X", Parameters: Parameters{"identity": nil}}, "every object"},
		"blank identity":       {Command{Cmdlet: "Get-X", Parameters: Parameters{"Identity": " "}}, "every object"},
		"value without a form": {Command{Cmdlet: "Set-X", Parameters: Parameters{"P": 1.5}}, "parameter P"},
		"pointer":              {Command{Cmdlet: "Set-X", Parameters: Parameters{"P": new(string)}}, "*string"},
	} {
		if _, err := newCall(test.command, jar); err == nil {
			t.Errorf("%s: it is a call", name)
		} else if !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error = %q, want one with %q", name, err, test.want)
		}
	}
}
