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
export AZURE_SUBSCRIPTION_ID="${account%% *}"

az_here() { # az, in this deployment's subscription
  az "$@" --subscription "$AZURE_SUBSCRIPTION_ID"
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
    echo "waiting for $what: $((waited * pause)) s, at most $((attempts_left * pause)) s more" >&2
    waited=$((waited + 1))
    sleep "$pause"
  done
}
