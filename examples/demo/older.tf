# The older ways. An application access policy confines what Entra consented to; an application that speaks IMAP, POP or
# SMTP is given a mailbox as a person would be.

resource "exchange_application_access_policy" "calendar_sync" {
  app_id                = "22222222-2222-2222-2222-000000000002"
  policy_scope_group_id = "finance-team@contoso.com"
  access_right          = "RestrictAccess"
  description           = "Calendar Sync reaches the finance team only"
}

data "exchange_application_access" "calendar_sync" {
  for_each = toset(["adele@contoso.com", "megan@contoso.com"])
  app_id   = exchange_application_access_policy.calendar_sync.app_id
  mailbox  = each.key
}

resource "exchange_service_principal" "imap" {
  app_id       = "22222222-2222-2222-2222-000000000003"
  object_id    = "33333333-3333-3333-3333-000000000003"
  display_name = "Ticket Importer"
}

resource "exchange_mailbox_permission" "imap" {
  mailbox       = "support@contoso.com"
  user          = exchange_service_principal.imap.id
  access_rights = ["FullAccess"]
  auto_mapping  = false
}

data "exchange_mailbox_permissions" "support" {
  mailboxes  = ["support@contoso.com"]
  depends_on = [exchange_mailbox_permission.imap]
}

output "older" {
  value = join("\n", concat(
    [format("%-24s  %-24s  %s", "MAILBOX", "WHO", "WHAT")],
    [for mailbox, answer in data.exchange_application_access.calendar_sync : format("%-24s  %-24s  %s", mailbox, "Calendar Sync", answer.access)],
    [for one in data.exchange_mailbox_permissions.support.permissions : format("%-24s  %-24s  %s", one.mailbox, one.user, join(", ", one.access_rights))],
  ))
}
