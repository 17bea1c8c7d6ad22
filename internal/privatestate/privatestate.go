// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package privatestate keeps a value of a resource in Terraform's private state, beside its attributes.
package privatestate

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// Reader is the private state that a request brings.
type Reader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

// Writer is the private state that a response takes.
type Writer interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// Load returns the value that was saved under key, or T's zero value where there is none, as after an import, or none
// that can be read, as after a change of T.
func Load[T any](ctx context.Context, from Reader, key string) (T, diag.Diagnostics) {
	var value T
	text, diags := from.GetKey(ctx, key)
	if len(text) == 0 || diags.HasError() {
		return value, diags
	}
	if err := json.Unmarshal(text, &value); err != nil {
		var none T
		return none, diags
	}
	return value, diags
}

// Save keeps value under key.
func Save[T any](ctx context.Context, to Writer, key string, value T) diag.Diagnostics {
	text, err := json.Marshal(value)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Private state could not be written",
			"This is an error in the provider. Please report it: "+err.Error())}
	}
	return to.SetKey(ctx, key, text)
}
