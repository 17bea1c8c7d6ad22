terraform {
  required_providers {
    exchange = {
      source = "terraform-exchange/exchange"
    }
  }
}

provider "exchange" {
  tenant_id    = "11111111-1111-1111-1111-111111111111"
  client_id    = "00000000-0000-0000-0000-00000000a001"
  organization = "contoso.onmicrosoft.com"

  # The certificate comes from EXCHANGE_CLIENT_CERTIFICATE_PATH or ARM_CLIENT_CERTIFICATE_PATH,
  # and the password of a PFX from EXCHANGE_CLIENT_CERTIFICATE_PASSWORD or ARM_CLIENT_CERTIFICATE_PASSWORD.
}
