// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package customtype holds the string types of attributes that have more than one spelling for one value: GUIDs and
// directory names fold case, recipient filters compare as parsed trees.
//
// Terraform compares strings to the letter. The framework's semantic equality covers what Exchange answers; it does
// not run while planning, so each type has a plan modifier, KeepSpelling, for what the user retypes.
package customtype

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// spelling is what tells one type of this package from another.
type spelling interface {
	// String names the type in messages of the framework.
	String() string
	// same reports whether two texts mean the same value.
	same(a, b string) bool
	// validate says what is wrong with a text that a user wrote, on the attribute at fault.
	validate(text string, at path.Path) diag.Diagnostics
}

// Type is the type of an attribute, to be given as its CustomType.
type Type struct {
	basetypes.StringType
	spelling spelling
}

// Value is a value of such an attribute. Its zero value belongs to no type; values come from Type's methods.
type Value struct {
	basetypes.StringValue
	spelling spelling
}

var (
	_ basetypes.StringTypable                    = Type{}
	_ basetypes.StringValuableWithSemanticEquals = Value{}
	_ xattr.ValidateableAttribute                = Value{}
)

// Known returns the value that text spells.
func (t Type) Known(text string) Value {
	return Value{basetypes.NewStringValue(text), t.spelling}
}

// Null returns the absent value.
func (t Type) Null() Value {
	return Value{basetypes.NewStringNull(), t.spelling}
}

// Optional returns the value that text spells, and the absent value for an empty text.
func (t Type) Optional(text string) Value {
	if text == "" {
		return t.Null()
	}
	return t.Known(text)
}

// Validate says what is wrong with a text, on the attribute at fault. Attributes of this type are validated by the
// framework; this is for texts from elsewhere.
func (t Type) Validate(text string, at path.Path) diag.Diagnostics {
	return t.spelling.validate(text, at)
}

// Equal reports whether other is the same type.
func (t Type) Equal(other attr.Type) bool {
	o, ok := other.(Type)
	return ok && o.spelling == t.spelling
}

// String names the type.
func (t Type) String() string { return "customtype." + t.spelling.String() }

// ValueType returns a value of this type, for the framework.
func (t Type) ValueType(context.Context) attr.Value { return t.Null() }

// ValueFromString makes a value of this type of a plain one.
func (t Type) ValueFromString(_ context.Context, value basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return Value{value, t.spelling}, nil
}

// ValueFromTerraform makes a value of this type of Terraform's own form.
func (t Type) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	value, err := t.StringType.ValueFromTerraform(ctx, in)
	if err != nil {
		return nil, err
	}
	text, ok := value.(basetypes.StringValue)
	if !ok {
		return nil, fmt.Errorf("a string attribute holds a %T", value)
	}
	return Value{text, t.spelling}, nil
}

// Type returns the value's type.
func (v Value) Type(context.Context) attr.Type { return Type{spelling: v.spelling} }

// Equal reports whether other is the same value to the letter.
func (v Value) Equal(other attr.Value) bool {
	o, ok := other.(Value)
	return ok && o.spelling == v.spelling && v.StringValue.Equal(o.StringValue)
}

// Same reports whether both values are known and mean the same.
func (v Value) Same(other Value) bool {
	if v.IsNull() || v.IsUnknown() || other.IsNull() || other.IsUnknown() {
		return false
	}
	return v.spelling.same(v.ValueString(), other.ValueString())
}

// StringSemanticEquals reports whether both values mean the same, so that the framework keeps the spelling that state
// has while Exchange answers another.
func (v Value) StringSemanticEquals(_ context.Context, other basetypes.StringValuable) (bool, diag.Diagnostics) {
	o, ok := other.(Value)
	return ok && v.Same(o), nil
}

// ValidateAttribute refuses what the user wrote while Terraform validates or plans.
func (v Value) ValidateAttribute(_ context.Context, req xattr.ValidateAttributeRequest, resp *xattr.ValidateAttributeResponse) {
	if !v.IsNull() && !v.IsUnknown() {
		resp.Diagnostics.Append(v.spelling.validate(v.ValueString(), req.Path)...)
	}
}

// KeepSpelling keeps the value in state while the configuration means the same. It goes before any modifier that
// asks for replacement, or a change of letter case would replace the object.
func (t Type) KeepSpelling() planmodifier.String { return keepSpelling{t.spelling} }

type keepSpelling struct{ spelling spelling }

func (m keepSpelling) Description(context.Context) string {
	return "Another spelling of the same value is no change."
}

func (m keepSpelling) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (m keepSpelling) PlanModifyString(_ context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	if req.StateValue.IsNull() || req.PlanValue.IsNull() || req.PlanValue.IsUnknown() {
		return
	}
	if m.spelling.same(req.StateValue.ValueString(), req.PlanValue.ValueString()) {
		resp.PlanValue = req.StateValue
	}
}
