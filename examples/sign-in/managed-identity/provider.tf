terraform {
  required_providers {
    exchange = {
      source = "terraform-exchange/exchange"
    }
  }
}

provider "exchange" {
  organization = "contoso.onmicrosoft.com"
  use_msi      = true
  client_id    = "" # the system-assigned identity, whatever ARM_CLIENT_ID says
}
