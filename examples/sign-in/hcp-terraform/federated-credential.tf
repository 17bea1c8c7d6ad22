resource "azuread_application_federated_identity_credential" "hcp_terraform" {
  for_each = toset(["plan", "apply"])

  application_id = azuread_application.terraform.id
  display_name   = "hcp-terraform-${each.key}"
  issuer         = "https://app.terraform.io"
  subject        = "organization:contoso:project:messaging:workspace:exchange:run_phase:${each.key}"
  audiences      = ["api://AzureADTokenExchange"]
}
