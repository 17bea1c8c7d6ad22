// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package core

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// plain is a known value as encoding/json would read it; Unknown stands for what is not known.
func plain(v tftypes.Value) any {
	switch {
	case !v.IsKnown():
		return Unknown
	case v.IsNull():
		return nil
	case v.Type().Is(tftypes.String):
		var s string
		must(v.As(&s))
		return s
	case v.Type().Is(tftypes.Bool):
		var b bool
		must(v.As(&b))
		return b
	case v.Type().Is(tftypes.Number):
		var n big.Float
		must(v.As(&n))
		f, _ := n.Float64()
		return f
	case v.Type().Is(tftypes.Object{}), v.Type().Is(tftypes.Map{}):
		all := map[string]any{}
		for name, element := range attributes(v) {
			all[name] = plain(element)
		}
		return all
	default:
		all := []any{}
		for _, element := range elements(v) {
			all = append(all, plain(element))
		}
		return all
	}
}

// Unknown stands for a value that only the apply tells.
var Unknown = unknown{}

type unknown struct{}

// MarshalJSON keeps an unknown value from being taken for an empty object.
func (unknown) MarshalJSON() ([]byte, error) { return []byte(`"(known after apply)"`), nil }

// attributes are the members of an object or map; none of null.
func attributes(v tftypes.Value) map[string]tftypes.Value {
	var members map[string]tftypes.Value
	if v.IsKnown() && !v.IsNull() {
		must(v.As(&members))
	}
	return members
}

// elements are the members of a list, set or tuple; none of null.
func elements(v tftypes.Value) []tftypes.Value {
	var members []tftypes.Value
	if v.IsKnown() && !v.IsNull() {
		must(v.As(&members))
	}
	return members
}

// canonical is a value whose sets have no order and no repetition left to differ in, as Terraform sends them.
func canonical(v tftypes.Value) tftypes.Value {
	sorted, err := tftypes.Transform(v, func(_ *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if !v.Type().Is(tftypes.Set{}) || !v.IsKnown() || v.IsNull() {
			return v, nil
		}
		key := func(v tftypes.Value) string {
			text, err := json.Marshal(plain(v))
			must(err)
			return string(text)
		}
		members := slices.SortedFunc(slices.Values(elements(v)), func(a, b tftypes.Value) int {
			return strings.Compare(key(a), key(b))
		})
		members = slices.CompactFunc(members, func(a, b tftypes.Value) bool { return a.IsFullyKnown() && a.Equal(b) })
		return tftypes.NewValue(v.Type(), members), nil
	})
	must(err)
	return sorted
}

// withoutUnknown is a value with null in place of what is not known.
func withoutUnknown(v tftypes.Value) tftypes.Value {
	known, err := tftypes.Transform(v, func(_ *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if !v.IsKnown() {
			return tftypes.NewValue(v.Type(), nil), nil
		}
		return v, nil
	})
	must(err)
	return known
}

// must is for what cannot fail while the values that the framework and this package make are of the types they name.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
