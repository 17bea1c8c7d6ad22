// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// answers are the ways in which Exchange was seen to differ, or is not known: each setting of each switch of the
// sandbox that concerns service principals, scopes, assignments and their test. The zero setting is the first row.
var answers = map[string]func(*tenant.Behavior){
	"canonical":                            func(*tenant.Behavior) {},
	"filters in parentheses":               func(b *tenant.Behavior) { b.FilterEcho = tenant.FilterParentheses },
	"filters with lower-case DNs":          func(b *tenant.Behavior) { b.FilterEcho = tenant.FilterDNLowercase },
	"errors as JSON":                       func(b *tenant.Behavior) { b.ErrorFormat = tenant.ErrorJSON },
	"errors as exceptions":                 func(b *tenant.Behavior) { b.ErrorFormat = tenant.ErrorException },
	"not found as 400":                     func(b *tenant.Behavior) { b.NotFoundStatus = 400 },
	"not found as 500":                     func(b *tenant.Behavior) { b.NotFoundStatus = 500 },
	"not found as 400 in JSON":             func(b *tenant.Behavior) { b.NotFoundStatus, b.ErrorFormat = 400, tenant.ErrorJSON },
	"not found as 500 in JSON":             func(b *tenant.Behavior) { b.NotFoundStatus, b.ErrorFormat = 500, tenant.ErrorJSON },
	"not found wrapped by a proxy":         func(b *tenant.Behavior) { b.NotFoundWrapped = true },
	"nulls left out":                       func(b *tenant.Behavior) { b.NullProperties = tenant.NullsAbsent },
	"lists of one as strings":              func(b *tenant.Behavior) { b.SingleLists = tenant.SingleString },
	"GUIDs in upper case":                  func(b *tenant.Behavior) { b.GUIDCase = tenant.GUIDUpper },
	"GUIDs that name nothing":              func(b *tenant.Behavior) { b.GUIDIdentity = tenant.ValueRefused },
	"DNs in another case":                  func(b *tenant.Behavior) { b.DNCase = tenant.DNLower },
	"empty answer for what is not there":   func(b *tenant.Behavior) { b.WrongIdentity = tenant.WrongIdentityEmpty },
	"all objects for what is not there":    func(b *tenant.Behavior) { b.WrongIdentity = tenant.WrongIdentityAll },
	"booleans as strings":                  func(b *tenant.Behavior) { b.Booleans = tenant.BooleansString },
	"verdicts as strings":                  func(b *tenant.Behavior) { b.InScope = tenant.BooleansString },
	"writes by the initial domain only":    func(b *tenant.Behavior) { b.WriteNeedsDomainAnchor = true },
	"pointers in use refused":              func(b *tenant.Behavior) { b.RemoveServicePrincipalInUse = tenant.RemoveRefuse },
	"pointers in use orphan":               func(b *tenant.Behavior) { b.RemoveServicePrincipalInUse = tenant.RemoveOrphan },
	"late service principals":              func(b *tenant.Behavior) { b.ServicePrincipalLag = tenant.Lag{Calls: 1} },
	"late assignments":                     func(b *tenant.Behavior) { b.AssignmentLag = tenant.Lag{Calls: 1} },
	"late assignments by time":             func(b *tenant.Behavior) { b.AssignmentLag = tenant.Lag{For: 500 * time.Millisecond} },
	"scopes in use for a while":            func(b *tenant.Behavior) { b.ScopeInUseLag = tenant.Lag{Calls: 1} },
	"null scope ignored":                   func(b *tenant.Behavior) { b.NullResourceScope = tenant.NullScopeIgnored },
	"null scope refused":                   func(b *tenant.Behavior) { b.NullResourceScope = tenant.NullScopeRefused },
	"kind of scope fixed":                  func(b *tenant.Behavior) { b.SwitchScopeKind = tenant.Refused },
	"unit in the resource scope":           func(b *tenant.Behavior) { b.AdministrativeUnitProperty = tenant.UnitInResourceScope },
	"unit in the write scope":              func(b *tenant.Behavior) { b.AdministrativeUnitProperty = tenant.UnitInRecipientWriteScope },
	"group by DN":                          func(b *tenant.Behavior) { b.GroupScopeValue = tenant.GroupByDN },
	"group by GUID":                        func(b *tenant.Behavior) { b.GroupScopeValue = tenant.GroupByGUID },
	"equal default names refused":          func(b *tenant.Behavior) { b.DuplicateDefaultName = tenant.DuplicateRefuse },
	"exclusive scopes refused to apps":     func(b *tenant.Behavior) { b.ExclusiveResourceScope = tenant.ValueRefused },
	"no content after changes":             func(b *tenant.Behavior) { b.SetOutput = tenant.SetNoContent },
	"null after changes":                   func(b *tenant.Behavior) { b.SetOutput = tenant.SetNull },
	"no object after creation":             func(b *tenant.Behavior) { b.NewOutput = tenant.NewEmpty },
	"assignees by display name":            func(b *tenant.Behavior) { b.AssigneeEcho = tenant.AssigneeByDisplayName },
	"one refusal before the role is known": func(b *tenant.Behavior) { b.RoleNotPropagated = 1 },
	"everything at once": func(b *tenant.Behavior) {
		b.FilterEcho, b.ErrorFormat, b.NotFoundStatus = tenant.FilterParentheses, tenant.ErrorJSON, 500
		b.NullProperties, b.SingleLists, b.GUIDCase, b.DNCase = tenant.NullsAbsent, tenant.SingleString, tenant.GUIDUpper, tenant.DNLower
		b.Booleans, b.InScope, b.SetOutput, b.NewOutput = tenant.BooleansString, tenant.BooleansString, tenant.SetNoContent, tenant.NewEmpty
		b.GroupScopeValue, b.AssigneeEcho, b.WriteNeedsDomainAnchor = tenant.GroupByGUID, tenant.AssigneeByDisplayName, true
		b.ServicePrincipalLag, b.AssignmentLag, b.ScopeInUseLag = tenant.Lag{Calls: 1}, tenant.Lag{Calls: 1}, tenant.Lag{Calls: 1}
	},
}

