// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package graphserver

import (
	"slices"
	"strings"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// resource is what a path stands for.
type resource struct {
	// path has {id} where an id stands.
	path string
	// permissions are those of which a caller must hold one.
	permissions []string
	answer      func(*Server, call) (answer, *refusal)
}

// resources are tried in order: of two paths that fit, the one with the fixed
// text comes first.
var resources = []resource{
	{"/directory/administrativeUnits", unitReaders, (*Server).units},
	{"/directory/administrativeUnits/$count", unitReaders, (*Server).unitCount},
	{"/directory/administrativeUnits/{id}", unitReaders, (*Server).unit},
	{"/directory/administrativeUnits/{id}/members", unitReaders, (*Server).members},
	{"/directory/administrativeUnits/{id}/members/$ref", unitReaders, (*Server).memberReferences},
	{"/directory/administrativeUnits/{id}/members/microsoft.graph.user", unitReaders, membersOf("user")},
	{"/directory/administrativeUnits/{id}/members/microsoft.graph.group", unitReaders, membersOf("group")},
	{"/directory/administrativeUnits/{id}/members/microsoft.graph.device", unitReaders, membersOf("device")},
	{"/servicePrincipals", applicationReaders, (*Server).servicePrincipals},
	{"/servicePrincipals/$count", applicationReaders, (*Server).servicePrincipalCount},
	{"/servicePrincipals/{id}", applicationReaders, (*Server).servicePrincipal},
	{"/servicePrincipals(appId='{id}')", applicationReaders, (*Server).servicePrincipalOfApp},
	{"/organization", organizationReaders, (*Server).organization},
}

// Permissions that allow to read, the least first.
var (
	unitReaders         = []string{"AdministrativeUnit.Read.All", "AdministrativeUnit.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	applicationReaders  = []string{"Application.Read.All", "Application.ReadWrite.OwnedBy", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	organizationReaders = []string{"Organization.Read.All", "Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	userReaders         = []string{"User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
	groupReaders        = []string{"GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
)

// lookup finds the resource of a path, in any letter case, and the id in it.
func lookup(path string) (resource, string, bool) {
	segments := strings.Split(path, "/")
	for _, r := range resources {
		if id, ok := match(strings.Split(r.path, "/"), segments); ok {
			return r, id, true
		}
	}
	return resource{}, "", false
}

func match(pattern, segments []string) (id string, ok bool) {
	if len(pattern) != len(segments) {
		return "", false
	}
	for i, segment := range segments {
		before, after, hasID := strings.Cut(pattern[i], "{id}")
		switch {
		case !hasID && !strings.EqualFold(segment, pattern[i]):
			return "", false
		case !hasID:
		case len(segment) <= len(before)+len(after),
			!strings.EqualFold(segment[:len(before)], before),
			!strings.EqualFold(segment[len(segment)-len(after):], after):
			return "", false
		default:
			id = segment[len(before) : len(segment)-len(after)]
		}
	}
	return id, true
}

// orNull is a text as Graph writes one that may not be set.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func (s *Server) allUnits() collection {
	of := collection{context: "directory/administrativeUnits", kind: "AdministrativeUnit", filterable: []string{"displayName", "description"}}
	for _, u := range s.tenant.EntraUnits() {
		of.rows = append(of.rows, unitObject(u))
	}
	return of
}

// unitObject shows a unit. A type and a visibility that were never set are null.
func unitObject(u tenant.AdministrativeUnit) object {
	o := object{
		"id":                            u.Name,
		"deletedDateTime":               nil,
		"displayName":                   u.DisplayName,
		"description":                   orNull(u.Description),
		"isMemberManagementRestricted":  u.IsMemberManagementRestricted,
		"membershipRule":                orNull(u.MembershipRule),
		"membershipType":                nil,
		"membershipRuleProcessingState": nil,
		"visibility":                    orNull(u.Visibility),
	}
	if u.MembershipRule != "" {
		o["membershipType"], o["membershipRuleProcessingState"] = "Dynamic", "On"
	}
	return o
}

func (s *Server) units(c call) (answer, *refusal) { return c.list(s.allUnits()) }

func (s *Server) unitCount(c call) (answer, *refusal) { return c.count(s.allUnits()) }

func (s *Server) unit(c call) (answer, *refusal) {
	u, _, found := s.tenant.EntraUnit(c.id)
	if !found {
		return answer{}, notFound(c.id)
	}
	return c.one("directory/administrativeUnits", unitObject(u)), nil
}

// one answers a single object.
func (c call) one(context string, o object) answer {
	o = o.selected(c.query.fields)
	o["@odata.context"] = c.root() + "/$metadata#" + context + "/$entity"
	return answer{body: o}
}

// membersOfUnit returns the members of a unit as directory objects. Hidden ones
// are there for callers that may read them only; that the others get an empty
// list, and no error, is a guess. Query options are taken in advanced queries
// only; that they are else refused, and not ignored, is another.
func (s *Server) membersOfUnit(c call) (collection, *refusal) {
	u, members, found := s.tenant.EntraUnit(c.id)
	if !found {
		return collection{}, notFound(c.id)
	}
	if !c.query.plain() && !c.query.advanced() {
		return collection{}, unsupported("The use of query parameters with this API is supported only with advanced query parameters.")
	}
	of := collection{context: "directoryObjects", kind: "DirectoryObject", filterable: []string{"displayName"}}
	if u.Visibility == tenant.HiddenMembership && !c.caller.holds("Member.Read.Hidden") {
		return of, nil
	}
	for _, m := range members {
		of.rows = append(of.rows, memberObject(m, c.caller))
	}
	return of, nil
}

// memberObject shows a recipient as the object that it is in Entra: a group, or
// the user that every mailbox belongs to. Of an object that the caller may not
// read Graph tells the type and the id.
func memberObject(m tenant.Recipient, caller Caller) object {
	kind, readers := "user", userReaders
	if m.Type.IsGroup() {
		kind, readers = "group", groupReaders
	}
	o := object{"@odata.type": "#microsoft.graph." + kind, "id": m.ExternalDirectoryObjectID}
	if !caller.holds(readers...) {
		return o
	}
	o["displayName"], o["mail"] = m.DisplayName, m.PrimarySMTPAddress
	if kind == "user" {
		o["userPrincipalName"] = m.UserPrincipalName
	}
	return o
}

func (s *Server) members(c call) (answer, *refusal) {
	of, refused := s.membersOfUnit(c)
	if refused != nil {
		return answer{}, refused
	}
	return c.list(of)
}

func (s *Server) memberReferences(c call) (answer, *refusal) {
	of, refused := s.membersOfUnit(c)
	if refused != nil {
		return answer{}, refused
	}
	of.context = "Collection($ref)"
	for _, row := range of.rows {
		row["@odata.id"] = c.root() + "/directoryObjects/" + row.id()
	}
	given, refused := c.list(of)
	if page, ok := given.body.(envelope); ok {
		for i, row := range page.Value {
			page.Value[i] = object{"@odata.id": row["@odata.id"]}
		}
	}
	return given, refused
}

// membersOf answers the members of one type. They are not told what type they are.
func membersOf(kind string) func(*Server, call) (answer, *refusal) {
	return func(s *Server, c call) (answer, *refusal) {
		of, refused := s.membersOfUnit(c)
		if refused != nil {
			return answer{}, refused
		}
		of.context = kind + "s"
		of.rows = slices.DeleteFunc(of.rows, func(row object) bool { return row["@odata.type"] != "#microsoft.graph."+kind })
		for _, row := range of.rows {
			delete(row, "@odata.type")
		}
		return c.list(of)
	}
}

func (s *Server) allServicePrincipals() collection {
	of := collection{
		context: "servicePrincipals", kind: "ServicePrincipal",
		filterable: []string{"appId", "displayName", "id", "servicePrincipalType"},
	}
	tenantID := s.tenant.Organization().TenantID
	for _, a := range s.tenant.EnterpriseApplications() {
		kind := "Application"
		if a.ManagedIdentity != "" {
			kind = "ManagedIdentity"
		}
		of.rows = append(of.rows, object{
			"id":                        a.ObjectID,
			"deletedDateTime":           nil,
			"accountEnabled":            !a.Disabled,
			"appDisplayName":            a.DisplayName,
			"appId":                     a.AppID,
			"appOwnerOrganizationId":    tenantID,
			"appRoleAssignmentRequired": false,
			"displayName":               a.DisplayName,
			"servicePrincipalNames":     []string{a.AppID},
			"servicePrincipalType":      kind,
			"tags":                      []string{},
			"appRoles":                  []string{},
			"oauth2PermissionScopes":    []string{},
			"keyCredentials":            []string{},
			"passwordCredentials":       []string{},
		})
	}
	return of
}

func (s *Server) servicePrincipals(c call) (answer, *refusal) {
	return c.list(s.allServicePrincipals())
}

func (s *Server) servicePrincipalCount(c call) (answer, *refusal) {
	return c.count(s.allServicePrincipals())
}

func (s *Server) servicePrincipal(c call) (answer, *refusal) { return s.servicePrincipalBy(c, "id") }

func (s *Server) servicePrincipalOfApp(c call) (answer, *refusal) {
	return s.servicePrincipalBy(c, "appId")
}

// servicePrincipalBy answers the service principal with a key.
func (s *Server) servicePrincipalBy(c call, key string) (answer, *refusal) {
	for _, row := range s.allServicePrincipals().rows {
		if value, ok := row[key].(string); ok && strings.EqualFold(value, c.id) {
			return c.one("servicePrincipals", row), nil
		}
	}
	return answer{}, notFound(c.id)
}

func (s *Server) organization(c call) (answer, *refusal) {
	o := s.tenant.Organization()
	domains := []object{}
	for _, name := range append([]string{o.InitialDomain}, o.Domains...) {
		domains = append(domains, object{
			"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": name != o.InitialDomain,
			"isInitial": name == o.InitialDomain, "name": name, "type": "Managed",
		})
	}
	return c.list(collection{
		context: "organization", kind: "Organization",
		rows: []object{{"id": o.TenantID, "deletedDateTime": nil, "displayName": o.DisplayName, "tenantType": "AAD", "verifiedDomains": domains}},
	})
}
