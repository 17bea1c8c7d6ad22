import {
  to = exchange_organization_customization.this
  id = "contoso.onmicrosoft.com"
}
