// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/directory"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"golang.org/x/sync/errgroup"
)

// administrativeUnitRead is the least permission that all of this file needs.
const administrativeUnitRead = "AdministrativeUnit.Read.All (134fd756-38ce-4afd-ba33-e9623dbe66c2)"

// AdministrativeUnit is an administrative unit of Microsoft Entra ID. A nil text
// is one that is not set.
type AdministrativeUnit struct {
	// ID is the object id, by which Exchange knows the unit too.
	ID          string
	DisplayName string
	Description *string
	// Visibility is Public or HiddenMembership; nil means Public.
	Visibility *string
	// MembershipType is Assigned or Dynamic; nil means Assigned.
	MembershipType *string
	// MembershipRule is the rule that finds a dynamic unit's members.
	MembershipRule *string
	// IsMemberManagementRestricted says that only administrators of the unit
	// itself may change its members.
	IsMemberManagementRestricted bool
	// Members are nil where they were not asked for.
	Members []Member
}

// HidesMembers reports whether the members are shown only to who may read hidden
// members, and to all others as an empty list.
func (u AdministrativeUnit) HidesMembers() bool {
	return u.Visibility != nil && strings.EqualFold(*u.Visibility, "HiddenMembership")
}

// Member is a member of an administrative unit.
type Member struct {
	ID string
	// Type is the kind of object: user, group or device.
	Type string
	// DisplayName is nil where the caller may not read objects of that type:
	// Graph then tells of its type and id alone.
	DisplayName *string
	// UserPrincipalName is nil for all but users, and as DisplayName is.
	UserPrincipalName *string
}

// AdministrativeUnitQuery says which administrative units are asked for: all of
// them where it is zero.
type AdministrativeUnitQuery struct {
	// DisplayName is a whole display name, and DisplayNamePrefix the beginning of
	// one; both in any letter case.
	DisplayName, DisplayNamePrefix string
	// Members asks for the members, with a request or more for each unit.
	Members bool
}

// filter returns the query's $filter, or nil. In a text a quote is doubled.
func (q AdministrativeUnitQuery) filter() *string {
	var clauses []string
	if q.DisplayName != "" {
		clauses = append(clauses, "displayName eq '"+strings.ReplaceAll(q.DisplayName, "'", "''")+"'")
	}
	if q.DisplayNamePrefix != "" {
		clauses = append(clauses, "startswith(displayName,'"+strings.ReplaceAll(q.DisplayNamePrefix, "'", "''")+"')")
	}
	if clauses == nil {
		return nil
	}
	return new(strings.Join(clauses, " and "))
}

// matches reports whether the query asks for the unit of that name.
func (q AdministrativeUnitQuery) matches(displayName string) bool {
	return (q.DisplayName == "" || strings.EqualFold(displayName, q.DisplayName)) &&
		strings.HasPrefix(strings.ToLower(displayName), strings.ToLower(q.DisplayNamePrefix))
}

