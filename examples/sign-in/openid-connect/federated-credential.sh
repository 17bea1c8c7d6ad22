az ad app federated-credential create --id "$client_id" --parameters '{
  "name": "terraform",
  "issuer": "https://issuer.contoso.com",
  "subject": "exchange-configuration",
  "audiences": ["api://AzureADTokenExchange"]
}'
