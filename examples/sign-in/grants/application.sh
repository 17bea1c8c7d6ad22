client_id=$(az ad app create --display-name "Terraform for Exchange" --query appId --output tsv)
object_id=$(az ad sp create --id "$client_id" --query id --output tsv)
