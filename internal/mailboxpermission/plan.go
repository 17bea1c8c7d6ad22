// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package mailboxpermission

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/customtype"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/diagnostic"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/exchange"
)

// ModifyPlan tells another mailbox or trustee, which is another entry, from another spelling of the same, which is no
// change. Exchange is asked about a spelling only where it differs from that in state.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.State.Raw.IsNull() || req.Plan.Raw.IsNull() || req.Plan.Raw.Equal(req.State.Raw) {
		return
	}
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := state.identity().toAPI()
	keepSame(resp, path.Root("mailbox"), &plan.Mailbox, state.Mailbox, func(mailbox string) (bool, error) {
		return r.sameMailbox(ctx, mailbox, id)
	})
	keepSame(resp, path.Root("user"), &plan.User, state.User, func(user string) (bool, error) {
		return r.sameTrustee(ctx, user, id)
	})
	if !plan.AccessRights.IsUnknown() && (exchange.MailboxPermission{AccessRights: state.accessRights()}).Has(plan.accessRights()) {
		plan.AccessRights = state.AccessRights
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// keepSame keeps the reference that state has where the plan's is the same, and replaces the entry where it is not.
func keepSame(resp *resource.ModifyPlanResponse, attribute path.Path, planned *customtype.Value, was customtype.Value, same func(string) (bool, error)) {
	if planned.Equal(was) {
		return
	}
	if planned.IsUnknown() {
		resp.RequiresReplace.Append(attribute)
		return
	}
	switch is, err := same(planned.ValueString()); {
	case err != nil:
		resp.Diagnostics.Append(diagnostic.Error("The mailbox permission could not be planned: what it refers to could not be read", err))
	case is:
		*planned = was
	default:
		resp.RequiresReplace.Append(attribute)
	}
}

func (r *Resource) sameMailbox(ctx context.Context, identity string, id exchange.MailboxPermissionID) (bool, error) {
	if strings.EqualFold(identity, id.MailboxGUID) {
		return true, nil
	}
	mailbox, err := r.client.Mailbox(ctx, identity)
	if exchange.IsNotFound(err) {
		return false, nil
	}
	return err == nil && mailbox.GUID == id.MailboxGUID, err
}

// sameTrustee asks for the entry that identity has on the mailbox: if it is this one, so is the trustee.
func (r *Resource) sameTrustee(ctx context.Context, identity string, id exchange.MailboxPermissionID) (bool, error) {
	if exchange.IsSID(identity) {
		return strings.EqualFold(identity, id.UserSID), nil
	}
	permission, err := r.client.MailboxPermission(ctx, id.MailboxGUID, identity, id.Deny)
	if exchange.IsNotFound(err) {
		return false, nil
	}
	return err == nil && permission.UserSID == id.UserSID, err
}
