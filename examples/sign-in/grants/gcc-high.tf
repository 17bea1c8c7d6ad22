resource "azuread_service_principal" "exchange_online_protection" {
  client_id    = "00000007-0000-0ff1-ce00-000000000000" # Microsoft Exchange Online Protection
  use_existing = true
}

resource "azuread_app_role_assignment" "manage_as_app_of_protection" {
  app_role_id         = "455e5cd2-84e8-4751-8344-5672145dfa17" # its Exchange.ManageAsApp
  principal_object_id = azuread_service_principal.terraform.object_id
  resource_object_id  = azuread_service_principal.exchange_online_protection.object_id
}
