#!/usr/bin/env bash
# Deploys everything to Azure: infrastructure, functions, event subscription, page. Run it again at
# any time, after a failure or a change: each step leaves alone what is already as it should be.
#
#   AZURE_ENV_NAME=calls AZURE_LOCATION=westeurope infra/deploy.sh
#
# docs/deploy.md lists the other variables. Secrets are taken from the environment too, and reach
# Azure through main.bicepparam: none is part of a command line.
set -euo pipefail
cd "$(dirname "$0")/.."

: "${AZURE_ENV_NAME:?names the deployment, for instance calls}"
: "${AZURE_LOCATION:?is the region, for instance westeurope}"
export AZURE_ENV_NAME AZURE_LOCATION VIDEO_PROVIDER="${VIDEO_PROVIDER:-mesh}"

fail() {
  echo "error: $*" >&2
  exit 1
}

step() {
  echo "== $*" >&2
}

kept() { # whether the vault already holds the secret
  [[ ,$KEPT_SECRETS, == *,$1,* ]]
}

for tool in az npm npx openssl python3; do
  command -v "$tool" >/dev/null || fail "$tool is missing (docs/deploy.md, What you need)"
done
account=$(az account show --query name --output tsv) || fail 'not signed in: run az login'

step "what to keep of an earlier deployment"
lines=$(infra/kept_settings.sh)
while IFS='=' read -r name value; do
  export "$name=$value"
done <<<"$lines"

if [[ -f ${VONAGE_PRIVATE_KEY:-} ]]; then # as local.settings.json may have it
  VONAGE_PRIVATE_KEY=$(<"$VONAGE_PRIVATE_KEY")
fi
if [[ $VIDEO_PROVIDER == opentok ]]; then
  if [[ -n ${OPENTOK_API_KEY:-} ]]; then
    [[ -n ${OPENTOK_API_SECRET:-} ]] || kept opentok-api-secret || fail 'OPENTOK_API_SECRET is missing'
  elif [[ -n ${VONAGE_APPLICATION_ID:-} ]]; then
    [[ -n ${VONAGE_PRIVATE_KEY:-} ]] || kept vonage-private-key || fail 'VONAGE_PRIVATE_KEY is missing'
  else
    fail 'VIDEO_PROVIDER=opentok needs OPENTOK_API_KEY or VONAGE_APPLICATION_ID'
  fi
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step "infrastructure, in the subscription $account"
if ! outputs=$(az deployment sub create --name "$AZURE_ENV_NAME-$AZURE_LOCATION" \
  --location "$AZURE_LOCATION" --parameters infra/main.bicepparam \
  --query properties.outputs --output json); then
  fail 'the infrastructure was refused. Where the message above says ResourceKindRequireAcceptTerms,
see "Face asks for its terms once" in docs/deploy.md; else mend what it names and run this again.'
fi
lines=$(python3 -c 'import json, sys
for name, output in json.load(sys.stdin).items():
    print(name.upper(), output["value"], sep="=")' <<<"$outputs")
while IFS='=' read -r name value; do
  export "$name=$value"
done <<<"$lines"

step 'functions'
python3 infra/package.py "$work/package.zip"
for attempt in 1 2 3; do
  if az functionapp deployment source config-zip --resource-group "$AZURE_RESOURCE_GROUP" \
    --name "$FUNCTION_APP_NAME" --src "$work/package.zip" --build-remote true --output none; then
    break
  fi
  ((attempt < 3)) || fail 'the functions were refused; run this again'
  # The roles of a new identity take minutes to be known everywhere.
  echo "the functions were refused ($attempt of 3)" >&2
  sleep "${RETRY_SECONDS:-30}"
done

step 'event subscription'
infra/subscribe.sh

step 'page'
infra/publish_site.sh

if [[ $VIDEO_PROVIDER == mesh && ${ICE_SERVERS:-} != *'"turn'* ]] && ! kept ice-servers; then
  echo 'warning: a mesh call without a TURN server. Where a network lets no direct connection
through (many offices, some mobile networks), participants will not see each other. Set ICE_SERVERS
or use VIDEO_PROVIDER=opentok: docs/deploy.md, Video.' >&2
fi
echo "$SITE_ORIGIN"
