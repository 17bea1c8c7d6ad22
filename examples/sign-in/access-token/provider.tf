terraform {
  required_providers {
    exchange = {
      source = "terraform-exchange/exchange"
    }
  }
}

provider "exchange" {
  organization = "contoso.onmicrosoft.com"

  # The token comes from EXCHANGE_ACCESS_TOKEN.
}
