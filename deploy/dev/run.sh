#!/bin/sh
# Starts a command of the development stack, after seeing to Node and the packages it needs.
set -eu
cd "$(dirname "$0")/../.."

command=${1:-}
case "$command" in
  up | down | test | crash | soak) shift ;;
  *)
    echo "usage: sh deploy/dev/run.sh up|down|test|crash|soak [arguments]" >&2
    exit 2
    ;;
esac

if ! command -v node >/dev/null 2>&1; then
  echo "Node is not installed: Drey needs 20.19 or newer (https://nodejs.org)." >&2
  exit 1
fi
if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
  echo "Node $(node --version) is too old: Drey needs 20.19 or newer (https://nodejs.org)." >&2
  exit 1
fi

stamp=node_modules/.drey-installed
if [ ! -d node_modules ]; then
  echo "installing packages (npm ci) ..." >&2
  npm ci --no-audit --no-fund >&2
  cp package-lock.json "$stamp"
elif ! cmp -s package-lock.json "$stamp"; then
  echo "bringing packages up to date ..." >&2
  npm install --no-save --no-audit --no-fund >&2
  cp package-lock.json "$stamp"
fi

exec node --import tsx "deploy/dev/$command.ts" "$@"
