# Whether the policies of an application let it reach one mailbox.

data "exchange_application_access" "payroll_archive" {
  app_id  = var.payroll_archive.client_id
  mailbox = "support@contoso.com"
}

check "payroll_archive_cannot_reach_support" {
  assert {
    condition     = data.exchange_application_access.payroll_archive.access == "Denied"
    error_message = "Payroll Archive can reach support@contoso.com."
  }
}
