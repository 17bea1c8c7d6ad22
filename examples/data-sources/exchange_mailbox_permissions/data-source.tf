# Who holds what on some mailboxes, and a check that nobody holds anything on one of them.

data "exchange_mailbox_permissions" "shared" {
  mailboxes = ["info@contoso.com", "invoices@contoso.com", "payroll@contoso.com"]
}

output "trustees" {
  value = {
    for mailbox, permissions in { for one in data.exchange_mailbox_permissions.shared.permissions : one.mailbox => one... } :
    mailbox => permissions[*].user
  }
}

check "payroll_is_private" {
  assert {
    condition     = !contains(data.exchange_mailbox_permissions.shared.permissions[*].mailbox, "payroll@contoso.com")
    error_message = "Somebody has rights on payroll@contoso.com."
  }
}
