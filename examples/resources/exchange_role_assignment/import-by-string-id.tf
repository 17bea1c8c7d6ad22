import {
  to = exchange_role_assignment.payroll_archive
  id = "Payroll Archive Mail.Read"
}
