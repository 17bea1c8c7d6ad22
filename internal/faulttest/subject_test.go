// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package faulttest shows that nothing is lost, doubled or destroyed by mistake, whatever goes wrong in the middle of a
// run: every fault that the sandbox knows at every request of every operation, provider and Terraform killed and
// interrupted at every request, reads answered with nonsense, and a tenant that allows next to nothing at once.
package faulttest

import (
	"maps"
	"slices"
	"strings"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// operation is what is done with an object while something goes wrong.
type operation string

const (
	create    operation = "create"
	read      operation = "read"
	update    operation = "update"
	destroy   operation = "delete"
	list      operation = "list"
	importing operation = "import"
	data      operation = "data"
)

// subject is a resource, or a data source alone, with what operations need of it.
type subject struct {
	name string
	// kind is the resource type, or empty.
	kind string
	// behavior changes the tenant.
	behavior func(*tenant.Behavior)
	// needs is what an administrator did in the tenant before.
	needs []cmdlet
	// attributes are those that the object is made with, and changed those that it is given by an update, if there is one.
	attributes, changed core.Attributes
	// made is how an administrator makes the object, just as attributes have it.
	made []cmdlet
	// importID is what it is imported by; where it is empty, that is its id.
	importID string
	// spellings are attributes of which state may have the value of another one: two names of one thing.
	spellings map[string]string
	// listed are the arguments of the list block, and data is the data block; nil where there is none.
	listed core.Attributes
	data   *core.Block
	// principal are the cmdlets that do the work of an operation.
	principal map[operation]string
	// objects are all objects of the kind in the tenant as state should have them, by id.
	objects func(s *acctest.Sandbox) map[string]map[string]any
}

// cmdlet is one that an administrator runs.
type cmdlet struct {
	name       string
	parameters map[string]any
}

// address is that of the resource in configurations.
func (u subject) address() string { return u.kind + ".example" }

// config is a configuration with the resource.
func (u subject) config(attributes core.Attributes) core.Config {
	return core.Config{{Address: u.address(), Attributes: attributes}}
}

// operations are those that the subject knows.
func (u subject) operations() []operation {
	var all []operation
	for _, op := range []operation{create, read, update, destroy, list, importing, data} {
		if u.principal[op] != "" {
			all = append(all, op)
		}
	}
	return all
}

const (
	appID     = "22222222-2222-2222-2222-222222222222"
	objectID  = "33333333-3333-3333-3333-333333333333"
	reader    = "Reads invoices"
	invoices  = "Invoice mailboxes"
	invoicing = "CustomAttribute1 -eq 'finance'"
	finance   = "Finance Team"
)

var (
	pointer = cmdlet{"New-ServicePrincipal", map[string]any{"AppId": appID, "ObjectId": objectID, "DisplayName": "Invoice Reader"}}
	scope   = cmdlet{"New-ManagementScope", map[string]any{"Name": invoices, "RecipientRestrictionFilter": invoicing}}
)

// subjects are all that faults are tried on.
func subjects() []subject {
	all := []subject{
		servicePrincipal(), managementScope(), roleAssignment(), disabledAssignment(), accessPolicy(),
		mailboxPermission(), autoMapping(), customization(),
	}
	return append(all, dataSources()...)
}

func servicePrincipal() subject {
	return subject{
		name: "service principal", kind: "exchange_service_principal",
		attributes: core.Attributes{"app_id": appID, "object_id": objectID, "display_name": "Invoice Reader"},
		changed:    core.Attributes{"app_id": appID, "object_id": objectID, "display_name": "Invoice Archive"},
		made:       []cmdlet{pointer},
		importID:   objectID,
		listed:     core.Attributes{},
		data:       &core.Block{Address: "data.exchange_service_principals.all"},
		principal: map[operation]string{
			create: "New-ServicePrincipal", read: "Get-ServicePrincipal", update: "Set-ServicePrincipal", destroy: "Remove-ServicePrincipal",
			list: "Get-ServicePrincipal", importing: "Get-ServicePrincipal", data: "Get-ServicePrincipal",
		},
		objects: func(s *acctest.Sandbox) map[string]map[string]any {
			objects := map[string]map[string]any{}
			for _, p := range s.Tenant().ServicePrincipals() {
				objects[p.ObjectID] = map[string]any{
					"id": p.ObjectID, "app_id": p.AppID, "object_id": p.ObjectID, "display_name": text(p.DisplayName), "sid": p.SID, "guid": p.GUID,
				}
			}
			return objects
		},
	}
}

func managementScope() subject {
	return subject{
		name: "management scope", kind: "exchange_management_scope",
		attributes: core.Attributes{"name": invoices, "recipient_filter": invoicing},
		changed:    core.Attributes{"name": invoices + " of Contoso", "recipient_filter": "CustomAttribute1 -eq 'invoices'"},
		made:       []cmdlet{scope},
		importID:   invoices,
		listed:     core.Attributes{},
		data:       &core.Block{Address: "data.exchange_management_scopes.all"},
		principal: map[operation]string{
			create: "New-ManagementScope", read: "Get-ManagementScope", update: "Set-ManagementScope", destroy: "Remove-ManagementScope",
			list: "Get-ManagementScope", importing: "Get-ManagementScope", data: "Get-ManagementScope",
		},
		objects: func(s *acctest.Sandbox) map[string]map[string]any {
			objects := map[string]map[string]any{}
			for _, m := range s.Tenant().ManagementScopes() {
				objects[m.GUID] = map[string]any{
					"id": m.GUID, "name": m.Name, "recipient_filter": m.RecipientFilter, "recipient_root": text(m.RecipientRoot),
					"exclusive": m.Exclusive, "distinguished_name": m.DistinguishedName,
				}
			}
			return objects
		},
	}
}

func roleAssignment() subject {
	return subject{
		name: "role assignment", kind: "exchange_role_assignment",
		needs: []cmdlet{pointer, scope},
		attributes: core.Attributes{
			"name": reader, "role": "Application Mail.Read", "app": objectID, "custom_resource_scope": invoices,
		},
		changed: core.Attributes{
			"name": reader, "role": "Application Mail.Read", "app": objectID, "custom_resource_scope": "Payroll mailboxes", "enabled": false,
		},
		made: []cmdlet{{"New-ManagementRoleAssignment", map[string]any{
			"Name": reader, "Role": "Application Mail.Read", "App": objectID, "CustomResourceScope": invoices,
		}}},
		importID: reader,
		listed:   core.Attributes{},
		data:     &core.Block{Address: "data.exchange_role_assignments.all"},
		principal: map[operation]string{
			create: "New-ManagementRoleAssignment", read: "Get-ManagementRoleAssignment", update: "Set-ManagementRoleAssignment",
			destroy: "Remove-ManagementRoleAssignment", list: "Get-ManagementRoleAssignment", importing: "Get-ManagementRoleAssignment",
			data: "Get-ManagementRoleAssignment",
		},
		objects: assignments,
	}
}

// disabledAssignment is made in two steps.
func disabledAssignment() subject {
	u := roleAssignment()
	u.name = "disabled role assignment"
	u.attributes = maps.Clone(u.attributes)
	u.attributes["enabled"] = false
	u.principal = map[operation]string{create: "New-ManagementRoleAssignment"}
	return u
}

func assignments(s *acctest.Sandbox) map[string]map[string]any {
	objects := map[string]map[string]any{}
	for _, a := range s.Tenant().RoleAssignments() {
		if a.RoleAssignee != objectID {
			// What is somebody else's is compared as a whole, and has attributes that are not told from here.
			objects[a.GUID] = nil
			continue
		}
		objects[a.GUID] = map[string]any{
			"id": a.GUID, "name": a.Name, "role": a.Role, "app": a.RoleAssignee, "user": nil, "security_group": nil, "policy": nil,
			"custom_resource_scope": text(a.CustomResourceScope), "custom_recipient_write_scope": nil, "exclusive_recipient_write_scope": nil,
			"recipient_administrative_unit_scope": nil, "recipient_group_scope": nil, "recipient_organizational_unit_scope": nil,
			"recipient_relative_write_scope": nil, "delegating": a.DelegationType != "Regular", "enabled": a.Enabled,
			"role_assignee_type": string(a.AssigneeType), "recipient_write_scope": a.RecipientWriteScope,
		}
	}
	return objects
}

func accessPolicy() subject {
	attributes := core.Attributes{"app_id": appID, "policy_scope_group_id": finance, "access_right": "RestrictAccess", "description": "Invoices only"}
	changed := maps.Clone(attributes)
	changed["description"] = "Invoices and nothing else"
	return subject{
		name: "application access policy", kind: "exchange_application_access_policy",
		attributes: attributes, changed: changed,
		made: []cmdlet{{"New-ApplicationAccessPolicy", map[string]any{
			"AppId": []string{appID}, "PolicyScopeGroupId": finance, "AccessRight": "RestrictAccess", "Description": "Invoices only",
		}}},
		spellings: map[string]string{"policy_scope_group_id": "scope_guid"},
		listed:    core.Attributes{},
		data:      &core.Block{Address: "data.exchange_application_access_policies.all"},
		principal: map[operation]string{
			create: "New-ApplicationAccessPolicy", read: "Get-ApplicationAccessPolicy", update: "Set-ApplicationAccessPolicy",
			destroy: "Remove-ApplicationAccessPolicy", list: "Get-ApplicationAccessPolicy", importing: "Get-ApplicationAccessPolicy",
			data: "Get-ApplicationAccessPolicy",
		},
		objects: func(s *acctest.Sandbox) map[string]map[string]any {
			objects := map[string]map[string]any{}
			for _, p := range s.Tenant().ApplicationAccessPolicies() {
				_, guid, _ := strings.Cut(p.ScopeIdentityRaw, ";")
				objects[p.Identity] = map[string]any{
					"id": p.Identity, "app_id": p.AppID, "policy_scope_group_id": p.ScopeName, "access_right": string(p.AccessRight),
					"description": p.Description, "scope_name": p.ScopeName, "scope_guid": guid,
				}
			}
			return objects
		},
	}
}

const support, trustee = "support@contoso.com", "megan@contoso.com"

func mailboxPermission() subject {
	return subject{
		name: "mailbox permission", kind: "exchange_mailbox_permission",
		attributes: core.Attributes{"mailbox": support, "user": trustee, "access_rights": []string{"FullAccess"}, "auto_mapping": true},
		// One right is added, and another one taken.
		changed: core.Attributes{"mailbox": support, "user": trustee, "access_rights": []string{"ReadPermission"}, "auto_mapping": true},
		made: []cmdlet{{"Add-MailboxPermission", map[string]any{
			"Identity": support, "User": trustee, "AccessRights": []string{"FullAccess"}, "AutoMapping": true,
		}}},
		importID: support + "|" + trustee,
		listed:   core.Attributes{"mailboxes": []string{support, "info@contoso.com"}},
		data:     &core.Block{Address: "data.exchange_mailbox_permissions.all", Attributes: core.Attributes{"mailboxes": []string{support, "info@contoso.com"}}},
		principal: map[operation]string{
			create: "Add-MailboxPermission", read: "Get-MailboxPermission", update: "Add-MailboxPermission", destroy: "Remove-MailboxPermission",
			list: "Get-MailboxPermission", importing: "Get-MailboxPermission", data: "Get-MailboxPermission",
		},
		objects: permissions,
	}
}

// autoMapping changes what can be changed only by taking the rights and giving them anew.
func autoMapping() subject {
	u := mailboxPermission()
	u.name = "mailbox permission renewed"
	u.changed = maps.Clone(u.attributes)
	u.changed["auto_mapping"] = false
	u.principal = map[operation]string{update: "Add-MailboxPermission"}
	return u
}

func permissions(s *acctest.Sandbox) map[string]map[string]any {
	objects := map[string]map[string]any{}
	for _, p := range s.Tenant().MailboxPermissions() {
		id := p.MailboxGUID + "|" + p.UserSID
		if p.Deny {
			id += "|deny"
		}
		rights := []any{}
		for _, right := range slices.Sorted(slices.Values(p.AccessRights)) {
			rights = append(rights, right)
		}
		objects[id] = map[string]any{
			"id": id, "mailbox": support, "user": trustee, "access_rights": rights, "deny": p.Deny, "inheritance_type": p.InheritanceType,
			"auto_mapping": true, "mailbox_guid": p.MailboxGUID, "user_sid": p.UserSID,
		}
		if slices.Contains(p.AccessRights, "FullAccess") {
			objects[id]["auto_mapping"] = p.AutoMapping
		}
	}
	return objects
}

// customization is that of an organization which was never customized.
func customization() subject {
	return subject{
		name: "organization customization", kind: "exchange_organization_customization",
		behavior:   func(b *tenant.Behavior) { b.Dehydrated = true },
		attributes: core.Attributes{},
		made:       []cmdlet{{"Enable-OrganizationCustomization", nil}},
		importID:   "contoso.onmicrosoft.com",
		principal: map[operation]string{
			create: "Enable-OrganizationCustomization", read: "Get-OrganizationConfig", importing: "Get-OrganizationConfig",
		},
		objects: func(s *acctest.Sandbox) map[string]map[string]any {
			organization := s.Tenant().Organization()
			if organization.IsDehydrated {
				return map[string]map[string]any{}
			}
			return map[string]map[string]any{organization.InitialDomain: {"id": organization.InitialDomain}}
		},
	}
}

// dataSources are those that no resource has.
func dataSources() []subject {
	alone := func(name, cmdlet, kind string, attributes core.Attributes) subject {
		return subject{name: name, data: &core.Block{Address: "data." + kind + ".test", Attributes: attributes}, principal: map[operation]string{data: cmdlet}}
	}
	return []subject{
		alone("shared mailboxes", "Get-Mailbox", "exchange_shared_mailboxes", nil),
		alone("application access", "Test-ApplicationAccessPolicy", "exchange_application_access", core.Attributes{
			"app_id": "22222222-2222-2222-2222-0000000000aa", "mailbox": "adele@contoso.com",
		}),
		alone("authorization", "Test-ServicePrincipalAuthorization", "exchange_service_principal_authorization", core.Attributes{
			"app": "33333333-3333-3333-3333-0000000000cc", "mailbox": "adele@contoso.com",
		}),
	}
}

// text is a text as state has it.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}
