# Everybody in a group may open a mailbox, but for one of them.

resource "exchange_mailbox_permission" "payroll_finance" {
  mailbox       = "payroll@contoso.com"
  user          = "finance-team@contoso.com"
  access_rights = ["FullAccess"]
}

resource "exchange_mailbox_permission" "payroll_not_adele" {
  mailbox       = "payroll@contoso.com"
  user          = "adele@contoso.com"
  access_rights = ["FullAccess"]
  deny          = true
}
