# A person and a team open a shared mailbox in Outlook: for the person it appears by itself.

resource "exchange_mailbox_permission" "support_alex" {
  mailbox       = "support@contoso.com"
  user          = "alex@contoso.com"
  access_rights = ["FullAccess"]
}

resource "exchange_mailbox_permission" "support_finance" {
  mailbox       = "support@contoso.com"
  user          = "finance-team@contoso.com"
  access_rights = ["FullAccess", "ReadPermission"]
}

# An auditor's client adds the mailbox only where it is told to.
resource "exchange_mailbox_permission" "support_auditor" {
  mailbox       = "support@contoso.com"
  user          = "auditor@contoso.com"
  access_rights = ["FullAccess"]
  auto_mapping  = false
}
