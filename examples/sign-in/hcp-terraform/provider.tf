terraform {
  required_providers {
    exchange = {
      source = "terraform-exchange/exchange"
    }
  }
}

variable "tfc_azure_dynamic_credentials" {
  description = "The files with client id and token, which HCP Terraform fills in."
  type = object({
    default = object({
      client_id_file_path  = string
      oidc_token_file_path = string
    })
    aliases = map(object({
      client_id_file_path  = string
      oidc_token_file_path = string
    }))
  })
}

provider "exchange" {
  tenant_id            = "11111111-1111-1111-1111-111111111111"
  organization         = "contoso.onmicrosoft.com"
  use_oidc             = true
  client_id_file_path  = var.tfc_azure_dynamic_credentials.default.client_id_file_path
  oidc_token_file_path = var.tfc_azure_dynamic_credentials.default.oidc_token_file_path
}
