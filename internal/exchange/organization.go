// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/opath"
)

// Organization is what the tenant tells of itself.
type Organization struct {
	Name string // the tenant's name in Exchange, which is its initial domain, lower case
	// Dehydrated is Exchange's word for an organization that was never customized. It shares its configuration with
	// others, and takes no scopes and role assignments of its own.
	Dehydrated bool
}

// Organization reads the tenant's own configuration.
func (c *Client) Organization(ctx context.Context) (Organization, error) {
	rows, err := c.list(ctx, "Get-OrganizationConfig", nil)
	if err != nil {
		return Organization{}, err
	}
	if len(rows) != 1 || rows[0].Text("Name", "Identity") == "" || !rows[0].Has("IsDehydrated") {
		return Organization{}, fmt.Errorf("Get-OrganizationConfig: Exchange answered %d organizations, and not the name of one and whether it is customized", len(rows))
	}
	return Organization{
		Name:       strings.ToLower(rows[0].Text("Name", "Identity")),
		Dehydrated: rows[0].Bool("IsDehydrated"),
	}, nil
}

// hydrationPace is how fast a wait looks that was seen to take half an hour to a day.
var hydrationPace = pace{first: time.Second, longest: time.Minute}

// CustomizeOrganization makes the organization take scopes and role assignments, and returns it once it does. Where it
// does already, nothing is changed.
//
// Exchange answers at once and says soon that the organization is customized, and still refuses to create anything, for
// half an hour to a day. So creating is tried, with a scope that selects nobody and is removed again. An organization
// that is said to be customized and has a scope took one once; of one that has none it is not known, as an earlier run
// may have ended before it could see.
func (c *Client) CustomizeOrganization(ctx context.Context) (Organization, error) {
	organization, err := c.Organization(ctx)
	if err != nil {
		return Organization{}, err
	}
	if organization.Dehydrated {
		err = c.hydrate(ctx)
	} else if took, listErr := c.tookScopes(ctx); took || listErr != nil {
		return organization, listErr
	}
	if err != nil {
		return Organization{}, err
	}
	organization.Dehydrated = false
	return organization, c.paced(ctx, hydrationPace, c.probe)
}

// hydrate has the organization customized, and returns once Exchange says that it is.
func (c *Client) hydrate(ctx context.Context) error {
	err := c.run(ctx, "Enable-OrganizationCustomization", adminapi.Parameters{"Confirm": false})
	if err != nil && !Says(err, "already enabled for customization") {
		return err
	}
	return c.paced(ctx, hydrationPace, func(ctx context.Context) error {
		organization, err := c.Organization(ctx)
		if err == nil && organization.Dehydrated {
			return notYet{errors.New("Exchange accepted that the organization is to be customized and does not show it yet")}
		}
		return err
	})
}

// tookScopes reports whether the organization has a scope. A probe that was left behind is removed, and counts for none.
func (c *Client) tookScopes(ctx context.Context) (bool, error) {
	scopes, err := c.managementScopes(ctx, c.list)
	if err != nil {
		return false, err
	}
	took := false
	for _, scope := range scopes {
		if !strings.EqualFold(scope.Name, probeName) {
			took = true
		} else if err := c.removeProbe(ctx, scope); err != nil {
			return false, err
		}
	}
	return took, nil
}

// The scope that is created and removed to see whether creating works. It confines nothing, as no assignment uses it.
const (
	probeName   = "terraform-provider-exchange probe"
	probeFilter = "Alias -eq 'probe' -and Alias -ne 'probe'"
)

// probe creates a scope and removes it.
func (c *Client) probe(ctx context.Context) error {
	scope, err := c.CreateManagementScope(ctx, NewManagementScope{Name: probeName, RecipientFilter: probeFilter})
	switch {
	case adminapi.ClassOf(err) == adminapi.Dehydrated:
		return notYet{err}
	case IsAlreadyExists(err):
		// An earlier run was killed between creating it and removing it. Whether creating works now is seen by another one.
		if scope, err = c.ManagementScope(ctx, probeName); err == nil {
			err = c.removeProbe(ctx, scope)
		}
		if err == nil || IsNotFound(err) {
			err = notYet{errors.New("a scope that an earlier run left was in the way")}
		}
		return err
	case err != nil:
		return err
	}
	return c.removeProbe(ctx, scope)
}

// removeProbe removes the scope that probe created, even where the operation is interrupted: nobody else would.
func (c *Client) removeProbe(ctx context.Context, scope ManagementScope) error {
	if !opath.Same(scope.RecipientFilter, probeFilter) {
		return fmt.Errorf("the management scope '%s' is not the one that this provider creates to see whether the organization takes scopes: "+
			"its filter is %q. Rename or remove it", scope.Name, scope.RecipientFilter)
	}
	ctx, done := Afterwards(ctx)
	defer done()
	return c.DeleteManagementScope(ctx, scope.GUID, scope.Name)
}
