// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"context"
	"fmt"
	"strings"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// ServicePrincipal is Exchange's pointer to an enterprise application of Microsoft Entra. It carries no permission;
// role assignments and mailbox permissions refer to it. When the enterprise application is deleted, Exchange removes
// the pointer and its role assignments.
type ServicePrincipal struct {
	AppID       string // the application's (client) id, lower case
	ObjectID    string // the enterprise application's object id, lower case
	DisplayName string // empty where none was given: Exchange copies none from Entra
	SID         string // S-1-5-21-..., which permission lists show
	GUID        string // Exchange's own id of the pointer, lower case
}

func servicePrincipalFrom(row adminapi.Row) ServicePrincipal {
	return ServicePrincipal{
		AppID: strings.ToLower(row.Text("AppId")),
		// ServiceId is the name the property had until 2023; Identity and Name hold the object id too.
		ObjectID:    strings.ToLower(row.Text("ObjectId", "ServiceId", "Identity", "Name")),
		DisplayName: row.Text("DisplayName"),
		SID:         row.Text("Sid"),
		GUID:        guidOf(row),
	}
}

// ServicePrincipal reads the pointer to the enterprise application with this object id.
//
// Exchange takes display names for identities, too, and anybody may give a pointer the display name of another one's
// id, so a row counts by its object id alone.
func (c *Client) ServicePrincipal(ctx context.Context, objectID string) (ServicePrincipal, error) {
	row, err := c.get(ctx, "Get-ServicePrincipal", objectID, named(objectID, "ObjectId", "ServiceId", "Identity", "Name"))
	if err != nil {
		return ServicePrincipal{}, err
	}
	return servicePrincipalFrom(row), nil
}

// ServicePrincipalOfApp reads the pointer to the enterprise application of an application, by the application's id.
func (c *Client) ServicePrincipalOfApp(ctx context.Context, appID string) (ServicePrincipal, error) {
	row, err := c.get(ctx, "Get-ServicePrincipal", appID, named(appID, "AppId"))
	if err != nil {
		return ServicePrincipal{}, err
	}
	return servicePrincipalFrom(row), nil
}

// ServicePrincipals lists the pointers.
func (c *Client) ServicePrincipals(ctx context.Context) ([]ServicePrincipal, error) {
	rows, err := c.list(ctx, "Get-ServicePrincipal", nil)
	if err != nil {
		return nil, err
	}
	pointers := make([]ServicePrincipal, 0, len(rows))
	for _, row := range rows {
		pointers = append(pointers, servicePrincipalFrom(row))
	}
	return pointers, nil
}

// NewServicePrincipal is what CreateServicePrincipal sends.
type NewServicePrincipal struct {
	AppID       string
	ObjectID    string // of the enterprise application; that of the app registration is refused
	DisplayName string // not sent when empty
}

// CreateServicePrincipal creates the pointer.
func (c *Client) CreateServicePrincipal(ctx context.Context, object NewServicePrincipal) (ServicePrincipal, error) {
	parameters := adminapi.Parameters{"AppId": object.AppID, "ObjectId": object.ObjectID}
	if object.DisplayName != "" {
		parameters["DisplayName"] = object.DisplayName
	}
	row, created, err := c.create(ctx, "New-ServicePrincipal", parameters)
	if err != nil {
		return ServicePrincipal{}, err
	}
	if created {
		return servicePrincipalFrom(row), nil
	}
	var read ServicePrincipal
	err = settled(ctx, func(ctx context.Context) error {
		read, err = c.ServicePrincipal(ctx, object.ObjectID)
		if IsNotFound(err) {
			return notYet{err}
		}
		return err
	})
	return read, err
}

// RenameServicePrincipal sets the display name, the only thing of a pointer that can change, and returns once
// Exchange shows it. An empty name removes it.
func (c *Client) RenameServicePrincipal(ctx context.Context, objectID, displayName string) error {
	if _, err := c.ServicePrincipal(ctx, objectID); err != nil {
		return err
	}
	err := c.run(ctx, "Set-ServicePrincipal", adminapi.Parameters{"Identity": objectID, "DisplayName": displayName})
	if err != nil {
		return err
	}
	return settled(ctx, func(ctx context.Context) error {
		read, err := c.ServicePrincipal(ctx, objectID)
		if err == nil && read.DisplayName != displayName {
			return notYet{fmt.Errorf("Exchange accepted the display name %q and still answers %q", displayName, read.DisplayName)}
		}
		return err
	})
}

// DeleteServicePrincipal removes the pointer. One that is gone already is no error.
func (c *Client) DeleteServicePrincipal(ctx context.Context, objectID string) error {
	if _, err := c.ServicePrincipal(ctx, objectID); IsNotFound(err) {
		return nil
	} else if err != nil {
		return err
	}
	return c.remove(ctx, "Remove-ServicePrincipal", objectID, adminapi.Parameters{})
}
