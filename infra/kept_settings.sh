#!/usr/bin/env bash
# Prints, as NAME=VALUE lines, what deploying again must not change by accident: which secrets the
# vault holds already (KEPT_SECRETS), the month the budget started in (BUDGET_START), and a new
# TICKET_KEY only where there is none, because a new one throws everybody out of their calls.
# Needs AZURE_ENV_NAME. Only names of secrets are read, so no right to their values is needed.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=azure.sh
. "$(dirname "$0")/azure.sh"
secrets=''
start=''

# A look-up that fails ends the script here: taken for "nothing there" it would make a new key.
find_group
if [[ $exists == true ]]; then
  [[ $region == "${AZURE_LOCATION:-$region}" ]] || fail "$group lies in $region and stays there: take
AZURE_LOCATION=$region, another AZURE_ENV_NAME, or infra/destroy.sh first"
  # By their tag and name: others may have put a vault or a budget of their own into the group.
  vault=$(az_here keyvault list --resource-group "$group" \
    --query "[?tags.\"azd-env-name\"=='$AZURE_ENV_NAME'].id | [0]" --output tsv)
  if [[ -n $vault ]]; then
    secrets=$(az rest --method get --url "$vault/secrets?api-version=2025-05-01" \
      --query "join(',', value[].name)" --output tsv)
  fi
  # A subscription that takes no budget refuses the question for them, too.
  if [[ ${BUDGET_AMOUNT:-} != 0 ]]; then
    budgets="/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/$group/providers/Microsoft.Consumption/budgets"
    start=$(az rest --method get --url "$budgets?api-version=2023-11-01" \
      --query "value[?starts_with(name, 'budget-')].properties.timePeriod.startDate | [0]" --output tsv)
  fi
elif [[ ${AZURE_RESOURCE_GROUP:-} == "$group" ]]; then
  # azd remembers a deployment. Looked for in the wrong subscription, it would get a second ticket key.
  fail "$group was deployed, and the subscription ${account#* } has none of that name. Name the right
one in AZURE_SUBSCRIPTION_ID. Where it was deleted: azd env set AZURE_RESOURCE_GROUP ''"
fi

echo "KEPT_SECRETS=$secrets"
echo "BUDGET_START=${start:-$(date -u +%Y-%m-01)}"
if [[ ,$secrets, != *,ticket-key,* && -z ${TICKET_KEY:-} ]]; then
  echo "TICKET_KEY=$(openssl rand -hex 32)"
fi
