#!/usr/bin/env bash
# Deploys everything to Azure: infrastructure, functions, event subscription, page. Run it again at
# any time, after a failure or a change: each step changes only what is not as it should be.
#
#   AZURE_ENV_NAME=calls AZURE_LOCATION=westeurope FACE_READER=embedded infra/deploy.sh [--what-if]
#
# With --what-if it shows what it would change of the infrastructure, and changes nothing.
# docs/deploy.md lists the other variables. Secrets are taken from the environment too, and reach
# Azure through main.bicepparam: none is part of a command line.
set -euo pipefail
unset CDPATH # cd would look there first, and print where it went
called_in=$PWD # where a relative path of a key starts
cd "$(dirname "$0")/.."

if [[ $* != '' && $* != --what-if ]]; then
  echo "error: infra/deploy.sh takes --what-if or nothing, not $*" >&2
  exit 1
fi
: "${AZURE_ENV_NAME:?names the deployment, for instance calls}"
: "${AZURE_LOCATION:?is the region, for instance westeurope}"
# What is set to nothing counts as not set, as where a pipeline hands on variables that it has not.
while read -r name; do
  [[ -n ${!name:-} ]] || unset "$name"
done < <(sed -n "s/.*readEnvironmentVariable('\([A-Z_]*\)'.*/\1/p" infra/main.bicepparam)
# "West Europe" is the same region, but would be other names of every resource.
AZURE_LOCATION=$(tr '[:upper:]' '[:lower:]' <<<"${AZURE_LOCATION// /}")
export AZURE_ENV_NAME AZURE_LOCATION VIDEO_PROVIDER="${VIDEO_PROVIDER:-mesh}"

for tool in az curl node npm npx openssl python3; do
  command -v "$tool" >/dev/null || {
    echo "error: $tool is missing (docs/deploy.md, What you need)" >&2
    exit 1
  }
done
sh local/check_tools.sh node
if ! python3 -c 'import lzma, sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
  echo 'error: python3 must be Python 3.9 or newer with its module lzma, which packs the page' >&2
  exit 1
fi
# Before 2.78 az prints "The content for this response was already consumed" for every refusal.
version=$(az version --query '"azure-cli"' --output tsv)
if [[ $(printf '%s\n' 2.78 "$version" | sort -V | head -n 1) != 2.78 ]]; then
  echo "error: az 2.78 or newer is needed, this is $version: run az upgrade" >&2
  exit 1
fi
# shellcheck source-path=SCRIPTDIR source=azure.sh
. infra/azure.sh

# What uploads the page, the last step, asks there for its newest release each time.
if ! curl --silent --show-error --head --location --max-time 30 --output /dev/null \
    https://aka.ms/swalocaldeploy; then
  fail 'the page could not be uploaded: the Static Web Apps CLI gets its uploader from
https://aka.ms/swalocaldeploy, which this network does not let through'
fi

regions=$(az_here functionapp list-flexconsumption-locations --query "join(',', [].name)" --output tsv)
regions=$(tr '[:upper:]' '[:lower:]' <<<"${regions// /}")
[[ -z $regions || ,$regions, == *",$AZURE_LOCATION,"* ]] || fail "$AZURE_LOCATION has no Flex Consumption plan, which the
functions run on. These have: ${regions//,/ }"

face_terms="Azure Face has terms (Responsible AI) that are accepted once for each subscription, when its first
Face resource is made in the portal. Make one there and delete it again, then run this with
FACE_READER=azure; or run it now with FACE_READER=embedded, which needs no Face resource, costs less
and reads the same expressions (docs/deploy.md, Face asks for its terms once)."
if [[ ${FACE_READER:-azure} == azure ]]; then
  faces=$(az_here cognitiveservices account list --query "length([?kind=='Face'])" --output tsv)
  if ((faces == 0)); then
    [[ -n ${FACE_READER:-} ]] || fail "this subscription has no Face resource. $face_terms"
    echo "note: this subscription has no Face resource yet. $face_terms" >&2
  fi
fi

step "what to keep of an earlier deployment"
lines=$(infra/kept_settings.sh)
while IFS='=' read -r name value; do
  export "$name=$value"
done <<<"$lines"

# What the app or the page would refuse is refused now, not after everything is there.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
FUNCTIONS_ORIGIN=- STORAGE_ORIGIN=- SIGNALR_HOST=- python3 infra/site_config.py "$work"
key=${VONAGE_PRIVATE_KEY:-}
if [[ -n $key && $key != *-----BEGIN* ]]; then # a file, as local.settings.json may have it
  VONAGE_PRIVATE_KEY=$(cd "$called_in" && cat -- "$key" 2>/dev/null) || true
  [[ $VONAGE_PRIVATE_KEY == *-----BEGIN* ]] || fail 'VONAGE_PRIVATE_KEY is neither PEM text nor a file of it'
fi
python3 infra/check_values.py
if [[ -n ${TURN_URLS:-} && -z ${TURN_SECRET:-} ]]; then
  kept turn-secret || fail 'TURN_SECRET is missing'
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

if [[ ${1:-} == --what-if ]]; then
  step "what would change in the subscription ${account#* }"
  az_here deployment sub what-if --location "$AZURE_LOCATION" --parameters infra/main.bicepparam
  exit
fi

step "infrastructure, in the subscription ${account#* }"
if ! outputs=$(az_here deployment sub create --name "$AZURE_ENV_NAME-$AZURE_LOCATION" \
  --location "$AZURE_LOCATION" --parameters infra/main.bicepparam \
  --query properties.outputs --output json 2>"$work/said"); then
  cat "$work/said" >&2
  case $(<"$work/said") in
    *ResourceKindRequireAcceptTerms*) fail "Azure refused the Face resource. $face_terms" ;;
    *'Error BCP'*) fail 'the Bicep compiler refuses what is named above. Where it is no value of yours, it may be older
