# The scopes of one team.
data "exchange_management_scopes" "payroll" {
  name_prefix = "Payroll"
}

output "filters" {
  value = { for one in data.exchange_management_scopes.payroll.management_scopes : one.name => one.recipient_filter }
}