// AdministrativeUnits returns administrative units, ordered by display name and
// then by id, their members likewise. The error is an [*Error]; a list is whole.
func (c *Client) AdministrativeUnits(ctx context.Context, query AdministrativeUnitQuery) ([]AdministrativeUnit, error) {
	units, err := c.listAdministrativeUnits(ctx, query)
	if err != nil {
		return nil, failure(ctx, "listing administrative units", administrativeUnitRead, err)
	}
	if !query.Members {
		return units, nil
	}
	group, groupContext := errgroup.WithContext(ctx)
	group.SetLimit(concurrency)
	for i := range units {
		group.Go(func() error {
			members, err := c.listMembers(groupContext, units[i].ID)
			if err != nil {
				operation := fmt.Sprintf("listing the members of the administrative unit %q (%s)", units[i].DisplayName, units[i].ID)
				return failure(groupContext, operation, administrativeUnitRead, err)
			}
			units[i].Members = members
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return units, nil
}

func (c *Client) listAdministrativeUnits(ctx context.Context, query AdministrativeUnitQuery) ([]AdministrativeUnit, error) {
	builder := directory.NewAdministrativeUnitsRequestBuilderInternal(map[string]string{}, c.adapter)
	found, err := list(func(link string) (page[models.AdministrativeUnitable], error) {
		if link != "" {
			return builder.WithUrl(link).Get(ctx, nil)
		}
		return builder.Get(ctx, &directory.AdministrativeUnitsRequestBuilderGetRequestConfiguration{
			QueryParameters: &directory.AdministrativeUnitsRequestBuilderGetQueryParameters{
				Filter: query.filter(),
				Select: []string{
					"id", "displayName", "description", "visibility", "membershipType", "membershipRule", "isMemberManagementRestricted",
				},
				Top: new(pageSize),
			},
		})
	})
	if err != nil {
		return nil, err
	}
	units := make([]AdministrativeUnit, 0, len(found))
	for _, row := range found {
		if !query.matches(text(row.GetDisplayName())) {
			continue // Graph is known to ignore a part of a query in silence.
		}
		units = append(units, AdministrativeUnit{
			ID:                           *row.GetId(),
			DisplayName:                  text(row.GetDisplayName()),
			Description:                  row.GetDescription(),
			Visibility:                   row.GetVisibility(),
			MembershipType:               row.GetMembershipType(),
			MembershipRule:               row.GetMembershipRule(),
			IsMemberManagementRestricted: row.GetIsMemberManagementRestricted() != nil && *row.GetIsMemberManagementRestricted(),
		})
	}
	slices.SortFunc(units, func(a, b AdministrativeUnit) int { return byName(a.DisplayName, b.DisplayName, a.ID, b.ID) })
	return units, nil
}

// listMembers asks for the members of a unit. Graph takes a $select here only
// where the request has $count and asks for eventual consistency.
func (c *Client) listMembers(ctx context.Context, unitID string) ([]Member, error) {
	builder := directory.NewAdministrativeUnitsRequestBuilderInternal(map[string]string{}, c.adapter).ByAdministrativeUnitId(unitID).Members()
	found, err := list(func(link string) (page[models.DirectoryObjectable], error) {
		configuration := &directory.AdministrativeUnitsItemMembersRequestBuilderGetRequestConfiguration{Headers: eventually()}
		if link != "" {
			return builder.WithUrl(link).Get(ctx, configuration)
		}
		configuration.QueryParameters = &directory.AdministrativeUnitsItemMembersRequestBuilderGetQueryParameters{
			Count:  new(true),
			Select: []string{"id", "displayName", "userPrincipalName"},
			Top:    new(pageSize),
		}
		return builder.Get(ctx, configuration)
	})
	if err != nil {
		return nil, err
	}
	members := make([]Member, 0, len(found))
	for _, row := range found {
		members = append(members, newMember(row))
	}
	slices.SortFunc(members, func(a, b Member) int { return byName(text(a.DisplayName), text(b.DisplayName), a.ID, b.ID) })
	return members, nil
}

// newMember reads what the members of all types have.
func newMember(row models.DirectoryObjectable) Member {
	member := Member{ID: *row.GetId(), Type: strings.TrimPrefix(text(row.GetOdataType()), "#microsoft.graph.")}
	if named, ok := row.(interface{ GetDisplayName() *string }); ok {
		member.DisplayName = named.GetDisplayName()
	}
	if user, ok := row.(interface{ GetUserPrincipalName() *string }); ok {
		member.UserPrincipalName = user.GetUserPrincipalName()
	}
	return member
}

// byName orders by display name in any letter case, and then by id.
func byName(nameA, nameB, idA, idB string) int {
	return cmp.Or(strings.Compare(strings.ToLower(nameA), strings.ToLower(nameB)), strings.Compare(idA, idB))
}

func text(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}
