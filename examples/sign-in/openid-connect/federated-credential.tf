resource "azuread_application_federated_identity_credential" "terraform" {
  application_id = azuread_application.terraform.id
  display_name   = "terraform"
  issuer         = "https://issuer.contoso.com"
  subject        = "exchange-configuration"
  audiences      = ["api://AzureADTokenExchange"]
}
