# What the import examples bring under Terraform's control.

resource "exchange_mailbox_permission" "info_adele" {
  mailbox       = "info@contoso.com"
  user          = "adele@contoso.com"
  access_rights = ["FullAccess"]
}
