# Mailboxes that carry a mark, which whoever runs the mailboxes sets.
resource "exchange_management_scope" "finance" {
  name             = "Finance mailboxes"
  recipient_filter = "CustomAttribute1 -eq 'finance'"
}

# The shared mailboxes of two offices.
resource "exchange_management_scope" "germany" {
  name             = "Shared mailboxes in Germany"
  recipient_filter = "RecipientTypeDetails -eq 'SharedMailbox' -and (Office -eq 'Berlin' -or Office -eq 'Hamburg')"
}
