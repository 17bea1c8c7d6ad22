// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package listing streams the results of list resources, which terraform query asks for.
package listing

import (
	"context"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Results streams one result for each object: no more than Terraform asked for, and none after it stopped listening.
// describe returns an object's display name, its identity, and the resource as it would be after an import.
func Results[T any](ctx context.Context, req list.ListRequest, objects []T, describe func(object T) (displayName string, identity, resource any)) iter.Seq[list.ListResult] {
	return func(push func(list.ListResult) bool) {
		for i, object := range objects {
			if req.Limit > 0 && int64(i) >= req.Limit {
				return
			}
			displayName, identity, resource := describe(object)
			result := req.NewListResult(ctx)
			result.DisplayName = displayName
			result.Diagnostics.Append(result.Identity.Set(ctx, identity)...)
			if req.IncludeResource {
				result.Diagnostics.Append(result.Resource.Set(ctx, resource)...)
			}
			if !push(result) {
				return
			}
		}
	}
}

// NoTimeouts is the timeouts attribute of a resource whose configuration does not set it. The framework cannot make
// the absent value of a custom type by itself.
func NoTimeouts() timeouts.Value {
	return timeouts.Value{Object: types.ObjectNull(map[string]attr.Type{
		"create": types.StringType,
		"read":   types.StringType,
		"update": types.StringType,
		"delete": types.StringType,
	})}
}

// Failure is a stream that holds an error alone.
func Failure(diags ...diag.Diagnostic) iter.Seq[list.ListResult] {
	return list.ListResultsStreamDiagnostics(diags)
}
