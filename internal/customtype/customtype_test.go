// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package customtype_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
)

const group = "CN=Finance Team,OU=contoso.onmicrosoft.com,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM"

func TestSpellingsOfOneValueAreTheSame(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		of   customtype.Type
		a, b string
		want bool
	}{
		"GUID in another case":      {customtype.GUID, "6233FBA6-0198-4277-892f-9275bf728bcc", "6233fba6-0198-4277-892f-9275bf728bcc", true},
		"another GUID":              {customtype.GUID, "6233fba6-0198-4277-892f-9275bf728bcc", "6233fba6-0198-4277-892f-9275bf728bcd", false},
		"name in another case":      {customtype.Name, "Payroll mailboxes", "PAYROLL MAILBOXES", true},
		"name with another space":   {customtype.Name, "Payroll mailboxes", "Payroll  mailboxes", false},
		"filter in parentheses":     {customtype.Filter, "CustomAttribute1 -eq 'a'", "((customattribute1 -EQ 'A'))", true},
		"filter with a DN":          {customtype.Filter, "MemberOfGroup -eq '" + group + "'", "(MemberOfGroup -eq '" + strings.ToLower(group) + "')", true},
		"another filter":            {customtype.Filter, "CustomAttribute1 -eq 'a'", "CustomAttribute1 -ne 'a'", false},
		"text that is no filter":    {customtype.Filter, "no filter", "no filter", true},
		"two texts that are none":   {customtype.Filter, "no filter", "No filter", false},
		"a filter and one that not": {customtype.Filter, "CustomAttribute1 -eq 'a'", "no filter", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := test.of.Known(test.a), test.of.Known(test.b)
			for _, pair := range [][2]customtype.Value{{a, b}, {b, a}} {
				same, diags := pair[0].StringSemanticEquals(t.Context(), pair[1])
				if same != test.want || diags.HasError() {
					t.Errorf("got %v, %v", same, diags)
				}
			}
			response := planmodifier.StringResponse{PlanValue: types.StringValue(test.b)}
			test.of.KeepSpelling().PlanModifyString(t.Context(), planmodifier.StringRequest{StateValue: types.StringValue(test.a), PlanValue: types.StringValue(test.b)}, &response)
			if kept := response.PlanValue.ValueString() == test.a; kept != test.want {
				t.Errorf("the plan has %s", response.PlanValue)
			}
		})
	}
}

func TestAbsentAndUnknownValuesAreTheSameAsNothing(t *testing.T) {
	t.Parallel()
	unknown, _ := customtype.Name.ValueFromString(t.Context(), basetypes.NewStringUnknown())
	known := customtype.Name.Known("x")
	for _, other := range []basetypes.StringValuable{unknown, customtype.Name.Null(), customtype.GUID.Known("x").StringValue} {
		if same, _ := known.StringSemanticEquals(t.Context(), other); same {
			t.Errorf("%v is the same as %v", known, other)
		}
	}
	if customtype.Name.Optional("") != customtype.Name.Null() || customtype.Name.Optional("x") != known {
		t.Error("an empty text is not absent, or another text is")
	}
	if known.Equal(customtype.Filter.Known("x")) || customtype.Name.Equal(customtype.Filter) {
		t.Error("types are not told apart")
	}
}

func TestValuesComeFromTerraformWithTheirType(t *testing.T) {
	t.Parallel()
	value, err := customtype.GUID.ValueFromTerraform(t.Context(), tftypes.NewValue(tftypes.String, "x"))
	if err != nil || !value.Equal(customtype.GUID.Known("x")) || !value.Type(t.Context()).Equal(customtype.GUID) {
		t.Errorf("%#v, %v", value, err)
	}
	if _, err := customtype.GUID.ValueFromTerraform(t.Context(), tftypes.NewValue(tftypes.Bool, true)); err == nil {
		t.Error("a boolean was taken")
	}
}

func TestWhatExchangeWouldRefuseIsRefusedOnTheAttribute(t *testing.T) {
	t.Parallel()
	at := path.Root("attribute")
	for name, test := range map[string]struct {
		of       customtype.Type
		text     string
		severity diag.Severity // SeverityInvalid where there is nothing to say
		says     []string
	}{
		"GUID":                       {customtype.GUID, "6233fba6-0198-4277-892f-9275bf728bcc", diag.SeverityInvalid, nil},
		"GUID without dashes":        {customtype.GUID, "6233fba601984277892f9275bf728bcc", diag.SeverityError, []string{"is not a GUID"}},
		"filter":                     {customtype.Filter, "(Office -eq 'O''Neil') -and (Company -ne $null)", diag.SeverityInvalid, nil},
		"filter by DN":               {customtype.Filter, "MemberOfGroup -eq '" + group + "'", diag.SeverityInvalid, nil},
		"filter for absence of a DN": {customtype.Filter, "Manager -eq $null", diag.SeverityInvalid, nil},
		"braces":                     {customtype.Filter, "{Office -eq 'x'}", diag.SeverityError, []string{"PowerShell", `"Office -eq 'x'"`}},
		"syntax":                     {customtype.Filter, "Office -eq", diag.SeverityError, []string{"position", "Office -eq\n            ^"}},
		"unknown property":           {customtype.Filter, "Ofice -eq 'x'", diag.SeverityError, []string{"position 1", "Did you mean Office?"}},
		"unlike any property":        {customtype.Filter, "Qqqqqqqqqq -eq 'x'", diag.SeverityError, []string{"not a property"}},
		"server property":            {customtype.Filter, "Database -eq 'x'", diag.SeverityError, []string{"Exchange Server only"}},
		"address for a DN":           {customtype.Filter, "MemberOfGroup -eq 'finance-team@contoso.com'", diag.SeverityError, []string{"MemberOfGroup, at position 1", "distinguished names only"}},
		"second comparison":          {customtype.Filter, "Office -eq 'x' -and Manager -eq 'me'", diag.SeverityError, []string{"position 21"}},
		"leading wildcard":           {customtype.Filter, "Office -like '*x'", diag.SeverityWarning, []string{"match nobody"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			diags := test.of.Validate(test.text, at)
			if test.severity == diag.SeverityInvalid {
				if len(diags) > 0 {
					t.Errorf("got %v", diags)
				}
				return
			}
			if len(diags) != 1 || diags[0].Severity() != test.severity {
				t.Fatalf("got %v", diags)
			}
			if attribute, ok := diags[0].(diag.DiagnosticWithPath); !ok || !attribute.Path().Equal(at) {
				t.Error("the diagnostic is on no attribute")
			}
			for _, want := range test.says {
				if !strings.Contains(diags[0].Detail(), want) {
					t.Errorf("%q is not in: %s", want, diags[0].Detail())
				}
			}
		})
	}
}
