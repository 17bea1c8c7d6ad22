# What the import examples bring under Terraform's control.

resource "exchange_role_assignment" "payroll_archive" {
  name                  = "Payroll Archive Mail.Read"
  role                  = "Application Mail.Read"
  app                   = "33333333-3333-3333-3333-0000000000aa"
  custom_resource_scope = "Payroll mailboxes"
}
