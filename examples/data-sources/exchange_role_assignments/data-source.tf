# Who may read mail, and whose.
data "exchange_role_assignments" "readers" {
  role = "Application Mail.Read"
}

output "readers" {
  value = [for one in data.exchange_role_assignments.readers.role_assignments : "${one.app} over ${coalesce(one.custom_resource_scope, "everybody")}"]
}
