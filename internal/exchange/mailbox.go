// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// Mailbox is a mailbox: what refers to it, and what scopes select it by.
type Mailbox struct {
	GUID                      string // of the directory object, stable over renames, lower case
	ExchangeGUID              string // of the mailbox itself, lower case
	ExternalDirectoryObjectID string // of its account in Entra, lower case; empty for system mailboxes
	Name                      string
	DisplayName               string
	Alias                     string
	PrimarySMTPAddress        string
	EmailAddresses            []string // with prefixes (SMTP: for the primary one, smtp:, SIP:, ...), sorted
	UserPrincipalName         string
	DistinguishedName         string
	Office                    string
	HiddenFromAddressLists    bool
	CustomAttributes          map[string]string   // by property name, CustomAttribute1 to 15; those that are set
	ExtensionCustomAttributes map[string][]string // by property name, ExtensionCustomAttribute1 to 5; those that are set
	AdministrativeUnits       []string            // the units it is a member of, by object id, lower case and sorted
	WhenCreated               time.Time           // zero where Exchange does not tell
}

const (
	customAttributes          = 15
	extensionCustomAttributes = 5
)

func customAttribute(number int) string { return "CustomAttribute" + strconv.Itoa(number) }
func extensionCustomAttribute(number int) string {
	return "ExtensionCustomAttribute" + strconv.Itoa(number)
}

// mailboxProperties are the properties that mailboxFrom and spelled read, of the more than 300 that a mailbox has.
func mailboxProperties() []string {
	properties := []string{
		"Guid", "ExchangeObjectId", "ExchangeGuid", "ExternalDirectoryObjectId", "Identity", "Id", "Name", "DisplayName", "Alias",
		"SamAccountName", "PrimarySmtpAddress", "WindowsEmailAddress", "EmailAddresses", "UserPrincipalName", "DistinguishedName",
		"LegacyExchangeDN", "Office", "HiddenFromAddressListsEnabled", "AdministrativeUnits", "RecipientTypeDetails", "WhenCreatedUTC",
	}
	for number := 1; number <= customAttributes; number++ {
		properties = append(properties, customAttribute(number))
	}
	for number := 1; number <= extensionCustomAttributes; number++ {
		properties = append(properties, extensionCustomAttribute(number))
	}
	return properties
}

func mailboxFrom(row adminapi.Row) Mailbox {
	mailbox := Mailbox{
		GUID:                      guidOf(row),
		ExchangeGUID:              strings.ToLower(row.Text("ExchangeGuid")),
		ExternalDirectoryObjectID: strings.ToLower(row.Text("ExternalDirectoryObjectId")),
		Name:                      row.Text("Name"),
		DisplayName:               row.Text("DisplayName"),
		Alias:                     row.Text("Alias"),
		PrimarySMTPAddress:        row.Text("PrimarySmtpAddress", "WindowsEmailAddress"),
		EmailAddresses:            slices.Sorted(slices.Values(row.Texts("EmailAddresses"))),
		UserPrincipalName:         row.Text("UserPrincipalName"),
		DistinguishedName:         row.Text("DistinguishedName"),
		Office:                    row.Text("Office"),
		HiddenFromAddressLists:    row.Bool("HiddenFromAddressListsEnabled"),
		CustomAttributes:          map[string]string{},
		ExtensionCustomAttributes: map[string][]string{},
	}
	for _, unit := range row.Texts("AdministrativeUnits") {
		if isGUID(unit) {
			unit = strings.ToLower(unit)
		}
		mailbox.AdministrativeUnits = append(mailbox.AdministrativeUnits, unit)
	}
	slices.Sort(mailbox.AdministrativeUnits)
	for number := 1; number <= customAttributes; number++ {
		if text := row.Text(customAttribute(number)); text != "" {
			mailbox.CustomAttributes[customAttribute(number)] = text
		}
	}
	for number := 1; number <= extensionCustomAttributes; number++ {
		if texts := row.Texts(extensionCustomAttribute(number)); len(texts) > 0 {
			mailbox.ExtensionCustomAttributes[extensionCustomAttribute(number)] = texts
		}
	}
	if created, err := time.Parse(time.RFC3339Nano, row.Text("WhenCreatedUTC")); err == nil {
		mailbox.WhenCreated = created.UTC()
	}
	return mailbox
}

// Mailbox reads the mailbox that identity names: an address, user principal name, name, alias, GUID or distinguished
// name. The mailboxes of Microsoft 365 groups are not among those that Get-Mailbox knows. A mailbox is read once a run.
func (c *Client) Mailbox(ctx context.Context, identity string) (Mailbox, error) {
	return c.mailbox(ctx, c.recall, identity)
}

func (c *Client) mailbox(ctx context.Context, ask asking, identity string) (Mailbox, error) {
	if identity == "" {
		return Mailbox{}, fmt.Errorf("Get-Mailbox: %w", errEmptyIdentity)
	}
	rows, err := c.mailboxes(ctx, ask, adminapi.Parameters{"Identity": identity})
	if err != nil {
		return Mailbox{}, err
	}
	bySpelling, byLegacyDN := spelled(identity), named(identity, "LegacyExchangeDN")
	row, found, err := only("Get-Mailbox", identity, rows, func(row adminapi.Row) bool { return bySpelling(row) || byLegacyDN(row) })
	if err == nil && !found {
		// A tenant can have too many mailboxes to look for one in the listing of all.
		err = &adminapi.Error{
			Cmdlet:  "Get-Mailbox",
			Class:   adminapi.NotFound,
			Message: fmt.Sprintf("'%s' is no identity of any of the %d mailboxes that Exchange answers for it; name the mailbox by its address or GUID", identity, len(rows)),
		}
	}
	if err != nil {
		return Mailbox{}, err
	}
	return mailboxFrom(row), nil
}

// SharedMailboxes lists the shared mailboxes that filter, in OPATH, selects: all of them where it is empty. They are
// sorted by primary address.
func (c *Client) SharedMailboxes(ctx context.Context, filter string) ([]Mailbox, error) {
	const shared = "SharedMailbox"
	parameters := adminapi.Parameters{"RecipientTypeDetails": []string{shared}}
	if filter != "" {
		parameters["Filter"] = filter
	}
	rows, err := c.mailboxes(ctx, c.list, parameters)
	if err != nil {
		return nil, err
	}
	mailboxes := make([]Mailbox, 0, len(rows))
	for _, row := range rows {
		// The listing may lag behind a mailbox that was just converted to another type.
		if strings.EqualFold(row.Text("RecipientTypeDetails"), shared) {
			mailboxes = append(mailboxes, mailboxFrom(row))
		}
	}
	slices.SortFunc(mailboxes, func(a, b Mailbox) int {
		if order := strings.Compare(strings.ToLower(a.PrimarySMTPAddress), strings.ToLower(b.PrimarySMTPAddress)); order != 0 {
			return order
		}
		return strings.Compare(a.GUID, b.GUID)
	})
	return mailboxes, nil
}

// mailboxes runs Get-Mailbox, which answers a thousand objects at most where it is not told otherwise.
func (c *Client) mailboxes(ctx context.Context, ask asking, parameters adminapi.Parameters) ([]adminapi.Row, error) {
	parameters["ResultSize"] = "Unlimited"
	return ask(ctx, "Get-Mailbox", parameters)
}
