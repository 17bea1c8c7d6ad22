issuer=$(az aks show --resource-group messaging --name cluster --query oidcIssuerProfile.issuerUrl --output tsv)

az ad app federated-credential create --id "$client_id" --parameters "{
  \"name\": \"aks\",
  \"issuer\": \"$issuer\",
  \"subject\": \"system:serviceaccount:terraform:exchange\",
  \"audiences\": [\"api://AzureADTokenExchange\"]
}"
