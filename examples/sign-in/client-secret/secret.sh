# Prints the secret, once. --append keeps the secrets that the application has.
az ad app credential reset --id "$client_id" --append --display-name Terraform --years 1 --query password --output tsv
