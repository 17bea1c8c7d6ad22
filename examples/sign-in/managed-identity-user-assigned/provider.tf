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
  client_id    = "00000000-0000-0000-0000-00000000a003" # of the user-assigned identity
}
