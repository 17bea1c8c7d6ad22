# issuer and subject are what Azure DevOps shows on the page of the service connection.
az ad app federated-credential create --id "$client_id" --parameters "{
  \"name\": \"azure-pipelines\",
  \"issuer\": \"$issuer\",
  \"subject\": \"$subject\",
  \"audiences\": [\"api://AzureADTokenExchange\"]
}"