// The life of each object, as in TestLifecyclePassesOnTerraform, under every form of answer. What state has does not
// depend on the form.
func TestLifecyclePassesWhateverFormTheServiceAnswersIn(t *testing.T) {
	t.Parallel()
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t, answer)
			s.TestCore(func(w *core.Workspace) { live(t, s, w) })
		})
	}
}

const (
	servicePrincipal = "exchange_service_principal.test"
	scope            = "exchange_management_scope.test"

	scopeAssignment  = "exchange_role_assignment.scope"
	unitAssignment   = "exchange_role_assignment.unit"
	groupAssignment  = "exchange_role_assignment.group"
	userAssignment   = "exchange_role_assignment.user"
	readerAssignment = "exchange_role_assignment.reader"
)

// parts are what changes of the configuration.
type parts struct {
	displayName, filter string
	scope               any
	role                string
	enabled             bool
}

func live(t *testing.T, s *acctest.Sandbox, w *core.Workspace) {
	t.Helper()
	ctx := t.Context()
	made := parts{"Invoice Reader", "(CustomAttribute1 -eq 'finance') -or (MemberOfGroup -eq '" + financeD + "')", core.Reference("exchange_management_scope.test.name"), "Application Mail.Read", true}
	changed := parts{"Invoices", "CustomAttribute1 -eq 'finance'", "Berlin recipients", "Application Mail.Read", false}
	replaced := parts{"Invoices", "CustomAttribute1 -eq 'finance'", core.Reference("exchange_management_scope.test.name"), "Application Mail.Send", true}

	w.Settle(ctx, made.blocks())
	is(t, s, w, made)
	authorizes(t, w, made.role)

	w.ExpectApply(ctx, changed.blocks(), map[string]core.Action{servicePrincipal: core.Update, scope: core.Update, scopeAssignment: core.Update})
	is(t, s, w, changed)

	w.ExpectApply(ctx, replaced.blocks(), map[string]core.Action{scopeAssignment: core.DeleteThenCreate})
	is(t, s, w, replaced)
	authorizes(t, w, replaced.role)

	s.Run("Remove-ManagementRoleAssignment", map[string]any{"Identity": "Test scope"})
	s.Run("Remove-ManagementRoleAssignment", map[string]any{"Identity": "Test unit"})
	w.ExpectApply(ctx, replaced.blocks(), map[string]core.Action{scopeAssignment: core.Create, unitAssignment: core.Create})
	is(t, s, w, replaced)

	for _, wanted := range []struct{ address, by string }{
		{servicePrincipal, "object_id"},
		{scope, "name"},
		{scopeAssignment, "id"},
		{unitAssignment, "name"},
		{groupAssignment, "name"},
		{userAssignment, "name"},
		{readerAssignment, "name"},
	} {
		id, _ := w.State(wanted.address)[wanted.by].(string)
		w.Reimport(ctx, replaced.blocks(), core.Import{Address: wanted.address, ID: id})
	}
}

