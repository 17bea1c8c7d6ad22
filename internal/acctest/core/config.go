// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package core

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Config is a configuration: its blocks, each after those that it refers to.
type Config []Block

// Block is a resource block or a data block.
type Block struct {
	// Address is TYPE.NAME for a resource, and data.TYPE.NAME for a data source.
	Address string

	// Attributes are the arguments that are set: nil, string, bool, int, []string, []any and map[string]any, and wherever
	// a value may stand a Reference or an AtApply.
	Attributes Attributes

	// DependsOn are the addresses of blocks that come first without being referred to.
	DependsOn []string

	// CreateBeforeDestroy is the setting of the lifecycle block.
	CreateBeforeDestroy bool
}

// Attributes are the arguments of a block by their names.
type Attributes = map[string]any

// Reference stands for an attribute of a block before: "exchange_management_scope.test.name". It is not known while that
// is yet to be made.
type Reference string

// AtApply is a value that the plan does not know and the apply does, as of a resource of another provider.
type AtApply struct{ Value any }

// address is that of the block referred to, and attribute what is wanted of it.
func (r Reference) split() (address, attribute string) {
	dot := strings.LastIndexByte(string(r), '.')
	return string(r)[:max(dot, 0)], string(r)[dot+1:]
}

func (b Block) isData() bool { return strings.HasPrefix(b.Address, "data.") }

// dependencies are the addresses that a block names.
func (b Block) dependencies() []string {
	found := slices.Clone(b.DependsOn)
	var look func(any)
	look = func(v any) {
		switch v := v.(type) {
		case Reference:
			address, _ := v.split()
			found = append(found, address)
		case []any:
			for _, element := range v {
				look(element)
			}
		case map[string]any:
			for _, element := range v {
				look(element)
			}
		}
	}
	look(b.Attributes)
	slices.Sort(found)
	return slices.Compact(found)
}

// ancestors are the addresses that each block depends on, over however many others. It fails the test where a block
// comes twice, or before one that it depends on.
func (w *Workspace) ancestors(config Config) map[string][]string {
	w.t.Helper()
	all := map[string][]string{}
	for _, block := range config {
		if _, twice := all[block.Address]; twice {
			w.t.Fatalf("the configuration has %s twice", block.Address)
		}
		w.kindOf(block.Address)
		set := map[string]bool{}
		for _, dependency := range block.dependencies() {
			further, ok := all[dependency]
			if !ok {
				w.t.Fatalf("%s refers to %s, which does not come before it", block.Address, dependency)
			}
			set[dependency] = true
			for _, ancestor := range further {
				set[ancestor] = true
			}
		}
		all[block.Address] = slices.Sorted(maps.Keys(set))
	}
	return all
}

// evaluation is what a block's arguments are evaluated with: the values of other blocks, and whether an AtApply is known.
type evaluation struct {
	value    func(address string) tftypes.Value
	applying bool
}

// evaluate returns a block's configuration as Terraform hands it to the provider, with what Terraform itself refuses.
func (e evaluation) evaluate(block Block, k kind) (tftypes.Value, Error) {
	var refused Error
	refuse := func(name, summary, detail string) {
		refused = append(refused, Diagnostic{block.Address, name, summary, detail})
	}
	values := map[string]tftypes.Value{}
	for _, attribute := range k.schema.Block.Attributes {
		v, err := e.convert(block.Attributes[attribute.Name], attribute.ValueType())
		if err != nil {
			refuse(attribute.Name, "Incorrect attribute value type", err.Error())
			v = tftypes.NewValue(attribute.ValueType(), nil)
		}
		values[attribute.Name] = v
		switch {
		case attribute.Required && v.IsNull():
			refuse(attribute.Name, "Missing required argument", "The argument is required, but no definition was found.")
		case !attribute.Required && !attribute.Optional && !v.IsNull():
			refuse(attribute.Name, "Value for unconfigurable attribute", "The provider decides on it.")
		}
	}
	for name := range block.Attributes {
		if _, ok := values[name]; !ok {
			refuse(name, "Unsupported argument", "An argument of this name is not expected here.")
		}
	}
	return canonical(tftypes.NewValue(k.schema.ValueType(), values)), refused
}

// convert turns a value of the configuration into one of a type.
func (e evaluation) convert(v any, t tftypes.Type) (tftypes.Value, error) {
	switch v := v.(type) {
	case Reference:
		address, name := v.split()
		found, ok := attributes(e.value(address))[name]
		if !ok {
			return tftypes.Value{}, fmt.Errorf("%s has no attribute %q", address, name)
		}
		if !found.Type().Equal(t) {
			return tftypes.Value{}, fmt.Errorf("%s is a %s, and a %s is wanted", v, found.Type(), t)
		}
		return found, nil
	case AtApply:
		if !e.applying {
			return tftypes.NewValue(t, tftypes.UnknownValue), nil
		}
		return e.convert(v.Value, t)
	case []string:
		all := make([]any, 0, len(v))
		for _, element := range v {
			all = append(all, element)
		}
		return e.convert(all, t)
	case []any:
		return e.collection(v, t)
	case map[string]any:
		return e.object(v, t)
	default:
		if err := tftypes.ValidateValue(t, v); err != nil {
			return tftypes.Value{}, err
		}
		return tftypes.NewValue(t, v), nil
	}
}

func (e evaluation) collection(all []any, t tftypes.Type) (tftypes.Value, error) {
	var element tftypes.Type
	switch t := t.(type) {
	case tftypes.List:
		element = t.ElementType
	case tftypes.Set:
		element = t.ElementType
	default:
		return tftypes.Value{}, fmt.Errorf("a list is given, and a %s is wanted", t)
	}
	members := make([]tftypes.Value, 0, len(all))
	for _, v := range all {
		member, err := e.convert(v, element)
		if err != nil {
			return tftypes.Value{}, err
		}
		members = append(members, member)
	}
	return tftypes.NewValue(t, members), nil
}

func (e evaluation) object(all map[string]any, t tftypes.Type) (tftypes.Value, error) {
	members := map[string]tftypes.Value{}
	types := map[string]tftypes.Type{}
	switch t := t.(type) {
	case tftypes.Object:
		types = t.AttributeTypes
	case tftypes.Map:
		for name := range all {
			types[name] = t.ElementType
		}
	default:
		return tftypes.Value{}, fmt.Errorf("an object is given, and a %s is wanted", t)
	}
	for name := range all {
		if types[name] == nil {
			return tftypes.Value{}, fmt.Errorf("an attribute %q is not expected here", name)
		}
	}
	for name, wanted := range types {
		member, err := e.convert(all[name], wanted)
		if err != nil {
			return tftypes.Value{}, err
		}
		members[name] = member
	}
	return tftypes.NewValue(t, members), nil
}
