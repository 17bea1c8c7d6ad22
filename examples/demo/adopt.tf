# What was set up by hand becomes code: an application, the scope that it is confined to, and its role.

import {
  to = exchange_service_principal.payroll_archive
  id = "22222222-2222-2222-2222-0000000000aa"
}

import {
  to = exchange_management_scope.payroll
  id = "Payroll mailboxes"
}

import {
  to = exchange_role_assignment.payroll_archive
  id = "Payroll Archive Mail.Read"
}

resource "exchange_service_principal" "payroll_archive" {
  app_id       = "22222222-2222-2222-2222-0000000000aa"
  object_id    = "33333333-3333-3333-3333-0000000000aa"
  display_name = "Payroll Archive"
}

resource "exchange_management_scope" "payroll" {
  name             = "Payroll mailboxes"
  recipient_filter = "CustomAttribute1 -eq 'payroll'"
}

resource "exchange_role_assignment" "payroll_archive" {
  name                  = "Payroll Archive Mail.Read"
  role                  = "Application Mail.Read"
  app                   = exchange_service_principal.payroll_archive.id
  custom_resource_scope = exchange_management_scope.payroll.name
}
