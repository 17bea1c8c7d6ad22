Connect-ExchangeOnline

$appId    = "00000000-0000-0000-0000-00000000a001" # application (client) id
$objectId = "00000000-0000-0000-0000-00000000b001" # object id under "Enterprise applications"

New-ServicePrincipal -AppId $appId -ObjectId $objectId -DisplayName "Terraform for Exchange"
Add-RoleGroupMember -Identity "Organization Management" -Member $objectId
