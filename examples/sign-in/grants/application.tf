resource "azuread_application" "terraform" {
  display_name = "Terraform for Exchange"

  required_resource_access {
    resource_app_id = "00000002-0000-0ff1-ce00-000000000000" # Office 365 Exchange Online

    resource_access {
      id   = "dc50a0fb-09a3-484d-be87-e023b12c6440" # Exchange.ManageAsApp
      type = "Role"
    }
  }
}

resource "azuread_service_principal" "terraform" {
  client_id = azuread_application.terraform.client_id
}

resource "azuread_service_principal" "exchange_online" {
  client_id    = "00000002-0000-0ff1-ce00-000000000000"
  use_existing = true
}

# The first grant. It is the admin consent, too.
resource "azuread_app_role_assignment" "manage_as_app" {
  app_role_id         = "dc50a0fb-09a3-484d-be87-e023b12c6440"
  principal_object_id = azuread_service_principal.terraform.object_id
  resource_object_id  = azuread_service_principal.exchange_online.object_id
}

# The second grant.
resource "azuread_directory_role" "exchange_administrator" {
  template_id = "29232cdf-9323-42fd-ade2-1d097af3e4de"
}

resource "azuread_directory_role_assignment" "terraform" {
  role_id             = azuread_directory_role.exchange_administrator.template_id
  principal_object_id = azuread_service_principal.terraform.object_id
}
