#!/usr/bin/env bash
# Second pass: once the code is deployed, lets the storage account's events wake it.
# Needs AZURE_RESOURCE_GROUP, FUNCTION_APP_NAME and EVENT_TOPIC_NAME, as main.bicep puts them out; or,
# where deploy.sh has been here before,
#
#   AZURE_ENV_NAME=calls infra/subscribe.sh
set -euo pipefail
unset CDPATH # cd would look there first, and print where it went
cd "$(dirname "$0")"

# shellcheck source-path=SCRIPTDIR source=azure.sh
. ./azure.sh
if [[ -z ${FUNCTION_APP_NAME:-} ]]; then
  find_group
  [[ $exists == true ]] || fail "the subscription ${account#* } has no $group"
  outputs=$(az_here deployment sub show --name "$AZURE_ENV_NAME-$region" --query properties.outputs \
    --output json) || fail 'no deployment by infra/deploy.sh is known (with azd: azd hooks run postdeploy)'
  [[ -n $outputs && $outputs != null ]] ||
    fail "the last deployment of $group did not end well: run infra/deploy.sh again, which subscribes, too"
  export_outputs "$outputs"
fi
: "${AZURE_RESOURCE_GROUP:?}" "${FUNCTION_APP_NAME:?}" "${EVENT_TOPIC_NAME:?}"
app="/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/$AZURE_RESOURCE_GROUP/providers/Microsoft.Web/sites/$FUNCTION_APP_NAME"
references="$app/config/configreferences/appsettings"

# A reference looked up before the app's role was known stays wrong for up to a day.
secrets_reach_the_app() {
  az rest --method post --url "$references/refresh?api-version=2025-03-01" --output none || return 1
  local unresolved
  unresolved=$(az rest --method get --url "$references?api-version=2025-03-01" \
    --query "length(value[?properties.status != 'Resolved'])" --output tsv) || return 1
  ((unresolved == 0))
}
wait_for "the app's secrets in the vault" secrets_reach_the_app || fail "$FUNCTION_APP_NAME cannot read its
secrets. The portal shows which, under Environment variables. Mend it, then run this again."

# The host makes its key even where no function loaded, so the key is no proof of it.
reads_frames() {
  local functions
  functions=$(az_here functionapp function list --resource-group "$AZURE_RESOURCE_GROUP" \
    --name "$FUNCTION_APP_NAME" --query "join(' ', [].name)" --output tsv) || return 1
  [[ " ${functions//\// } " == *' read_frame '* ]]
}
wait_for 'the app to load its functions' reads_frames || fail "$FUNCTION_APP_NAME has not loaded its functions
(no read_frame among them). Its log names the setting that is wrong, or says only \"No job functions
found\". Mend it, then run this again."

# Whether the blob trigger's key is there, not what it is: the key stays inside Azure.
has_key() {
  local length
  length=$(az_here functionapp keys list --resource-group "$AZURE_RESOURCE_GROUP" \
    --name "$FUNCTION_APP_NAME" --query "length(systemKeys.blobs_extension || '')" \
    --output tsv) || return 1
  ((${length:-0} > 0))
}
wait_for "the blob trigger's key" has_key ||
  fail "$FUNCTION_APP_NAME has no key blobs_extension. Its log tells why; then run this again."

# Event Grid asks the app to confirm, and a cold app may miss its first question.
refused=0
subscribe() {
  if az_here deployment group create --resource-group "$AZURE_RESOURCE_GROUP" --name subscription \
    --template-file subscription.bicep --output none \
    --parameters functionAppName="$FUNCTION_APP_NAME" topicName="$EVENT_TOPIC_NAME"; then
    return 0
  fi
  refused=$((refused + 1))
  return $((refused < 3 ? 1 : 2))
}
wait_for 'the app to confirm its events' subscribe ||
  fail 'the event subscription was refused; mend what the message above names and run this again'
