# An application that writes to the calendars of an administrative unit's members and of a group's direct members.

resource "exchange_service_principal" "calendar_sync" {
  app_id    = var.calendar_sync.client_id
  object_id = var.calendar_sync.object_id
}

resource "exchange_role_assignment" "calendar_sync_europe" {
  role                                = "Application Calendars.ReadWrite"
  app                                 = exchange_service_principal.calendar_sync.id
  recipient_administrative_unit_scope = "60f565a0-9a30-40e6-a34e-4023db4616c2" # azuread_administrative_unit.europe.object_id
}

resource "exchange_role_assignment" "calendar_sync_finance" {
  role                  = "Application Calendars.ReadWrite"
  app                   = exchange_service_principal.calendar_sync.id
  recipient_group_scope = "finance-team@contoso.com"
}
