#!/usr/bin/env bash
# The last step of a deployment: waits until a frame goes its whole way, as verify.sh walks it.
# Needs SITE_ORIGIN, as main.bicep puts it out, and ROOM_CREATION_KEY where there is one.
set -euo pipefail
unset CDPATH # cd would look there first, and print where it went
cd "$(dirname "$0")/.."

: "${SITE_ORIGIN:?}"
# shellcheck source-path=SCRIPTDIR source=azure.sh
. infra/azure.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step 'a frame, all its way'
walks=0
walk() { # what is new may not be known everywhere; some minutes later waiting will not help
  infra/verify.sh "$SITE_ORIGIN" >"$work/walk" 2>&1 && return 0
  walks=$((walks + 1))
  return $((walks < 30 ? 1 : 2))
}
leads_out() { # whether Node.js, which uses no proxy, reaches what curl and az reach
  node -e 'fetch("https://aka.ms", { redirect: "manual", signal: AbortSignal.timeout(15000) })
    .catch(() => process.exit(1))'
}
if [[ -z ${ROOM_CREATION_KEY:-} ]] && kept room-creation-key; then
  echo "note: not tried, for the vault keeps the room creation key:
ROOM_CREATION_KEY=… infra/verify.sh $SITE_ORIGIN" >&2
elif [[ -n ${HTTPS_PROXY:-${https_proxy:-${ALL_PROXY:-${all_proxy:-}}}} ]] && ! leads_out; then
  echo "note: not tried, for only a proxy leads out of this network. From another one:
infra/verify.sh $SITE_ORIGIN" >&2
elif wait_for 'a frame to go its whole way' walk; then
  cat "$work/walk" >&2
else
  cat "$work/walk" >&2
  fail "everything is deployed, but a frame does not go its whole way. Mend what is named above, then run
infra/verify.sh $SITE_ORIGIN"
fi
