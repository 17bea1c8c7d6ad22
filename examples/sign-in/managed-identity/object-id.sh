# Of a user-assigned identity:
object_id=$(az identity show --resource-group messaging --name terraform --query principalId --output tsv)

# Of the system-assigned identity of a virtual machine, an App Service or a container app:
object_id=$(az vm show --resource-group messaging --name runner --query identity.principalId --output tsv)
object_id=$(az webapp identity show --resource-group messaging --name runner --query principalId --output tsv)
object_id=$(az containerapp identity show --resource-group messaging --name runner --query principalId --output tsv)
