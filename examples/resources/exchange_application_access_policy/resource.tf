# An application that was consented to read all mail reads that of one group's members only, nested groups included.
# var.invoice_reader has the ids of an enterprise application, as azuread_service_principal.invoice_reader has them.

resource "exchange_application_access_policy" "invoice_reader" {
  app_id                = var.invoice_reader.client_id
  policy_scope_group_id = "finance-team@contoso.com"
  access_right          = "RestrictAccess"
  description           = "Invoice Reader reads the mail of Finance."

  # Another group is another policy. Were the old one removed first, the application would reach every mailbox until the
  # new one is there. Created first, the new one stands beside the old one, and the application is restricted all along.
  lifecycle {
    create_before_destroy = true
  }
}
