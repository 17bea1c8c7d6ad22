# An application that reads the mail of the mailboxes in a management scope, and of no others.
# var.invoice_reader has the ids of an enterprise application, as azuread_service_principal.invoice_reader has them.

resource "exchange_service_principal" "invoice_reader" {
  app_id    = var.invoice_reader.client_id
  object_id = var.invoice_reader.object_id
}

resource "exchange_management_scope" "finance" {
  name             = "Finance mailboxes"
  recipient_filter = "CustomAttribute1 -eq 'finance'"
}

resource "exchange_role_assignment" "invoice_reader" {
  role                  = "Application Mail.Read"
  app                   = exchange_service_principal.invoice_reader.id
  custom_resource_scope = exchange_management_scope.finance.name
}
