// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package customtype

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// GUID is the type of ids. Exchange answers a GUID in whatever case it was stored in.
var GUID = Type{spelling: guid{}}

type guid struct{}

func (guid) String() string { return "GUID" }

func (guid) same(a, b string) bool { return strings.EqualFold(a, b) }

// IsGUID reports whether text is a GUID as Exchange takes it: 32 hexadecimal digits in groups, with hyphens.
func IsGUID(text string) bool {
	// uuid also takes braces, a urn: prefix and 32 bare digits, which Exchange does not.
	return len(text) == 36 && uuid.Validate(text) == nil
}

func (guid) validate(text string, at path.Path) diag.Diagnostics {
	var diags diag.Diagnostics
	if !IsGUID(text) {
		diags.AddAttributeError(at, "Not a GUID",
			fmt.Sprintf("%q is not a GUID. Write 32 hexadecimal digits in groups of 8-4-4-4-12, such as 6233fba6-0198-4277-892f-9275bf728bcc.", text))
	}
	return diags
}
