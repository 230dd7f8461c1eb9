#!/usr/bin/env bash
# Builds the page and uploads it, with the addresses and the security headers of this deployment.
# Needs AZURE_RESOURCE_GROUP, SITE_NAME, FUNCTIONS_ORIGIN, STORAGE_ORIGIN and SIGNALR_HOST, as
# main.bicep puts them out, and VIDEO_PROVIDER (mesh where it is not set), READING (choice) and
# DECLARATION (none).
set -euo pipefail
unset CDPATH # cd would look there first, and print where it went
here=$(cd "$(dirname "$0")" && pwd)

: "${AZURE_RESOURCE_GROUP:?}" "${SITE_NAME:?}"
# shellcheck source-path=SCRIPTDIR source=azure.sh
. "$here/azure.sh"
# The page's build and its tools have no business with these.
unset TICKET_KEY ROOM_CREATION_KEY ICE_SERVERS TURN_SECRET OPENTOK_API_SECRET VONAGE_PRIVATE_KEY
swa_cli=@azure/static-web-apps-cli@2.0.10 # `az` alone cannot upload a static site's files

# What builds the page is of its development, which NODE_ENV=production would leave out.
(cd "$here/../frontend" && npm ci --include=dev --no-audit --no-fund --loglevel=error && npm run build)

site=$(mktemp -d)
trap 'rm -rf "$site"' EXIT
cp -R "$here/../frontend/dist/." "$site"
python3 "$here/site_config.py" "$site"

# In the environment, not among the arguments, which every process list shows.
SWA_CLI_DEPLOYMENT_TOKEN=$(az_here staticwebapp secrets list --name "$SITE_NAME" \
  --resource-group "$AZURE_RESOURCE_GROUP" --query properties.apiKey --output tsv)
export SWA_CLI_DEPLOYMENT_TOKEN
cd "$site" # the CLI would look for settings in the project's folder
npx --yes "$swa_cli" deploy . --swa-config-location . --env production
