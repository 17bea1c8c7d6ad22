# An application that signs in to IMAP or POP reads one shared mailbox and no other. In Entra it was granted
# IMAP.AccessAsApp, which reaches the mailboxes that it has FullAccess to.
# var.invoice_reader has the ids of an enterprise application, as azuread_service_principal.invoice_reader has them.

resource "exchange_service_principal" "invoice_reader" {
  app_id       = var.invoice_reader.client_id
  object_id    = var.invoice_reader.object_id
  display_name = "Invoice Reader"
}

resource "exchange_mailbox_permission" "invoice_reader" {
  mailbox       = "invoices@contoso.com"
  user          = exchange_service_principal.invoice_reader.id
  access_rights = ["FullAccess"]
}