than 0.36: run az bicep upgrade, then this again' ;;
    *'deleted but recoverable'*) fail 'a secret was deleted from the vault by hand, which still keeps its name: purge it
(az keyvault secret purge, docs/deploy.md, Rotate keys), then run this again' ;;
    *'deleted state'* | *soft-deleted*) fail "names are still taken by an earlier deployment that was deleted:
AZURE_ENV_NAME=$AZURE_ENV_NAME infra/destroy.sh gives them back, then run this again" ;;
    *RequestDisallowedByPolicy*) fail 'a policy of the subscription forbids what is named above: ask whoever keeps
it for an exemption for this group (docs/deploy.md, What Azure may refuse)' ;;
    *AuthorizationFailed*) fail 'you may not do what is named above: it takes Owner of the subscription, or Contributor
with User Access Administrator' ;;
    *InvalidResourceLocation*) fail 'the static site stays where it is: take the SITE_LOCATION named above' ;;
    *DeploymentActive*) fail 'another deployment of the same name is going on: wait for its end, then run this again' ;;
    *'Cost Management supports only'*)
      fail 'this subscription takes no budget: run this again with BUDGET_AMOUNT=0' ;;
    *) fail 'the infrastructure was refused: mend what the message above names and run this again' ;;
  esac
fi
export_outputs "$outputs"

step 'functions'
python3 infra/package.py "$work/package.zip"
refused=0
upload() {
  if az_here functionapp deployment source config-zip --resource-group "$AZURE_RESOURCE_GROUP" \
    --name "$FUNCTION_APP_NAME" --src "$work/package.zip" --build-remote true --output none \
    2>"$work/said"; then
    return 0
  fi
  # The package is in place then: az only asked the app too early. What is missing is waited for below.
  if grep -qE 'Deployment was successful|Failed to fetch host key' "$work/said"; then return 0; fi
  # The roles of a new identity: the app may not yet reach the container its package goes to.
  if grep -qiE '403|forbidden|not authorized|authorization|inaccessible' "$work/said"; then
    return 1
  fi
  cat "$work/said" >&2
  # What does not build now will not build later; anything else has three attempts.
  refused=$((refused + 1))
  if ((refused == 3)) || grep -qiE 'build|requirements\.txt|pip' "$work/said"; then return 2; fi
  return 1
}
wait_for 'the app to be let at its package' upload || {
  cat "$work/said" >&2
  fail 'the functions were refused; mend what the message above names and run this again'
}

step 'event subscription'
RETRY_ATTEMPTS=$attempts_left infra/subscribe.sh

step 'page'
infra/publish_site.sh

ice_servers=${ICE_SERVERS:-}
if [[ -z $ice_servers ]] && kept ice-servers; then ice_servers='"turn'; fi # not known, so not warned of
if [[ $VIDEO_PROVIDER == mesh && -z ${TURN_URLS:-} && $ice_servers != *'"turn'* ]]; then
  echo 'warning: a mesh call without a TURN server. Where a network lets no direct connection
through (many offices, some mobile networks), participants will not see each other. Set TURN_URLS,
ICE_SERVERS or use VIDEO_PROVIDER=opentok: docs/deploy.md, Video.' >&2
fi

RETRY_ATTEMPTS=$attempts_left infra/walk.sh
echo "$SITE_ORIGIN"
