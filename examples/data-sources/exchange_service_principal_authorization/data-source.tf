# What an application may do, and whether it may do it to one mailbox.

data "exchange_service_principal_authorization" "payroll_archive" {
  app     = var.payroll_archive.object_id
  mailbox = "invoices@contoso.com"
}

check "payroll_archive_cannot_reach_invoices" {
  assert {
    condition     = !anytrue(data.exchange_service_principal_authorization.payroll_archive.authorizations[*].in_scope)
    error_message = "Payroll Archive can reach invoices@contoso.com."
  }
}

output "payroll_archive_roles" {
  value = data.exchange_service_principal_authorization.payroll_archive.authorizations[*].role_name
}
