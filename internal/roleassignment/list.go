// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package roleassignment

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/diagnostic"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/listing"
)

var _ list.ListResourceWithConfigure = &ListResource{}

// ListResource lists the assignments for terraform query.
type ListResource struct {
	Resource
}

// NewListResource returns the list resource, not configured yet.
func NewListResource() list.ListResource { return &ListResource{} }

const builtInDescription = "Whether to list the assignments, too, that Exchange gives every tenant: those of role groups and policies over the role's own scope, " +
	"under the names that Exchange makes up. Defaults to `false`."

// ListResourceConfigSchema describes the filters.
func (l *ListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the role assignments of the tenant, without those that Exchange gives every tenant.",
		Attributes: map[string]schema.Attribute{
			"app": schema.StringAttribute{
				MarkdownDescription: "Lists the assignments of this application only: the object id, application id or name of its service principal in Exchange.",
				Optional:            true,
			},
			"role": schema.StringAttribute{
				MarkdownDescription: "Lists the assignments of this role only, such as `Application Mail.Read`.",
				Optional:            true,
			},
			"scope": schema.StringAttribute{
				MarkdownDescription: "Lists the assignments over this scope only: the name of a management scope or group, or the object id of an administrative unit.",
				Optional:            true,
			},
			"include_built_in": schema.BoolAttribute{
				MarkdownDescription: builtInDescription,
				Optional:            true,
			},
		},
	}
}

// filterModel is what narrows a listing, here and in the data source.
type filterModel struct {
	App            types.String `tfsdk:"app"`
	Role           types.String `tfsdk:"role"`
	Scope          types.String `tfsdk:"scope"`
	IncludeBuiltIn types.Bool   `tfsdk:"include_built_in"`
}

func (m filterModel) toAPI() exchange.RoleAssignmentFilter {
	return exchange.RoleAssignmentFilter{
		App: m.App.ValueString(), Role: m.Role.ValueString(), Scope: m.Scope.ValueString(), IncludeBuiltIn: m.IncludeBuiltIn.ValueBool(),
	}
}

// List streams the assignments.
func (l *ListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var config filterModel
	if diags := req.Config.Get(ctx, &config); diags.HasError() {
		stream.Results = listing.Failure(diags...)
		return
	}
	reading, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()

	assignments, err := l.client.RoleAssignments(reading, config.toAPI())
	if err != nil {
		stream.Results = listing.Failure(config.refusal(err))
		return
	}
	names, err := l.names(reading, assignments)
	if err != nil {
		stream.Results = listing.Failure(diagnostic.Error("The applications that hold the role assignments could not be listed", err))
		return
	}
	stream.Results = listing.Results(ctx, req, assignments, func(assignment exchange.RoleAssignment) (string, any, any) {
		resource := model{object: imported(assignment), Timeouts: listing.NoTimeouts()}
		return displayName(assignment, names), resource.identity(), resource
	})
}

// names returns what people call the applications among the assignees, whom assignments know by their object ids.
func (l *ListResource) names(ctx context.Context, assignments []exchange.RoleAssignment) (map[string]string, error) {
	names := map[string]string{}
	for _, assignment := range assignments {
		if assignment.Assignee.Kind != exchange.App {
			continue
		}
		pointers, err := l.client.ServicePrincipals(ctx)
		for _, pointer := range pointers {
			names[pointer.ObjectID] = pointer.DisplayName
		}
		return names, err
	}
	return names, nil
}

// displayName says who holds which role over what, behind the name, which alone often does not.
func displayName(assignment exchange.RoleAssignment, names map[string]string) string {
	assignee := assignment.Assignee.Identity
	if name := names[assignee]; assignment.Assignee.Kind == exchange.App && name != "" {
		assignee = name
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s for %s", assignment.Name, assignment.Role, assignee)
	if assignment.Scope.Kind != exchange.RoleScope {
		fmt.Fprintf(&b, " over %s", assignment.Scope.Value)
	}
	return b.String() + ")"
}

// imported is an assignment as it is after an import: in Exchange's own spelling.
func imported(assignment exchange.RoleAssignment) object {
	var blank object
	blank.fromAPI(assignment, kept{})
	return blank
}
