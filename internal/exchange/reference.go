// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// ReferenceKind is a kind of object that others refer to. Exchange takes a reference in many forms (name,
// address, GUID, distinguished name) and answers it in another.
type ReferenceKind int

// The kinds of object that a reference can name.
const (
	RoleReference ReferenceKind = iota
	ServicePrincipalReference
	ManagementScopeReference
	GroupReference
	AdministrativeUnitReference
	RecipientReference
)

// cmdlets that read an object of a kind.
func (kind ReferenceKind) cmdlets() []string {
	switch kind {
	case RoleReference:
		return []string{"Get-ManagementRole"}
	case ServicePrincipalReference:
		return []string{"Get-ServicePrincipal"}
	case ManagementScopeReference:
		return []string{"Get-ManagementScope"}
	case GroupReference:
		// Get-Recipient finds mail-enabled groups by any of their addresses, Get-Group those without mail.
		return []string{"Get-Recipient", "Get-Group"}
	case AdministrativeUnitReference:
		return []string{"Get-AdministrativeUnit"}
	case RecipientReference:
		return []string{"Get-Recipient"}
	default:
		return nil
	}
}

// SameReference reports whether two spellings name one object. Both must resolve to exactly one object: a spelling
// that names none, or several, is the same as nothing but itself. What a spelling names is asked once a run.
func (c *Client) SameReference(ctx context.Context, kind ReferenceKind, a, b string) (bool, error) {
	if strings.EqualFold(a, b) {
		return true, nil
	}
	left, err := c.resolve(ctx, c.recall, kind, a)
	if err != nil || left == "" {
		return false, err
	}
	right, err := c.resolve(ctx, c.recall, kind, b)
	return err == nil && left == right, err
}

// resolve returns the GUID of the one object that identity names, or "" where it names none or several.
func (c *Client) resolve(ctx context.Context, ask asking, kind ReferenceKind, identity string) (string, error) {
	row, found, err := c.referred(ctx, ask, kind, identity)
	if err != nil || !found {
		return "", err
	}
	return guidOf(row), nil
}

// referred reads the one object that identity names; found is false where it names none or several.
func (c *Client) referred(ctx context.Context, ask asking, kind ReferenceKind, identity string) (row adminapi.Row, found bool, err error) {
	if identity == "" || strings.Contains(identity, "*") {
		return adminapi.Row{}, false, nil
	}
	for _, cmdlet := range kind.cmdlets() {
		rows, err := ask(ctx, cmdlet, adminapi.Parameters{"Identity": identity})
		switch {
		case IsNotFound(err), adminapi.ClassOf(err) == adminapi.Ambiguous:
			continue
		case err != nil:
			return adminapi.Row{}, false, err
		}
		if row, found, err := only(cmdlet, identity, rows, kind.accepts(identity)); err == nil && found {
			return row, true, nil
		}
	}
	return adminapi.Row{}, false, nil
}

// accepts accepts the rows of the kind that identity names. Get-Recipient finds mailboxes by what may be a group's name.
func (kind ReferenceKind) accepts(identity string) func(adminapi.Row) bool {
	same := spelled(identity)
	return func(row adminapi.Row) bool { return same(row) && (kind != GroupReference || isGroup(row)) }
}

// isGroup reports whether a recipient is a group, as the names of all types of group say. What does not tell its type may
// be one.
func isGroup(row adminapi.Row) bool {
	types := row.Text("RecipientType") + row.Text("RecipientTypeDetails")
	return types == "" || strings.Contains(types, "Group")
}

// spelled accepts rows of which any of the identity forms that recipients and configuration objects have is identity.
func spelled(identity string) func(adminapi.Row) bool {
	inProperty := named(identity,
		"Guid", "ExchangeObjectId", "Name", "Identity", "Id", "DistinguishedName", "DisplayName",
		"PrimarySmtpAddress", "WindowsEmailAddress", "UserPrincipalName", "Alias", "SamAccountName",
		"ExternalDirectoryObjectId", "ObjectId", "AppId", "ServiceId", "Sid")
	return func(row adminapi.Row) bool {
		if inProperty(row) {
			return true
		}
		for _, address := range row.Texts("EmailAddresses") {
			if _, bare, ok := strings.Cut(address, ":"); ok && strings.EqualFold(bare, identity) {
				return true
			}
		}
		return false
	}
}

// AdministrativeUnit is an administrative unit of Entra as Exchange knows it.
type AdministrativeUnit struct {
	ObjectID    string // Entra's id, which is also the unit's name in Exchange, lower case
	DisplayName string
}

// AdministrativeUnit reads the unit that identity names: Entra's object id or a display name. Deleted units linger
// with the display name they had, so a display name may be ambiguous where the portal shows one unit only.
func (c *Client) AdministrativeUnit(ctx context.Context, identity string) (AdministrativeUnit, error) {
	row, err := c.getBy(ctx, c.recall, "Get-AdministrativeUnit", identity,
		named(identity, "Name", "Identity", "ExternalDirectoryObjectId", "DisplayName", "Guid", "DistinguishedName"))
	if err != nil {
		return AdministrativeUnit{}, fmt.Errorf("looking for the administrative unit '%s': %w", identity, err)
	}
	return AdministrativeUnit{
		ObjectID:    strings.ToLower(row.Text("ExternalDirectoryObjectId", "Name", "Identity")),
		DisplayName: row.Text("DisplayName"),
	}, nil
}

// isAnswer reports whether err is something that Exchange said, and not a failure to ask it.
func isAnswer(err error) bool {
	var answer *adminapi.Error
	return errors.As(err, &answer)
}

// implicitWriteScopes returns the scopes that roles have of themselves, by the roles' names.
func (c *Client) implicitWriteScopes(ctx context.Context) (map[string]string, error) {
	rows, err := c.recall(ctx, "Get-ManagementRole", nil)
	if err != nil {
		return nil, err
	}
	scopes := make(map[string]string, len(rows))
	for _, row := range rows {
		scopes[row.Text("Name")] = implicitWriteScope(row)
	}
	return scopes, nil
}
