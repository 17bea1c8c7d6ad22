import {
  to = exchange_mailbox_permission.info_adele
  id = "info@contoso.com|adele@contoso.com"
}
