#!/bin/sh
# Runs a command and says nothing of what it says, unless it fails: the warnings of pip and npm are
# about what others made, and nobody who installs this can do anything about them.
said=$(mktemp) || exit 1
trap 'rm -f "$said"' EXIT
trap 'exit 1' HUP INT TERM # else sh ends without the above
"$@" >"$said" 2>&1 || {
  code=$?
  cat "$said" >&2
  exit "$code"
}
