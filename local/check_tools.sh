#!/bin/sh
# Names the remedy when a tool is missing. With the argument "python", prints the Python to use.
set -eu

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

for python in python3.11 python3.12 python3.13 python3; do
  if "$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
    2>/dev/null; then
    [ "${1:-}" = python ] && printf '%s\n' "$python" && exit
    found=1
    break
  fi
done
[ "${found:-}" ] || fail "Python 3.11 is missing. Install python3.11 with its venv module" \
  "(Debian, Ubuntu: apt-get install python3.11-venv), then try again."

node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null ||
  fail "Node.js 20 or newer is missing. Install it from https://nodejs.org, then try again."
npm --version >/dev/null 2>&1 ||
  fail "npm is missing. It comes with Node.js (https://nodejs.org); install it, then try again."
