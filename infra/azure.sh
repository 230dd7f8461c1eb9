# shellcheck shell=bash
# Sourced by the scripts beside it: one subscription for every call, and one bound for all waiting.

fail() {
  echo "error: $*" >&2
  exit 1
}

step() {
  echo "== $*" >&2
}

kept() { # whether the vault already holds the secret
  [[ ,${KEPT_SECRETS:-}, == *,$1,* ]]
}

# azd keeps a subscription of its own in AZURE_SUBSCRIPTION_ID, az has a default: the first counts.
account=$(az account show ${AZURE_SUBSCRIPTION_ID:+--subscription "$AZURE_SUBSCRIPTION_ID"} \
  --query "join(' ', [id, name])" --output tsv) || fail 'not signed in, or no such subscription: run az login'
# An answer of `true` with a CR behind would be taken for false, and a second ticket key be made.
[[ $account != *$'\r'* ]] || fail 'this is az of Windows: in WSL install az for Linux'
export AZURE_SUBSCRIPTION_ID="${account%% *}"

az_here() { # az, in this deployment's subscription
  az "$@" --subscription "$AZURE_SUBSCRIPTION_ID"
}

find_group() { # sets group, exists (true or false) and region (empty without it)
  local LC_ALL=C found # a-z would have capitals in some locales
  # Another spelling would be the same group with other names in it.
  [[ ${AZURE_ENV_NAME:?is the name of the deployment} =~ ^[a-z0-9][a-z0-9-]{0,31}$ ]] ||
    fail 'AZURE_ENV_NAME takes up to 32 of a-z, 0-9 and -'
  group="rg-$AZURE_ENV_NAME" region=''
  exists=$(az_here group exists --name "$group" --output tsv)
  [[ $exists == true ]] || return 0
  found=$(az_here group show --name "$group" \
    --query "join(' ', [location, tags.\"azd-env-name\" || '-'])" --output tsv)
  [[ ${found#* } == "$AZURE_ENV_NAME" ]] || fail "the subscription ${account#* } has a group $group that is not
of this deployment: take another AZURE_ENV_NAME, or give the group the tag azd-env-name=$AZURE_ENV_NAME"
  # shellcheck disable=SC2034 # read by kept_settings.sh
  region=${found%% *}
}

export_outputs() { # JSON: of a deployment of main.bicep, as variables
  local lines name value
  lines=$(python3 -c 'import json, sys
for name, output in json.load(sys.stdin).items():
    print(name.upper(), output["value"], sep="=")' <<<"$1")
  while IFS='=' read -r name value; do
    export "$name=$value"
  done <<<"$lines"
}

# Roles take up to ten minutes until they are known everywhere, SignalR's up to thirty.
attempts_left=${RETRY_ATTEMPTS:-180}
pause=${RETRY_SECONDS:-10}

wait_for() { # WHAT COMMAND…: until it succeeds (1: not yet, 2: waiting will not help)
  local what=$1 waited=0 status
  shift
  while true; do
    status=0
    "$@" || status=$?
    if ((status != 1)); then return "$status"; fi
    attempts_left=$((attempts_left - 1))
    if ((attempts_left <= 0)); then
      echo "error: gave up waiting for $what" >&2
      return 1
    fi
    if ! az_here account get-access-token --output none 2>/dev/null; then
      echo 'error: the session of the Azure CLI has ended: run az login, then this again' >&2
      return 1
    fi
    echo "waiting for $what: $((waited * pause)) s, at most $((attempts_left * pause)) s more" >&2
    waited=$((waited + 1))
    sleep "$pause"
  done
}
