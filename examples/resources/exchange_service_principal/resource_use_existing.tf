# An application that somebody else may have registered already. Destroying this leaves it registered.

resource "exchange_service_principal" "payroll_archive" {
  app_id       = var.payroll_archive.client_id
  object_id    = var.payroll_archive.object_id
  use_existing = true
}
