# The administrative units of Europe, and what an application may do in each of them.

data "exchange_administrative_units" "europe" {
  display_name_prefix = "Europe"
  include_members     = true
}

resource "exchange_role_assignment" "payroll_archive" {
  for_each = { for unit in data.exchange_administrative_units.europe.administrative_units : unit.id => unit }

  name                                = "Payroll Archive Contacts.Read ${each.value.display_name}"
  role                                = "Application Contacts.Read"
  app                                 = var.payroll_archive.object_id
  recipient_administrative_unit_scope = each.key
}

output "users" {
  value = {
    for unit in data.exchange_administrative_units.europe.administrative_units :
    unit.display_name => [for member in unit.members : member.user_principal_name if member.type == "user"]
  }
}
