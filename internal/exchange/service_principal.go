// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"cmp"
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
	return c.servicePrincipal(ctx, c.list, objectID)
}

func (c *Client) servicePrincipal(ctx context.Context, ask asking, objectID string) (ServicePrincipal, error) {
	row, err := c.getBy(ctx, ask, "Get-ServicePrincipal", objectID, ofObject(objectID))
	if err != nil {
		return ServicePrincipal{}, err
	}
	return servicePrincipalFrom(row), nil
}

// ofObject accepts the pointer to the enterprise application with this object id.
func ofObject(objectID string) func(adminapi.Row) bool {
	return named(objectID, "ObjectId", "ServiceId", "Identity", "Name")
}

// ListedServicePrincipal is ServicePrincipal for an import: what a listing of this run has of the pointer is good enough.
func (c *Client) ListedServicePrincipal(ctx context.Context, objectID string) (ServicePrincipal, error) {
	if row, found := c.listed(ctx, "Get-ServicePrincipal", objectID, ofObject(objectID)); found {
		return servicePrincipalFrom(row), nil
	}
	return c.ServicePrincipal(ctx, objectID)
}

// ServicePrincipalBy reads, for an import, the pointer that an object id or an application's id names: what a listing of
// this run has of it is good enough.
func (c *Client) ServicePrincipalBy(ctx context.Context, id string) (ServicePrincipal, error) {
	same := named(id, "ObjectId", "ServiceId", "Identity", "Name", "AppId")
	row, found := c.listed(ctx, "Get-ServicePrincipal", id, same)
	if !found {
		var err error
		if row, err = c.get(ctx, "Get-ServicePrincipal", id, same); err != nil {
			return ServicePrincipal{}, err
		}
	}
	return servicePrincipalFrom(row), nil
}

// ReadServicePrincipal is FindServicePrincipal for a refresh: what a listing of this run has of the pointer is good
// enough. One that the listing lacks is asked for by its object id, whose absence is Exchange's own word, so no further
// listing is needed.
func (c *Client) ReadServicePrincipal(ctx context.Context, objectID string) (ServicePrincipal, error) {
	if row, found := c.listed(ctx, "Get-ServicePrincipal", objectID, ofObject(objectID)); found {
		return servicePrincipalFrom(row), nil
	}
	return c.findServicePrincipal(ctx, c.patiently, objectID)
}

// ServicePrincipalOfApp reads the pointer to the enterprise application of an application, by the application's id.
func (c *Client) ServicePrincipalOfApp(ctx context.Context, appID string) (ServicePrincipal, error) {
	row, err := c.get(ctx, "Get-ServicePrincipal", appID, named(appID, "AppId"))
	if err != nil {
		return ServicePrincipal{}, err
	}
	return servicePrincipalFrom(row), nil
}

// ServicePrincipals lists the pointers, once a run and anew after this client has written one.
func (c *Client) ServicePrincipals(ctx context.Context) ([]ServicePrincipal, error) {
	rows, err := c.recall(ctx, "Get-ServicePrincipal", nil)
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
	var pointer ServicePrincipal
	row, answered, err := c.create(ctx, creation{
		cmdlet:     "New-ServicePrincipal",
		parameters: parameters,
		key:        object.ObjectID,
		shows:      showTime,
		look: func(ctx context.Context) (id string, same bool, err error) {
			pointer, err = c.ServicePrincipal(ctx, object.ObjectID)
			return pointer.GUID, strings.EqualFold(pointer.AppID, object.AppID) && pointer.DisplayName == object.DisplayName, err
		},
	})
	if err != nil {
		return ServicePrincipal{}, err
	}
	if answered {
		pointer = servicePrincipalFrom(row)
	}
	c.recent.write(pointer.keys()...)
	return pointer, nil
}

// keys are what the pointer is known by.
func (p ServicePrincipal) keys() []string { return []string{p.ObjectID, p.AppID, p.GUID} }

// FindServicePrincipal is ServicePrincipal for a pointer that is known to have been there: its absence is confirmed.
func (c *Client) FindServicePrincipal(ctx context.Context, objectID string) (ServicePrincipal, error) {
	return c.findServicePrincipal(ctx, c.list, objectID)
}

func (c *Client) findServicePrincipal(ctx context.Context, ask asking, objectID string) (pointer ServicePrincipal, err error) {
	err = c.confirmed(ctx, objectID, func(ctx context.Context) error {
		pointer, err = c.servicePrincipal(ctx, ask, objectID)
		return err
	})
	return pointer, err
}

// RenameServicePrincipal sets the display name, the only thing of a pointer that can change, and returns once
// Exchange shows it. An empty name removes it.
func (c *Client) RenameServicePrincipal(ctx context.Context, objectID, displayName string) error {
	pointer, err := c.FindServicePrincipal(ctx, objectID)
	if err != nil {
		return err
	}
	err = c.set(ctx, "Set-ServicePrincipal", adminapi.Parameters{"Identity": objectID, "DisplayName": displayName}, func(ctx context.Context) (string, error) {
		_, err := c.FindServicePrincipal(ctx, objectID)
		return objectID, err
	})
	if err != nil {
		return err
	}
	c.recent.write(pointer.keys()...)
	return c.settled(ctx, func(ctx context.Context) error {
		read, err := c.ServicePrincipal(ctx, objectID)
		if IsNotFound(err) {
			return notYet{err}
		}
		if err == nil && read.DisplayName != displayName {
			return notYet{fmt.Errorf("Exchange accepted the display name %q and still answers %q", displayName, read.DisplayName)}
		}
		return err
	})
}

// DeleteServicePrincipal removes the pointer with these ids. One that is gone already is no error.
//
// It is named by its GUID where that is known: an object id may be the display name of another pointer, which Exchange
// takes for an identity, too.
func (c *Client) DeleteServicePrincipal(ctx context.Context, pointer ServicePrincipal) error {
	return c.remove(ctx, removal{
		cmdlet:   "Remove-ServicePrincipal",
		identity: cmp.Or(pointer.GUID, pointer.ObjectID),
		byGUID:   pointer.GUID != "",
		keys:     pointer.keys(),
		again: func(ctx context.Context) (string, error) {
			// An application that was registered anew meanwhile has another GUID.
			left, err := c.FindServicePrincipal(ctx, pointer.ObjectID)
			if err == nil && pointer.GUID != "" && left.GUID != pointer.GUID {
				err = replaced("Remove-ServicePrincipal", pointer.GUID, left.GUID)
			}
			return pointer.ObjectID, err
		},
	})
}
