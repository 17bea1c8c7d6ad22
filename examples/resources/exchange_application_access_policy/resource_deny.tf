# No application reaches these mailboxes by what it was consented to. A shared mailbox is no security principal, and
# becomes a scope as a member of a mail-enabled security group.

resource "exchange_application_access_policy" "untouchable" {
  app_id                = "*"
  policy_scope_group_id = "all-apps-scope@contoso.com"
  access_right          = "DenyAccess"

  lifecycle {
    create_before_destroy = true
  }
}
