// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"context"
	"fmt"
	"strings"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// Authorization is one row of Test-ServicePrincipalAuthorization: a role that an app holds, over which recipients,
// and whether the mailbox asked about is one of them. It tells of Exchange's role assignments only; permissions that
// were consented to in Entra come on top.
type Authorization struct {
	RoleName             string
	GrantedPermissions   []string // Microsoft Graph's names, more than one for composite roles
	AllowedResourceScope string   // the scope's name, an administrative unit's id, or Organization
	ScopeType            string   // CustomRecipientScope, AdministrativeUnit, Group, Organization, ...
	InScope              *bool    // nil where no mailbox was asked about
}

// TestServicePrincipalAuthorization asks the service what app (an object id, an application id or a name) may do and,
// with a mailbox, whether that is in scope. The cmdlet sees changes at once: it passes by the caches that delay their
// effect for up to two hours.
func (c *Client) TestServicePrincipalAuthorization(ctx context.Context, app, mailbox string) ([]Authorization, error) {
	if app == "" {
		return nil, fmt.Errorf("Test-ServicePrincipalAuthorization: %w", errEmptyIdentity)
	}
	parameters := adminapi.Parameters{"Identity": app}
	if mailbox != "" {
		parameters["Resource"] = mailbox
	}
	rows, err := c.list(ctx, "Test-ServicePrincipalAuthorization", parameters)
	if err != nil {
		return nil, err
	}
	authorizations := make([]Authorization, 0, len(rows))
	for _, row := range rows {
		authorization := Authorization{
			RoleName:             row.Text("RoleName"),
			AllowedResourceScope: row.Text("AllowedResourceScope"),
			ScopeType:            row.Text("ScopeType"),
			InScope:              inScope(row),
		}
		for _, element := range row.Texts("GrantedPermissions") {
			for permission := range strings.SplitSeq(element, ",") {
				if permission = strings.TrimSpace(permission); permission != "" {
					authorization.GrantedPermissions = append(authorization.GrantedPermissions, permission)
				}
			}
		}
		authorizations = append(authorizations, authorization)
	}
	return authorizations, nil
}

// inScope reads a property that holds a boolean, its text, or "Not Run" where no mailbox was asked about.
func inScope(row adminapi.Row) *bool {
	if row.Bool("InScope") {
		yes := true
		return &yes
	}
	if text := row.Text("InScope"); text == "" || strings.EqualFold(text, "Not Run") {
		return nil
	}
	no := false
	return &no
}
