terraform {
  required_providers {
    exchange = {
      source = "terraform-exchange/exchange"
    }
  }
}

# Who signs in, and where, comes from the pipeline: ARM_TENANT_ID, ARM_CLIENT_ID, EXCHANGE_ORGANIZATION.
provider "exchange" {
  use_oidc = true
}
