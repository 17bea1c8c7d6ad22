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

  # The secret comes from EXCHANGE_CLIENT_SECRET or ARM_CLIENT_SECRET.
}
