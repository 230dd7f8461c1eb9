#!/usr/bin/env bash
# Walks the way of a frame against a deployment, step by step with its milliseconds, and says of the
# first step that fails what to do. Its exit status is 1 then.
#
#   infra/verify.sh https://PAGE
#
# ROOM_CREATION_KEY is needed where the deployment has one, VERIFY_SECONDS is each step's patience.
set -euo pipefail
unset CDPATH # cd would look there first, and print where it went
cd "$(dirname "$0")/.."

: "${1:?the address of the page, as deploy.sh printed it}"
if [[ ! -d frontend/node_modules/@microsoft/signalr ]]; then
  (cd frontend && npm ci --no-audit --no-fund --loglevel=error) >&2
fi
exec node infra/verify.mjs "$1"
