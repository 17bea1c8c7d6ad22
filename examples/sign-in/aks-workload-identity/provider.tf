terraform {
  required_providers {
    exchange = {
      source = "terraform-exchange/exchange"
    }
  }
}

# Tenant, application and token come from the variables that the cluster sets in the pod.
provider "exchange" {
  organization              = "contoso.onmicrosoft.com"
  use_aks_workload_identity = true
}
