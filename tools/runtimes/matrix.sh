#!/bin/sh
# Runs the suite's portable part on every runtime. The runtimes are installed here, never in the
# main package: their `node` would shadow the real one in npm scripts.
set -e
here=$(dirname "$0")
[ -d "$here/node_modules" ] || npm ci --prefix "$here" --no-audit --no-fund
bin=$here/node_modules
vitest=node_modules/vitest/vitest.mjs
flags="run --project core --project together --typecheck.enabled=false"
for runtime in ${*:-node20 node22 node24 node26 bun deno}; do
  echo "== $runtime"
  export EXPECT_RUNTIME="$runtime" # a test proves on which runtime it is
  case $runtime in
    bun) "$bin/.bin/bun" --bun $vitest $flags ;;
    deno) "$bin/.bin/deno" run -A --no-lock $vitest $flags ;;
    *) "$bin/$runtime/bin/node" $vitest $flags ;;
  esac
done
