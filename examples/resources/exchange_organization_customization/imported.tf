# What the import examples bring under Terraform's control.

resource "exchange_organization_customization" "this" {}
