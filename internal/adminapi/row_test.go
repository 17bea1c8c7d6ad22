// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

var row = adminapi.Row{
	"text": "a", "empty": "", "null": nil, "number": json.Number("4"), "true": true, "false": false,
	"True": "True", "False": "False", "NotRun": "Not Run", "list": []any{"a", nil, "", "b"}, "one": []any{"a"},
	"none": []any{}, "object": map[string]any{"a": "b"}, "spaced": " TRUE ",
}

func TestRowText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		names []string
		want  string
	}{
		{[]string{"text"}, "a"},
		{[]string{"absent"}, ""},
		{nil, ""},
		{[]string{"null", "empty", "none", "absent", "text"}, "a"},
		{[]string{"number", "text"}, "4"},
		{[]string{"true"}, "true"},
		{[]string{"one"}, "a"},
		{[]string{"list"}, ""},
		{[]string{"object"}, ""},
	} {
		if got := row.Text(test.names...); got != test.want {
			t.Errorf("Text(%q) = %q, want %q", test.names, got, test.want)
		}
	}
}

func TestRowBool(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"true": true, "True": true, "spaced": true,
		"false": false, "False": false, "NotRun": false, "null": false, "absent": false, "number": false, "list": false,
	} {
		if got := row.Bool(name); got != want {
			t.Errorf("Bool(%q) = %t, want %t", name, got, want)
		}
	}
}

func TestRowTexts(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"list": {"a", "b"}, "one": {"a"}, "text": {"a"}, "number": {"4"}, "none": nil, "empty": nil, "null": nil, "absent": nil, "object": nil,
	} {
		if got := row.Texts(name); !slices.Equal(got, want) {
			t.Errorf("Texts(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestRowHas(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"text": true, "empty": true, "none": true, "false": true, "null": false, "absent": false} {
		if got := row.Has(name); got != want {
			t.Errorf("Has(%q) = %t, want %t", name, got, want)
		}
	}
	if adminapi.Row(nil).Has("text") {
		t.Error("a nil row has a property")
	}
}
