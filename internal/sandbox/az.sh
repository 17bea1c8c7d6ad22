# Stands in for the Azure CLI where a sandbox tenant is signed in to. It knows
# the commands that providers call, and prints what the sandbox has put into
# its folder.

printf '%s\n' "$*" >>"$folder/az-calls.log"

fail() {
	printf 'ERROR: %s\n' "$1" >&2
	exit 1
}

command="$1 ${2-}"
case $command in
"version "*)
	printf '{"azure-cli": "2.79.0", "azure-cli-core": "2.79.0", "azure-cli-telemetry": "1.1.0", "extensions": {}}\n'
	exit 0
	;;
"account show" | "account get-access-token") shift 2 ;;
*) fail "'$1' is misspelled or not recognized by the system." ;;
esac

[ -f "$folder/az-account.json" ] || fail "Please run 'az login' to setup account."

resource=https://management.core.windows.net
tenant=
while [ $# -gt 0 ]; do
	case $1 in
	--resource=*) resource=${1#*=} ;;
	--scope=*) resource=${1#*=} ;;
	--tenant=*) tenant=${1#*=} ;;
	--resource | --scope)
		resource=${2-}
		shift
		;;
	--tenant | -t)
		tenant=${2-}
		shift
		;;
	esac
	shift
done

if [ "$command" = "account show" ]; then
	cat "$folder/az-account.json"
	exit 0
fi

tenant=$(printf '%s' "$tenant" | tr '[:upper:]' '[:lower:]')
case $tenants in
*" $tenant "*) ;;
*) [ -z "$tenant" ] || fail "AADSTS90002: Tenant '$tenant' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud." ;;
esac

resource=${resource%/.default}
case ${resource%/} in
"$exchange") cat "$folder/az-exchange.json" ;;
"$graph") cat "$folder/az-graph.json" ;;
*) fail "AADSTS500011: The resource principal named $resource was not found in the tenant." ;;
esac
