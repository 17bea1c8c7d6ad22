# Who holds what on two shared mailboxes.
list "exchange_mailbox_permission" "example" {
  provider = exchange

  config {
    mailboxes = ["invoices@contoso.com", "info@contoso.com"]
  }
}
