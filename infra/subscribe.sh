#!/usr/bin/env bash
# Second pass: once the code is deployed, lets the storage account's events wake it.
# Needs AZURE_RESOURCE_GROUP, FUNCTION_APP_NAME and EVENT_TOPIC_NAME, as main.bicep puts them out.
set -euo pipefail
cd "$(dirname "$0")"

: "${AZURE_RESOURCE_GROUP:?}" "${FUNCTION_APP_NAME:?}" "${EVENT_TOPIC_NAME:?}"
attempts=${RETRY_ATTEMPTS:-30} # ten seconds apart: five minutes
pause=${RETRY_SECONDS:-10}

# The host makes this key when it first loads the deployed blob trigger.
for ((attempt = 1; ; attempt++)); do
  # Whether it is there, not what it is: the key stays inside Azure.
  length=$(az functionapp keys list --resource-group "$AZURE_RESOURCE_GROUP" \
    --name "$FUNCTION_APP_NAME" --query "length(systemKeys.blobs_extension || '')" \
    --output tsv) || length=0
  if ((${length:-0} > 0)); then break; fi
  if ((attempt == attempts)); then
    echo "error: $FUNCTION_APP_NAME has not loaded its blob trigger (no key blobs_extension)." >&2
    echo "Its log tells why, most often a setting; then run this again." >&2
    exit 1
  fi
  echo "waiting for the blob trigger's key ($attempt of $attempts) ..." >&2
  sleep "$pause"
done

# Event Grid asks the app to confirm, and a cold app may miss its first question.
for attempt in 1 2 3; do
  if az deployment group create --resource-group "$AZURE_RESOURCE_GROUP" --name subscription \
    --template-file subscription.bicep --output none \
    --parameters functionAppName="$FUNCTION_APP_NAME" topicName="$EVENT_TOPIC_NAME"; then
    exit 0
  fi
  echo "the event subscription was refused ($attempt of 3)" >&2
  sleep "$pause"
done
exit 1
