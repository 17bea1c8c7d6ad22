variable "object_id" {
  description = <<-EOT
    The object id of the managed identity's service principal: principal_id of azurerm_user_assigned_identity, or
    identity[0].principal_id of the host, such as azurerm_linux_virtual_machine, azurerm_linux_web_app or azurerm_container_app.
  EOT
  type        = string
}

resource "azuread_service_principal" "exchange_online" {
  client_id    = "00000002-0000-0ff1-ce00-000000000000"
  use_existing = true
}

resource "azuread_app_role_assignment" "manage_as_app" {
  app_role_id         = "dc50a0fb-09a3-484d-be87-e023b12c6440" # Exchange.ManageAsApp
  principal_object_id = var.object_id
  resource_object_id  = azuread_service_principal.exchange_online.object_id
}

resource "azuread_directory_role" "exchange_administrator" {
  template_id = "29232cdf-9323-42fd-ade2-1d097af3e4de"
}

resource "azuread_directory_role_assignment" "terraform" {
  role_id             = azuread_directory_role.exchange_administrator.template_id
  principal_object_id = var.object_id
}
