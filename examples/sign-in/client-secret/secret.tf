resource "azuread_application_password" "terraform" {
  application_id = azuread_application.terraform.id
  display_name   = "Terraform"
  end_date       = "2027-06-30T00:00:00Z"
}

output "client_secret" {
  value     = azuread_application_password.terraform.value
  sensitive = true
}
