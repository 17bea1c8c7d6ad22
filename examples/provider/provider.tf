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

  # The secret or the certificate comes from the environment:
  # EXCHANGE_CLIENT_SECRET, or EXCHANGE_CLIENT_CERTIFICATE_PATH and EXCHANGE_CLIENT_CERTIFICATE_PASSWORD.
}
