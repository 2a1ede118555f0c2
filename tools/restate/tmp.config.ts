import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("../..", import.meta.url));
const sdk = fileURLToPath(import.meta.resolve("@restatedev/restate-sdk"));

// The tests that need a Restate server: `sh tools/restate/run.sh`.
export default defineConfig({
  root,
  resolve: {
    alias: [
      { find: /^corun$/, replacement: `${root}src/index.ts` },
      { find: /^corun\/(.+)$/, replacement: `${root}src/$1/index.ts` },
      { find: "@restatedev/restate-sdk", replacement: sdk },
    ],
  },
  test: {
    dir: "/tmp/rs",
    include: ["**/crash.test.ts"],
    setupFiles: ["test/together/setup.ts"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
