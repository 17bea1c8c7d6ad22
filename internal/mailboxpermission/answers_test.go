// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package mailboxpermission_test

import (
	"strings"
	"testing"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest/core"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

// answers are the ways in which Exchange was seen to differ, or is not known: each setting of each switch of the
// sandbox that concerns mailboxes and their permissions.
var answers = map[string]func(*tenant.Behavior){
	"canonical":                          func(*tenant.Behavior) {},
	"errors as JSON":                     func(b *tenant.Behavior) { b.ErrorFormat = tenant.ErrorJSON },
	"errors as exceptions":               func(b *tenant.Behavior) { b.ErrorFormat = tenant.ErrorException },
	"not found as 400":                   func(b *tenant.Behavior) { b.NotFoundStatus = 400 },
	"not found as 500":                   func(b *tenant.Behavior) { b.NotFoundStatus = 500 },
	"not found as 500 in JSON":           func(b *tenant.Behavior) { b.NotFoundStatus, b.ErrorFormat = 500, tenant.ErrorJSON },
	"not found wrapped by a proxy":       func(b *tenant.Behavior) { b.NotFoundWrapped = true },
	"nulls left out":                     func(b *tenant.Behavior) { b.NullProperties = tenant.NullsAbsent },
	"lists of one as strings":            func(b *tenant.Behavior) { b.SingleLists = tenant.SingleString },
	"GUIDs in upper case":                func(b *tenant.Behavior) { b.GUIDCase = tenant.GUIDUpper },
	"DNs in another case":                func(b *tenant.Behavior) { b.DNCase = tenant.DNLower },
	"empty answer for what is not there": func(b *tenant.Behavior) { b.WrongIdentity = tenant.WrongIdentityEmpty },
	"all objects for what is not there":  func(b *tenant.Behavior) { b.WrongIdentity = tenant.WrongIdentityAll },
	"booleans as strings":                func(b *tenant.Behavior) { b.Booleans = tenant.BooleansString },
	"writes by the initial domain only":  func(b *tenant.Behavior) { b.WriteNeedsDomainAnchor = true },
	"late trustees":                      func(b *tenant.Behavior) { b.TrusteeLag = tenant.Lag{Calls: 1} },
	"late trustees by time":              func(b *tenant.Behavior) { b.TrusteeLag = tenant.Lag{For: 500 * time.Millisecond} },
	"trustees by name":                   func(b *tenant.Behavior) { b.TrusteeEcho = tenant.TrusteeByName },
	"a row for each call":                func(b *tenant.Behavior) { b.RepeatedPermission = tenant.RepeatedSeparate },
	"an element for each right":          func(b *tenant.Behavior) { b.AccessRights = tenant.RightsSeparate },
	"rights in one string": func(b *tenant.Behavior) {
		b.AccessRights, b.SingleLists = tenant.RightsJoined, tenant.SingleString
	},
	"one entry of the owner":        func(b *tenant.Behavior) { b.OwnPermissions = tenant.OwnOnce },
	"SendAs in the owner's entries": func(b *tenant.Behavior) { b.OwnPermissions = tenant.OwnWithSendAs },
	"inherited entries":             func(b *tenant.Behavior) { b.InheritedPermissions = tenant.InheritedShown },
	"no content after changes":      func(b *tenant.Behavior) { b.SetOutput = tenant.SetNoContent },
	"null after changes":            func(b *tenant.Behavior) { b.SetOutput = tenant.SetNull },
	"no object after creation":      func(b *tenant.Behavior) { b.NewOutput = tenant.NewEmpty },
	"everything at once": func(b *tenant.Behavior) {
		b.ErrorFormat, b.NotFoundStatus, b.NullProperties, b.SingleLists = tenant.ErrorJSON, 500, tenant.NullsAbsent, tenant.SingleString
		b.GUIDCase, b.DNCase, b.Booleans, b.WriteNeedsDomainAnchor = tenant.GUIDUpper, tenant.DNLower, tenant.BooleansString, true
		b.TrusteeLag, b.TrusteeEcho, b.RepeatedPermission = tenant.Lag{Calls: 1}, tenant.TrusteeByName, tenant.RepeatedSeparate
		b.OwnPermissions, b.InheritedPermissions = tenant.OwnWithSendAs, tenant.InheritedShown
		b.SetOutput, b.NewOutput = tenant.SetNoContent, tenant.NewEmpty
	},
}

// The life of permissions, as in TestMailboxPermissionPassesOnTerraform, under every form of answer. What state has does
// not depend on the form.
func TestMailboxPermissionPassesWhateverFormTheServiceAnswersIn(t *testing.T) {
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

	ofUser  = "exchange_mailbox_permission.user"
	ofGroup = "exchange_mailbox_permission.group"
	ofApp   = "exchange_mailbox_permission.app"

	financeTeam = "finance-team@contoso.com"
	newApp      = "33333333-3333-3333-3333-333333333333"
	newAppID    = "22222222-2222-2222-2222-222222222222"
)

// parts are what changes of the configuration: the rights of the user and the application, and whether the group's are
// denied.
type parts struct {
	rights []string
	deny   bool
}

func live(t *testing.T, s *acctest.Sandbox, w *core.Workspace) {
	t.Helper()
	ctx := t.Context()
	made := parts{[]string{"FullAccess"}, false}
	changed := parts{[]string{"FullAccess", "ReadPermission"}, false}
	replaced := parts{[]string{"ReadPermission"}, true}

	w.Settle(ctx, made.blocks())
	is(t, s, w, made)

	w.ExpectApply(ctx, changed.blocks(), map[string]core.Action{ofUser: core.Update, ofApp: core.Update})
	is(t, s, w, changed)

	w.ExpectApply(ctx, replaced.blocks(), map[string]core.Action{ofUser: core.Update, ofApp: core.Update, ofGroup: core.DeleteThenCreate})
	is(t, s, w, replaced)

	s.Run("Remove-MailboxPermission", map[string]any{"Identity": support, "ResetDefault": true})
	w.ExpectApply(ctx, replaced.blocks(), map[string]core.Action{ofUser: core.Create, ofGroup: core.Create, ofApp: core.Create})
	is(t, s, w, replaced)

	w.Reimport(ctx, replaced.blocks(), core.Import{Address: ofGroup, ID: "support|Finance Team|deny"})
	w.Reimport(ctx, replaced.blocks(), core.Import{Address: ofApp, ID: support + "|" + newAppID})

	// Auto-mapping comes with an import as its default, and means nothing without FullAccess.
	want := w.State(ofUser)
	want["auto_mapping"] = true
	before := w.Save()
	w.Forget(ofUser)
	if err := w.Import(ctx, core.Import{Address: ofUser, ID: "Support|megan@contoso.com"}); err != nil {
		t.Fatal(err)
	}
	w.ExpectState(ofUser, want)
	w.Restore(before)
}

func (p parts) blocks() core.Config {
	return core.Config{
		{Address: servicePrincipal, Attributes: core.Attributes{"app_id": newAppID, "object_id": newApp}},
		{Address: ofUser, Attributes: core.Attributes{"mailbox": "Support", "user": megan, "access_rights": p.rights, "auto_mapping": false}},
		{Address: ofGroup, Attributes: core.Attributes{"mailbox": support, "user": financeTeam, "access_rights": []string{"ReadPermission"}, "deny": p.deny}},
		{Address: ofApp, Attributes: core.Attributes{
			"mailbox": support, "user": core.Reference("exchange_service_principal.test.object_id"), "access_rights": p.rights,
		}},
		{
			Address:    "data.exchange_mailbox_permissions.support",
			Attributes: core.Attributes{"mailboxes": []string{support}},
			DependsOn:  []string{ofUser, ofGroup, ofApp},
		},
	}
}

// is checks every attribute in state, and what the tenant has.
func is(t *testing.T, s *acctest.Sandbox, w *core.Workspace, p parts) {
	t.Helper()
	sids := map[string]string{}
	for _, recipient := range s.Tenant().Recipients() {
		sids[recipient.PrimarySMTPAddress] = recipient.SID
	}
	for _, principal := range s.Tenant().ServicePrincipals() {
		sids[principal.ObjectID] = principal.SID
	}
	held := strings.Join(p.rights, " ")
	guid := recipient(s.Tenant(), support).GUID
	for address, permission := range map[string]struct {
		mailbox, user, held string
		deny, autoMapping   bool
	}{
		ofUser:  {"Support", megan, held, false, false},
		ofGroup: {support, financeTeam, "ReadPermission", p.deny, true},
		ofApp:   {support, newApp, held, false, true},
	} {
		if err := holding(s, permission.user, permission.held)(nil); err != nil {
			t.Error(err)
		}
		var rights []any
		for right := range strings.SplitSeq(permission.held, " ") {
			rights = append(rights, right)
		}
		id := guid + "|" + sids[permission.user]
		if permission.deny {
			id += "|deny"
		}
		w.ExpectState(address, map[string]any{
			"id": id, "mailbox": permission.mailbox, "user": permission.user, "access_rights": rights, "deny": permission.deny,
			"inheritance_type": "All", "auto_mapping": permission.autoMapping, "mailbox_guid": guid, "user_sid": sids[permission.user],
		})
	}
	// The names of groups and applications depend on the answers, so their entries are counted.
	if all, _ := w.State("data.exchange_mailbox_permissions.support")["permissions"].([]any); len(all) != 3 {
		t.Errorf("the mailbox has the permissions %v, want three", all)
	}
}
