variable "repository_subject" {
  description = "How GitHub's tokens name the repository."
  type        = string
  default     = "repo:contoso/exchange" # or, with the ids: repo:contoso@1234567/exchange@89012345
}

resource "azuread_application_federated_identity_credential" "github_plan" {
  application_id = azuread_application.plan.id
  display_name   = "github-plan"
  issuer         = "https://token.actions.githubusercontent.com"
  subject        = "${var.repository_subject}:pull_request"
  audiences      = ["api://AzureADTokenExchange"]
}

resource "azuread_application_federated_identity_credential" "github_apply" {
  application_id = azuread_application.terraform.id
  display_name   = "github-apply"
  issuer         = "https://token.actions.githubusercontent.com"
  subject        = "${var.repository_subject}:environment:production"
  audiences      = ["api://AzureADTokenExchange"]
}
