#!/usr/bin/env bash
# Deletes a deployment and everything in it. Run it again after a failure: it goes on.
#
#   AZURE_ENV_NAME=calls infra/destroy.sh [--yes]
set -euo pipefail

if [[ $* != '' && $* != --yes ]]; then
  echo "error: infra/destroy.sh takes --yes or nothing, not $*" >&2
  exit 1
fi
: "${AZURE_ENV_NAME:?is the name of the deployment}"
# shellcheck source-path=SCRIPTDIR source=azure.sh
. "$(dirname "$0")/azure.sh"

find_group
if [[ $exists == true ]]; then
  if [[ ${1:-} != --yes ]]; then
    read -r -p "Delete the resource group $group and everything in it? Type its name: " answer
    [[ $answer == "$group" ]] || exit 1
  fi
  step "deleting $group (some minutes)"
  az_here group delete --name "$group" --yes
fi

# Deleted vaults and Face resources keep their names for days, which the next deployment needs.
step 'giving names back'
vaults=$(az_here keyvault list-deleted --resource-type vault --output tsv \
  --query "[?contains(properties.vaultId, '/$group/')].[name, properties.location]")
while read -r name location; do
  [[ -z $name ]] || az_here keyvault purge --name "$name" --location "$location"
done <<<"$vaults"

faces=$(az_here cognitiveservices account list-deleted --output tsv \
  --query "[?contains(id, '/$group/')].[name, location]")
while read -r name location; do
  [[ -z $name ]] || az_here cognitiveservices account purge --name "$name" --location "$location" \
    --resource-group "$group"
done <<<"$faces"
