# The first grant: Exchange.ManageAsApp of Office 365 Exchange Online. It is the admin consent, too.
exchange_online=$(az ad sp show --id 00000002-0000-0ff1-ce00-000000000000 --query id --output tsv)
az rest --method post --url "https://graph.microsoft.com/v1.0/servicePrincipals/$exchange_online/appRoleAssignedTo" --body "{
  \"principalId\": \"$object_id\",
  \"resourceId\": \"$exchange_online\",
  \"appRoleId\": \"dc50a0fb-09a3-484d-be87-e023b12c6440\"
}"

# The second grant: Exchange Administrator.
az rest --method post --url https://graph.microsoft.com/v1.0/roleManagement/directory/roleAssignments --body "{
  \"principalId\": \"$object_id\",
  \"roleDefinitionId\": \"29232cdf-9323-42fd-ade2-1d097af3e4de\",
  \"directoryScopeId\": \"/\"
}"
