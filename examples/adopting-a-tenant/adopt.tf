# Brings everything that the data sources list under Terraform's control, and changes nothing. After the apply, replace
# this by configuration of your own, or keep it for what nobody will change.

data "exchange_application_access_policies" "all" {}
data "exchange_mailbox_permissions" "all" {
  mailboxes = var.mailboxes
}
data "exchange_service_principals" "all" {}
data "exchange_management_scopes" "all" {}
data "exchange_role_assignments" "all" {}

locals {
  service_principals = { for one in data.exchange_service_principals.all.service_principals : one.id => one }
  management_scopes  = { for one in data.exchange_management_scopes.all.management_scopes : one.id => one }
  policies           = { for one in data.exchange_application_access_policies.all.application_access_policies : one.id => one }
  permissions        = { for one in data.exchange_mailbox_permissions.all.permissions : one.id => one }
  role_assignments   = { for one in data.exchange_role_assignments.all.role_assignments : one.id => one }
}

import {
  for_each = local.service_principals
  to       = exchange_service_principal.all[each.key]
  id       = each.key
}

resource "exchange_service_principal" "all" {
  for_each     = local.service_principals
  app_id       = each.value.app_id
  object_id    = each.value.object_id
  display_name = each.value.display_name
}

import {
  for_each = local.management_scopes
  to       = exchange_management_scope.all[each.key]
  id       = each.key
}

resource "exchange_management_scope" "all" {
  for_each         = local.management_scopes
  name             = each.value.name
  recipient_filter = each.value.recipient_filter
  recipient_root   = each.value.recipient_root
  exclusive        = each.value.exclusive
}

import {
  for_each = local.role_assignments
  to       = exchange_role_assignment.all[each.key]
  id       = each.key
}

resource "exchange_role_assignment" "all" {
  for_each                            = local.role_assignments
  name                                = each.value.name
  role                                = each.value.role
  app                                 = each.value.app
  user                                = each.value.user
  security_group                      = each.value.security_group
  policy                              = each.value.policy
  custom_resource_scope               = each.value.custom_resource_scope
  custom_recipient_write_scope        = each.value.custom_recipient_write_scope
  exclusive_recipient_write_scope     = each.value.exclusive_recipient_write_scope
  recipient_administrative_unit_scope = each.value.recipient_administrative_unit_scope
  recipient_group_scope               = each.value.recipient_group_scope
  recipient_organizational_unit_scope = each.value.recipient_organizational_unit_scope
  recipient_relative_write_scope      = each.value.recipient_relative_write_scope
  delegating                          = each.value.delegating
  enabled                             = each.value.enabled
}

import {
  for_each = local.policies
  to       = exchange_application_access_policy.all[each.key]
  id       = each.key
}

resource "exchange_application_access_policy" "all" {
  for_each              = local.policies
  app_id                = each.value.app_id
  policy_scope_group_id = each.value.policy_scope_group_id
  access_right          = each.value.access_right
  description           = each.value.description
}

import {
  for_each = local.permissions
  to       = exchange_mailbox_permission.all[each.key]
  id       = each.key
}

resource "exchange_mailbox_permission" "all" {
  for_each         = local.permissions
  mailbox          = each.value.mailbox
  user             = each.value.user_sid # what Exchange shows as user may name somebody else, too
  access_rights    = each.value.access_rights
  deny             = each.value.deny
  inheritance_type = split(", ", each.value.inheritance_type)[0] # an entry may have several, as in "All, None"
}
