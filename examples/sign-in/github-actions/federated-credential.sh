# plan_client_id and client_id are the two applications; see further up for how to make one.
az ad app federated-credential create --id "$plan_client_id" --parameters '{
  "name": "github-plan",
  "issuer": "https://token.actions.githubusercontent.com",
  "subject": "repo:contoso/exchange:pull_request",
  "audiences": ["api://AzureADTokenExchange"]
}'

az ad app federated-credential create --id "$client_id" --parameters '{
  "name": "github-apply",
  "issuer": "https://token.actions.githubusercontent.com",
  "subject": "repo:contoso/exchange:environment:production",
  "audiences": ["api://AzureADTokenExchange"]
}'
