#!/bin/sh
# `npm run check`: types, lint, format, unused code and the rooms' borders, side by side. Prints what failed, whole.
set -u
cd "$(dirname "$0")/../.."
out=.drey/check
rm -rf "$out"
mkdir -p "$out/js"
export PATH="$PWD/node_modules/.bin:$PATH"

# The compiler's output is what the borders are checked on: imports of types are gone from it.
types_and_borders() {
  tsc --noEmit false --outDir "$out/js" --rewriteRelativeImportExtensions
  types=$?
  (cd "$out/js" && depcruise --config ../../../.dependency-cruiser.cjs .)
  borders=$?
  [ "$types" -eq 0 ] && [ "$borders" -eq 0 ]
}

check() {
  name=$1
  shift
  ("$@" >"$out/$name.log" 2>&1; echo $? >"$out/$name.status") &
}

check types types_and_borders
check lint oxlint --type-aware --deny-warnings
check format oxfmt --check .
check unused knip --no-progress
wait

failed=0
for name in types lint format unused; do
  if [ "$(cat "$out/$name.status")" -eq 0 ]; then
    echo "✓ $name"
  else
    failed=1
    echo "✗ $name"
    cat "$out/$name.log"
  fi
done
exit "$failed"
