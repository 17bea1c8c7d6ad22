// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package core

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// proposed is what Terraform proposes to the provider for a resource: the configuration, and where it is silent about
// what the provider decides, what was before.
func proposed(schema []*tfprotov6.SchemaAttribute, t tftypes.Type, prior, config tftypes.Value) tftypes.Value {
	before, set := attributes(prior), attributes(config)
	values := map[string]tftypes.Value{}
	for _, attribute := range schema {
		name, v := attribute.Name, set[attribute.Name]
		switch {
		case attribute.Computed && v.IsNull():
			v = tftypes.NewValue(attribute.ValueType(), nil)
			if was, ok := before[name]; ok {
				v = was
			}
		case attribute.NestedType != nil && v.IsKnown() && !v.IsNull():
			v = proposed(attribute.NestedType.Attributes, attribute.ValueType(), before[name], v)
		}
		values[name] = v
	}
	return tftypes.NewValue(t, values)
}

// misplanned tells where a plan is not what the provider may plan: the value that is configured, or the one before where
// that means the same; and a value of its own only where nothing is configured and the attribute is computed.
func misplanned(schema []*tfprotov6.SchemaAttribute, prior, config, planned tftypes.Value, path string) []string {
	var wrong []string
	before, set, plan := attributes(prior), attributes(config), attributes(planned)
	for _, attribute := range schema {
		at := path + attribute.Name
		wanted, got := set[attribute.Name], plan[attribute.Name]
		was, ok := before[attribute.Name]
		if !ok {
			was = tftypes.NewValue(attribute.ValueType(), nil)
		}
		switch {
		case got.Equal(wanted):
		case got.Equal(was) && !was.IsNull() && !wanted.IsNull():
		case attribute.WriteOnly:
			if !got.IsNull() {
				wrong = append(wrong, at+" is write-only and was planned to be kept")
			}
		case attribute.Computed && (!attribute.Optional || wanted.IsNull()):
		case wanted.IsNull():
			wrong = append(wrong, fmt.Sprintf("%s is not computed and not configured, and was planned as %s", at, got))
		case attribute.NestedType != nil && got.IsKnown() && !got.IsNull() && wanted.IsKnown():
			wrong = append(wrong, misplanned(attribute.NestedType.Attributes, was, wanted, got, at+".")...)
		default:
			wrong = append(wrong, fmt.Sprintf("%s was planned as %s, which is neither what is configured, %s, nor what was before, %s", at, got, wanted, was))
		}
	}
	return wrong
}

// unkept tells where a value is not what was planned. What was not known in the plan may become anything.
func unkept(planned, got tftypes.Value, path string) []string {
	if !planned.IsKnown() || planned.Equal(got) {
		return nil
	}
	t := planned.Type()
	if planned.IsNull() || got.IsNull() || !got.IsKnown() || planned.IsFullyKnown() && !t.Is(tftypes.Object{}) {
		return []string{fmt.Sprintf("%s was planned as %s and is %s", path, planned, got)}
	}
	var wrong []string
	switch {
	case t.Is(tftypes.Object{}), t.Is(tftypes.Map{}):
		plans, gots := attributes(planned), attributes(got)
		for name, plan := range plans {
			if is, ok := gots[name]; ok {
				wrong = append(wrong, unkept(plan, is, path+"."+name)...)
			}
		}
		if len(plans) != len(gots) {
			wrong = append(wrong, fmt.Sprintf("%s was planned with %d members and has %d", path, len(plans), len(gots)))
		}
	case t.Is(tftypes.Set{}):
		// Elements of a set cannot be paired; those that are not known may turn out to be equal to others.
		if len(elements(got)) > len(elements(planned)) {
			wrong = append(wrong, path+" has more elements than were planned")
		}
	default:
		plans, gots := elements(planned), elements(got)
		if len(plans) != len(gots) {
			return []string{fmt.Sprintf("%s was planned with %d elements and has %d", path, len(plans), len(gots))}
		}
		for i := range plans {
			wrong = append(wrong, unkept(plans[i], gots[i], fmt.Sprintf("%s[%d]", path, i))...)
		}
	}
	return wrong
}

// replaces tells whether one of the attributes that cannot be changed in place changes. Providers may name others, too.
func replaces(paths []*tftypes.AttributePath, prior, planned tftypes.Value) (bool, error) {
	if prior.IsNull() {
		return false, nil
	}
	for _, path := range paths {
		was, _, errWas := tftypes.WalkAttributePath(prior, path)
		will, _, errWill := tftypes.WalkAttributePath(planned, path)
		if errWas != nil && errWill != nil {
			return false, fmt.Errorf("%s is to be replaced for %s, which it does not have", prior.Type(), path)
		}
		before, ok1 := was.(tftypes.Value)
		after, ok2 := will.(tftypes.Value)
		if ok1 != ok2 || !after.IsFullyKnown() || !before.Equal(after) {
			return true, nil
		}
	}
	return false, nil
}

// place is an attribute's path as a configuration would spell it.
func place(path *tftypes.AttributePath) string {
	var text string
	for _, step := range path.Steps() {
		switch step := step.(type) {
		case tftypes.AttributeName:
			if text != "" {
				text += "."
			}
			text += string(step)
		case tftypes.ElementKeyString:
			text += fmt.Sprintf("[%q]", string(step))
		case tftypes.ElementKeyInt:
			text += fmt.Sprintf("[%d]", int64(step))
		default:
			text += "[...]"
		}
	}
	return text
}
