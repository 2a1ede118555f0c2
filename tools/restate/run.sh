#!/bin/sh
# Runs the tests of corun/durable/restate against real Restate servers. Server, SDK and a Node that the SDK runs on are
# installed here: the server alone is 216 MB.
set -e
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$(dirname "$here")")
[ -d "$here/node_modules" ] || npm ci --prefix "$here" --no-audit --no-fund
node=$here/node_modules/node22/bin/node
"$node" "$root/node_modules/typescript/bin/tsc" -p "$here/tsconfig.json"
exec "$node" "$root/node_modules/vitest/vitest.mjs" run --config "$here/vitest.config.ts" "$@"
