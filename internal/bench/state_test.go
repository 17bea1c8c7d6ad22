// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"math/big"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func TestAValueFromTheWireIsWrittenAsJSON(t *testing.T) {
	t.Parallel()
	texts := tftypes.Set{ElementType: tftypes.String}
	timeouts := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"read": tftypes.String}}
	for want, value := range map[string]tftypes.Value{
		`"text"`:                 tftypes.NewValue(tftypes.String, "text"),
		`true`:                   tftypes.NewValue(tftypes.Bool, true),
		`12345678901234567890.5`: tftypes.NewValue(tftypes.Number, number(t, "12345678901234567890.5")),
		`null`:                   tftypes.NewValue(timeouts, nil),
		`["a","b"]`:              tftypes.NewValue(texts, []tftypes.Value{tftypes.NewValue(tftypes.String, "a"), tftypes.NewValue(tftypes.String, "b")}),
		`[]`:                     tftypes.NewValue(texts, []tftypes.Value{}),
		`{"read":null}`:          tftypes.NewValue(timeouts, map[string]tftypes.Value{"read": tftypes.NewValue(tftypes.String, nil)}),
	} {
		wire, err := tfprotov6.NewDynamicValue(value.Type(), value)
		if err != nil {
			t.Fatal(err)
		}
		got, err := plain(&wire, value.Type())
		if err != nil {
			t.Errorf("%s: %v", want, err)
			continue
		}
		if text, err := json.Marshal(got); err != nil || string(text) != want {
			t.Errorf("got %s, %v, want %s", text, err, want)
		}
	}
}

func TestAValueThatCannotBeInStateIsRefused(t *testing.T) {
	t.Parallel()
	unknown, err := tfprotov6.NewDynamicValue(tftypes.String, tftypes.NewValue(tftypes.String, tftypes.UnknownValue))
	if err != nil {
		t.Fatal(err)
	}
	for name, wire := range map[string]*tfprotov6.DynamicValue{"unknown": &unknown, "none": nil} {
		if value, err := plain(wire, tftypes.String); err == nil {
			t.Errorf("%s: taken for %v", name, value)
		}
	}
}

func number(t *testing.T, text string) *big.Float {
	t.Helper()
	n, _, err := big.ParseFloat(text, 10, 512, big.ToNearestEven)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
