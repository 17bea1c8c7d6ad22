# var.invoice_reader has the ids of an enterprise application, as azuread_service_principal.invoice_reader has them.

resource "exchange_service_principal" "invoice_reader" {
  app_id       = var.invoice_reader.client_id
  object_id    = var.invoice_reader.object_id
  display_name = "Invoice Reader"
}
