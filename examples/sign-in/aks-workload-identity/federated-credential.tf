variable "oidc_issuer_url" {
  description = "The issuer of the cluster's tokens: oidc_issuer_url of azurerm_kubernetes_cluster."
  type        = string
}

resource "azuread_application_federated_identity_credential" "aks" {
  application_id = azuread_application.terraform.id
  display_name   = "aks"
  issuer         = var.oidc_issuer_url
  subject        = "system:serviceaccount:terraform:exchange" # namespace and service account
  audiences      = ["api://AzureADTokenExchange"]
}