// blocks are one of everything.
func (p parts) blocks() core.Config {
	blocks := core.Config{
		{Address: servicePrincipal, Attributes: core.Attributes{"app_id": appID, "object_id": app, "display_name": p.displayName}},
		{Address: scope, Attributes: core.Attributes{"name": "Test invoices", "recipient_filter": p.filter}},
		{Address: scopeAssignment, Attributes: core.Attributes{
			"name": "Test scope", "role": p.role, "app": core.Reference("exchange_service_principal.test.object_id"),
			"custom_resource_scope": p.scope, "enabled": p.enabled,
		}},
		{Address: unitAssignment, Attributes: core.Attributes{
			"name": "Test unit", "role": "Application Calendars.Read", "app": core.Reference("exchange_service_principal.test.object_id"),
			"recipient_administrative_unit_scope": europe,
		}},
		{Address: groupAssignment, Attributes: core.Attributes{
			"name": "Test group", "role": "Application Contacts.Read", "app": core.Reference("exchange_service_principal.test.app_id"),
			"recipient_group_scope": "Finance Team",
		}},
		{Address: userAssignment, Attributes: core.Attributes{
			"name": "Test user", "role": "Mail Recipients", "user": "adele@contoso.com",
			"custom_recipient_write_scope": core.Reference("exchange_management_scope.test.name"),
		}},
		{Address: readerAssignment, Attributes: core.Attributes{"name": "Test reader", "role": "View-Only Recipients", "security_group": "Finance Team"}},
	}
	for _, mailbox := range []string{"invoices", "support"} {
		blocks = append(blocks, core.Block{
			Address:    "data.exchange_service_principal_authorization." + mailbox,
			Attributes: core.Attributes{"app": core.Reference("exchange_service_principal.test.object_id"), "mailbox": mailbox + "@contoso.com"},
			DependsOn:  []string{scopeAssignment},
		})
	}
	return blocks
}

// is checks every attribute in state, and what the tenant has.
func is(t *testing.T, s *acctest.Sandbox, w *core.Workspace, p parts) {
	t.Helper()
	if err := hasFurtherObjects(s.Tenant()); err != nil {
		t.Error(err)
	}
	for _, sp := range s.Tenant().ServicePrincipals() {
		if sp.ObjectID == app {
			w.ExpectState(servicePrincipal, map[string]any{
				"id": app, "app_id": appID, "object_id": app, "display_name": p.displayName, "sid": sp.SID, "guid": sp.GUID,
			})
		}
	}
	for _, made := range s.Tenant().ManagementScopes() {
		if made.Name == "Test invoices" {
			// Its letters' case is the service's own.
			dn, _ := w.State(scope)["distinguished_name"].(string)
			if !strings.EqualFold(dn, made.DistinguishedName) {
				t.Errorf("the scope's distinguished name is %q, want %q", dn, made.DistinguishedName)
			}
			w.ExpectState(scope, map[string]any{
				"id": made.GUID, "name": made.Name, "recipient_filter": p.filter, "exclusive": false, "distinguished_name": dn,
			})
		}
	}
	over := p.scope
	if over != "Berlin recipients" {
		over = "Test invoices"
	}
	for name, attributes := range map[string]map[string]any{
		scopeAssignment: {
			"name": "Test scope", "role": p.role, "app": app, "custom_resource_scope": over, "enabled": p.enabled,
			"role_assignee_type": "ServicePrincipal", "recipient_write_scope": "CustomRecipientScope",
		},
		unitAssignment: {
			"name": "Test unit", "role": "Application Calendars.Read", "app": app, "recipient_administrative_unit_scope": europe,
			"role_assignee_type": "ServicePrincipal", "recipient_write_scope": "AdministrativeUnit",
		},
		groupAssignment: {
			"name": "Test group", "role": "Application Contacts.Read", "app": appID, "recipient_group_scope": "Finance Team",
			"role_assignee_type": "ServicePrincipal", "recipient_write_scope": "Group",
		},
		userAssignment: {
			"name": "Test user", "role": "Mail Recipients", "user": "adele@contoso.com", "custom_recipient_write_scope": "Test invoices",
			"role_assignee_type": "User", "recipient_write_scope": "CustomRecipientScope",
		},
		readerAssignment: {
			"name": "Test reader", "role": "View-Only Recipients", "security_group": "Finance Team",
			"role_assignee_type": "SecurityGroup", "recipient_write_scope": "None",
		},
	} {
		want := map[string]any{"enabled": true, "delegating": false}
		maps.Copy(want, attributes)
		for _, assignment := range s.Tenant().RoleAssignments() {
			if assignment.Name == attributes["name"] {
				want["id"] = assignment.GUID
			}
		}
		w.ExpectState(name, want)
	}
}

// authorizes checks what the service says about the application's role: the one mailbox is in scope, the other not.
func authorizes(t *testing.T, w *core.Workspace, role string) {
	t.Helper()
	for mailbox, want := range map[string]bool{"invoices": true, "support": false} {
		var got []any
		rows, _ := w.State("data.exchange_service_principal_authorization." + mailbox)["authorizations"].([]any)
		for _, row := range rows {
			if row, _ := row.(map[string]any); row["role_name"] == role {
				got = append(got, row["in_scope"])
			}
		}
		if difference := cmp.Diff([]any{want}, got); difference != "" {
			t.Errorf("%s over %s (-want +got):\n%s", role, mailbox, difference)
		}
	}
}
