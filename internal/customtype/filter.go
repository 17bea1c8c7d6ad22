// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package customtype

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/opath"
)

// Filter is the type of recipient filters in OPATH. Exchange may answer a filter with other spacing, parentheses,
// quotes or letter case than it was given; filters compare as parsed trees.
var Filter = Type{spelling: filter{}}

type filter struct{}

func (filter) String() string { return "Filter" }

func (filter) same(a, b string) bool { return opath.Same(a, b) }

func (filter) validate(text string, at path.Path) diag.Diagnostics {
	var diags diag.Diagnostics
	if inner, stripped := opath.StripBraces(text); stripped {
		diags.AddAttributeError(at, "Braces around a recipient filter",
			fmt.Sprintf("The braces { } around a filter are PowerShell's notation and no part of it. Write the filter without them: %q.", strings.TrimSpace(inner)))
		return diags
	}
	parsed, err := opath.Parse(text)
	if err != nil {
		detail := err.Error()
		if syntax := new(opath.SyntaxError); errors.As(err, &syntax) {
			detail = pointAt(text, syntax)
		}
		diags.AddAttributeError(at, "Recipient filter that Exchange cannot read", detail)
		return diags
	}
	for _, comparison := range parsed.Comparisons() {
		diags.Append(validateComparison(comparison, at)...)
	}
	return diags
}

// pointAt shows where in a filter the problem is. A long filter is cut to what stands around the position.
func pointAt(text string, syntax *opath.SyntaxError) string {
	const around = 40
	line := []rune(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' {
			return ' '
		}
		return r
	}, text))
	position := min(max(syntax.Position-1, 0), len(line))
	start, end := max(position-around, 0), min(position+around, len(line))
	return fmt.Sprintf("%s\n\n  %s\n  %s^", syntax.Error(), string(line[start:end]), strings.Repeat(" ", position-start))
}

func validateComparison(comparison opath.Comparison, at path.Path) diag.Diagnostics {
	var diags diag.Diagnostics
	property, known := opath.LookupProperty(comparison.Property)
	if !known {
		detail := fmt.Sprintf("%q, at position %d, is not a property that Exchange Online can filter recipients by.", comparison.Property, comparison.Position)
		if nearest := opath.NearestProperty(comparison.Property); nearest != "" {
			detail += fmt.Sprintf(" Did you mean %s?", nearest)
		}
		diags.AddAttributeError(at, "Property that cannot be filtered by", detail)
		return diags
	}
	if property.ServerOnly {
		diags.AddAttributeError(at, "Property that cannot be filtered by",
			fmt.Sprintf("%s, at position %d, can be filtered by in Exchange Server only, not in Exchange Online.", property.Name, comparison.Position))
		return diags
	}
	if comparison.Value.Kind != opath.String {
		return diags
	}
	if property.Kind == opath.DN && !opath.IsDN(comparison.Value.Text) {
		diags.AddAttributeError(at, "Filter value that is not a distinguished name",
			fmt.Sprintf("%s, at position %d, is compared with %q. Exchange compares it with distinguished names only; a name, address or GUID is accepted and matches nobody. "+
				"Give the DistinguishedName of the object, such as \"CN=Finance Team,OU=contoso.onmicrosoft.com,OU=Microsoft Exchange Hosted Organizations,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM\".",
				property.Name, comparison.Position, comparison.Value.Text))
	}
	if wildcards(comparison.Operator) && strings.HasPrefix(comparison.Value.Text, "*") {
		diags.AddAttributeWarning(at, "Leading wildcard in a recipient filter",
			fmt.Sprintf("%s, at position %d, is compared with %q. Exchange Online honours a wildcard at the end of a value only; with one at the beginning the filter is accepted and was seen to match nobody.",
				property.Name, comparison.Position, comparison.Value.Text))
	}
	return diags
}

func wildcards(operator opath.Operator) bool {
	return operator == opath.Like || operator == opath.NotLike
}
