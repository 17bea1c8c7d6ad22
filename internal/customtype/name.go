// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package customtype

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// Name is the type of attributes that hold the identity of a directory object: a name, address, GUID or distinguished
// name. The directory compares all of them without regard to case.
var Name = Type{spelling: name{}}

type name struct{}

func (name) String() string { return "Name" }

func (name) same(a, b string) bool { return strings.EqualFold(a, b) }

func (name) validate(string, path.Path) diag.Diagnostics { return nil }
