# Plans read only. This application can change nothing, whoever runs a workflow as it.
resource "azuread_application" "plan" {
  display_name = "Terraform for Exchange, plans"
}

resource "azuread_service_principal" "plan" {
  client_id = azuread_application.plan.client_id
}

resource "azuread_app_role_assignment" "plan_manage_as_app" {
  app_role_id         = "dc50a0fb-09a3-484d-be87-e023b12c6440" # Exchange.ManageAsApp
  principal_object_id = azuread_service_principal.plan.object_id
  resource_object_id  = azuread_service_principal.exchange_online.object_id
}

resource "azuread_directory_role" "global_reader" {
  template_id = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
}

resource "azuread_directory_role_assignment" "plan" {
  role_id             = azuread_directory_role.global_reader.template_id
  principal_object_id = azuread_service_principal.plan.object_id
}
