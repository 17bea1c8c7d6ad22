# Nothing to set: an organization is customized, or it is not.
resource "exchange_organization_customization" "this" {
  # Exchange was seen to take half an hour, and up to a day.
  timeouts = {
    create = "4h"
  }
}

# What Exchange refuses to create before waits for it.
resource "exchange_management_scope" "finance" {
  name             = "Finance mailboxes"
  recipient_filter = "CustomAttribute1 -eq 'finance'"

  depends_on = [exchange_organization_customization.this]
}
