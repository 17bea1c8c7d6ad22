# By the tenant's initial domain.
terraform import exchange_organization_customization.this contoso.onmicrosoft.com
