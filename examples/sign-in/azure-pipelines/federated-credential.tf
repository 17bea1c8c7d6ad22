resource "azuredevops_serviceendpoint_azurerm" "exchange" {
  project_id                             = var.project_id
  service_endpoint_name                  = "exchange"
  service_endpoint_authentication_scheme = "WorkloadIdentityFederation"
  azurerm_spn_tenantid                   = "11111111-1111-1111-1111-111111111111"
  azurerm_subscription_id                = var.subscription_id
  azurerm_subscription_name              = var.subscription_name

  credentials {
    serviceprincipalid = azuread_application.terraform.client_id
  }
}

resource "azuread_application_federated_identity_credential" "azure_pipelines" {
  application_id = azuread_application.terraform.id
  display_name   = "azure-pipelines"
  issuer         = azuredevops_serviceendpoint_azurerm.exchange.workload_identity_federation_issuer
  subject        = azuredevops_serviceendpoint_azurerm.exchange.workload_identity_federation_subject
  audiences      = ["api://AzureADTokenExchange"]
}
