terraform {
  required_providers {
    exchange = {
      source = "terraform-exchange/exchange"
    }
  }
}

provider "exchange" {
  tenant_id    = "11111111-1111-1111-1111-111111111111"
  organization = "contoso.onmicrosoft.com"
}
