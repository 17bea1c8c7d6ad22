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
  use_oidc     = true

  # The token comes from the file that EXCHANGE_OIDC_TOKEN_FILE_PATH or ARM_OIDC_TOKEN_FILE_PATH names,
  # or is in EXCHANGE_OIDC_TOKEN or ARM_OIDC_TOKEN.
}
