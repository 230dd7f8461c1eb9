#!/usr/bin/env bash
# Prints, as NAME=VALUE lines, what deploying again must not change by accident: which secrets the
# vault holds already (KEPT_SECRETS), the month the budget started in (BUDGET_START), and a new
# TICKET_KEY only where there is none, because a new one throws everybody out of their calls.
# Needs AZURE_ENV_NAME. Only names of secrets are read, so no right to their values is needed.
set -euo pipefail

group="rg-${AZURE_ENV_NAME:?is the name of the deployment}"
secrets=''
start=''

# A look-up that fails ends the script here: taken for "nothing there" it would make a new key.
exists=$(az group exists --name "$group" --output tsv)
if [[ $exists == true ]]; then
  vault=$(az keyvault list --resource-group "$group" --query '[0].id' --output tsv)
  if [[ -n $vault ]]; then
    secrets=$(az rest --method get --url "$vault/secrets?api-version=2023-07-01" \
      --query "join(',', value[].name)" --output tsv)
  fi
  budgets="/subscriptions/{subscriptionId}/resourceGroups/$group/providers/Microsoft.Consumption/budgets"
  start=$(az rest --method get --url "$budgets?api-version=2023-11-01" \
    --query 'value[0].properties.timePeriod.startDate' --output tsv)
fi

echo "KEPT_SECRETS=$secrets"
echo "BUDGET_START=${start:-$(date -u +%Y-%m-01)}"
if [[ ,$secrets, != *,ticket-key,* && -z ${TICKET_KEY:-} ]]; then
  echo "TICKET_KEY=$(openssl rand -hex 32)"
fi
