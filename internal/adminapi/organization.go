// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// anchorOf returns the X-AnchorMailbox header that routes an application's
// requests to its organization: the system mailbox that has the same id in every
// organization.
//
// organization is the initial domain ("contoso.onmicrosoft.com"). Without it the
// tenant's GUID stands in, which is enough to read; Exchange has been seen to
// refuse to create service principals, scopes and assignments that way, because
// the request reaches a server that may not write to the tenant's directory.
func anchorOf(organization, tenantID string) string {
	const mailbox = "SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@"
	if organization != "" {
		return "UPN:" + mailbox + organization
	}
	return "APP:" + mailbox + tenantID
}

// Organization returns the tenant's initial domain: the configured one, or the
// one that the service's answers have named so far, or "".
func (c *Client) Organization() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.organization
}

// anchor returns the routing hint for all of a call's requests. A write needs the
// initial domain in it and asks for that where nobody has named it yet; a read
// does without.
func (c *Client) anchor(ctx context.Context, call *call, tenantID string) string {
	if call.writes() {
		c.findOrganization(ctx)
	}
	return anchorOf(c.Organization(), tenantID)
}

// organizationTimeout bounds the question for the initial domain. The write that
// it is asked for may succeed without an answer.
const organizationTimeout = 2 * time.Minute

// findOrganization asks for the initial domain, where it is not known. However
// many writes are about to be sent, one request asks for all of them. Where the
// caller may not know, or the answer does not tell, nobody asks again.
func (c *Client) findOrganization(ctx context.Context) {
	if c.organizationSettled() {
		return
	}
	flight := c.flights.DoChan("organization", func() (any, error) {
		if c.organizationSettled() {
			return nil, nil // By a flight that has just landed.
		}
		// Whoever asked first may leave; the others still wait for the answer.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), organizationTimeout)
		defer cancel()
		_, err := c.Invoke(ctx, Command{Cmdlet: organizationCmdlet, Idempotent: true})
		c.mu.Lock()
		defer c.mu.Unlock()
		c.organizationHidden = c.organization == "" && !mayPass(err)
		return nil, nil
	})
	select {
	case <-flight:
	case <-ctx.Done():
	}
}

// organizationSettled reports whether there is no use in asking for the initial
// domain.
func (c *Client) organizationSettled() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.organization != "" || c.organizationHidden
}

// mayPass reports whether a question that failed with err is worth asking again
// later.
func mayPass(err error) bool {
	var answered *Error
	if !errors.As(err, &answered) {
		return err != nil
	}
	return answered.Err != nil || answered.Class == Transient || answered.Class == Throttled
}

// organizationCmdlet writes the one object whose name is the initial domain.
const organizationCmdlet = "Get-OrganizationConfig"

// learn takes the initial domain from the output of a cmdlet.
func (c *Client) learn(cmdlet string, rows []Row) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, row := range rows {
		if c.organization != "" {
			return
		}
		c.organization = initialDomain(cmdlet, row)
	}
}

// hostedOrganization finds the organization in an OrganizationId, which reads
// "{forest}/Microsoft Exchange Hosted Organizations/contoso.onmicrosoft.com -
// {forest}/ConfigurationUnits/contoso.onmicrosoft.com/Configuration".
var hostedOrganization = pattern(`/Microsoft Exchange Hosted Organizations/([^/ ]+)(?: - |$)`)

// domainOfMicrosoft is the form of the domain that a tenant is born with, in all
// clouds. No other domain of a tenant is worth anything as a routing hint.
var domainOfMicrosoft = pattern(`^[a-z0-9-]+\.(onmicrosoft\.[a-z]+|partner\.onmschina\.cn)$`)

// initialDomain returns the initial domain of the organization that an object
// belongs to, as far as the object tells.
func initialDomain(cmdlet string, row Row) string {
	candidates := []string{row.Text("OrganizationalUnitRoot")}
	if match := hostedOrganization().FindStringSubmatch(row.Text("OrganizationId")); match != nil {
		candidates = append(candidates, match[1])
	}
	if cmdlet == organizationCmdlet {
		candidates = append(candidates, row.Text("Name"), row.Text("Identity"))
	}
	for _, candidate := range candidates {
		if domain := strings.ToLower(candidate); domainOfMicrosoft().MatchString(domain) {
			return domain
		}
	}
	return ""
}

// tenant returns the tenant's id, which is asked for once. An error is not
// remembered.
func (c *Client) tenant(ctx context.Context) (string, error) {
	if known := c.knownTenant(); known != "" {
		return known, nil
	}
	flight := c.flights.DoChan("tenant", func() (any, error) {
		if c.knownTenant() != "" {
			return nil, nil // From a flight that has just landed.
		}
		id, err := c.config.Tenant(context.WithoutCancel(ctx))
		if err == nil && id == "" {
			err = errors.New("there is none")
		}
		if err != nil {
			return nil, fmt.Errorf("the tenant's id could not be found out: %w", err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.tenantID = id
		return nil, nil
	})
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case landed := <-flight:
		if landed.Err != nil {
			return "", landed.Err
		}
	}
	return c.knownTenant(), nil
}

// knownTenant returns the tenant's id, or "" where nobody has asked for it yet.
func (c *Client) knownTenant() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tenantID
}
