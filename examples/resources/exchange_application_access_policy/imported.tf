# What the import examples bring under Terraform's control.

resource "exchange_application_access_policy" "payroll_archive" {
  app_id                = "22222222-2222-2222-2222-0000000000aa"
  policy_scope_group_id = "finance-team@contoso.com"
  access_right          = "RestrictAccess"

  lifecycle {
    create_before_destroy = true
  }
}
