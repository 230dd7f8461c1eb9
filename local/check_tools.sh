#!/bin/sh
# Names the remedy when a tool is missing. With the argument "python", prints the Python to use; with
# "node", looks for Node.js and npm alone.
set -eu

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

for python in python3.11 python3.12 python3.13 python3; do
  [ "${1:-}" = node ] && found=unasked && break
  if "$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
    2>/dev/null; then
    [ "${1:-}" = python ] && printf '%s\n' "$python" && exit
    found=1
    break
  fi
done
[ "${found:-}" ] || fail "Python 3.11 is missing. Install python3.11 with its venv module" \
  "(Debian, Ubuntu: apt-get install python3.11-venv), then try again."

node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
  process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1)' \
  2>/dev/null ||
  fail "Node.js 20.19 or newer (of 22: 22.12, not 21) is missing. Install it from" \
    "https://nodejs.org, then try again."
npm --version >/dev/null 2>&1 ||
  fail "npm is missing. It comes with Node.js (https://nodejs.org); install it, then try again."
