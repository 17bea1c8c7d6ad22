export EXCHANGE_TENANT_ID=11111111-1111-1111-1111-111111111111
export EXCHANGE_CLIENT_ID=00000000-0000-0000-0000-00000000a001
export EXCHANGE_CLIENT_CERTIFICATE_PATH=/etc/terraform/exchange.pem
export EXCHANGE_ORGANIZATION=contoso.onmicrosoft.com

# A PFX that a password protects:
#   EXCHANGE_CLIENT_CERTIFICATE_PATH=/etc/terraform/exchange.pfx
#   EXCHANGE_CLIENT_CERTIFICATE_PASSWORD=...
#
# Either of them as text, where there is a place for secrets and none for files:
#   EXCHANGE_CLIENT_CERTIFICATE=$(base64 <exchange.pem | tr -d '\n')
