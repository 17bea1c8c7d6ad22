// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package customtype

import (
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// ObjectName are the rules for names that a configuration gives to objects of Exchange's directory.
func ObjectName() []validator.String {
	return []validator.String{
		stringvalidator.UTF8LengthBetween(1, 64),
		NoWildcard(),
		stringvalidator.RegexMatches(regexp.MustCompile(`^\P{Cc}*$`), "must not hold control characters"),
		stringvalidator.RegexMatches(regexp.MustCompile(`^\S(.*\S)?$`), "must not begin or end with a blank"),
	}
}

// NoWildcard is the rule for what is to name one object of Exchange's directory and no more.
func NoWildcard() validator.String {
	return stringvalidator.RegexMatches(regexp.MustCompile(`^[^*]*$`), "must not hold an asterisk, which Exchange takes for a wildcard")
}
