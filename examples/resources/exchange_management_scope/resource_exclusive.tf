# Mailboxes that only the help desk may change.

resource "exchange_management_scope" "board" {
  name             = "Board mailboxes"
  recipient_filter = "CustomAttribute1 -eq 'board'"
  exclusive        = true
}

resource "exchange_role_assignment" "board" {
  role                            = "Mail Recipients"
  security_group                  = "Help Desk"
  exclusive_recipient_write_scope = exchange_management_scope.board.name

  # Exchange does not remove a scope that is in use. When the scope is replaced, this assignment is replaced, too.
  lifecycle {
    replace_triggered_by = [exchange_management_scope.board.id]
  }
}
