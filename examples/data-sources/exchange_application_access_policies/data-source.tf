# What the older policies allow and deny an application.
data "exchange_application_access_policies" "payroll_archive" {
  app_id = "22222222-2222-2222-2222-0000000000aa"
}

output "policies" {
  value = [for one in data.exchange_application_access_policies.payroll_archive.application_access_policies : "${one.access_right} to ${one.scope_name}"]
}
