EXCHANGE_ACCESS_TOKEN=$(az account get-access-token --resource https://outlook.office365.com --query accessToken --output tsv)
export EXCHANGE_ACCESS_TOKEN

# Only where the configuration reads exchange_administrative_units:
EXCHANGE_GRAPH_ACCESS_TOKEN=$(az account get-access-token --resource https://graph.microsoft.com --query accessToken --output tsv)
export EXCHANGE_GRAPH_ACCESS_TOKEN

terraform plan
