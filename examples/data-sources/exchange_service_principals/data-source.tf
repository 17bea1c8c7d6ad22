# The applications that Exchange knows, by their ids.
data "exchange_service_principals" "all" {}

output "applications" {
  value = { for one in data.exchange_service_principals.all.service_principals : one.app_id => one.display_name }
}
