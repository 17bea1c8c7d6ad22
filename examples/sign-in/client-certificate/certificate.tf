resource "azuread_application_certificate" "terraform" {
  application_id = azuread_application.terraform.id
  type           = "AsymmetricX509Cert"
  value          = file("cert.pem")
  end_date       = "2027-06-30T00:00:00Z" # not after the certificate's own end
}
