import {
  to = exchange_organization_customization.this
  identity = {
    organization = "contoso.onmicrosoft.com"
  }
}
