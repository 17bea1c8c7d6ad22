# What the import examples bring under Terraform's control.

resource "exchange_management_scope" "payroll" {
  name             = "Payroll mailboxes"
  recipient_filter = "CustomAttribute1 -eq 'payroll'"
}
