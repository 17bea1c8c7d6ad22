# Administrators who manage the recipients of one office.

resource "exchange_management_scope" "hamburg" {
  name             = "Hamburg recipients"
  recipient_filter = "Office -eq 'Hamburg'"
}

resource "exchange_role_assignment" "hamburg_administrators" {
  name                         = "Hamburg recipients for All Apps Scope"
  role                         = "Mail Recipients"
  security_group               = "All Apps Scope"
  custom_recipient_write_scope = exchange_management_scope.hamburg.name
}
