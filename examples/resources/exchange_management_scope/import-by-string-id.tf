import {
  to = exchange_management_scope.payroll
  id = "Payroll mailboxes"
}
